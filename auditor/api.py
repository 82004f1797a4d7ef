"""The whole contract for the author of a rule: what a rule may import, and nothing else."""

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
    places,
    whose,
)
from auditor.facts.agent import CodexRun, FullAccess
from auditor.facts.pin import UnpinnedAction
from auditor.facts.poisoning import Poisoning
from auditor.facts.race import Race
from auditor.facts.takeover import Takeover
from auditor.facts.told import opening_hit, shown
from auditor.finding import Confidence, Hit, Hop, HopKind, Location, Severity, Trace, Verdict
from auditor.model.action import Action, ActionKind
from auditor.model.agent_config import AgentConfig
from auditor.model.permission import Grant, Level, Permissions
from auditor.model.relying_party import RelyingParty
from auditor.model.repository import Repository
from auditor.model.settings import ForkApproval, Settings, Visibility
from auditor.model.step import Step
from auditor.model.trigger import InputType, Trigger
from auditor.model.uses import Uses, UsesKind
from auditor.model.workflow import Container, Environment, Job, RunsOn, Workflow
from auditor.rule import Rule, rule
from auditor.tree import Entry, Mapping, Node, Scalar, Sequence
from auditor.trust.acceptor import Effect

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
    "Entry",
    "Environment",
    "Expansion",
    "Facts",
    "Flaw",
    "ForkApproval",
    "FullAccess",
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
    "places",
    "rule",
    "shown",
    "whose",
]
