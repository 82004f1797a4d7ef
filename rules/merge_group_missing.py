"""A workflow tests pull requests, and the merge queue's commit goes without it.

## Why it matters

A merge queue builds a new commit of the pull request and everything before it, and starts only what
runs on `merge_group`. A required check that doesn't run there is never reported, so the queue waits
until it times out and throws the pull request out. One that isn't required lets two changes that each
passed break the branch together.

## How to fix

Add `merge_group:` to the `on` of the workflow. A required check that never reports on the queue's commit
stops the queue, or isn't required at all.

## Bad

```yaml .github/workflows/ci.yml
name: ci
on:
  pull_request:
  merge_group:
permissions:
  contents: read
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
```

```yaml .github/workflows/tests.yml
name: tests
on: pull_request
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

## Good

```yaml .github/workflows/ci.yml
name: ci
on:
  pull_request:
  merge_group:
permissions:
  contents: read
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
```

```yaml .github/workflows/tests.yml
name: tests
on:
  pull_request:
  merge_group:
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

## What this rule cannot see

Which checks are required, whether the queue is switched on, and which branch it guards: these are
rulesets and settings. With a settings snapshot only required checks count, and are high; a workflow that
starts on any push is silent then, for it runs on the queue's branch. Without one it goes by convention: a
sibling runs on `merge_group`, and this workflow runs for every pull request to a branch that is usually
the default. That is medium and not evaluable. It then leaves out path filters, activity types without
`synchronize`, names that speak of labels, comments, titles and the like, jobs that a job of the same name
stands for in the queue, and workflows that one in the queue calls.

## References

- https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
- https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#merge_group
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Severity, Verdict, Workflow, rule


@rule(
    Workflow,
    id="merge-group-missing",
    title="Checks of pull requests don't run in the merge queue",
    severity=Severity.HIGH,
    cwe=693,
    owasp="CICD-SEC-1",
    boundary="merge-queue",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a workflow, at its `pull_request`."""
    untested = facts.merge_queue.untested(workflow)
    if untested is None:
        return
    checks, sibling, required = untested.checks, untested.sibling, untested.required
    names = ", ".join(f"`{name}`" for name in checks[:3]) + (" and others" if len(checks) > 3 else "")
    sink = Hop(
        HopKind.SINK, "the queue's commit is merged without it, or waits for it", untested.trigger.location
    )
    run = "runs" if len(checks) == 1 else "run"
    beside = f", on which `{untested.sibling_path}` runs" if sibling else ""
    stake = "the queue waits for it in vain" if required else "a required check would stall the queue"
    yield Hit(
        message=f"{names} {run} for pull requests but not on `merge_group`{beside}; {stake}",
        at=untested.trigger.location,
        severity=Severity.HIGH if required else Severity.MEDIUM,
        confidence=Confidence.HIGH if required else Confidence.LOW,
        verdict=Verdict.EXPOSED if required else Verdict.NOT_EVALUABLE,
        traces=tuple(path.trace(sink) for path in untested.paths[:5]),
        related=(Hop(HopKind.ENTRY, "this workflow runs in the queue", sibling.location),) if sibling else (),
    )
