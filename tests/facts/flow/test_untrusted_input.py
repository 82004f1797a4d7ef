"""What an outsider gets into a job beside code."""

import pytest

from auditor.facts import Facts
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def facts_of(text: str) -> Facts:
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    return Facts(Repository(workflows=(workflow,)), Settings())


@pytest.mark.parametrize(
    ("on", "step", "note"),
    [
        ("issues", "run: 'echo ${{ github.event.issue.title }}'", "`github.event.issue.title`"),
        ("issues", "{run: a, env: {T: '${{ github.event.issue.body }}'}}", "`github.event.issue.body`"),
        (
            "issues",
            "{uses: a/b@v1, with: {t: '${{ github.event.issue.title }}'}}",
            "github.event.issue.title",
        ),
        ("issues", "run: 'echo ${{ github.event.issue.number }}'", None),
        ("push", "run: 'echo ${{ github.event.head_commit.message }}'", None),
        ("workflow_run", "uses: dawidd6/action-download-artifact@v11", "what the run before it uploaded"),
        ("workflow_run", "run: gh run download 1", "what the run before it uploaded"),
        (
            "workflow_run",
            "{uses: actions/github-script@v8, with: {script: 'github.rest.actions.downloadArtifact({})'}}",
            "what the run before it uploaded",
        ),
        ("workflow_run", "run: gh release download v1", None),
        ("push", "uses: actions/download-artifact@v8", None),
    ],
)
def test_into_steps(on: str, step: str, note: str | None) -> None:
    step = step if step.startswith("{") else f"{{{step}}}"
    facts = facts_of(f"on: {on}\njobs:\n  j:\n    runs-on: x\n    steps: [{step}]\n")
    (job,) = facts.repository.jobs
    hop = facts.untrusted_inputs.into(facts.reach.into(job)[0])
    assert (hop is None) is (note is None)
    assert hop is None or (note is not None and note in hop.note)


@pytest.mark.parametrize(
    "text",
    [
        "env: {T: TITLE}\njobs: {j: {runs-on: x, steps: [{run: a}]}}",
        "jobs: {j: {runs-on: x, env: {T: TITLE}, steps: [{run: a}]}}",
        "jobs: {j: {runs-on: x, container: {image: a, env: {T: TITLE}}, steps: [{run: a}]}}",
    ],
)
def test_into_the_env_of_all_steps(text: str) -> None:
    for field, taken in (("title", True), ("number", False)):
        expression = f"'${{{{ github.event.issue.{field} }}}}'"
        facts = facts_of(f"on: issues\n{text.replace('TITLE', expression)}\n")
        (job,) = facts.repository.jobs
        assert (facts.untrusted_inputs.into(facts.reach.into(job)[0]) is not None) is taken


@pytest.mark.parametrize(
    ("on", "runs_on", "who"),
    [
        ("issues", "'${{ github.event.issue.title }}'", Actor.OUTSIDER),
        ("issues", "{group: '${{ github.event.issue.title }}'}", Actor.OUTSIDER),
        ("repository_dispatch", "'${{ github.event.client_payload.r }}'", Actor.EXTERNAL),
        ("push", "'${{ github.ref_name }}'", None),
        ("issues", "\"${{ github.event.issue.title == 'x' && 'a' || 'b' }}\"", None),
    ],
)
def test_into_runs_on(on: str, runs_on: str, who: Actor | None) -> None:
    facts = facts_of(f"on: {on}\njobs:\n  j:\n    runs-on: {runs_on}\n    steps: [{{run: a}}]\n")
    (job,) = facts.repository.jobs
    found = {each.author for each in facts.untrusted_inputs.into_runs_on(facts.reach.into(job)[0])}
    assert found == ({who} if who else set())
