import pytest

from auditor import tree
from auditor.facts import Facts
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
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


def gates(step: str, on: str = "pull_request_target", settings: Settings = UNTOLD):
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
        (checkout("v4.4.0"), 1),
        (checkout("v6"), 1),
        (checkout("v6", more=", allow-unsafe-pr-checkout: TRUE"), 0),
        (checkout("v6", more=", allow-unsafe-pr-checkout: '${{ vars.X }}'"), 0),
        (checkout("0123456789012345678901234567890123456789"), 0),
        (checkout("v4.3.1", "refs/pull/${{ github.event.number }}/merge"), 0),
        (checkout("v4.3.1", "main"), None),
        ("      - run: gh pr checkout 1\n", 0),
        ("      - run: git fetch origin pull/1/head\n", 0),
        ("      - run: git fetch origin ${{ github.head_ref }}\n", 0),
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
