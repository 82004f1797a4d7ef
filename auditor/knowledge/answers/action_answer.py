"""What an action leaves in its outputs and in the environment, given its inputs and its version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from auditor.knowledge.answers.action_rows import ACTION_ANSWERS
from auditor.knowledge.answers.answer_row import AnswerRow
from auditor.knowledge.answers.calls import by_query, by_route
from auditor.knowledge.answers.content import Contents


def _rows(action: str, inputs: Mapping[str, str | None], major: int | None) -> list[AnswerRow]:
    """The rows that hold or may hold: the first that is sure to ends them."""
    found: list[AnswerRow] = []
    for row in ACTION_ANSWERS.get(action.lower(), ()):
        holds = row.holds(inputs, major)
        if holds is not False:
            found.append(row)
        if holds:
            break
    return found


def _named(tables: Iterable[Mapping[str, Contents]], name: str) -> Contents | None:
    found: dict[str, Contents] = {}
    for at, table in enumerate(tables):
        for pattern, contents in table.items():
            if pattern == name or fnmatchcase(name, pattern):
                found[f"{at}"] = contents
                break
    return tuple(dict.fromkeys(each for part in found.values() for each in part)) if found else None


def output_of(
    action: str, name: str, inputs: Mapping[str, str | None], major: int | None = None
) -> Contents | None:
    """What the output `name` of an action holds; None where it isn't known.

    `inputs` are those that the step gives, by name in lower case: None where the value isn't known. `major`
    is the action's major version, None where the reference doesn't tell: then it is the newest.
    """
    rows = _rows(action, inputs, major)
    for row in rows:
        if row.asks is not None and row.asks[0] == name.lower():
            asked = inputs.get(row.asks[1])
            return None if asked is None else by_query(asked) if row.asks[1] == "query" else by_route(asked)
    return _named((row.outputs for row in rows), name.lower())


def variable_of(
    action: str, name: str, inputs: Mapping[str, str | None], major: int | None = None
) -> Contents | None:
    """What an action puts into the environment variable `name` for the steps after it."""
    return _named((row.variables for row in _rows(action, inputs, major)), name.upper())
