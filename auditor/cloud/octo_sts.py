"""Trust policies of octo-sts, which gives tokens of a GitHub App for a workflow's: `*.sts.yaml`.

Names: octo-sts/app, README and `pkg/octosts/trust_policy.go` (2026-11). Every pattern is an expression of
RE2 that the whole value must match. Exactly one of `subject` and `subject_pattern` stands there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from auditor.cloud.content_search import scalar_in, value_in
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Value
from auditor.finding import Location, Problem, Stage
from auditor.languages import re2
from auditor.languages.yaml import Mapping, Node, Scalar

PATH = re.compile(r"(?:.*/)?\.github/chainguard/([^/]+)\.sts\.yaml", re.DOTALL)
"""Where the policies of a repository lie, and the name of each."""


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """What one claim must be: `exact`, or in a pattern, whose `tree` is None where it isn't followed."""

    claim: str
    text: Value
    is_pattern: bool
    tree: re2.Node | None = None


@dataclass(frozen=True, eq=False)
class StsPolicy(RelyingParty):
    """One policy. `issuer` is a text or a pattern; `permissions` are those that it gives."""

    consumer: ClassVar[str] = "octo-sts"
    name: str
    issuer: ClaimMatch
    claim_matches: tuple[ClaimMatch, ...]
    permissions: tuple[str, ...]
    location: Location

    @property
    def title(self) -> str:
        """The identity."""
        return f"the octo-sts identity `{self.name}`"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether it has that name."""
        return target == self.name


@dataclass(frozen=True, slots=True)
class StsPolicies:
    """The policy of one file, and what was wrong with it."""

    policies: tuple[StsPolicy, ...]
    problems: tuple[Problem, ...]


def read_sts_policy(root: Node | None, path: str) -> StsPolicies:
    """The policy that a file at `path` is; none where it isn't one, or where octo-sts refuses it."""
    name = PATH.fullmatch(path)
    if name is None or not isinstance(root, Mapping):
        return StsPolicies((), ())
    reader = _StsPolicyReader(root)
    issuer, subject = reader.either("issuer", "iss"), reader.either("subject", "sub")
    audience = reader.either("audience", "aud", is_needed=False)
    claims = reader.claims()
    if issuer is None or subject is None:
        return StsPolicies((), tuple(reader.problems))
    permissions = root.get("permissions")
    given = permissions if isinstance(permissions, Mapping) else ()
    policy = StsPolicy(
        name=name[1],
        issuer=issuer,
        claim_matches=(subject, *((audience,) if audience else ()), *claims),
        permissions=tuple(f"{e.key.value}: {e.value.value}" for e in given if isinstance(e.value, Scalar)),
        location=root.location,
    )
    return StsPolicies((policy,), tuple(reader.problems))


class _StsPolicyReader:
    def __init__(self, root: Mapping) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def either(self, key: str, claim: str, *, is_needed: bool = True) -> ClaimMatch | None:
        """`key`, or the pattern of it: just one of them may stand there."""
        exact, pattern = value_in(self._root, key), scalar_in(self._root, f"{key}_pattern")
        if exact is not None and pattern is None:
            return ClaimMatch(claim, exact, is_pattern=False)
        if pattern is not None and exact is None:
            return self._pattern(claim, pattern)
        if is_needed or exact is not None:
            self._wrong(f"one of `{key}` and `{key}_pattern` must be given", self._root.location)
        return None

    def claims(self) -> tuple[ClaimMatch, ...]:
        """The patterns of other claims."""
        node = self._root.get("claim_pattern")
        if not isinstance(node, Mapping):
            if node is not None and not (isinstance(node, Scalar) and node.is_null):
                self._wrong("`claim_pattern` must be a mapping", node.location)
            return ()
        entries = [(entry.key.value, entry.value) for entry in node]
        return tuple(self._pattern(claim, value) for claim, value in entries if isinstance(value, Scalar))

    def _pattern(self, claim: str, scalar: Scalar) -> ClaimMatch:
        tree = None
        try:
            tree = re2.parse(scalar.value)
        except re2.RegexTooHardError:
            pass
        except re2.RegexError as error:
            at = scalar.location_of(error.offset, min(error.offset + 1, len(scalar.value)))
            self._wrong(f"no expression of RE2: {error.message}", at)
        return ClaimMatch(claim, Value((scalar.value,), scalar.location), is_pattern=True, tree=tree)

    def _wrong(self, message: str, at: Location) -> None:
        self.problems.append(Problem(Stage.MODEL, message, at))
