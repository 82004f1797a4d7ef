"""What was meant by a condition, and whom the mistake lets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.facts.condition.power_behind import places
from auditor.facts.condition.unsound_conditions import Flaw
from auditor.finding import Severity
from auditor.languages import yaml
from auditor.languages.expression import Literal, parse, rebuilt, walk
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def found(condition, on="issues", permissions="{issues: write}"):
    text = (
        f"on: {on}\npermissions: {permissions}\njobs:\n  a:\n    if: {condition!r}\n"
        "    runs-on: ubuntu-latest\n    steps: [{run: ./a.sh}]\n"
    )
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    (place,) = places(facts.repository)
    return facts.unsound_conditions.at(place), facts.spoofable_actors.at(place)


@pytest.mark.parametrize(
    ("condition", "flaw", "severity"),
    [
        ("${{ github.actor == 'ada' }} ", Flaw.TEXT, Severity.HIGH),
        ("${{ failure() }} ", Flaw.TEXT, Severity.LOW),
        ("${{ !cancelled() }} ", Flaw.TEXT, Severity.LOW),
        ("contains('ada grace', github.actor)", Flaw.PART, Severity.HIGH),
        ("contains('issues_and_more', github.event_name)", Flaw.PART, Severity.HIGH),
        ("github.actor == 'ada' && false || true", Flaw.FALSY, Severity.MEDIUM),
        ("github.event.repository.private != 'true'", Flaw.OTHER_TYPE, Severity.HIGH),
    ],
)
def test_flaws(condition, flaw, severity):
    mistake, _ = found(condition)
    assert (mistake.flaw, mistake.severity) == (flaw, severity)


@pytest.mark.parametrize(
    "condition",
    [
        "${{ always() }} ",
        "${{ true }} == true",
        "github.actor == 'ada'",
        "contains('ada grace', 'ada')",
        "contains('issues push', github.event_name)",
        "github.event.repository.private == true",
        "contains(github.event.issue.title, 'urgent')",
        "github.actor == 'ada' && 'x' || false",
        "",
    ],
)
def test_what_is_no_flaw_or_changes_nothing(condition):
    assert found(condition) == (None, None)


def test_where_nothing_is_to_be_taken_it_is_low():
    mistake, _ = found("${{ github.actor == 'ada' }} ", permissions="{issues: read}")
    assert mistake.severity is Severity.LOW
    assert mistake.behind is None


@pytest.mark.parametrize(
    ("condition", "opens"),
    [
        ("github.actor == 'renovate[bot]'", True),
        ("!(github.actor != 'renovate[bot]')", False),
        ("github.actor == 'renovate[bot]' || github.event_name == 'issues'", False),
        ("github.actor == 'renovate[bot]' && github.event.issue.user.login == 'ada'", False),
        ("github.actor == 'renovate[bot]' && github.event.issue.state == 'open'", True),
    ],
)
def test_the_name_must_be_the_key(condition, opens):
    _, impersonation = found(condition)
    assert (impersonation is not None) is opens


@given(
    st.sampled_from(["a && b || c", "!a.b[c]", "contains(a, b.*) == 'x'", "a < 1 || !(b && c)"]), st.data()
)
def test_a_tree_is_rebuilt_as_it_was_but_for_what_is_replaced(text, data):
    node = parse(text)
    assert repr(rebuilt(node, {})) == repr(node)
    one = data.draw(st.sampled_from(list(walk(node))))
    new = Literal(one.start, one.end, True)
    assert any(part is new for part in walk(rebuilt(node, {one: new})))
