"""Which template of subjects is in force."""

import pytest

from auditor.cloud.terraform import read_terraform
from auditor.facts.cloud.subject_templates import templates_of
from auditor.model.repository import Repository
from auditor.model.settings import Settings, SubjectTemplate
from auditor.source import Source

PREFIX = "github_actions_{}_oidc_subject_claim_customization_template"
ORGANIZATION = (
    f'resource "{PREFIX.format("organization")}" "all" {{ include_claim_keys = ["repo", "ref"] }}\n'
)
DEFAULT = ("repo", "context")


def resource(body: str) -> str:
    return f'resource "{PREFIX.format("repository")}" "this" {{\n{body}\n}}\n'


def keys(text: str, settings: Settings | None = None) -> list[tuple[str, ...]] | None:
    terraform = read_terraform([Source("main.tf", text)])
    chosen = settings or Settings(repository="acme/API")
    found = templates_of(Repository(terraform=terraform), chosen)
    return None if found is None else [template.keys for template in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [DEFAULT]),
        (ORGANIZATION, [DEFAULT]),
        (resource('repository = "site"\nuse_default = false\ninclude_claim_keys = ["actor"]'), [DEFAULT]),
        (resource('repository = "api"\nuse_default = true\ninclude_claim_keys = ["actor"]'), [DEFAULT]),
        (resource('repository = "api"\nuse_default = false\ninclude_claim_keys = ["actor"]'), [("actor",)]),
        (ORGANIZATION + resource('repository = "api"\nuse_default = false'), [("repo", "ref")]),
        (
            ORGANIZATION
            + resource('repository = "api"\nuse_default = false\ninclude_claim_keys = ["actor"]'),
            [("actor",)],
        ),
        (resource('repository = "api"\nuse_default = false'), None),
        (resource('repository = "api"\nuse_default = false\ninclude_claim_keys = var.keys'), None),
        (
            'variable "name" {}\n'
            + resource('repository = var.name\nuse_default = false\ninclude_claim_keys = ["actor"]'),
            [("actor",), DEFAULT],
        ),
        (
            'variable "own" {}\n'
            + resource('repository = "api"\nuse_default = var.own\ninclude_claim_keys = ["actor"]'),
            [DEFAULT, ("actor",)],
        ),
        (
            'variable "repositories" {}\n'
            + resource(
                "for_each = toset(var.repositories)\nrepository = each.value\n"
                'use_default = false\ninclude_claim_keys = ["actor"]'
            ),
            [("actor",), DEFAULT],
        ),
        (
            'resource "github_repository" "api" { name = "api" }\n'
            + resource(
                'repository = github_repository.api.name\nuse_default = false\ninclude_claim_keys = ["actor"]'
            ),
            [("actor",)],
        ),
    ],
)
def test_terraform(text: str, expected: list[tuple[str, ...]] | None) -> None:
    assert keys(text) == expected


def test_settings_come_first() -> None:
    text = resource('repository = "api"\nuse_default = false\ninclude_claim_keys = ["actor"]')
    settings = Settings(repository="acme/api", subject=SubjectTemplate(keys=("repo", "ref")))
    assert keys(text, settings) == [("repo", "ref")]
    assert keys(text, Settings(repository="acme/api", subject=SubjectTemplate())) == [DEFAULT]


def test_without_a_name_no_resource_is_known_to_be_for_this_repository() -> None:
    text = resource('repository = "api"\nuse_default = false\ninclude_claim_keys = ["actor"]')
    assert keys(text, Settings()) == [DEFAULT]
