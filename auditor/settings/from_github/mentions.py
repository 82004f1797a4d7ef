"""What workflows speak of, as far as it decides which settings can matter to them.

The words are looked for in the text as it stands. One that hides behind an escape of YAML isn't seen: its
setting then isn't requested, counts as unknown, and the worst case stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WORDS = ("environment", "id-token", "pull_request", "pull_request_target", "merge_group", "secrets", "vars")
"""The words themselves."""
REFS = "refs"
"""A trigger that a push of a branch or of a tag starts, or a release."""
OWN_RUNNERS = "own runners"
"""A runner that may be somebody's own machine."""

_REFS = re.compile(rb"\b(?:push|release|create|tags|branches)\b")
_NOT_HOSTED = re.compile(
    rb"runs-on\s*:(?!\s*['\"]?(?:ubuntu|windows|macos)-[\w.-]+['\"]?\s*(?:#.*)?$)", re.MULTILINE
)


def mentions(texts: Iterable[bytes]) -> frozenset[str]:
    """What the texts speak of: some of `WORDS`, `REFS` and `OWN_RUNNERS`."""
    found: set[str] = set()
    for text in texts:
        found.update(word for word in WORDS if word.encode() in text)
        if _REFS.search(text):
            found.add(REFS)
        if _NOT_HOSTED.search(text):
            found.add(OWN_RUNNERS)
    return frozenset(found)
