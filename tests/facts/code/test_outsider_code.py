import pytest

from auditor.facts import Facts
from auditor.finding import Confidence
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
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


def gates(step: str, on: str = "pull_request_target", settings: Settings = NO_SETTINGS):
    """How many levels the fetch's gates take off; None where no outsider's code runs."""
    text = f"on: {on}\njobs:\n  a:\n    runs-on: x\n    steps:\n{step}      - run: make\n"
    facts = facts_of(text, settings=settings)
    path = next(p for p in facts.reach.into(facts.repository.jobs[0]))
    code = facts.code.of_outsider(path)
    return None if code is None else sum(gate.lowers for gate in code.gates)


def checkout(version: str, ref: str = "${{ github.event.pull_request.head.sha }}", more: str = "") -> str:
    return f"      - {{uses: actions/checkout@{version}, with: {{ref: '{ref}'{more}}}}}\n"


@pytest.mark.parametrize(
    ("step", "lowered"),
    [
        (checkout("v4.3.1"), 0),
        (checkout("v1"), 0),
        (checkout("v4.4.0"), 0),
        (checkout("v6"), 0),
        (checkout("v6", more=", allow-unsafe-pr-checkout: TRUE"), 0),
        (checkout("v6", more=", allow-unsafe-pr-checkout: '${{ vars.X }}'"), 0),
        (checkout("0123456789012345678901234567890123456789"), 0),
        (checkout("v4.3.1", "refs/pull/${{ github.event.number }}/merge"), 0),
        (checkout("v4.3.1", "main"), None),
        ("      - run: gh pr checkout 1\n", 0),
        ("      - run: git fetch origin pull/1/head && git checkout FETCH_HEAD\n", 0),
        ("      - run: git fetch origin pull/1/head && git diff FETCH_HEAD\n", None),
        ("      - run: git fetch origin ${{ github.head_ref }} && git checkout FETCH_HEAD\n", None),
        ("      - run: git fetch origin main && git diff ${{ github.event.pull_request.head.sha }}\n", None),
        ("", None),
    ],
)
def test_how_the_head_gets_in(step: str, lowered: int | None) -> None:
    assert gates(step) == lowered


def test_a_server_has_its_own_checkout() -> None:
    assert gates(checkout("v6"), settings=Settings(host=Host.parse("ghes:3.19"))) == 0
    assert gates(checkout("v6"), settings=Settings(host=Host.parse("github.com"))) is None


def test_a_comment_is_not_refused() -> None:
    assert gates(checkout("v6", "refs/pull/${{ github.event.issue.number }}/head"), "issue_comment") == 0


def test_a_shut_checkout_brings_nothing() -> None:
    step = checkout("v4.3.1").replace("{uses", "{if: github.event_name == 'push', uses", 1)
    assert gates(step) is None


def test_a_pull_request_brings_its_own_code() -> None:
    assert gates("", "pull_request") == 0


def test_a_checkout_that_may_refuse_is_a_gate_that_lowers_nothing() -> None:
    steps = f"    steps:\n{checkout('v6')}      - run: make\n"
    facts = facts_of(f"on: pull_request_target\njobs:\n  a:\n    runs-on: x\n{steps}")
    (gate,) = facts.code.of_outsider(facts.reach.into(facts.repository.jobs[0])[0]).gates
    assert "v4.4.0" in gate.note
    assert not gate.lowers


def in_action(steps: str, inputs: str = "", given: str = "", after: str = "") -> Confidence | None:
    """How surely an outsider's code runs in a job that uses a local action with those steps."""
    text = f"on: issue_comment\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./act\n{given}{after}"
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    action, _ = read_action(
        yaml.parse(Source("act/action.yml", f"name: a\n{inputs}runs:\n  using: composite\n  steps:\n{steps}"))
    )
    facts = Facts(Repository(workflows=(workflow,), actions=(action,)), NO_SETTINGS)
    code = facts.code.of_outsider(facts.reach.into(facts.repository.jobs[0])[0])
    return None if code is None else code.confidence


HEAD = "refs/pull/${{ github.event.issue.number }}/head"
FETCH = f"    - {{uses: actions/checkout@v6, with: {{ref: '{HEAD}'}}}}\n"
FETCH_INPUT = "    - {uses: actions/checkout@v6, with: {ref: '${{ inputs.Ref }}'}}\n"
MAKE = "    - {run: make, shell: bash}\n"
AFTER = "      - run: make\n"


def test_a_checkout_in_a_local_action_is_followed() -> None:
    assert in_action(FETCH, after=AFTER) is Confidence.HIGH
    assert in_action(FETCH + MAKE) is Confidence.HIGH
    assert in_action(MAKE + FETCH) is None


def test_the_ref_may_be_an_input_of_the_action() -> None:
    given = f"        with: {{REF: '{HEAD}'}}\n"
    assert in_action(FETCH_INPUT, given=given, after=AFTER) is Confidence.HIGH
    assert in_action(FETCH_INPUT, "inputs: {ref: {default: main}}\n", after=AFTER) is None
    assert in_action(FETCH_INPUT, f"inputs: {{ref: {{default: '{HEAD}'}}}}\n", after=AFTER) is Confidence.HIGH
    default = f"inputs: {{ref: {{default: '{HEAD}'}}}}\n"
    assert in_action(FETCH_INPUT, default, "        with: {ref: main}\n", AFTER) is None


@pytest.mark.parametrize(
    ("given", "surely"),
    [("", None), ("'true'", Confidence.HIGH), ("'no'", None), ("'${{ vars.X }}'", Confidence.HIGH)],
)
def test_an_action_is_given_whether_to_fetch(given: str, surely: Confidence | None) -> None:
    step = FETCH.replace("{uses", "{if: inputs.fetch == 'true', uses", 1)
    inputs = f"        with: {{fetch: {given}}}\n" if given else ""
    assert in_action(step, "inputs: {fetch: {default: 'false'}}\n", inputs, AFTER) is surely


def test_an_action_that_uses_itself_ends() -> None:
    assert in_action("    - {uses: ./act}\n" * 3 + FETCH, after=AFTER) is Confidence.HIGH
