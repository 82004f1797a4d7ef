"""What is called of a repository's own files and isn't among those that were seen."""

import pytest

from auditor.collect.collected import CollectedRepository
from auditor.collect.commit import collect_commit
from auditor.collect.local_calls import called_actions
from auditor.files.git_tree import TreeEntry

CI = ".github/workflows/ci.yml"


def collected(**files: str) -> CollectedRepository:
    contents = [(TreeEntry(path, "0" * 40, 0o100644), text.encode(), "") for path, text in files.items()]
    return collect_commit("acme/shop", "c" * 40, contents, is_partial=True)


def workflow(*uses: str) -> str:
    steps = "".join(f"    - uses: {text}\n" for text in uses)
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


def test_an_action_may_have_either_name() -> None:
    found = called_actions(
        collected(**{CI: workflow("./tools/build", "actions/checkout@v4", "docker://x/y")})
    )
    assert found == ("tools/build/action.yaml", "tools/build/action.yml")


@pytest.mark.parametrize("name", ["action.yml", "action.yaml"])
def test_what_is_there_is_not_asked_for(name: str) -> None:
    files = {CI: workflow("./tools/build", "$/tools/test"), f"tools/build/{name}": "runs: {using: node20}"}
    assert called_actions(collected(**files)) == ("tools/test/action.yaml", "tools/test/action.yml")


def test_what_is_excluded_or_unreadable_was_seen() -> None:
    policy = "exclude: [{path: a/, reason: not ours}]"
    files = {CI: workflow("./a", "./b"), "a/action.yml": "", "b/action.yml": "\0", "ci-audit.yml": policy}
    assert called_actions(collected(**files)) == ()


def test_actions_call_actions_and_jobs_call_workflows() -> None:
    action = "runs:\n  using: composite\n  steps:\n  - uses: ./tools/inner\n"
    jobs = "on: push\njobs:\n  a: {uses: ./.github/workflows/gone.yml}\n  b: {uses: ./ci/x.yml}\n"
    found = called_actions(collected(**{CI: jobs, "action.yml": action}))
    assert found == (
        ".github/workflows/gone.yml",
        "tools/inner/action.yaml",
        "tools/inner/action.yml",
    )


def test_a_path_may_be_spelt_with_escapes() -> None:
    found = called_actions(collected(**{CI: workflow('"\\x2e/tools/build"')}))
    assert "tools/build/action.yml" in found


@pytest.mark.parametrize(
    "path", ["./", ".", "./../x", "./a/../b", "./a//b", "./.git/x", '"./a\\nb"', '"./a\\0b"']
)
def test_paths_that_lead_elsewhere_are_not_asked_for(path: str) -> None:
    assert called_actions(collected(**{CI: workflow(path)})) == ()


def test_what_is_no_workflow_calls_nothing() -> None:
    assert called_actions(collected(**{CI: "- ./x", "action.yml": "x: ./y", "role.json": "./z"})) == ()
