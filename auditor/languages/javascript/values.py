"""What an expression of JavaScript is made of, as pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from auditor.languages.anchors import takes_plain_text
from auditor.languages.javascript import methods
from auditor.languages.javascript.grammar import Masked
from auditor.languages.reading import (
    Answer,
    Argument,
    Change,
    Field,
    FileText,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Run,
    Unknown,
)
from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 60
"""Expressions in each other; deeper ones are unknown."""

MAX_PIECES = 200
"""Pieces of one value; what is more is unknown."""


class Values:
    """Reads expressions of one script. `aliases` are what variables were given so far."""

    def __init__(self, text: str, masked: Masked, time_limit: TimeLimit) -> None:
        self._text = text
        self._islands = masked.islands
        self._time_limit = time_limit
        self._depth = 0
        self.aliases: dict[str, list[Piece]] = {}
        self.functions: dict[str, Node] = {}
        self.patterns: dict[str, Node] = {}
        self._runs: dict[tuple[int, int], Run] = {}
        self._in_progress: set[str] = set()

    def slice(self, node: Node) -> str:
        """The text of a node."""
        return self._text[node.start_byte : node.end_byte]

    def of(self, node: Node | None) -> Pieces:
        """What an expression may hold."""
        if node is None:
            return ()
        if self._depth > MAX_DEPTH:
            return (Unknown("an expression of too many levels", node.start_byte, node.end_byte),)
        self._time_limit.tick()
        self._depth += 1
        found = tuple(islice(self._of(node), MAX_PIECES))
        self._depth -= 1
        return found

    def _of(self, node: Node) -> Iterator[Piece]:
        match node.type:
            case "string" | "template_string":
                yield from self._string(node)
            case "identifier" | "shorthand_property_identifier":
                yield from self._identifier(node)
            case "member_expression" | "subscript_expression":
                yield from self._member(node)
            case "call_expression" | "new_expression":
                yield from self._call(node)
            case "binary_expression":
                yield from self._binary(node)
            case "ternary_expression":
                yield from self.of(node.child_by_field_name("consequence"))
                yield from self.of(node.child_by_field_name("alternative"))
            case "assignment_expression" | "augmented_assignment_expression":
                yield from self.of(node.child_by_field_name("right"))
            case "pair":
                yield from self.of(node.child_by_field_name("value"))
            case "number" | "true" | "false":
                yield Literal(self.slice(node), node.start_byte, node.end_byte)
            case (
                "unary_expression"
                | "regex"
                | "null"
                | "undefined"
                | "comment"
                | "arrow_function"
                | "function_expression"
            ):
                return
            case _:
                for child in node.named_children:
                    yield from self.of(child)

    def _string(self, node: Node) -> Iterator[Piece]:
        at = node.start_byte + 1
        end = node.end_byte - 1
        for child in node.named_children:
            if child.type == "template_substitution":
                yield from self._fragment(at, child.start_byte)
                for inner in child.named_children:
                    yield from self.of(inner)
                at = child.end_byte
        yield from self._fragment(at, end)

    def _fragment(self, start: int, end: int) -> Iterator[Piece]:
        """Fixed text with the islands in it."""
        for first, last in self._islands:
            if start <= first and last <= end:
                if start < first:
                    yield Literal(self._text[start:first], start, first)
                yield Island(first, last)
                start = last
        if start < end:
            yield Literal(self._text[start:end], start, end)

    def _identifier(self, node: Node) -> Iterator[Piece]:
        islands = [span for span in self._islands if node.start_byte <= span[0] < node.end_byte]
        if islands:
            for start, end in islands:
                yield Island(start, end)
            return
        name = self.slice(node)
        if name in self.functions:
            return
        if name == "context" and name not in self.aliases:
            yield Field(("github",), node.start_byte, node.end_byte)
        else:
            yield Name(name, node.start_byte, node.end_byte)

    def _member(self, node: Node) -> Iterator[Piece]:
        target = node.child_by_field_name("object")
        named = node.child_by_field_name("property") or node.child_by_field_name("index")
        if target is None or named is None:
            return
        name = self._name_of(named)
        if self.dotted(node) == "process.env":
            yield Name("*", node.start_byte, node.end_byte, environment=True)
            return
        if self.dotted(target) == "process.env":
            if name is not None:
                yield Name(name, node.start_byte, node.end_byte, environment=True)
            else:
                yield Unknown("a variable by a computed name", node.start_byte, node.end_byte)
            return
        if name == "length":
            return
        for piece in self.known(self.of(target)):
            yield from below(piece, name or "*", node)

    def _name_of(self, node: Node) -> str | None:
        if node.type in ("property_identifier", "private_property_identifier"):
            return self.slice(node)
        if node.type == "string":
            return self.slice(node)[1:-1]
        return "*" if node.type == "number" else None

    def known(self, pieces: Pieces) -> Iterator[Piece]:
        """The pieces, where a variable of the script is replaced by what it was given."""
        for piece in pieces:
            if isinstance(piece, Name) and not piece.environment and piece.name in self.aliases:
                found = self.aliases[piece.name]
                yield from (one for one in found if not isinstance(one, Literal))
                if not found:
                    yield piece
            else:
                yield piece

    def dotted(self, node: Node | None) -> str:
        """The written name of a function or an object; its parts are empty where they are computed."""
        names: list[str] = []
        while node is not None and node.type in ("member_expression", "await_expression"):
            if node.type == "await_expression":
                node = node.named_children[0] if node.named_children else None
                continue
            named = node.child_by_field_name("property")
            names.append(self.slice(named) if named else "*")
            node = node.child_by_field_name("object")
        if node is None:
            return ""
        if node.type == "identifier":
            names.append(self.slice(node))
        elif node.type == "call_expression":
            names.append(self._module(node) or "")
        else:
            names.append("")
        return ".".join(reversed(names))

    def _module(self, node: Node) -> str | None:
        """`fs` of `require('fs')`."""
        function, arguments = node.child_by_field_name("function"), self.arguments(node)
        if function is not None and self.slice(function) in ("require", "import") and arguments:
            return self.slice(arguments[0])[1:-1].removeprefix("node:")
        return None

    def arguments(self, node: Node) -> list[Node]:
        """The arguments of a call."""
        found = node.child_by_field_name("arguments")
        return [each for each in found.named_children if each.type != "comment"] if found else []

    def _binary(self, node: Node) -> Iterator[Piece]:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        kind = operator.type if operator else ""
        if kind in methods.COMPARES:
            return
        if kind != "&&":
            yield from self.of(left)
        yield from self.of(right)

    def run(self, node: Node) -> Run:
        """A call as a run, the same each time."""
        key = (node.start_byte, node.end_byte)
        if key not in self._runs:
            function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
            name = self.dotted(function)
            arguments = [each for node in self.arguments(node) for each in self._argument(node)]
            first = self.arguments(node)[:1]
            if "paginate" in name and first and first[0].type == "member_expression":
                text = Literal(self.dotted(first[0]), first[0].start_byte, first[0].end_byte)
                arguments[0] = Argument((text,), text.start, text.end)
            self._runs[key] = Run(name or None, tuple(arguments), *key)
        return self._runs[key]

    def _argument(self, node: Node) -> Iterator[Argument]:
        """An argument; of an object each member by its name."""
        if node.type != "object":
            yield Argument(self.of(node), node.start_byte, node.end_byte)
            return
        for child in node.named_children:
            key = child.child_by_field_name("key")
            if child.type == "pair" and key is not None:
                value = self.of(child.child_by_field_name("value"))
                yield Argument(value, child.start_byte, child.end_byte, self._name_of(key) or "")
            else:
                yield Argument(self.of(child), child.start_byte, child.end_byte)

    def _call(self, node: Node) -> Iterator[Piece]:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        name = self.dotted(function)
        arguments = self.arguments(node)
        if name in self.functions:
            yield from self.returned(name)
        elif name in methods.SAME or name.rpartition(".")[2] == "parse":
            for argument in arguments:
                yield from self.of(argument)
        elif name in methods.ENCODES:
            yield from changed((p for a in arguments for p in self.of(a)), Change.ENCODED, f"by `{name}`")
        elif name in methods.COUNTS:
            return
        elif methods.READS.search(name) and arguments:
            yield FileText(self.of(arguments[0]), node.start_byte, node.end_byte)
        elif self._module(node):
            module = self._module(node) or ""
            if module.endswith(".json"):
                file = (Literal(module, node.start_byte, node.end_byte),)
                yield FileText(file, node.start_byte, node.end_byte)
        elif function is not None and function.type == "member_expression":
            yield from self._method(node, function, arguments)
        else:
            yield Answer(self.run(node), node.start_byte, node.end_byte)

    def _method(self, node: Node, function: Node, arguments: list[Node]) -> Iterator[Piece]:
        target, named = function.child_by_field_name("object"), function.child_by_field_name("property")
        method = self.slice(named) if named else ""
        base = (
            self.of(target)
            if method in methods.WHOLE | methods.PART | methods.COUNTED | methods.ITERATES
            else ()
        )
        if method in ("map", "flatMap") and arguments:
            yield from self._mapped(arguments[0], base)
        elif method in methods.COUNTED:
            return
        elif method in methods.WHOLE:
            encodes = method == "toString" and any("base64" in self.slice(a) for a in arguments)
            yield from changed(base, Change.ENCODED, "base64") if encodes else base
            for argument in arguments if method == "concat" else ():
                yield from self.of(argument)
        elif method in methods.PART:
            if arguments and self._leaves_plain(method, arguments[0]):
                return
            yield from changed(base, Change.PART, f"a part of it, by `.{method}()`")
            for argument in arguments[1:] if method == "replace" else ():
                yield from self.of(argument)
        else:
            yield Answer(self.run(node), node.start_byte, node.end_byte)

    def _mapped(self, function: Node, base: Pieces) -> Iterator[Piece]:
        """What `.map(x => …)` makes of a list."""
        body = function.child_by_field_name("body")
        self._bind_items(function, base)
        if function.type == "arrow_function" and body is not None and body.type != "statement_block":
            yield from self.of(body)
        else:
            yield from base

    def _leaves_plain(self, method: str, argument: Node) -> bool:
        """Whether only harmless characters are left: `.replace(/[^a-z]/g, '')`, `.match(/(minor|major)/)`."""
        if method == "replace":
            return methods.ONLY_LISTED.search(self.slice(argument)) is not None
        if method not in ("match", "matchAll", "exec"):
            return False
        node = self.patterns.get(self.slice(argument), argument)
        pattern = node.child_by_field_name("pattern") if node.type == "regex" else None
        return pattern is not None and takes_plain_text(self.slice(pattern))

    def _bind_items(self, function: Node, base: Pieces) -> None:
        """The parameter of a callback gets each item of the list."""
        one = function.child_by_field_name("parameter")
        several = function.child_by_field_name("parameters")
        named = [one] if one is not None else several.named_children[:1] if several is not None else []
        for parameter in named:
            if parameter.type == "identifier":
                items = [one for piece in self.known(base) for one in below(piece, "*", parameter)]
                self.aliases.setdefault(self.slice(parameter), []).extend(items[:MAX_PIECES])

    def returned(self, name: str) -> Iterator[Piece]:
        """What a function of the script gives back."""
        if name in self._in_progress:
            return
        self._in_progress.add(name)
        body = self.functions[name].child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            yield from self.of(body)
        for each in returns(body) if body is not None else ():
            for child in each.named_children:
                yield from self.of(child)
        self._in_progress.discard(name)


def returns(body: Node) -> Iterator[Node]:
    """The `return`s of a function, without those of functions in it."""
    waiting = [body] if body.type in ("statement_block", "program") else []
    while waiting:
        node = waiting.pop()
        if node.type == "return_statement":
            yield node
        elif node.type not in FUNCTIONS:
            waiting.extend(reversed(node.named_children))


FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function_declaration",
        "method_definition",
        "generator_function",
    }
)


def below(piece: Piece, name: str, node: Node) -> Iterator[Piece]:
    """What stands in a member of a value."""
    start, end = node.start_byte, node.end_byte
    if isinstance(piece, Field):
        if piece.path == ("github",):
            path = methods.OF_CONTEXT.get(name, ("github", name.lower()))
            yield Field(path, start, end)
        else:
            yield replace(piece, path=(*piece.path, name.lower()), start=start, end=end)
    elif isinstance(piece, (Answer, FileText)):
        yield replace(piece, path=(*piece.path, name), start=start, end=end)
    elif isinstance(piece, Name) and piece.environment and piece.name == "*":
        yield replace(piece, name=name, start=start, end=end)
    elif isinstance(piece, (Name, Island)):
        if name in ("number", "id", "sha", "length"):
            return
        yield replace(piece, change=max(piece.change, Change.PART), by=f"a part of it, by `.{name}`")
    elif isinstance(piece, Unknown):
        yield piece


def changed(pieces: Iterable[Piece], change: Change, by: str) -> Iterator[Piece]:
    """The pieces after a change."""
    for piece in pieces:
        if isinstance(piece, (Name, Island, Field, Answer, FileText)):
            yield replace(piece, change=max(piece.change, change), by=piece.by or by)
        elif isinstance(piece, Unknown):
            yield piece
