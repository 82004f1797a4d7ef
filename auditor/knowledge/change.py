"""What programs, filters and expressions make of a value."""

from __future__ import annotations

from enum import IntEnum


class Change(IntEnum):
    """What became of a value on its way; the greater, the less of it is left."""

    WHOLE = 0
    """It is there as it was."""
    PART = 1
    """Some of it is there, and the author of the value may choose which text that is."""
    ENCODED = 2
    """It is there in another spelling: base64, JSON, a URL's, quoted for a shell."""
    COUNTED = 3
    """Nothing of the text is left: a length, a hash, a number, a yes or no."""
