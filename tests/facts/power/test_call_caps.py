"""What a call may have, and that a cap only ever takes away."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

SCOPES = ("contents", "issues", "id-token")
MAPS = st.one_of(
    st.none(),
    st.sampled_from(["read-all", "write-all"]),
    st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(["none", "read", "write"])),
)
STEPS = [{"run": "make"}]


def facts_of(*workflows, default_token=None):
    """Workflows w0, w1 and so on, as plain data."""
    read = []
    for number, data in enumerate(workflows):
        source = Source(f".github/workflows/w{number}.yml", json.dumps(data))
        workflow, problems = read_workflow(yaml.parse(source))
        assert not problems
        read.append(workflow)
    return Facts(Repository(workflows=tuple(read)), Settings(default_token=default_token))


def chain(permissions, last=None):
    """A chain of calls; `permissions` are those of the calling jobs, `last` those of the job at its end."""
    workflows = []
    for number, declared in enumerate(permissions):
        job = {"uses": f"./.github/workflows/w{number + 1}.yml"}
        if declared is not None:
            job["permissions"] = declared
        workflows.append({"on": "workflow_call" if number else "push", "jobs": {"call": job}})
    job = {"runs-on": "x", "steps": STEPS}
    if last is not None:
        job["permissions"] = last
    return [*workflows, {"on": "workflow_call" if workflows else "push", "jobs": {"end": job}}]


def writes(permissions, last):
    facts = facts_of(*chain(permissions, last))
    job = facts.repository.workflows[-1].jobs[0]
    path = facts.reach.into(job)[0]
    found = facts.power.writes(path)
    return None if found is None else {scope for scope in SCOPES if scope in found or "everything" in found}


@profile(max_examples=60, deadline=None)
@given(st.lists(MAPS, min_size=1, max_size=4), MAPS, st.data())
def test_adding_a_cap_never_raises_power(permissions, last, data):
    where = data.draw(st.integers(0, len(permissions) - 1))
    without = [None if number == where else each for number, each in enumerate(permissions)]
    open_, capped = writes(without, last), writes(permissions, last)
    if open_ is not None:
        assert capped is not None
        # An id-token is never a default: where nothing is declared there is none.
        assert capped - {"id-token"} <= open_


def refused(permissions, last, default_token=None):
    facts = facts_of(*chain(permissions, last), default_token=default_token)
    return {
        (job.workflow.path, scope)
        for job in facts.repository.jobs
        for refusal in facts.caps.refusals(job)
        for scope, _, _ in refusal.scopes
    }


@profile(max_examples=60, deadline=None)
@given(st.lists(MAPS, min_size=1, max_size=3), MAPS)
def test_a_first_caller_that_grants_everything_is_refused_nothing(permissions, last):
    first = ".github/workflows/w0.yml"
    assert not {path for path, _ in refused(["write-all", *permissions[1:]], last) if path == first}
    assert refused(["write-all", *permissions[1:]], last) <= refused(permissions, last)


@pytest.mark.parametrize(
    ("default_token", "beyond"), [(None, set()), (Level.WRITE, set()), (Level.READ, {"contents", "id-token"})]
)
def test_the_default_token_decides_where_nothing_is_written(default_token, beyond):
    asked = {"contents": "write", "id-token": "write", "packages": "read"}
    assert {scope for _, scope in refused([None], asked, default_token)} == beyond


def test_permissions_of_the_caller_in_between_are_what_counts():
    found = refused([{"contents": "write"}, {"contents": "read"}], {"contents": "write"})
    assert found == {(".github/workflows/w1.yml", "contents")}


def test_what_a_called_job_declares_is_held_against_its_own_caller_only():
    found = refused([{"contents": "read"}, {"contents": "read"}], {"contents": "write"})
    assert found == {(".github/workflows/w1.yml", "contents")}


@pytest.mark.parametrize(("asked", "more"), [(1, ""), (4, ""), (5, " and 1 more"), (7, " and 3 more")])
def test_four_scopes_that_are_refused_are_named(asked, more):
    scopes = ["actions", "checks", "contents", "deployments", "issues", "packages", "pages"][:asked]
    facts = facts_of(*chain([{}], dict.fromkeys(scopes, "write")))
    (refusal,) = facts.caps.refusals(facts.repository.workflows[0].jobs[0])
    named = ", ".join(f"`{scope}: write` (allowed: none)" for scope in scopes[:4])
    assert refusal.in_words == named + more


def test_a_reusable_workflow_in_a_circle_ends():
    calls = {"on": "workflow_call", "jobs": {"a": {"uses": "./.github/workflows/w1.yml"}}}
    start = {"on": "push", "permissions": {}, "jobs": {"a": {"uses": "./.github/workflows/w1.yml"}}}
    facts = facts_of(start, calls)
    assert facts.caps.refusals(facts.repository.workflows[0].jobs[0]) == ()


def test_what_callers_grant_for_nothing():
    job = {"runs-on": "x", "steps": STEPS}
    asks = {"on": "workflow_call", "permissions": {"issues": "write", "contents": "read"}, "jobs": {"a": job}}
    alone = {**asks, "on": "push"}
    unsure = {**asks, "jobs": {"a": {"runs-on": "x", "steps": [{"uses": "acme/unknown@v1"}]}}}
    facts = facts_of(asks, alone, unsure)
    found = [[each.grant.scope for each in facts.caps.in_vain(w)] for w in facts.repository.workflows]
    assert found == [["issues"], [], []]
