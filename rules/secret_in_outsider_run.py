"""A secret is in reach of an outsider's code.

## Why it matters

Code that runs in a job can read every variable of it, every file that an earlier step left, and what the
steps after it are given: it can stay behind as a process, or change the programs that they call. So a
secret that stands in the job's `env`, that a login keeps on disk, or that a later step gets as an input
belongs to the author of that code. With the job's token the harm ends with the run; a secret goes on working
from anywhere until somebody rotates it.

## How to fix

Move the secret to a job in which no outsider's code runs. The job with their code hands its result over as
an artifact, and the other treats that as text of an attacker.

## Bad

```yaml
name: preview
on: pull_request_target
permissions: {}
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4.2.2
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: npm ci && npm run build
      - run: ./node_modules/.bin/deploy-preview dist
        env:
          DEPLOY_TOKEN: ${{ secrets.DEPLOY_TOKEN }}
```

## Good

```yaml
name: build
on: pull_request
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: npm ci && npm run build
```

## What this rule cannot see

Secrets that a script fetches from elsewhere (a cloud's secret store), or that lie on a self-hosted
machine. What a script puts into a file before the outsider's code comes is only seen where it looks like a
login or is written to `GITHUB_ENV`. A step before that gets a secret and keeps none is taken to forget it;
an action that isn't known to keep what it is given, too. Whether an environment has reviewers is a setting:
what depends on it is not evaluable.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#using-secrets
- https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Job, Severity, Verdict, rule


@rule(
    Job,
    id="secret-in-outsider-run",
    title="A secret in reach of an outsider's code",
    severity=Severity.CRITICAL,
    cwe=522,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job, where the first of the secrets comes in; the worst path decides how bad it is."""
    found = facts.takeovers.secrets(job)
    if not found:
        return
    worst = found[0]
    first, *others = worst.secrets
    more = f" and {len(others)} more" if others else ""
    code = "an outsider's code" if worst.is_outsiders else "code that may be an outsider's"
    yield Hit(
        message=f"{first.name}{more} is in reach of {code}, through `{worst.path.entry.event}`",
        at=first.location,
        severity=worst.severity,
        confidence=worst.confidence,
        verdict=Verdict.EXPOSED if worst.decided else Verdict.NOT_EVALUABLE,
        traces=tuple(each.trace() for each in found[:5]),
        job=job.id,
    )
