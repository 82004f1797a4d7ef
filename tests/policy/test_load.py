"""The policy file: what it says, and that one which can't be used stops the run with its place."""

import os
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import PolicyError
from auditor.model.policy import ApprovedRunners, Exclusion, Policy
from auditor.policy.load import load_policy, read_policy
from auditor.source import Source

TEXT = "exclude:\n- path: /a/\n  reason: ours\n- {path: b.yml, reason: ' old '}\n"
PUBLISHER = "trusted-publishers:\n- registry: pypi\n  repository: {}\n  workflow: {}\n"


def read(text: str) -> Policy:
    return read_policy(Source("ci-audit.yml", text))


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as error:
        read(text)
    assert error.value.exit_code == 2
    assert error.value.help
    return str(error.value)


def test_exclusions() -> None:
    assert read(TEXT) == Policy("ci-audit.yml", (Exclusion("/a/", "ours"), Exclusion("b.yml", "old")))


def test_trusted_publishers() -> None:
    text = """trusted-publishers:
- registry: pypi
  repository: acme/api
  workflow: release.yml
- {registry: npm, repository: acme/api, workflow: npm.yaml, environment: npm}
"""
    pypi, npm = read(text).trusted_publishers
    assert (pypi.registry, pypi.repository, pypi.workflow, pypi.environment) == (
        "pypi",
        "acme/api",
        "release.yml",
        None,
    )
    assert pypi.location.span.start.line == 2
    assert (npm.registry, npm.workflow, npm.environment) == ("npm", "npm.yaml", "npm")
    assert npm.location.span.start.line == 5


def test_approved_runners() -> None:
    policy = read("runners: {labels: [ubuntu-*, ' GPU '], groups: [release]}")
    assert policy.runners == ApprovedRunners(("ubuntu-*", "GPU"), ("release",))
    assert policy.runners.has_label("Ubuntu-24.04")
    assert policy.runners.has_label("gpu")
    assert not policy.runners.has_label("gpu-2")
    assert policy.runners.has_group("Release")
    assert read("runners: {}").runners == ApprovedRunners()


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "exclude: []", "~"])
def test_an_empty_policy_silences_nothing(text: str) -> None:
    assert read(text) == Policy("ci-audit.yml")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("exclude: [\n", "ci-audit.yml:2: not YAML: "),
        ("exclude: []\nexclude: []\n", "ci-audit.yml:2: the key `exclude` stands twice"),
        ("\nexclud: []\n", "ci-audit.yml:2: `exclud`: there is no such key"),
        ("[]", "ci-audit.yml:1: `the file`: "),
        ("false", "ci-audit.yml:1: `the file`: "),
        ("''", "ci-audit.yml:1: `the file`: "),
        ("exclude:\n  all\n", "ci-audit.yml:2: `exclude`: "),
        ("exclude:\n", "ci-audit.yml:1: `exclude`: "),
        ("exclude:\n- all\n", "ci-audit.yml:2: `exclude.0`: "),
        ("exclude:\n- path: x\n", "ci-audit.yml:2: `exclude.0.reason`: it is missing"),
        ("exclude:\n- path: x\n  reason:\n", "ci-audit.yml:3: `exclude.0.reason`: "),
        ("exclude:\n- path: x\n  reason: '  '\n", "ci-audit.yml:3: `exclude.0.reason`: "),
        ("exclude:\n- path: ''\n  reason: x\n", "ci-audit.yml:2: `exclude.0.path`: "),
        ("exclude:\n- path: [x]\n  reason: x\n", "ci-audit.yml:2: `exclude.0.path`: "),
        (
            "exclude:\n- path: x\n  reason: x\n  rule: y\n",
            "ci-audit.yml:4: `exclude.0.rule`: there is no such key",
        ),
        ("trusted-publishers:\n- registry: gem\n", "ci-audit.yml:2: `trusted-publishers.0.registry`: "),
        (PUBLISHER.format("acme", "x.yml"), "ci-audit.yml:3: `trusted-publishers.0.repository`: "),
        (PUBLISHER.format("a/b", ".github/x.yml"), "ci-audit.yml:4: `trusted-publishers.0.workflow`: "),
        (PUBLISHER.format("a/b", "x"), "ci-audit.yml:4: `trusted-publishers.0.workflow`: "),
        ("runners: [x]", "ci-audit.yml:1: `runners`: "),
        ("runners:\n  labels: x\n", "ci-audit.yml:2: `runners.labels`: "),
        ("runners:\n  names: [x]\n", "ci-audit.yml:2: `runners.names`: there is no such key"),
        ("runners:\n  groups:\n  - ''\n", "ci-audit.yml:3: `runners.groups.0`: "),
        ("exclude: &x\n- *x\n", "ci-audit.yml:2: the alias `*x` stands inside its own anchor"),
        ("exclude: " + "[" * 500, "ci-audit.yml:1: nested more than 100 levels deep"),
        ("x: 1\n---\ny: 1\n", "ci-audit.yml:2: a second document"),
    ],
)
def test_what_can_not_be_used_is_said_with_file_and_line(text: str, start: str) -> None:
    said = refusal(text)
    assert said.startswith(start)
    assert not re.search(r"(?i)value error|input should|\b(dict|str|int|list\[|none)\b|instance of", said)


def test_a_long_key_does_not_fill_the_message() -> None:
    assert len(refusal("? " + "x" * 10_000 + "\n: 1\n")) < 150


@given(
    st.text(
        st.sampled_from("exclude: pathrson[]{},-'\n&*"),
        max_size=40,
    ).map("exclude".__add__)
)
def test_any_text_is_a_policy_or_a_refusal(text: str) -> None:
    with suppress(PolicyError):
        assert read(text).path == "ci-audit.yml"


# Where it is looked for.


def test_the_root_comes_before_the_github_folder(tmp_path: Path) -> None:
    assert load_policy(tmp_path) == Policy()
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/ci-audit.yml").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert load_policy(tmp_path).path == ".github/ci-audit.yml"
    (tmp_path / "ci-audit.yml").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert load_policy(tmp_path).path == "ci-audit.yml"
    assert len(load_policy(tmp_path).exclude) == 2


@pytest.mark.parametrize(
    ("data", "message"), [(b"\xff", "not UTF-8"), (b"#" * 1_000_001, "too large"), (b"a\0", ":1: not YAML")]
)
def test_bytes_that_are_no_policy(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "ci-audit.yml").write_bytes(data)
    with pytest.raises(PolicyError, match=message):
        load_policy(tmp_path)


def test_only_a_file_of_the_repository_counts(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "outside.yml").write_text(TEXT)
    for target in ("../outside.yml", "nowhere", "ci-audit.yml"):
        (root / "ci-audit.yml").symlink_to(target)
        assert load_policy(root) == Policy()
        (root / "ci-audit.yml").unlink()
    (root / "ci-audit.yml").mkdir()
    assert load_policy(root) == Policy()


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ci-audit.yml").write_text(TEXT)

    def refuse(path: str, *rest: object) -> int:
        raise PermissionError(13, os.strerror(13), path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PolicyError, match=r"ci-audit.yml: permission denied"):
        load_policy(tmp_path)
    monkeypatch.setattr(os, "lstat", refuse)
    assert load_policy(tmp_path) == Policy()
