"""What is computed once over the model and shared by all rules."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from auditor.facts.agent.codex import Agents
from auditor.facts.boundary import Boundaries
from auditor.facts.cloud.claims import Claims
from auditor.facts.cloud.exchanges import Roles
from auditor.facts.cloud.subject_templates import templates_of
from auditor.facts.code.approvals import Approvals
from auditor.facts.code.outsider_code import Code
from auditor.facts.code.secrets_in_reach import SecretsInReach
from auditor.facts.condition.power_behind import PowersBehind
from auditor.facts.condition.spoofable_actors import SpoofableActors
from auditor.facts.condition.unsound_conditions import UnsoundConditions
from auditor.facts.flow.graph.flow import Flow
from auditor.facts.flow.injection import Injection
from auditor.facts.flow.insecure_commands import InsecureCommands
from auditor.facts.flow.runner_files import RunnerFiles
from auditor.facts.flow.secret_leaks import SecretLeaks
from auditor.facts.flow.secrets.secrets import Secrets
from auditor.facts.flow.text_sinks import TextSinks
from auditor.facts.flow.untrusted_input import UntrustedInputs
from auditor.facts.flow.values.choice import Choices
from auditor.facts.flow.values.resolver import KnownValues
from auditor.facts.flow.values.text_values import TextValues
from auditor.facts.flow.written_credentials import WrittenCredential, written_credentials
from auditor.facts.job.expressions import ExpressionInText, Expressions
from auditor.facts.job.readings import Readings
from auditor.facts.job.scripts import Scripts
from auditor.facts.limits import Limits
from auditor.facts.merge_queue.untested import MergeQueue
from auditor.facts.poisoning.artifacts import Poisonings
from auditor.facts.poisoning.caches import Caches
from auditor.facts.power.call_caps import Caps
from auditor.facts.power.grants import Grants
from auditor.facts.power.job_power import Power
from auditor.facts.power.needs import Needs
from auditor.facts.reach.liveness import Liveness
from auditor.facts.reach.path import Path
from auditor.facts.reach.reach import Reach
from auditor.facts.release.tags import TagReleases
from auditor.facts.runner.containers import Containers
from auditor.facts.runner.exposures import Exposures
from auditor.facts.runner.runners import Runner, Runners
from auditor.facts.runner.shared_groups import SharedGroup, shared_groups
from auditor.facts.runner.sharing import Sharing
from auditor.facts.settings.environments import OpenEnvironment, open_environments
from auditor.facts.settings.posture import Posture
from auditor.facts.supply.pins import Pins
from auditor.facts.untrusted_checkout.persisted_tokens import PersistedTokens
from auditor.facts.untrusted_checkout.races import Races
from auditor.facts.untrusted_checkout.takeovers import Takeovers
from auditor.finding import Problem
from auditor.languages.yaml import Scalar
from auditor.model.documents import Action, Job, Workflow
from auditor.model.permission import Permissions
from auditor.model.policy import Policy
from auditor.model.remainder import without
from auditor.model.repository import Repository
from auditor.model.settings import Settings

if TYPE_CHECKING:
    # Most repositories trust no tokens: the algebra of claims is loaded where one does.
    from auditor.facts.cloud.acceptors import Acceptors
    from auditor.facts.cloud.job_access import JobAccess
    from auditor.facts.cloud.trust import Trust

_NO_POLICY = Policy()


class Facts:
    """The facts of one repository, each computed when it is first used, and documented by the question
    that it answers.

    With `guarded`, ways that a gate closes count as if they were open, with that gate on them.
    """

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        policy: Policy = _NO_POLICY,
        *,
        guarded: bool = False,
    ) -> None:
        self.repository = repository
        self.settings = settings
        self.policy = policy
        self._guarded = guarded
        self.limits = Limits()
        self._expressions = Expressions()

    def live(self) -> Facts:
        """The facts without the jobs and steps that never run: what rules are asked about."""
        dead = Liveness(self.repository, self._expressions, self.reach).dead()
        if not dead:
            return self
        left = Facts(without(self.repository, dead), self.settings, self.policy, guarded=self._guarded)
        left.limits = self.limits
        return left

    @cached_property
    def reach(self) -> Reach:
        """Who gets into a job or to a step."""
        return Reach(self.repository, self.settings, self._expressions, self.limits, guarded=self._guarded)

    @cached_property
    def scripts(self) -> Scripts:
        """Which commands the scripts of steps run."""
        return Scripts(self.limits)

    @cached_property
    def power(self) -> Power:
        """What a job may do."""
        return Power(self._expressions, self.settings)

    @cached_property
    def code(self) -> Code:
        """Whose code a job runs."""
        return Code(
            self.repository,
            self.settings,
            self._expressions,
            self.scripts,
            self._readings,
            self.reach,
            self._flow,
            self.limits,
        )

    @cached_property
    def boundaries(self) -> Boundaries:
        """Who gets where with what: the map of the repository."""
        return Boundaries(self.repository, self.reach, self.code, self.power, self.needs, self.runners)

    @cached_property
    def secrets_in_reach(self) -> SecretsInReach:
        """Which secrets are in reach of a step."""
        return SecretsInReach(self._expressions, self.reach, self.code, self._flow)

    @cached_property
    def takeovers(self) -> Takeovers:
        """Where an outsider's code lies beside power."""
        return Takeovers(
            self.settings,
            self.reach,
            self.code,
            self.power,
            self.secrets_in_reach,
            self._approvals,
            self.untrusted_inputs,
        )

    @cached_property
    def races(self) -> Races:
        """Which approvals don't hold what was approved."""
        return Races(self.reach, self.code, self.takeovers, self.exposures, self._approvals)

    @cached_property
    def poisonings(self) -> Poisonings:
        """What is done with artifacts of an outsider's run."""
        return Poisonings(
            self.reach,
            self.code,
            self.takeovers,
            self.scripts,
            self._runner_files,
            self._expressions,
        )

    @cached_property
    def persisted_tokens(self) -> PersistedTokens:
        """Which checkouts leave a token on disk, and what gets at it."""
        return PersistedTokens(self.reach, self.code, self.takeovers, self.needs, self.limits)

    @cached_property
    def exposures(self) -> Exposures:
        """Whose machines an outsider's code gets onto."""
        approvals = self._approvals
        return Exposures(
            self.reach, self.code, self._runners, self.settings, approvals, guarded=self._guarded
        )

    @cached_property
    def containers(self) -> Containers:
        """What containers get of the machine that they run on."""
        return Containers(self.repository, self.scripts)

    @cached_property
    def injection(self) -> Injection:
        """Whose text becomes part of a script."""
        return Injection(self.reach, self._flow, self.power, self.settings)

    @cached_property
    def secret_leaks(self) -> SecretLeaks:
        """Where secrets leave a job by its log, its files, and what it sends."""
        return SecretLeaks(self._readings, self._flow, self.reach)

    @cached_property
    def text_sinks(self) -> TextSinks:
        """Where scripts let somebody's text do harm."""
        return TextSinks(self._readings, self._flow, self.injection, self.reach)

    @cached_property
    def untrusted_inputs(self) -> UntrustedInputs:
        """What an outsider gets into a job beside code."""
        return UntrustedInputs(self.repository, self._expressions, self._flow)

    @cached_property
    def sharing(self) -> Sharing:
        """Which jobs use the machines that outsiders' code gets onto."""
        return Sharing(self.repository, self.exposures, self.power, self.needs, self.containers)

    @cached_property
    def secrets(self) -> Secrets:
        """Where secrets go."""
        return Secrets(
            self.repository,
            self._expressions,
            self.scripts,
            self._runner_files,
            self.reach,
            self.limits,
        )

    @cached_property
    def agents(self) -> Agents:
        """How Codex is run."""
        choices = Choices(self._expressions, self.limits)
        return Agents(self.repository, choices, self.scripts, self.reach, self._runners, self.limits)

    @cached_property
    def needs(self) -> Needs:
        """Which scopes the steps of a job need."""
        return Needs(self.repository, self._expressions, self.scripts)

    @cached_property
    def grants(self) -> Grants:
        """Which jobs hold a declared scope, and which for nothing."""
        return Grants(self.reach, self.needs)

    @cached_property
    def acceptors(self) -> Acceptors:
        """Which ways lead past the policy of a role."""
        from auditor.facts.cloud.acceptors import Acceptors

        return Acceptors(self.settings, templates_of(self.repository, self.settings))

    @cached_property
    def trust(self) -> Trust:
        """Who else than a role's own jobs gets past its policy."""
        from auditor.facts.cloud.trust import Trust

        return Trust(self.settings, self.acceptors, self.roles, self.claims, self.limits)

    @cached_property
    def job_access(self) -> JobAccess:
        """Which jobs get past the policy of a role, from where, and which don't."""
        from auditor.facts.cloud.job_access import JobAccess

        return JobAccess(self.settings, self.acceptors, self.roles, self.claims, self.limits)

    @cached_property
    def claims(self) -> Claims:
        """Which subjects the id-tokens of jobs have."""
        return Claims(self.reach, self.power, self._expressions, self.settings)

    @cached_property
    def roles(self) -> Roles:
        """Which steps exchange their id-token, and whose policy decides on it."""
        text_values = TextValues(self.repository, self._expressions, self.settings)
        return Roles(self.repository, self._expressions, self.scripts, text_values, self.limits)

    @cached_property
    def spoofable_actors(self) -> SpoofableActors:
        """Which conditions a bot's name opens to outsiders."""
        return SpoofableActors(self._expressions, self._powers_behind)

    @cached_property
    def unsound_conditions(self) -> UnsoundConditions:
        """Which conditions don't mean what they say."""
        return UnsoundConditions(self._expressions, self._powers_behind)

    @cached_property
    def caches(self) -> Caches:
        """Whose code may write the caches that trusted runs restore."""
        return Caches(self.repository, self.settings, self.reach, self.code, self.power, self.needs)

    @cached_property
    def insecure_commands(self) -> InsecureCommands:
        """Where the runner obeys workflow commands that steps print to set variables and paths."""
        return InsecureCommands(self._expressions, self.scripts, self._readings, self.reach)

    @cached_property
    def caps(self) -> Caps:
        """What called workflows request beyond what their callers allow."""
        return Caps(self.repository, self.settings, self.grants)

    @cached_property
    def merge_queue(self) -> MergeQueue:
        """Which workflows leave a merge queue's commit untested."""
        return MergeQueue(self.repository, self.reach, self.settings)

    @cached_property
    def posture(self) -> Posture:
        """Which jobs a setting of the repository decides something for."""
        return Posture(self.repository, self.reach, self.power)

    @cached_property
    def open_environments(self) -> tuple[OpenEnvironment, ...]:
        """Which environments protect nothing, though a job there has something to lose."""
        return tuple(open_environments(self.repository, self.settings, self.power, self.needs))

    @cached_property
    def shared_groups(self) -> tuple[SharedGroup, ...]:
        """Which groups of self-hosted runners serve public repositories beside this one."""
        return tuple(shared_groups(self.repository, self.settings, self.runners))

    @cached_property
    def tag_releases(self) -> TagReleases:
        """Which tags make a release."""
        return TagReleases(self.repository, self.settings, self.reach, self.needs)

    @cached_property
    def pins(self) -> Pins:
        """Which actions may run another commit tomorrow."""
        return Pins(self.settings)

    @cached_property
    def _powers_behind(self) -> PowersBehind:
        return PowersBehind(self.repository, self.reach, self.power, self._runners, self.scripts, self.limits)

    @cached_property
    def _approvals(self) -> Approvals:
        return Approvals(self._expressions, self.reach)

    @cached_property
    def _flow(self) -> Flow:
        return Flow(self.repository, self._expressions, self._readings, self.limits)

    @cached_property
    def _readings(self) -> Readings:
        return Readings(self.scripts, self.limits)

    @cached_property
    def _runner_files(self) -> RunnerFiles:
        return RunnerFiles(self.scripts)

    @cached_property
    def _runners(self) -> Runners:
        return Runners(KnownValues(self._expressions, self._runner_files, self.settings, self.limits))

    def written_credentials(self, file: Workflow | Action) -> tuple[WrittenCredential, ...]:
        """Which credentials are written into a file."""
        return tuple(written_credentials(file))

    def read_expressions(self) -> tuple[Problem, ...]:
        """Parse every expression of the repository; what doesn't parse is a problem."""
        for workflow in self.repository.workflows:
            self._expressions.read_all(workflow)
        for action in self.repository.actions:
            self._expressions.read_all(action)
        return tuple(self._expressions.problems)

    def expressions(self, scalar: Scalar | None) -> tuple[ExpressionInText, ...]:
        """The `${{ }}` expressions in a text."""
        return self._expressions.of(scalar)

    def permissions(self, job: Job) -> Permissions | None:
        """What is declared for a job's token: its own `permissions`, else its workflow's."""
        return self.power.permissions(job)

    def runners(self, job: Job, path: Path | None = None) -> tuple[Runner, ...]:
        """Each runner that a job may get, on that path if one is given."""
        return self._runners.of(job, path, self.reach.contexts(path) if path else None)
