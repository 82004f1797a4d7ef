"""Role trust policies of AWS that GitHub Actions may present a token to, out of JSON and CloudFormation.

They are found by content: a bare policy document, `AssumeRolePolicyDocument` of an `AWS::IAM::Role`, or
what `aws iam get-role` prints. Grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.finding import Location, Problem, Stage
from auditor.model.cloudformation import Template, function_of
from auditor.model.policy_value import Value, glob_matches
from auditor.model.relying_party import RelyingParty
from auditor.tree import Entry, Mapping, Node, Scalar, Sequence, Tree

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
class Condition:
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
    conditions: tuple[Condition, ...]
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
        """The GitHub providers in whose name conditions ask for claims, in small letters, each once."""
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
        asks_another = any("." in condition.key.rpartition(":")[0] for condition in self.conditions)
        unknown = value.text == "*" or bool(value.holes)
        return unknown and (bool(self.github_prefixes) or not asks_another)


@dataclass(frozen=True)
class TrustPolicy(RelyingParty):
    """The trust policy of a role. `role` is its name, where the file tells it."""

    role: str | None
    version: str | None
    statements: tuple[Statement, ...]
    location: Location

    @property
    def title(self) -> str:
        """The role."""
        return f"the role `{self.role}`" if self.role else "the role"


@dataclass(frozen=True, slots=True)
class TrustPolicies:
    """The trust policies of one file, and what was wrong with them."""

    policies: tuple[TrustPolicy, ...]
    problems: tuple[Problem, ...]


def is_github_provider(provider: str) -> bool:
    """Whether GitHub mints Actions tokens there: github.com, an enterprise's own, ghe.com, or a server."""
    return _GITHUB_PROVIDER.fullmatch(provider) is not None


def provider_of(value: Value) -> str | None:
    """Host and path of the provider that an ARN names; None where they aren't written out."""
    last = value.parts[-1] if value.parts else ""
    if not isinstance(last, str):
        return None
    _, found, provider = last.partition("oidc-provider/")
    return provider.rstrip("/") if found else None


def read_trust_policies(tree: Tree) -> TrustPolicies:
    """Every trust policy in `tree` that a token of GitHub Actions may satisfy."""
    template = Template(tree.root)
    policies, problems = [], []
    for document, role in _documents(tree.root):
        reader = _PolicyReader(template)
        policy = reader.policy(document, role)
        if any(_concerns_us(statement) for statement in policy.statements):
            policies.append(policy)
            problems.extend(reader.problems)
    return TrustPolicies(tuple(policies), tuple(problems))


def _concerns_us(statement: Statement) -> bool:
    return not statement.is_deny and statement.covers_web_identity and statement.may_take_github


def _documents(root: Node | None) -> Iterator[tuple[Mapping, str | None]]:
    """The mappings that hold a `Statement`, with the name of the role round them.

    An alias repeats what its anchor holds; each is walked once, so the work is bounded by the text.
    """
    seen: set[int] = set()
    stack: list[tuple[Node, str | None]] = [(root, None)] if root is not None else []
    while stack:
        node, role = stack.pop()
        if isinstance(node, Sequence) and id(node.items) not in seen:
            seen.add(id(node.items))
            stack.extend((item, role) for item in reversed(node.items))
        elif isinstance(node, Mapping) and id(node.entries) not in seen:
            seen.add(id(node.entries))
            role = _role_name(node) or role
            if "Statement" in node:
                yield node, role
            else:
                stack.extend((entry.value, _named(entry, role)) for entry in reversed(tuple(node)))


def _role_name(node: Mapping) -> str | None:
    name = node.get("RoleName")
    return name.value if isinstance(name, Scalar) and function_of(name) is None else None


def _named(entry: Entry, role: str | None) -> str | None:
    """A resource of a template is called by its key unless it has a name of its own."""
    if isinstance(entry.value, Mapping) and "Type" in entry.value and "Properties" in entry.value:
        return entry.key.value
    return role


class _PolicyReader:
    def __init__(self, template: Template) -> None:
        self._template = template
        self.problems: list[Problem] = []

    def policy(self, document: Mapping, role: str | None) -> TrustPolicy:
        statement = document.get("Statement")
        items = statement.items if isinstance(statement, Sequence) else (statement,)
        statements = tuple(
            self._statement(item) for item in _flat(items) if self._is_mapping(item, "Statement")
        )
        version = document.get("Version")
        return TrustPolicy(
            role,
            version.value if isinstance(version, Scalar) else None,
            tuple(statement for statement in statements if statement is not None),
            document.location,
        )

    def _statement(self, node: Node) -> Statement | None:
        assert isinstance(node, Mapping)
        effect = node.get("Effect")
        if not (isinstance(effect, Scalar) and effect.value in ("Allow", "Deny")):
            self._wrong(effect or node, "Effect", "`Allow` or `Deny`")
            return None
        principals = self._principals(node)
        anybody = all(principal.kind in ("*", "AWS") for principal in principals)
        if anybody and ("Resource" in node or "NotResource" in node):
            # Only a policy on a resource of another kind has one: a bucket's, a key's.
            return None
        sid = node.get("Sid")
        return Statement(
            sid=sid.value if isinstance(sid, Scalar) else None,
            effect=effect.value,
            principals=principals,
            excludes_principals="NotPrincipal" in node and "Principal" not in node,
            actions=self._texts(node, "Action") or self._texts(node, "NotAction"),
            excludes_actions="NotAction" in node and "Action" not in node,
            conditions=tuple(self._conditions(node.get("Condition"))),
            location=node.location,
        )

    def _principals(self, statement: Mapping) -> tuple[Principal, ...]:
        node = statement.get("Principal") or statement.get("NotPrincipal")
        if isinstance(node, Scalar):
            if node.value == "*":
                return (Principal("*"),)
            self._wrong(node, "Principal", "a mapping or `*`")
        elif isinstance(node, Mapping) and function_of(node) is None:
            return tuple(Principal(entry.key.value, self._texts(node, entry.key.value)) for entry in node)
        elif node is not None:
            self._wrong(node, "Principal", "a mapping or `*`")
        return ()

    def _conditions(self, node: Node | None) -> Iterator[Condition]:
        if node is None:
            return
        function = function_of(node)
        if function is not None or not isinstance(node, Mapping):
            if function is None:
                self._wrong(node, "Condition", "a mapping")
            yield Condition(f"Fn::{function}" if function else "?", "", (), node.location)
            return
        for operator in node:
            yield from self._operator(operator)

    def _operator(self, operator: Entry) -> Iterator[Condition]:
        node, name = operator.value, operator.key.value
        function = function_of(node) or ("" if name.startswith("Fn::") else None)
        if function is not None or not isinstance(node, Mapping):
            if function is None:
                self._wrong(node, name, "a mapping from keys to values")
            yield Condition(name if not function else f"Fn::{function}", "", (), operator.key.location)
            return
        for entry in node:
            values = self._template.values(entry.value)
            if values is None:
                self._wrong(entry.value, entry.key.value, "a text or a list of texts")
            source = entry.key.source
            end = max(entry.key.end, entry.value.end)
            location = Location(source.path, source.span(entry.key.start, end))
            if values is None:
                yield Condition("?", entry.key.value, (), location)
            else:
                yield Condition(name, entry.key.value, values, location)

    def _texts(self, statement: Mapping, key: str) -> tuple[Value, ...]:
        node = statement.get(key)
        if node is None:
            return ()
        values = self._template.values(node)
        if values is None:
            self._wrong(node, key, "a text or a list of texts")
        return values or ()

    def _is_mapping(self, node: Node | None, name: str) -> bool:
        if isinstance(node, Mapping):
            return True
        if isinstance(node, Node):
            self._wrong(node, name, "a mapping")
        return False

    def _wrong(self, node: Node, name: str, wanted: str) -> None:
        self.problems.append(
            Problem(Stage.MODEL, f"`{name}` of a trust policy must be {wanted}", node.location)
        )


def _flat(items: tuple[Node | None, ...]) -> Iterator[Node]:
    """Statements, those in the arms of an `!If` among them: either may be deployed."""
    for item in items:
        if isinstance(item, Mapping) and function_of(item) == "If" and "Fn::If" in item:
            item = item.get("Fn::If")
        if isinstance(item, Sequence):
            yield from (arm for arm in item if isinstance(arm, Mapping))
        elif item is not None:
            yield item
