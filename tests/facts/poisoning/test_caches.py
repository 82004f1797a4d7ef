"""What a chain of calls leaves of the cache, and whose runs write the shared one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.facts.poisoning.caches import EffectiveCacheMode, restores
from auditor.languages import yaml
from auditor.model.cache_mode import CacheMode, CacheSetting
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

GITHUB = Settings(host=Host.parse("github.com"), as_of=date(2026, 11, 21))
KEY = yaml.Scalar(Source("w.yml", "cache-mode"), 0, 10, "cache-mode")
SETTINGS = st.one_of(st.none(), st.sampled_from(CacheMode).map(lambda mode: CacheSetting(KEY, mode)))
LEVELS = st.tuples(SETTINGS, SETTINGS)


def rights(access):
    if access.refused:
        return set()
    if access.mode is None:
        return {"restore", "save"}
    named = {"restore": access.mode.restores, "save": access.mode.saves}
    return {name for name, has in named.items() if has}


@given(st.lists(LEVELS, max_size=5), LEVELS)
def test_a_call_never_raises_what_is_written_above_it(chain, last):
    access = EffectiveCacheMode()
    for levels in chain:
        access = access.narrowed(levels)
    called = access.narrowed(last)
    assert rights(called) <= rights(access)
    assert called.refused >= access.refused


@given(LEVELS)
def test_a_job_that_declares_nothing_has_its_workflows_mode(levels):
    access = EffectiveCacheMode().narrowed(levels)
    own = levels[1] or levels[0]
    assert access.setting is own
    assert not access.refused


@pytest.mark.parametrize(
    ("above", "declared", "refused"),
    [
        ("read", "write", True),
        ("read", "write-only", True),
        ("read", "none", False),
        ("read", "read", False),
        ("write", "read", False),
        ("write-only", "read", True),
        ("none", "read", True),
    ],
)
def test_what_may_be_declared_below(above, declared, refused):
    outer, inner = (CacheSetting(KEY, CacheMode(mode)) for mode in (above, declared))
    assert EffectiveCacheMode().narrowed((outer, None)).narrowed((None, inner)).refused is refused


def workflow_of(text):
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert not problems
    return workflow


def writes(on, mode="", settings=GITHUB):
    written = f"cache-mode: {mode}\n" if mode else ""
    workflow = workflow_of(f"on: {on}\n{written}jobs: {{a: {{runs-on: x, steps: [{{run: make}}]}}}}\n")
    facts = Facts(Repository(workflows=(workflow,)), settings)
    return {facts.caches.writes_shared(path) for path in facts.reach.into(workflow.jobs[0])}


SERVER = Settings(host=Host.parse("ghes:3.21"))


@pytest.mark.parametrize(
    ("on", "mode", "settings", "expected"),
    [
        ("issue_comment", "", GITHUB, {False}),
        ("issue_comment", "write", GITHUB, {True}),
        ("issue_comment", "none", SERVER, {False}),
        ("issue_comment", "${{ vars.MODE }}", GITHUB, {None}),
        ("issue_comment", "", SERVER, {True}),
        ("issue_comment", "", Settings(), {None}),
        ("issue_comment", "", Settings(host=GITHUB.host, as_of=date(2026, 6, 25)), {True}),
        ("workflow_run", "", GITHUB, {False}),
        ("schedule", "", GITHUB, {True}),
        ("repository_dispatch", "read", GITHUB, {False}),
        ("{pull_request: {types: [opened]}}", "write", SERVER, {False}),
    ],
)
def test_who_writes_the_default_branchs_caches(on, mode, settings, expected):
    assert writes(on, mode, settings) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{uses: actions/cache@v4}", True),
        ("{uses: actions/cache/restore@v4}", True),
        ("{uses: actions/cache/save@v4}", False),
        ("{uses: actions/setup-node@v6}", False),
        ("{uses: actions/setup-node@v6, with: {cache: npm}}", True),
        ("{uses: actions/setup-go@v6}", True),
        ("{uses: actions/setup-go@v6, with: {cache: false}}", False),
        ("{uses: docker/build-push-action@v6, with: {cache-from: 'type=gha,scope=a'}}", True),
        ("{uses: docker/build-push-action@v6, with: {cache-from: 'type=registry,ref=a'}}", False),
        ("{uses: Swatinem/rust-cache@v2}", True),
        ("{run: make}", False),
    ],
)
def test_which_steps_restore(step, expected):
    workflow = workflow_of(f"on: push\njobs: {{a: {{runs-on: x, steps: [{step}]}}}}\n")
    assert restores(workflow.jobs[0].steps[0]) is expected


def test_a_mode_that_github_does_not_know_is_a_problem():
    text = "on: push\ncache-mode: readonly\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"
    workflow, (problem,) = read_workflow(yaml.parse(Source("w.yml", text)))
    assert workflow.cache_mode is None
    assert "readonly" in problem.message
