"""Who inside has agreed to a run, and to what."""

import pytest

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

HEAD = "{uses: actions/checkout@v4.2.2, with: {ref: '${{ github.event.pull_request.head.sha }}'}}"


def facts_of(text: str) -> Facts:
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    return Facts(Repository(workflows=(workflow,)), Settings())


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ("github.event.label.name == 'gpu'", True),
        ("startsWith(github.event.label.name, 'ci:')", True),
        ("contains(github.event.pull_request.labels.*.name, 'gpu')", True),
        ("github.event.label.name == 'gpu' || github.event.label.name == 'slow'", True),
        ("contains(fromJSON('[\"gpu\"]'), github.event.label.name) && always()", True),
        ("github.event_name == 'push' || github.event.label.name == 'gpu'", True),
        ("github.event.label.name != 'wip'", False),
        ("!contains(github.event.pull_request.labels.*.name, 'wip')", False),
        ("github.event.label.name == 'gpu' || github.event.pull_request.draft == false", False),
        ("github.event.action == 'labeled'", False),
    ],
)
def test_a_label_vouches_where_it_is_asked_for(condition: str, asks: bool) -> None:
    quoted = condition.replace('"', '\\"')
    job = f'{{runs-on: x, if: "{quoted}", steps: [{HEAD}, {{run: make}}]}}'
    on = "{pull_request_target: {types: [labeled]}}"
    facts = facts_of(f"on: {on}\npermissions: write-all\njobs: {{j: {job}}}\n")
    (job,) = facts.repository.jobs
    assert facts.reach.into(job)
    assert (not facts.takeovers.of(job)) is asks
    assert (not facts.exposures.of(job)) is asks


def test_a_label_of_a_needed_job_vouches() -> None:
    gate = "{runs-on: x, if: \"github.event.label.name == 'gpu'\", steps: [{run: a}]}"
    job = f"{{runs-on: x, needs: gate, steps: [{HEAD}, {{run: make}}]}}"
    on = "{pull_request_target: {types: [labeled]}}"
    facts = facts_of(f"on: {on}\npermissions: write-all\njobs: {{gate: {gate}, j: {job}}}\n")
    gated = next(job for job in facts.repository.jobs if job.id == "j")
    assert not facts.takeovers.of(gated)
