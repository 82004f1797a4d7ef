"""Gates on the way: what is recognised, and what it stops."""

import pytest

from auditor.facts import Facts
from auditor.facts.entry.gate import GateKind
from auditor.finding import Verdict
from auditor.knowledge.platform.events import Actor
from auditor.languages import expression, yaml
from auditor.languages.expression import Condition, Lookup
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import EnvironmentRules, Host, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(
    text: str, *, caller: str = "", action: str = "", settings: Settings = NO_SETTINGS, guarded: bool = False
) -> Facts:
    workflows = []
    for name, each in (("w", text), ("caller", caller)):
        if each:
            workflow, problems = read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", each)))
            assert workflow is not None
            assert not problems
            workflows.append(workflow)
    actions = []
    if action:
        found, problems = read_action(yaml.parse(Source("check/action.yml", action)))
        assert not problems
        actions.append(found)
    return Facts(Repository(workflows=tuple(workflows), actions=tuple(actions)), settings, guarded=guarded)


def starters(facts: Facts, job: str = "work") -> set[Actor]:
    found = next(each for each in facts.repository.jobs if each.id == job)
    return {path.entry.starter for path in facts.reach.into(found)}


def at_last_step(facts: Facts) -> set[Actor]:
    return {path.entry.starter for path in facts.reach.at(facts.repository.jobs[-1].steps[-1])}


ON_COMMENT = "on: issue_comment\njobs:\n"
LEVEL_OF = (
    "{{uses: skjnldsv/check-actor-permission@v3, with: {{require: write, username: '${{{{ github.{} }}}}'}}}}"
)
WORK = "  work:\n    needs: may\n    {}runs-on: x\n    steps: [{{run: make}}]\n"
FAILING = """\
  may:
    runs-on: x
    steps:
      - uses: actions/github-script@v8
        with:
          script: |
            const asked = {...context.repo, username: context.actor}
            const {data} = await github.rest.repos.getCollaboratorPermissionLevel(asked)
            if (!['admin', 'write'].includes(data.permission)) core.setFailed('no')
"""
OUTPUTS = """\
  may:
    runs-on: x
    outputs: {ok: "${{ steps.c.outputs.require-result }}"}
    steps:
      - {id: c, uses: actions-cool/check-user-permission@v2, with: {require: write}}
"""


@pytest.mark.parametrize(
    ("check", "condition", "open_to"),
    [
        (FAILING, "", {Actor.WRITER}),
        (FAILING, "if: always()\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING, "if: always() && needs.may.result == 'success'\n    ", {Actor.WRITER}),
        (FAILING, "if: ${{ !cancelled() && needs.may.result == 'success' }}\n    ", {Actor.WRITER}),
        (FAILING, "if: ${{ !cancelled() && !failure() }}\n    ", {Actor.WRITER}),
        (FAILING, "if: success() && github.event.comment.body != ''\n    ", {Actor.WRITER}),
        (FAILING, "if: always() && needs.may.result != 'failure'\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING, "if: failure()\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING.replace("may:", "may:\n    continue-on-error: true"), "", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "if: needs.may.outputs.ok == 'false'\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "if: needs.may.outputs.ok\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "if: needs.may.outputs.ok == 'true' || github.event.comment.body == '/run'\n    ",
         {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "if: needs.may.outputs.ok != 'false'\n    ", {Actor.WRITER}),
        (OUTPUTS, "if: always() && needs.may.outputs.ok != 'false'\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS.replace("require-result", "user-permission"),
         "if: contains(fromJSON('[\"admin\", \"write\"]'), needs.may.outputs.ok)\n    ", {Actor.WRITER}),
        (OUTPUTS.replace("steps.c.outputs.require-result", "steps.s.outputs.sha"),
         "if: needs.may.outputs.ok != ''\n    ", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "", {Actor.OUTSIDER, Actor.WRITER}),
        (OUTPUTS, "if: needs.may.outputs.ok == 'true'\n    ", {Actor.WRITER}),
        (FAILING.replace("core.setFailed('no')", "core.info('no')"), "", {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING.replace("      - uses", "      - continue-on-error: true\n        uses"), "",
         {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING.replace("      - uses", "      - if: github.event_name == 'push'\n        uses"), "",
         {Actor.OUTSIDER, Actor.WRITER}),
        (FAILING.replace("getCollaboratorPermissionLevel", "get"), "", {Actor.OUTSIDER, Actor.WRITER}),
        ("  may:\n    runs-on: x\n    steps: [{run: 'gh api orgs/a/members/$GITHUB_ACTOR || exit 1'}]\n", "",
         {Actor.WRITER}),
    ],
)  # fmt: skip
def test_a_check_in_a_needed_job(check: str, condition: str, open_to: set[Actor]) -> None:
    assert starters(facts_of(ON_COMMENT + check + WORK.format(condition))) == open_to


@pytest.mark.parametrize(
    ("steps", "open_to"),
    [
        ("{uses: lannonbr/repo-permission-check-action@2.0.2, with: {permission: write}}", {Actor.WRITER}),
        ("{uses: ./check}", {Actor.WRITER}),
        ("{uses: skjnldsv/check-actor-permission@v3, with: {require: read}}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{uses: skjnldsv/check-actor-permission@v3, with: {require: '${{ vars.LEVEL }}'}}",
         {Actor.OUTSIDER, Actor.WRITER}),
        (LEVEL_OF.format("repository_owner"), {Actor.OUTSIDER, Actor.WRITER}),
        (LEVEL_OF.format("event.comment.user.login"), {Actor.WRITER}),
        (LEVEL_OF.format("event.issue.user.login"), {Actor.OUTSIDER, Actor.WRITER}),
        ("{uses: actions-cool/check-user-permission@v2, with: {require: write, error-if-missing: true}}",
         {Actor.WRITER}),
        ("{uses: actions-cool/check-user-permission@v2, with: {require: write}}",
         {Actor.OUTSIDER, Actor.WRITER}),
        ("{id: c, uses: scherermichael-oss/action-has-permission@1.0.6}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{uses: sushichop/action-repository-permission@v2, with: {relax: true}}",
         {Actor.OUTSIDER, Actor.WRITER}),
        ("{uses: skjnldsv/check-actor-permission@v3, with: {require: write}}", {Actor.WRITER}),
    ],
)  # fmt: skip
def test_a_check_before_a_step(steps: str, open_to: set[Actor]) -> None:
    action = (
        "runs: {using: composite, steps: [{shell: bash, run: "
        "'gh api repos/acme/x/collaborators/$GITHUB_ACTOR || exit 1'}]}"
    )
    text = f"{ON_COMMENT}  work:\n    runs-on: x\n    steps:\n      - {steps}\n      - run: make\n"
    facts = facts_of(text, action=action)
    assert starters(facts) == {Actor.OUTSIDER, Actor.WRITER}
    assert at_last_step(facts) == open_to


@pytest.mark.parametrize(
    ("condition", "open_to"),
    [
        ("steps.c.outputs.may == 'true'", {Actor.WRITER}),
        ("steps.c.outputs.may == 'false'", {Actor.OUTSIDER, Actor.WRITER}),
        ("steps.c.outputs.may", {Actor.OUTSIDER, Actor.WRITER}),
    ],
)
def test_a_step_that_tests_the_output_of_a_script(condition: str, open_to: set[Actor]) -> None:
    script = FAILING.replace("- uses", "- id: c\n        uses").replace(
        "if (!['admin', 'write'].includes(data.permission)) core.setFailed('no')",
        "core.setOutput('may', ['admin', 'write'].includes(data.permission))",
    )
    text = ON_COMMENT + script + f"      - {{if: {condition}, run: make}}\n"
    assert at_last_step(facts_of(text)) == open_to


def test_a_step_that_tests_the_output_of_a_check() -> None:
    text = (
        f"{ON_COMMENT}  work:\n    runs-on: x\n    steps:\n"
        "      - {id: C, uses: scherermichael-oss/action-has-permission@1.0.6}\n"
        "      - {if: steps.c.outputs.has-permission, run: make}\n"
    )
    assert at_last_step(facts_of(text)) == {Actor.WRITER}


ACTION = (
    "inputs: {on: {default: 'no'}}\nruns:\n  using: composite\n  steps:\n"
    "    - {if: inputs.on == 'yes', uses: skjnldsv/check-actor-permission@v3, with: {require: write}}\n"
)


def test_a_composite_action_whose_check_has_a_condition_is_none() -> None:
    text = f"{ON_COMMENT}  work:\n    runs-on: x\n    steps: [{{uses: ./check}}, {{run: make}}]\n"
    assert Actor.OUTSIDER in at_last_step(facts_of(text, action=ACTION))
    held = facts_of(text, action=ACTION.replace("if: inputs.on == 'yes', ", ""))
    assert at_last_step(held) == {Actor.WRITER}


@pytest.mark.parametrize(
    ("check", "closes"),
    [
        ("{uses: ./check}", False),
        ("{run: gh api orgs/a/members/$GITHUB_ACTOR}", False),
        ("{uses: skjnldsv/check-actor-permission@v3, with: {require: write}}", True),
    ],
)
@pytest.mark.parametrize(
    "fetches",
    [
        "{uses: actions/checkout@v4, with: {ref: 'refs/pull/${{ github.event.issue.number }}/head'}}",
        "{run: gh pr checkout 1}",
        "{uses: actions/download-artifact@v4}",
    ],
)
def test_what_lies_beside_an_outsiders_files_is_no_check(check: str, closes: bool, fetches: str) -> None:
    action = ACTION.replace("if: inputs.on == 'yes', ", "")
    text = f"{ON_COMMENT}  work:\n    runs-on: x\n    steps: [{fetches}, {check}, {{run: make}}]\n"
    assert (Actor.OUTSIDER not in at_last_step(facts_of(text, action=action))) is closes
    plain = text.replace(fetches, "{uses: actions/checkout@v4}")
    assert at_last_step(facts_of(plain, action=action)) == {Actor.WRITER}


def test_the_check_of_a_job_that_is_skipped_says_nothing() -> None:
    text = (
        ON_COMMENT
        + OUTPUTS.replace("may:", "may:\n    if: github.event_name == 'push'")
        + WORK.format("if: always() && needs.may.outputs.ok != 'false'\n    ")
    )
    assert starters(facts_of(text)) == {Actor.OUTSIDER, Actor.WRITER}


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


def test_a_check_in_a_called_workflow_fails_the_calling_job() -> None:
    check = (
        "on: workflow_call\njobs:\n  go:\n    runs-on: x\n"
        "    steps: [{uses: skjnldsv/check-actor-permission@v3, with: {require: write}}]\n"
    )
    called, _ = read_workflow(yaml.parse(Source(".github/workflows/check.yml", check)))
    text = ON_COMMENT + "  may: {uses: ./.github/workflows/check.yml}\n"

    def open_to(condition: str) -> set[Actor]:
        source = Source(".github/workflows/w.yml", text + WORK.format(condition))
        workflow, problems = read_workflow(yaml.parse(source))
        assert not problems
        return starters(Facts(Repository(workflows=(workflow, called)), NO_SETTINGS))

    assert open_to("") == {Actor.WRITER}
    assert open_to("if: always()\n    ") == {Actor.OUTSIDER, Actor.WRITER}


CHECK = "{id: c, uses: actions-cool/check-user-permission@v2, with: {require: write}}"
OK = "env: {OK: '${{ steps.c.outputs.require-result }}'}"


@pytest.mark.parametrize(
    ("refusal", "open_to"),
    [
        ("{if: steps.c.outputs.require-result == 'false', run: exit 1}", {Actor.WRITER}),
        ("{if: steps.c.outputs.require-result != 'true', run: echo no; exit 1}", {Actor.WRITER}),
        ("{run: '[ \"$OK\" = true ] || exit 1', " + OK + "}", {Actor.WRITER}),
        ("{run: 'if [ \"$OK\" == \"false\" ]; then exit 1; fi', " + OK + "}", {Actor.WRITER}),
        ("{if: steps.c.outputs.require-result == 'true', run: exit 1}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{if: steps.c.outputs.require-result == 'false', continue-on-error: true, run: exit 1}",
         {Actor.OUTSIDER, Actor.WRITER}),
        ("{if: steps.c.outputs.require-result == 'false', run: echo no}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{if: vars.OFF == 'yes', run: exit 1}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{run: '[ \"$OK\" = false ] || exit 1', " + OK + "}", {Actor.OUTSIDER, Actor.WRITER}),
        ("{run: '[ \"$OK\" = true ] || exit 1', env: {OK: '${{ vars.OK }}'}}",
         {Actor.OUTSIDER, Actor.WRITER}),
    ],
)  # fmt: skip
def test_a_step_that_fails_for_whom_a_check_refused(refusal: str, open_to: set[Actor]) -> None:
    text = f"{ON_COMMENT}  work:\n    runs-on: x\n    steps: [{CHECK}, {refusal}, {{run: make}}]\n"
    assert at_last_step(facts_of(text)) == open_to


def test_checks_in_parallel_hold_nothing_back() -> None:
    text = (
        f"{ON_COMMENT}  work:\n    runs-on: x\n    steps:\n"
        "      - parallel: [{uses: lannonbr/repo-permission-check-action@v2, with: {permission: write}}]\n"
        "      - run: make\n"
    )
    assert Actor.OUTSIDER in at_last_step(facts_of(text))


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
        ("issue_comment", "github.actor != 'dependabot[bot]'", None),
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


def test_with_guarded_what_is_closed_stays_with_its_gate() -> None:
    text = ON_COMMENT + FAILING + WORK.format("")
    facts = facts_of(text, guarded=True)
    paths = facts.reach.into(facts.repository.jobs[1])
    assert {path.entry.starter for path in paths if path.is_closed} == {Actor.OUTSIDER}
    assert not paths[0].is_closed
    assert {gate.kind for path in paths if path.is_closed for gate in path.gates if gate.closes} == {
        "permission-check"
    }


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
