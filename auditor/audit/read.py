"""From the files of a repository to its models and facts, and what was wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.cloud.aws import TrustPolicy
from auditor.cloud.google import WorkloadIdentities, joined
from auditor.cloud.relying_parties import read_relying_parties
from auditor.cloud.relying_party import RelyingParty
from auditor.collect.classify import is_terraform
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Coverage, FileCoverage, FileState, Kind
from auditor.facts import Facts
from auditor.finding import Finding, Location, Problem, Stage
from auditor.languages.yaml import parse
from auditor.model.action import read_action
from auditor.model.agent_config import AgentConfig, read_agent_config
from auditor.model.documents import Action, Workflow
from auditor.model.lockfile import Lockfile, read_lockfile
from auditor.model.repository import Repository
from auditor.model.settings import Host, Settings
from auditor.model.snapshot import Snapshot, merged
from auditor.model.workflow import read_workflow
from auditor.source import Source

if TYPE_CHECKING:
    from auditor.cloud.terraform import Terraform


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A repository that is read and not judged yet: its facts, each computed on first use, what was wrong
    with it, and its files by path."""

    collected: CollectedRepository
    facts: Facts
    problems: tuple[Problem, ...]
    sources: Mapping[str, Source]
    files: Mapping[str, FileCoverage]
    notes: Mapping[str, int]


def opened(collected: CollectedRepository, settings: Settings, snapshot: Snapshot | None = None) -> Opened:
    """One repository's models, with all that is known of its settings."""
    total = Total()
    known = completed(settings, collected, snapshot)
    total.problems += _without_settings(known, snapshot)
    total.notes.update(_not_readable(known))
    facts = Facts(_model(collected, total), known, collected.policy)
    if facts.repository.terraform:
        total.problems += facts.repository.terraform.problems
    return Opened(collected, facts, tuple(total.problems), total.sources, total.files, total.notes)


def completed(settings: Settings, collected: CollectedRepository, snapshot: Snapshot | None) -> Settings:
    """All settings that are known: from the command line, then from the snapshot, then from git's origin."""
    origin = collected.origin
    name = settings.repository or (str(origin) if origin else None)
    in_snapshot = snapshot.of(name) if snapshot and name else None
    known = merged(replace(settings, repository=name), in_snapshot or Settings())
    return replace(known, host=known.host or (Host.of_url(origin.host) if origin else None))


def _without_settings(known: Settings, snapshot: Snapshot | None) -> Iterator[Problem]:
    if snapshot is None or (known.repository and snapshot.of(known.repository)):
        return
    said = f"says nothing of {known.repository}" if known.repository else "may be of another repository"
    help = "take the snapshot of it" if known.repository else "say which one this is with --repository"
    yield Problem(Stage.SETTINGS, f"the settings file {said}; {help}", Location(snapshot.path))


def _not_readable(known: Settings) -> Iterator[str]:
    for name, needs in known.unreadable.items():
        yield f"setting {name} not readable, which needs {needs}"


@dataclass(slots=True)
class Total:
    """What is known of one repository or of several: findings, problems, files, and what isn't followed."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, FileCoverage] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Total) -> None:
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
            FileCoverage(file.path, file.kind, FileState.PARTIAL, "it has problems")
            if file.state is FileState.AUDITED and file.path in troubled
            else file
            for file in self.files.values()
        )
        return Coverage(tuple(sorted(files, key=lambda file: file.path)), dict(self.notes))


def _model(collected: CollectedRepository, total: Total) -> Repository:
    total.problems += collected.problems
    total.notes.update(collected.notes)
    total.files.update((file.path, file) for file in collected.coverage)
    models: list[object] = []
    terraform = _terraform(collected)
    models += _of_terraform(terraform, total) if terraform else ()
    policies = {model.location for model in models if isinstance(model, TrustPolicy)}
    for file in collected.files:
        path = file.source.path
        if file.kind is Kind.TERRAFORM:
            total.sources[path] = file.source
            total.files[path] = FileCoverage(path, file.kind, FileState.AUDITED)
            continue
        if file.kind is Kind.AGENT_CONFIG and not path.endswith(".toml"):
            total.files[path] = FileCoverage(
                path, file.kind, FileState.NOT_READ, "only config.toml is read yet"
            )
            continue
        read, problems = _read(file)
        # A file that Terraform makes a role of is that role's policy, and read already.
        models += (
            model for model in read if not (isinstance(model, TrustPolicy) and model.location in policies)
        )
        total.problems += problems
        total.sources[path] = file.source
        state = FileState.AUDITED if read or not problems else FileState.UNREADABLE
        reason = "" if state is FileState.AUDITED else problems[0].message
        total.files[path] = FileCoverage(path, file.kind, state, reason)
    lockfiles = [model for model in models if isinstance(model, Lockfile)]
    return Repository(
        prefix=collected.prefix,
        workflows=tuple(model for model in models if isinstance(model, Workflow)),
        actions=tuple(model for model in models if isinstance(model, Action)),
        relying_parties=tuple(_relying_parties(collected, models)),
        agent_configs=tuple(model for model in models if isinstance(model, AgentConfig)),
        lockfile=lockfiles[0] if lockfiles else None,
        terraform=terraform,
    )


def _terraform(collected: CollectedRepository) -> Terraform | None:
    """The Terraform of a repository, which may also read policies that lie in files of their own."""
    files = [file.source for file in collected.files if file.kind is Kind.TERRAFORM]
    if not files:
        return None
    from auditor.cloud.terraform import read_terraform

    own = [source for source in files if is_terraform(source.path)]
    policies = [file.source for file in collected.files if file.kind is Kind.TRUST_POLICY]
    templates = [source for source in files if not is_terraform(source.path)]
    return read_terraform(own, [*policies, *templates])


def _of_terraform(terraform: Terraform, total: Total) -> Iterator[object]:
    """What takes tokens of workflows, as far as Terraform makes it."""
    from auditor.cloud.terraform import read_relying_parties as read_from

    found = read_from(terraform)
    total.problems += found.problems
    yield from found.parties
    yield found.identities


def _relying_parties(collected: CollectedRepository, models: Sequence[object]) -> Iterator[RelyingParty]:
    """All that take tokens of workflows: in files of their own, pieced together, or named by the policy."""
    yield from (model for model in models if isinstance(model, RelyingParty))
    yield from joined(model for model in models if isinstance(model, WorkloadIdentities))
    for publisher in collected.policy.trusted_publishers:
        place = replace(publisher.location, path=collected.prefix + publisher.location.path)
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
