"""Which of a repository's files belong to the audit, and what becomes of each.

The rules are the same for a folder on disk (`auditor.collect.worktree`) and for a commit
(`auditor.collect.commit`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from auditor.collect.classify import (
    WANTED,
    WORKFLOWS,
    is_searched,
    is_template,
    is_terraform,
    kind_of_content,
    kind_of_path,
    may_hold_trust_policy,
    refused_workflow,
    relevant_terraform,
)
from auditor.collect.collected import CollectedFile, CollectedRepository, printable
from auditor.collect.coverage import FileCoverage, FileState, Kind
from auditor.collect.walk import Walk
from auditor.files import disk
from auditor.files.git_dir import Remote
from auditor.files.gitignore import IgnoreFile
from auditor.files.repository_files import LIMIT, OutsideError, RepositoryFiles
from auditor.finding import Location, Problem, Stage
from auditor.model.policy import Policy
from auditor.source import FIRST, Span

_OTHER_TYPES = "files of other types not opened"
_LINKS = "symbolic links not followed"
_OUTSIDE = "a symbolic link out of the repository's files, which is not followed"
_TOO_LARGE = f"too large: over {LIMIT:,} bytes, so it is not read"


class Gatherer:
    """Takes the files of one repository, each once. All paths are relative to its root."""

    def __init__(self, files: RepositoryFiles, policy: Policy) -> None:
        self.files = files
        self.policy = policy
        self.excluded = IgnoreFile(exclusion.path for exclusion in policy.exclude)
        self.seen: set[str] = set()
        self.notes: Counter[str] = Counter()
        self._taken_files: dict[str, CollectedFile] = {}
        self._terraform: dict[str, bytes] = {}
        self._coverage: list[FileCoverage] = []
        self._problems: list[Problem] = []

    def take_all(self, found: Walk) -> None:
        """Takes what lies in a part of the repository."""
        for folder, reason in found.lost:
            self.report(folder or ".", f"the folder can't be listed: {reason}")
        for folder in found.oddities:
            if kind_of_path(folder) is Kind.WORKFLOW:
                self._lose(folder, Kind.WORKFLOW, "a folder stands where a workflow is expected")
        self.notes[_OTHER_TYPES] += found.others
        self.notes["ignore files too large to apply"] += found.unused
        self.notes["paths not held against ignore files"] += found.unchecked
        self.notes["ignored files not searched for trust policies"] += found.ignored
        for path in sorted(found.files):
            self.take(path)
        for path in sorted(found.links):
            if path.lower().endswith(WANTED):
                self.take(path, is_link=True)
            elif path in (".github", WORKFLOWS):
                self.report(path, "a symbolic link in place of a folder, which is not followed")
            else:
                self.notes[_LINKS] += 1

    def take(self, path: str, *, is_link: bool = False, is_named: bool = False) -> None:
        """Takes one file or link, once, unless the policy excludes it or another takes its place.

        With `is_named` it belongs to the audit, whatever it is.
        """
        if path in self.seen:
            return
        self.seen.add(path)
        kind, refusal = kind_of_path(path), refused_workflow(path)
        if self._is_excluded(path, Kind.WORKFLOW if refusal else kind) or self._is_shadowed(path, kind):
            return
        if refusal and not is_named:
            self.cover(path, Kind.WORKFLOW, FileState.NOT_READ, refusal)
        if is_link:
            self._follow(path, kind)
        elif kind or is_named or is_searched(path):
            self._read(path, path, kind, is_named=is_named)
        else:
            self.notes[_OTHER_TYPES] += 1

    def take_text(self, path: str, data: bytes) -> None:
        """Takes a text that came without a file, by what it holds."""
        if len(data) > LIMIT:
            self._lose(path, Kind.OTHER, _TOO_LARGE)
        else:
            self._keep(path, data, kind_of_content(path, data))

    def report(self, path: str, message: str, span: Span = FIRST) -> None:
        """Says what was wrong with a file or a folder."""
        self._problems.append(Problem(Stage.COLLECT, message, Location(printable(path), span)))

    def cover(self, path: str, kind: Kind, state: FileState, reason: str) -> None:
        """Lists a file that is not to be audited."""
        self._coverage.append(FileCoverage(printable(path), kind, state, reason))

    def collected(
        self, root: Path, *, is_whole: bool, origin: Remote | None = None, commit: str | None = None
    ) -> CollectedRepository:
        """The repository, with all files that were taken."""
        self._keep_terraform()
        return CollectedRepository(
            root=root,
            is_whole=is_whole,
            files=tuple(file for _, file in sorted(self._taken_files.items())),
            coverage=tuple(sorted(set(self._coverage), key=lambda entry: entry.path)),
            notes=dict(sorted((+self.notes).items())),
            policy=self.policy,
            problems=tuple(sorted(set(self._problems), key=lambda problem: problem.location.path)),
            origin=origin,
            commit=commit,
        )

    def _is_excluded(self, path: str, kind: Kind | None) -> bool:
        exclude = self.policy.exclude
        number = self.excluded.covering(path) if exclude else None
        if number is None:
            return False
        if kind:
            self.cover(path, kind, FileState.EXCLUDED, exclude[number].reason)
        else:
            self.notes["excluded files not searched for trust policies"] += 1
        return True

    def _is_shadowed(self, path: str, kind: Kind | None) -> bool:
        shadowed = kind is Kind.ACTION and path.endswith(".yaml")
        if not shadowed or not self.files.is_file(path.removesuffix(".yaml") + ".yml"):
            return False
        self.cover(
            path, Kind.ACTION, FileState.NOT_READ, "action.yml stands beside it, and GitHub reads that"
        )
        return True

    def _read(self, path: str, target: str, kind: Kind | None, *, is_named: bool = False) -> None:
        """Reads `target`, and keeps it under the name `path` where it belongs to the audit."""
        try:
            data = self.files.read(target)
        except disk.TooLargeError:
            if kind or is_named:
                self._lose(path, kind or Kind.OTHER, _TOO_LARGE)
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
                self._terraform[path] = data
            elif may_hold_trust_policy(data):
                self._keep(path, data, Kind.TERRAFORM if is_template(path) else Kind.TRUST_POLICY)

    def _keep(self, path: str, data: bytes, kind: Kind) -> None:
        """Passes a file on, if it is text of a kind that is read."""
        if path.lower().endswith(".tf.json"):
            self.notes["Terraform files in JSON not read"] += 1
            self.cover(path, Kind.TERRAFORM, FileState.NOT_READ, "Terraform is not read in JSON yet")
            return
        name = printable(path)
        source, (flaw, span) = disk.decoded(name, data)
        if name in self._taken_files:
            flaw = "another file has the same name once it is escaped"
        if flaw:
            self._lose(path, kind, flaw, span)
        else:
            self._taken_files[name] = CollectedFile(source, kind)

    def _keep_terraform(self) -> None:
        """Keeps the files that may decide whom a cloud trusts, once all Terraform has been read."""
        relevant = relevant_terraform(self._terraform)
        for path in sorted(relevant):
            self._keep(path, self._terraform[path], Kind.TERRAFORM)
        self.notes["Terraform files that concern no tokens"] += len(self._terraform) - len(relevant)
        self._terraform.clear()

    def _follow(self, path: str, kind: Kind | None) -> None:
        """Reads what a link leads to, unless that is out of the tree or is audited under its own name."""
        try:
            target = self.files.follow(path)
        except OutsideError:
            self._lose_link(path, kind, _OUTSIDE)
        except OSError as error:
            self._lose_link(path, kind, f"a symbolic link that leads nowhere: {disk.explain(error)}")
        else:
            if printable(target) in self._taken_files:
                if kind:
                    self.cover(path, kind, FileState.NOT_READ, f"a symbolic link to {printable(target)}")
            elif kind or is_searched(path):
                self._read(path, target, kind)

    def _lose_link(self, path: str, kind: Kind | None, reason: str) -> None:
        if kind:
            self._lose(path, kind, reason)
        else:
            self.notes[_LINKS] += 1

    def _lose(self, path: str, kind: Kind, reason: str, span: Span = FIRST) -> None:
        self.report(path, reason, span)
        self.cover(path, kind, FileState.UNREADABLE, reason)
