"""On whose machine a job runs: what `runs-on` evaluates to, and what the settings say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

from auditor.facts.flow.values.resolver import LATE, KnownValues, Lookup, UnknownValue, ValueScope
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.facts.reach.path import Path
from auditor.finding import Location
from auditor.knowledge.platform.runners import (
    COMPANIES,
    COMPANY_LABELS,
    GPU,
    GROUP_OWNERS,
    HOSTED,
    INPUT,
    LARGER_STYLE,
    RETIRED,
    SELF_HOSTED,
)
from auditor.languages.expression import Array, ObjectValue, Value
from auditor.languages.expression.functions import call
from auditor.languages.yaml import Scalar
from auditor.model.documents import Job
from auditor.model.settings import RunnerGroup, Settings
from auditor.model.uses import UsesKind

GROUPS = "the runner groups (`--settings`)"
"""The setting that decides which machines a label or a group stands for."""


class RunnerKind(Enum):
    """Who runs the machine."""

    HOSTED = "GitHub-hosted"
    SELF_HOSTED = "self-hosted"
    COMPANY = "hosted by a company"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Runner:
    """One runner that a job may get.

    `reason` says why it isn't wholly known, which company's it is, or that the label is GitHub's no more;
    `decided_by` is the setting that would decide. `pools` are the groups, of those in the settings, that
    serve it.
    """

    kind: RunnerKind
    labels: tuple[str, ...]
    group: str | None = None
    reason: str = ""
    decided_by: str | None = None
    pools: tuple[RunnerGroup, ...] = ()
    is_whole: bool = True
    """Every label, and the group, is known."""
    begun: tuple[str, ...] = ()
    """What labels begin with whose end isn't known."""

    @property
    def gpu(self) -> bool:
        """Whether a label or the group speaks of an accelerator."""
        return any(GPU.search(name) for name in (*self.labels, *self.begun, self.group or ""))

    @property
    def is_ephemeral(self) -> bool:
        """Whether it takes one job, by the settings."""
        return bool(self.pools) and all(pool.ephemeral for pool in self.pools)

    @property
    def name(self) -> str:
        """The labels and the group, as a person would say them."""
        said = ", ".join((*self.labels, *(f"{text}…" for text in self.begun)))
        if self.group is None:
            return said
        return f"{said} in group {self.group}" if said else f"group {self.group}"

    @property
    def machine(self) -> str:
        """The machine in words, for a trace."""
        return f"the machine behind `{self.name}`" if self.name else "the machine that is chosen at run time"


class Runners:
    """Resolves `runs-on`."""

    def __init__(self, values: KnownValues) -> None:
        self._values = values
        self._pools = _Pools(values.settings)
        self._fixed: dict[Job, tuple[Runner, ...]] = {}

    def of(
        self, job: Job, path: Path | None = None, contexts: EntryContexts | None = None
    ) -> tuple[Runner, ...]:
        """Each runner that the job may get, on that path if one is given."""
        if job.runs_on is None:
            return ()
        scope = ValueScope(job, path.calls if path else (), contexts, self._values)
        written = (*job.runs_on.labels, *((job.runs_on.group,) if job.runs_on.group else ()))
        fixed = self.fixed(job)
        if fixed is not None:
            return fixed
        found = (
            self._pools.runner(labels)
            for lookup in scope.lookups(written)
            for labels in _label_sets(scope, job.runs_on.labels, job.runs_on.group, lookup)
        )
        runners = tuple(scope.first(dict.fromkeys(found)))
        if scope.is_fixed(written):
            self._fixed[job] = runners
        return runners

    def fixed(self, job: Job) -> tuple[Runner, ...] | None:
        """The runners of a job that are the same on every path, once they were looked up."""
        return self._fixed.get(job)

    def named_elsewhere(
        self, job: Job, path: Path, contexts: EntryContexts
    ) -> Iterator[tuple[Runner, Location]]:
        """Each self-hosted or GPU runner that a job names to another repository's workflow, and where.

        Which input chooses the runner there, and for which jobs, isn't known: the kind is unknown.
        """
        if job.uses is None or job.uses.kind is not UsesKind.REMOTE:
            return
        scope = ValueScope(job, path.calls, contexts, self._values)
        for entry in job.inputs:
            if not isinstance(entry.value, Scalar) or not INPUT.fullmatch(entry.key.value):
                continue
            lookups = scope.lookups([entry.value])
            values = [value for lookup in lookups for value in scope.texts(entry.value, lookup)]
            for labels in dict.fromkeys(_as_labels(_from_json(value)) for value in values):
                found = self._pools.runner(labels)
                if found.gpu or found.kind is RunnerKind.SELF_HOSTED:
                    reason = f"`{found.name}` is named to `{job.uses.text}`, which wasn't opened"
                    yield replace(found, kind=RunnerKind.UNKNOWN, reason=reason), entry.value.location


@dataclass(frozen=True, slots=True)
class _Labels:
    """What a `runs-on` evaluates to. `unknown` stands for the part that isn't known, which `begun` begins."""

    labels: tuple[str, ...] = ()
    group: str | None = None
    unknown: UnknownValue | None = None
    begun: tuple[str, ...] = ()

    def beside(self, other: _Labels) -> _Labels:
        group = self.group if self.group is not None else other.group
        labels, begun = (*self.labels, *other.labels), (*self.begun, *other.begun)
        return _Labels(labels, group, self.unknown or other.unknown, begun)


class _Pools:
    """Which machines labels stand for, by GitHub's table and by what the settings say of groups."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._groups = settings.runner_groups or ()

    def runner(self, wanted: _Labels) -> Runner:
        """The runner that has all the labels, and is in the group, if one is named."""
        named = {label.lower() for label in wanted.labels}
        whole = wanted.unknown is None
        runner = Runner(RunnerKind.UNKNOWN, wanted.labels, wanted.group, is_whole=whole, begun=wanted.begun)
        pools = self._groups_with(named, wanted.group) if whole else ()
        if any(text.lower().startswith(SELF_HOSTED) for text in (*named, *wanted.begun)):
            own = tuple(pool for pool in pools if not pool.hosted)
            reason = wanted.unknown.reason if wanted.unknown else ""
            return replace(runner, kind=RunnerKind.SELF_HOSTED, reason=reason, pools=own)
        if pools and (wanted.group is not None or not named <= HOSTED):
            return _in_groups(runner, pools)
        if wanted.group is not None:
            reason = f"the group `{wanted.group}` may hold self-hosted runners"
            return replace(runner, reason=reason, decided_by=GROUPS)
        company = _company(runner)
        if company is not None:
            return replace(runner, kind=RunnerKind.COMPANY, reason=company, decided_by=GROUPS)
        if wanted.unknown is not None:
            return replace(runner, reason=wanted.unknown.reason, decided_by=wanted.unknown.decided_by)
        if named <= HOSTED:
            return replace(runner, kind=RunnerKind.HOSTED, reason=self._retirement(named))
        return _by_name(runner)

    def _groups_with(self, labels: set[str], group: str | None) -> tuple[RunnerGroup, ...]:
        """The known groups that may run a job with those labels."""
        name = GROUP_OWNERS.sub("", group, count=1).lower() if group is not None else None
        if name is not None:
            return tuple(pool for pool in self._groups if pool.name.lower() == name)
        return tuple(
            pool
            for pool in self._groups
            if pool.labels and labels <= {*map(str.lower, pool.labels), SELF_HOSTED}
        )

    def _retirement(self, labels: set[str]) -> str:
        today = self._settings.as_of
        for label in sorted(labels & RETIRED.keys()):
            if today is not None and RETIRED[label] <= today:
                return f"GitHub retired `{label}` on {RETIRED[label].isoformat()}: the job never starts"
        return ""


def _in_groups(runner: Runner, pools: tuple[RunnerGroup, ...]) -> Runner:
    own = tuple(pool for pool in pools if not pool.hosted)
    kind = RunnerKind.SELF_HOSTED if own else RunnerKind.HOSTED
    return replace(runner, kind=kind, pools=own or pools)


def _company(runner: Runner) -> str | None:
    """What says that it is a company's: the first label that isn't GitHub's, or what one begins with."""
    labels = [(label.lower(), label) for label in runner.labels if label.lower() not in HOSTED]
    texts = labels or [(text.lower(), f"{text}…") for text in runner.begun]
    for text, said in texts[:1]:
        prefixes = (name for prefix, name in COMPANIES if text.startswith(prefix))
        name = COMPANY_LABELS.get(text) or next(prefixes, None)
        if name is not None:
            return f"`{said}` looks like a runner of {name}"
    return None


def _by_name(runner: Runner) -> Runner:
    """A runner of which only the labels' names speak."""
    label = next(label for label in runner.labels if label.lower() not in HOSTED)
    if LARGER_STYLE.fullmatch(label):
        reason = f"`{label}` may be a larger runner of GitHub or a self-hosted one"
    else:
        reason = f"no file says whose runner `{label}` is"
    return replace(runner, reason=reason, decided_by=GROUPS)


def _label_sets(
    scope: ValueScope, labels: tuple[Scalar, ...], group: Scalar | None, lookup: Lookup
) -> Iterator[_Labels]:
    """Each set of labels, with the group, under one choice."""
    written = [[_as_labels(value) for value in scope.texts(label, lookup) if value] for label in labels]
    if group is not None:
        written.append([_as_group(value) for value in scope.texts(group, lookup) if value])
    for each in scope.first(product(*written)):
        whole = _Labels()
        for part in each:
            whole = whole.beside(part)
        yield whole


def _as_labels(value: Value | UnknownValue) -> _Labels:
    """What a value of `runs-on` names: a label, a list of them, or an object with `group` and `labels`."""
    match value:
        case str():
            return _Labels((value,))
        case UnknownValue(begun=begun):
            return _Labels(unknown=value, begun=(begun,) if begun else ())
        case Array(items=items):
            texts = tuple(item for item in items if isinstance(item, str))
            return _Labels(texts, unknown=None if len(texts) == len(items) and texts else UnknownValue(LATE))
        case ObjectValue():
            group = value.get("group")
            labels = value.get("labels", None)
            found = _as_labels(labels) if labels is not None else _Labels()
            return found.beside(_as_group(group)) if group is not None else found
    return _Labels(unknown=UnknownValue(LATE))


def _as_group(value: Value | UnknownValue) -> _Labels:
    if isinstance(value, str):
        return _Labels(group=value)
    return _Labels(unknown=value if isinstance(value, UnknownValue) else UnknownValue(LATE))


def _from_json(value: Value | UnknownValue) -> Value | UnknownValue:
    """A list that is written as JSON text, as the list."""
    if not isinstance(value, str) or not value.startswith("["):
        return value
    read = call("fromJSON", [value])
    return read if isinstance(read, Array) else UnknownValue(LATE)
