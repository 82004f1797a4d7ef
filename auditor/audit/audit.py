"""The audit of repositories: source, tree, model, facts, rules, findings, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.cloud.aws import TrustPolicy
from auditor.cloud.google import WorkloadIdentities, joined
from auditor.cloud.relying_parties import read_relying_parties
from auditor.cloud.relying_party import RelyingParty
from auditor.collect.classify import is_terraform
from auditor.collect.collected import Checkout, CollectedFile
from auditor.collect.coverage import Coverage, FileCoverage, Kind, State
from auditor.engine import run as engine
from auditor.engine.rule import Rule
from auditor.facts import Facts
from auditor.facts.boundary import JobBoundary
from auditor.finding import Finding, Location, Problem, Stage
from auditor.languages.shell import Dialect
from auditor.languages.yaml import parse
from auditor.model.action import read_action
from auditor.model.agent_config import AgentConfig, read_agent_config
from auditor.model.documents import Action, Workflow
from auditor.model.lockfile import Lockfile, read_lockfile
from auditor.model.reader import short
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
from auditor.model.snapshot import Snapshot, merged
from auditor.model.uses import UsesKind
from auditor.model.workflow import read_workflow
from auditor.report.map.document import BoundaryMap
from auditor.report.scan.document import Report
from auditor.source import Source

if TYPE_CHECKING:
    from auditor.cloud.terraform import Terraform

MAX_PROBLEMS = 100
"""Problems of one file that are listed; how many more there are is said."""


def audit(
    checkouts: Sequence[Checkout],
    settings: Settings,
    rules: Sequence[Rule[Any]],
    snapshot: Snapshot | None = None,
    *,
    guarded: bool = False,
) -> Report:
    """What the rules find in each checkout, as one report.

    What `settings` don't say the snapshot does, and whose repository it is the checkout's origin. A
    snapshot that says nothing of a checkout's repository is a problem. With `guarded`, what a gate holds
    back is reported, too, with that verdict.
    """
    total = _Total()
    for checkout in checkouts:
        total.add(_judged(opened(checkout, settings, snapshot), rules, guarded=guarded))
    single = checkouts[0] if len(checkouts) == 1 else None
    known = _completed(settings, single, snapshot) if single else Settings()
    return _report(total, known, single.commit if single else None, rules)


def draw_map(
    checkouts: Sequence[Checkout],
    settings: Settings,
    snapshot: Snapshot | None = None,
    *,
    guarded: bool = False,
) -> BoundaryMap:
    """The boundary map of each checkout, as one. With `guarded`, what a gate closes is on it, too."""
    total = _Total()
    jobs: list[JobBoundary] = []
    for checkout in checkouts:
        each = opened(checkout, settings, snapshot)
        facts = Facts(each.facts.repository, each.facts.settings, guarded=guarded)
        total.problems += [*each.problems, *facts.read_expressions()]
        jobs += facts.boundaries.of_all()
        total.problems += facts.limits.problems
    single = checkouts[0] if len(checkouts) == 1 else None
    return BoundaryMap(
        version=__version__,
        repository=_completed(settings, single, snapshot).repository if single else None,
        commit=single.commit if single else None,
        jobs=tuple(jobs),
        problems=tuple(listed(total.problems)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A checkout that is read and not judged yet: its facts, each computed when it is asked for, what was
    wrong with it, and its files by path."""

    checkout: Checkout
    facts: Facts
    problems: tuple[Problem, ...]
    sources: Mapping[str, Source]
    files: Mapping[str, FileCoverage]
    notes: Mapping[str, int]


def opened(checkout: Checkout, settings: Settings, snapshot: Snapshot | None = None) -> Opened:
    """One checkout's models, with all that is known of its settings."""
    total = _Total()
    known = _completed(settings, checkout, snapshot)
    total.problems += _not_told(known, snapshot)
    total.notes.update(_not_readable(known))
    facts = Facts(_model(checkout, total), known, checkout.policy)
    if facts.repository.terraform:
        total.problems += facts.repository.terraform.problems
    return Opened(checkout, facts, tuple(total.problems), total.sources, total.files, total.notes)


def report_on(each: Opened, rules: Sequence[Rule[Any]]) -> Report:
    """What the rules find in one checkout."""
    total = _judged(each, rules)
    return _report(total, each.facts.settings, each.checkout.commit, rules)


def _judged(each: Opened, rules: Sequence[Rule[Any]], *, guarded: bool = False) -> _Total:
    facts, files = each.facts, dict(each.files)
    total = _Total([], list(each.problems), files, dict(each.sources), Counter(each.notes))
    total.problems += facts.read_expressions()
    findings, problems = engine.run(rules, facts, total.sources)
    if guarded:
        held_back, more = engine.run_guarded(rules, facts, total.sources, findings)
        findings, problems = findings + held_back, problems + more
    total.findings += findings
    total.problems += problems
    total.problems += facts.limits.problems
    total.notes.update(_not_followed(facts))
    if each.checkout.is_whole:
        total.problems += _missing(facts.repository, files)
    return total


def _report(total: _Total, known: Settings, commit: str | None, rules: Sequence[Rule[Any]]) -> Report:
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


def _completed(settings: Settings, checkout: Checkout, snapshot: Snapshot | None) -> Settings:
    """All that is known: what was told by hand, then by the snapshot, then by the checkout's origin."""
    origin = checkout.origin
    name = settings.repository or (str(origin) if origin else None)
    told = snapshot.of(name) if snapshot and name else None
    known = merged(replace(settings, repository=name), told or Settings())
    return replace(known, host=known.host or (Host.of_url(origin.host) if origin else None))


def _not_told(known: Settings, snapshot: Snapshot | None) -> Iterator[Problem]:
    if snapshot is None or (known.repository and snapshot.of(known.repository)):
        return
    said = f"says nothing of {known.repository}" if known.repository else "may be of another repository"
    help = "take the snapshot of it" if known.repository else "say which one this is with --repository"
    yield Problem(Stage.SETTINGS, f"the settings file {said}; {help}", Location(snapshot.path))


def _not_readable(known: Settings) -> Iterator[str]:
    for name, needs in known.unreadable.items():
        yield f"setting {name} not readable, which needs {needs}"


@dataclass(slots=True)
class _Total:
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, FileCoverage] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, other: _Total) -> None:
        """Takes over what another one has."""
        self.findings += other.findings
        self.problems += other.problems
        self.files |= other.files
        self.sources |= other.sources
        self.notes += other.notes

    def coverage(self) -> Coverage:
        """The files' states, once every stage has had its say."""
        troubled = {problem.location.path for problem in self.problems}
        files = (
            FileCoverage(file.path, file.kind, State.PARTIAL, "it has problems")
            if file.state is State.AUDITED and file.path in troubled
            else file
            for file in self.files.values()
        )
        return Coverage(tuple(sorted(files, key=lambda file: file.path)), dict(self.notes))


def _model(checkout: Checkout, total: _Total) -> Repository:
    total.problems += checkout.problems
    total.notes.update(checkout.notes)
    total.files.update((file.path, file) for file in checkout.coverage)
    models: list[object] = []
    terraform = _terraform(checkout)
    models += _of_terraform(terraform, total) if terraform else ()
    policies = {model.location for model in models if isinstance(model, TrustPolicy)}
    for file in checkout.files:
        path = file.source.path
        if file.kind is Kind.TERRAFORM:
            total.sources[path] = file.source
            total.files[path] = FileCoverage(path, file.kind, State.AUDITED)
            continue
        if file.kind is Kind.AGENT_CONFIG and not path.endswith(".toml"):
            total.files[path] = FileCoverage(path, file.kind, State.NOT_READ, "only config.toml is read yet")
            continue
        read, problems = _read(file)
        # A file that Terraform makes a role of is that role's policy, and read already.
        models += (
            model for model in read if not (isinstance(model, TrustPolicy) and model.location in policies)
        )
        total.problems += problems
        total.sources[path] = file.source
        state = State.AUDITED if read or not problems else State.UNREADABLE
        reason = "" if state is State.AUDITED else problems[0].message
        total.files[path] = FileCoverage(path, file.kind, state, reason)
    lockfiles = [model for model in models if isinstance(model, Lockfile)]
    return Repository(
        prefix=checkout.prefix,
        workflows=tuple(model for model in models if isinstance(model, Workflow)),
        actions=tuple(model for model in models if isinstance(model, Action)),
        relying_parties=tuple(_relying_parties(checkout, models)),
        agent_configs=tuple(model for model in models if isinstance(model, AgentConfig)),
        lockfile=lockfiles[0] if lockfiles else None,
        terraform=terraform,
    )


def _terraform(checkout: Checkout) -> Terraform | None:
    """The Terraform of a checkout, which may also read policies that lie in files of their own."""
    files = [file.source for file in checkout.files if file.kind is Kind.TERRAFORM]
    if not files:
        return None
    from auditor.cloud.terraform import read_terraform

    own = [source for source in files if is_terraform(source.path)]
    policies = [file.source for file in checkout.files if file.kind is Kind.TRUST_POLICY]
    templates = [source for source in files if not is_terraform(source.path)]
    return read_terraform(own, [*policies, *templates])


def _of_terraform(terraform: Terraform, total: _Total) -> Iterator[object]:
    """What takes tokens of workflows, as far as Terraform makes it."""
    from auditor.cloud.terraform import read_relying_parties as read_from

    found = read_from(terraform)
    total.problems += found.problems
    yield from found.parties
    yield found.identities


def _relying_parties(checkout: Checkout, models: Sequence[object]) -> Iterator[RelyingParty]:
    """All that take tokens of workflows: in files of their own, pieced together, or told by the policy."""
    yield from (model for model in models if isinstance(model, RelyingParty))
    yield from joined(model for model in models if isinstance(model, WorkloadIdentities))
    for publisher in checkout.policy.trusted_publishers:
        place = replace(publisher.location, path=checkout.prefix + publisher.location.path)
        yield replace(publisher, location=place)


def _read(file: CollectedFile) -> tuple[list[object], list[Problem]]:
    """The models in one file, and what was wrong with it."""
    if file.kind is Kind.AGENT_CONFIG:
        config, problems = read_agent_config(file.source)
        return [config] if config else [], list(problems)
    tree = parse(file.source)
    if file.kind is Kind.TRUST_POLICY:
        found = read_relying_parties(tree)
        identities = [found.identities] if found.identities.providers or found.identities.members else []
        return [*found.parties, *identities], [*tree.problems, *found.problems]
    readers = {Kind.WORKFLOW: read_workflow, Kind.ACTION: read_action, Kind.LOCKFILE: read_lockfile}
    model, problems = readers[file.kind](tree)
    return [model] if model else [], [*tree.problems, *problems]


def _missing(repository: Repository, files: Mapping[str, FileCoverage]) -> Iterator[Problem]:
    """Calls of this repository's own workflows that lead nowhere. An action may be made while a job runs."""
    for job in repository.jobs:
        uses = job.uses
        if uses is None or not uses.is_own or repository.callee(uses):
            continue
        if repository.prefix + uses.path not in files:
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
