"""A job that declares no permissions gets a token that may write to everything.

## Why it matters

The default of the repository (or of its organisation) is "read and write". A job without `permissions:`
then holds a token that pushes code, publishes packages and changes releases, whatever it really does, and
one bad dependency of a test is enough to use it. Since 2023 the default of new organisations is
read-only; older ones keep what they had until somebody switches it.

## How to fix

Set the default to read (Settings > Actions > General > Workflow permissions), and declare `permissions` in
the workflow. `permissions: {}` at the top and what each job needs in the job holds whatever the default is.

## Bad

```yaml .github/workflows/ci.yml
name: test
on: push
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"default_token": "write"}
  }
}
```

## Good

```yaml .github/workflows/ci.yml
name: test
on: push
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"default_token": "read"}
  }
}
```

## What this rule cannot see

It reports only where a settings snapshot says what the default is, and only while a job relies on it: where
every job declares its permissions the default does no harm. Pull requests from forks get a read-only token
anyway. What a job that only other workflows call gets is its callers' business.

## References

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository
- https://docs.github.com/en/rest/actions/permissions
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Level, Repository, Severity, rule


@rule(
    Repository,
    id="default-token-writes",
    title="The default token may write",
    severity=Severity.MEDIUM,
    cwe=276,
    owasp="CICD-SEC-5",
    boundary="permissions",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the first job that relies on the default."""
    jobs = facts.posture.on_default_token()
    if facts.settings.default_token is not Level.WRITE or not jobs:
        return
    first = jobs[0]
    who = f"{len(jobs)} jobs declare" if len(jobs) > 1 else f"the job `{first.id}` declares"
    yield Hit(
        message=f"the default token may write to everything, and {who} no `permissions`",
        at=first.location,
        traces=(
            facts.posture.trace(
                first,
                first.location,
                "the repository's default token may read and write",
                "a token that may write to everything that a token may write to",
            ),
        ),
        related=tuple(Hop(HopKind.JOB, "and this one", job.location) for job in jobs[1:50]),
        text="",
    )
