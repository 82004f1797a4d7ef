"""A privileged run executes or believes what an outsider's run has uploaded.

## Why it matters

A `workflow_run` has this repository's token and secrets, and an artifact of the run before it is whatever
that run's author wanted it to be: a fork's pull request may change the workflow that uploads it. Unpacked
over the workspace it replaces the scripts, packages and configurations that later steps execute. Its text,
written to `GITHUB_ENV`, `GITHUB_PATH` or an output that nothing checks, chooses what later steps do. Put into
a release, a package or an image it is published under your name.

## How to fix

Treat the artifact as text of an attacker: unpack it outside the checkout, check each value, execute nothing
of it. `${{ runner.temp }}` is a good place. What has to be built, build again from the trusted commit.

## Bad

```yaml
name: comment
on:
  workflow_run:
    workflows: [test]
    types: [completed]
permissions:
  pull-requests: write
jobs:
  comment:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4.2.2
      - uses: actions/download-artifact@v4
        with:
          run-id: ${{ github.event.workflow_run.id }}
          github-token: ${{ github.token }}
      - run: ./scripts/comment.sh
```

## Good

```yaml
name: comment
on:
  workflow_run:
    workflows: [test]
    types: [completed]
permissions:
  pull-requests: write
jobs:
  comment:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          run-id: ${{ github.event.workflow_run.id }}
          github-token: ${{ github.token }}
          path: ${{ runner.temp }}/report
      - run: |
          number="$(cat "$RUNNER_TEMP/report/number")"
          [[ "$number" =~ ^[0-9]+$ ]] || exit 1
          ./scripts/comment.sh "$number"
```

## What this rule cannot see

What a program or an action does with a file that it reads: only what is executed by a known tool or by its
path counts, text that a script executes or prints into one of the runner's files, and known programs and
actions that publish a file by its path; files of the workspace only by `./`, `*` or an action's input. A
script that checks a text anywhere is taken to check all of its texts. Artifacts that come in another way
than by a known action, `gh run download`, or an API call and an unpacking program aren't seen, nor is text
that another program than `cat` pipes into a shell, nor what a job hands on to the next.

## References

- https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
- https://codeql.github.com/codeql-query-help/actions/actions-artifact-poisoning-critical/
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Job, Poisoning, Severity, Step, rule


@rule(
    Job,
    id="artifact-poisoning",
    title="An outsider's artifact is executed or believed",
    severity=Severity.HIGH,
    cwe=829,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for each step that downloads; the worst that is done with it decides how bad it is."""
    by_step: dict[Step, list[Poisoning]] = {}
    for found in facts.poisonings.of(job):
        by_step.setdefault(found.on_disk.fetch.step_in_job.top.step, []).append(found)
    for poisonings in by_step.values():
        worst = poisonings[0]
        yield Hit(
            message=f"an artifact that an outsider's run uploaded is fetched, {worst.what}, "
            f"through `{worst.path.entry.event}`",
            at=worst.on_disk.fetch.step_in_job.top.step.location,
            severity=worst.severity,
            confidence=worst.confidence,
            traces=tuple(each.trace() for each in poisonings[:5]),
            job=job.id,
        )
