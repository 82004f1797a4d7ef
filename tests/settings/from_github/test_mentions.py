"""What workflows speak of, and which requests that spares."""

import pytest

from auditor.github.api.client import GitHub
from auditor.model.settings import Visibility
from auditor.settings.from_github.mentions import OWN_RUNNERS, REFS, mentions
from auditor.settings.from_github.part import RepositoryContext
from auditor.settings.from_github.snapshot import PARTS

TOKEN = "ghp_" + "x" * 36


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"on: workflow_dispatch", set()),
        (b"on: pull_request_target", {"pull_request", "pull_request_target"}),
        (b"on: [push]", {REFS}),
        (b"on:\n  release:\n", {REFS}),
        (b"runs-on: ubuntu-24.04", set()),
        (b"runs-on: 'ubuntu-24.04' # x", set()),
        (b"runs-on: gpu", {OWN_RUNNERS}),
        (b"runs-on: [ubuntu-24.04, gpu]", {OWN_RUNNERS}),
        (b"runs-on:\n  group: big", {OWN_RUNNERS}),
        (b"runs-on: ubuntu-24.04\nruns-on: ${{ matrix.os }}", {OWN_RUNNERS}),
        (b"env: {A: ${{ vars.A }}, B: ${{ secrets.B }}}", {"vars", "secrets"}),
        (b"permissions: {id-token: write}\nenvironment: pypi", {"id-token", "environment"}),
    ],
)
def test_what_a_text_speaks_of(text, found):
    assert mentions([b"name: x", text]) == found


def context(**more):
    return RepositoryContext(GitHub(TOKEN), "acme/shop", Visibility.PUBLIC, "main", True, **more)


def settings_that_matter(mentioned):
    return {name for part in PARTS if part.matters(context(mentions=mentioned)) for name in part.settings}


def test_nothing_is_spared_where_the_workflows_are_not_known():
    public = {"fork_secrets", "fork_write"}
    assert settings_that_matter(None) == {name for part in PARTS for name in part.settings} - public


def test_a_silent_workflow_spares_what_it_does_not_speak_of():
    always = {"any_action", "sha_pinning", "default_token", "may_approve", "event_policies"}
    assert settings_that_matter(frozenset()) == always
    assert settings_that_matter(frozenset({"id-token"})) == always | {"subject"}
    assert settings_that_matter(frozenset({OWN_RUNNERS})) == always | {"runner_groups"}
    assert "environments" in settings_that_matter(frozenset({"environment"}))
    assert "target_is_live" not in settings_that_matter(frozenset({"pull_request"}))
