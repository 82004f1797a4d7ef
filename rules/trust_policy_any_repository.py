"""A role trust policy that accepts a token of a repository whose owner it doesn't name.

## Why it matters

All repositories of github.com share one token issuer. What AWS lets in is decided by the conditions of
the role's trust policy, and a stranger chooses much of what a token says: the names of their repository, its
branches, environments and workflows, the audience, and the template of `sub`. Where the policy doesn't pin
the owner, that stranger runs a workflow of their own, requests a token, and has the role: no access to your
repository is needed, and nothing of it shows there.

Others that take GitHub's tokens are read alike: Google's workload identity (the provider's condition
together with each binding that means its pool; where no binding is in the tree, the condition alone),
Azure's federated credentials, Vault's JWT roles, octo-sts policies, and the trusted publishers of PyPI and
npm that `ci-audit.yml` lists.

## How to fix

Name owner and repository in the condition on `sub`: `repo:OWNER/NAME:…`, with no wildcard before the second
colon. `ci-audit trust POLICY` prints the tightest policy that is enough.

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
        "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
        "StringLike": { "token.actions.githubusercontent.com:sub": "repo:*:ref:refs/heads/main" }
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

- Policies that only a program writes: CDK's are read as it synthesizes them, Pulumi's not; nor is
  Terraform in JSON, or what a module from elsewhere makes of its arguments.
- What a deployment fills in. A parameter or variable counts with its default. Where a glob depends on one
  that has none, the finding says so; in an exact comparison it is taken to name its owner.
- Whether an owner that the policy names is yours, still exists, or was re-registered by somebody else.
- Which audiences the identity provider lists, and policies on organisation level.
- Bindings of Google's that no file of the tree holds, and conditions that take a claim apart (`extract`,
  `split`): then it is reported as not evaluable. Vault's issuer is a setting of the mount: a role counts as
  GitHub's where its claims are.
- How old a repository is: `repo:owner/name` without ids is minted only for those from before 2026-07-15,
  and a stranger may have one.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
- https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
- https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
- https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation-considerations
- https://developer.hashicorp.com/vault/api-docs/auth/jwt
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, RelyingParty, Severity, opening_hit, rule


@rule(
    RelyingParty,
    id="trust-policy-any-repository",
    title="Trust policy that any repository passes",
    severity=Severity.CRITICAL,
    cwe=863,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement: each has to be mended. An enterprise's issuer serves its own people only."""
    for opening in facts.trust.any_repository(party):
        issuer = opening.acceptor.issuer
        anyone = issuer.is_public
        user = "any GitHub user" if anyone else "any user whom the same GitHub serves"
        yield opening_hit(
            opening,
            party,
            who="any repository" if anyone else f"any repository that `{issuer.name}` serves",
            minted_by=f"{user}: a workflow in a repository of their own",
            worst=Severity.CRITICAL if anyone else Severity.HIGH,
        )
