"""Code from forks of people who had one pull request merged runs without an approval.

## Why it matters

In a public repository GitHub can require an approval before the workflows of a pull request from a fork run.
By default only a contributor's first one needs it, so one merged correction of a typing error buys the next
run. With "new to GitHub" an account with some history needs none at all. On a self-hosted machine such a run
is a stranger's code in your network.

## How to fix

Require approval for all external contributors: Settings > Actions > General > Approval for running fork
pull request workflows. Better still, run no code of forks on machines of your own.

## Bad

```yaml .github/workflows/ci.yml
name: train
on: pull_request
permissions:
  contents: read
jobs:
  smoke:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v6
      - run: make smoke
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"visibility": "public", "fork_approval": "first_time_contributors"}
  }
}
```

## Good

```yaml .github/workflows/ci.yml
name: train
on: pull_request
permissions:
  contents: read
jobs:
  smoke:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make smoke
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"visibility": "public", "fork_approval": "all_external_contributors"}
  }
}
```

## What this rule cannot see

An approval is only as good as the person who gives it. `pull_request_target`, comments and `workflow_run`
never wait for one, whatever is set here. Medium is for jobs that a fork's code gets to on a self-hosted
runner; elsewhere GitHub's machines are at stake, so only the laxest value is reported, as low.
`self-hosted-fork-code` reports the same jobs whatever is set.

## References

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#controlling-changes-from-forks-to-workflows-in-public-repositories
"""

from collections.abc import Iterator

from auditor.api import (
    Facts,
    ForkApproval,
    Hit,
    Hop,
    HopKind,
    Repository,
    RunnerKind,
    Severity,
    Visibility,
    rule,
)


@rule(
    Repository,
    id="fork-approval-lax",
    title="Forks' pull requests run without an approval",
    severity=Severity.MEDIUM,
    cwe=284,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the trigger of the first job that matters."""
    approval = facts.settings.fork_approval
    if approval in (None, ForkApproval.ALL_EXTERNAL) or facts.settings.visibility is not Visibility.PUBLIC:
        return
    runs = facts.posture.fork_runs()
    own = [
        path
        for path in runs
        if any(runner.kind is RunnerKind.SELF_HOSTED for runner in facts.runners(path.job, path))
    ]
    if not own and (not runs or approval is ForkApproval.FIRST_TIME):
        return
    path = (own or runs)[0]
    at = path.entry.location
    new = "" if approval is ForkApproval.FIRST_TIME else " who are new to GitHub"
    where = f"on your own machines (`{path.job.id}`)" if own else "on GitHub's machines"
    yield Hit(
        message=f"only first-time contributors{new} need an approval; other forks' code runs {where}",
        at=at,
        severity=Severity.MEDIUM if own else Severity.LOW,
        traces=(path.trace(Hop(HopKind.POWER, f"a run {where} without an approval", at)),),
        text="",
    )
