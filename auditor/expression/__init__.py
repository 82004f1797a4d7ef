"""GitHub's `${{ }}` expressions: where they are, their trees, and their values as far as these are known."""

from __future__ import annotations

from auditor.expression.condition import Condition, parse_condition
from auditor.expression.evaluation import Lookup, evaluate, holds, lookup_in, undecided
from auditor.expression.lexer import Island, islands
from auditor.expression.parser import parse
from auditor.expression.references import Reference, references, values
from auditor.expression.syntax import (
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
from auditor.expression.value import UNKNOWN, Array, Object, Symbol, Unknown, Value, truth

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
    "Object",
    "Operator",
    "Or",
    "Property",
    "Reference",
    "Star",
    "Symbol",
    "Unknown",
    "Value",
    "children",
    "evaluate",
    "holds",
    "islands",
    "lookup_in",
    "parse",
    "parse_condition",
    "rebuilt",
    "references",
    "truth",
    "undecided",
    "values",
    "walk",
]
