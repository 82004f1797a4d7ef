"""Pull requests from forks of a private repository get its secrets or a token that may write.

## Why it matters

In a private or internal repository everybody who can read it can usually fork it, open a pull request,
and with that change the workflow itself. The settings send the repository's secrets, or a token that may
write, along with such a run: read access has become access to the deploy keys, or write access.

## How to fix

Switch off "Send secrets" and "Send write tokens" to workflows from pull requests of forks. They are under
Settings > Actions > General, and in the organisation's settings.

## Bad

```yaml .github/workflows/ci.yml
name: test
on: pull_request
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: make test
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"visibility": "private", "fork_secrets": true, "fork_write": false}
  }
}
```

## Good

```yaml .github/workflows/ci.yml
name: test
on: pull_request
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make test
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"visibility": "private", "fork_secrets": false, "fork_write": false}
  }
}
```

## What this rule cannot see

Who can read the repository, and whether forking is allowed at all. Environments with reviewers keep their
own secrets back. A run may also wait for an approval, which is a setting of its own and only as good as the
person who gives it. Where no workflow runs on `pull_request`, a fork's pull request can add one.

## References

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#enabling-workflows-for-forks-of-private-repositories
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, Visibility, rule


@rule(
    Repository,
    id="fork-pr-gets-secrets",
    title="Forks' pull requests get secrets",
    severity=Severity.HIGH,
    cwe=668,
    owasp="CICD-SEC-4",
    boundary="secrets",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the first trigger that such a pull request starts."""
    settings = facts.settings
    gets = ["the repository's secrets"] if settings.fork_secrets else []
    gets += ["a token that may write, and an id-token"] if settings.fork_write else []
    if not gets or settings.visibility in (None, Visibility.PUBLIC) or not repository.jobs:
        return
    runs = facts.posture.fork_runs()
    job = runs[0].job if runs else repository.jobs[0]
    at = runs[0].entry.location if runs else job.workflow.location
    what = " and ".join(gets)
    power = Hop(HopKind.POWER, f"{what}, for everybody who can read and fork the repository", at)
    traces = (
        (runs[0].trace(power),) if runs else (facts.posture.trace(job, at, "a fork adds a job", power.note),)
    )
    yield Hit(
        message=f"pull requests from forks of this {settings.visibility.value} repository get {what}",
        at=at,
        traces=traces,
        text="",
    )
