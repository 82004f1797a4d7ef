"""A role trust policy that accepts more branches, tags or environments than its jobs need.

## Why it matters

A branch that nobody reviews is as good as a pull request: anybody who may push one can put their own workflow
on it. A policy that takes any branch, tag or environment of the repository gives the role to all of them,
though the jobs that need it run from one. The finding prints the tightest subjects that still serve those
jobs.

## How to fix

Narrow the condition on `sub` to the branches, tags or environments of the jobs that assume the role.
`ci-audit trust POLICY` prints that policy as a patch.

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
          "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/*"
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
- Jobs in other repositories, and on other branches than the one that is audited. Where no job of the tree
  assumes the role, a glob under a folder of branches (`release/*`) or over a prefix of tags counts as
  meant, and is low.
- Which branches are protected, unless the settings say so.

## References

- https://docs.github.com/en/actions/reference/security/oidc
- https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_github.html
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, RelyingParty, Severity, opening_hit, rule


@rule(
    RelyingParty,
    id="trust-policy-too-wide",
    title="Trust policy that takes more refs than its jobs need",
    severity=Severity.MEDIUM,
    cwe=732,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(party: RelyingParty, facts: Facts) -> Iterator[Hit]:
    """One hit a statement."""
    for width in facts.trust.too_wide(party):
        tightest = ", ".join(
            f"`{subject}`" for subject in facts.job_access.tightest(width.opening.acceptor, width.needed)
        )
        jobs = ", ".join(dict.fromkeys(f"`{one.assumption.job.id}`" for one in width.joined))
        hit = opening_hit(
            width.opening,
            party,
            who="refs or environments that no job needs" if jobs else "a ref of anybody's making",
            minted_by="anyone who may push a ref or name an environment: a workflow of their own there",
            worst=Severity.LOW if width.is_meant else Severity.MEDIUM,
        )
        if jobs and tightest:
            enough = Hop(HopKind.GATE, f"enough for {jobs}: {tightest}", width.opening.acceptor.location)
            hit = replace(hit, related=(*hit.related, enough))
        sure = bool(width.joined) and all(one.is_sure for one in width.joined)
        yield hit if sure else replace(hit, confidence=min(hit.confidence, Confidence.MEDIUM))
