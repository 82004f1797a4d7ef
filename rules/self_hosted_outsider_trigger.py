"""An outsider can start a job on a machine of yours, with text or artifacts of their own.

## Why it matters

The code is yours, but the moment, the number of runs and the words are an outsider's. On a self-hosted runner
a job works beside what other jobs left, so a script that handles their text or artifact a little wrongly
gives them the machine, and not a throw-away one; and a comment a second keeps a GPU host busy for free.

## How to fix

Let only members start the job: check `author_association`, or start it from a label that only they can set.
Pass text of the event through `env`.

## Bad

```yaml
name: benchmark on demand
on: issue_comment
permissions:
  contents: read
jobs:
  bench:
    if: startsWith(github.event.comment.body, '/bench')
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v6
      - run: python bench.py "$REQUEST"
        env:
          REQUEST: ${{ github.event.comment.body }}
```

## Good

```yaml
name: benchmark on demand
on: issue_comment
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  bench:
    if: >-
      startsWith(github.event.comment.body, '/bench')
      && contains(fromJSON('["OWNER", "MEMBER", "COLLABORATOR"]'), github.event.comment.author_association)
    runs-on: [self-hosted, gpu]
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python bench.py "$REQUEST"
        env:
          REQUEST: ${{ github.event.comment.body }}
```

## What this rule cannot see

Whether a step checks who started it: a check outside the `if:` counts as none. Text that a script fetches
from GitHub itself. It is high where an outsider's text or artifact goes into a step or an `env`, medium where
they only start the job, and not evaluable where the label may be anybody's machine. Where their code runs
there as well, `self-hosted-fork-code` says so, and this rule is silent.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
- https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from collections.abc import Iterator

from auditor.api import (
    Actor,
    Confidence,
    Facts,
    Hit,
    Job,
    RunnerKind,
    Severity,
    Verdict,
    rule,
)


@rule(
    Job,
    id="self-hosted-outsider-trigger",
    title="An outsider can start a job on a self-hosted runner",
    severity=Severity.HIGH,
    cwe=284,
    owasp="CICD-SEC-4",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job: the way in that gives most, onto the runner that is most surely self-hosted."""
    if job.runs_on is None or facts.exposures.of(job):
        return
    found = []
    for landing in facts.exposures.runner_paths(job):
        if landing.path.entry.starter is Actor.OUTSIDER and landing.runner.kind is not RunnerKind.COMPANY:
            intake = facts.untrusted_inputs.into(landing.path)
            severity = landing.severity(Severity.HIGH if intake else Severity.MEDIUM)
            found.append((landing.is_known, severity, landing, intake))
    if not found:
        return
    known, severity, worst, intake = max(found, key=lambda each: each[:2])
    where = f"the self-hosted runner `{worst.runner.name}`"
    if not known:
        where = f"a runner that may be self-hosted ({worst.runner.reason})"
    what = "with their text or artifact" if intake else "as often as they like"
    yield Hit(
        message=f"an outsider can start a job on {where} through `{worst.path.entry.event}`, {what}",
        at=worst.at,
        severity=severity if known else min(severity, Severity.LOW),
        confidence=Confidence.HIGH if known else Confidence.LOW,
        verdict=Verdict.EXPOSED if known else Verdict.NOT_EVALUABLE,
        traces=tuple(each.trace(*([hop] if hop else [])) for _, _, each, hop in found[:5]),
    )
