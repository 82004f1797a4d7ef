"""Code that an outsider wrote runs on a machine of yours.

## Why it matters

A self-hosted runner is a machine in your network that usually outlives the job. Code that runs on it can read
what other jobs left there (checkouts, caches, model weights, cloud credentials of the host), change what the
next job executes, and reach what the machine reaches. On `pull_request` the fork's code runs, by the fork's
own copy of the workflow; on `pull_request_target`, `issue_comment` and `workflow_run` a checkout of the pull
request's head does the same with your token and secrets beside it. A GPU host is worth stealing by itself.

## How to fix

Run code of forks on GitHub's runners, and keep your own for branches of this repository. The guard in the
example does that; restrict the runner's group to the workflow as well, since a fork can edit its copy.

## Bad

```yaml
name: train
on: pull_request
permissions:
  contents: read
jobs:
  smoke-train:
    runs-on: [self-hosted, linux, gpu]
    steps:
      - uses: actions/checkout@v6
      - run: python train.py --steps 10
```

## Good

```yaml
name: train
on: pull_request
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  smoke-train:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, linux, gpu]
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python train.py --steps 10
```

## What this rule cannot see

Whether a runner is ephemeral, which repositories its group admits, and whether every outsider's pull
request waits for approval: these are settings, which `--settings` gives; without it the worst is assumed. A
label that is neither GitHub's nor `self-hosted` may be anybody's machine, and so may one that a variable or a
script chooses: that is reported as not evaluable, with what would decide it. Where it looks like one of a
company that hosts runners, the severity is low. Not evaluable, too, is a label for a self-hosted or GPU
runner that a job passes to another repository's reusable workflow, in an input called `runner`, `runs-on` or
the like; other labels that are passed, and other inputs, aren't. A fork's pull request may change the
workflow itself, so a guard in it holds only as long as the runner's group admits no other workflow. A program
that isn't known to execute something of the folder that it works in, nor only to read it, counts as executing
it. A ref is followed through inputs, outputs, variables and this repository's own actions and workflows, and
back to a script that gets the head from `gh`; one that comes from an action known to look heads up, or from
JavaScript that does, is reported as not evaluable. Outputs of other actions aren't followed. A condition on a
needed job's output counts where that is one expression over the event and the job waits for the other's
success. Unless the host is known, a release of `actions/checkout` that refuses forks on github.com is named
as a gate, and the worst is assumed. A label that a job requires approves the commit of its event, and a
member's comment approves what it stands under; whether that may have moved since is `checkout-race`'s.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
- https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Job, RunnerKind, Severity, Verdict, rule

_UNDECIDED = "a checked-out ref that can't be decided"
_RUNS_ON = {
    RunnerKind.SELF_HOSTED: "the self-hosted runner `{name}`, through `{event}`",
    RunnerKind.COMPANY: "a hosting company's machine, through `{event}`: {reason}",
    RunnerKind.UNKNOWN: "a possibly self-hosted runner, through `{event}`: {reason}",
}


@rule(
    Job,
    id="self-hosted-fork-code",
    title="An outsider's code runs on a self-hosted runner",
    severity=Severity.CRITICAL,
    cwe=829,
    owasp="CICD-SEC-4",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job: the strongest way in, onto the runner that is most surely self-hosted."""
    exposures = facts.exposures.of(job)
    if not exposures:
        return
    worst = exposures[0]
    runner = worst.runner
    decided = worst.confidence is not Confidence.LOW
    code = "an outsider's code" if worst.code.confidence is not Confidence.LOW else _UNDECIDED
    where = _RUNS_ON[runner.kind].format(name=runner.name, reason=runner.reason, event=worst.path.entry.event)
    undecided = Severity.LOW if runner.kind is RunnerKind.COMPANY else Severity.MEDIUM
    yield Hit(
        message=f"{code} runs on {where}",
        at=worst.at,
        severity=worst.severity(Severity.CRITICAL if decided else undecided),
        confidence=worst.confidence,
        verdict=Verdict.EXPOSED if decided else Verdict.NOT_EVALUABLE,
        traces=tuple(each.trace() for each in exposures[:5]),
        related=(Hop(HopKind.GATE, f"decided by {runner.decided_by}", worst.at),)
        if runner.decided_by
        else (),
    )
