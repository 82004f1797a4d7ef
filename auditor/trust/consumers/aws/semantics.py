"""How AWS reads a trust policy: operators, condition keys, providers.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Creating a condition with
multiple keys or values", "IAM and AWS STS condition context keys"; Service Authorization Reference for
STS (2026-09) for the claims that AWS fills.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from auditor.cloud.aws import GITHUB, Statement, TrustPolicy, is_github_provider, provider_of
from auditor.cloud.values import Value
from auditor.trust.minting.issuer import Issuer

CLAIMS = frozenset(
    {
        "actor",
        "actor_id",
        "aud",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "repository_owner_id",
        "sub",
        "workflow",
    }
)
"""The claims of a GitHub token that AWS offers as condition keys."""

SESSION_NAME = "sts:rolesessionname"
"""Chosen by the caller, and always there."""


class OperatorKind(Enum):
    """What an operator does with a value that is there."""

    EXACT = "exact"
    ANY_CASE = "any case"
    GLOB = "glob"
    NULL = "null"
    UNDECIDED = "undecided"


class Quantifier(Enum):
    """A set operator before the comparison."""

    NONE = ""
    ALL = "forallvalues:"
    ANY = "foranyvalue:"


@dataclass(frozen=True, slots=True)
class Operator:
    """The parts of a condition operator."""

    comparison: OperatorKind
    is_negated: bool
    if_exists: bool
    quantifier: Quantifier
    is_known: bool = True

    def holds_without_key(self, *, generous: bool) -> bool:
        """Whether it holds where the request lacks the key. `generous` where that isn't known."""
        if not self.is_known:
            return generous
        if self.quantifier is Quantifier.ALL:
            return True
        if self.quantifier is Quantifier.ANY:
            return self.if_exists and generous
        return self.if_exists or self.is_negated


_COMPARISONS = {
    "equals": OperatorKind.EXACT,
    "equalsignorecase": OperatorKind.ANY_CASE,
    "like": OperatorKind.GLOB,
}
_OTHER_OPERATORS = re.compile(
    r"(numeric|date)(not)?equals|(numeric|date)(less|greater)than(equals)?|bool|binaryequals|(not)?ipaddress"
    r"|arn(not)?(equals|like)"
)


def operator_of(text: str) -> Operator:
    """The operator that a policy names, in any case. One that isn't IAM's is undecided."""
    name = text.lower()
    quantifier = next(
        (q for q in (Quantifier.ALL, Quantifier.ANY) if name.startswith(q.value)), Quantifier.NONE
    )
    name = name.removeprefix(quantifier.value)
    if name == "null":
        return Operator(OperatorKind.NULL, False, False, quantifier)
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    is_string, is_negated = name.startswith("string"), "not" in name
    comparison = _COMPARISONS.get(name.removeprefix("string").removeprefix("not")) if is_string else None
    if comparison:
        return Operator(comparison, is_negated, if_exists, quantifier)
    known = _OTHER_OPERATORS.fullmatch(name) is not None
    return Operator(OperatorKind.UNDECIDED, is_negated, if_exists, quantifier, known)


class Absence(Enum):
    """Why a condition key is no claim of the token."""

    NEVER = "never sent"
    UNKNOWN = "unknown"


def claim_of(key: str, issuer: str) -> str | Absence:
    """The claim of a token of `issuer` that a condition key stands for."""
    prefix, _, name = key.lower().rpartition(":")
    if prefix == issuer.lower() and name in CLAIMS:
        return name
    if key.lower() == SESSION_NAME:
        return SESSION_NAME
    return Absence.UNKNOWN if prefix in ("", "aws", "sts") else Absence.NEVER


@dataclass(frozen=True, slots=True)
class PolicyVariable:
    """`${key}` or `${key, 'default'}` in a value."""

    key: str
    default: str | None


_VARIABLE = re.compile(r"\$\{([^${}]*|[*?$])\}")
_WITH_DEFAULT = re.compile(r"\s*([^\s,]+)\s*(?:,\s*'([^']*)')?\s*")


def pieces(text: str, policy: TrustPolicy) -> Iterator[tuple[str, bool] | PolicyVariable]:
    """A text of `policy`: written pieces, with whether their wildcards are escaped, and variables.

    Without `Version: 2012-10-17` variables are plain text.
    """
    at = 0
    for match in _VARIABLE.finditer(text) if policy.version == "2012-10-17" else ():
        yield text[at : match.start()], False
        at = match.end()
        if match[1] in ("*", "?", "$"):
            yield match[1], True
        elif named := _WITH_DEFAULT.fullmatch(match[1]):
            yield PolicyVariable(named[1], named[2])
        else:
            yield match[0], False
    yield text[at:], False


def is_own_variable(value: Value, key: str, policy: TrustPolicy) -> bool:
    """Whether a value is nothing but the variable of the key that it is compared with."""
    found = [piece for piece in pieces(value.text or "", policy) if piece not in (("", False), ("", True))]
    return len(found) == 1 and isinstance(found[0], PolicyVariable) and found[0].key.lower() == key.lower()


def issuers_of(statement: Statement) -> tuple[Issuer, ...]:
    """The issuers of GitHub whose tokens the principal element takes."""
    named = statement.github_prefixes
    guess = named[0] if named else GITHUB
    if statement.excludes_principals:
        return (Issuer(guess, is_sure=False),)
    if statement.takes_anybody:
        return tuple(Issuer(name) for name in dict.fromkeys((*named, GITHUB)))
    found: dict[str, Issuer] = {}
    for value in statement.federated:
        name = provider_of(value)
        if name is not None and is_github_provider(name):
            found[name.lower()] = Issuer(name)
        elif value.holes and name is None:
            found.setdefault(guess, Issuer(guess, is_sure=bool(named)))
        elif value.text == "*" or (name is not None and ("*" in name or "?" in name)):
            found.setdefault(guess, Issuer(guess, is_sure=False))
    return tuple(found.values())


def takes(statement: Statement, issuer: Issuer, *, generous: bool) -> bool:
    """Whether the principal element means tokens of `issuer`. `generous` where that isn't known."""
    names = {found.name.lower(): found.is_sure for found in issuers_of(statement)}
    if statement.excludes_principals:
        listed = {provider_of(value) for value in statement.federated}
        if statement.takes_anybody or issuer.name.lower() in {(name or "").lower() for name in listed}:
            return False
        return generous or (statement.is_deny and None not in listed)
    if statement.takes_anybody:
        return True
    return names.get(issuer.name.lower(), False) or (generous and not all(names.values()))
