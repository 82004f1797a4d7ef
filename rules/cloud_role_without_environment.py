"""A job without an environment assumes a cloud role, and runs from branches that nobody has to review.

## Why it matters

An environment can require a review, a wait or certain branches before the job gets its token, and the role
can require the environment. Without one the token names the branch only; where the job runs from any branch,
anybody who may push one, or start the workflow on one, can change the job and take the role.

## How to fix

Give the job an environment whose branches are restricted, and accept only that environment's `sub` in the
role. Add reviewers where a person should look at each deployment.

## Bad

```yaml
name: deploy
on:
  workflow_dispatch:
permissions:
  contents: read
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-central-1
```

## Good

```yaml
name: deploy
on:
  workflow_dispatch:
permissions:
  contents: read
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@7474bc4690e29a8392af63c5b98e7449536d5c3a # v4.3.1
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-central-1
```

## What this rule cannot see

- Whether the environment is protected, and whether the role requires it.
- Which branches are protected, unless the settings say so: one that is named counts as such.
- Trust policies outside the tree. One inside that takes no made-up branch closes the path.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Job, Severity, rule


@rule(
    Job,
    id="cloud-role-without-environment",
    title="Cloud role that a job of any branch assumes",
    severity=Severity.MEDIUM,
    cwe=862,
    owasp="CICD-SEC-1",
    boundary="oidc",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a step."""
    if job.environment is not None or not facts.roles.in_job(job):
        return
    for unguarded in facts.job_access.unguarded(job):
        assumption, path = unguarded.assumption, unguarded.path
        power = Hop(HopKind.POWER, f"a session of `{assumption.written}`", assumption.location)
        yield Hit(
            message=f"`{job.id}` assumes a cloud role with no environment, from {unguarded.where}",
            at=assumption.location,
            severity=path.severity(Severity.MEDIUM),
            traces=(path.trace(power),),
            step=assumption.step.label,
        )
