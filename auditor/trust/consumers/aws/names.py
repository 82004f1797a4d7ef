"""Whom a role trust policy names."""

from __future__ import annotations

from auditor.cloud.aws import TrustPolicy
from auditor.cloud.content_search import OPAQUE
from auditor.cloud.values import Value
from auditor.trust.consumers.aws.semantics import operator_of
from auditor.trust.questions.names import NamedParties, names_of


def names_in(policy: TrustPolicy) -> NamedParties:
    """The names of those who get in: who is allowed, or denied to all but them."""
    return names_of(
        (condition.key.lower().rpartition(":")[2], _written(value))
        for statement in policy.statements
        for condition in statement.conditions
        if operator_of(condition.operator).is_negated == statement.is_deny
        for value in condition.values
    )


def _written(value: Value) -> str:
    return "".join(part if isinstance(part, str) else OPAQUE for part in value.parts)
