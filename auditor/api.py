"""The whole contract for the author of a rule: what a rule may import, and nothing else."""

from auditor.cloud.relying_party import RelyingParty
from auditor.engine.rule import Rule, rule
from auditor.facts import Facts
from auditor.facts.agent.codex import CodexRun, FullAccess
from auditor.facts.cloud.opening_hit import opening_hit, shown
from auditor.facts.condition.power_behind import places
from auditor.facts.condition.unsound_conditions import Flaw, place_in_words
from auditor.facts.entry.gate import GateKind
from auditor.facts.flow.secret_leaks import LeakKind, SecretLeak
from auditor.facts.flow.secrets.sinks import Expansion, Sink, SinkKind
from auditor.facts.flow.text_sinks import TextSink, TextSinkKind
from auditor.facts.poisoning.artifacts import Poisoning
from auditor.facts.power.grants import Blanket, Holding, job_names
from auditor.facts.power.needs import Need, NeedKind
from auditor.facts.reach.path import Path
from auditor.facts.runner.runners import RunnerKind
from auditor.facts.supply.pins import UnpinnedAction
from auditor.facts.untrusted_checkout.races import Race
from auditor.facts.untrusted_checkout.takeovers import Takeover
from auditor.finding import Confidence, Hit, Hop, HopKind, Location, Severity, Trace, Verdict
from auditor.knowledge.platform.events import Actor
from auditor.knowledge.programs.options import Does as OptionPower
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
    "LeakKind",
    "Level",
    "Location",
    "Mapping",
    "Need",
    "NeedKind",
    "Node",
    "OptionPower",
    "Pair",
    "Path",
    "Permissions",
    "Poisoning",
    "Race",
    "RelyingParty",
    "Repository",
    "Rule",
    "RunnerKind",
    "RunsOn",
    "Scalar",
    "SecretLeak",
    "Sequence",
    "Settings",
    "Severity",
    "Sink",
    "SinkKind",
    "Step",
    "Takeover",
    "TextSink",
    "TextSinkKind",
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
