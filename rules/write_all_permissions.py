"""A job's token may do everything that a token can do.

## Why it matters

With `write-all` every step, and every dependency that a step installs or runs, can push code, publish
packages, rewrite releases, approve pull requests and request an id-token. One compromised package in a lint
job is then enough. `write-all` also grows: each scope that GitHub adds later is in it. `read-all` can change
nothing, but it reads what the job has no business with, such as security alerts.

## How to fix

Replace `write-all` by the scopes that the job needs: mostly `contents: read`. The finding's path says which
they are where that is known.

## Bad

```yaml
name: nightly
on:
  schedule:
    - cron: "0 3 * * *"
permissions: write-all
jobs:
  benchmark:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: pytest benchmarks
```

## Good

```yaml
name: nightly
on:
  schedule:
    - cron: "0 3 * * *"
permissions:
  contents: read
jobs:
  benchmark:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: pytest benchmarks
```

## What this rule cannot see

What a caller in another repository, or the organisation's settings, take off again. A map amounts to
`write-all` where it writes the nine scopes that tokens have had for years. A `write-all`
that every job overrides is reported as information only: it applies to the next job that is added.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
- https://docs.github.com/en/actions/reference/security/secure-use
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Level, Severity, Workflow, job_names, rule


@rule(
    Workflow,
    id="write-all-permissions",
    title="The token may do everything",
    severity=Severity.HIGH,
    cwe=250,
    owasp="CICD-SEC-5",
    boundary="permissions",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a declaration."""
    for found in facts.grants.blankets(workflow):
        if found.level is Level.READ and not found.jobs:
            continue
        where = f"for the job `{found.job.id}`" if found.job else "for the workflow"
        form = f"`{found.level}-all`" if found.permissions.blanket else "as good as `write-all`"
        who = job_names(found.jobs) or "no job today"
        yield Hit(
            message=f"permissions {where} are {form}; {who} may {found.level} everything",
            at=found.permissions.location,
            severity=found.severity(Severity.HIGH if found.level is Level.WRITE else Severity.MEDIUM),
            traces=found.traces(),
            job=found.job.id if found.job else None,
        )
