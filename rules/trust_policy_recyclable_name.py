"""A role trust policy that still accepts the repository's name once somebody else has registered it.

## Why it matters

A deleted or renamed owner's name can be registered by anybody. Repositories that are made since 2026-07-15
mint subjects with ids (`repo:acme@4711/shop@815:…`), so a `sub` that is pinned without ids is safe from
them. What still trusts the name alone is a wildcard in place of an id (`acme@*/shop@*`), a condition on
`repository`, which never carries ids, and a server of one's own, which mints none.

For one day in April 2026 GitHub wrote ids as `acme-4711/shop-815`, which is also the name of an account and
a repository that somebody may have. A policy that kept that form serves them, and never its own repository.

## How to fix

Accept the ids beside the names in `sub`, or add a condition on `repository_id`. Ids are never given out
again.

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
          "token.actions.githubusercontent.com:sub": "repo:acme@*/shop@*:ref:refs/heads/main"
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
          "token.actions.githubusercontent.com:sub": "repo:acme@4711/shop@815:ref:refs/heads/main"
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
- Whether the owner or the repository will ever be deleted or renamed.
- Names that were squatted before 2026-07-15 and still mint subjects without ids.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
- https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.api import Facts, Hit, Hop, HopKind, RelyingParty, Severity, opening_hit, rule


@rule(
    RelyingParty,
    id="trust-policy-recyclable-name",
    title="Trust policy that trusts a name, not an id",
    severity=Severity.HIGH,
    cwe=290,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement, unless it is open to the owner's other repositories for the same wildcard.

    A name that was never the repository's own may be somebody's already, so that is high.
    """
    for opening in facts.trust.squattable(party):
        ids = Hop(HopKind.GATE, "GitHub writes ids as `owner@id/name@id`", opening.acceptor.location)
        hit = opening_hit(
            opening,
            party,
            who="the owner of a name with the ids in it",
            minted_by="the owner of an account of that name: a workflow in their repository",
            worst=Severity.HIGH,
        )
        yield replace(hit, related=(*hit.related, ids))
    open_to_others = {opening.acceptor.location for opening in facts.trust.other_repository(party)}
    for opening in facts.trust.recyclable(party):
        if opening.acceptor.location not in open_to_others:
            yield opening_hit(
                opening,
                party,
                who="anyone who registers the repository's name anew",
                minted_by="any GitHub user, once the name is free: a workflow in a repository of that name",
                worst=Severity.LOW,
            )
