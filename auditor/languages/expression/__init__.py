"""GitHub's `${{ }}` expressions: where they are, their trees, and their values as far as these are known."""

from __future__ import annotations

from auditor.languages.expression.condition import Condition, parse_condition
from auditor.languages.expression.constant import constant
from auditor.languages.expression.evaluation import Lookup, evaluate, holds, lookup_in, undecided
from auditor.languages.expression.lexer import Island, islands
from auditor.languages.expression.parser import parse
from auditor.languages.expression.references import Reference, references, texts, values
from auditor.languages.expression.syntax import (
    And,
    Call,
    Comparison,
    Context,
    ExpressionError,
    Index,
    Literal,
    Node,
    Not,
    Operator,
    Or,
    Property,
    Star,
    children,
    rebuilt,
    walk,
)
from auditor.languages.expression.value import UNKNOWN, Array, ObjectValue, Symbol, Unknown, Value, truth

__all__ = [
    "UNKNOWN",
    "And",
    "Array",
    "Call",
    "Comparison",
    "Condition",
    "Context",
    "ExpressionError",
    "Index",
    "Island",
    "Literal",
    "Lookup",
    "Node",
    "Not",
    "ObjectValue",
    "Operator",
    "Or",
    "Property",
    "Reference",
    "Star",
    "Symbol",
    "Unknown",
    "Value",
    "children",
    "constant",
    "evaluate",
    "holds",
    "islands",
    "lookup_in",
    "parse",
    "parse_condition",
    "rebuilt",
    "references",
    "texts",
    "truth",
    "undecided",
    "values",
    "walk",
]
