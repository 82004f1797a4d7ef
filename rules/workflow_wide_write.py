"""A workflow gives every job a write scope that not every job needs.

## Why it matters

Permissions at the top of a workflow are for all of its jobs. The job that lints or tests runs the most
foreign code (dependencies, plugins, build scripts) and needs the least; with the scope of its neighbour
it can push, comment, or publish in the neighbour's name.

## How to fix

Move the write scope from the top of the workflow to the job that needs it. At the top stays `contents:
read`, or `{}`.

## Bad

```yaml
name: docs
on:
  push:
    branches: [main]
permissions:
  contents: read
  issues: write
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: pip install ruff && ruff check .
  report:
    needs: lint
    runs-on: ubuntu-latest
    steps:
      - run: gh issue create --title "lint is clean again" --body ""
        env:
          GH_TOKEN: ${{ github.token }}
```

## Good

```yaml
name: docs
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: pip install ruff && ruff check .
  report:
    needs: lint
    runs-on: ubuntu-latest
    permissions:
      issues: write
    steps:
      - run: gh issue create --title "lint is clean again" --body ""
        env:
          GH_TOKEN: ${{ github.token }}
```

## What this rule cannot see

What an unknown action or script does with the token it gets: a job that runs one counts as needing the
scope. A job counts as not needing it where all of its actions and commands are known, or can't get hold
of the token. A map that writes everything is `write-all` in other words, and no scope of it is reported here.

## References

- https://docs.github.com/en/actions/tutorials/authenticate-with-github_token
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Severity, Workflow, job_names, rule


@rule(
    Workflow,
    id="workflow-wide-write",
    title="Every job gets a write scope that few need",
    severity=Severity.MEDIUM,
    cwe=272,
    owasp="CICD-SEC-5",
    boundary="permissions",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a scope, at its line."""
    if len(workflow.jobs) < 2:
        return
    for holding in facts.grants.of(workflow):
        if not holding.is_wide:
            continue
        who = "no job needs it"
        if holding.unsure:
            who = f"{job_names((*holding.needing, *holding.unsure))} may need it"
        elif holding.needing:
            who = f"only {job_names(holding.needing)} need{'s' if len(holding.needing) == 1 else ''} it"
        yield Hit(
            message=f"`{holding.grant.scope}: write` for the whole workflow reaches "
            f"{job_names(holding.idle)} for nothing; {who}",
            at=holding.grant.location,
            severity=holding.severity(Severity.MEDIUM),
            confidence=Confidence.HIGH if holding.needing else Confidence.MEDIUM,
            traces=holding.traces(),
        )
