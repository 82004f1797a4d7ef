import re
import subprocess
import sys

import pytest

from auditor.model.settings import SETTING, EnvironmentRules, EventPolicy, Host, Settings, named


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("github.com", Host("github.com")),
        ("GitHub.com", Host("github.com")),
        ("ghe.com", Host("ghe.com")),
        ("acme.ghe.com", Host("ghe.com")),
        ("ghes:3.19", Host("ghes", (3, 19))),
        ("ghes:3.19.2", Host("ghes", (3, 19))),
    ],
)
def test_hosts(text: str, host: Host) -> None:
    assert Host.parse(text) == host
    assert host.is_server is text.startswith("ghes")


@pytest.mark.parametrize("text", ["ghes", "ghes:3", "ghes:3.x", "gitlab.com", "ghes:3.19\n"])
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        Host.parse(text)


def test_owner() -> None:
    assert Settings(repository="acme/shop").owner == "acme"
    assert Settings().owner is None


def test_an_environment_that_was_never_made_has_no_rules() -> None:
    settings = Settings(environments={"prod": EnvironmentRules(reviewers=1)})
    assert settings.environment("Prod") == EnvironmentRules(reviewers=1)
    assert settings.environment("staging") == EnvironmentRules()
    assert not EnvironmentRules(branches=("main",)).holds_back
    assert Settings().environment("prod") is None


def test_a_policy_covers_what_its_paths_match() -> None:
    path = ".github/workflows/ci.yml"
    every = EventPolicy("every", frozenset())
    assert every.covers(path)
    assert EventPolicy("some", frozenset(), (".github/workflows/c*",)).covers(path)
    assert not EventPolicy("other", frozenset(), (".github/workflows/r*",)).covers(path)
    assert not EventPolicy("all but it", frozenset(), (), ("*/ci.yml",)).covers(path)


@pytest.mark.parametrize(
    ("patterns", "wanted", "covered"),
    [
        (("v*",), "v*", True),
        (("v*",), "v*.*.*", True),
        (("v*",), "v[0-9]+", True),
        (("v*",), "*", False),
        (("v1.*",), "v*", False),
        (("*",), "release/*", False),
        (("**",), "release/*", True),
        (("release/*",), "release/*", True),
        (("v*", "!v0*"), "v1*", True),
        (("v*", "!v0*"), "v0.1", False),
        (("v*", "!v0*", "v0.1"), "v0.1", True),
        ((), "v*", False),
    ],
)
def test_what_rules_protect(patterns: tuple[str, ...], wanted: str, covered: bool) -> None:
    assert Settings(protected_tags=patterns).protects_tag(wanted) is covered
    assert Settings(protected_branches=patterns).protects_branch(wanted) is covered


def test_what_rules_protect_is_not_known_where_they_are_not() -> None:
    assert Settings().protects_tag("v1") is None
    assert Settings().protects_branch("main") is None


def test_settings_are_named_by_reference() -> None:
    assert named(SETTING.secrets, SETTING.fork_approval) == ("secrets", "fork_approval")
    with pytest.raises(AttributeError):
        named(SETTING.secret)  # type: ignore[attr-defined]


def test_the_records_are_there_without_pydantic() -> None:
    code = "import sys, auditor.api, auditor.model.snapshot; sys.exit('pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
