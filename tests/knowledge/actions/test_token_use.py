"""The tables say what the code can look up."""

from auditor.knowledge.actions.token_use import ACTIONS, ANY
from auditor.knowledge.programs.commands import COMMANDS, HARMLESS, SAFE_TARGET, WRAPPERS

SCOPES = {
    "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions",
    "id-token", "issues", "models", "packages", "pages", "pull-requests", "repository-projects",
    "security-events", "statuses", ANY,
}  # fmt: skip


def test_every_use_names_a_scope_and_a_level():
    entries = (*ACTIONS.values(), *COMMANDS.values())
    assert all(use.scope in SCOPES and use.level in ("read", "write") for e in entries for use in e.uses)


def test_keys_are_lower_case_and_name_a_repository():
    assert all(key == key.lower() and "/" in key for key in ACTIONS)
    assert len(ACTIONS) > 150


def test_inputs_of_conditions_are_lower_case():
    whens = (entry.when for action in ACTIONS.values() for entry in (*action.uses, *action.publishes))
    items = [item for when in whens for item in (*when.given, *when.without)]
    assert all(item.split("=")[0].split("~")[0].islower() for item in items)


def test_no_program_is_both_harmless_and_a_wrapper():
    assert not HARMLESS & {words[0] for words in WRAPPERS if len(words) == 1}
    assert not HARMLESS & {words[0] for words in COMMANDS}


def test_targets():
    assert all(SAFE_TARGET.fullmatch(name) for name in ("test", "lint", "build-docs", ":app:test", "py311"))
    assert not any(SAFE_TARGET.fullmatch(name) for name in ("run", "ci", "go", "dist"))
