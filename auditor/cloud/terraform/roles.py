"""The trust policies of AWS roles in Terraform, and policy documents that some role elsewhere is given."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.aws import RoleName, TrustPolicies, TrustPolicy
from auditor.cloud.aws_document import read_trust_policy
from auditor.cloud.terraform.configuration import Terraform
from auditor.cloud.terraform.resource import DOCUMENT, Resource
from auditor.cloud.values import Choice, Datum, Encoded, Fields, List, Value
from auditor.finding import Problem

_ROLES = {"aws_iam_role": "assume_role_policy", "awscc_iam_role": "assume_role_policy_document"}


def read_roles(terraform: Terraform) -> TrustPolicies:
    """The trust policies that a token of GitHub Actions may satisfy.

    A document that no role in sight uses is one by itself: a module from elsewhere may give it to a role.
    """
    policies: list[TrustPolicy] = []
    problems: list[Problem] = []
    # Statements compare by what they say, and each use of a module has its own; the dict keeps them alive.
    used: dict[int, Datum] = {}
    for role in terraform.resources(*_ROLES):
        datum = role.get(_ROLES[role.type])
        if datum is not None:
            used.update((id(each), each) for each in _statements(datum))
            found = read_trust_policy(datum, _name(role))
            policies += found.policies
            problems += found.problems
    for data in terraform.data(DOCUMENT):
        datum = data.document(data.location)
        if any(id(each) not in used for each in _statements(datum)):
            found = read_trust_policy(datum, RoleName(address=data.address))
            policies += found.policies
            problems += found.problems
    return TrustPolicies(tuple(policies), tuple(problems))


def _name(role: Resource) -> RoleName:
    name = role.text("name") or role.text("role_name")
    return RoleName(name, role.text("name_prefix"), role.address)


def _statements(datum: Datum) -> Iterator[Datum]:
    """The statements of a document that was made from data; those in a text are no one else's."""
    arms = datum.arms if isinstance(datum, Choice) else (datum,)
    for arm in arms:
        document = arm.hole.datum if isinstance(arm, Value) and isinstance(arm.hole, Encoded) else arm
        statement = document.get("Statement") if isinstance(document, Fields) else None
        if statement is not None:
            yield from statement.items if isinstance(statement, List) else (statement,)
