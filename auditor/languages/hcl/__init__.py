"""HashiCorp's configuration language: text to blocks, attributes and expressions that know their places.

`parse` reads a file, `parse_template` a text with `${ }` in it (a template file). Nothing is evaluated
here. Grammar: HCL Native Syntax Specification (github.com/hashicorp/hcl, 2026-11).
"""

from auditor.languages.hcl.reader import File, parse, parse_template
from auditor.languages.hcl.syntax import (
    Access,
    Attribute,
    Block,
    Body,
    Call,
    Conditional,
    Entry,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Object,
    Operation,
    Reference,
    Splat,
    Template,
    Text,
    Unreadable,
)

__all__ = [
    "Access",
    "Attribute",
    "Block",
    "Body",
    "Call",
    "Conditional",
    "Entry",
    "Expression",
    "File",
    "For",
    "Index",
    "Items",
    "Literal",
    "Object",
    "Operation",
    "Reference",
    "Splat",
    "Template",
    "Text",
    "Unreadable",
    "parse",
    "parse_template",
]
