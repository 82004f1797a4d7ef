"""A sweep for the page: an organisation with findings of real rules, of any size, the same each time."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from auditor.engine import registry
from auditor.facts.boundary import PowerKind
from auditor.finding import Severity
from auditor.model.settings import Visibility
from auditor.report.map.document import WORDS
from auditor.report.sweep.document import (
    Outcome,
    Standing,
    Sweep,
    SweptFinding,
    SweptRepository,
    TrendPoint,
)

COPIED = 0.6
"""The share of findings that lie in workflows which repositories have copied from one another."""

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WORK = [
    "api",
    "web",
    "billing",
    "search",
    "ledger",
    "auth",
    "mail",
    "docs",
    "infra",
    "train",
    "mobile",
    "sdk",
]
KINDS = ["service", "client", "worker", "images", "charts", "action", "notebooks", "gateway"]
FILES = ["ci", "release", "deploy", "nightly", "docs", "e2e", "triage", "train-model", "publish"]
JOBS = ["build", "test", "deploy", "publish", "greet", "label", "integration", "gpu-test"]
REASONS = {
    Outcome.SKIPPED: ["archived", "disabled", "empty", "nothing to audit"],
    Outcome.FAILED: [
        "the tree is larger than GitHub lists",
        "timed out after 3 tries",
        "went away meanwhile",
    ],
    Outcome.NOT_VERIFIABLE: ["the token may not read its contents"],
}
SETTINGS = {
    "actions/permissions/workflow": "Administration: read",
    "environments": "Actions: read",
    "rulesets": "Metadata: read",
}
NOTES = [
    ("entry", "pull_request_target, by anyone with a GitHub account", None),
    ("gate", "a first-time contributor's run waits for approval", "not evaluable"),
    ("job", "job `{job}` runs with `contents: write`", None),
    ("step", "actions/checkout brings the pull request's head", None),
    ("step", "`npm ci` runs the scripts of that code", None),
    ("power", "token may write contents, packages; secrets NPM_TOKEN, DEPLOY_KEY_{n}", None),
]


@cache
def rules():
    return tuple(registry.load())


def digest(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def trace(chance: random.Random, path: str, job: str, line: int) -> list[dict[str, object]]:
    hops = []
    at = chance.randint(1, 6)
    for kind, note, verdict in NOTES:
        if kind == "gate" and chance.random() < 0.5:
            continue
        hop = {"path": path, "line": at, "kind": kind, "note": note.format(job=job, n=chance.randint(1, 40))}
        hops.append(hop | ({"verdict": verdict} if verdict else {}))
        at += chance.randint(1, 14)
    hops[-1]["line"] = line
    return hops


def document(chance: random.Random) -> dict[str, object]:
    """A finding. Its fingerprint tells of rule, place and text, as the engine's does."""
    weights = [r.severity + 1 for r in rules()]
    rule = chance.choices(rules(), weights)[0]
    job, step = (
        chance.choice(JOBS),
        chance.choice([None, "Install", f"Say hello {chance.randint(1, 9)} times"]),
    )
    path = f".github/workflows/{chance.choice(FILES)}.yml"
    line = chance.randint(8, 180)
    title = rule.title[0].lower() + rule.title[1:]
    message = f"{title}: `github.event.pull_request.title` in job `{job}`, step {chance.randint(1, 40)}"
    return {
        "rule": rule.id,
        "severity": str(rule.severity.lowered(chance.choice([0, 0, 1, 1, 2]))),
        "confidence": chance.choice(["high", "high", "medium", "low"]),
        "verdict": chance.choice(["exposed", "exposed", "exposed", "not evaluable"]),
        "message": message,
        "path": path,
        "line": line,
        "column": 9,
        "end_line": line,
        "end_column": 40,
        "job": job,
        "step": step,
        "fingerprint": digest(rule.id, path, job, step, message)[:32],
        "trace": trace(chance, path, job, line),
    } | ({"other_traces": [[]] * 2} if chance.random() < 0.3 else {})


def organisation(chance: random.Random, count: int) -> Iterator[tuple[int, str, Outcome, str]]:
    outcomes = [
        Outcome.REUSED, Outcome.SCANNED, Outcome.SKIPPED, Outcome.FAILED, Outcome.NOT_VERIFIABLE,
    ]  # fmt: skip
    for number in range(count):
        owner = "acme" if chance.random() < 0.85 else "acme-labs"
        name = f"{owner}/{chance.choice(WORK)}-{chance.choice(KINDS)}-{number}"
        outcome = chance.choices(outcomes, [60, 28, 8, 3, 1])[0]
        yield number, name, outcome, chance.choice(REASONS.get(outcome, [""]))


def standings(chance: random.Random, outcome: Outcome) -> Standing:
    if outcome.is_seen:
        kinds = [Standing.OPEN, Standing.NEW, Standing.FIXED]
        return chance.choices(kinds, [93, 2, 5])[0]
    return Standing.GONE if outcome is Outcome.SKIPPED else Standing.UNSEEN


def build(listed: int = 200, found: int = 1500, **changes: object) -> Sweep:
    """A sweep of so many repositories with so many findings, but for the fields that are given."""
    chance = random.Random(20261124)
    rows = list(organisation(chance, listed))
    owners = [chance.choice(rows) for _ in range(found)] if rows else []
    owners.sort()
    copied = [document(chance) for _ in range(400)]
    all_ = []
    for id, name, outcome, _ in owners:
        seen = NIGHT - timedelta(days=chance.randint(1, 200))
        standing = standings(chance, outcome)
        content = chance.choice(copied) if chance.random() < COPIED else document(chance)
        if not standing.is_open:
            content = content | {"trace": []}
        all_.append(
            SweptFinding(
                repository=name,
                commit=digest("head", id)[:40],
                standing=standing,
                first_seen=NIGHT if standing is Standing.NEW else seen,
                document=content,
            )
        )
    counts: dict[str, Counter[Severity]] = {}
    for each in all_:
        if each.standing.is_open:
            counts.setdefault(each.repository, Counter())[each.severity] += 1
    open_now = Counter(each.severity for each in all_ if each.standing.is_open)
    swept = tuple(repository(chance, *row, counts.get(row[1], Counter())) for row in rows)
    fields: dict[str, object] = {
        "version": "0.1.0",
        "owners": ("acme", "acme-labs"),
        "url": "https://github.com",
        "started": NIGHT,
        "finished": NIGHT + timedelta(minutes=41, seconds=12),
        "previous": NIGHT - timedelta(days=1) + timedelta(minutes=38),
        "identity": "app acme-ci-audit (installation 4711)",
        "tool": digest("tool"),
        "policy": digest("policy"),
        "rules": rules(),
        "repositories": swept,
        "findings": lambda: iter(all_),
        "trend": tuple(trend(chance, open_now, listed)),
        "requests": {"graphql": 214, "core": 1830},
        "seconds": {"list": 61.2, "fetch": 804.0, "scan": 1490.5},
    }
    return Sweep(**(fields | changes))


def repository(
    chance: random.Random, id: int, name: str, outcome: Outcome, reason: str, counts: Counter[Severity]
) -> SweptRepository:
    is_seen = outcome.is_seen
    pairs = [(actor, power.value) for actor in WORDS.values() for power in PowerKind]
    held = chance.sample(pairs, chance.randint(2, 9)) if is_seen else []
    partly = is_seen and chance.random() < 0.03
    problem = {"path": ".github/workflows/old.yml", "line": 3, "stage": "parse", "message": "not YAML: a tab"}
    blind = is_seen and chance.random() < 0.3
    return SweptRepository(
        id=id,
        name=name,
        visibility=chance.choice(list(Visibility)),
        commit=digest("head", id)[:40] if is_seen else None,
        outcome=outcome,
        reason=reason,
        is_first=chance.random() < 0.02,
        findings=dict(counts),
        problems=(problem,) if partly else (),
        not_verified=dict(chance.sample(sorted(SETTINGS.items()), 2)) if blind else {},
        powers={pair: chance.randint(1, 6) for pair in held},
    )


def trend(chance: random.Random, last: Counter[Severity], listed: int) -> Iterator[TrendPoint]:
    for days in range(29, -1, -1):
        grown = 1 + days * 0.012 + chance.random() * 0.03 * bool(days)
        counts = {level: round(last[level] * grown) for level in Severity}
        seen = listed if days != 11 else round(listed * 0.6)
        yield TrendPoint(NIGHT - timedelta(days=days), counts, seen - listed // 10, listed)
