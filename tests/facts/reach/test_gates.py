"""Gates that conditions and environments are: what they stop, and what decides them."""

import pytest

from auditor.facts import Facts
from auditor.facts.entry.gate import GateKind
from auditor.finding import Verdict
from auditor.knowledge.platform.events import Actor
from auditor.languages import expression, yaml
from auditor.languages.expression import Condition, Lookup
from auditor.model.repository import Repository
from auditor.model.settings import EnvironmentRules, Host, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(text: str, *, caller: str = "", settings: Settings = NO_SETTINGS) -> Facts:
    workflows = []
    for name, each in (("w", text), ("caller", caller)):
        if each:
            workflow, problems = read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", each)))
            assert workflow is not None
            assert not problems
            workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def starters(facts: Facts, job: str = "work") -> set[Actor]:
    found = next(each for each in facts.repository.jobs if each.id == job)
    return {path.entry.starter for path in facts.reach.into(found)}


def test_success_is_required_of_all_jobs_above() -> None:
    text = (
        "on: issue_comment\njobs:\n"
        "  a: {if: github.event_name == 'push', runs-on: x, steps: [{run: make}]}\n"
        "  b: {needs: a, if: always(), runs-on: x, steps: [{run: make}]}\n"
        "  c: {needs: b, if: always(), runs-on: x, steps: [{run: make}]}\n"
        "  d: {needs: c, runs-on: x, steps: [{run: make}]}\n"
        "  e: {needs: c, if: success(), runs-on: x, steps: [{run: make}]}\n"
    )
    facts = facts_of(text)
    assert starters(facts, "c") == {Actor.OUTSIDER, Actor.WRITER}
    assert starters(facts, "d") == starters(facts, "e") == set()


def test_a_job_that_goes_on_after_a_rejection_hands_no_environment_on() -> None:
    text = (
        "on: issue_comment\njobs:\n"
        "  may: {environment: gpu, runs-on: x, steps: [{run: make}]}\n"
        "  work: {needs: may, if: success() && github.actor, runs-on: x, steps: [{run: make}]}\n"
    )
    settings = Settings(environments={"gpu": EnvironmentRules(reviewers=1)})

    def kinds(text: str) -> set[GateKind]:
        facts = facts_of(text, settings=settings)
        paths = facts.reach.into(facts.repository.jobs[1], actor=Actor.OUTSIDER)
        return {gate.kind for path in paths for gate in path.gates}

    assert GateKind.ENVIRONMENT in kinds(text)
    assert GateKind.ENVIRONMENT not in kinds(text.replace("may: {", "may: {continue-on-error: true, "))
    assert GateKind.ENVIRONMENT not in kinds(text.replace("success() &&", "always() &&"))


def lowered(condition: str, on: str = "pull_request_target") -> set[tuple[str, int]]:
    facts = facts_of(f'on: {on}\njobs: {{work: {{if: "{condition}", runs-on: x, steps: [{{run: make}}]}}}}\n')
    paths = facts.reach.into(facts.repository.jobs[0], actor=Actor.OUTSIDER)
    return {(gate.kind, gate.lowers) for path in paths for gate in path.gates}


@pytest.mark.parametrize(
    ("condition", "gates"),
    [
        ("contains(github.event.pull_request.labels.*.name, 'safe')", {("label", 1)}),
        ("contains(toJSON(github.event.pull_request.labels), 'safe')", {("label", 1)}),
        ("!contains(github.event.pull_request.labels.*.name, 'skip')", {("condition", 0)}),
        ("contains(github.event.pull_request.labels.*.name, 'safe') || vars.ON", {("condition", 0)}),
    ],
)
def test_a_label_is_a_gate_where_it_must_be_there(condition: str, gates: set[tuple[str, int]]) -> None:
    assert lowered(condition) == gates


VARIABLE = "the variable `ON` (`--settings`)"
REPOSITORY = "the repository's name (`--repository`)"
BRANCH = "the name of the default branch (`--settings`)"


@pytest.mark.parametrize(
    ("on", "condition", "decided_by"),
    [
        ("issue_comment", "contains(github.event.comment.body, '/run')", None),
        ("issues", "github.actor != 'dependabot[bot]'", None),
        ("issue_comment", "contains(github.event.comment.body, '/run') || vars.ON", None),
        ("issue_comment", "github.event.comment.author_association == 'CONTRIBUTOR'", None),
        ("issue_comment", "contains(github.event.comment.body, '/run') && vars.ON", VARIABLE),
        (
            "issue_comment",
            "github.event.issue.milestone.title == 'x'",
            "`github.event.issue.milestone.title`",
        ),
        ("issue_comment", "github.repository == 'acme/ml'", REPOSITORY),
        ("issue_comment", "github.ref == 'refs/heads/main'", BRANCH),
        ("issue_comment", "github.event.repository.private", "`github.event.repository.private`"),
        ("issue_comment", "failure()", "`failure()`"),
        ("pull_request_target", "!contains(github.event.pull_request.labels.*.name, 'skip')", None),
        ("pull_request_target", "startsWith(github.head_ref, 'bump/') && !vars.ON", VARIABLE),
        (
            "pull_request_target",
            "contains(github.event.pull_request.labels.*.name, 'a') || vars.ON",
            VARIABLE,
        ),
        ("pull_request", "github.base_ref == 'main' && !github.event.pull_request.draft", None),
        ("push", "github.ref == 'refs/heads/main'", None),
        ("push", "github.actor == 'boss' && vars.on == 'yes'", VARIABLE),
        ("workflow_dispatch", "inputs.deploy", None),
    ],
)
def test_what_decides_a_condition(on: str, condition: str, decided_by: str | None) -> None:
    facts = facts_of(f'on: {on}\njobs: {{work: {{if: "{condition}", runs-on: x, steps: [{{run: make}}]}}}}\n')
    paths = facts.reach.into(facts.repository.jobs[0])
    who = Actor.WRITER if on in ("push", "workflow_dispatch") else Actor.OUTSIDER
    gates = [gate for path in paths if path.entry.starter is who for gate in path.gates]
    assert {(gate.kind, gate.decided_by) for gate in gates} == {("condition", decided_by)}
    verdict = Verdict.NOT_EVALUABLE if decided_by else Verdict.EXPOSED
    assert {gate.verdict for gate in gates} == {verdict}


@pytest.mark.parametrize(("given", "decided_by"), [("vars.ON", "`inputs.go`"), ("inputs.go", "`inputs.go`")])
def test_an_input_is_its_callers(given: str, decided_by: str) -> None:
    facts = facts_of(
        "on:\n  workflow_call: {inputs: {go: {type: boolean}}}\n"
        "jobs:\n  work: {if: inputs.go, runs-on: x, steps: [{run: make}]}\n",
        caller="on:\n  workflow_dispatch: {inputs: {go: {type: boolean}}}\n"
        f"jobs:\n  c: {{uses: ./.github/workflows/w.yml, with: {{go: '${{{{ {given} }}}}'}}}}\n",
    )
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert [gate.decided_by for gate in path.gates] == [decided_by]


@pytest.mark.parametrize(
    ("environment", "on", "gates"),
    [
        (None, "pull_request_target", [("environment", 0)]),
        ({}, "pull_request_target", [("environment", 0)]),
        ({"gpu": EnvironmentRules(reviewers=1)}, "pull_request_target", [("environment", 2)]),
        ({"gpu": EnvironmentRules(branches=("main",))}, "pull_request_target", [("environment", 0)]),
        ({"gpu": EnvironmentRules(branches=("main",))}, "pull_request", []),
        ({"gpu": EnvironmentRules(protected_branches=True)}, "pull_request", []),
        ({"gpu": EnvironmentRules(branches=("refs/pull/*/merge",))}, "pull_request", [("environment", 0)]),
    ],
)
def test_what_an_environment_stops(
    environment: dict[str, EnvironmentRules] | None, on: str, gates: list[tuple[str, int]]
) -> None:
    settings = Settings(environments=environment, host=Host("github.com"))
    text = f"on: {on}\njobs: {{work: {{environment: GPU, runs-on: x, steps: [{{run: make}}]}}}}\n"
    facts = facts_of(text, settings=settings)
    paths = facts.reach.into(facts.repository.jobs[0], actor=Actor.OUTSIDER)
    assert [(gate.kind, gate.lowers) for path in paths for gate in path.gates] == gates


def test_an_environment_without_a_name_is_none() -> None:
    text = (
        "on: pull_request\njobs:\n  work:\n"
        "    environment: ${{ github.event_name == 'push' && 'prod' || '' }}\n"
        "    runs-on: x\n    steps: [{run: make}]\n"
    )
    facts = facts_of(text)
    assert all(path.gates == () for path in facts.reach.into(facts.repository.jobs[0]))


def test_jobs_that_share_a_condition_share_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []

    def holds(condition: Condition, lookup: Lookup) -> bool | None:
        evaluated.append(condition)
        return expression.evaluation.holds(condition, lookup)

    monkeypatch.setattr(expression, "holds", holds)
    jobs = "".join(f"  j{n}: {{if: vars.ON == 'yes', runs-on: x, steps: [{{run: a}}]}}\n" for n in range(30))
    facts = facts_of(f"on: [push, schedule]\njobs:\n{jobs}")
    assert {len(facts.reach.into(job)) for job in facts.repository.jobs} == {3}
    assert len(evaluated) == 3
