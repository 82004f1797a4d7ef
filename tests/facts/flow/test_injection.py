import pytest

from auditor.facts import Facts
from auditor.finding import HopKind, Severity
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


def severities(job: str, on: str = "issues") -> list[Severity]:
    facts = facts_of(f"on: {on}\njobs:\n  a:\n    runs-on: x\n{job}")
    step = facts.repository.steps[-1]
    ((script, _),) = facts.injection.scripts(step)
    (part,) = facts.expressions(script)
    return [splice.severity for splice in facts.injection.into(part, step)]


TITLE = "    steps: [{run: 'x ${{ github.event.issue.title }}'}]\n"


@pytest.mark.parametrize(
    ("job", "worst"),
    [
        (TITLE, Severity.CRITICAL),
        ("    permissions: {contents: read}\n" + TITLE, Severity.HIGH),
        ("    permissions: {}\n    env: {K: '${{ secrets.K }}'}\n" + TITLE, Severity.CRITICAL),
        ("    permissions: {}\n    env: {K: '${{ secrets.GITHUB_TOKEN }}'}\n" + TITLE, Severity.HIGH),
    ],
)
def test_what_can_be_taken_decides(job: str, worst: Severity) -> None:
    assert severities(job)[0] is worst


def test_a_compared_text_is_no_injection() -> None:
    step = (
        "    if: github.event.comment.body {} '/go'\n"
        "    steps: [{{run: 'x ${{{{ github.event.comment.body }}}}'}}]\n"
    )
    assert severities(step.format("=="), "issue_comment") == []
    assert severities(step.format("!="), "issue_comment") != []


def test_a_fork_is_low_and_the_trace_goes_from_entry_to_power() -> None:
    facts = facts_of(
        "on: pull_request\njobs: {a: {runs-on: x, steps: [{run: 'x ${{ github.head_ref }}'}]}}\n"
    )
    (step,) = facts.repository.steps
    (part,) = facts.expressions(step.run)
    worst = facts.injection.into(part, step)[0]
    assert worst.severity is Severity.LOW
    kinds = [hop.kind for hop in worst.trace("it is run", part.location).hops]
    assert kinds == [HopKind.ENTRY, HopKind.GATE, HopKind.JOB, HopKind.SINK, HopKind.POWER]
