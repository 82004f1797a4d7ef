import pytest

from auditor.facts import Facts
from auditor.finding import HopKind
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(*texts: str, settings: Settings = NO_SETTINGS) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = yaml.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def reached(text: str, *more: str) -> dict[str, set[str]]:
    """The events from which an outsider gets into each job."""
    facts = facts_of(text, *more)
    return {
        job.id: {path.entry.event for path in facts.reach.into(job, actor=Actor.OUTSIDER)}
        for job in facts.repository.jobs
    }


def test_a_shut_need_shuts_unless_a_status_is_tested() -> None:
    text = """
on: pull_request
jobs:
  gate: {if: github.event_name == 'push', runs-on: x, steps: [{run: a}]}
  waits: {needs: gate, runs-on: x, steps: [{run: a}]}
  further: {needs: waits, runs-on: x, steps: [{run: a}]}
  always: {needs: gate, if: always(), runs-on: x, steps: [{run: a}]}
  result: {needs: gate, if: always() && needs.gate.result == 'success', runs-on: x, steps: [{run: a}]}
  explicit: {needs: gate, if: success(), runs-on: x, steps: [{run: a}]}
"""
    open_jobs = {id for id, events in reached(text).items() if events}
    assert open_jobs == {"always"}


def test_jobs_in_a_circle_never_start() -> None:
    text = """
on: pull_request
jobs:
  a: {needs: b, runs-on: x, steps: [{run: a}]}
  b: {needs: a, runs-on: x, steps: [{run: a}]}
"""
    assert reached(text) == {"a": set(), "b": set()}


CALLEE = """
on: {workflow_call: {}, push: {}}
jobs: {inner: {runs-on: x, steps: [{run: a}]}}
"""


def test_a_called_job_is_reached_through_its_callers() -> None:
    call = "uses: ./.github/workflows/w0.yml"
    open_caller = f"on: issues\njobs: {{c: {{{call}}}}}\n"
    shut_caller = f"on: pull_request\njobs: {{c: {{{call}, if: github.event_name == 'push'}}}}\n"
    assert reached(CALLEE, open_caller, shut_caller)["inner"] == {"issues"}


def test_many_insiders_hide_no_outsider() -> None:
    calls = "".join(f"  c{i}: {{uses: ./.github/workflows/w0.yml}}\n" for i in range(60))
    outsider = "on: pull_request\njobs: {c: {uses: ./.github/workflows/w0.yml}}\n"
    assert reached(CALLEE, f"on: push\njobs:\n{calls}", outsider)["inner"] == {"pull_request"}


def test_an_undecided_guard_is_a_gate_and_the_trace_names_it() -> None:
    facts = facts_of("on: schedule\njobs: {a: {if: vars.ON, runs-on: x, steps: [{run: a}]}}\n")
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert path.lowered == 0
    assert [hop.kind for hop in path.trace().hops] == [HopKind.ENTRY, HopKind.GATE, HopKind.JOB]


def test_a_step_is_shut_by_its_own_if() -> None:
    facts = facts_of(
        "on: schedule\n"
        "jobs: {a: {runs-on: x, steps: [{run: a, if: github.event_name == 'push'}, {run: b}]}}\n"
    )
    shut, passable = facts.repository.steps
    assert facts.reach.at(shut) == ()
    assert len(facts.reach.at(passable)) == 1


@pytest.mark.parametrize(
    ("calls", "is_followed"), [(1, True), (9, True), (10, True), (11, False), (12, False)]
)
def test_calls_are_followed_ten_levels_deep(calls: int, is_followed: bool) -> None:
    chain = [
        f"on: {'workflow_call' if number else 'issues'}\n"
        f"jobs: {{c{number}: {{uses: ./.github/workflows/w{number + 1}.yml}}}}\n"
        for number in range(calls)
    ]
    found = reached(*chain, CALLEE)
    assert found["inner"] == ({"issues"} if is_followed else set())


@pytest.mark.parametrize("count", [2, 15])
def test_workflows_that_call_each_other_in_a_ring_end(count: int) -> None:
    ring = [
        f"on: [issues, workflow_call]\njobs: {{c: {{uses: ./.github/workflows/w{(i + 1) % count}.yml}}}}\n"
        for i in range(count)
    ]
    assert all("c" in jobs for jobs in [reached(*ring)])
