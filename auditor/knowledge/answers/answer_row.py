"""The form of a row about an action's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.knowledge.answers.content import Content, Contents, Kind, Of
from auditor.knowledge.change import Change
from auditor.knowledge.provenance import Provenance


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What an action leaves, if its inputs are as `when` says.

    `outputs` are by name in lower case, `variables` by name in upper case; a `*` stands for any text.
    The row speaks of versions from `since` on. `asks`: this output is what GitHub answers to the route or
    the query of GraphQL that this input holds.
    """

    source: Provenance
    outputs: Mapping[str, Contents] = field(default_factory=dict)
    variables: Mapping[str, Contents] = field(default_factory=dict)
    when: tuple[InputIs, ...] = ()
    since: int = 0
    asks: tuple[str, str] | None = None

    def holds(self, inputs: Mapping[str, str | None], major: int | None) -> bool | None:
        """Whether the row speaks of this use; None where an input's value isn't known."""
        if major is not None and major < self.since:
            return False
        found = [condition.holds(inputs) for condition in self.when]
        if False in found:
            return False
        return None if None in found else True


@dataclass(frozen=True, slots=True)
class InputIs:
    """A condition: the input has one of these values, in lower case. `default` is its value if left out."""

    name: str
    values: tuple[str, ...]
    default: str = ""

    def holds(self, inputs: Mapping[str, str | None]) -> bool | None:
        """Whether it does; None where the value isn't known."""
        value = inputs.get(self.name, self.default)
        return None if value is None else value.strip().lower() in self.values


def read_at(commit: str, later: bool = False) -> Provenance:
    """The source of a row whose `action.yml` was read at a commit; `later`: some names are newer than it."""
    newer = "; newer names from the README as known in 2026-11" if later else ""
    return Provenance(f"action.yml at {commit}{newer}", "2026-12-01")


def each_of(
    names: str, kind: Kind, of: Of = Of.NOTHING, change: Change = Change.WHOLE, by: str = ""
) -> dict[str, Contents]:
    """The same content for each of the names."""
    return dict.fromkeys(names.split(), (Content(kind, of, (), change, by),))


def file_names(names: str, change: Change = Change.WHOLE, by: str = "") -> dict[str, Contents]:
    """The names of changed files, for each of the names."""
    return each_of(names, Kind.FILE_NAMES, Of.CHANGE, change, by)


def secrets(names: str) -> dict[str, Contents]:
    """A credential, for each of the names."""
    return each_of(names, Kind.CREDENTIAL, Of.ACCOUNT)


def pull_request(
    title: str = "", body: str = "", branch: str = "", sha: str = "", number: str = ""
) -> dict[str, Contents]:
    """Fields of a pull request, each with the names of the outputs that hold it."""
    return {
        **each_of(title, Kind.TITLE, Of.PULL_REQUEST),
        **each_of(body, Kind.BODY, Of.PULL_REQUEST),
        **each_of(branch, Kind.BRANCH, Of.PULL_REQUEST),
        **each_of(sha, Kind.SHA, Of.PULL_REQUEST),
        **each_of(number, Kind.NUMBER, Of.PULL_REQUEST),
    }
