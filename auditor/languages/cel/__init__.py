"""CEL, the language of Google's conditions: text to tree."""

from __future__ import annotations

from auditor.languages.cel.parser import parse
from auditor.languages.cel.syntax import (
    And,
    Call,
    CelError,
    Conditional,
    Field,
    Hole,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Operation,
    Or,
    Other,
    TooDeepError,
    walk,
)

__all__ = [
    "And",
    "Call",
    "CelError",
    "Conditional",
    "Field",
    "Hole",
    "Items",
    "Literal",
    "Name",
    "Node",
    "Not",
    "Operation",
    "Or",
    "Other",
    "TooDeepError",
    "parse",
    "walk",
]
