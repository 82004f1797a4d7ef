"""The `sub` of the repository's id-tokens doesn't say which repository it is.

## Why it matters

A custom template decides what stands in `sub`, the claim that most trust policies compare. One without
the repository makes the tokens of several repositories alike: with `context` alone, the `main` branch or
the `production` environment of any repository with that template presents the same text. A role that is
meant for this repository then opens to its siblings.

## How to fix

Put `repo` into the `sub` again: set the repository's template to the default, or to keys that begin with
`repo`. Then look at the cloud roles: they must name the repository.

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
    permissions:
      id-token: write
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::111122223333:role/deploy
          aws-region: eu-west-1
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"subject": {"keys": ["context"]}}
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
    permissions:
      id-token: write
    steps:
      - uses: aws-actions/configure-aws-credentials@7474bc4690e29a8392af63c5b98e7449536d5c3a # v4.3.1
        with:
          role-to-assume: arn:aws:iam::111122223333:role/deploy
          aws-region: eu-west-1
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"subject": {"keys": ["repo", "context", "job_workflow_ref"]}}
  }
}
```

## What this rule cannot see

Whether the trust policy checks another claim beside `sub`, `repository_id` say; AWS reads few others. A
template with `job_workflow_ref` names a reusable workflow, which may be just what is trusted: that is
low. The rules on trust policies say which role opens to whom.

## References

- https://docs.github.com/en/actions/reference/security/oidc#customizing-the-subject-claims-for-an-organization-or-repository
- https://docs.github.com/en/rest/actions/oidc
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, rule

_REPOSITORY = frozenset({"repo", "repository", "repository_id"})
"""Claims that name one repository."""


@rule(
    Repository,
    id="oidc-sub-template",
    title="The subject of id-tokens names no repository",
    severity=Severity.MEDIUM,
    cwe=1220,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the first job that may request an id-token."""
    subject = facts.settings.subject
    keys = subject.keys if subject else ()
    jobs = facts.posture.minters()
    if not keys or not jobs or not _REPOSITORY.isdisjoint(keys):
        return
    first = jobs[0]
    made_of = ", ".join(f"`{key}`" for key in keys[:10])
    yield Hit(
        message=f"the `sub` of id-tokens is made of {made_of}, which other repositories can present, too",
        at=first.location,
        severity=Severity.LOW if "job_workflow_ref" in keys else Severity.MEDIUM,
        traces=(
            facts.posture.trace(
                first,
                first.location,
                f"the settings make `sub` of {made_of}",
                "a `sub` that a token of another repository can have as well",
            ),
        ),
        related=tuple(Hop(HopKind.JOB, "and this one", job.location) for job in jobs[1:50]),
        text="",
    )
