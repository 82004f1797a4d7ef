"""The settings snapshot: what it says of whom, and that one of no use stops the run with its place."""

import json
from contextlib import suppress
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import SettingsError
from auditor.model.permission import Level
from auditor.model.settings import (
    EnvironmentRules,
    EventPolicy,
    ForkApproval,
    Host,
    RunnerGroup,
    Settings,
    SubjectTemplate,
    Visibility,
)
from auditor.model.snapshot import Snapshot
from auditor.settings.snapshot_file import dump_settings, load_settings, read_settings

SCHEMA = json.loads(files("auditor").joinpath("settings-v1.schema.json").read_text("utf-8"))
PART = SCHEMA["$defs"]["Settings"]["properties"]

FULL = Settings(
    repository="Acme/Shop",
    visibility=Visibility.PUBLIC,
    default_branch="main",
    default_token=Level.WRITE,
    may_approve=False,
    fork_approval=ForkApproval.FIRST_TIME,
    fork_secrets=True,
    fork_write=False,
    event_policies=(EventPolicy("ours", frozenset({"push", "pull_request"}), ("*.yml",), ("x.yml",)),),
    target_is_live=True,
    sha_pinning=False,
    any_action=True,
    environments={
        "prod": EnvironmentRules(1, 5, 2, ("main",), True, ("KEY",), ("V",)),
        "test": EnvironmentRules(),
    },
    runner_groups=(
        RunnerGroup("gpu", True, frozenset({"a100"}), True, False, ("acme/shop",), ("w.yml",)),
        RunnerGroup("other", False),
    ),
    variables={"RUNNER": "gpu"},
    secrets=("KEY",),
    subject=SubjectTemplate(("repo", "context"), True, "repo:Acme@1"),
    required_checks=("test",),
    merge_queue=False,
    protected_branches=("main",),
    protected_tags=(),
    unreadable={"secrets": "Secrets: read"},
)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def read(document: object) -> Snapshot:
    return read_settings("s.json", json.dumps(document))


def one(**part: object) -> Settings:
    found = read({"version": 1, "repositories": {"acme/shop": part}}).of("acme/shop")
    assert found is not None
    return found


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as error:
        read_settings("s.json", text)
    assert error.value.exit_code == 2
    assert error.value.help
    return str(error.value)


def test_what_is_written_is_read_again() -> None:
    owner = Settings(default_token=Level.READ, runner_groups=(RunnerGroup("all", False),))
    host = Host("ghes", (3, 19))
    snapshot = Snapshot("s.json", host, date(2026, 11, 21), {"acme/shop": FULL}, {"acme": owner})
    text = dump_settings(snapshot)
    assert read_settings("s.json", text) == snapshot
    assert set(json.loads(text)["repositories"]["Acme/Shop"]) == set(PART)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))


def test_what_is_not_known_is_not_written() -> None:
    text = dump_settings(Snapshot("s.json", repositories={"a/b": Settings(repository="a/b")}))
    assert json.loads(text) == {"version": 1, "owners": {}, "repositories": {"a/b": {}}}
    assert read_settings("s.json", text).of("A/B") == Settings(repository="a/b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "s.json:1:1: not JSON: expecting value"),
        ('{"version" 1}', "s.json:1:12: not JSON: expecting ':' delimiter"),
        ('{"version": 1}\n{}', "s.json:2:1: not JSON: extra data"),
        ("[]", "s.json: `the file`: "),
        ("{}", "s.json: `version`: it is missing"),
        ('{"version": 2}', "s.json: `version`: "),
        ('{"version": 1, "version": 1}', "s.json: the key `version` stands twice"),
        ('{"version": 1, "repos": {}}', "s.json: `repos`: there is no such key"),
        ('{"version": 1, "host": "gitlab.com"}', "s.json: `host`: it is github.com"),
        ('{"version": 1, "as_of": "yesterday"}', "s.json: `as_of`: "),
        ('{"version": 1, "repositories": {"shop": {}}}', "s.json: `repositories`: `shop` is no repository"),
        ('{"version": 1, "repositories": {"a/b": {}, "A/b": {}}}', "one repository stands in it twice"),
        ('{"version": 1, "owners": {"a/b": {}}}', "s.json: `owners`: `a/b` is no owner"),
        ('{"version": 1, "repositories": {"a/b": []}}', "s.json: `repositories.a/b`: "),
        (
            '{"version": 1, "repositories": {"a/b": {"default_token": "admin"}}}',
            "s.json: `repositories.a/b.default_token`: ",
        ),
        (
            '{"version": 1, "repositories": {"a/b": {"may_approve": "no"}}}',
            "s.json: `repositories.a/b.may_approve`: ",
        ),
        (
            '{"version": 1, "repositories": {"a/b": {"environments": {"x": {"reviewers": -1}}}}}',
            "s.json: `repositories.a/b.environments.x.reviewers`: ",
        ),
        (
            '{"version": 1, "repositories": {"a/b": {"environments": {"x": {}, "X": {}}}}}',
            "one environment stands in it twice",
        ),
        (
            '{"version": 1, "repositories": {"a/b": {"unreadable": {"colour": "x"}}}}',
            "s.json: `repositories.a/b.unreadable`: `colour` is no setting",
        ),
        ("[" * 100_000, "s.json: nested too deep"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in refusal(text)


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b'{"\xe9"}')
    for name, reason in (("none", "no such file"), (".", "not a regular file"), ("latin", "not UTF-8")):
        with pytest.raises(SettingsError, match=reason):
            load_settings(tmp_path / name)


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"version": 1}', encoding="utf-8-sig")
    assert load_settings(path) == Snapshot(str(path))


@given(ANY | st.fixed_dictionaries({"version": st.just(1), "repositories": ANY}))
def test_any_json_is_read_or_refused(document: object) -> None:
    text = json.dumps(document)
    with suppress(SettingsError):
        assert read_settings("s.json", text).path == "s.json"


def test_names_are_compared_without_case() -> None:
    settings = one(environments={"Prod": {"reviewers": 1}}, variables={"runner": "gpu"})
    assert settings.environment("PROD") == EnvironmentRules(reviewers=1)
    assert settings.variables == {"RUNNER": "gpu"}


def test_a_repository_has_what_its_owner_says_for_all() -> None:
    snapshot = read(
        {
            "version": 1,
            "owners": {
                "Acme": {
                    "default_token": "read",
                    "sha_pinning": True,
                    "variables": {"A": "owner", "B": "owner"},
                    "unreadable": {"secrets": "Secrets: read", "environments": "Actions: read"},
                }
            },
            "repositories": {
                "acme/shop": {
                    "default_token": "write",
                    "variables": {"B": "own"},
                    "environments": {},
                    "unreadable": {"sha_pinning": "Administration: read"},
                }
            },
        }
    )
    settings = snapshot.of("ACME/shop")
    assert settings is not None
    assert (settings.default_token, settings.sha_pinning) == (Level.WRITE, True)
    assert settings.variables == {"A": "owner", "B": "own"}
    assert settings.unreadable == {"secrets": "Secrets: read"}
    other = snapshot.of("acme/other")
    assert other is not None
    assert (other.repository, other.default_token) == ("acme/other", Level.READ)
    assert snapshot.of("foreign/shop") is None
    assert snapshot.only == "acme/shop"


def test_runner_groups_are_the_owners_and_the_repositorys() -> None:
    group = {"name": "all", "public_repositories": True}
    own = {"runner_groups": [{"name": "own", "public_repositories": True}]}
    owner = {"runner_groups": [group], "unreadable": {"runner_groups": "Self-hosted runners: read"}}
    snapshot = read(
        {"version": 1, "owners": {"acme": owner}, "repositories": {"acme/shop": own, "acme/site": {}}}
    )
    shop, site = snapshot.of("acme/shop"), snapshot.of("acme/site")
    assert shop is not None
    assert site is not None
    assert [each.name for each in shop.runner_groups or ()] == ["own", "all"]
    assert [each.name for each in site.runner_groups or ()] == ["all"]
    assert shop.unreadable == {"runner_groups": "Self-hosted runners: read"}, "there may be more"
    assert one().runner_groups is None
