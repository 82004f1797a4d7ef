"""Checks of access: which steps are one, and whom they stop."""

import pytest

from auditor.facts import Facts
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def facts_of(text: str, *, action: str = "", guarded: bool = False) -> Facts:
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    assert not problems
    actions = []
    if action:
        found, problems = read_action(yaml.parse(Source("check/action.yml", action)))
        assert not problems
        actions.append(found)
    return Facts(Repository(workflows=(workflow,), actions=tuple(actions)), Settings(), guarded=guarded)


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


@pytest.mark.parametrize(
    ("check", "closes"),
    [
        ("{run: gh api orgs/a/members/$GITHUB_ACTOR}", False),
        ("{uses: skjnldsv/check-actor-permission@v3, with: {require: write}}", True),
    ],
)
@pytest.mark.parametrize("between", ["", "{uses: actions/setup-node@v4}, "])
def test_a_script_beside_a_pull_requests_files_is_no_check(check: str, closes: bool, between: str) -> None:
    def open_to(first: str) -> set[Actor]:
        steps = f"{first}{between}{check}, {{run: make}}"
        return at_last_step(
            facts_of(f"on: pull_request\njobs:\n  work:\n    runs-on: x\n    steps: [{steps}]\n")
        )

    assert Actor.OUTSIDER not in open_to("")
    assert (Actor.OUTSIDER not in open_to("{uses: actions/checkout@v4}, ")) is closes


def test_the_check_of_a_job_that_is_skipped_says_nothing() -> None:
    text = (
        ON_COMMENT
        + OUTPUTS.replace("may:", "may:\n    if: github.event_name == 'push'")
        + WORK.format("if: always() && needs.may.outputs.ok != 'false'\n    ")
    )
    assert starters(facts_of(text)) == {Actor.OUTSIDER, Actor.WRITER}


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
        return starters(Facts(Repository(workflows=(workflow, called)), Settings()))

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
        ("{run: '[ \"$OK\" = true ] || exit 1', env: {OK: 'x${{ steps.c.outputs.require-result }}'}}",
         {Actor.OUTSIDER, Actor.WRITER}),
        ("{run: '[ \"$OK\" = true ] || exit 1', env: {OK: 'false'}}", {Actor.OUTSIDER, Actor.WRITER}),
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


def test_with_guarded_what_is_closed_stays_with_its_gate() -> None:
    text = ON_COMMENT + FAILING + WORK.format("")
    facts = facts_of(text, guarded=True)
    paths = facts.reach.into(facts.repository.jobs[1])
    assert {path.entry.starter for path in paths if path.is_closed} == {Actor.OUTSIDER}
    assert not paths[0].is_closed
    assert {gate.kind for path in paths if path.is_closed for gate in path.gates if gate.closes} == {
        "permission-check"
    }
