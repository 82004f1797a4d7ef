"""What a runner's group, as the settings have it, does to a path onto its machines.

Source: GitHub docs, "Managing access to self-hosted runners using groups" (read 2026-11). A job whose
group doesn't admit it waits for a runner and is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.entry.entry import Entry
from auditor.facts.entry.gate import Gate, GateKind
from auditor.facts.runner.runners import Runner, RunnerKind
from auditor.finding import Location, Verdict
from auditor.knowledge.platform.events import DefaultCode
from auditor.model.settings import RunnerGroup, Settings, Visibility


def pool_gates(runner: Runner, entry: Entry, at: Location, settings: Settings) -> Iterator[Gate]:
    """The gates of all groups that serve a runner; one that stands open lets the path through.

    Where no group is named, a runner of the repository's own, which belongs to none, may take the job.
    """
    pools = runner.pools
    if not pools or runner.kind is RunnerKind.UNKNOWN:
        return
    named = runner.group is not None
    if all(_shuts_out(pool, entry, settings) for pool in pools):
        names = ", ".join(f"`{pool.name}`" for pool in pools)
        run = "this repository or this workflow's run"
        if named:
            yield Gate(
                GateKind.RUNNER_GROUP,
                f"the runner group {names} doesn't admit {run}",
                at,
                verdict=Verdict.GUARDED,
            )
        else:
            note = f"the runner group {names} doesn't admit {run}; a runner of the repository's own would"
            yield Gate(GateKind.RUNNER_GROUP, note, at, lowers=1)
    elif settings.visibility is None and not any(pool.public_repositories for pool in pools):
        note = "the runner group is closed to public repositories"
        yield Gate(GateKind.RUNNER_GROUP, note, at, lowers=1)
    if runner.is_ephemeral:
        yield Gate(GateKind.EPHEMERAL, "the runner is ephemeral: it takes one job", at, lowers=1)


def _shuts_out(pool: RunnerGroup, entry: Entry, settings: Settings) -> bool:
    """Whether a group surely admits none of the runs that an entry starts."""
    if settings.visibility is Visibility.PUBLIC and not pool.public_repositories:
        return True
    repository = (settings.repository or "").lower()
    if repository and pool.repositories is not None:
        admitted = {name.lower() for name in pool.repositories}
        if repository not in admitted:
            return True
    # A group admits a workflow at a ref; a pull request's run is at none that can be listed.
    theirs = entry.code is DefaultCode.PULL_REQUEST and entry.fork
    return theirs and bool(pool.workflows) and all("@" in each for each in pool.workflows)
