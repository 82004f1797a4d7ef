"""A job assumes a role whose trust policy can't accept any subject that the job mints.

## Why it matters

The job fails with `Not authorized to perform sts:AssumeRoleWithWebIdentity`, and the quick fix is to widen
the policy until it works. An environment, for one, changes the whole subject: the token of a job that names
one says no branch any more. The finding prints the subject that the job will present.

## How to fix

Make the policy accept the `sub` that the job has, or give the job the environment that the policy names.
`ci-audit trust POLICY` shows both sides.

## Bad

```yaml .github/workflows/deploy.yml
name: deploy
on:
  push:
    branches: [main]
permissions:
  contents: read
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-central-1
```

```json trust.json
{
  "Role": {
    "RoleName": "deploy",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
          },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main"
            }
          }
        }
      ]
    }
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
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@7474bc4690e29a8392af63c5b98e7449536d5c3a # v4.3.1
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-central-1
```

```json trust.json
{
  "Role": {
    "RoleName": "deploy",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
          },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main"
            }
          }
        }
      ]
    }
  }
}
```

## What this rule cannot see

- Policies that no file of the tree holds, unless they are given with `--trust`, and roles whose name comes
  from a secret.
- Names of environments that are computed: they count as any. The default branch's name, unless the settings
  say it.
- A template of subjects, unless the settings or Terraform in the tree say it: else GitHub's own counts.
- Identity providers that don't list the audience, and limits on organisation level.
- What the job does where it is denied: `continue-on-error` may be meant.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, RelyingParty, Severity, rule


@rule(
    RelyingParty,
    id="trust-policy-denies-job",
    title="Job whose role doesn't accept its token",
    severity=Severity.MEDIUM,
    cwe=284,
    owasp="CICD-SEC-5",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a step. One that only some runs fail at is low."""
    for denial in facts.job_access.denials(party):
        assumption = denial.joined.assumption
        events = ", ".join(dict.fromkeys(f"`{path.entry.event}`" for path in denial.paths))
        when = "" if denial.always else f" when it is started by {events}"
        refusal = Hop(HopKind.GATE, "the trust policy doesn't accept it", party.location)
        token = Hop(HopKind.STEP, f"its token says `{denial.subject}`", assumption.location)
        yield Hit(
            message=f"`{assumption.job.id}` can't {party.gain}{when}: its token will say `{denial.subject}`",
            at=assumption.location,
            severity=Severity.MEDIUM if denial.always else Severity.LOW,
            confidence=Confidence.HIGH if denial.joined.is_sure else Confidence.LOW,
            traces=(denial.paths[0].trace(token, refusal),),
            job=assumption.job.id,
            step=assumption.step.label,
        )
