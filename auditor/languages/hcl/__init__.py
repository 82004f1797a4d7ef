"""HashiCorp's configuration language: text to blocks, attributes and expressions that know their places.

`parse` reads a file, `parse_template` a text with `${ }` in it (a template file). Nothing is evaluated
here. Grammar: HCL Native Syntax Specification (github.com/hashicorp/hcl, 2026-11).
"""

from auditor.languages.hcl.reader import HclFile, parse, parse_template
from auditor.languages.hcl.syntax import (
    Attribute,
    AttributeAccess,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Object,
    ObjectItem,
    Operation,
    Reference,
    Splat,
    Template,
    Text,
    Unreadable,
)

__all__ = [
    "Attribute",
    "AttributeAccess",
    "Block",
    "Body",
    "Call",
    "Conditional",
    "Expression",
    "For",
    "HclFile",
    "Index",
    "Items",
    "Literal",
    "Object",
    "ObjectItem",
    "Operation",
    "Reference",
    "Splat",
    "Template",
    "Text",
    "Unreadable",
    "parse",
    "parse_template",
]
