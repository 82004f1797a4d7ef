"""Role trust policies of AWS that GitHub Actions may present a token to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Value, glob_matches
from auditor.finding import Location, Problem

WEB_IDENTITY = "sts:assumerolewithwebidentity"
"""The action by which a token becomes a role, in the case that AWS compares in."""

GITHUB = "token.actions.githubusercontent.com"
"""The provider of github.com: host and path of the issuer, as ARNs and condition keys write it."""

_GITHUB_PROVIDER = re.compile(
    r"token\.actions\.githubusercontent\.com(/\S*)?"
    r"|token\.actions\.[a-z0-9-]+\.ghe\.com(/\S*)?"
    r"|github\.com/enterprises/\S+"
    r"|\S+/_services/token",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Principals of one kind. `kind` is `Federated`, `AWS`, `Service`, …, or `*` for anybody."""

    kind: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementCondition:
    """One key under one operator. `location` runs from the key to the end of its values."""

    operator: str
    key: str
    values: tuple[Value, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `actions` are those of `NotAction` where `excludes_actions`, principals likewise."""

    sid: str | None
    effect: str
    principals: tuple[Principal, ...]
    excludes_principals: bool
    actions: tuple[Value, ...]
    excludes_actions: bool
    conditions: tuple[StatementCondition, ...]
    location: Location

    @property
    def is_deny(self) -> bool:
        """Whether it takes away what others give."""
        return self.effect == "Deny"

    @property
    def covers_web_identity(self) -> bool:
        """Whether its action element covers `sts:AssumeRoleWithWebIdentity`."""
        named = any(glob_matches(action.shown.lower(), WEB_IDENTITY) for action in self.actions)
        return named != self.excludes_actions

    @property
    def takes_anybody(self) -> bool:
        """Whether every principal, so a token of every provider, is meant."""
        return any(
            principal.kind == "*"
            or (principal.kind == "AWS" and any(v.text == "*" for v in principal.values))
            for principal in self.principals
        )

    @property
    def federated(self) -> tuple[Value, ...]:
        """The identity providers that are named."""
        return tuple(
            v for principal in self.principals if principal.kind == "Federated" for v in principal.values
        )

    @property
    def github_prefixes(self) -> tuple[str, ...]:
        """The GitHub providers whose claims the conditions test, in small letters, each once."""
        prefixes = (condition.key.rpartition(":")[0].lower() for condition in self.conditions)
        return tuple(dict.fromkeys(prefix for prefix in prefixes if is_github_provider(prefix)))

    @property
    def may_take_github(self) -> bool:
        """Whether a token of a GitHub provider may be what the principal element means."""
        if self.excludes_principals or self.takes_anybody:
            return True
        return any(self._may_be_github(value) for value in self.federated)

    def _may_be_github(self, value: Value) -> bool:
        provider = provider_of(value)
        if provider is not None:
            return is_github_provider(provider) or "*" in provider or "?" in provider
        tests_another_issuer = any("." in condition.key.rpartition(":")[0] for condition in self.conditions)
        unknown = value.text == "*" or bool(value.holes)
        return unknown and (bool(self.github_prefixes) or not tests_another_issuer)


@dataclass(frozen=True, slots=True)
class RoleName:
    """The name of a role, as far as its file says it.

    `name` may have holes. `prefix` is what Terraform or CloudFormation puts before letters of their own.
    `address` is how the file calls it: `module.ci.aws_iam_role.deploy`, or a logical id.
    """

    name: Value | None = None
    prefix: Value | None = None
    address: str | None = None

    @property
    def shown(self) -> str | None:
        """Its name for a reader: the whole name, or else its address."""
        known = self.name.text if self.name else None
        return known or self.address or (self.name.shown if self.name else None)


@dataclass(frozen=True, eq=False)
class TrustPolicy(RelyingParty):
    """The trust policy of a role. `role` is its name for a reader, `name` all that is known of it."""

    consumer: ClassVar[str] = "aws"
    role: str | None
    version: str | None
    statements: tuple[Statement, ...]
    location: Location
    name: RoleName = RoleName()

    @property
    def title(self) -> str:
        """The role."""
        return f"the role `{self.role}`" if self.role else "the role"

    @property
    def gain(self) -> str:
        """A session of the role."""
        return f"assume {self.title}"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether the role's name ends an ARN, or is the name that CloudFormation makes of its logical id."""
        if self.role is None:
            return None
        name, role = target.rpartition("/")[2].lower(), self.role.lower()
        return name == role or f"-{role}-" in name


@dataclass(frozen=True, slots=True)
class TrustPolicies:
    """The trust policies of one file, and what was wrong with them."""

    policies: tuple[TrustPolicy, ...]
    problems: tuple[Problem, ...]


def is_github_provider(provider: str) -> bool:
    """Whether GitHub mints Actions tokens there: github.com, an enterprise's own, ghe.com, or a server."""
    return _GITHUB_PROVIDER.fullmatch(provider) is not None


def provider_of(value: Value) -> str | None:
    """Host and path of the provider that an ARN names, holes shown; None where the host isn't known."""
    found = ""
    for number, part in enumerate(value.parts):
        _, mark, found = part.partition("oidc-provider/") if isinstance(part, str) else ("", "", "")
        if mark:
            rest = Value(value.parts[number + 1 :], value.location)
            is_known = "/" in found or not rest.parts
            return (found + rest.shown).rstrip("/") if is_known else None
    return None
