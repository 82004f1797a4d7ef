"""A role trust policy that accepts the token of a pull request's run.

## Why it matters

The run of a pull request executes what the pull request changes, the workflow file among it, before
anybody has reviewed it. Its subject ends in `pull_request` and names no branch. Where the policy takes it,
everybody who may push a branch has the role without a review; and so has everybody at all where a workflow on
`pull_request_target` runs an outsider's code. A trusted publisher of PyPI or npm checks the workflow's file
and, where one is set, the environment; it knows neither event nor branch.

## How to fix

Remove `pull_request` from what the condition on `sub` accepts. Name a branch or an environment instead:
`repo:OWNER/NAME:environment:production`.

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
          "token.actions.githubusercontent.com:sub": "repo:acme/shop:*"
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
          "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:production"
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
- Whether the role can do any harm: one that may only read a plan's state can be meant for pull requests.
  Waive it then.
- Whether only few people may push branches. Forks get no id-token for `pull_request`, so they aren't
  counted.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, RelyingParty, Severity, opening_hit, rule


@rule(
    RelyingParty,
    id="trust-policy-pull-request",
    title="Trust policy that pull requests pass",
    severity=Severity.HIGH,
    cwe=863,
    owasp="CICD-SEC-1",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement."""
    for opening in facts.trust.pull_request(party):
        yield opening_hit(
            opening,
            party,
            who="the run of any pull request",
            minted_by="anyone who may push a branch: a workflow that their pull request changes",
            worst=Severity.HIGH,
        )
