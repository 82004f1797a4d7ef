import pytest

from auditor import tree
from auditor.facts import Facts
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

UNTOLD = Settings()


def facts_of(*texts: str, settings: Settings = UNTOLD) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = tree.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def power(permissions: str, on: str = "push", job: str = ""):
    facts = facts_of(f"on: {on}\n{permissions}\njobs: {{a: {{runs-on: x, {job} steps: [{{run: a}}]}}}}\n")
    (path, *_) = facts.reach.into(facts.repository.jobs[0])
    return facts.power, path


@pytest.mark.parametrize(
    ("permissions", "writes"),
    [
        ("", None),
        ("permissions: {}", ()),
        ("permissions: read-all", ()),
        ("permissions: write-all", ("everything",)),
        ("permissions: {contents: write, issues: read}", ("contents",)),
    ],
)
def test_what_the_token_may_write(permissions: str, writes: tuple[str, ...] | None) -> None:
    facts, path = power(permissions)
    assert facts.writes(path) == writes


def test_a_fork_writes_nothing_whatever_is_declared() -> None:
    facts, path = power("permissions: write-all", on="pull_request")
    assert path.entry.fork
    assert facts.writes(path) == ()


def test_the_callers_cap_the_token() -> None:
    facts = facts_of(
        "on: workflow_call\njobs: {a: {runs-on: x, permissions: write-all, steps: [{run: a}]}}\n",
        "on: schedule\npermissions: {packages: write}\njobs: {c: {uses: ./.github/workflows/w0.yml}}\n",
    )
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert facts.power.writes(path) == ("packages",)


def test_secrets_by_name() -> None:
    env = "env: {A: '${{ secrets.Deploy }}', B: '${{ secrets.github_token }}', C: '${{ toJSON(secrets) }}'},"
    facts, path = power("permissions: {}", job=env)
    assert facts.secrets(path.job) == ("DEPLOY", "*")
