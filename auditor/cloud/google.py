"""Google's workload identity federation: providers that take tokens of GitHub, and who is granted what.

They are found by content: what `gcloud iam workload-identity-pools providers describe` prints, what
`get-iam-policy` prints, and the resources of Config Connector. Names: Google Cloud IAM REST reference,
`WorkloadIdentityPoolProvider` and `Policy`; "Principal identifiers" (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from auditor.cloud.content_search import (
    filled,
    mappings_below,
    marked,
    may_be_github,
    text_in,
    unmarked,
    value_in,
    values_in,
)
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Hole, Value
from auditor.finding import Location, Problem, Stage
from auditor.languages import cel
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence

SUBJECT = "google.subject"
"""The attribute that every provider maps."""

_MEMBER = re.compile(
    r"principal(?:Set)?://iam\.googleapis\.com/(?P<pool>.*?)/"
    r"(?:(?P<everyone>\*)|subject/(?P<subject>.*)|(?P<attribute>attribute\.[^/]*)/(?P<value>.*)|group/.*)",
    re.DOTALL,
)
_POOL = "workloadIdentityPools/"
_IDS = re.compile(r"workloadIdentityPools/([^/]+)/providers/([^/]+)")
_OF_POOL = re.compile(r"\.(?:name|workload_identity_pool_id|id)$")


@dataclass(frozen=True, slots=True)
class AttributeCondition:
    """A text of CEL. `tree` is None where it can't be read or isn't followed; `why` says so then."""

    text: Value
    tree: cel.Node | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class WorkloadIdentityProvider:
    """A provider of a workload identity pool. `pool` is what names the pool: its path, or its id.

    `mapping` says what each attribute of Google's, `google.subject` or `attribute.x`, is made of.
    """

    name: str | None
    pool: Value | None
    issuer: Value
    mapping: dict[str, AttributeCondition]
    condition: AttributeCondition | None
    audiences: tuple[Value, ...]
    location: Location

    @property
    def is_github(self) -> bool:
        """Whether GitHub's tokens may be those that it takes."""
        condition = self.condition.text if self.condition else None
        return may_be_github(self.issuer, condition)


class MemberKind(Enum):
    """Which tokens of a pool a principal identifier means."""

    EVERYONE = "everyone"
    ATTRIBUTE = "attribute"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class PoolMember:
    """A member of an IAM binding that means tokens of a workload identity pool.

    `attribute` is `google.subject` or `attribute.x` where one decides, and `value` what it must be.
    `grantee` is the account that it gets, where the file says it, `role` what it may do there.
    """

    member: Value
    kind: MemberKind
    pool: Value
    attribute: str | None
    value: Value | None
    role: str | None
    grantee: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class WorkloadIdentities:
    """What one file says of workload identities, and what was wrong with it."""

    providers: tuple[WorkloadIdentityProvider, ...] = ()
    members: tuple[PoolMember, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class WorkloadIdentity(RelyingParty):
    """A provider, and the members of its pool that the bindings in the files let in.

    Without `members` nothing is known of what the pool's identities are granted.
    """

    consumer: ClassVar[str] = "google"
    provider: WorkloadIdentityProvider
    members: tuple[PoolMember, ...]
    location: Location

    @property
    def title(self) -> str:
        """The pool."""
        name = pool_key(self.provider.pool)
        return f"the workload identity pool `{name}`" if name else "the workload identity pool"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether a provider's resource name means this one: by the ids of pool and provider."""
        wanted, name = _IDS.search(target), _IDS.search(self.provider.name or "")
        if wanted is None or name is None:
            return None
        return wanted.groups() == name.groups()


def joined(found: Iterable[WorkloadIdentities]) -> tuple[WorkloadIdentity, ...]:
    """The providers of GitHub's tokens in all files, each with the members that mean its pool."""
    files = tuple(found)
    members: dict[str | None, list[PoolMember]] = {}
    for member in (member for file in files for member in file.members):
        members.setdefault(pool_key(member.pool), []).append(member)
    return tuple(
        WorkloadIdentity(provider, tuple(members.get(pool_key(provider.pool) or "", ())), provider.location)
        for file in files
        for provider in file.providers
        if provider.is_github
    )


def read_workload_identities(root: Node | None) -> WorkloadIdentities:
    """Every provider, and every member of a binding that means tokens of a pool, below `root`."""
    reader = _ProviderReader()
    for mapping in mappings_below(root):
        reader.read(mapping)
    return WorkloadIdentities(tuple(reader.providers), tuple(reader.members), tuple(reader.problems))


def read_condition(text: Value) -> tuple[AttributeCondition, cel.CelError | None]:
    """A text of CEL as a tree, and what is wrong with it. A hole stands there as its default, or opaque."""
    try:
        return AttributeCondition(text, cel.parse(filled(text))), None
    except cel.TooDeepError as error:
        return AttributeCondition(text, None, str(error)), None
    except cel.CelError as error:
        return AttributeCondition(text, None, "it is no CEL"), error


def read_member(member: Value, *, role: str | None, grantee: str | None) -> PoolMember | None:
    """What a member of a binding means; None where that is no token of a workload identity pool."""
    text, holes = marked(member)
    match = _MEMBER.fullmatch(text)
    if match is None or not (_POOL in match["pool"] or any(mark in match["pool"] for mark in holes)):
        return None
    kind = MemberKind.EVERYONE if match["everyone"] else MemberKind.ATTRIBUTE
    attribute, required = match["attribute"], match["value"]
    if match["subject"] is not None:
        attribute, required = SUBJECT, match["subject"]
    elif attribute is None and kind is MemberKind.ATTRIBUTE:
        kind = MemberKind.GROUP
    return PoolMember(
        member=member,
        kind=kind,
        pool=unmarked(match["pool"], holes, member.location),
        attribute=attribute,
        value=None if required is None else unmarked(required, holes, member.location),
        role=role,
        grantee=grantee,
        location=member.location,
    )


def pool_key(pool: Value | None) -> str | None:
    """What two ways to write the same pool have in common: its id, or the resource that stands for it."""
    if pool is None:
        return None
    _, found, rest = pool.shown.rpartition(_POOL)
    name = rest.partition("/")[0] if found else pool.shown
    return _OF_POOL.sub("", name.strip("${}")) or None


class _ProviderReader:
    def __init__(self) -> None:
        self.providers: list[WorkloadIdentityProvider] = []
        self.members: list[PoolMember] = []
        self.problems: list[Problem] = []

    def read(self, mapping: Mapping) -> None:
        oidc = mapping.get("oidc")
        if isinstance(oidc, Mapping):
            self._provider(mapping, oidc)
        bindings = mapping.get("bindings")
        for binding in bindings if isinstance(bindings, Sequence) else ():
            if isinstance(binding, Mapping):
                for member in values_in(binding, "members"):
                    self._member(member, binding, mapping)
        if "member" in mapping and "role" in mapping:
            for member in values_in(mapping, "member"):
                self._member(member, mapping, mapping)

    def _provider(self, mapping: Mapping, oidc: Mapping) -> None:
        issuer = value_in(oidc, "issuerUri")
        is_off = text_in(mapping, "disabled") == "true" or text_in(mapping, "state") in (
            "DELETED",
            "DISABLED",
        )
        if issuer is None or is_off:
            return
        name, pool = text_in(mapping, "name"), value_in(mapping, "name")
        if pool is not None:
            pool = Value((pool.shown.partition("/providers/")[0],), pool.location)
        reference = mapping.get("workloadIdentityPoolRef")
        if isinstance(reference, Mapping):
            pool = value_in(reference, "external", "name")
        self.providers.append(
            WorkloadIdentityProvider(
                name=name,
                pool=pool,
                issuer=issuer,
                mapping=self._mapping(mapping.get("attributeMapping")),
                condition=self._condition(mapping.get("attributeCondition")),
                audiences=values_in(oidc, "allowedAudiences"),
                location=mapping.location,
            )
        )

    def _mapping(self, node: Node | None) -> dict[str, AttributeCondition]:
        if isinstance(node, Mapping):
            read = ((entry.key.value, self._condition(entry.value)) for entry in node)
            return {name: source for name, source in read if source is not None}
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            self._wrong("`attributeMapping` must be a mapping", node.location)
        return {}

    def _condition(self, node: Node | None) -> AttributeCondition | None:
        if node is None or (isinstance(node, Scalar) and (node.is_null or not node.value.strip())):
            return None
        if not isinstance(node, Scalar):
            self._wrong("what a provider makes of a token must be a text of CEL", node.location)
            return AttributeCondition(Value((Hole("?"),), node.location), None, "it is no text")
        condition, error = read_condition(Value((node.value,), node.location))
        if error:
            at = node.location_of(error.offset, min(error.offset + 1, len(node.value)))
            self._wrong(f"not CEL: {error.message}", at)
        return condition

    def _member(self, member: Value, binding: Mapping, policy: Mapping) -> None:
        resource = policy.get("resourceRef")
        grantee = text_in(resource, "name", "external") if isinstance(resource, Mapping) else None
        found = read_member(member, role=text_in(binding, "role"), grantee=grantee)
        if found:
            self.members.append(found)

    def _wrong(self, message: str, at: Location) -> None:
        self.problems.append(Problem(Stage.MODEL, message, at))
