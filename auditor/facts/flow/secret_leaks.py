"""Where secrets leave a job: its log, its files that are uploaded, hosts that they are sent to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from auditor.facts.flow.graph.arrival import Arrival, ContextField, MintedCredential
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.job.readings import Readings, StepReading
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.finding import Hop, HopKind, Location, Trace
from auditor.knowledge.actions.artifacts import UPLOAD
from auditor.knowledge.programs.credentials import FILES
from auditor.knowledge.programs.hosts import OWN_HOSTS, is_meant
from auditor.languages.reading import Argument, Change, Literal, Pieces, Print, Run, Write
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job, Step

MAX_EVENTS = 2000
"""Events of one script that are looked at. A script of a thousand lines has some hundreds."""

_SENDERS = frozenset(
    {"curl", "wget", "http", "https", "xh", "invoke-webrequest", "invoke-restmethod", "iwr", "irm"}
)
_HOST = re.compile(r"(?i)\bhttps?://(?:[^/@\s\"']*@)?([\w.-]+\.[a-z]{2,})")
_QUERY = re.compile(r"(?i)https?://[^\s\"']*[?&][\w.-]*=?$")
_BODY = frozenset(
    {"-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "-F", "--form", "--form-string"}
)
_BODY |= frozenset({"--json", "--post-data", "--body-data", "-body", "body"})
_VERBOSE = frozenset(
    {"-v", "--verbose", "-vvv", "--trace", "--trace-ascii", "-sv", "-vs", "-kv", "-vk", "-fsSv"}
)
_LOGIN = frozenset({"-u", "--user", "-H", "--header"})
_TOKEN = frozenset({("github", "token"), ("secrets", "github_token")})
_ADDS_MASK = "::add-mask::"


class LeakKind(Enum):
    """What a secret leaves the job by."""

    LOG = "the log"
    TRACE = "the log, by `set -x`"
    HEADERS = "the log, by `curl -v`"
    OUTPUT = "an output"
    VARIABLE = "`GITHUB_ENV`"
    SUMMARY = "the step summary"
    HOST = "another host"
    URL = "an address"
    FILE = "an uploaded file"
    IMAGE = "an image's history"


@dataclass(frozen=True, slots=True, eq=False)
class SecretLeak:
    """Secrets that leave a job at a place. `names` are in the words of a message; `what` says where to.

    `known` holds where GitHub knows the text, and so masks it: nothing was done to it, and it is a secret of
    the repository's settings.
    """

    kind: LeakKind
    job: Job | None
    step: Step
    location: Location
    names: tuple[str, ...]
    what: str
    known: bool
    is_token: bool
    path: Path | None
    arrivals: tuple[Arrival, ...] = ()
    by_shell: bool = True

    @property
    def is_minted(self) -> bool:
        """Whether one of them is a credential that the run makes itself."""
        return any(isinstance(arrival.leaf, MintedCredential) for arrival in self.arrivals)

    @property
    def said(self) -> str:
        """The secrets, for a message."""
        shown = ", ".join(self.names[:3])
        return shown + (f" and {len(self.names) - 3} more" if len(self.names) > 3 else "")

    def trace(self) -> Trace:
        """From the entry over the secret's way to where it leaves."""
        hops = self.arrivals[0].hops if self.arrivals else ()
        last = (*hops, Hop(HopKind.SINK, f"it goes to {self.what}", self.location))
        return self.path.trace(*last) if self.path is not None else Trace(last)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    kind: LeakKind
    pieces: Pieces
    start: int
    end: int
    what: str


class SecretLeaks:
    """Reads the scripts of a step once."""

    def __init__(self, readings: Readings, flow: Flow, reach: Reach) -> None:
        self._readings = readings
        self._flow = flow
        self._reach = reach
        self._of: dict[Step, tuple[SecretLeak, ...]] = {}

    def of(self, step: Step) -> tuple[SecretLeak, ...]:
        """Where secrets leave the job in a step."""
        if step not in self._of:
            paths = self._reach.at_full_power(step)
            self._of[step] = tuple(self._find(step, paths[0])) if paths else ()
        return self._of[step]

    def _find(self, step: Step, path: Path) -> Iterator[SecretLeak]:
        for script in self._readings.of(step):
            for place in list(_places(script))[:MAX_EVENTS]:
                arrivals = self._secrets(place.pieces, script, path)
                if arrivals and (place.kind is not LeakKind.HOST or _is_sent_wrongly(arrivals, place)):
                    at = script.scalar.location_of(place.start, place.end)
                    found = _leak(place.kind, step, at, arrivals, place.what, path)
                    yield replace(found, by_shell=script.reading.language == "sh")
            yield from self._traced(script, step, path)
        if step.uses is not None and step.uses.slug in _UPLOADS:
            yield from self._uploaded(step, path)

    def _secrets(self, pieces: Pieces, script: StepReading, path: Path) -> tuple[Arrival, ...]:
        if all(isinstance(piece, Literal) for piece in pieces):
            return ()
        found = self._flow.of_pieces(pieces, script, path)
        return tuple(each for each in found if _is_secret(each) and each.change is not Change.COUNTED)

    def _traced(self, script: StepReading, step: Step, path: Path) -> Iterator[SecretLeak]:
        """`set -x` prints each later command with its variables' values."""
        trace = next((event for event in script.events if isinstance(event, Print) and event.trace), None)
        if trace is None:
            return
        for event in script.events:
            if not isinstance(event, Run) or event.start <= trace.start:
                continue
            pieces = tuple(piece for argument in event.arguments for piece in argument.pieces)
            changed = [a for a in self._secrets(pieces, script, path) if not _is_known(a)]
            if changed:
                at = script.scalar.location_of(event.start, min(event.end, event.start + 200))
                what = "the log, which `set -x` fills with the values of variables"
                yield _leak(LeakKind.TRACE, step, at, tuple(changed), what, path)
                return

    def _uploaded(self, step: Step, path: Path) -> Iterator[SecretLeak]:
        """A file that holds a secret, among those that a step uploads, caches or releases."""
        assert step.uses is not None
        for name in _UPLOADS[step.uses.slug]:
            scalar = step.input(name)
            if scalar is None:
                continue
            for line in scalar.value.splitlines()[:MAX_EVENTS]:
                wanted = line.strip().strip("\"'")
                if not wanted or wanted.startswith("!"):
                    continue
                yield from self._in_line(wanted, scalar, step, path)

    def _in_line(self, wanted: str, scalar: Scalar, step: Step, path: Path) -> Iterator[SecretLeak]:
        file = next((row for row in FILES if row.matches(wanted.rstrip("/"))), None)
        if file is not None and _is_of_home(wanted):
            what = f"an uploaded file: `{wanted}` holds a credential"
            yield SecretLeak(
                LeakKind.FILE, step.job, step, scalar.location, (f"`{wanted}`",), what, False, False, path
            )
            return
        job = step.job
        for earlier in job.steps[: step.index] if job is not None else ():
            for script in self._readings.of(earlier):
                for event in script.events:
                    if not isinstance(event, Write) or event.file or not _covers(wanted, event.path):
                        continue
                    arrivals = self._secrets(event.pieces, script, path)
                    if arrivals:
                        what = f"an uploaded file: `{_text(event.path)}`"
                        yield _leak(LeakKind.FILE, step, scalar.location, arrivals, what, path)
                        return


_UPLOADS: dict[str, tuple[str, ...]] = {
    UPLOAD: ("path",),
    "actions/cache": ("path",),
    "actions/cache/save": ("path",),
    "actions/upload-pages-artifact": ("path",),
    "softprops/action-gh-release": ("files",),
    "ncipollo/release-action": ("artifacts", "artifact"),
    "svenstaro/upload-release-action": ("file",),
    "peaceiris/actions-gh-pages": ("publish_dir",),
    "jamesives/github-pages-deploy-action": ("folder",),
}
"""Inputs that name files which leave the job (each action's `action.yml`, as known in 2026-11)."""


def _places(script: StepReading) -> Iterator[_Place]:
    for event in script.events:
        if isinstance(event, Print) and not event.trace and not _masks(event):
            yield _Place(LeakKind.LOG, event.pieces, event.start, event.end, "the log")
        elif isinstance(event, Write):
            kind = {
                "GITHUB_ENV": LeakKind.VARIABLE,
                "GITHUB_OUTPUT": LeakKind.OUTPUT,
                "GITHUB_STEP_SUMMARY": LeakKind.SUMMARY,
            }.get(event.file)
            if kind is not None:
                name = f" as `{event.key}`" if event.key else ""
                yield _Place(kind, event.pieces, event.start, event.end, kind.value + name)
        elif isinstance(event, Run):
            yield from _of_run(event)


def _of_run(run: Run) -> Iterator[_Place]:
    program = run.program or ""
    if program in _SENDERS:
        text = " ".join(_written(argument) for argument in run.arguments)
        host = _HOST.search(text)
        before = ""
        for argument in run.arguments:
            written = _written(argument)
            place = argument.start, argument.end
            if host is not None and (before in _BODY or argument.name in _BODY):
                yield _Place(LeakKind.HOST, argument.pieces, *place, f"the host `{host[1]}`")
            elif before in _LOGIN and any(_written(each) in _VERBOSE for each in run.arguments):
                what = "the log, where `curl -v` prints the headers that it sends"
                yield _Place(LeakKind.HEADERS, argument.pieces, *place, what)
            elif "://" in written:
                at = _first_made(argument)
                if _QUERY.search(at):
                    yield _Place(
                        LeakKind.URL, argument.pieces, *place, f"the address of `{host[1] if host else at}`"
                    )
            before = written
    elif program in ("docker", "podman", "buildah") and any(
        _written(a) == "build" for a in run.arguments[:2]
    ):
        before = ""
        for argument in run.arguments:
            if before == "--build-arg" or _written(argument).startswith("--build-arg="):
                place = argument.start, argument.end
                yield _Place(
                    LeakKind.IMAGE, argument.pieces, *place, "the history of the image, by `--build-arg`"
                )
            before = _written(argument)


def _written(argument: Argument) -> str:
    return argument.written or ""


def _first_made(argument: Argument) -> str:
    """What is written out before the first value of an argument."""
    text = ""
    for piece in argument.pieces:
        if not isinstance(piece, Literal):
            break
        text += piece.text
    return text


def _masks(event: Print) -> bool:
    first = event.pieces[0] if event.pieces else None
    return isinstance(first, Literal) and first.text.lstrip().startswith(_ADDS_MASK)


def _is_secret(arrival: Arrival) -> bool:
    leaf = arrival.leaf
    return isinstance(leaf, MintedCredential) or (
        isinstance(leaf, ContextField) and (leaf.path[0] == "secrets" or leaf.path == ("github", "token"))
    )


def _is_known(arrival: Arrival) -> bool:
    """Whether GitHub masks the text."""
    leaf = arrival.leaf
    if isinstance(leaf, MintedCredential) and not leaf.masked:
        return arrival.masked
    return arrival.change is Change.WHOLE or arrival.masked


def _is_sent_wrongly(arrivals: tuple[Arrival, ...], place: _Place) -> bool:
    """Whether secrets go to a host that they aren't for: several at once, or by a name of another service."""
    host = place.what.partition("`")[2].rstrip("`").lower()
    if any(host == own or host.endswith(f".{own}") for own in OWN_HOSTS):
        return False
    names = {_name(arrival) for arrival in arrivals}
    return len(names) > 1 or any(not is_meant(name, host) for name in names)


def _name(arrival: Arrival) -> str:
    leaf = arrival.leaf
    if isinstance(leaf, ContextField) and leaf.path[0] == "secrets":
        return leaf.path[1].upper() if len(leaf.path) > 1 else "all secrets"
    return "GITHUB_TOKEN" if isinstance(leaf, ContextField) else leaf.name


def _leak(
    kind: LeakKind, step: Step, at: Location, arrivals: tuple[Arrival, ...], what: str, path: Path
) -> SecretLeak:
    # What GitHub doesn't mask comes first: it decides.
    ordered = tuple(sorted(arrivals, key=_is_known))
    names = dict.fromkeys(_said(arrival) for arrival in ordered)
    known = all(_is_known(arrival) for arrival in arrivals)
    token = all(isinstance(a.leaf, ContextField) and a.leaf.path in _TOKEN for a in arrivals)
    return SecretLeak(kind, path.job, step, at, tuple(names), what, known, token, path, ordered)


def _said(arrival: Arrival) -> str:
    leaf = arrival.leaf
    change = f" ({arrival.by})" if arrival.by else ""
    if isinstance(leaf, ContextField):
        name = ".".join(leaf.path) if leaf.path[0] == "github" else f"secrets.{_name(arrival)}"
        return ("all secrets" if leaf.path == ("secrets",) else f"`{name}`") + change
    return f"{leaf.name}{change}"


def _is_of_home(path: str) -> bool:
    """Whether a path lies outside of what the checkout fills, or is a file that no repository keeps."""
    return path.startswith(("~", "/", "$", "${{", "C:")) or "gha-creds" in path


def _text(pieces: Pieces) -> str:
    return "".join(piece.text if isinstance(piece, Literal) else "…" for piece in pieces)


def _covers(wanted: str, path: Pieces) -> bool:
    """Whether a pattern of files to upload takes a file that a script wrote."""
    if not path or not all(isinstance(piece, Literal) for piece in path):
        return False
    written = _text(path).removeprefix("./")
    folder = wanted.removeprefix("./").rstrip("/").removesuffix("/**").removesuffix("/*")
    if written.startswith(("/", "~")) and not folder.startswith(("/", "~")):
        return False
    return folder in (".", "", "*", "**") or written == folder or written.startswith(f"{folder}/")
