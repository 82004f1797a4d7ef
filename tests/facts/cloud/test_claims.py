"""Which subjects the tokens of jobs have."""

import pytest

from auditor.facts import Facts
from auditor.facts.cloud.claims import JobSubjects
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

DEFAULT_BRANCH = Settings(default_branch="main")


def facts_of(*texts: str, settings: Settings = DEFAULT_BRANCH) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = yaml.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def minted(on: str, job: str = "", settings: Settings = DEFAULT_BRANCH) -> tuple[JobSubjects, ...]:
    jobs = f"jobs: {{a: {{runs-on: x, {job} steps: [{{run: a}}]}}}}"
    text = f"on: {on}\npermissions: {{id-token: write}}\n{jobs}\n"
    facts = facts_of(text, settings=settings)
    return facts.claims.of(facts.repository.jobs[0])


def globs(runs: tuple[JobSubjects, ...]) -> list[str | None]:
    return list(dict.fromkeys(context.glob for run in runs for context in run.contexts if context.is_sure))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("{push: {branches: [main]}}", ["ref:refs/heads/main"]),
        ("push", ["ref:refs/heads/*", "ref:refs/tags/*"]),
        ("{push: {tags: ['v*']}}", ["ref:refs/tags/v*"]),
        ("{push: {branches: ['release/**'], tags: [v1]}}", ["ref:refs/heads/release/*", "ref:refs/tags/v1"]),
        ("{push: {branches-ignore: [wip]}}", ["ref:refs/heads/*"]),
        ("workflow_dispatch", ["ref:refs/heads/*", "ref:refs/tags/*"]),
        ("schedule", ["ref:refs/heads/main"]),
        ("issue_comment", ["ref:refs/heads/main"]),
        ("release", ["ref:refs/tags/*"]),
        ("pull_request", ["pull_request"]),
        ("pull_request_target", ["pull_request", "ref:refs/heads/main"]),
        ("{merge_group: {branches: [main]}}", ["ref:refs/heads/gh-readonly-queue/main/pr-*"]),
        ("{workflow_run: {workflows: [x]}}", ["ref:refs/heads/main"]),
    ],
)
def test_events(on: str, expected: list[str]) -> None:
    assert globs(minted(on)) == expected


@pytest.mark.parametrize("on", ["push", "pull_request", "schedule", "merge_group"])
def test_an_environment_hides_the_event(on: str) -> None:
    assert globs(minted(on, "environment: {name: prod},")) == ["environment:prod"]


def test_a_colon_in_an_environment_is_escaped() -> None:
    (run, *_) = minted("push", 'environment: "Production:V1",')
    (context,) = run.contexts
    assert context.glob == "environment:Production%3AV1"
    assert "production%3av1" in context.tail
    assert "Production:V1" not in context.tail


def test_an_unknown_environment_may_be_any_or_none() -> None:
    (run,) = minted("{push: {branches: [main]}}", "environment: '${{ vars.STAGE }}',")
    assert any(context.kind == "environment" and "x" in context.tail for context in run.contexts)
    assert any(context.kind == "ref" and "refs/heads/main" in context.tail for context in run.contexts)
    (run, *_) = minted("push", "environment: 'eu-${{ vars.STAGE }}',")
    assert globs((run,)) == ["environment:eu-*"]


def test_a_condition_narrows_the_refs() -> None:
    assert globs(minted("push", "if: github.ref == 'refs/heads/main',")) == ["ref:refs/heads/main"]
    named = globs(minted("workflow_dispatch", "if: github.ref_name == 'main',"))
    assert named == ["ref:refs/heads/main", "ref:refs/tags/main"]
    assert globs(minted("push", "if: github.ref != 'refs/heads/main',")) == [
        "ref:refs/heads/*",
        "ref:refs/tags/*",
    ]


def test_a_fork_gets_no_token() -> None:
    assert {run.path.entry.fork for run in minted("pull_request")} == {False}
    assert Actor.OUTSIDER in {run.path.entry.starter for run in minted("pull_request_target")}


@pytest.mark.parametrize(
    "permissions", ["permissions: {contents: write}", "permissions: read-all", "name: x"]
)
def test_without_the_permission_there_is_no_token(permissions: str) -> None:
    facts = facts_of(f"on: push\n{permissions}\njobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}\n")
    assert facts.claims.of(facts.repository.jobs[0]) == ()


def test_a_called_job_has_its_callers_ref_and_its_own_file() -> None:
    facts = facts_of(
        "on: {workflow_call: {inputs: {stage: {type: string}}}}\npermissions: {id-token: write}\n"
        "jobs: {a: {runs-on: x, environment: '${{ inputs.stage }}', steps: [{run: a}]}}\n",
        "on: {push: {branches: [main]}}\npermissions: {id-token: write}\n"
        "jobs: {c: {uses: ./.github/workflows/w0.yml, with: {stage: prod}}}\n",
    )
    (run,) = facts.claims.of(facts.repository.jobs[0])
    assert globs((run,)) == ["environment:prod"]
    assert run.workflow_file == ".github/workflows/w0.yml"


def test_an_unknown_default_branch_may_be_any() -> None:
    (run, *_) = minted("schedule", settings=Settings())
    assert globs((run,)) == ["ref:refs/heads/main"]
    assert any(context.kind == "ref" and "refs/heads/any" in context.tail for context in run.contexts)
