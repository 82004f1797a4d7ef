"""A role trust policy that accepts a token of another repository than the one it is meant for.

## Why it matters

A glob over repository names (`repo:acme/*`, `repo:acme/api*`) gives the role to every repository of the
owner that fits, those that are made tomorrow among them. Anybody who can push to the least guarded one, or
may create one, can run a workflow there and take the role. A condition on the owner's id alone does the same.

## How to fix

Remove the other repository from the condition on `sub`, or give it a role of its own. Each repository gets
the role that its own jobs need.

## Bad

```json trust.json
{
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
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com"
        },
        "StringLike": {
          "token.actions.githubusercontent.com:sub": "repo:acme/*"
        }
      }
    }
  ]
}
```

## Good

```json trust.json
{
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
```

## What this rule cannot see

- Policies that no file of the tree holds, unless they are given with `--trust`.
- What a deployment fills in: a parameter counts with its default, and where a glob depends on it the
  finding says so.
- Which repositories the owner has, who may write to them, and whether the role is worth taking.
- Whether a workflow file that `job_workflow_ref` names hands the role's power on: its callers count as
  strangers to each other.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, RelyingParty, Severity, opening_hit, rule


@rule(
    RelyingParty,
    id="trust-policy-other-repository",
    title="Trust policy that other repositories of the owner pass",
    severity=Severity.HIGH,
    cwe=863,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement. A repository that is spelled out beside the job's own is meant, so that is low."""
    for opening in facts.trust.other_repository(party):
        yield opening_hit(
            opening,
            party,
            who="another repository of the owner",
            minted_by="anyone who may write to that repository: a workflow there",
            worst=Severity.HIGH,
        )
    for opening in facts.trust.also_named(party):
        yield opening_hit(
            opening,
            party,
            who="a second repository that it names",
            minted_by="anyone who may write to that repository: a workflow there",
            worst=Severity.LOW,
        )
