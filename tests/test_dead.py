"""What never runs raises nothing, whatever the rule says of it while it runs."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from auditor.finding import Finding
from rewrite import Tree, rewritten, steps_of

ROOT = Path(__file__).parent.parent


def _harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules_of_the_dead", ROOT / "tests" / "test_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HARNESS = _harness()

WITHOUT_JOBS = {
    "hardcoded-credential": "everybody reads the file, whether the step runs or not",
    "codex-full-access": "a committed configuration holds for whoever runs Codex in the folder",
    "trust-policy-any-repository": "a policy speaks of all tokens that anybody gets",
    "trust-policy-no-audience": "as above",
    "trust-policy-other-repository": "as above",
    "trust-policy-pull-request": "as above",
    "trust-policy-recyclable-name": "as above",
    "trust-policy-too-wide": "as above",
    "trust-policy-vacuous-condition": "as above",
}
"""Rules that speak of what doesn't take a job, each with the reason. All others fall silent."""

WITHOUT_STEPS = WITHOUT_JOBS | {
    "actions-may-approve": "a setting of the repository",
    "cache-poisoning": "what an event lets a job's run write",
    "default-token-writes": "a setting of the repository",
    "environment-unprotected": "the rules of a job's environment",
    "fork-approval-lax": "a setting of the repository",
    "fork-pr-gets-secrets": "a setting of the repository",
    "id-token-in-outsider-run": "the permissions of a job that an outsider starts",
    "implicit-permissions": "the permissions of jobs",
    "insecure-commands": "the `env` of a workflow or job",
    "merge-group-missing": "a check that is missing is a job's",
    "oidc-sub-template": "a setting of the repository",
    "reusable-permission-cap": "the permissions of a called workflow",
    "runner-from-untrusted-input": "a job's `runs-on`",
    "runner-group-open-to-public": "a job's `runs-on`",
    "secret-in-output": "the `outputs` of a job",
    "self-hosted-cache": "a job's container",
    "self-hosted-escape": "a job's container",
    "self-hosted-fork-code": "a pull request brings its own workflow, and a job's `runs-on`",
    "self-hosted-outsider-trigger": "a job's `runs-on`",
    "self-hosted-shared": "two jobs' `runs-on`",
    "spoofable-actor-check": "the `if` of a job",
    "unapproved-runner": "a job's `runs-on`",
    "unbounded-gpu-job": "a job's `runs-on`",
    "unsound-condition": "the `if` of a job",
    "unused-id-token": "the permissions of jobs",
    "workflow-wide-write": "the permissions of a workflow",
    "write-all-permissions": "the permissions of jobs",
}
"""Rules that speak of jobs and workflows, which run without their steps, too."""


def _stop_jobs(tree: Tree) -> None:
    for job in tree.get("jobs", {}).values():
        job["if"] = "false"
    if "runs" in tree:
        # An action that nothing here uses may be used by others, so its own steps are stopped.
        _stop_steps(tree)


def _stop_steps(tree: Tree) -> None:
    for step in (step for steps in steps_of(tree) for step in steps):
        step["if"] = "${{ 1 == 2 }}"


def _unchanged(tree: Tree) -> None:
    pass


def _found(rule: str, change: Callable[[Tree], None]) -> list[Finding]:
    found = []
    for fixture in HARNESS._fixtures():
        if fixture.parent.name == rule and fixture.name.startswith("bad_"):
            case = HARNESS._case(fixture)
            files = {path: rewritten(path, text, change) for path, text in case.files.items()}
            found += replace(case, files=files).audit(rule).findings
    return found


@pytest.mark.parametrize("rule", HARNESS.RULES)
def test_a_rule_that_finds_something_finds_it_in_what_is_written_anew(rule: str) -> None:
    assert _found(rule, _unchanged)


@pytest.mark.parametrize("rule", HARNESS.RULES)
def test_jobs_that_never_run_raise_nothing(rule: str) -> None:
    assert bool(_found(rule, _stop_jobs)) == (rule in WITHOUT_JOBS)


@pytest.mark.parametrize("rule", HARNESS.RULES)
def test_steps_that_never_run_raise_nothing(rule: str) -> None:
    found = _found(rule, _stop_steps)
    assert bool(found) == (rule in WITHOUT_STEPS)
    assert [finding for finding in found if finding.step is not None] == []
