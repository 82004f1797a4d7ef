"""Codex keeps the runner user's rights, and with them the key.

## Why it matters

The action's proxy holds the API key in memory, and the user of GitHub's runners may become root without
a password. `safety-strategy: unsafe` changes nothing about that, so a command of the model reads the
key and the secrets of other steps out of memory. `read-only` forces a sandbox that may read the whole
disk and leaves sudo in place; the vendor's own example dumps the key that way. `drop-sudo`, the default,
takes the right away for the rest of the job.

## How to fix

Set `safety-strategy: drop-sudo`, or `unprivileged-user` with a user that can't read the key. `unsafe` is
only for Windows, where nothing else works; let no outsider's text reach it there.

## Bad

```yaml
name: review
on: pull_request
permissions:
  contents: read
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: openai/codex-action@v1
        with:
          openai-api-key: ${{ secrets.OPENAI_API_KEY }}
          sandbox: workspace-write
          safety-strategy: unsafe
          prompt: Review the change
```

## Good

```yaml
name: review
on: pull_request
permissions:
  contents: read
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: openai/codex-action@a26d2d4d8b78a694338b8e3715c3630254340b2c # v1
        with:
          openai-api-key: ${{ secrets.OPENAI_API_KEY }}
          sandbox: read-only
          safety-strategy: drop-sudo
          prompt: Review the change
```

## What this rule cannot see

Whether the user of a self-hosted runner may become root: `read-only` is silent there. On Windows the
action takes no strategy but `unsafe`, so that is medium and the advice is another runner. A strategy
that an expression chooses by the runner's system is silent. Up to v1.11 `drop-sudo` leaves the `docker`
group, and up to v1.8 it does nothing without `openai-api-key`; neither is reported here.

## References

- https://github.com/openai/codex-action#safety-strategy
- https://github.com/openai/codex-action/blob/main/docs/security.md
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Severity, Step, Trace, Verdict, rule


@rule(
    Step,
    id="codex-unsafe-strategy",
    title="Codex runs with the rights that reach the key",
    severity=Severity.HIGH,
    cwe=250,
    owasp="CICD-SEC-5",
    boundary="agents",
    since="0.1.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a step, at the strategy."""
    for run in facts.agents.codex(step):
        ways = facts.agents.ways(run)
        strategy = run.strategy
        if strategy is None or not (ways or run.is_offered):
            continue
        windows, sudo = facts.agents.on_windows(run), facts.agents.may_use_sudo(run)
        if strategy.usual == "unsafe" and windows:
            severity, why = (
                Severity.MEDIUM,
                "`unsafe`, the only strategy on Windows, guards nothing: use a Linux runner",
            )
        elif strategy.usual == "unsafe":
            severity, why = Severity.HIGH, "`unsafe` leaves Codex every right of the runner's user"
        elif strategy.usual == "read-only" and not windows and sudo is not False:
            severity, why = (
                Severity.MEDIUM,
                "`read-only` leaves sudo in place, so the key can be read from memory",
            )
        else:
            continue
        known = strategy.usual == "unsafe" or sudo is True
        here = Hop(HopKind.STEP, "Codex runs here as the runner's user", step.location)
        power = Hop(
            HopKind.POWER, "the API key in the proxy's memory, and what other steps hold", strategy.location
        )
        yield Hit(
            message=f"safety-strategy {why}",
            at=strategy.location,
            severity=severity,
            confidence=Confidence.HIGH if known else Confidence.LOW,
            verdict=Verdict.EXPOSED if known else Verdict.NOT_EVALUABLE,
            traces=tuple(way.trace(here, power) for way in ways[:5]) or (Trace((here, power)),),
        )
