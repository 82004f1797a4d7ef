"""A credential is written into a workflow or an action.

## Why it matters

Everybody who can read the repository has it, and so has everybody who ever cloned it: history keeps what a
later commit removes. Services' tokens are found by machines within minutes. What is found is never printed
in a report.

## How to fix

Revoke the credential first, then make a new one a secret of the repository or an environment. Removing it
from the file alone changes nothing.

## Bad

```yaml
name: test
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    container:
      image: ghcr.io/acme/tools@sha256:9f2b3a4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708
      credentials:
        username: robot
        password: correct-horse-battery
    steps:
      - run: make test
```

## Good

```yaml
name: test
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    container:
      image: ghcr.io/acme/tools@sha256:9f2b3a4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708
      credentials:
        username: robot
        password: ${{ secrets.REGISTRY_PASSWORD }}
    steps:
      - run: make test
```

## What this rule cannot see

Credentials that look like any other text, but for a registry's password. Passwords of service containers
that only the job reaches are meant to be known. Whether a credential is still valid.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Repository, Severity, Trace, rule


@rule(
    Repository,
    id="hardcoded-credential",
    title="A credential is written into the file",
    severity=Severity.HIGH,
    cwe=798,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a credential; its text is in no part of it."""
    for file in (*repository.workflows, *repository.idle, *repository.actions):
        for found in facts.written_credentials(file):
            yield Hit(
                message=f"{found.what} is written into {found.place}",
                at=found.location,
                severity=Severity.HIGH,
                confidence=Confidence.HIGH,
                traces=(Trace((Hop(HopKind.SINK, f"{found.what} stands here", found.location),)),),
                text=found.what,
                conceals=True,
                job=found.job.id if found.job else None,
            )
