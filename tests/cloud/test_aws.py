"""Trust policies out of JSON and CloudFormation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.aws import TrustPolicies, TrustPolicy, provider_of
from auditor.cloud.aws_document import read_trust_policies
from auditor.cloud.values import Hole, glob_matches
from auditor.languages.yaml import parse
from auditor.source import Source

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "GitHub",
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
    "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
    "Condition": {
      "StringLike": {
        "token.actions.githubusercontent.com:sub": ["repo:acme/*", 7, true]
      }
    }
  }
}
"""


def read(text: str) -> TrustPolicies:
    return read_trust_policies(parse(Source("trust.json", text)))


def only(text: str) -> TrustPolicy:
    found = read(text)
    assert not found.problems
    (policy,) = found.policies
    return policy


def template(subject: str, *, principal: str = "!GetAtt Issuer.Arn", parameters: str = "{}") -> str:
    return f"""\
Parameters: {parameters}
Mappings:
  Repos:
    Api: {{Name: "repo:acme/api:*"}}
    Web: {{Name: "repo:acme/web:*"}}
Resources:
  Issuer:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: https://token.actions.githubusercontent.com
  Deployer:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal:
              Federated: {principal}
            Condition:
              StringLike:
                token.actions.githubusercontent.com:sub: {subject}
"""


def parts(subject: str, parameters: str = "{}") -> tuple[str | Hole, ...]:
    (condition,) = only(template(subject, parameters=parameters)).statements[0].conditions
    (value,) = condition.values
    return value.parts


def test_a_bare_policy() -> None:
    policy = only(POLICY)
    (statement,) = policy.statements
    (condition,) = statement.conditions
    assert (policy.version, policy.role, statement.sid) == ("2012-10-17", None, "GitHub")
    assert statement.covers_web_identity
    assert not statement.is_deny
    assert (condition.operator, condition.key) == ("StringLike", "token.actions.githubusercontent.com:sub")
    assert [value.text for value in condition.values] == ["repo:acme/*", "7", "true"]
    assert condition.location.span.start.line == 10
    assert condition.values[0].location.span.start.column == 53


def test_the_output_of_get_role() -> None:
    text = f'{{"Role": {{"RoleName": "deployer", "AssumeRolePolicyDocument": {POLICY}}}}}'
    assert only(text).role == "deployer"


def test_several_roles_of_a_template() -> None:
    two = f'{{"Resources": {{"A": {role()}, "B": {role()}}}}}'
    assert [policy.role for policy in read(two).policies] == ["A", "B"]


def role() -> str:
    return f'{{"Type": "AWS::IAM::Role", "Properties": {{"AssumeRolePolicyDocument": {POLICY}}}}}'


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("repo:acme/api:*", ("repo:acme/api:*",)),
        ("!Sub 'repo:${Org}/api:*'", ("repo:", Hole("Org"), "/api:*")),
        ("!Sub ['repo:${Org}/${Name}', {Org: acme}]", ("repo:acme/", Hole("Name"))),
        ("!Sub 'a${!aws:x}${AWS::Region}'", ("a${aws:x}", Hole("AWS::Region", is_plain=True))),
        ("!Ref Subject", (Hole("Subject"),)),
        ("!Join ['/', ['repo:acme', !Ref Name]]", ("repo:acme/", Hole("Name"))),
        ('{"Fn::Join": ["", ["repo:", "acme/*"]]}', ("repo:acme/*",)),
        ("!If [Big, a, a]", ("a",)),
        ("!Select [1, !Split ['/', 'acme/api']]", ("api",)),
        ("!Select [9, [a]]", (Hole("Fn::Select"),)),
        ("!FindInMap [Repos, Api, Name]", ("repo:acme/api:*",)),
        ("!FindInMap [Repos, Nowhere, Name]", (Hole("Fn::FindInMap"),)),
        ("!Sub ['${X}', {X: !Join ['-', [a, b]]}]", ("a-b",)),
        ('{"Fn::ImportValue": x}', (Hole("Fn::ImportValue"),)),
        ("!Join ['', !Ref Names]", (Hole("Fn::Join"),)),
    ],
)
def test_functions_of_cloudformation(subject: str, expected: tuple[str | Hole, ...]) -> None:
    assert parts(subject) == expected


@pytest.mark.parametrize(
    ("subject", "parameters", "expected"),
    [
        ("!If [Big, a, b]", "{}", ["a", "b"]),
        ("!If [Big, a, !Ref 'AWS::NoValue']", "{}", ["a"]),
        ("[x, !If [Big, [a, b], c]]", "{}", ["x", "a", "b", "c"]),
        ("!Sub 'repo:${Org}/*'", "{Org: {AllowedValues: [acme, emca]}}", ["repo:acme/*", "repo:emca/*"]),
        ("!FindInMap [Repos, !Ref Org, Name]", "{}", ["repo:acme/api:*", "repo:acme/web:*"]),
        ("!FindInMap [Repos, !Ref Org, Name]", "{Org: {Default: Api}}", ["repo:acme/api:*"]),
    ],
)
def test_whatever_may_be_deployed_is_there(subject: str, parameters: str, expected: list[str]) -> None:
    (condition,) = only(template(subject, parameters=parameters)).statements[0].conditions
    assert [value.text for value in condition.values] == expected
    assert not any(value.only_if for value in condition.values)


def test_of_allowed_values_the_default_is_sure() -> None:
    text = template("!Ref Org", parameters="{Org: {AllowedValues: ['*', acme], Default: acme}}")
    (condition,) = only(text).statements[0].conditions
    assert [(value.text, value.only_if) for value in condition.values] == [("acme", None), ("*", "Org")]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("{Type: String}", Hole("Org")),
        ("{Type: Number}", Hole("Org", is_plain=True)),
        ("{Type: String, Default: '*'}", Hole("Org", "*")),
        ("{Type: String, Default: acme}", Hole("Org", "acme", is_plain=True)),
        ("{Type: String, Default: ''}", Hole("Org", "")),
        ("{AllowedPattern: '^[A-Za-z0-9-]+$'}", Hole("Org", is_plain=True)),
        ("{AllowedPattern: '[a-z*]+'}", Hole("Org")),
        ("{AllowedPattern: '.*'}", Hole("Org")),
    ],
)
def test_parameters(parameter: str, expected: Hole) -> None:
    assert parts("!Ref Org", f"{{Org: {parameter}}}") == (expected,)


def test_a_provider_of_the_same_template_is_followed() -> None:
    (statement,) = only(template("x")).statements
    assert [provider_of(value) for value in statement.federated] == ["token.actions.githubusercontent.com"]


@pytest.mark.parametrize(
    "principal",
    [
        "!Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com'",
        "!Ref Elsewhere",
        "!ImportValue issuer",
        "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com/acme",
        "arn:aws:iam::1:oidc-provider/token.actions.acme.ghe.com",
        "arn:aws:iam::1:oidc-provider/ci.acme.example/_services/token",
    ],
)
def test_providers_that_may_be_github(principal: str) -> None:
    assert only(template("x", principal=principal)).statements[0].may_take_github


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:iam::1:oidc-provider/gitlab.com",
        "!Sub 'arn:aws:iam::1:oidc-provider/oidc.ci.example/${Org}'",
        "!Sub 'arn:aws:iam::1:oidc-provider/oidc.ci.example/${Org}/x'",
    ],
)
def test_providers_that_are_not_github(principal: str) -> None:
    assert read(template("x", principal=principal)).policies == ()


@pytest.mark.parametrize(
    "changed",
    [
        ("token.actions.githubusercontent.com", "gitlab.com"),
        ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"),
        ('"Allow"', '"Deny"'),
        ('"Federated"', '"Service"'),
    ],
)
def test_other_policies_are_left(changed: tuple[str, str]) -> None:
    assert read(POLICY.replace(*changed)) == TrustPolicies((), ())


def test_a_policy_of_a_bucket_is_none() -> None:
    statement = '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::b/*"}'
    assert read(f'{{"Statement": [{statement}]}}').policies == ()
    assert len(read(f'{{"Statement": [{statement.replace("Resource", "Other")}]}}').policies) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            '{\n      "StringLike"',
            '"x", "Y": {\n      "StringLike"',
            8,
            "`Condition` of a trust policy must be",
        ),
        ('["repo:acme/*", 7, true]', '{"a": 1, "b": 2}', 10, "must be a text or a list of texts"),
        ('["repo:acme/*", 7, true]', "null", 10, "must be a text or a list of texts"),
        ('"Statement": {', '"Statement": [5, {', 3, "`Statement` of a trust policy must be a mapping"),
    ],
)
def test_wrong_types_are_problems(old: str, new: str, line: int, message: str) -> None:
    text = POLICY.replace(old, new)
    text = text.replace("  }\n}\n", "  }]\n}\n") if "[5" in new else text
    found = read(text)
    assert len(found.policies) == 1
    assert [problem.location.span.start.line for problem in found.problems] == [line]
    assert message in found.problems[0].message


def test_a_condition_that_cant_be_read_stays_a_condition() -> None:
    (policy,) = read(POLICY.replace('["repo:acme/*", 7, true]', "null")).policies
    assert [condition.operator for condition in policy.statements[0].conditions] == ["?"]


def test_an_alias_is_read_once() -> None:
    text = (
        "a: &p\n  Statement:\n    Effect: Allow\n    Action: sts:*\n    Principal: '*'\nb: *p\nc: [*p, *p]\n"
    )
    assert len(read(text).policies) == 1


@given(st.text("ab*?", max_size=8), st.text("ab*?", max_size=8))
@settings(max_examples=200, deadline=None)
def test_glob_matches(pattern: str, text: str) -> None:
    assert glob_matches(pattern, text) == slowly(pattern, text)


def slowly(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slowly(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and slowly(pattern[1:], text[1:])


@given(st.text(max_size=60))
@settings(deadline=None)
def test_anything_can_be_read(text: str) -> None:
    read(text)
