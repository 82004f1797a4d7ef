"""What a run's subject says behind its repository: languages of subjects, whatever the repository is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.trust.automata.language import EVERYTHING, AnyCase, Language, PatternSet, Wild, word
from auditor.trust.automata.ref_filter import RefFilter
from auditor.trust.minting.subject_grammar import PULL_REQUEST

BRANCHES, TAGS = "refs/heads/", "refs/tags/"
QUEUE = "refs/heads/gh-readonly-queue/"


@dataclass(frozen=True, slots=True, eq=False)
class SubjectContext:
    """One context of a subject. `kind` is `ref`, `environment` or `pull_request`; `tail` is as written there.

    `shown` is the tail as a trust policy's glob would have it: exact, or with wildcards. `shown` is None
    where no glob says it. What isn't `sure` only may be minted.
    """

    kind: str
    tail: Language = EVERYTHING
    shown: str | None = None
    is_sure: bool = True

    def takes(self, other: SubjectContext) -> bool:
        """Whether one exact ref or environment is among it."""
        return other.kind == self.kind and (other.shown or "") in self.tail

    @property
    def glob(self) -> str | None:
        """What a policy writes behind the repository for it."""
        if self.kind == PULL_REQUEST:
            return PULL_REQUEST
        return None if self.shown is None else f"{self.kind}:{self.shown}"


PULL_REQUESTS = SubjectContext(PULL_REQUEST)
ANY_ENVIRONMENT = SubjectContext("environment", EVERYTHING, "*", is_sure=False)
PULL_REF = SubjectContext(
    "ref", PatternSet([(*"refs/pull/", Wild.RUN, *"/merge")]), "refs/pull/*/merge", is_sure=False
)


MADE_UP = SubjectContext("ref", word(f"{BRANCHES}octocat-made-this-up"), f"{BRANCHES}octocat-made-this-up")
"""A branch that nobody has, so that it stands for all that nobody has named."""


def environment(pieces: Sequence[str | None]) -> SubjectContext:
    """An environment by its name; None stands for a piece of it that isn't known.

    GitHub compares their names without case, and writes a colon in one as `%3A`.
    """
    texts = [None if piece is None else piece.replace(":", "%3A") for piece in pieces]
    pattern = tuple(part for text in texts for part in ((Wild.RUN,) if text is None else tuple(text.lower())))
    shown = "".join("*" if text is None else text for text in texts)
    return SubjectContext("environment", AnyCase(PatternSet([pattern])), shown)


def ref(name: str) -> SubjectContext:
    """One full ref."""
    return SubjectContext("ref", word(name), name)


def refs_under(prefix: str, *, is_sure: bool = True) -> SubjectContext:
    """Every ref whose name begins so."""
    return SubjectContext("ref", PatternSet([(*prefix, Wild.RUN)]), f"{prefix}*", is_sure)


def filtered(prefix: str, patterns: Sequence[str], end: str = "") -> tuple[SubjectContext, ...]:
    """The refs under `prefix` that a trigger's filters let through, each plain name by itself."""
    ended = [pattern + end for pattern in patterns]
    if not any(_is_special(pattern) for pattern in ended):
        return tuple(ref(prefix + pattern) for pattern in ended)
    if any(pattern.startswith("!") for pattern in ended):
        return (SubjectContext("ref", RefFilter(prefix, ended), f"{prefix}*"),)
    return tuple(
        SubjectContext("ref", RefFilter(prefix, [pattern]), prefix + _glob(pattern))
        if _is_special(pattern)
        else ref(prefix + pattern)
        for pattern in ended
    )


def narrowed(contexts: Sequence[SubjectContext], names: Sequence[str]) -> tuple[SubjectContext, ...]:
    """Those of the full refs `names` that one of the contexts takes."""
    return tuple(ref(name) for name in dict.fromkeys(names) if any(name in each.tail for each in contexts))


def _is_special(pattern: str) -> bool:
    return pattern.startswith("!") or bool(set("*?+[\\") & set(pattern))


def _glob(pattern: str) -> str:
    """A glob of a trust policy that takes at least what a filter does."""
    made: list[str] = []
    in_set = False
    for char in pattern:
        if char == "]":
            in_set = False
            made.append("?")
        elif in_set:
            continue
        elif char == "[":
            in_set = True
        elif char in "?+" and made:
            made[-1] = "*"
        elif char == "*" and made[-1:] == ["*"]:
            continue
        else:
            made.append(char)
    return "".join(made)
