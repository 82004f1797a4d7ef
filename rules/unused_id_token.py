"""A job may request an id-token, and nothing in it does.

## Why it matters

An id-token is the job's identity: clouds and package registries that trust this repository give out
credentials for it. Every step of the job can request one, without a secret and without a trace in the file.
Where no step needs it, only an attacker ever will.

## How to fix

Remove `id-token: write` from the job. A job that needs it later declares it itself.

## Bad

```yaml
name: test
on: [push]
permissions:
  contents: read
  id-token: write
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: pip install -e .[test] && pytest
```

## Good

```yaml
name: test
on: [push]
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: pip install -e .[test] && pytest
```

## What this rule cannot see

Whether an unknown action, a script of the repository or a workflow of another repository requests an
id-token: with one of these in the job the rule is silent. Tests and builds by well-known tools count as not
requesting one; a test suite that logs in to a cloud by itself has to be waived. `write-all` holds an id-token
among everything else, and isn't reported here.

## References

- https://docs.github.com/en/actions/concepts/security/openid-connect
- https://docs.github.com/en/actions/reference/security/oidc
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Severity, Workflow, job_names, rule


@rule(
    Workflow,
    id="unused-id-token",
    title="An id-token that nothing uses",
    severity=Severity.MEDIUM,
    cwe=272,
    owasp="CICD-SEC-5",
    boundary="oidc",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a grant."""
    for holding in facts.grants.of(workflow):
        if holding.grant.scope != "id-token" or not holding.is_unused:
            continue
        # A called workflow that drops the grant keeps it from every step today.
        worst = Severity.MEDIUM if holding.idle else Severity.LOW
        jobs = job_names(holding.without_use)
        yield Hit(
            message=f"`id-token: write` for {jobs}, where no step requests an id-token",
            at=holding.grant.location,
            severity=holding.severity(worst),
            traces=holding.traces(),
            job=holding.job.id if holding.job else None,
        )
