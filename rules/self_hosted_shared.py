"""A job with secrets runs on the machines that outsiders' code gets onto.

## Why it matters

A self-hosted runner outlives its job. What an outsider's pull request starts on it in the morning (a
process, a changed tool, a Git hook in the workspace's cache) is there when the release runs in the evening,
and takes its secrets, its cloud role or what it publishes. A guard on the trusted job doesn't help: the
machine is the same.

## How to fix

Give the job with secrets a runner group, or a label, of its own that no outsider's code gets onto. Runners
that are new for each job (ephemeral ones) close it as well.

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
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    if: github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, gpu-untrusted]
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: pytest
  publish:
    if: github.event_name == 'push'
    runs-on: [self-hosted, gpu-release]
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python push_model.py
        env:
          HF_TOKEN: ${{ secrets.HF_TOKEN }}
```

## What this rule cannot see

Which machines really carry which labels: two sets that differ may be served by one machine, and one label
by fresh machines. Groups that `--settings` gives as ephemeral are left out. Where one job names fewer labels
than the other it may get the other's machine: one level less, medium confidence. The same label or group that
may be anybody's machine (a scale set's name) is not evaluable, low; one that is named like a larger runner of
GitHub is left out, for that is a fresh machine. Jobs that share a machine across repositories, and labels
that aren't known, aren't compared. There is something to take where a job names a secret, publishes, has
`id-token: write`, or pushes with a declared `contents: write`; a token by the repository's default isn't
counted. A job that outsiders' code itself gets into is left to `self-hosted-fork-code`.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
- https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Severity, Verdict, Workflow, job_names, rule


@rule(
    Workflow,
    id="self-hosted-shared",
    title="Trusted and untrusted jobs share a self-hosted runner",
    severity=Severity.HIGH,
    cwe=653,
    owasp="CICD-SEC-5",
    boundary="self-hosted",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit for the trusted jobs that have the same to lose to the same job: the worst of those there."""
    for meeting in facts.sharing.shared_runners(workflow):
        worst, first = meeting.worst, meeting.jobs[0]
        who = f"each of {job_names(meeting.jobs)}" if len(meeting.jobs) > 1 else "it"
        may = "shares" if worst.surely and worst.is_known else "may share"
        runner = worst.runner_path.runner
        why = "" if worst.is_known else f": {runner.reason}"
        decided = not worst.is_known and runner.decided_by
        with_whom = f"with outsiders' code in `{worst.exposure.path.job.id}`{why}"
        taken = Hop(HopKind.STEP, f"there is {meeting.worth} to take", first.location)
        theirs = (
            Hop(HopKind.JOB, f"outsiders' code runs in `{each.path.job.id}`", each.at)
            for each in meeting.others[:5]
        )
        decides = (Hop(HopKind.GATE, f"decided by {decided}", worst.runner_path.at),) if decided else ()
        own = (Hop(HopKind.JOB, f"so it is for `{job.id}`", job.location) for job in meeting.jobs[1:6])
        yield Hit(
            message=f"with {meeting.worth}, {who} {may} `{runner.name}` {with_whom}",
            at=worst.runner_path.at,
            severity=worst.severity(Severity.HIGH),
            confidence=worst.confidence,
            verdict=Verdict.EXPOSED if worst.is_known else Verdict.NOT_EVALUABLE,
            traces=(worst.exposure.trace(), worst.runner_path.trace(taken)),
            related=(*theirs, *own, *decides),
            job=first.id,
        )
