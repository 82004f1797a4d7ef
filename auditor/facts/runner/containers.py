"""Containers that are no boundary to their host: of jobs, of services, and of `docker run` in scripts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.facts.job.commands import bare_words
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob, steps_of_job
from auditor.finding import Location
from auditor.knowledge.programs.container import (
    DEVICE,
    DISKS,
    HOST,
    MOUNT,
    MOUNTS,
    SHARED_NETWORK,
    SOCKET,
    SWITCHES,
    VALUED,
)
from auditor.languages.shell import Command
from auditor.model.documents import Container, Job, Step
from auditor.model.repository import Repository

_RUNTIMES = frozenset({"docker", "nerdctl", "podman"})
_STARTS = frozenset({"create", "run"})
_MAX_OPTIONS = 10_000
"""Characters of a container's `options` that are read."""


@dataclass(frozen=True, slots=True)
class Escape:
    """A container from which the host is in reach. `ways` read after "which"; `name` says which."""

    name: str
    ways: tuple[str, ...]
    location: Location
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class HostFolder:
    """A folder of the host that a container is given. `target` is its place in the container."""

    source: str
    target: str
    writable: bool
    location: Location


class Containers:
    """Answers what the containers of a job get of their host."""

    def __init__(self, repository: Repository, scripts: Scripts) -> None:
        self._repository = repository
        self._scripts = scripts

    def escapes(self, job: Job) -> Iterator[Escape]:
        """The containers of a job that are no boundary, its own first."""
        for name, container in _containers(job):
            options = list(_ways(_words(container)))
            mounts = [
                (way, volume.location) for volume in container.volumes for way in _of_mount(volume.value)
            ]
            places = [volume for _, volume in mounts]
            at = container.options.location if options and container.options else next(iter(places), None)
            if at is not None:
                ways = (*(way for way, _ in mounts), *options)
                yield Escape(name, tuple(dict.fromkeys(ways)), at)
        for step_in_job, command, words in self._container_commands(job):
            opened = tuple(dict.fromkeys(way for way in _ways(words) if way != SHARED_NETWORK))
            if opened:
                name = f"a container of the script's `{words[0]} {words[1]}`"
                yield Escape(name, opened, _place(step_in_job, command), _outermost(step_in_job).step)

    def folders(self, job: Job) -> Iterator[HostFolder]:
        """The folders of the host that the containers of a job get."""
        for _, container in _containers(job):
            for volume in container.volumes:
                yield from _folders([volume.value], volume.location)
            if container.options is not None:
                yield from _folders(_mounts(_words(container)), container.options.location)
        for step_in_job, command, words in self._container_commands(job):
            yield from _folders(_mounts(words), _place(step_in_job, command))

    def _container_commands(self, job: Job) -> Iterator[tuple[StepInJob, Command, tuple[str, ...]]]:
        """The commands of a job's scripts that start a container."""
        for step_in_job in steps_of_job(job, self._repository):
            script = self._scripts.of(step_in_job.step)
            for command in script.commands if script else ():
                words = bare_words(command)
                if len(words) > 2 and words[0] in _RUNTIMES and words[1] in _STARTS:
                    yield step_in_job, command, words


def _outermost(step_in_job: StepInJob) -> StepInJob:
    """The step of the job itself."""
    while step_in_job.caller is not None:
        step_in_job = step_in_job.caller
    return step_in_job


def _place(step_in_job: StepInJob, command: Command) -> Location:
    """The command in the job's own script, or the step whose action holds it."""
    if step_in_job.caller is None and step_in_job.step.run is not None:
        return step_in_job.step.run.location_of(command.start, command.end)
    return _outermost(step_in_job).step.location


def _containers(job: Job) -> Iterator[tuple[str, Container]]:
    if job.container is not None:
        yield "the job's container", job.container
    for service in job.services:
        yield "a service's container", service


def _words(container: Container) -> list[str]:
    text = container.options.value[:_MAX_OPTIONS] if container.options else ""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _ways(words: Sequence[str]) -> Iterator[str]:
    """What a container with these options gets of its host."""
    for name, value in _options(words):
        if name in SWITCHES and value.lower() != "false":
            yield SWITCHES[name]
        plain = value.lower().removeprefix("cap_")
        if (name, plain) in VALUED:
            yield VALUED[name, plain]
        elif name in MOUNTS or name == MOUNT:
            yield from _of_mount(value if name in MOUNTS else _bound(value))
        elif name == DEVICE and DISKS.fullmatch(value.partition(":")[0]):
            yield f"holds the device `{value.partition(':')[0]}`"


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with the value that is written to it, or else the word behind it."""
    for at, word in enumerate(words):
        if word.startswith("-v/"):
            yield "-v", word[2:]
        elif word in SWITCHES:
            yield word, ""
        elif word.startswith("-"):
            name, written, value = word.partition("=")
            yield name, value if written else next(iter(words[at + 1 : at + 2]), "")


def _mounts(words: Sequence[str]) -> list[str]:
    return [
        value if name in MOUNTS else _bound(value)
        for name, value in _options(words)
        if name in MOUNTS or name == MOUNT
    ]


def _bound(value: str) -> str:
    """`--mount`'s value as `--volume` writes it; nothing where it binds no folder of the host."""
    parts = dict(part.partition("=")[::2] for part in value.split(","))
    if parts.get("type") != "bind":
        return ""
    source = parts.get("source", parts.get("src", ""))
    target = parts.get("target", parts.get("destination", parts.get("dst", source)))
    only_read = "readonly" in parts or "ro" in parts
    return f"{source}:{target}{':ro' if only_read else ''}"


def _of_mount(value: str) -> Iterator[str]:
    source = _source(value)
    if SOCKET.fullmatch(source):
        yield f"reaches the container runtime through `{source}`"
    elif HOST.fullmatch(source):
        yield f"mounts the host's `{source}`"


def _source(value: str) -> str:
    source = value.partition(":")[0]
    return source.rstrip("/") or source[:1]


def _folders(values: Sequence[str], at: Location) -> Iterator[HostFolder]:
    for value in values:
        source, _, rest = value.partition(":")
        target, _, mode = rest.partition(":")
        if source.startswith("/") and target:
            yield HostFolder(source.rstrip("/") or "/", target, "ro" not in mode.split(","), at)
