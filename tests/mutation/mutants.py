"""Mutants: small changes of the code, made by cosmic-ray's operators, one at a time and in memory only."""

import ast
import difflib
import random
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import CodeType

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change of one function: of a function inside another, the outer one is the function."""

    path: Path
    line: int  # where the function starts, decorators included
    name: str
    code: CodeType
    diff: str


@dataclass(frozen=True)
class _Function:
    line: int
    name: str
    start: Place
    end: Place


@dataclass(frozen=True)
class _Spot:
    """A place in a function's body, and its changes: an operator's name, and which of its places this is."""

    path: Path
    function: _Function
    start: Place
    changes: tuple[tuple[str, int], ...]


def sample(folder: Path, size: int, seed: int) -> list[Mutant]:
    """Chooses places all over the folder's functions, and for each of them one change.

    Places are chosen and not changes: an `==` has seven of them, a `not` has one.
    """
    order = random.Random(seed)
    spots = [spot for path in sorted(folder.rglob("*.py")) for spot in _spots(path)]
    order.shuffle(spots)
    found: list[Mutant] = []
    for spot in spots:
        if len(found) == size:
            break
        mutant = _mutant(spot, *order.choice(spot.changes))
        if mutant is not None:
            found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.path, mutant.line))


def _spots(path: Path) -> list[_Spot]:
    text = path.read_text(encoding="utf-8")
    functions = list(_functions(ast.parse(text), ""))
    nodes = list(ast_nodes(get_ast(text)))
    changes: dict[tuple[Place, Place], list[tuple[str, int]]] = defaultdict(list)
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if operator.arguments():
            continue  # it changes a variable that one must name
        places = (place for node in nodes for place in operator().mutation_positions(node))
        for number, place in enumerate(places):
            changes[place].append((name, number))
    return [
        _Spot(path, function, start, tuple(each))
        for (start, end), each in sorted(changes.items())
        for function in functions
        if function.start <= start < function.end
    ]


def _functions(node: ast.AST, outside: str) -> Iterator[_Function]:
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.FunctionDef):
            line = min([each.lineno, *(decorator.lineno for decorator in each.decorator_list)])
            first, last = each.body[0], each.body[-1]
            assert last.end_lineno is not None
            assert last.end_col_offset is not None
            start, end = (first.lineno, first.col_offset), (last.end_lineno, last.end_col_offset)
            yield _Function(line, outside + each.name, start, end)
        elif isinstance(each, ast.ClassDef):
            yield from _functions(each, f"{outside}{each.name}.")


def _mutant(spot: _Spot, operator: str, number: int) -> Mutant | None:
    """The mutant, if Python can read it without a warning and reads it differently from the code as it is."""
    text = spot.path.read_text(encoding="utf-8")
    mutated = mutate_code(text, get_operator(operator)(), number)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            after = _code(compile(mutated, spot.path, "exec"), spot.function)
    except SyntaxError:
        return None
    before = _code(compile(text, spot.path, "exec"), spot.function)
    if after is None or before is None or _same(before, after):
        return None
    lines = difflib.unified_diff(text.splitlines(), mutated.splitlines(), lineterm="", n=1)
    diff = "\n".join(line for line in lines if not line.startswith(("---", "+++")))
    return Mutant(spot.path, spot.function.line, spot.function.name, after, diff)


def _code(code: CodeType, function: _Function) -> CodeType | None:
    if (code.co_firstlineno, code.co_qualname) == (function.line, function.name):
        return code
    inside = (_code(each, function) for each in code.co_consts if isinstance(each, CodeType))
    return next((each for each in inside if each is not None), None)


def _same(one: object, other: object) -> bool:
    if not (isinstance(one, CodeType) and isinstance(other, CodeType)):
        return type(one) is type(other) and one == other
    return (one.co_code, one.co_names) == (other.co_code, other.co_names) and all(
        _same(*pair) for pair in zip_longest(one.co_consts, other.co_consts)
    )
