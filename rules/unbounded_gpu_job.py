"""A job on a GPU machine may hold it for hours, or be started as often as anybody pushes.

## Why it matters

A job that hangs runs for six hours before GitHub ends it, on a card that others wait for. Without
`concurrency`, each push to a pull request starts one more beside those that nobody needs any longer. Both
keep a machine busy by mistake, or on purpose.

## How to fix

Set `timeout-minutes` for the job, and `concurrency` with `cancel-in-progress` for the workflow. Take a
timeout of twice what the job usually needs.

## Bad

```yaml
name: gpu tests
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, a100]
    steps:
      - run: pytest tests/gpu
```

## Good

```yaml
name: gpu tests
on: pull_request
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, a100]
    timeout-minutes: 60
    steps:
      - run: pytest tests/gpu
```

## What this rule cannot see

Limits of the runner, of a scale set, or inside the scripts (`timeout 30m`, pytest's). A timeout of any
length, or that an expression computes, counts as one, and so does a `concurrency` group of each run's own.
GPU machines are known by the words in their labels and groups. A label that isn't surely a self-hosted
runner's is not evaluable.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idtimeout-minutes
- https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Job, RunnerKind, Severity, Verdict, rule

_MANY = frozenset(
    {
        "discussion_comment",
        "issue_comment",
        "issues",
        "merge_group",
        "pull_request",
        "pull_request_target",
        "push",
    }
)
"""Events of which many come, some of them while the job still runs."""


@rule(
    Job,
    id="unbounded-gpu-job",
    title="A GPU job without a timeout or concurrency",
    severity=Severity.LOW,
    cwe=770,
    owasp="CICD-SEC-7",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job, with all that it lacks."""
    company = RunnerKind.COMPANY
    landings = [
        each
        for each in facts.exposures.runner_paths(job)
        if each.runner.gpu and each.runner.kind is not company
    ]
    if job.runs_on is None or not landings:
        return
    worst = landings[0]
    lacks = []
    if job.timeout is None and not (job.steps and all(step.timeout for step in job.steps)):
        lacks.append("may take six hours (no `timeout-minutes`)")
    events = {each.path.entry.event for each in landings if not _takes_turns(each.path.job, each.path.calls)}
    if events & _MANY:
        lacks.append(f"is started by every `{min(events & _MANY)}` (no `concurrency`)")
    if not lacks:
        return
    known = worst.is_known
    yield Hit(
        message=f"the job on `{worst.runner.name}` {' and '.join(lacks)}",
        at=worst.at,
        confidence=Confidence.HIGH if known else Confidence.LOW,
        verdict=Verdict.EXPOSED if known else Verdict.NOT_EVALUABLE,
        traces=tuple(
            each.trace(Hop(HopKind.STEP, "nothing bounds it", job.location)) for each in landings[:3]
        ),
    )


def _takes_turns(job: Job, calls: tuple[Job, ...]) -> bool:
    """Whether a `concurrency` of the job, its callers or their workflows makes runs wait or end."""
    jobs = (*calls, job)
    return any(each.concurrency is not None or each.workflow.concurrency is not None for each in jobs)
