"""Which steps exchange their token where, and whose policy decides."""

import pytest

from auditor.cloud.aws_document import read_trust_policies
from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

HEAD = "on: {push: {branches: [main]}}\npermissions: {id-token: write}\n"
STEP = "uses: aws-actions/configure-aws-credentials@v5, with: {role-to-assume: '%s', aws-region: x}"
ARN = "arn:aws:iam::123456789012:role/ci/deploy"
POLICY = (
    '{"RoleName": "%s", "AssumeRolePolicyDocument":'
    ' {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",'
    ' "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},'
    ' "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals":'
    ' {"token.actions.githubusercontent.com:sub": "repo:acme/api:ref:refs/heads/main"}}}]}}'
)


def facts_of(
    *texts: str, action: str = "", policies: tuple[str, ...] = (), settings: Settings | None = None
) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        workflow, _ = read_workflow(yaml.parse(Source(f".github/workflows/w{number}.yml", text)))
        assert workflow is not None
        workflows.append(workflow)
    read, _ = read_action(yaml.parse(Source("login/action.yml", action))) if action else (None, ())
    found = [
        policy
        for number, text in enumerate(policies)
        for policy in read_trust_policies(yaml.parse(Source(f"p{number}.json", text))).policies
    ]
    repository = Repository(
        workflows=tuple(workflows), actions=(read,) if read else (), relying_parties=tuple(found)
    )
    return Facts(repository, settings or Settings())


def targets(facts: Facts) -> list[tuple[str, ...]]:
    return [one.targets for one in facts.roles.assumptions]


def job(step: str, more: str = "") -> str:
    return f"{HEAD}{more}\njobs: {{a: {{runs-on: x, steps: [{{{step}}}]}}}}\n"


def test_a_written_role() -> None:
    assert targets(facts_of(job(STEP % ARN))) == [(ARN,)]


def test_through_variables_and_settings() -> None:
    assert targets(facts_of(job(STEP % "${{ env.ROLE }}", f"env: {{ROLE: '{ARN}'}}"))) == [(ARN,)]
    pieces = STEP % "arn:aws:iam::${{ vars.ACCOUNT }}:role/ci/deploy"
    settings = Settings(variables={"ACCOUNT": "123456789012"})
    assert targets(facts_of(job(pieces), settings=settings)) == [(ARN,)]
    assert targets(facts_of(job(pieces))) == [()]


def test_through_an_action_of_the_repository() -> None:
    login = STEP % "${{ inputs.role }}"
    action = f"inputs: {{role: {{}}}}\nruns: {{using: composite, steps: [{{{login}}}]}}\n"
    assert targets(facts_of(job(f"uses: ./login, with: {{role: '{ARN}'}}"), action=action)) == [(ARN,)]


def test_through_callers() -> None:
    called = (
        "on: {workflow_call: {inputs: {role: {type: string}}}}\npermissions: {id-token: write}\n"
        f"jobs: {{a: {{runs-on: x, steps: [{{{STEP % '${{ inputs.role }}'}}}]}}}}\n"
    )
    caller = HEAD + f"jobs: {{c: {{uses: ./.github/workflows/w0.yml, with: {{role: '{ARN}'}}}}}}\n"
    assert targets(facts_of(called, caller)) == [(ARN,)]


def test_every_alternative() -> None:
    either = STEP % "${{ github.ref == ''refs/heads/main'' && ''a/main'' || ''a/other'' }}"
    assert targets(facts_of(job(either))) == [("a/main", "a/other")]


@pytest.mark.parametrize(
    "other", ["aws-access-key-id: x", "role-chaining: true", "web-identity-token-file: x"]
)
def test_a_login_by_other_means_is_no_exchange(other: str) -> None:
    step = STEP.replace("aws-region: x", other) % ARN
    assert targets(facts_of(job(step))) == []


def test_a_command() -> None:
    script = f"run: 'aws sts assume-role-with-web-identity --role-arn={ARN} --web-identity-token $T'"
    assert targets(facts_of(job(script))) == [(ARN,)]
    script = "run: 'aws sts assume-role-with-web-identity --role-arn $ROLE'"
    assert targets(facts_of(job(script))) == [()]


def test_a_circle_of_variables_ends() -> None:
    env = "env: {A: '${{ env.B }}${{ env.B }}', B: '${{ env.A }}${{ env.A }}'}"
    assert targets(facts_of(job(STEP % "${{ env.A }}", env))) == [()]


def joined(role: str, *policies: str) -> list[list[bool]]:
    facts = facts_of(job(STEP % role), policies=policies)
    return [[one.is_sure for one in facts.roles.of(party)] for party in facts.repository.relying_parties]


def test_a_role_is_joined_by_its_name() -> None:
    assert joined(ARN, POLICY % "deploy", POLICY % "publish") == [[True], []]
    assert joined("arn:aws:iam::1:role/stack-Deploy-1ABC", POLICY % "Deploy") == [[True]]


def test_the_only_policy_and_the_only_role_belong_together() -> None:
    bare = (POLICY % "x").partition('"AssumeRolePolicyDocument": ')[2][:-1]
    assert joined("${{ secrets.ROLE }}", bare) == [[False]]
    assert joined(ARN, bare) == [[False]]
    assert joined("${{ secrets.ROLE }}", bare, bare) == [[], []]
    assert joined(ARN, POLICY % "another") == [[]]
