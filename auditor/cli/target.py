"""What a command is about: the repositories that the command line names, and what is known of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.collect import worktree
from auditor.collect.collected import CollectedRepository
from auditor.errors import UsageError
from auditor.files.repository_files import LIMIT
from auditor.model.settings import Settings
from auditor.model.snapshot import Snapshot
from auditor.policy.load import load_policy


def snapshot_of(path: Path | None) -> Snapshot | None:
    """The snapshot of settings in a file. Raises `SettingsError`."""
    if path is None:
        return None
    from auditor.settings.snapshot_file import load_settings

    return load_settings(path)


def collected(paths: Sequence[str]) -> tuple[CollectedRepository, ...]:
    """The repositories at `paths`, the current folder by default. Raises `UsageError` and `PolicyError`."""
    paths = paths or ["."]
    stdin = _stdin() if worktree.STDIN in paths else None
    return worktree.collect(paths, policy_of=load_policy, stdin=stdin)


def _stdin() -> bytes:
    try:
        return sys.stdin.buffer.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"can't read standard input: {error.strerror}", help="Name a path, or pipe a file into it."
        ) from None


def with_repository(
    settings: Settings, repositories: Sequence[CollectedRepository], snapshot: Snapshot | None
) -> Settings:
    """The settings with the repository's name, where neither an option nor git's origin says it."""
    if settings.repository is not None or len(repositories) != 1 or repositories[0].origin is not None:
        return settings
    only = snapshot.only if snapshot else None
    return replace(settings, repository=_repository_of_run(repositories[0]) or only)


def _repository_of_run(repository: CollectedRepository) -> str | None:
    """The repository that a workflow run names, where its workspace is what is audited."""
    name, workspace = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_WORKSPACE")
    if (
        not name
        or not workspace
        or not repository.is_whole
        or Path(workspace).resolve() != repository.root.resolve()
    ):
        return None
    return name
