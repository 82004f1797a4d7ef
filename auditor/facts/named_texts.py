"""The texts that a condition names."""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.languages import expression


def texts_of(node: expression.Node) -> Iterator[str]:
    """The texts that a condition names, those of lists in `fromJSON('[...]')` included."""
    for part in expression.walk(node):
        if isinstance(part, expression.Literal) and isinstance(part.value, str):
            yield part.value
            if part.value.lstrip().startswith("["):
                yield from _listed(part.value)


def _listed(text: str) -> Iterator[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from (item for item in items if isinstance(item, str))
