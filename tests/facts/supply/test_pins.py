import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

COMMIT = "e3f1a5b7c9d1e3f5a7b9c1d3e5f7a9b1c3d5e7f9"


def unpinned(*uses, repository=None):
    steps = ", ".join(f"{{uses: '{each}'}}" for each in uses)
    text = f"on: push\njobs: {{a: {{runs-on: x, steps: [{steps}]}}}}\n"
    workflow, problems = read_workflow(parse(Source("w.yml", text)))
    assert not problems
    made = Facts(Repository(workflows=(workflow,)), Settings(repository))
    return list(made.pins.unpinned(made.repository))


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("v1", "can move `v1`"),
        ("v1.2.3", "can move `v1.2.3`"),
        ("main", "moves with every push"),
        ("Master", "moves with every push"),
        ("0a1b2c3", "only a whole commit is"),
        (COMMIT[:39], "only a whole commit is"),
        ("20240101", "can move `20240101`"),
        ("deadbee", "can move `deadbee`"),
    ],
)
def test_why_a_ref_is_no_pin(ref, reason):
    (found,) = unpinned(f"acme/tool@{ref}")
    assert reason in found.reason


@pytest.mark.parametrize(
    "uses",
    [f"acme/tool@{COMMIT}", "./x", "$/x", "docker://alpine:3"],
)
def test_what_is_pinned_or_none_of_ours(uses):
    assert unpinned(uses) == []


def test_one_for_each_action():
    first, second = unpinned("acme/tool@v1", "ACME/Tool@v2", "acme/tool/sub@v1", f"acme/tool@{COMMIT}")
    assert (first.name, first.refs, len(first.steps)) == ("acme/tool", ("v1", "v2"), 2)
    assert (second.name, len(second.steps)) == ("acme/tool/sub", 1)


def test_whose_it_is():
    (github,) = unpinned("actions/cache@v4", repository="acme/shop")
    (own,) = unpinned("Acme/tool@v1", repository="acme/shop")
    (foreign,) = unpinned("acme/tool@v1")
    assert [(each.is_github, each.is_own) for each in (github, own, foreign)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_place_is_the_ref():
    (found,) = unpinned("acme/tool@v1")
    span = found.location.span
    assert span.end.column - span.start.column == len("v1")
