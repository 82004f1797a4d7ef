"""Runs rules over a repository and turns their hits into findings."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.cloud.relying_party import RelyingParty
from auditor.engine.rule import Rule
from auditor.facts import Facts
from auditor.finding import Finding, Hit, Location, Problem, Severity, Stage, Verdict
from auditor.model.agent_config import AgentConfig
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.source import Source

MAX_FINDINGS = 100
"""Findings of one rule in one file, the most severe; the rest is counted and said."""

MAX_COUNTED = 1000
"""Findings of one rule in one file after which the rule stops, once as many of the worst severity that it
has are found as are listed."""

MAX_LOOKED_AT = 10 * MAX_COUNTED
"""Findings of one rule in one file after which the rule stops whatever it has found."""


@dataclass(slots=True)
class _Run:
    sources: Mapping[str, Source]
    problems: list[Problem] = field(default_factory=list)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    in_files: defaultdict[tuple[str, str], _InFile] = field(default_factory=lambda: defaultdict(_InFile))


@dataclass(slots=True)
class _InFile:
    """What one rule finds in one file. Of each severity no more are kept than are listed."""

    counts: Counter[Severity] = field(default_factory=Counter)
    kept: list[Finding] = field(default_factory=list)
    is_cut_short: bool = False

    def add(self, finding: Finding) -> None:
        self.counts[finding.severity] += 1
        if self.counts[finding.severity] <= MAX_FINDINGS:
            self.kept.append(finding)

    def is_enough(self, worst: Severity) -> bool:
        """Whether what is still to come can't be listed, or is too much to look at."""
        count = self.counts.total()
        return count >= MAX_LOOKED_AT or (count >= MAX_COUNTED and self.counts[worst] >= MAX_FINDINGS)

    def listed(self) -> list[Finding]:
        """The most severe; of equals those that were found first."""
        return sorted(self.kept, key=lambda finding: -finding.severity)[:MAX_FINDINGS]

    def left_out(self, listed: Sequence[Finding]) -> Counter[Severity]:
        """How many of each severity aren't listed."""
        return self.counts - Counter(finding.severity for finding in listed)


def run(
    rules: Sequence[Rule[Any]], facts: Facts, sources: Mapping[str, Source]
) -> tuple[list[Finding], list[Problem]]:
    """What the rules find in the repository of `facts`, and what kept them from looking.

    Jobs and steps that never run are left out. A rule that crashes becomes a problem that names it; the
    other rules and files are not touched.
    """
    facts = facts.live()
    subjects = _subjects(facts.repository)
    state = _Run(sources)
    for rule in rules:
        for subject in subjects[rule.reads]:
            _apply(rule, subject, facts, state)
    findings: list[Finding] = []
    for (rule_id, path), in_file in state.in_files.items():
        listed = in_file.listed()
        findings += listed
        if left_out := in_file.left_out(listed):
            most = "at least " if in_file.is_cut_short else ""
            severities = ", ".join(
                f"{left_out[each]} {each}" for each in reversed(Severity) if left_out[each]
            )
            count = f"{most}{left_out.total()} more findings of {rule_id} in this file"
            message = f"{count} are not listed: {severities}"
            state.problems.append(Problem(Stage.MODEL, message, Location(path)))
    return findings, state.problems


def run_guarded(
    rules: Sequence[Rule[Any]], facts: Facts, sources: Mapping[str, Source], exposed: Sequence[Finding]
) -> tuple[list[Finding], list[Problem]]:
    """What the rules find besides `exposed` where gates that close a path count as open.

    The rules run again. What they find on a path with such a gate is a finding that the gate holds back.
    """
    opened = Facts(facts.repository, facts.settings, facts.policy, guarded=True)
    findings, problems = run(rules, opened, sources)
    known = {(finding.rule, finding.location) for finding in exposed}
    held_back = [
        replace(finding, verdict=Verdict.GUARDED)
        for finding in findings
        if (finding.rule, finding.location) not in known and finding.traces and finding.traces[0].is_closed
    ]
    return held_back, problems


def _subjects(repository: Repository) -> Mapping[type, list[Any]]:
    subjects: defaultdict[type, list[Any]] = defaultdict(list)
    subjects[Repository] = [repository]
    subjects[Workflow] = list(repository.workflows)
    subjects[Job] = list(repository.jobs)
    subjects[Action] = list(repository.actions)
    subjects[Step] = list(repository.steps)
    subjects[RelyingParty] = list(repository.relying_parties)
    subjects[AgentConfig] = list(repository.agent_configs)
    return subjects


def _apply(rule: Rule[Any], subject: Any, facts: Facts, state: _Run) -> None:
    try:
        for hit in rule.check(subject, facts):
            _take(rule, subject, hit, state)
            in_file = state.in_files[rule.id, hit.at.path]
            if in_file.is_enough(rule.severity) and rule.reads is not Repository:
                # What a step, job or file has left to say is about the same file.
                in_file.is_cut_short = True
                break
    except Exception as error:  # noqa: BLE001 - one rule's mistake must not hide what the others find
        where = getattr(subject, "location", None) or Location(getattr(subject, "path", "."))
        message = f"the rule {rule.id} crashed here: {type(error).__name__}: {error}"
        state.problems.append(Problem(Stage.RULE, message, where))


def _take(rule: Rule[Any], subject: Any, hit: Hit, state: _Run) -> None:
    path = hit.at.path
    job, step = _whose(subject)
    job, step = hit.job or job, hit.step or step
    text = hit.text if hit.text is not None else _text(state.sources.get(path), hit.at)
    identity = (rule.id, path, job or "", step or "", text)
    state.seen[identity] += 1
    state.in_files[rule.id, path].add(
        Finding(
            rule=rule.id,
            severity=rule.severity if hit.severity is None else hit.severity,
            confidence=hit.confidence,
            verdict=hit.verdict,
            message=hit.message,
            location=hit.at,
            job=job,
            step=step,
            fingerprint=_fingerprint(*identity, str(state.seen[identity])),
            traces=hit.traces,
            related=hit.related,
            places=hit.places,
            conceals=hit.conceals,
        )
    )


def _whose(subject: Any) -> tuple[str | None, str | None]:
    if isinstance(subject, Job):
        return subject.id, None
    if isinstance(subject, Step):
        return subject.job.id if subject.job else None, subject.label
    return None, None


def _text(source: Source | None, at: Location) -> str:
    if source is None:
        return ""
    start, end = at.span.start, at.span.end
    first = source.line(start.line)
    return first[start.column - 1 : end.column - 1] if start.line == end.line else first[start.column - 1 :]


def _fingerprint(*parts: str) -> str:
    """No line and no index is in it, so a finding keeps its fingerprint when the file grows above it."""
    # A lone surrogate can stand in a file's name.
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]
