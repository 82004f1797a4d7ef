"""Finds and reads the files of each repository that belong to the audit.

Nothing that a repository configures is run, git included, and no link is followed out of it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor import disk, git
from auditor.classify import (
    SEARCHED,
    WANTED,
    WORKFLOWS,
    is_template,
    is_terraform,
    kind_of_content,
    kind_of_path,
    may_hold_trust_policy,
    relevant_terraform,
)
from auditor.errors import UsageError
from auditor.finding import Location, Problem, Stage
from auditor.ignore import Patterns
from auditor.model.policy import Policy
from auditor.report.document import FileCoverage, Kind, State
from auditor.source import FIRST, Source, Span
from auditor.walk import Walk, walk

LIMIT = 1_000_000
"""The largest file that is read, in bytes."""

STDIN = "-"
_OTHER_TYPES = "files of other types not opened"
_LINKS = "symbolic links not followed"
_OUTSIDE = "a symbolic link out of the repository's files, which is not followed"


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A file to be audited."""

    source: Source
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """One repository on disk, and the files of it that are to be audited, in the order of their paths.

    `prefix` stands before each path where several are collected: empty, or a folder ending in a slash.
    `coverage` lists what was seen and is not in `files`; `notes` counts what was left alone, by its plain
    name. `is_whole` says that the path that was asked for is the root; only then `origin` is known.
    """

    root: Path
    prefix: str = ""
    is_whole: bool = False
    files: tuple[CollectedFile, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    origin: git.Origin | None = None
    policy: Policy = field(default_factory=Policy)
    commit: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it belongs to the audit, and nothing was lost."""
        return not (self.files or self.coverage or self.problems)


@dataclass(frozen=True, slots=True)
class _Place:
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
) -> tuple[Checkout, ...]:
    """The repositories that `paths` name or hold, in the order of their roots.

    A path is a repository, a folder, a file, or `-` for what `stdin` holds. `policy_of` gives the policy
    of a root, whose exclusions are left out. Raises `UsageError` for a path that isn't there.
    """
    places: dict[Path, list[_Place]] = {}
    for place in (_locate(Path(path)) for path in paths if str(path) != STDIN):
        places.setdefault(place.root, []).append(place)
    checkouts = _checkouts(places, policy_of)
    if len(checkouts) > 1:
        base = os.path.commonpath(places)
        checkouts = [prefixed(checkout, base) for checkout in checkouts]
    if stdin is not None and STDIN in map(str, paths):
        checkouts.append(_from_stdin(stdin))
    return tuple(checkouts)


def root_of(path: Path | str) -> Path | None:
    """The root of the repository that `path` is in, or None for a folder that is in none."""
    place = _locate(Path(path))
    return None if place.loose else place.root


def _checkouts(
    places: Mapping[Path, Sequence[_Place]], policy_of: Callable[[Path], Policy]
) -> list[Checkout]:
    """One for each root, and for each repository found below one."""
    wanted = {root: list(parts) for root, parts in places.items()}
    found: dict[Path, Checkout] = {}
    for asked_for in sorted(places):
        pending = [asked_for]
        while pending:
            root = pending.pop()
            if root in found:
                continue
            gatherer = _Gatherer(root, policy_of(root), git.find_git_dir(root))
            for nested in gatherer.gather(wanted[root]):
                wanted.setdefault(root / nested, []).append(_Place(root / nested))
                pending.append(root / nested)
            found[root] = gatherer.checkout(is_asked_for=_Place(root) in places.get(root, ()))
    loose = {root for root, parts in places.items() if parts[0].loose}
    kept = [root for root in sorted(found) if root not in loose or not found[root].is_empty]
    return [found[root] for root in kept or sorted(found)]


def printable(path: str) -> str:
    """A path with those bytes escaped that are no UTF-8, so that it can be written anywhere."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _locate(path: Path) -> _Place:
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
        return _Place(folder)
    root = _holder_of_github(folder) or git.find_root(folder)
    inside = "" if root is None or root == folder else folder.relative_to(root).as_posix()
    file = None if is_folder else f"{inside}/{path.name}".lstrip("/")
    return _Place(root or folder, inside, file, loose=root is None)


def _is_root(folder: Path) -> bool:
    actions = ("action.yml", "action.yaml")
    return disk.is_folder(folder / ".github") or any(disk.is_file(folder / name) for name in actions)


def _holder_of_github(folder: Path) -> Path | None:
    """The folder whose `.github` is, or holds, `folder`."""
    return next((above.parent for above in (folder, *folder.parents) if above.name == ".github"), None)


class _Gatherer:
    """Reads the files of one repository. All paths are relative to its root."""

    def __init__(self, root: Path, policy: Policy, git_dir: Path | None) -> None:
        self.root = root
        self.git_dir = git_dir
        self.policy = policy
        self.exclude = policy.exclude
        self.excluded = Patterns(exclusion.path for exclusion in policy.exclude)
        self.files: dict[str, CollectedFile] = {}
        self.terraform: dict[str, bytes] = {}
        self.seen: set[str] = set()
        self.coverage: list[FileCoverage] = []
        self.problems: list[Problem] = []
        self.notes: Counter[str] = Counter()

    def gather(self, places: Iterable[_Place]) -> set[str]:
        """Collects what lies in these places; gives the roots of other repositories below them."""
        tracked = self._tracked()
        repositories: set[str] = set()
        for place in places:
            if place.file is not None:
                is_link = disk.is_link(self.root / place.file)
                self._file(place.file, kind_of_path(place.file), is_link=is_link, is_named=True)
                continue
            found = walk(self.root, place.folder, tracked=tracked, suffixes=WANTED, loose=place.loose)
            repositories.update(found.repositories)
            self._walked(found)
            self._missing(tracked, place.folder)
        self._keep_terraform()
        return repositories

    def _keep_terraform(self) -> None:
        """Takes the files that may decide whom a cloud trusts: which, only all of them together tell."""
        relevant = relevant_terraform(self.terraform)
        for path in sorted(relevant):
            self._keep(path, self.terraform[path], Kind.TERRAFORM)
        self.notes["Terraform files that concern no tokens"] += len(self.terraform) - len(relevant)
        self.terraform.clear()

    def checkout(self, *, is_asked_for: bool) -> Checkout:
        return Checkout(
            root=self.root,
            is_whole=is_asked_for,
            files=tuple(file for _, file in sorted(self.files.items())),
            coverage=tuple(sorted(set(self.coverage), key=lambda entry: entry.path)),
            notes=dict(sorted((+self.notes).items())),
            policy=self.policy,
            problems=tuple(sorted(set(self.problems), key=lambda problem: problem.location.path)),
            origin=git.origin(self.git_dir) if self.git_dir and is_asked_for else None,
            commit=git.head(self.git_dir) if self.git_dir else None,
        )

    def _tracked(self) -> list[str]:
        try:
            return git.read_index(self.git_dir) if self.git_dir else []
        except git.IndexFormatError as error:
            lost = "files that are both tracked and ignored are missing"
            self._problem(".git/index", f"git's index can't be read, so {lost}: {error}")
            return []

    def _walked(self, found: Walk) -> None:
        for folder, reason in found.lost:
            self._problem(folder or ".", f"the folder can't be listed: {reason}")
        for folder in found.oddities:
            if kind_of_path(folder) is Kind.WORKFLOW:
                self._lose(folder, Kind.WORKFLOW, "a folder stands where a workflow is expected")
        for folder in found.linked_folders:
            if folder in (".github", WORKFLOWS):
                self._problem(folder, "a symbolic link in place of a folder, which is not followed")
            else:
                self.notes[_LINKS] += 1
        self.notes[_OTHER_TYPES] += found.others
        self.notes["ignore files too large to apply"] += found.unused
        self.notes["paths not held against ignore files"] += found.unchecked
        for path in sorted(found.files):
            self._file(path, kind_of_path(path))
        for path in sorted(found.links):
            self._file(path, kind_of_path(path), is_link=True)

    def _missing(self, tracked: Collection[str], folder: str) -> None:
        """Lists what the index names and the work tree lacks, as a sparse checkout does."""
        before = f"{folder}/" if folder else ""
        for path in tracked:
            if path.endswith(WANTED) and path not in self.seen and path.startswith(before):
                kind = kind_of_path(path)
                if kind and not os.path.lexists(self.root / path):
                    self._cover(path, kind, State.NOT_READ, "tracked by git, but not in the work tree")

    def _file(self, path: str, kind: Kind | None, *, is_link: bool = False, is_named: bool = False) -> None:
        """Takes one file or link, once, unless the policy excludes it or another takes its place."""
        if path in self.seen:
            return
        self.seen.add(path)
        if self._is_excluded(path, kind) or self._is_shadowed(path, kind):
            return
        if is_link:
            self._follow(path, kind)
        elif kind or is_named or _is_searched(path):
            self._read(path, path, kind, is_named=is_named)
        else:
            self.notes[_OTHER_TYPES] += 1

    def _is_excluded(self, path: str, kind: Kind | None) -> bool:
        number = self.excluded.covering(path) if self.exclude else None
        if number is None:
            return False
        if kind:
            self._cover(path, kind, State.EXCLUDED, self.exclude[number].reason)
        else:
            self.notes["excluded files not searched for trust policies"] += 1
        return True

    def _is_shadowed(self, path: str, kind: Kind | None) -> bool:
        shadowed = kind is Kind.ACTION and path.endswith(".yaml")
        if not shadowed or not disk.is_file((self.root / path).with_suffix(".yml")):
            return False
        self._cover(path, Kind.ACTION, State.NOT_READ, "action.yml stands beside it, and GitHub reads that")
        return True

    def _read(self, path: str, target: str, kind: Kind | None, *, is_named: bool = False) -> None:
        """Reads `target`, and keeps it under the name `path` where it belongs to the audit."""
        try:
            data = disk.read(f"{self.root}/{target}", LIMIT)
        except disk.TooLargeError:
            if kind or is_named:
                self._lose(path, kind or Kind.OTHER, f"too large: over {LIMIT:,} bytes, so it is not read")
            else:
                self.notes["files over 1 MB not searched for trust policies"] += 1
        except OSError as error:
            if kind or is_named or not isinstance(error, disk.NotRegularError):
                self._lose(path, kind or Kind.OTHER, f"can't be read: {disk.explain(error)}")
        else:
            if is_named:
                self._keep(path, data, kind or kind_of_content(path, data))
            elif kind:
                self._keep(path, data, kind)
            elif is_terraform(path):
                self.terraform[path] = data
            elif may_hold_trust_policy(data):
                self._keep(path, data, Kind.TERRAFORM if is_template(path) else Kind.TRUST_POLICY)

    def _keep(self, path: str, data: bytes, kind: Kind) -> None:
        """Passes a file on, if it is text of a kind that is read."""
        if path.lower().endswith(".tf.json"):
            self.notes["Terraform files in JSON not read"] += 1
            self._cover(path, Kind.TERRAFORM, State.NOT_READ, "Terraform is not read in JSON yet")
            return
        name = printable(path)
        source, (flaw, span) = disk.decoded(name, data)
        if name in self.files:
            flaw = "another file has the same name once it is escaped"
        if flaw:
            self._lose(path, kind, flaw, span)
        else:
            self.files[name] = CollectedFile(source, kind)

    def _follow(self, path: str, kind: Kind | None) -> None:
        """Reads what a link leads to, unless that is out of the tree or is audited under its own name."""
        try:
            (self.root / path).stat()
            target = Path(os.path.realpath(self.root / path, strict=True))
        except OSError as error:
            self._lose_link(path, kind, f"a symbolic link that leads nowhere: {disk.explain(error)}")
            return
        inside = target.relative_to(self.root).as_posix() if target.is_relative_to(self.root) else ".git"
        if ".git" in inside.lower().split("/"):
            self._lose_link(path, kind, _OUTSIDE)
            return
        if printable(inside) in self.files:
            if kind:
                self._cover(path, kind, State.NOT_READ, f"a symbolic link to {printable(inside)}")
        elif kind or _is_searched(path):
            self._read(path, inside, kind)

    def _lose_link(self, path: str, kind: Kind | None, reason: str) -> None:
        if kind:
            self._lose(path, kind, reason)
        else:
            self.notes[_LINKS] += 1

    def _lose(self, path: str, kind: Kind, reason: str, span: Span = FIRST) -> None:
        self._problem(path, reason, span)
        self._cover(path, kind, State.UNREADABLE, reason)

    def _problem(self, path: str, message: str, span: Span = FIRST) -> None:
        self.problems.append(Problem(Stage.COLLECT, message, Location(printable(path), span)))

    def _cover(self, path: str, kind: Kind, state: State, reason: str) -> None:
        self.coverage.append(FileCoverage(printable(path), kind, state, reason))


def _is_searched(path: str) -> bool:
    return is_terraform(path) or path.lower().endswith(SEARCHED)


def _from_stdin(data: bytes) -> Checkout:
    gatherer = _Gatherer(Path(), Policy(), None)
    name = "stdin.json" if data.lstrip().startswith((b"{", b"[")) else "stdin.yml"
    if len(data) > LIMIT:
        gatherer._lose(name, Kind.OTHER, f"too large: over {LIMIT:,} bytes, so it is not read")
    else:
        gatherer._keep(name, data, kind_of_content(name, data))
    return gatherer.checkout(is_asked_for=False)


def prefixed(checkout: Checkout, base: str | Path) -> Checkout:
    """The same with each path as it is seen from the folder `base`."""
    prefix = printable(Path(os.path.relpath(checkout.root, base)).as_posix()) + "/"
    if prefix == "./":
        return checkout

    def moved(problem: Problem) -> Problem:
        return replace(problem, location=replace(problem.location, path=prefix + problem.location.path))

    return replace(
        checkout,
        prefix=prefix,
        files=tuple(
            CollectedFile(replace(file.source, path=prefix + file.source.path), file.kind)
            for file in checkout.files
        ),
        coverage=tuple(replace(entry, path=prefix + entry.path) for entry in checkout.coverage),
        problems=tuple(moved(problem) for problem in checkout.problems),
    )
