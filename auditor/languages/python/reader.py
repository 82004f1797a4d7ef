"""What a script of Python does with values, as a `Reading`, over the standard library's parser.

Nothing is executed. What is nested too deep for the parser is no Python to us, and is said so.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import accumulate
from operator import attrgetter

from auditor.languages.anchors import is_anchored
from auditor.languages.python.values import Values
from auditor.languages.reading import (
    RUNNER_FILES,
    Argument,
    Assign,
    End,
    Eval,
    Event,
    FileText,
    Literal,
    Name,
    Pieces,
    Print,
    Reading,
    Run,
    Test,
    Write,
)
from auditor.languages.runner_lines import runner_lines
from auditor.languages.shell.grammar import mask

MAX_LENGTH = 500_000
"""Characters of a script that are read; GitHub takes a file of half a megabyte."""

MAX_NESTING = 80
"""Brackets in each other. Python's own parser stops at 200, and so would not be the same everywhere."""

_EVALUATES = frozenset({"eval", "exec", "compile"})
_SHELLS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
_STARTS = re.compile(
    r"^(?:subprocess\.(?:run|call|check_call|check_output|Popen)|asyncio\.create_subprocess_\w+)$"
)
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_SET_OUTPUT = re.compile(r"\s*::set-output name=([\w-]+)::")


def read(text: str) -> Reading:
    """What the script does, its `${{ }}` still in it. Never raises."""
    masked = mask(text)
    if len(text) > MAX_LENGTH or _nesting(masked.text) > MAX_NESTING:
        return Reading(text, "python", (), cut_off="the script is too long or nested too deep")
    code = masked.text.replace("\r\n", " \n").replace("\r", "\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Reading(text, "python", (), has_errors=True)
    starts = [0, *accumulate(len(line) for line in code.splitlines(keepends=True))]
    reader = _Reader(Values(text, starts, masked.islands), len(text))
    try:
        reader.walk(tree)
    except RecursionError:
        return Reading(text, "python", (), cut_off="the script is nested too deep")
    return Reading(text, "python", tuple(sorted(reader.events, key=attrgetter("start"))))


def _nesting(text: str) -> int:
    """How deep brackets and indented blocks stand in each other, strings counted as code."""
    depth = most = 0
    for character in text:
        if character in "([{":
            depth += 1
            most = max(most, depth)
        elif character in ")]}":
            depth -= 1
    indents = max((len(line) - len(line.lstrip(" ")) for line in text.split("\n") if line.strip()), default=0)
    return max(most, indents // 2 if indents > 2 * MAX_NESTING else 0)


class _Reader:
    def __init__(self, values: Values, length: int) -> None:
        self.events: list[Event] = []
        self._values = values
        self._length = length
        self._open: dict[Pieces, list[tuple[Pieces, ast.AST]]] = {}

    def walk(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                self._values.functions[node.name] = node
        self._block(tree.body, -1, self._length)
        self._flush()

    def _block(self, body: list[ast.stmt], until: int, end: int) -> None:
        for statement in body:
            self._statement(statement, until, end)

    def _statement(self, node: ast.stmt, until: int, end: int) -> None:
        match node:
            case ast.Assign():
                self._effects(node.value, until)
                for target in node.targets:
                    self._bind(target, self._values.of(node.value), node, until)
            case ast.AnnAssign() | ast.AugAssign():
                if node.value is not None:
                    self._effects(node.value, until)
                appends = isinstance(node, ast.AugAssign)
                self._bind(node.target, self._values.of(node.value), node, until, appends=appends)
            case ast.With():
                for item in node.items:
                    self._effects(item.context_expr, until)
                    self._open_file(item)
                self._block(node.body, until, end)
            case ast.If():
                self._if(node, until, end)
            case ast.For():
                self._effects(node.iter, until)
                items = tuple(self._values.below(self._values.of(node.iter), "*", node.iter))
                self._bind(node.target, items, node, self._values.place(node)[1])
                self._inner(node.body, node.orelse)
            case ast.While() | ast.FunctionDef() | ast.Try():
                self._branching(node, until)
            case ast.Raise():
                self.events.append(End(*self._values.place(node), fails=True, always=until < 0))
            case _:
                for child in ast.iter_child_nodes(node):
                    self._effects(child, until)

    def _branching(self, node: ast.While | ast.FunctionDef | ast.Try, until: int) -> None:
        """What need not run, or not once."""
        if isinstance(node, ast.While):
            self._effects(node.test, until)
            self._inner(node.body, node.orelse)
        elif isinstance(node, ast.Try):
            self._inner(node.body, *(each.body for each in node.handlers), node.orelse, node.finalbody)
        else:
            self._inner(node.body)

    def _inner(self, *bodies: list[ast.stmt]) -> None:
        for body in bodies:
            if body:
                last = self._values.place(body[-1])[1]
                self._block(body, last, last)

    def _if(self, node: ast.If, until: int, end: int) -> None:
        self._effects(node.test, until)
        spans: list[tuple[tuple[int, int], bool]] = []
        then = (self._values.place(node.body[0])[0], self._values.place(node.body[-1])[1])
        spans.append((then, True))
        after = (self._values.place(node)[1], end)
        if _leaves(node.body):
            spans.append((after, False))
        if node.orelse:
            other = (self._values.place(node.orelse[0])[0], self._values.place(node.orelse[-1])[1])
            spans.append((other, False))
            if _leaves(node.orelse):
                spans.append((after, True))
        self.events += self._tests(node.test, spans)
        self._inner(node.body, node.orelse)

    def _tests(self, node: ast.expr, spans: list[tuple[tuple[int, int], bool]]) -> Iterator[Test]:
        match node:
            case ast.UnaryOp(op=ast.Not()):
                yield from self._tests(node.operand, [(span, not holds) for span, holds in spans])
            case ast.BoolOp(op=operator):
                wanted = isinstance(operator, ast.And)
                part = [(span, holds) for span, holds in spans if holds is wanted]
                for value in node.values:
                    yield from self._tests(value, part)
            case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[other]):
                yield from self._compared(node, name, operator, other, spans)
            case ast.Call() if node.args and self._values.dotted(node.func) in ("re.match", "re.fullmatch"):
                yield from self._matched(node, tuple(span for span, holds in spans if holds))
            case ast.Compare(left=ast.Call() as call, ops=[ast.Is() | ast.IsNot()]):
                flipped = isinstance(node.ops[0], ast.Is)
                yield from self._tests(call, [(span, holds is not flipped) for span, holds in spans])

    def _matched(self, node: ast.Call, holds: tuple[tuple[int, int], ...]) -> Iterator[Test]:
        pattern, *rest = node.args
        if not holds or not rest or not isinstance(rest[0], ast.Name):
            return
        if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
            full = self._values.dotted(node.func) == "re.fullmatch"
            # A `$` allows a line break at the very end; nothing can stand behind that.
            whole = full or is_anchored("^" + pattern.value.removeprefix("^"))
            yield Test(rest[0].id, pattern.value, *self._values.place(node), whole=whole, holds=holds)

    def _compared(
        self,
        node: ast.Compare,
        name: str,
        operator: ast.cmpop,
        other: ast.expr,
        spans: list[tuple[tuple[int, int], bool]],
    ) -> Iterator[Test]:
        equal = isinstance(operator, (ast.Eq, ast.In))
        if not isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            return
        items = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        if isinstance(operator, (ast.In, ast.NotIn)) and items == [other]:
            return
        texts = [
            each.value for each in items if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        holds = tuple(span for span, succeeds in spans if succeeds is equal)
        if holds and texts and len(texts) == len(items):
            yield Test(
                name, "|".join(texts), *self._values.place(node), whole=True, literal=True, holds=holds
            )

    def _bind(
        self, target: ast.expr, pieces: Pieces, node: ast.AST, until: int, *, appends: bool = False
    ) -> None:
        match target:
            case ast.Name():
                known = self._values.aliases.setdefault(target.id, [])
                known += [p for p in pieces if not (isinstance(p, Name) and p.name == target.id)][:50]
                files = [piece for piece in pieces if isinstance(piece, FileText) and not piece.path]
                if files and isinstance(node, ast.Assign) and _opens(node.value):
                    self._values.files[target.id] = files[0].file
                place = self._values.place(node)
                self.events.append(Assign(target.id, pieces, *place, appends=appends, until=until))
            case ast.Tuple() | ast.List():
                for each in target.elts:
                    self._bind(each, pieces, node, until, appends=appends)
            case ast.Subscript() if self._values.dotted(target.value) in ("os.environ", "environ"):
                return
            case ast.Subscript() | ast.Attribute():
                self._bind(target.value, pieces, node, until, appends=True)

    def _open_file(self, item: ast.withitem) -> None:
        found = [p for p in self._values.of(item.context_expr) if isinstance(p, FileText)]
        if found and isinstance(item.optional_vars, ast.Name):
            self._values.files[item.optional_vars.id] = found[0].file

    def _effects(self, root: ast.AST, until: int) -> None:
        """What the calls in an expression do."""
        for node in ast.walk(root):
            if isinstance(node, ast.Call):
                self._call(node, until)

    def _call(self, node: ast.Call, until: int) -> None:
        values = self._values
        run = values.run(node)
        name, place = run.program or "", values.place(node)
        started = self._started(node, run)
        self.events.append(started or run)
        pieces = tuple(piece for each in node.args for piece in values.of(each))
        if name == "print":
            self._print(node, pieces, place)
        elif name in ("sys.stdout.write", "logging.info", "logging.warning", "logging.error"):
            self.events.append(Print(pieces, *place))
        elif name in _EVALUATES and node.args:
            self.events.append(Eval(values.of(node.args[0]), "python", *place))
        elif (name in _SHELLS or (started is None and _uses_shell(node))) and node.args:
            self.events.append(Eval(values.of(node.args[0]), "sh", *place))
        elif name in _EXITS:
            self.events.append(End(*place, fails=True, always=until < 0))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("write", "writelines", "write_text"):
            self._write(node.func.value, pieces, node)
        elif name in values.functions:
            parameters = values.functions[name].args.args
            for parameter, argument in zip(parameters, node.args, strict=False):
                target = ast.Name(parameter.arg)
                self._bind(target, values.of(argument), node, place[1])

    def _started(self, node: ast.Call, run: Run) -> Run | None:
        """`subprocess.run(["git", "log"])` as the run of `git`."""
        first = node.args[0] if node.args else None
        if not (_STARTS.match(run.program or "") and isinstance(first, (ast.List, ast.Tuple)) and first.elts):
            return None
        program = first.elts[0].value if isinstance(first.elts[0], ast.Constant) else None
        if not isinstance(program, str):
            return None
        arguments = tuple(Argument(self._values.of(e), *self._values.place(e)) for e in first.elts[1:])
        return Run(program.rpartition("/")[2], arguments, run.start, run.end)

    def _print(self, node: ast.Call, pieces: Pieces, place: tuple[int, int]) -> None:
        file = next((each.value for each in node.keywords if each.arg == "file"), None)
        if isinstance(file, ast.Name) and file.id in self._values.files:
            self._write(file, pieces, node, ends_line=True)
            return
        first = pieces[0] if pieces else None
        old = _SET_OUTPUT.match(getattr(first, "text", ""))
        if old is not None:
            self.events.append(Write("GITHUB_OUTPUT", old[1], pieces, *place, toolkit="::set-output"))
        self.events.append(Print(pieces, *place))

    def _write(self, target: ast.expr, pieces: Pieces, node: ast.AST, *, ends_line: bool = False) -> None:
        """Text for a file; what is written to one of the runner's in several calls is read together."""
        found = self._values.of(target)
        path = next((p.file for p in found if isinstance(p, FileText)), found)
        more: Pieces = (Literal("\n", *self._values.place(node)),) if ends_line else ()
        key = next((known for known in self._open if _same(known, path)), path)
        self._open.setdefault(key, []).append(((*pieces, *more), node))

    def _flush(self) -> None:
        for path, written in self._open.items():
            file = _runner_file(path, self._values)
            if not file:
                for pieces, node in written:
                    self.events.append(Write("", None, pieces, *self._values.place(node), path=path))
                continue
            pieces = tuple(piece for each, _ in written for piece in each)
            start, end = self._values.place(written[0][1])[0], self._values.place(written[-1][1])[1]
            for key, value, delimiter in runner_lines(file, pieces):
                first = value[0].start if value else start
                at = first if start <= first <= end else start
                self.events.append(Write(file, key, value, at, end, delimiter))


def _same(one: Pieces, other: Pieces) -> bool:
    return [getattr(p, "name", getattr(p, "text", p)) for p in one] == [
        getattr(p, "name", getattr(p, "text", p)) for p in other
    ]


def _runner_file(path: Pieces, values: Values) -> str:
    names = [piece.name for piece in values.known(path) if isinstance(piece, Name)]
    return next((name for name in names if name in RUNNER_FILES), "")


def _opens(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id == "open")
        or (isinstance(node.func, ast.Attribute) and node.func.attr == "open")
    )


def _uses_shell(node: ast.Call) -> bool:
    return any(
        each.arg == "shell" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in node.keywords
    )


def _leaves(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, (ast.Raise, ast.Return, ast.Continue, ast.Break)):
        return True
    call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in ("exit", "quit", "_exit", "fail")
