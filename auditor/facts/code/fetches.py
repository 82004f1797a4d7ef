"""What the steps of a job put on disk: an outsider's code, an artifact of another run, or a base checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from auditor.facts.code.git_commands import GitCommands
from auditor.facts.code.head_ref import Head, HeadReference
from auditor.facts.code.heads import Heads
from auditor.facts.job.paths import UNKNOWN, WORKSPACE, resolve, walk, working_directory
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path
from auditor.finding import Confidence
from auditor.knowledge.actions.artifacts import DOWNLOADS, UNPACKERS, Download
from auditor.knowledge.actions.checkout import CHECKOUT
from auditor.knowledge.actions.head_lookups import SCRIPT_ACTION
from auditor.languages.shell import Command
from auditor.languages.yaml import Scalar
from auditor.model.documents import Step

_TRUSTED = frozenset(
    {
        ("github", "sha"),
        ("github", "ref"),
        ("github", "ref_name"),
        ("github", "base_ref"),
        ("github", "repository"),
        ("github", "event", "repository", "default_branch"),
        ("github", "event", "pull_request", "base", "ref"),
        ("github", "event", "pull_request", "base", "sha"),
    }
)
_FETCHING = re.compile(
    r"\b(?:git|gh|hub|patch|unzip|tar|bsdtar|7za?|curl|wget)\b"
    r"|\b(?:pip3?|pipx|uvx?|npm|npx|pnpm|yarn|bunx?|cargo|go|docker|podman)\b[^\n]{0,200}(?:\$|github:)"
)
_ELSEWHERE = "/~fetched"
"""Where a tool keeps what it fetches and builds itself."""

_DOWNLOAD_CALL = re.compile(r"downloadArtifact|archive_download_url|actions/artifacts/")
_CHECKOUT_CALL = re.compile(r"""\bgh pr checkout\b|['"`]pr['"`]\s*,\s*['"`]checkout['"`]""")
_UNZIP_CALL = re.compile(r"unzip\s[^`'\";\n]{0,200}?-d\s+([^\s`'\"]+)")


class FetchedFrom(Enum):
    """Who owns what is fetched, as a trace names it."""

    HEAD = "the pull request's code"
    ARTIFACT = "an artifact of another run"
    BASE = "this repository's own code"


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """That a step puts something into a folder. `heads` name it where `actions/checkout` is given one.

    `mutable`: another commit may come than the one that somebody has looked at. `at` counts as in
    `Execution`. `executed` says what the fetching command itself executes of it, if it does.
    """

    step_in_job: StepInJob
    source: FetchedFrom
    folder: str
    surely: Confidence = Confidence.HIGH
    heads: frozenset[Head] = frozenset()
    mutable: bool = False
    at: int = 0
    executed: str = ""

    @property
    def step(self) -> Step:
        """The step that fetches it."""
        return self.step_in_job.step

    @property
    def by_checkout(self) -> bool:
        """Whether `actions/checkout` fetches it, which may refuse to."""
        uses = self.step.uses
        return self.source is FetchedFrom.HEAD and uses is not None and uses.slug == CHECKOUT


class Fetches:
    """Reads what steps fetch, once for each way that their job is called."""

    def __init__(self, scripts: Scripts, heads: Heads) -> None:
        self._scripts = scripts
        self._heads = heads

    def of(self, steps: tuple[StepInJob, ...], path: Path) -> tuple[tuple[Fetch, ...], ...]:
        """What each of a job's steps fetches on paths like this one."""
        git, downloaded = GitCommands(self._heads), False
        found = []
        for step_in_job in steps:
            step = step_in_job.step
            fetches: list[Fetch] = []
            if step.run is not None:
                script = self._scripts.of(step)
                if script is not None:
                    start = working_directory(step_in_job)
                    git.enter(step_in_job, script, path)
                    for command, folder in walk(script, start):
                        downloaded |= _downloads(command)
                        fetches += _by_command(step_in_job, command, folder, git, downloaded=downloaded)
            elif step.uses is not None and step.uses.slug == CHECKOUT:
                fetches += self._by_checkout(step_in_job, path)
            elif step.uses is not None and step.uses.slug == SCRIPT_ACTION:
                code = step.input("script")
                if code is not None and _DOWNLOAD_CALL.search(code.value):
                    downloaded = True
                    fetches += _by_javascript(step_in_job, code)
                if code is not None and _CHECKOUT_CALL.search(code.value):
                    fetches.append(
                        Fetch(step_in_job, FetchedFrom.HEAD, WORKSPACE, Confidence.MEDIUM, mutable=True)
                    )
            elif step.uses is not None:
                fetches += _by_download(step_in_job, step.uses.slug)
            found.append(tuple(fetches))
        return tuple(found)

    def may_fetch(self, step: Step) -> bool:
        """Whether a step is of a kind that fetches at all."""
        if step.run is not None:
            return _FETCHING.search(step.run.value) is not None
        slug = step.uses.slug if step.uses is not None else ""
        if slug == CHECKOUT:
            return step.input("ref") is not None or step.input("repository") is not None
        return slug == SCRIPT_ACTION or slug in DOWNLOADS

    def _by_checkout(self, step_in_job: StepInJob, path: Path) -> Iterator[Fetch]:
        step = step_in_job.step
        inputs = [step.input("ref"), step.input("repository")]
        into = step.input("path")
        folder = resolve(into.value) if into is not None else WORKSPACE
        heads = frozenset(head for scalar in inputs for head in self._heads.of(scalar, step_in_job, path))
        heads = frozenset(head for head in heads if head.is_named(path.entry))
        kinds = {head.names for head in heads}
        if kinds - {HeadReference.BRANCH}:
            surely = max(head.confidence for head in heads if head.names is not HeadReference.BRANCH)
            mutable = (
                bool(kinds - {HeadReference.COMMIT, HeadReference.REPOSITORY})
                or HeadReference.COMMIT not in kinds
            )
            yield Fetch(step_in_job, FetchedFrom.HEAD, folder, surely, heads, mutable)
        elif not kinds and all(self._is_trusted(scalar, step_in_job, path) for scalar in inputs):
            yield Fetch(step_in_job, FetchedFrom.BASE, folder)

    def _is_trusted(self, scalar: Scalar | None, step_in_job: StepInJob, path: Path) -> bool:
        return scalar is None or self._heads.fields(scalar, step_in_job, path) <= _TRUSTED


def _by_command(
    step_in_job: StepInJob, command: Command, folder: str, git: GitCommands, *, downloaded: bool
) -> Iterator[Fetch]:
    checkout = git.checkout(command, folder)
    if checkout is not None:
        place, surely, mutable = checkout
        yield Fetch(step_in_job, FetchedFrom.HEAD, place, surely, mutable=mutable, at=command.start)
    runs = git.runs(command)
    if runs is not None:
        what, surely, mutable = runs
        yield Fetch(
            step_in_job,
            FetchedFrom.HEAD,
            _ELSEWHERE,
            surely,
            mutable=mutable,
            at=command.start,
            executed=what,
        )
    words = [word.value for word in command.args]
    if command.program == "gh" and words[:2] == ["run", "download"]:
        into = _option(words, ("-D", "--dir"))
        place = resolve(into, folder) if into else folder
        yield Fetch(step_in_job, FetchedFrom.ARTIFACT, place, at=command.start)
    elif command.program in UNPACKERS and (downloaded or git.archive):
        into = _option(words, (UNPACKERS[command.program],))
        place = resolve(into, folder) if into else folder
        source = FetchedFrom.HEAD if git.archive else FetchedFrom.ARTIFACT
        mutable = all(head.names is not HeadReference.COMMIT for head in git.archive)
        yield Fetch(step_in_job, source, place, Confidence.MEDIUM, mutable=mutable, at=command.start)


def _by_download(step_in_job: StepInJob, slug: str) -> Iterator[Fetch]:
    download = DOWNLOADS.get(slug)
    if download is None or not _reaches(download, step_in_job.step):
        return
    into = step_in_job.step.input(download.folder)
    yield Fetch(step_in_job, FetchedFrom.ARTIFACT, resolve(into.value) if into is not None else WORKSPACE)


def _reaches(download: Download, step: Step) -> bool:
    if download.leaves_out is not None:
        name, value = download.leaves_out
        given = step.input(name)
        if given is not None and given.value.strip().lower() == value:
            return False
    return not download.needs or any(step.input(name) is not None for name in download.needs)


def _by_javascript(step_in_job: StepInJob, code: Scalar) -> Iterator[Fetch]:
    """What a script unpacks itself; an archive alone is no file that anything executes."""
    for match in _UNZIP_CALL.finditer(code.value):
        yield Fetch(step_in_job, FetchedFrom.ARTIFACT, resolve(match[1]), Confidence.MEDIUM)
    if "unzip" in code.value.lower() and not _UNZIP_CALL.search(code.value):
        yield Fetch(step_in_job, FetchedFrom.ARTIFACT, WORKSPACE, Confidence.MEDIUM)


def _downloads(command: Command) -> bool:
    if command.program not in ("gh", "curl", "wget"):
        return False
    return any(_DOWNLOAD_CALL.search(word.value) for word in command.args)


def _option(words: list[str], names: tuple[str, ...]) -> str:
    """The value of an option, wherever it stands: `-d x`, `-ox`, `--dir=x`."""
    for number, word in enumerate(words):
        for name in names:
            if word == name:
                return words[number + 1] if number + 1 < len(words) else UNKNOWN
            if word.startswith(f"{name}=") or (len(name) == 2 and word.startswith(name)):
                return word.removeprefix(name).removeprefix("=")
    return ""
