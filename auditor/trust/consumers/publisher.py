"""Trusted publishers of package registries as acceptors.

PyPI checks `sub` (its repository), `repository`, the owner's id as it was when the publisher was made,
`job_workflow_ref`, and `environment` where one is given; neither event nor ref. npm checks the calling
workflow's file. Sources: pypi/warehouse, `warehouse/oidc/models/github.py`; npm documentation, "Trusted
publishing" (2026-11). Whether PyPI takes subjects with ids isn't documented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.cloud.aws import GITHUB
from auditor.cloud.publisher import TrustedPublisher
from auditor.trust.automata.boxes import Box, Constraint
from auditor.trust.automata.language import (
    AnyCase,
    Both,
    Complement,
    Language,
    Pattern,
    PatternSet,
    Wild,
    small,
    word,
)
from auditor.trust.automata.search import StepBudget
from auditor.trust.minting.issuer import Issuer
from auditor.trust.minting.subject_grammar import OWNER_ID
from auditor.trust.questions.acceptor import Acceptor, PolicyCheck
from auditor.trust.questions.names import names_of

_FOLDER = "/.github/workflows/"


class Publisher(Acceptor):
    """One publisher."""

    def __init__(self, publisher: TrustedPublisher) -> None:
        self.publisher = publisher
        self.issuer = Issuer(GITHUB)
        self.location = publisher.location
        self.names = names_of([("repository", publisher.repository)])

    @property
    def _of_file(self) -> str:
        """The claim that names the workflow's file."""
        return "job_workflow_ref" if self.publisher.registry == "pypi" else "workflow_ref"

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """One box."""
        publisher = self.publisher
        budget.spend(1 + (len(publisher.repository) + len(publisher.workflow)) // 8)
        path = (*_FOLDER, *publisher.workflow, "@", Wild.RUN)
        own = (*publisher.repository, *path)
        required: dict[str, Language] = {
            "repository": _any_case([tuple(publisher.repository)]),
            self._of_file: Both((_any_case([own]), PatternSet([(Wild.RUN, *path)]))),
        }
        if publisher.registry == "pypi":
            required["sub"] = _any_case(_subjects(publisher.repository, generous=generous))
            # The id isn't known here, but that no stranger has it.
            required["repository_owner_id"] = Complement(word(OWNER_ID))
        if publisher.environment:
            required["environment"] = _any_case([tuple(publisher.environment)])
        return ({claim: Constraint(language, may_be_absent=False) for claim, language in required.items()},)

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What the registry says of a token."""
        publisher = self.publisher
        repository = claims.get("repository", "").lower()
        file, found, _ = claims.get(self._of_file, "").partition("@")
        where, slash, name = file.rpartition("/")
        fits = (
            repository == publisher.repository.lower()
            and bool(found and slash)
            and f"{where}/".lower() == f"{repository}{_FOLDER}"
            and name == publisher.workflow
        )
        if publisher.environment:
            fits = fits and claims.get("environment", "").lower() == publisher.environment.lower()
        if publisher.registry == "pypi":
            owner, other = claims.get("repository_owner_id"), OWNER_ID
            fits = fits and owner is not None and owner != other
            fits = fits and self._is_subject(claims.get("sub", ""), generous=generous)
        return fits

    def _is_subject(self, sub: str, *, generous: bool) -> bool:
        kind, _, rest = sub.lower().partition(":")
        head = rest.partition(":")[0]
        if generous and "@" in head:
            head = "/".join(part.partition("@")[0] for part in head.split("/"))
        return kind == "repo" and head == self.publisher.repository.lower()

    def checks(self) -> Sequence[PolicyCheck]:
        """What the policy file gives of it."""
        publisher = self.publisher
        given = [("repository", publisher.repository), (self._of_file, publisher.workflow)]
        given += [("environment", publisher.environment)] if publisher.environment else []
        if not publisher.environment:
            return [PolicyCheck(c, f"`{v}` and no environment", (v,), publisher.location) for c, v in given]
        return [PolicyCheck(claim, f"`{value}`", (value,), publisher.location) for claim, value in given]

    def doubts(self) -> Iterator[str]:
        """Subjects with ids."""
        if self.publisher.registry == "pypi":
            yield "whether PyPI takes subjects with ids"

    @property
    def cost(self) -> int:
        """A step."""
        return 1


def publishers_of(party: TrustedPublisher) -> tuple[Publisher, ...]:
    """The one acceptor of a publisher."""
    return (Publisher(party),)


def _any_case(patterns: list[Pattern]) -> Language:
    return AnyCase(
        PatternSet(tuple(small(token) if isinstance(token, str) else token for token in p) for p in patterns)
    )


def _subjects(repository: str, *, generous: bool) -> list[Pattern]:
    """Subjects of a repository, whatever follows it; with ids where those may count."""
    owner, _, name = repository.partition("/")
    heads: list[Pattern] = [tuple(f"repo:{repository}")]
    if generous:
        heads.append((*"repo:", *owner, "@", Wild.RUN, "/", *name, "@", Wild.RUN))
    return [tail for head in heads for tail in (head, (*head, ":", Wild.RUN))]
