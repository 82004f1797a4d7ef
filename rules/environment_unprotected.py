"""An environment that a deployment goes through has no reviewers and admits every branch.

## Why it matters

`environment: production` looks like a gate. Without reviewers, custom protection rules or a list of branches
it is only a name: anybody who can push a branch can push a workflow that names it, too, and take its secrets,
or the identity that a cloud role ties to it.

## How to fix

Restrict the environment to protected branches and tags, or give it required reviewers. Both are under
Settings > Environments.

## Bad

```yaml .github/workflows/deploy.yml
name: deploy
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
        env:
          DEPLOY_KEY: ${{ secrets.DEPLOY_KEY }}
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"environments": {"production": {"secrets": ["DEPLOY_KEY"]}}}
  }
}
```

## Good

```yaml .github/workflows/deploy.yml
name: deploy
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
        env:
          DEPLOY_KEY: ${{ secrets.DEPLOY_KEY }}
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"environments": {"production": {"secrets": ["DEPLOY_KEY"], "branches": ["main"]}}}
  }
}
```

## What this rule cannot see

Whether the reviewers are good ones, and whether the branches that are listed are protected themselves. A
wait alone is no protection. It is silent where the job has nothing to lose: no secrets, of the
environment or its own, no id-token, nothing that it publishes. A name that is worked out at run time
isn't looked up.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
- https://docs.github.com/en/rest/deployments/environments
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, job_names, rule


@rule(
    Repository,
    id="environment-unprotected",
    title="An environment protects nothing",
    severity=Severity.MEDIUM,
    cwe=284,
    owasp="CICD-SEC-1",
    boundary="release",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit an environment, at the first job that names it and has something to lose."""
    for environment in facts.open_environments:
        first = environment.jobs[0]
        assert first.environment is not None
        assert first.environment.name is not None
        at = first.environment.name.location
        secrets = ", ".join(environment.secrets[:5])
        stake = f"its secrets ({secrets})" if secrets else f"what {job_names(environment.jobs)} may do"
        yield Hit(
            message=f"the environment `{environment.name}` has no reviewers and admits every branch",
            at=at,
            traces=(
                facts.posture.trace(
                    first,
                    at,
                    "nobody has to approve, and a workflow on any branch may name it",
                    f"{stake}, for everybody who can push a branch",
                ),
            ),
            related=tuple(Hop(HopKind.JOB, "and this job", job.location) for job in environment.jobs[1:50]),
            text=environment.name,
            job=first.id,
        )
