"""All parties in Terraform: roles of AWS, and Google's, Azure's and Vault's.

Names: the providers' documentation (google, azuread, azurerm, vault; 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.cloud.aws import is_github_provider
from auditor.cloud.azure import ArmExpressionError, FederatedCredential, read_clauses
from auditor.cloud.content_search import may_be_github
from auditor.cloud.google import (
    AttributeCondition,
    PoolMember,
    WorkloadIdentities,
    WorkloadIdentityProvider,
    read_condition,
    read_member,
)
from auditor.cloud.relying_parties import RelyingParties
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.terraform.configuration import Terraform
from auditor.cloud.terraform.resource import Resource
from auditor.cloud.terraform.roles import read_roles
from auditor.cloud.terraform.section import Section
from auditor.cloud.values import Choice, Datum, Field, Fields, Hole, TooManyError, Value
from auditor.cloud.vault import BoundClaim, VaultRole, claim_of
from auditor.finding import Location, Problem, Stage
from auditor.languages.cel import CelError

_BINDING = re.compile(r"google_\w+_iam_(?:member|binding)")
_POOL, _PROVIDER = "google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider"
_AZURE = (
    "azuread_application_federated_identity_credential",
    "azuread_application_flexible_federated_identity_credential",
    "azurerm_federated_identity_credential",
)
_GRANTED = ("service_account_id", "project", "bucket", "repository", "secret_id", "name")
"""What a binding of Google's gives a role on, whichever it is."""


def read_relying_parties(terraform: Terraform) -> RelyingParties:
    """Every party of these clouds that may take tokens of GitHub."""
    policies = read_roles(terraform)
    reader = _RelyingPartyReader(terraform)
    identities = WorkloadIdentities(tuple(reader.providers()), tuple(reader.members()))
    parties: list[RelyingParty] = [*policies.policies, *reader.credentials(), *reader.roles()]
    return RelyingParties(tuple(parties), identities, (*policies.problems, *reader.problems))


class _RelyingPartyReader:
    def __init__(self, terraform: Terraform) -> None:
        self._terraform = terraform
        self.problems: list[Problem] = []
        self._pools = {
            pool.address: pool.text("workload_identity_pool_id") for pool in terraform.resources(_POOL)
        }

    def providers(self) -> Iterator[WorkloadIdentityProvider]:
        """Google's providers."""
        for resource in self._terraform.resources(_PROVIDER):
            for oidc in resource.sections("oidc"):
                issuer = oidc.text("issuer_uri")
                if issuer is not None and _written(resource, "disabled") != "true":
                    yield self._provider(resource, issuer, oidc)

    def _provider(self, resource: Resource, issuer: Value, oidc: Section) -> WorkloadIdentityProvider:
        pool = self._pool(resource.text("workload_identity_pool_id"))
        own = resource.text("workload_identity_pool_provider_id")
        ids = [one.text if one is not None else None for one in (pool, own)]
        mapping = resource.get("attribute_mapping")
        condition = resource.get("attribute_condition")
        return WorkloadIdentityProvider(
            name="workloadIdentityPools/{}/providers/{}".format(*ids) if all(ids) else None,
            pool=pool,
            issuer=issuer,
            mapping=dict(self._mapped(mapping.entries if isinstance(mapping, Fields) else ())),
            condition=None if condition is None else self._condition(condition),
            audiences=_texts(oidc, "allowed_audiences"),
            location=resource.location,
        )

    def _mapped(self, entries: Iterable[Field]) -> Iterator[tuple[str, AttributeCondition]]:
        for entry in entries:
            if entry.key.text is not None:
                yield entry.key.text, self._condition(entry.value)

    def _condition(self, datum: Datum) -> AttributeCondition:
        if not isinstance(datum, Value):
            return AttributeCondition(Value((Hole(_named(datum)),), datum.location), None, "it isn't known")
        condition, error = read_condition(datum)
        if error:
            self._wrong(f"not CEL: {error.message}", _place(datum, error))
        return condition

    def _pool(self, pool: Value | None) -> Value | None:
        """What names a pool, with references to its resource replaced by the id that stands there."""
        for hole in pool.holes if pool is not None else ():
            found = self._pools.get(hole.name.rpartition(".")[0])
            if found is not None:
                return found
        return pool

    def members(self) -> Iterator[PoolMember]:
        """Members of bindings that mean a pool."""
        for resource in self._terraform.resources_like(_BINDING):
            grantee = next((given for name in _GRANTED if (given := _shown(resource, name))), None)
            yield from self._members(resource, grantee)
        for resource in self._terraform.data("google_iam_policy"):
            for binding in resource.sections("binding"):
                yield from self._members(binding, None)

    def _members(self, binding: Section, grantee: str | None) -> Iterator[PoolMember]:
        for text in (*_texts(binding, "member"), *_texts(binding, "members")):
            found = read_member(text, role=_shown(binding, "role"), grantee=grantee)
            if found is not None:
                yield replace(found, pool=self._pool(found.pool) or found.pool)

    def credentials(self) -> Iterator[FederatedCredential]:
        """Azure's credentials."""
        for resource in self._terraform.resources(*_AZURE):
            issuer, subject = resource.text("issuer"), resource.text("subject")
            expression = resource.text("claims_matching_expression")
            if issuer is None or not may_be_github(issuer, subject or expression):
                continue
            clauses = None
            if expression is not None:
                try:
                    clauses = read_clauses(expression)
                except ArmExpressionError as error:
                    message = f"no expression of a federated credential: {error.message}"
                    self._wrong(message, _place(expression, error))
            yield FederatedCredential(
                name=_shown(resource, "display_name") or _shown(resource, "name"),
                issuer=issuer,
                subject=subject,
                expression=expression,
                clauses=clauses,
                audiences=_texts(resource, "audiences") or _texts(resource, "audience"),
                holder=_owner(resource),
                location=resource.location,
            )

    def roles(self) -> Iterator[VaultRole]:
        """Vault's roles."""
        issuers = {
            _shown(one, "path"): _issuer(one) for one in self._terraform.resources("vault_jwt_auth_backend")
        }
        for resource in self._terraform.resources("vault_jwt_auth_backend_role"):
            if _written(resource, "role_type") != "jwt":
                continue
            role = _vault_role(resource)
            issuer = issuers.get(_shown(resource, "backend"))
            if is_github_provider(issuer) if issuer else role.may_be_github:
                yield role

    def _wrong(self, message: str, at: Location) -> None:
        self.problems.append(Problem(Stage.MODEL, message, at))


def _vault_role(resource: Resource) -> VaultRole:
    bound = resource.get("bound_claims")
    subject = resource.text("bound_subject")
    return VaultRole(
        name=_written(resource, "role_name"),
        bound_claims=tuple(
            BoundClaim(claim_of(entry.key.shown), tuple(_listed(entry.value)), entry.location)
            for entry in (bound.entries if isinstance(bound, Fields) else ())
        ),
        uses_globs=_written(resource, "bound_claims_type") == "glob",
        bound_subject=subject if subject and subject.shown else None,
        bound_audiences=_texts(resource, "bound_audiences"),
        user_claim=_written(resource, "user_claim"),
        location=resource.location,
    )


def _listed(datum: Datum) -> Iterator[Value | None]:
    """The provider takes one text for a claim, with commas between several values."""
    if not isinstance(datum, Value):
        yield Value((Hole(_named(datum)),), datum.location)
    elif datum.text is None or "," not in datum.text:
        yield datum
    else:
        for part in datum.text.split(","):
            yield Value((part.strip(),), datum.location)


def _issuer(backend: Resource) -> str:
    found = _shown(backend, "bound_issuer") or _shown(backend, "oidc_discovery_url") or ""
    return found.removeprefix("https://").rstrip("/")


def _owner(resource: Resource) -> str | None:
    """The application or identity that a credential belongs to, as a reader knows it."""
    names = ("application_id", "application_object_id", "parent_id", "user_assigned_identity_id")
    owner = next((found for name in names if (found := resource.text(name))), None)
    if owner is None:
        return None
    hole = owner.hole
    return hole.name.rpartition(".")[0] or hole.name if hole else owner.shown


def _texts(section: Section, name: str) -> tuple[Value, ...]:
    try:
        return section.texts(name)
    except TooManyError:
        return ()


def _written(section: Section, name: str) -> str | None:
    found = section.text(name)
    return found.by_default if found else None


def _shown(section: Section, name: str) -> str | None:
    found = section.text(name)
    return found.shown if found else None


def _named(datum: Datum) -> str:
    return datum.decided_by or "?" if isinstance(datum, Choice) else "?"


def _place(value: Value, error: CelError | ArmExpressionError) -> Location:
    """Where a mistake stands, as far as the text is written out in one piece."""
    if value.written is None:
        return value.location
    place = value.written.runs.offsets(error.offset, error.offset + 1)
    if place is None:
        return value.location
    source = value.written.source
    return Location(source.path, source.span(*place))
