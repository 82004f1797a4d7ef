"""What must hold of the boundary map, whatever the workflow is: properties over its open ways."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.facts.boundary import PowerKind
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

GUARDS = (
    "github.event.pull_request.head.repo.full_name == github.repository",
    "github.event_name == 'push'",
    "github.event_name != 'issue_comment'",
    "github.event.comment.author_association == 'OWNER'",
    "github.actor != 'dependabot[bot]'",
    "github.ref == 'refs/heads/main'",
    "startsWith(github.ref, 'refs/tags/')",
    "contains(github.event.pull_request.labels.*.name, 'safe')",
    "github.event.action == 'opened'",
    "vars.ENABLED == 'yes'",
)
TRIGGERS = {
    "push": ("{branches: [main]}", "{branches: ['release/*']}", "{tags: ['v*']}"),
    "pull_request": ("{types: [labeled]}", "{branches: [main]}"),
    "pull_request_target": ("{types: [labeled]}", "{types: [opened]}"),
    "issues": ("{types: [opened]}", "{types: [labeled]}"),
    "issue_comment": ("{types: [created]}",),
    "schedule": ("[{cron: '1 1 * * *'}]",),
    "release": ("{types: [published]}",),
}
CHECK = (
    "{uses: actions/github-script@v8, with: {script: "
    "'await github.rest.repos.checkCollaborator({...context.repo, username: context.actor})'}}"
)


@dataclass(frozen=True)
class Job:
    id: str
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    environment: bool = False
    checked: bool = False
    runner: str = "ubuntu-latest"

    def text(self) -> str:
        lines = [f"  {self.id}:"]
        if self.needs:
            lines.append(f"    needs: [{', '.join(self.needs)}]")
        if self.guards:
            lines.append(f"    if: {' && '.join(f'({guard})' for guard in self.guards)}")
        if self.environment:
            lines.append("    environment: prod")
        lines.append(f"    runs-on: {self.runner}")
        lines += ["    steps:", *([f"      - {CHECK}"] if self.checked else []), "      - run: make"]
        return "\n".join(lines)


@dataclass(frozen=True)
class Flow:
    triggers: dict[str, str]
    jobs: tuple[Job, ...]

    def text(self) -> str:
        on = "".join(f"  {event}: {filters}\n" for event, filters in self.triggers.items())
        return f"on:\n{on}jobs:\n" + "\n".join(job.text() for job in self.jobs) + "\n"


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    events = draw(st.lists(st.sampled_from(sorted(TRIGGERS)), min_size=1, max_size=4, unique=True))
    triggers = {event: draw(st.sampled_from(("", *TRIGGERS[event]))) for event in events}
    triggers = {e: f if f or e != "schedule" else TRIGGERS[e][0] for e, f in triggers.items()}
    jobs: list[Job] = []
    for number in range(draw(st.integers(1, 4))):
        before = [job.id for job in jobs]
        jobs.append(
            Job(
                id=f"job{number}",
                needs=tuple(draw(st.lists(st.sampled_from(before), unique=True))) if before else (),
                guards=tuple(draw(st.lists(st.sampled_from(GUARDS), max_size=2, unique=True))),
                environment=draw(st.booleans()),
                checked=draw(st.booleans()),
                runner=draw(st.sampled_from(("ubuntu-latest", "self-hosted", "gpu-box"))),
            )
        )
    return Flow(triggers, tuple(jobs))


def ways(text: str) -> set[tuple[object, ...]]:
    """The open ways: who gets into which job by what, and what they meet there."""
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    assert not problems
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    assert not facts.read_expressions()
    return {
        (boundary.job.id, row.actor, row.path.entry.event, row.path.entry.ref_type, *row.kinds)
        for boundary in facts.boundaries.of_all()
        for row in boundary.rows
    }


def reached(text: str) -> set[tuple[object, ...]]:
    """The open ways, whatever is met there."""
    return {way[:4] for way in ways(text)}


@given(flows(), st.data())
@settings(max_examples=150)
def test_a_gate_never_opens_a_way(flow: Flow, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(flow.jobs) - 1))
    job = flow.jobs[at]
    gated = data.draw(
        st.sampled_from(
            [
                *(replace(job, guards=(*job.guards, guard)) for guard in GUARDS),
                replace(job, environment=True),
                replace(job, checked=True),
            ]
        )
    )
    more = replace(flow, jobs=(*flow.jobs[:at], gated, *flow.jobs[at + 1 :]))
    assert reached(more.text()) <= reached(flow.text())


@given(flows(), st.data())
@settings(max_examples=150)
def test_a_wider_trigger_never_closes_a_way(flow: Flow, data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(sorted(TRIGGERS)))
    filters = TRIGGERS[event][0] if event == "schedule" else ""
    if flow.triggers.get(event) == "{types: [labeled]}" and event != "issues":
        # What runs without `types` is no more than this: labels aren't among it.
        filters = "{types: [opened, synchronize, reopened, labeled]}"
    if event not in flow.triggers and filters == "":
        filters = data.draw(st.sampled_from(("", *TRIGGERS[event])))
    wider = replace(flow, triggers={**flow.triggers, event: filters})
    assert reached(wider.text()) >= reached(flow.text())


@given(flows(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_order_comments_and_names_change_nothing(flow: Flow, chance: random.Random) -> None:
    before = ways(flow.text())
    jobs, triggers = list(flow.jobs), list(flow.triggers.items())
    chance.shuffle(jobs)
    chance.shuffle(triggers)
    shuffled = Flow(dict(triggers), tuple(jobs)).text()
    assert ways(shuffled) == before
    assert (
        ways("# a comment\n" + shuffled.replace("\n", "  # and another\n").replace(": |  #", ": |")) == before
    )
    renamed = shuffled.replace("job", "task").replace("tasks:", "jobs:")
    assert {(str(way[0]).replace("task", "job"), *way[1:]) for way in ways(renamed)} == before


@given(flows())
@settings(max_examples=50)
def test_what_is_guarded_is_all_that_more_is_found(flow: Flow) -> None:
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", flow.text())))
    assert workflow is not None
    rows = [
        [row for boundary in facts.boundaries.of_all() for row in boundary.rows]
        for facts in (
            Facts(Repository(workflows=(workflow,)), Settings()),
            Facts(Repository(workflows=(workflow,)), Settings(), guarded=True),
        )
    ]
    plain, guarded = rows
    assert not any(row.path.is_closed for row in plain)
    assert {(row.job.id, row.path.entry.event, row.actor) for row in guarded if not row.path.is_closed} == {
        (row.job.id, row.path.entry.event, row.actor) for row in plain
    }


def test_the_powers_that_a_way_leads_to() -> None:
    text = (
        "on: pull_request\npermissions: {contents: write, id-token: write}\n"
        "jobs:\n  a:\n    runs-on: self-hosted\n"
        "    env: {K: '${{ secrets.K }}'}\n    steps: [{run: gh release create v1}]\n"
    )
    fork = frozenset({PowerKind.CODE, PowerKind.RUNNER})
    assert {(way[1], frozenset(way[4:])) for way in ways(text)} == {
        (Actor.OUTSIDER, fork),
        (Actor.WRITER, frozenset(PowerKind) - {PowerKind.CODE}),
    }
