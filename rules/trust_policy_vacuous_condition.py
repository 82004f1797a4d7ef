"""A condition of a role trust policy that doesn't do what it says: it holds for everybody, or for nobody.

## Why it matters

`ForAllValues:`, `…IfExists` and the negated operators hold where the request lacks the key. AWS offers few
of the claims that GitHub mints as keys, so a condition on `event_name`, `repository_owner` or a misspelled
key never sees a value and lets everybody pass, while its author believes it keeps pull requests out. A
value that is the claim's own variable holds always. A `*` in `StringEquals` is a plain character: nobody
passes, and the next change is a wider one.

So it is elsewhere: Google's conditions compare a claim, which is a text, with a number and are never equal,
a subject of Azure's or a bound claim of Vault's without `glob` knows no `*`, and a binding may test an
attribute that its provider doesn't map.

## How to fix

Rewrite the condition so that it decides: the right claim, the right operator, and a value that a token can
have. `ci-audit trust POLICY` shows whom the policy accepts.

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
        },
        "StringNotEquals": {
          "token.actions.githubusercontent.com:event_name": "pull_request"
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
- Keys of AWS's own (`aws:SourceIp`): whether the request has them isn't known.
- Claims that AWS has begun to offer since 2026-09.

A statement that any repository passes because of it is reported by `trust-policy-any-repository` alone.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
-
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Iterator

from auditor.api import Effect, Facts, Hit, Hop, HopKind, RelyingParty, Severity, Trace, rule


@rule(
    RelyingParty,
    id="trust-policy-vacuous-condition",
    title="Condition of a trust policy that holds back nobody",
    severity=Severity.HIGH,
    cwe=670,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a condition. Beside others that let through one subject only it does little harm."""
    for acceptor, idle in facts.trust.vacuous_checks(party):
        does = Hop(HopKind.GATE, f"{idle.check.text} {idle.effect.value}", idle.check.location)
        yield Hit(
            message=f"{idle.check.text} {idle.effect.value}: {idle.why}",
            at=idle.check.location,
            severity=severity(idle.effect, is_loose=facts.trust.is_loose(party, acceptor)),
            traces=(Trace((does, Hop(HopKind.POWER, f"a session of {party.title}", acceptor.location))),),
        )


def severity(effect: Effect, *, is_loose: bool) -> Severity:
    """What a condition that is idle costs."""
    if effect is Effect.HARMLESS:
        return Severity.INFO
    if effect is Effect.LETS_NONE:
        return Severity.MEDIUM
    return Severity.HIGH if is_loose else Severity.LOW
