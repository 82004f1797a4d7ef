"""A job runs on a runner that the policy doesn't list.

## Why it matters

A list of approved labels and groups keeps jobs off machines that nobody answers for: a colleague's
workstation that was registered once, a company's service that was tried, a pool of another team. It holds
only where every `runs-on` is on it, and can be read.

## How to fix

Use a runner that the policy lists, or add this one under `runners` in `ci-audit.yml`. Write there only what
somebody looks after.

## Bad

```yaml ci-audit.yml
runners:
  labels: [ubuntu-24.04, self-hosted, gpu-*]
  groups: [release]
```

```yaml .github/workflows/test.yml
name: test
on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, workstation]
    steps:
      - run: pytest
```

## Good

```yaml ci-audit.yml
runners:
  labels: [ubuntu-24.04, self-hosted, gpu-*]
  groups: [release]
```

```yaml .github/workflows/test.yml
name: test
on: push
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: [self-hosted, gpu-a100]
    timeout-minutes: 60
    steps:
      - run: pytest
```

## What this rule cannot see

It is silent without a list under `runners` in the policy (`ci-audit.yml`). GitHub's own labels must be on the
list, too; `*` stands for any characters. Where a job names a group, the group must be listed, and its labels,
which only choose in it, need not be. Runners of another repository's reusable workflow aren't seen. A label
that isn't known (a variable, a script's output) is reported as not evaluable.

## References

- https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idruns-on
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Job, Severity, Trace, Verdict, rule


@rule(
    Job,
    id="unapproved-runner",
    title="A runner that the policy doesn't list",
    severity=Severity.MEDIUM,
    cwe=183,
    owasp="CICD-SEC-7",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job: all that isn't listed, or else what isn't known."""
    approved = facts.policy.runners
    if approved is None or job.runs_on is None:
        return
    paths = facts.reach.into(job)
    runners = dict.fromkeys(runner for path in paths or (None,) for runner in facts.runners(job, path))
    others = []
    for runner in runners:
        if runner.group is not None:
            others += [] if approved.has_group(runner.group) else [f"the group `{runner.group}`"]
        else:
            others += [f"`{label}`" for label in runner.labels if not approved.has_label(label)]
    unknown = [runner.reason for runner in runners if not runner.is_whole]
    if not others and not unknown:
        return
    message = f"{', '.join(dict.fromkeys(others))}: the policy doesn't list it"
    if not others:
        message = f"it isn't known whether the policy lists its runner: {unknown[0]}"
    yield Hit(
        message=message,
        at=job.runs_on.location,
        confidence=Confidence.HIGH if others else Confidence.LOW,
        verdict=Verdict.EXPOSED if others else Verdict.NOT_EVALUABLE,
        traces=(Trace((Hop(HopKind.POWER, "the runner is chosen here", job.runs_on.location),)),),
    )
