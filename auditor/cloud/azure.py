"""Federated identity credentials of Microsoft Entra: of applications and of managed identities.

They are found by content: what `az ad app federated-credential list` and `az identity
federated-credential list` print, ARM templates (and so compiled Bicep), and the resources of Microsoft
Graph. Language of the flexible ones: Microsoft Learn, "Flexible federated identity credentials" (2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from auditor.cloud.content_search import mappings_below, marked, may_be_github, text_in, unmarked
from auditor.cloud.relying_party import RelyingParty
from auditor.cloud.values import Hole, Value
from auditor.finding import Location, Problem, Stage
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence

_CLAUSE = re.compile(
    r"\s*claims\[\s*'(?P<claim>(?:[^']|'')*)'\s*\]\s+(?P<operator>\w+)\s+'(?P<value>(?:[^']|'')*)'\s*"
)
_AND = re.compile(r"and\b")
_REFERENCE = re.compile(r"\[\s*(parameters|variables)\(\s*'([^']*)'\s*\)\s*\]")
_CLIENT_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MAX_CLAUSES = 50
"""Clauses of one expression that are read."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`claims['claim'] operator 'value'`. `operator` is `eq` or `matches`; others are unknown."""

    claim: str
    operator: str
    value: Value


@dataclass(frozen=True, eq=False)
class FederatedCredential(RelyingParty):
    """One credential: a `subject` that a token's must equal, or `clauses` that must all hold.

    `clauses` is None where there is no expression, or where it can't be read: then `expression` is there.
    `holder` is the client id or the name of the identity that owns it, where the file says it.
    """

    consumer: ClassVar[str] = "azure"
    name: str | None
    issuer: Value
    subject: Value | None
    expression: Value | None
    clauses: tuple[Clause, ...] | None
    audiences: tuple[Value, ...]
    holder: str | None
    location: Location

    @property
    def title(self) -> str:
        """The application or managed identity, or else the credential."""
        if self.holder:
            return f"the Azure identity `{self.holder}`"
        return f"the Azure identity of the credential `{self.name}`" if self.name else "the Azure identity"

    def is_meant_by(self, target: str) -> bool | None:
        """Whether it belongs to the application of that client id."""
        is_client_id = self.holder is not None and _CLIENT_ID.fullmatch(self.holder)
        return self.holder is not None and target.lower() == self.holder.lower() if is_client_id else None


@dataclass(frozen=True, slots=True)
class FederatedCredentials:
    """The credentials of one file, and what was wrong with them."""

    credentials: tuple[FederatedCredential, ...]
    problems: tuple[Problem, ...]


class ArmExpressionError(ValueError):
    """What is no expression of the language. `offset` is the place in the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def read_federated_credentials(root: Node | None) -> FederatedCredentials:
    """Every federated credential below `root`."""
    reader = _CredentialReader(root)
    for mapping in mappings_below(root):
        reader.read(mapping)
    return FederatedCredentials(tuple(reader.credentials), tuple(reader.problems))


def read_clauses(expression: Value) -> tuple[Clause, ...]:
    """The clauses of a flexible credential's expression. Raises `ArmExpressionError`."""
    text, holes = marked(expression)
    found: list[Clause] = []
    at = 0
    while True:
        match = _CLAUSE.match(text, at)
        if match is None:
            raise ArmExpressionError("`claims['name'] eq|matches 'value'` belongs here", at)
        value = unmarked(match["value"].replace("''", "'"), holes, expression.location)
        found.append(Clause(match["claim"].replace("''", "'"), match["operator"], value))
        at = match.end()
        if at == len(text):
            return tuple(found)
        joined = _AND.match(text, at)
        if joined is None or len(found) == MAX_CLAUSES:
            raise ArmExpressionError("`and` belongs here" if joined is None else "too many clauses", at)
        at = joined.end()


class _CredentialReader:
    def __init__(self, root: Node | None) -> None:
        self._template = root if isinstance(root, Mapping) else None
        self._seen: set[tuple[Pair, ...]] = set()
        self.credentials: list[FederatedCredential] = []
        self.problems: list[Problem] = []

    def read(self, mapping: Mapping) -> None:
        """Take the credential that `mapping` is, or holds as its `properties`."""
        inner = mapping.get("properties")
        inner = inner if isinstance(inner, Mapping) else mapping
        issuer, subject = (self._value(inner.get(key)) for key in ("issuer", "subject"))
        flexible = inner.get("claimsMatchingExpression")
        flexible = flexible.get("value") if isinstance(flexible, Mapping) else flexible
        expression = self._value(flexible)
        if "audiences" not in inner or inner.entries in self._seen:
            return
        if issuer is None or not may_be_github(issuer, subject or expression):
            return
        self._seen.add(inner.entries)
        self.credentials.append(
            FederatedCredential(
                name=text_in(mapping, "name"),
                issuer=issuer,
                subject=subject,
                expression=expression,
                clauses=None if expression is None else self._clauses(expression, flexible),
                audiences=self._values(inner.get("audiences")),
                holder=None,
                location=mapping.location,
            )
        )

    def _clauses(self, expression: Value, node: Node | None) -> tuple[Clause, ...] | None:
        try:
            return read_clauses(expression)
        except ArmExpressionError as error:
            at = expression.location
            if isinstance(node, Scalar) and expression.text == node.value:
                at = node.location_of(error.offset, min(error.offset + 1, len(node.value)))
            message = f"no expression of a federated credential: {error.message}"
            self.problems.append(Problem(Stage.MODEL, message, at))
            return None

    def _values(self, node: Node | None) -> tuple[Value, ...]:
        nodes = node.items if isinstance(node, Sequence) else (node,)
        return tuple(value for value in map(self._value, nodes) if value is not None)

    def _value(self, node: Node | None) -> Value | None:
        """A text; one in brackets is a function of a template, and what can't be looked up in it a hole."""
        if not isinstance(node, Scalar) or node.is_null or not node.value:
            return None
        text = node.value
        if not (text.startswith("[") and text.endswith("]")):
            return Value((text,), node.location)
        if text.startswith("[["):
            return Value((text[1:],), node.location)
        match = _REFERENCE.fullmatch(text)
        section = self._template.get(match[1]) if match and self._template else None
        given = section.get(match[2]) if match and isinstance(section, Mapping) else None
        if isinstance(given, Scalar) and not given.value.startswith("["):
            return Value((given.value,), node.location)
        default = text_in(given, "defaultValue") if isinstance(given, Mapping) else None
        if default is not None and default.startswith("["):
            default = None
        return Value((Hole(match[2] if match else text[1:-1], default),), node.location)
