"""Text from outside chooses the machine that a job runs on.

## Why it matters

Labels and groups pick the machine. Anybody who writes them can send a job, with its token and secrets, to any
runner that the repository may use: to another team's, to the one beside production, or to a label that no
runner has, where it waits for a day.

## How to fix

Write the runner's label into the workflow, or choose among written labels with an expression. Text from
outside may decide which, and never be the label.

## Bad

```yaml
name: build on request
on: issue_comment
permissions:
  contents: read
jobs:
  pick:
    runs-on: ubuntu-latest
    outputs:
      machine: ${{ steps.read.outputs.machine }}
    steps:
      - id: read
        run: echo "machine=${BODY#/build }" >> "$GITHUB_OUTPUT"
        env:
          BODY: ${{ github.event.comment.body }}
  build:
    needs: pick
    runs-on: ${{ needs.pick.outputs.machine }}
    steps:
      - run: make
```

## Good

```yaml
name: build on request
on: issue_comment
permissions:
  contents: read
jobs:
  build:
    runs-on: ${{ contains(github.event.comment.body, 'arm') && 'ubuntu-24.04-arm' || 'ubuntu-24.04' }}
    steps:
      - run: make
```

## What this rule cannot see

A check of the text in a script before it is passed on. A fork's own `pull_request` may change `runs-on` in
its copy of the workflow anyway, so that is left to `self-hosted-fork-code`. Inputs of a dispatch need write
access, and are meant to choose. Text from an external system's `client_payload` is medium.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idruns-on
- https://docs.github.com/en/actions/reference/security/secure-use#understanding-the-risk-of-script-injections
"""

from collections.abc import Iterator

from auditor.api import Actor, Facts, Hit, Hop, HopKind, Job, Severity, rule

_WRITERS = {
    Actor.OUTSIDER: ("an outsider's", Severity.HIGH),
    Actor.EXTERNAL: ("an external system's", Severity.MEDIUM),
}


@rule(
    Job,
    id="runner-from-untrusted-input",
    title="Untrusted text chooses the runner",
    severity=Severity.HIGH,
    cwe=807,
    owasp="CICD-SEC-1",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job: the text whose author is trusted least."""
    runs_on = job.runs_on
    if runs_on is None or not any(map(facts.expressions, (*runs_on.labels, runs_on.group))):
        return
    found = []
    for path in facts.reach.at_full_power(job):
        for chosen in facts.untrusted_inputs.into_runs_on(path) if path.entry.privileged else ():
            writer, worst = _WRITERS[chosen.author]
            found.append((path.severity(worst), writer, chosen, path))
    if not found:
        return
    severity, writer, chosen, _ = max(found, key=lambda each: each[0])
    traces = tuple(
        path.trace(
            *each.arrival.hops, Hop(HopKind.SINK, f"{each.part.text} chooses the runner", each.part.location)
        )
        for _, _, each, path in found[:5]
    )
    yield Hit(
        message=f"{writer} text `{chosen.arrival.name}` chooses the runner of the job",
        at=chosen.part.location,
        severity=severity,
        traces=traces,
        text=chosen.part.text,
    )
