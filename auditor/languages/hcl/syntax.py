"""What HCL text consists of. Offsets are code points of the source, end-exclusive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.finding import Location
from auditor.source import Source


@dataclass(frozen=True, slots=True)
class _Node:
    source: Source
    start: int
    end: int

    @property
    def location(self) -> Location:
        """Its place in its file."""
        return Location(self.source.path, self.source.span(self.start, self.end))

    @property
    def written(self) -> str:
        """Its text as it stands in the file."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Expression(_Node):
    """Something that has a value."""


@dataclass(frozen=True, slots=True)
class Unreadable(Expression):
    """An expression that the reader has no word for, or with an error in it."""


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A number, `true`, `false`, or `null`, whose `text` is None."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of a template that stands for itself.

    `runs` say where in the file its characters are: an offset in the text, one in the file, and a length.
    """

    text: str
    runs: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Template(Expression):
    """A quoted text or a heredoc. A directive such as `%{ if }` is an `Unreadable` part."""

    parts: tuple[Text | Expression, ...]


@dataclass(frozen=True, slots=True)
class Reference(Expression):
    """The first name of a traversal: `var`, `local`, `aws_iam_role`, `each`, …"""

    name: str


@dataclass(frozen=True, slots=True)
class AttributeAccess(Expression):
    """`of.name`"""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """`of[key]`, and `of.0`"""

    of: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Splat(Expression):
    """`of[*].a.b` and `of.*.a.b`. `each` is what is made of an element, which it calls `ELEMENT`."""

    of: Expression
    each: Expression


ELEMENT = "*"
"""How a splat's own expression refers to an element; no name in HCL is written so."""


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """`name(arguments)`; the last argument is a list of more where `expands`."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`condition ? then : otherwise`"""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """One operator and its one or two operands."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Items(Expression):
    """`[a, b]`"""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectItem(_Node):
    """One element of an object. A bare name as a key is a `Literal`."""

    key: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Object(Expression):
    """`{ a = 1 }`"""

    entries: tuple[ObjectItem, ...]


@dataclass(frozen=True, slots=True)
class For(Expression):
    """`[for k, v in collection : value if condition]`; with a `key` it makes an object."""

    names: tuple[str, ...]
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    groups: bool


@dataclass(frozen=True, slots=True)
class Attribute(_Node):
    """`name = value`"""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Block(_Node):
    """`kind "label" { … }`"""

    kind: str
    labels: tuple[str, ...]
    body: Body


class Body:
    """What stands between braces, or in a whole file. With `later` it is read on first use."""

    __slots__ = ("_attributes", "_blocks", "_later")

    def __init__(
        self,
        attributes: tuple[Attribute, ...] = (),
        blocks: tuple[Block, ...] = (),
        later: Callable[[], Body] | None = None,
    ) -> None:
        self._attributes = attributes
        self._blocks = blocks
        self._later = later

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Its attributes, in order."""
        self._read()
        return self._attributes

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks, in order."""
        self._read()
        return self._blocks

    def _read(self) -> None:
        if self._later is not None:
            later, self._later = self._later, None
            found = later()
            self._attributes, self._blocks = found.attributes, found.blocks

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name; Terraform refuses a second one."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    def get(self, name: str) -> Expression | None:
        """The value of an attribute."""
        attribute = self.attribute(name)
        return attribute.value if attribute else None

    def of_kind(self, *kinds: str) -> Iterator[Block]:
        """Its blocks of these kinds, in order."""
        return (block for block in self.blocks if block.kind in kinds)
