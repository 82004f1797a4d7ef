"""The whole contract for the author of a rule: what a rule may import, and nothing else."""

from auditor.cloud.relying_party import RelyingParty
from auditor.engine.rule import Rule, rule
from auditor.facts import (
    Actor,
    Blanket,
    Expansion,
    Facts,
    Flaw,
    Holding,
    Need,
    NeedKind,
    RunnerKind,
    Sink,
    SinkKind,
    job_names,
    place_in_words,
    places,
)
from auditor.facts.agent.codex import CodexRun, FullAccess
from auditor.facts.cloud.opening_hit import opening_hit, shown
from auditor.facts.entry.gate import GateKind
from auditor.facts.poisoning.artifacts import Poisoning
from auditor.facts.supply.pins import UnpinnedAction
from auditor.facts.untrusted_checkout.races import Race
from auditor.facts.untrusted_checkout.takeovers import Takeover
from auditor.finding import Confidence, Hit, Hop, HopKind, Location, Severity, Trace, Verdict
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence
from auditor.model.agent_config import AgentConfig
from auditor.model.documents import Action, ActionKind, Container, Environment, Job, RunsOn, Step, Workflow
from auditor.model.permission import Grant, Level, Permissions
from auditor.model.repository import Repository
from auditor.model.settings import ForkApproval, Settings, Visibility
from auditor.model.trigger import InputType, Trigger
from auditor.model.uses import Uses, UsesKind
from auditor.trust.questions.acceptor import Effect

__all__ = [
    "Action",
    "ActionKind",
    "Actor",
    "AgentConfig",
    "Blanket",
    "CodexRun",
    "Confidence",
    "Container",
    "Effect",
    "Environment",
    "Expansion",
    "Facts",
    "Flaw",
    "ForkApproval",
    "FullAccess",
    "GateKind",
    "Grant",
    "Hit",
    "Holding",
    "Hop",
    "HopKind",
    "InputType",
    "Job",
    "Level",
    "Location",
    "Mapping",
    "Need",
    "NeedKind",
    "Node",
    "Pair",
    "Permissions",
    "Poisoning",
    "Race",
    "RelyingParty",
    "Repository",
    "Rule",
    "RunnerKind",
    "RunsOn",
    "Scalar",
    "Sequence",
    "Settings",
    "Severity",
    "Sink",
    "SinkKind",
    "Step",
    "Takeover",
    "Trace",
    "Trigger",
    "UnpinnedAction",
    "Uses",
    "UsesKind",
    "Verdict",
    "Visibility",
    "Workflow",
    "job_names",
    "opening_hit",
    "place_in_words",
    "places",
    "rule",
    "shown",
]
