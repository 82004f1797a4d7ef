"""A role trust policy that doesn't check for whom the token was minted.

## Why it matters

A workflow may hand an id-token to another service, with that service as its audience. Where the policy
doesn't check `aud`, anybody who gets hold of that token may present it here. The identity provider of the
account lists the audiences that it takes, so this is a second lock rather than the first. Google, Azure,
Vault, octo-sts and the package registries always look at it, so they are never reported here.

## How to fix

Add a condition on `aud`: `sts.amazonaws.com`, or what the cloud's provider asks for. Use `StringEquals`, so
that a token without it is refused.

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
          "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:production"
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
- Which audiences the identity provider lists.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, RelyingParty, Severity, Trace, rule


@rule(
    RelyingParty,
    id="trust-policy-no-audience",
    title="Trust policy that doesn't check the audience",
    severity=Severity.LOW,
    cwe=1270,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement."""
    seen = set()
    for acceptor in facts.trust.closed_to_strangers(party):
        if acceptor.tests_audience or acceptor.location in seen:
            continue
        seen.add(acceptor.location)
        gate = acceptor.gate()
        token = Hop(HopKind.ENTRY, "a token that a workflow handed to another service", acceptor.location)
        power = Hop(HopKind.POWER, f"a session of {party.title}", acceptor.location)
        yield Hit(
            message=f"this trust policy lets a token for any audience {party.gain}: nothing tests `aud`",
            at=gate.location if gate else acceptor.location,
            traces=(Trace((token, power)),),
        )
