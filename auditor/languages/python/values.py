"""What an expression of Python is made of, as pieces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from auditor.languages.anchors import takes_plain_text
from auditor.languages.reading import (
    Answer,
    Argument,
    Change,
    FileText,
    Island,
    Literal,
    Name,
    Piece,
    Pieces,
    Run,
    Unknown,
)

MAX_DEPTH = 60
"""Expressions in each other; deeper ones are unknown."""

MAX_PIECES = 200
"""Pieces of one value."""

_ENVIRONMENT = frozenset({"os.environ", "environ"})
_READS_VARIABLE = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv", "os.environ.setdefault"})
_SAME = frozenset(
    (
        "str",
        "json.dumps",
        "json.loads",
        "list",
        "tuple",
        "set",
        "dict",
        "sorted",
        "reversed",
        "next",
        "iter",
        "textwrap.dedent",
        "os.path.expandvars",
        "html.unescape",
        "repr",
        "os.fspath",
        "yaml.safe_load",
    )
)
_ENCODES = frozenset(("base64.b64encode", "shlex.quote", "urllib.parse.quote", "quote", "html.escape"))
_COUNTS = frozenset(
    ("len", "int", "float", "bool", "hash", "isinstance", "any", "all", "sum", "range", "abs", "ord")
)
_WHOLE = frozenset(
    (
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "encode",
        "decode",
        "copy",
        "splitlines",
        "capitalize",
        "casefold",
        "removeprefix",
        "removesuffix",
        "items",
        "values",
        "ljust",
        "rjust",
        "read",
    )
)
_PART = frozenset(("split", "rsplit", "partition", "rpartition", "group", "groups", "replace", "pop", "get"))
_COUNTED = frozenset(
    (
        "startswith",
        "endswith",
        "isdigit",
        "isalnum",
        "isalpha",
        "count",
        "find",
        "index",
        "hexdigest",
        "exists",
    )
)
_MATCHES = re.compile(r"^re\.(?:match|search|fullmatch|findall|split|compile)$")
_REPLACES = "re.sub"
_PATHS = frozenset({"Path", "pathlib.Path"})


class Values:
    """Reads expressions of one script."""

    def __init__(self, text: str, starts: list[int], islands: tuple[tuple[int, int], ...]) -> None:
        self._text = text
        self._starts = starts
        self._islands = islands
        self._depth = 0
        self._runs: dict[ast.Call, Run] = {}
        self._in_progress: set[str] = set()
        self.aliases: dict[str, list[Piece]] = {}
        self.files: dict[str, Pieces] = {}
        self.functions: dict[str, ast.FunctionDef] = {}

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Where a node stands in the text. The text is ASCII, so that columns are offsets."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None)
        start = self._starts[line - 1] + column
        return start, (self._starts[end_line - 1] + end_column) if end_column is not None else start

    def of(self, node: ast.AST | None) -> Pieces:
        """What an expression may hold."""
        if node is None:
            return ()
        if self._depth > MAX_DEPTH:
            return (Unknown("an expression of too many levels", *self.place(node)),)
        self._depth += 1
        found = tuple(islice(self._of(node), MAX_PIECES))
        self._depth -= 1
        return found

    def _of(self, node: ast.AST) -> Iterator[Piece]:
        match node:
            case ast.Constant(value=str() | bytes()):
                yield from self._fragment(*self.place(node), str(node.value))
            case ast.JoinedStr():
                for value in node.values:
                    inner = value.value if isinstance(value, ast.FormattedValue) else value
                    yield from self._in_fstring(inner, node)
            case ast.Name():
                yield from self._name(node)
            case ast.Attribute():
                yield from self.below(self.of(node.value), node.attr, node)
            case ast.Subscript():
                yield from self._subscript(node)
            case ast.Call():
                yield from self._call(node)
            case _:
                for part in self._made_of(node):
                    yield from self.of(part)

    def _made_of(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parts of an expression that its value is made of."""
        match node:
            case ast.BinOp(op=ast.Add() | ast.Mod() | ast.Div() | ast.BitOr()):
                yield from (node.left, node.right)
            case ast.BoolOp(op=operator):
                yield from node.values if isinstance(operator, ast.Or) else node.values[-1:]
            case ast.IfExp():
                yield from (node.body, node.orelse)
            case ast.NamedExpr() | ast.Await() | ast.Starred():
                yield node.value
            case ast.List() | ast.Tuple() | ast.Set():
                yield from node.elts
            case ast.Dict():
                yield from node.values
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                self._bind_comprehension(node.generators)
                yield node.elt

    def _in_fstring(self, node: ast.AST, around: ast.JoinedStr) -> Iterator[Piece]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # Older versions of Python give the parts of an f-string the place of the whole.
            start, end = self.place(around)
            yield from self._islands_named(node.value, start, end)
            return
        yield from self.of(node)

    def _islands_named(self, value: str, start: int, end: int) -> Iterator[Piece]:
        inside = [span for span in self._islands if start <= span[0] and span[1] <= end]
        at = 0
        for first, last in inside:
            name = "_" * (last - first)
            found = value.find(name, at)
            if found >= 0:
                if value[at:found]:
                    yield Literal(value[at:found], start, end)
                yield Island(first, last)
                at = found + len(name)
        if value[at:]:
            yield Literal(value[at:], start, end)

    def _fragment(self, start: int, end: int, value: str) -> Iterator[Piece]:
        if any(start <= first and last <= end for first, last in self._islands):
            yield from self._islands_named(value, start, end)
        elif value:
            yield Literal(value, start, end)

    def _name(self, node: ast.Name) -> Iterator[Piece]:
        start, end = self.place(node)
        islands = [span for span in self._islands if start <= span[0] < end]
        if islands:
            yield from (Island(*span) for span in islands)
        elif node.id in self.files:
            yield FileText(self.files[node.id], start, end)
        else:
            yield Name(node.id, start, end)

    def _subscript(self, node: ast.Subscript) -> Iterator[Piece]:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if self.dotted(node.value) in _ENVIRONMENT:
            if isinstance(key, str):
                yield Name(key, *self.place(node), environment=True)
            else:
                yield Unknown("a variable by a computed name", *self.place(node))
            return
        base = self.of(node.value)
        if isinstance(key, str):
            yield from self.below(base, key, node)
        elif isinstance(node.slice, ast.Slice):
            yield from changed(base, Change.PART, "a part of it, by a slice")
        else:
            yield from self.below(base, "*", node)

    def below(self, pieces: Pieces, name: str, node: ast.AST) -> Iterator[Piece]:
        """What stands in a member of a value."""
        start, end = self.place(node)
        for piece in self.known(pieces):
            if isinstance(piece, (Answer, FileText)):
                yield replace(piece, path=(*piece.path, name), start=start, end=end)
            elif name not in ("number", "id", "sha", "returncode"):
                yield from changed((piece,), Change.PART, f"a part of it, by `{name}`")

    def known(self, pieces: Pieces) -> Iterator[Piece]:
        """The pieces, where a variable of the script is replaced by what it was given."""
        for piece in pieces:
            if isinstance(piece, Name) and not piece.environment and self.aliases.get(piece.name):
                yield from (one for one in self.aliases[piece.name] if not isinstance(one, Literal))
            else:
                yield piece

    def dotted(self, node: ast.expr) -> str:
        """The written name of a function or an object; its parts are empty where they are computed."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        names.append(node.id if isinstance(node, ast.Name) else "")
        return ".".join(reversed(names))

    def run(self, node: ast.Call) -> Run:
        """A call as a run, the same each time."""
        if node not in self._runs:
            arguments = [Argument(self.of(each), *self.place(each)) for each in node.args]
            for keyword in node.keywords:
                arguments.append(Argument(self.of(keyword.value), *self.place(keyword), keyword.arg or ""))
            self._runs[node] = Run(self.dotted(node.func) or None, tuple(arguments), *self.place(node))
        return self._runs[node]

    def _call(self, node: ast.Call) -> Iterator[Piece]:
        name = self.dotted(node.func)
        arguments = node.args
        if name in self.functions:
            yield from self.returned(name)
        elif name in _READS_VARIABLE and arguments and isinstance(arguments[0], ast.Constant):
            yield Name(str(arguments[0].value), *self.place(node), environment=True)
            yield from (piece for each in arguments[1:] for piece in self.of(each))
        elif name in _SAME:
            yield from (piece for each in arguments for piece in self.of(each))
        elif name in ("json.load", "yaml.load", "tomllib.load") and arguments:
            yield from self.known(self.of(arguments[0]))
        elif name in _ENCODES:
            pieces = (piece for each in arguments for piece in self.of(each))
            yield from changed(pieces, Change.ENCODED, f"by `{name}`")
        elif (
            name in _COUNTS
            or name.startswith("hashlib.")
            or (_MATCHES.match(name) and arguments and _is_plain(arguments[0]))
        ):
            return
        elif _MATCHES.match(name):
            pieces = (piece for each in arguments[1:] for piece in self.of(each))
            yield from changed(pieces, Change.PART, f"a part of it, by `{name}`")
        elif name == _REPLACES and len(arguments) > 2:
            pattern = arguments[0].value if isinstance(arguments[0], ast.Constant) else None
            if not (isinstance(pattern, str) and pattern.startswith("[^")):
                yield from self.of(arguments[1])
                yield from changed(self.of(arguments[2]), Change.PART, "a part of it, by `re.sub`")
        elif name in ("open", "io.open", "os.path.join", *_PATHS) and arguments:
            path = tuple(
                piece for each in arguments[: 1 if "open" in name else None] for piece in self.of(each)
            )
            yield from (FileText(path, *self.place(node)),) if "open" in name else path
        elif isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func)
        else:
            yield Answer(self.run(node), *self.place(node))

    def _method(self, node: ast.Call, function: ast.Attribute) -> Iterator[Piece]:
        method = function.attr
        if method in ("read_text", "read_bytes", "open"):
            yield FileText(self.of(function.value), *self.place(node))
        elif method in ("join", "format", "format_map"):
            yield from self.of(function.value)
            yield from (piece for each in node.args for piece in self.of(each))
            yield from (piece for each in node.keywords for piece in self.of(each.value))
        elif method == "json" or method in _WHOLE:
            yield from self.of(function.value)
        elif method in _COUNTED:
            return
        elif method in _PART:
            key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            base = self.of(function.value)
            if method == "get" and isinstance(key, str):
                yield from self.below(base, key, node)
            else:
                yield from changed(self.known(base), Change.PART, f"a part of it, by `.{method}()`")
        else:
            yield Answer(self.run(node), *self.place(node))

    def _bind_comprehension(self, generators: list[ast.comprehension]) -> None:
        for each in generators:
            if isinstance(each.target, ast.Name):
                items = list(self.below(self.of(each.iter), "*", each.target))
                self.aliases.setdefault(each.target.id, []).extend(items[:MAX_PIECES])

    def returned(self, name: str) -> Iterator[Piece]:
        """What a function of the script gives back."""
        if name in self._in_progress:
            return
        self._in_progress.add(name)
        for node in ast.walk(self.functions[name]):
            if isinstance(node, ast.Return):
                yield from self.of(node.value)
        self._in_progress.discard(name)


def _is_plain(pattern: ast.expr) -> bool:
    return (
        isinstance(pattern, ast.Constant)
        and isinstance(pattern.value, str)
        and takes_plain_text(pattern.value)
    )


def changed(pieces: Iterable[Piece], change: Change, by: str) -> Iterator[Piece]:
    """The pieces after a change."""
    for piece in pieces:
        if isinstance(piece, (Name, Island, Answer, FileText)):
            yield replace(piece, change=max(piece.change, change), by=piece.by or by)
        elif isinstance(piece, Unknown):
            yield piece
