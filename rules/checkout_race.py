"""What is checked out may be another commit than the one that was approved.

## Why it matters

A label, a reviewer of an environment, or a member's comment says: this pull request may run here. If the
job then fetches the pull request by a name that moves, as `refs/pull/N/head` or its branch, it gets what
lies there when the job starts. The pull request's author waits for the approval and pushes; their new commit
runs with the power, or on the machine, that was meant for the old one. A commit from the payload of the event
that was the approval can't be exchanged.

## How to fix

Check out the commit that was approved, by its SHA from the event, never a branch or `refs/pull/N/merge`.
For a comment, read the head's SHA at the time of the comment and compare it.

## Bad

```yaml
name: integration
on:
  pull_request_target:
    types: [labeled]
permissions:
  contents: write
jobs:
  test:
    if: github.event.label.name == 'safe to test'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4.2.2
        with:
          ref: refs/pull/${{ github.event.number }}/merge
      - run: make integration
```

## Good

```yaml
name: integration
on:
  pull_request_target:
    types: [labeled]
permissions:
  contents: write
jobs:
  test:
    if: github.event.label.name == 'safe to test'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
          ref: ${{ github.event.pull_request.head.sha }}
      - run: make integration
```

## What this rule cannot see

Whether a script compares the commit that it got with the one that was approved, or the time of the last
push with that of the comment. A commit that a step looks up on GitHub counts as one that may have moved: it
is looked up after the approval. Approvals that are neither a label that a job's `if` requires, nor an
environment, nor a check of the commenter's access aren't recognised. A commit that an action looks up, or
JavaScript that compares anything, is not evaluable, and so is a label that may be anybody's machine; the
machine of a company that hosts runners is no gain by itself. Where an outsider needs no approval there is no
race; that is `untrusted-checkout`'s, and on a self-hosted runner `self-hosted-fork-code`'s, which reports
labels and environments there as well.

## References

- https://codeql.github.com/codeql-query-help/actions/actions-untrusted-checkout-toctou-critical/
- https://docs.github.com/en/actions/reference/security/securely-using-pull_request_target
"""

from collections.abc import Iterator

from auditor.api import Facts, GateKind, Hit, Hop, HopKind, Job, Race, Severity, Step, Verdict, rule


@rule(
    Job,
    id="checkout-race",
    title="A checkout that may differ from what was approved",
    severity=Severity.HIGH,
    cwe=367,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for each step that fetches a head; the worst path decides how bad it is."""
    by_step: dict[Step, list[Race]] = {}
    for race in facts.races.of(job):
        by_step.setdefault(race.step.step, []).append(race)
    for races in by_step.values():
        worst = races[0]
        what = "a ref that may move" if worst.is_outsiders else "a ref that can't be decided"
        yield Hit(
            message=f"{what} is fetched after {_approval(worst)}{_where(worst)}, through "
            f"`{worst.path.entry.event}`: it may not be what was approved",
            at=worst.step.step.location,
            severity=worst.severity,
            confidence=worst.confidence,
            verdict=Verdict.EXPOSED if worst.decided else Verdict.NOT_EVALUABLE,
            traces=tuple(race.trace() for race in races[:5]),
            related=tuple(_whose_runner(worst)),
            job=job.id,
        )


def _approval(race: Race) -> str:
    if race.approval.kind is GateKind.ENVIRONMENT:
        return "an environment's approval"
    return "a member's comment" if race.path.entry.comments else "a label"


def _where(race: Race) -> str:
    if race.runner_path is None:
        return ""
    runner = race.runner_path.runner
    if race.runner_path.is_known:
        return f", on the self-hosted runner `{runner.name}`"
    return f", on `{runner.name}`, which may be self-hosted"


def _whose_runner(race: Race) -> Iterator[Hop]:
    """Why it isn't known whose the runner is."""
    found = race.runner_path
    if found is not None and not found.is_known:
        yield Hop(HopKind.GATE, found.runner.reason, found.at, Verdict.NOT_EVALUABLE)
