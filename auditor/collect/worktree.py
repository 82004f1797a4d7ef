"""Collects the files of each repository on disk that belong to the audit.

Nothing that a repository configures is run, git included, and no link is followed out of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.collect.classify import ACTION_NAMES, WANTED, kind_of_path
from auditor.collect.collected import CollectedRepository, prefixed, printable
from auditor.collect.coverage import FileState
from auditor.collect.gatherer import Gatherer
from auditor.collect.walk import walk
from auditor.errors import PolicyError, UsageError
from auditor.files import disk
from auditor.files import git_dir as git
from auditor.files.repository_files import FilesOnDisk
from auditor.model.policy import Policy
from auditor.source import Point, Span

STDIN = "-"
_WITHOUT_POLICY = "the policy file can't be used, so the repository is audited without it"


@dataclass(frozen=True, slots=True)
class _Target:
    """What a path on the command line means: a root, and the folder or the file of it to be audited.

    `loose` says that the root is no repository, but may hold some.
    """

    root: Path
    folder: str = ""
    file: str | None = None
    loose: bool = False


def collect(
    paths: Sequence[Path | str],
    *,
    policy_of: Callable[[Path], Policy] = lambda _: Policy(),
    stdin: bytes | None = None,
) -> tuple[CollectedRepository, ...]:
    """The repositories that `paths` name or hold, in the order of their roots.

    A path is a repository, a folder, a file, or `-` for what `stdin` holds. `policy_of` gives the policy
    of a root, whose exclusions are left out. A policy that can't be used is a problem of its repository,
    which is then audited without one. Raises `PolicyError` where it is the only repository, or the only one
    that is named, and `UsageError` for a path that isn't there.
    """
    places: dict[Path, list[_Target]] = {}
    for place in (_locate(Path(path)) for path in paths if str(path) != STDIN):
        places.setdefault(place.root, []).append(place)
    repositories = _collect_each(places, policy_of)
    if len(repositories) > 1:
        base = os.path.commonpath(places)
        repositories = [prefixed(each, base) for each in repositories]
    if stdin is not None and STDIN in map(str, paths):
        repositories.append(_from_stdin(stdin))
    return tuple(repositories)


def root_of(path: Path | str) -> Path | None:
    """The root of the repository that `path` is in, or None for a folder that is in none."""
    place = _locate(Path(path))
    return None if place.loose else place.root


def _collect_each(
    places: Mapping[Path, Sequence[_Target]], policy_of: Callable[[Path], Policy]
) -> list[CollectedRepository]:
    """One for each root, and for each repository found below one."""
    wanted = {root: list(parts) for root, parts in places.items()}
    found: dict[Path, CollectedRepository] = {}
    flaws: dict[Path, PolicyError] = {}
    for given in sorted(places):
        pending = [given]
        while pending:
            root = pending.pop()
            if root in found:
                continue
            is_given = _Target(root) in places.get(root, ())
            policy, flaw = _policy(root, policy_of)
            if flaw:
                flaws[root] = flaw
            found[root], repositories = _collect_one(root, wanted[root], policy, is_given, flaw)
            for nested in repositories:
                wanted.setdefault(nested, []).append(_Target(nested))
                pending.append(nested)
    loose = {root for root, parts in places.items() if parts[0].loose}
    with_files = [root for root in sorted(found) if root not in loose or not found[root].is_empty]
    roots = with_files or sorted(found)
    named = set(places) - loose if len(places) == 1 else set()
    for root in roots:
        if root in flaws and (root in named or len(roots) == 1):
            raise flaws[root]
    return [found[root] for root in roots]


def _policy(root: Path, policy_of: Callable[[Path], Policy]) -> tuple[Policy, PolicyError | None]:
    """The policy of a root, or an empty one and why the root's own can't be used."""
    try:
        return policy_of(root), None
    except PolicyError as error:
        return Policy(), error


def _collect_one(
    root: Path, places: Iterable[_Target], policy: Policy, is_given: bool, flaw: PolicyError | None
) -> tuple[CollectedRepository, set[Path]]:
    """What lies in these places of one repository, and the roots of others below them."""
    git_dir = git.find_git_dir(root)
    gatherer = Gatherer(FilesOnDisk(root), policy)
    if flaw:
        point = Point(flaw.line or 1, 1)
        gatherer.report(flaw.path, f"{_WITHOUT_POLICY}: {flaw.reason}", Span(point, point))
    tracked = _tracked(git_dir, gatherer)
    repositories: set[Path] = set()
    for place in places:
        if place.file is not None:
            gatherer.take(place.file, is_link=disk.is_link(root / place.file), is_named=True)
            continue
        found = walk(root, place.folder, tracked=tracked, suffixes=WANTED, loose=place.loose)
        repositories.update(root / nested for nested in found.repositories)
        gatherer.take_all(found)
        _list_missing(root, place.folder, tracked, gatherer)
    collected = gatherer.collected(
        root,
        is_whole=is_given,
        origin=git.origin(git_dir) if git_dir and is_given else None,
        commit=git.head(git_dir) if git_dir else None,
    )
    return collected, repositories


def _tracked(git_dir: Path | None, gatherer: Gatherer) -> list[str]:
    try:
        return git.read_index(git_dir) if git_dir else []
    except git.IndexFormatError as error:
        lost = "files that are both tracked and ignored are missing"
        gatherer.report(".git/index", f"git's index can't be read, so {lost}: {error}")
        return []


def _list_missing(root: Path, folder: str, tracked: Collection[str], gatherer: Gatherer) -> None:
    """Lists what the index names and the work tree lacks, as a sparse checkout does."""
    before = f"{folder}/" if folder else ""
    for path in tracked:
        if path.endswith(WANTED) and path not in gatherer.seen and path.startswith(before):
            kind = kind_of_path(path)
            if kind and not os.path.lexists(root / path):
                gatherer.cover(path, kind, FileState.NOT_READ, "tracked by git, but not in the work tree")


def _locate(path: Path) -> _Target:
    try:
        path.lstat()
        is_folder = path.is_dir()
        folder = (path if is_folder else path.parent).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        reason = disk.explain(error) if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{printable(str(path))}: {reason}", help="name a repository, a folder, a file, or -"
        ) from error
    if is_folder and _is_root(folder):
        return _Target(folder)
    root = _holder_of_github(folder) or git.find_root(folder)
    inside = "" if root is None or root == folder else folder.relative_to(root).as_posix()
    file = None if is_folder else f"{inside}/{path.name}".lstrip("/")
    return _Target(root or folder, inside, file, loose=root is None)


def _is_root(folder: Path) -> bool:
    return disk.is_folder(folder / ".github") or any(disk.is_file(folder / name) for name in ACTION_NAMES)


def _holder_of_github(folder: Path) -> Path | None:
    """The folder whose `.github` is, or holds, `folder`."""
    return next((above.parent for above in (folder, *folder.parents) if above.name == ".github"), None)


def _from_stdin(data: bytes) -> CollectedRepository:
    gatherer = Gatherer(FilesOnDisk(Path()), Policy())
    gatherer.take_text("stdin.json" if data.lstrip().startswith((b"{", b"[")) else "stdin.yml", data)
    return gatherer.collected(Path(), is_whole=False)
