"""Reads a snapshot of the settings of one repository, or of all of an owner's, least requests first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from auditor.errors import UsageError
from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.response import field, optional
from auditor.model.permission import Level
from auditor.model.settings import SETTING, Host, Settings, Visibility, named
from auditor.model.snapshot import AGAIN, Snapshot, known, merged
from auditor.settings.from_github import actions, protection
from auditor.settings.from_github.mentions import OWN_RUNNERS, REFS
from auditor.settings.from_github.part import Part, RepositoryContext

ENOUGH = 3
"""Repositories that have to refuse a part before it is requested of no other."""


def _is_public(context: RepositoryContext) -> bool:
    return context.visibility is Visibility.PUBLIC


def _is_not_public(context: RepositoryContext) -> bool:
    return not _is_public(context)


PARTS = (
    Part(named(SETTING.any_action, SETTING.sha_pinning), "Administration: read", actions.allowed),
    Part(named(SETTING.default_token, SETTING.may_approve), "Administration: read", actions.token),
    Part(
        named(SETTING.fork_approval),
        "Administration: read",
        actions.fork_approval,
        _is_public,
        ("pull_request",),
    ),
    Part(
        named(SETTING.fork_secrets, SETTING.fork_write),
        "Administration: read",
        actions.private_forks,
        _is_not_public,
        ("pull_request",),
    ),
    Part(named(SETTING.event_policies), "Administration: write", actions.event_policies),
    Part(
        named(SETTING.target_is_live),
        "Actions: read",
        actions.target_runs,
        _is_public,
        ("pull_request_target",),
    ),
    Part(
        named(SETTING.required_checks, SETTING.merge_queue),
        "Metadata and Contents: read",
        protection.checks,
        of_interest=("pull_request", "merge_group"),
    ),
    Part(
        named(SETTING.protected_branches, SETTING.protected_tags),
        "Administration: read",
        protection.reviewed,
        of_interest=(REFS, "environment"),
    ),
    Part(
        named(SETTING.environments),
        "Actions: read",
        protection.environments,
        of_interest=("environment",),
    ),
    Part(named(SETTING.subject), "Actions: read", actions.subject, of_interest=("id-token",)),
    Part(named(SETTING.variables), "Variables: read", actions.variables, of_interest=("vars",)),
    Part(named(SETTING.secrets), "Secrets: read", actions.secrets, of_interest=("secrets",)),
    Part(
        named(SETTING.runner_groups),
        "Administration: read",
        actions.own_runners,
        of_interest=(OWN_RUNNERS,),
    ),
)
"""The parts of a repository's settings, each with the permission of the repository that it takes."""


def read_snapshot(
    github: GitHub, name: str, *, today: date, say: Callable[[str], None] = lambda _: None
) -> Snapshot:
    """The settings of a repository (`owner/name`), or of all of an owner's that aren't archived.

    Raises `UsageError` where there is none of that name for this token, and `GitHubError`.
    """
    if "/" in name:
        answer = _first(github, f"/repos/{quote(name)}", name)
        context = _context(github, answer)
        settings = _repository(context, Settings())
        if context.owner_is_organization:
            settings = merged(settings, _read([_groups(name.partition("/")[2])], context, Settings()))
        repositories, owners = [settings], dict[str, Settings]()
    else:
        repositories, owners = _all_of(github, name, say)
    return Snapshot(
        path="",
        host=host_of(github),
        as_of=today,
        repositories=MappingProxyType({(each.repository or "").lower(): each for each in repositories}),
        owners=MappingProxyType(owners),
    )


def _all_of(
    github: GitHub, name: str, say: Callable[[str], None]
) -> tuple[list[Settings], dict[str, Settings]]:
    owner = Owner(github, name)
    found = []
    for each in _listed(github, name, owner.is_organization):
        say(f"reading {field(each, 'full_name', str)}")
        found.append(owner.read(_context(github, each)))
    return found, {name.lower(): owner.shared} if owner.is_organization else {}


class Owner:
    """Reads the settings of an owner's repositories. What they share is read once, when it is made."""

    def __init__(self, github: GitHub, name: str) -> None:
        """Raises `UsageError` where there is none of that name for this token, and `GitHubError`."""
        about = _first(github, f"/users/{quote(name)}", name)
        self._github = github
        self.is_organization = field(about, "type", str) == "Organization"
        self.shared = _organization(github, name) if self.is_organization else Settings()
        """What holds for each of them."""
        self._has_shared = self.is_organization and _has_shared(github, name)
        self._denials = Denials() if github.is_uniform else None

    def of(
        self, name: str, visibility: Visibility, default_branch: str, mentions: frozenset[str]
    ) -> Settings:
        """The settings of one repository that matter to workflows that mention such things."""
        context = RepositoryContext(self._github, name, visibility, default_branch, self.is_organization)
        return self.read(replace(context, mentions=mentions))

    def read(self, context: RepositoryContext) -> Settings:
        """The settings of one repository. Raises `GitHubError`."""
        context = replace(context, has_shared_secrets=self._has_shared)
        return _repository(context, self.shared, self._denials)


def host_of(github: GitHub) -> Host | None:
    """Where the repositories live, by the API's address; a server says its version itself."""
    known = Host.of_url(github.host.removeprefix("api."))
    if known is not None:
        return known
    try:
        said = optional(github.get("/meta"), "installed_version", str) or ""
    except (Refused, Failed):
        return None
    version = re.match(r"(\d+)\.(\d+)", said)
    return Host("ghes", (int(version[1]), int(version[2]))) if version else None


def _first(github: GitHub, path: str, name: str) -> Any:
    try:
        return github.get(path)
    except Refused:
        raise UsageError(
            f"GitHub doesn't know `{name}`, or doesn't show it to this token",
            help="Name OWNER/REPO or OWNER, and give a token that may read it.",
        ) from None


def _listed(github: GitHub, owner: str, is_organization: bool) -> Iterator[Any]:
    """The owner's repositories whose workflows can run."""
    kind = "orgs" if is_organization else "users"
    for each in github.pages(f"/{kind}/{quote(owner)}/repos"):
        if not optional(each, "archived", bool) and not optional(each, "disabled", bool):
            yield each


def _groups(repository: str | None = None) -> Part:
    def read(context: RepositoryContext) -> Settings:
        return Settings(runner_groups=actions.runner_groups(context.github, context.owner, repository))

    return Part(named(SETTING.runner_groups), "Self-hosted runners: read, of the organisation", read)


def _organization(github: GitHub, owner: str) -> Settings:
    """What holds for each repository of an organisation: its groups, and what no repository can loosen."""
    path = f"/orgs/{quote(owner)}"
    strict = (
        Part((), "", lambda _: _only_strict(actions.actions_policy(github, path))),
        Part((), "", lambda _: _only_strict(actions.default_token(github, path))),
    )
    return _read(
        (_groups(), *strict), RepositoryContext(github, f"{owner}/", Visibility.PRIVATE, "", True), Settings()
    )


_STRICT = Settings(any_action=False, sha_pinning=True, default_token=Level.READ, may_approve=False)


def _only_strict(settings: Settings) -> Settings:
    strict = {name: getattr(_STRICT, name) for name in known(_STRICT)}
    return Settings(**{name: value for name, value in strict.items() if getattr(settings, name) == value})


def _has_shared(github: GitHub, owner: str) -> bool:
    """Whether an organisation has secrets or variables for its repositories, as far as it says."""
    try:
        answers = [
            github.get(f"/orgs/{quote(owner)}/actions/{kind}", per_page=1)
            for kind in ("secrets", "variables")
        ]
        return any(field(answer, "total_count", int) for answer in answers)
    except (Refused, Failed):
        return True


def _context(github: GitHub, answer: Any) -> RepositoryContext:
    return RepositoryContext(
        github=github,
        name=field(answer, "full_name", str),
        visibility=_visibility(answer),
        default_branch=field(answer, "default_branch", str),
        owner_is_organization=field(field(answer, "owner", dict), "type", str) == "Organization",
    )


def _repository(context: RepositoryContext, shared: Settings, denials: Denials | None = None) -> Settings:
    settled = set(known(shared)).difference(named(SETTING.runner_groups))
    parts = [part for part in PARTS if part.matters(context) and not settled.issuperset(part.settings)]
    base = Settings(
        repository=context.name, visibility=context.visibility, default_branch=context.default_branch
    )
    return _read(parts, context, base, denials)


def _visibility(answer: Any) -> Visibility:
    try:
        return Visibility(field(answer, "visibility", str))
    except ValueError:
        raise Failed("GitHub's answer has an unknown visibility") from None


def _read(
    parts: Iterable[Part], context: RepositoryContext, base: Settings, denials: Denials | None = None
) -> Settings:
    """The settings of these parts. One that isn't shown, or fails, is recorded, and the rest goes on."""
    settings = base
    unreadable: dict[str, str] = {}
    for part in parts:
        if denials is not None and denials.settles(part):
            unreadable |= dict.fromkeys(part.settings, part.needs)
            continue
        try:
            settings = merged(part.read(context), settings)
        except Refused as refused:
            unreadable |= dict.fromkeys(part.settings, part.needs)
            if denials is not None and refused.status == 403:
                denials.refused(part)
        except Failed as error:
            unreadable |= dict.fromkeys(part.settings, f"{AGAIN}: {error}")
        else:
            if denials is not None:
                denials.granted(part)
    return replace(settings, unreadable=MappingProxyType(unreadable))


class Denials:
    """What a credential may read nowhere, as the first repositories have shown: the others aren't tried.

    Threads may share it: a count that one takes from another costs a request more.
    """

    def __init__(self) -> None:
        self._refusals: Counter[tuple[str, ...]] = Counter()
        self._granted: set[tuple[str, ...]] = set()

    def settles(self, part: Part) -> bool:
        """Whether it is known that the part isn't shown."""
        return self._refusals[part.settings] >= ENOUGH and part.settings not in self._granted

    def granted(self, part: Part) -> None:
        """A repository has shown the part."""
        self._granted.add(part.settings)

    def refused(self, part: Part) -> None:
        """A repository hasn't, for want of a permission."""
        self._refusals[part.settings] += 1
