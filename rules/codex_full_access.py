"""Codex runs commands with no sandbox around them.

## Why it matters

With `danger-full-access` every command that the model thinks of runs as the runner's own user, with the
network. It reads the environment, the git credentials and the files of other steps, and can send them
anywhere. One instruction hidden in an issue, a diff or a dependency's documentation is enough, and what
it leaves behind is there for each later step. The bypass argument is worse than the input: it beats
`sandbox` wherever both are written.

## How to fix

Set `sandbox: read-only` or `sandbox: workspace-write` for Codex. A job that needs more runs Codex on text
that only members write, and without secrets.

## Bad

```yaml
name: triage
on:
  issues:
    types: [opened]
permissions:
  contents: read
jobs:
  answer:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: codex exec --sandbox danger-full-access "Read the newest issue and find its cause"
        env:
          CODEX_API_KEY: ${{ secrets.OPENAI_API_KEY }}
```

## Good

```yaml
name: triage
on:
  issues:
    types: [opened]
permissions:
  contents: read
jobs:
  answer:
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
          prompt: Read the checkout and find the cause of the newest failure
```

## What this rule cannot see

Options that a variable or an array of the script holds, a value that a caller hands in, commands in
PowerShell or inside `docker run`, and named profiles of a home directory. `network_access = true` opens
the network only and isn't reported here. An outsider counts where nothing checks who they are: the action
refuses users without write access, unless `allow-users` is `*`, so its own runs are high. That a fork's
`pull_request` has no key is taken for granted. `-c sandbox_mode` in `codex-args` has no effect beside the
`--sandbox` that the action adds, and a second `--sandbox` makes the job fail: both are silent. From v1.12 on
the action refuses the bypass unless the strategy is `unsafe`. `@v1` and `@main` are taken for v1.13, the
release of 2026-10. A committed `.codex/config.toml` counts less, since Codex takes it only from a checkout
that it trusts. A configuration that the job itself writes, such as by a here-document into
`~/.codex/config.toml`, isn't read.

## References

- https://github.com/openai/codex-action/blob/main/docs/security.md
- https://developers.openai.com/codex/security
"""

from collections.abc import Iterator

from auditor.api import (
    CodexRun,
    Confidence,
    Facts,
    FullAccess,
    Hit,
    Hop,
    HopKind,
    Repository,
    Severity,
    Trace,
    Verdict,
    rule,
)


@rule(
    Repository,
    id="codex-full-access",
    title="Codex runs with no sandbox",
    severity=Severity.CRITICAL,
    cwe=250,
    owasp="CICD-SEC-5",
    boundary="agents",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a run of Codex, at the strongest thing that takes the sandbox away; one a configuration."""
    for step in repository.steps:
        for run in facts.agents.codex(step):
            access = facts.agents.full_access(run)
            if access is not None and (facts.agents.ways(run) or run.is_offered):
                yield _run_hit(access, run, facts)
    for config in repository.agent_configs:
        found = facts.agents.configured(config)
        if found is not None:
            yield _config_hit(*found)


def _config_hit(access: FullAccess, follower: CodexRun | None) -> Hit:
    power = Hop(HopKind.POWER, "every command of Codex runs with no sandbox", access.location)
    step = Hop(HopKind.STEP, "Codex runs here and names no sandbox", follower.location) if follower else None
    return Hit(
        message=f"Codex is configured to run with no sandbox: {access.name}",
        at=access.location,
        severity=Severity.LOW if not follower else Severity.MEDIUM if access.unsure else Severity.HIGH,
        confidence=Confidence.MEDIUM if access.unsure else Confidence.HIGH,
        verdict=Verdict.NOT_EVALUABLE if access.unsure else Verdict.EXPOSED,
        traces=(Trace((step, power) if step else (power,)),),
    )


def _run_hit(access: FullAccess, run: CodexRun, facts: Facts) -> Hit:
    ways = facts.agents.ways(run)
    severity = ways[0].severity(Severity.CRITICAL) if ways else Severity.HIGH
    lead, why = "Codex runs with no sandbox", ""
    if access.fails:
        lead, why, severity = (
            "Codex is set to run with no sandbox",
            f"; {access.fails}, so the run fails",
            Severity.MEDIUM,
        )
    elif access.unsure:
        lead, why, severity = "Codex may run with no sandbox", f"; {access.unsure}", severity.lowered()
    elif ways and ways[0].open_to_outsiders:
        why = f"; anyone can start it through `{ways[0].path.entry.event}`"
    step = Hop(HopKind.STEP, "Codex runs here", run.location)
    traces = [
        way.trace(
            step, Hop(HopKind.POWER, f"{facts.power.in_words(way.path)}, and the network", access.location)
        )
        for way in ways[:5]
    ]
    power = Hop(HopKind.POWER, "whatever the job that uses this holds", access.location)
    return Hit(
        message=f"{lead}: {access.name}{why}",
        at=access.location,
        severity=severity,
        confidence=Confidence.MEDIUM if access.unsure else Confidence.HIGH,
        verdict=Verdict.NOT_EVALUABLE if access.unsure or access.fails else Verdict.EXPOSED,
        traces=tuple(traces) or (Trace((step, power)),),
        job=run.step.job.id if run.step.job else None,
        step=run.step.label,
    )
