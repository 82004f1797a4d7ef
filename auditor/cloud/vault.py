"""Roles of HashiCorp Vault's JWT method that may take tokens of GitHub.

They are found by content: what `vault read -format=json auth/jwt/role/NAME` prints, and the JSON that
`vault write` takes. Names: HashiCorp developer documentation, "JWT/OIDC auth method (API)" (2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.cloud.content_search import mappings_below, text_in, value_in, values_in
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Value
from auditor.finding import Location, Problem, Stage
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence

_TELLING = frozenset(
    {
        "actor",
        "actor_id",
        "base_ref",
        "enterprise",
        "environment",
        "event_name",
        "head_ref",
        "job_workflow_ref",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "repository_visibility",
        "runner_environment",
        "workflow",
        "workflow_ref",
    }
)
"""Claims that only tokens of GitHub Actions have."""


@dataclass(frozen=True, slots=True)
class BoundClaim:
    """A claim that must be there and be one of `values`; a value that is no text is None: no claim is it."""

    claim: str
    values: tuple[Value | None, ...]
    location: Location


@dataclass(frozen=True, eq=False)
class VaultRole(RelyingParty):
    """One role. `uses_globs` where `*` in bound claims stands for any characters; None where not known."""

    consumer: ClassVar[str] = "vault"
    name: str | None
    bound_claims: tuple[BoundClaim, ...]
    uses_globs: bool
    bound_subject: Value | None
    bound_audiences: tuple[Value, ...]
    user_claim: str | None
    location: Location

    @property
    def title(self) -> str:
        """The role."""
        return f"the Vault role `{self.name}`" if self.name else "the Vault role"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether it has that name."""
        return None if self.name is None else target == self.name

    @property
    def may_be_github(self) -> bool:
        """Whether it requires claims that only tokens of GitHub have."""
        texts = [value.shown for value in self.bound_audiences]
        texts += [self.bound_subject.shown] if self.bound_subject else []
        texts += [value.shown for bound in self.bound_claims for value in bound.values if value]
        claims = {bound.claim for bound in self.bound_claims} | {self.user_claim}
        return bool(claims & _TELLING) or any(
            text.startswith("repo:") or "github.com" in text or "githubusercontent" in text for text in texts
        )


@dataclass(frozen=True, slots=True)
class VaultRoles:
    """The roles of one file, and what was wrong with them."""

    roles: tuple[VaultRole, ...]
    problems: tuple[Problem, ...]


def read_vault_roles(root: Node | None) -> VaultRoles:
    """Every role below `root` that may take tokens of GitHub."""
    roles, problems = [], []
    for mapping in mappings_below(root):
        is_role = "user_claim" in mapping and any(key.startswith("bound_") for key in _keys(mapping))
        if is_role and text_in(mapping, "role_type") != "oidc":
            role, wrong = _role(mapping)
            if role.may_be_github:
                roles.append(role)
                problems += wrong
    return VaultRoles(tuple(roles), tuple(problems))


def _keys(mapping: Mapping) -> Iterator[str]:
    return (entry.key.value for entry in mapping)


def _role(mapping: Mapping) -> tuple[VaultRole, list[Problem]]:
    problems: list[Problem] = []
    bound = mapping.get("bound_claims")
    claims: list[BoundClaim] = []
    if isinstance(bound, Mapping):
        for entry in bound:
            at = entry.value.location
            claims.append(BoundClaim(claim_of(entry.key.value), tuple(_values(entry.value)), at))
    elif bound is not None and not (isinstance(bound, Scalar) and bound.is_null):
        problems.append(Problem(Stage.MODEL, "`bound_claims` must be a mapping", bound.location))
    subject = value_in(mapping, "bound_subject")
    role = VaultRole(
        name=text_in(mapping, "name", "role_name"),
        bound_claims=tuple(claims),
        uses_globs=text_in(mapping, "bound_claims_type") == "glob",
        bound_subject=subject if subject and subject.shown else None,
        bound_audiences=values_in(mapping, "bound_audiences"),
        user_claim=text_in(mapping, "user_claim"),
        location=mapping.location,
    )
    return role, problems


def claim_of(key: str) -> str:
    """The claim that a key of bound claims tests; one that starts with a slash is a JSON pointer."""
    return key[1:] if key.startswith("/") and "/" not in key[1:] else key


def _values(node: Node) -> Iterator[Value | None]:
    """What a claim may be. A number or truth value of JSON equals no text."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        is_text = isinstance(item, Scalar) and not (
            item.is_plain and (item.is_null or item.value in ("true", "false") or _is_number(item.value))
        )
        yield Value((item.value,), item.location) if isinstance(item, Scalar) and is_text else None


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()
