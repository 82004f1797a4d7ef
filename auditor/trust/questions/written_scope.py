"""What a policy spells out: the repository, refs and environments that its author meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from auditor.trust.automata.language import word
from auditor.trust.minting.contexts import BRANCHES, SubjectContext
from auditor.trust.questions.acceptor import Acceptor

_WILD = frozenset("*?")
_SCOPES = ("ref", "environment")


def written_tails(acceptor: Acceptor) -> tuple[SubjectContext, ...]:
    """The refs and environments that stand in the conditions without a wildcard."""
    found = [
        (claim, value)
        for check in acceptor.checks()
        for written in check.values
        for claim, value in _of_check(check.claim, written)
        if not _WILD & set(value)
    ]
    return tuple(SubjectContext(claim, word(value), value) for claim, value in dict.fromkeys(found))


def written_head(acceptor: Acceptor) -> str | None:
    """The repository as a policy's subjects spell it, with ids or without."""
    values = (value for check in acceptor.checks() if check.claim == "sub" for value in check.values)
    heads = (value.split(":")[1] for value in values if value.startswith("repo:"))
    return next((head for head in heads if "/" in head and not _WILD & set(head)), None)


def is_of_a_folder(subject: str | None) -> bool:
    """Whether a made-up ref lies in a folder of branches, or is a tag: `release/x`, `v1x`."""
    tail = (subject or "").split(":")[-1]
    return "/" in tail.removeprefix(BRANCHES)


def _of_check(claim: str | None, value: str) -> Iterator[tuple[str, str]]:
    """The refs and environments that one value holds, be it a claim's or a subject's."""
    if claim in _SCOPES:
        yield claim, value
    if claim == "sub":
        yield from ((key, after) for key, after in pairwise(value.split(":")) if key in _SCOPES)
