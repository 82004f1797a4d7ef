"""By which template the subjects of this repository's id-tokens are made, as settings or Terraform say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.cloud.values import TooManyError
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.trust.minting.template import DEFAULT, ClaimTemplate

if TYPE_CHECKING:
    from auditor.cloud.terraform import Resource

_OF_REPOSITORY = "github_actions_repository_oidc_subject_claim_customization_template"
_OF_ORGANIZATION = "github_actions_organization_oidc_subject_claim_customization_template"

MAX_TEMPLATES = 5
"""Templates of one repository that are distinguished."""


def templates_of(repository: Repository, settings: Settings) -> tuple[ClaimTemplate, ...] | None:
    """The templates that may be in force: GitHub's own, where nothing says of another.

    The settings say for certain. In Terraform a resource may be for another repository, or not be there; an
    organisation's template counts only where a repository says `use_default = false` and gives no keys of
    its own (GitHub Docs, "OpenID Connect reference", 2026-11). None where one has keys that aren't known.
    """
    if settings.subject is not None:
        return (ClaimTemplate(settings.subject.keys or DEFAULT.keys),)
    terraform = repository.terraform
    name = (settings.repository or "").partition("/")[2].lower()
    if terraform is None or not name:
        return (DEFAULT,)
    shared = [_keys(one) for one in terraform.resources(_OF_ORGANIZATION)] or [None]
    found: list[tuple[str, ...] | None] = []
    is_certain = False
    for resource in terraform.resources(_OF_REPOSITORY):
        named = resource.text("repository")
        if named is not None and named.text is not None and named.text.lower() != name:
            continue
        is_certain = is_certain or (named is not None and named.text is not None and not resource.only_if)
        found += _of_repository(resource, shared)
    if not is_certain:
        found.append(DEFAULT.keys)
    keys = tuple(dict.fromkeys(found))
    if None in keys or len(keys) > MAX_TEMPLATES:
        return None
    return tuple(ClaimTemplate(each) for each in keys if each is not None)


def _of_repository(
    resource: Resource, shared: list[tuple[str, ...] | None]
) -> Iterator[tuple[str, ...] | None]:
    """The keys that one resource may set, None for those that aren't known."""
    use_default = resource.text("use_default")
    written = use_default.text if use_default is not None else None
    if written != "false":
        yield DEFAULT.keys
    if written == "true":
        return
    if resource.get("include_claim_keys") is None:
        yield from shared
    else:
        own = _keys(resource)
        yield from shared if own == () else [own]


def _keys(resource: Resource) -> tuple[str, ...] | None:
    """The keys that a resource writes; None where one isn't known."""
    try:
        texts = [value.text for value in resource.texts("include_claim_keys")]
    except TooManyError:
        return None
    known = [text for text in texts if text is not None]
    return tuple(known) if len(known) == len(texts) else None
