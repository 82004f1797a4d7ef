"""A workflow may approve pull requests, its own author's among them.

## Why it matters

The setting "Allow GitHub Actions to create and approve pull requests" lets a job's token approve. Where a
review is required before merging, anybody who can push a branch can push a workflow with it, let that approve
their pull request, and merge what nobody has read. A bot that only opens pull requests can use an app's token
instead, or one that stands in an environment.

## How to fix

Forbid it: Settings > Actions > General, "Allow GitHub Actions to create and approve pull requests". Where a
workflow must open pull requests, let an App of your own do that, so that a person still has to approve
them.

## Bad

```yaml .github/workflows/ci.yml
name: bump
on:
  schedule:
    - cron: "0 4 * * 1"
permissions:
  contents: write
  pull-requests: write
jobs:
  bump:
    runs-on: ubuntu-latest
    steps:
      - run: ./tools/bump.sh
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"default_branch": "main", "protected_branches": ["main"], "may_approve": true}
  }
}
```

## Good

```yaml .github/workflows/ci.yml
name: bump
on:
  schedule:
    - cron: "0 4 * * 1"
permissions:
  contents: write
  pull-requests: write
jobs:
  bump:
    runs-on: ubuntu-latest
    steps:
      - run: ./tools/bump.sh
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"default_branch": "main", "protected_branches": ["main"], "may_approve": false}
  }
}
```

## What this rule cannot see

How many reviews are required, whether code owners are among them (a token is none), and who may bypass
the rule. It is medium where reviews protect the default branch, and then no job needs the power today: a
branch can add one. Elsewhere it is low, and only reported where a job's token may write to pull requests.
Forks' pull requests get no such token.

## References

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#preventing-github-actions-from-creating-or-approving-pull-requests
- https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-01-Insufficient-Flow-Control-Mechanisms
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Repository, Severity, rule


@rule(
    Repository,
    id="actions-may-approve",
    title="Workflows may approve pull requests",
    severity=Severity.MEDIUM,
    cwe=863,
    owasp="CICD-SEC-1",
    boundary="permissions",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the first job that could approve today, else at the first job."""
    settings = facts.settings
    branch = settings.default_branch
    reviewed = branch is not None and settings.protects_branch(branch) is True
    approvers = facts.posture.approvers()
    candidates = approvers or (repository.jobs if reviewed else ())
    if not settings.may_approve or not candidates:
        return
    job = candidates[0]
    which = f"as the token of `{job.id}` could" if approvers else "as a workflow on any branch could"
    stake = "where a review is required" if reviewed else "and nothing says that a person must, too"
    yield Hit(
        message=f"workflows may approve pull requests, {which}, {stake}",
        at=job.location,
        severity=Severity.MEDIUM if reviewed else Severity.LOW,
        traces=(
            facts.posture.trace(
                job,
                job.location,
                "the settings allow Actions to create and approve pull requests",
                "an approval that counts as a review",
            ),
        ),
        text="",
    )
