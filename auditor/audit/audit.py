"""The audit of repositories: from their facts through the rules to a report or a map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from auditor import __version__
from auditor.audit.read import Opened, Total, completed, opened
from auditor.collect.classify import refused_workflow
from auditor.collect.collected import CollectedRepository
from auditor.collect.coverage import FileCoverage
from auditor.engine import run as engine
from auditor.engine.rule import Rule
from auditor.facts import Facts
from auditor.facts.boundary import JobBoundary
from auditor.finding import Finding, Problem, Stage
from auditor.languages.shell import Dialect
from auditor.model.reader import short
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
from auditor.model.snapshot import Snapshot
from auditor.model.uses import UsesKind
from auditor.report.map.document import BoundaryMap
from auditor.report.scan.document import Report

MAX_PROBLEMS = 100
"""Problems of one file that are listed; how many more there are is said."""


def audit(
    repositories: Sequence[CollectedRepository],
    settings: Settings,
    rules: Sequence[Rule[Any]],
    snapshot: Snapshot | None = None,
    *,
    guarded: bool = False,
) -> Report:
    """What the rules find in each repository, as one report.

    What `settings` don't say the snapshot does; git's origin says which repository it is. A snapshot that
    says nothing of a repository is a problem. With `guarded`, what a gate holds
    back is reported, too, with that verdict.
    """
    total = Total()
    for collected in repositories:
        total.add(_judged(opened(collected, settings, snapshot), rules, guarded=guarded))
    single = repositories[0] if len(repositories) == 1 else None
    known = completed(settings, single, snapshot) if single else Settings()
    return _report(total, known, single.commit if single else None, rules)


def draw_map(
    repositories: Sequence[CollectedRepository],
    settings: Settings,
    snapshot: Snapshot | None = None,
    *,
    guarded: bool = False,
) -> BoundaryMap:
    """The boundary map of each repository, as one. With `guarded`, what a gate closes is on it, too."""
    total = Total()
    jobs: list[JobBoundary] = []
    for collected in repositories:
        each = opened(collected, settings, snapshot)
        facts = Facts(each.facts.repository, each.facts.settings, guarded=guarded)
        total.problems += [*each.problems, *facts.read_expressions()]
        jobs += facts.boundaries.of_all()
        total.problems += facts.limits.problems
    single = repositories[0] if len(repositories) == 1 else None
    return BoundaryMap(
        version=__version__,
        repository=completed(settings, single, snapshot).repository if single else None,
        commit=single.commit if single else None,
        jobs=tuple(jobs),
        problems=tuple(listed(total.problems)),
    )


def report_on(each: Opened, rules: Sequence[Rule[Any]]) -> Report:
    """What the rules find in one repository."""
    total = _judged(each, rules)
    return _report(total, each.facts.settings, each.collected.commit, rules)


def _judged(each: Opened, rules: Sequence[Rule[Any]], *, guarded: bool = False) -> Total:
    facts, files = each.facts, dict(each.files)
    total = Total([], list(each.problems), files, dict(each.sources), Counter(each.notes))
    total.problems += facts.read_expressions()
    findings, problems = engine.run(rules, facts, total.sources)
    if guarded:
        held_back, more = engine.run_guarded(rules, facts, total.sources, findings)
        findings, problems = findings + held_back, problems + more
    total.findings += findings
    total.problems += problems
    total.problems += facts.limits.problems
    total.notes.update(_not_followed(facts))
    if each.collected.is_whole:
        total.problems += _missing(facts.repository, files)
    return total


def _report(total: Total, known: Settings, commit: str | None, rules: Sequence[Rule[Any]]) -> Report:
    return Report(
        version=__version__,
        repository=known.repository,
        on_github=known.host == Host("github.com"),
        commit=commit,
        rules=tuple(rules),
        findings=tuple(sorted(total.findings, key=_place)),
        problems=tuple(listed(total.problems)),
        coverage=total.coverage(),
        sources=total.sources,
    )


def _missing(repository: Repository, files: Mapping[str, FileCoverage]) -> Iterator[Problem]:
    """Calls of this repository's own workflows that lead nowhere. An action may be made while a job runs."""
    for job in repository.jobs:
        uses = job.uses
        if uses is None or not uses.is_own or repository.callee(uses):
            continue
        if refused_workflow(uses.path) or repository.prefix + uses.path not in files:
            message = f"there is no workflow `{short(uses.path)}` to call"
            yield Problem(Stage.MODEL, message, uses.node.location)


def _not_followed(facts: Facts) -> Counter[str]:
    """What isn't opened or understood by design: no problem, and said."""
    repository = facts.repository
    actions = {step.uses.text for step in repository.steps if step.uses and step.uses.kind is UsesKind.REMOTE}
    callees = {job.uses.text for job in repository.jobs if job.uses and job.uses.kind is UsesKind.REMOTE}
    foreign = [
        step for step in repository.steps if step.run and facts.scripts.dialect(step) is not Dialect.BASH
    ]
    local = {
        step.uses.text
        for step in repository.steps
        if step.uses and step.uses.is_own and not repository.action(step.uses)
    }
    counted = {
        "local actions not in the tree": len(local),
        "remote actions not opened": len(actions),
        "remote workflows not opened": len(callees),
        "scripts in other languages than bash not followed": len(foreign),
    }
    return Counter({note: count for note, count in counted.items() if count})


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.location.path, finding.location.span, finding.rule, finding.message


def listed(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each problem once, in the order of their places; of a file that is wrong all over only the first."""
    unique = dict.fromkeys(problems)
    ordered = sorted(unique, key=lambda problem: (problem.location.path, problem.location.span))
    for _, of_file in groupby(ordered, key=lambda problem: problem.location.path):
        listed = list(of_file)
        yield from listed[:MAX_PROBLEMS]
        if more := listed[MAX_PROBLEMS:]:
            yield replace(more[0], message=f"{len(more):,} more problems of this file are not listed")
