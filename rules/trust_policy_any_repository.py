"""A role trust policy that accepts a token of a repository whose owner it doesn't name.

## Why it matters

All repositories of github.com share one token issuer. What AWS lets in is decided by the conditions of
the role's trust policy, and a stranger chooses much of what a token says: the names of his repository, its
branches, environments and workflows, the audience, and the template of `sub`. Where the policy doesn't pin
the owner, he runs a workflow of his own, asks for a token, and has the role: no access to your repository
is needed, and nothing of it shows there.

Others that take GitHub's tokens are read alike: Google's workload identity (the provider's condition
together with each binding that means its pool; where no binding is in the tree, the condition alone),
Azure's federated credentials, Vault's JWT roles, octo-sts policies, and the trusted publishers of PyPI and
npm that `ci-audit.yml` tells.

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
  `split`): then it is told as not evaluable. Vault's issuer is a setting of the mount: a role counts as
  GitHub's where its claims are.
- How old a repository is: `repo:owner/name` without ids is minted only for those from before 2026-07-15,
  and a stranger may have one.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
- https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
"""

from collections.abc import Iterator

from auditor.api import (
    Confidence,
    Facts,
    Hit,
    Hop,
    HopKind,
    Opening,
    RelyingParty,
    Severity,
    Trace,
    Verdict,
    rule,
)


@rule(
    RelyingParty,
    id="trust-policy-any-repository",
    title="Trust policy that any repository passes",
    severity=Severity.CRITICAL,
    cwe=863,
    owasp="CICD-SEC-2",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement: each has to be mended."""
    role = party.title
    for opening in facts.trust.any_repository(party):
        at = opening.gate.location if opening.gate else opening.acceptor.location
        anyone = opening.acceptor.issuer.is_public
        who = "any repository" if anyone else f"any repository that `{opening.acceptor.issuer.name}` serves"
        worst = Severity.CRITICAL if anyone else Severity.HIGH
        traces = (Trace(tuple(hops(opening, role))),)
        if opening.subject:
            message = f"this trust policy lets {who} assume {role}: `{opening.subject}` is accepted"
            yield Hit(message=message, at=at, severity=worst, traces=traces)
        else:
            yield Hit(
                message=f"whether {who} can assume {role} depends on {', '.join(opening.doubts)}",
                at=at,
                severity=worst.lowered(2),
                confidence=Confidence.LOW,
                verdict=Verdict.NOT_EVALUABLE,
                traces=traces,
            )


def hops(opening: Opening, role: str) -> Iterator[Hop]:
    """From the stranger's workflow through the condition to the role."""
    gate, whole = opening.gate, opening.acceptor.location
    at = gate.location if gate else whole
    who = "any GitHub user" if opening.acceptor.issuer.is_public else "any user whom the same GitHub serves"
    token = f"mints sub `{opening.subject}`" if opening.subject else "asks for a token"
    yield Hop(HopKind.ENTRY, f"{who}: a workflow in a repository of his own {token}", whole)
    verdict = "accepts it" if opening.subject else "may accept it"
    passed = f"{gate.text} {verdict}" if gate else "no condition stands in the way"
    if gate and gate.claim != "sub":
        passed = f"no condition on `sub`; {passed}"
    yield Hop(HopKind.GATE, passed, at)
    yield Hop(HopKind.POWER, f"a session of {role}", whole)
