"""A job with secrets runs on the machines that outsiders' code gets onto.

## Why it matters

A self-hosted runner outlives its job. What an outsider's pull request starts on it in the morning (a
process, a changed tool, a Git hook in the workspace's cache) is there when the release runs in the evening,
and takes its secrets, its cloud role or what it publishes. A guard on the trusted job doesn't help: the
machine is the same.

## Bad

```yaml
name: train
on: [pull_request, push]
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v6
      - run: pytest
  publish:
    if: github.event_name == 'push'
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v6
      - run: python push_model.py
        env:
          HF_TOKEN: ${{ secrets.HF_TOKEN }}
```

## Good

```yaml
name: train
on: [pull_request, push]
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, gpu-untrusted]
    steps:
      - uses: actions/checkout@v6
      - run: pytest
  publish:
    if: github.event_name == 'push'
    runs-on: [self-hosted, gpu-release]
    steps:
      - uses: actions/checkout@v6
      - run: python push_model.py
        env:
          HF_TOKEN: ${{ secrets.HF_TOKEN }}
```

## What this rule cannot see

Which machines really carry which labels: two sets that differ may be served by one machine, and one label
by fresh machines. Groups that are told as ephemeral by `--settings` are left out. Where one job names fewer
labels than the other it may get the other's machine: one level less, medium confidence. Jobs that share a
machine across repositories, and labels that aren't known, aren't compared. A job that outsiders' code itself
gets into is left to `self-hosted-fork-code`.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
- https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Job, Severity, rule


@rule(
    Job,
    id="self-hosted-shared",
    title="Trusted and untrusted jobs share a self-hosted runner",
    severity=Severity.HIGH,
    cwe=653,
    owasp="CICD-SEC-5",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for a trusted job: the worst of the others that leave something on its machine."""
    worth = facts.sharing.worth(job)
    found = [
        (shared.exposure.severity(Severity.HIGH).lowered(int(not shared.surely)), shared.surely, shared)
        for shared in (facts.sharing.of(job) if worth else ())
    ]
    if not found:
        return
    severity, surely, worst = max(found, key=lambda each: each[:2])
    other = worst.exposure.path.job
    taken = Hop(HopKind.STEP, f"there is {worth} to take", job.location)
    related = tuple(
        Hop(HopKind.JOB, f"outsiders' code runs in `{each.exposure.path.job.id}`", each.exposure.at)
        for _, _, each in found[:5]
    )
    may = "shares" if surely else "may share"
    yield Hit(
        message=f"with {worth}, it {may} `{worst.landing.runner.name}` with outsiders' code in `{other.id}`",
        at=worst.landing.at,
        severity=severity,
        confidence=Confidence.HIGH if surely else Confidence.MEDIUM,
        traces=(worst.exposure.trace(), worst.landing.trace(taken)),
        related=related,
    )
