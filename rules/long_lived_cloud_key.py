"""A cloud's key that doesn't expire is kept as a secret, though the action that takes it supports OIDC.

## Why it matters

A key that leaks out of a run, a log or a laptop works until somebody notices and rotates it, from
anywhere. With an id-token the cloud gives out credentials for an hour, to this repository's job only, and
there is nothing to keep.

## How to fix

Replace the key by a role: `id-token: write` for the job, and `role-to-assume` or the like for the action.
Delete the key in the cloud afterwards; one that was a secret once still works.

## Bad

```yaml
name: deploy
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}
          aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
          aws-region: eu-central-1
```

## Good

```yaml
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
      - uses: aws-actions/configure-aws-credentials@7474bc4690e29a8392af63c5b98e7449536d5c3a # v4.3.1
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-central-1
```

## What this rule cannot see

- Keys that scripts read from variables: what they are for, a cloud or a store that only speaks its
  protocol, isn't known.
- Keys that come through inputs of reusable workflows and actions.
- Whether the cloud account can be set up for OIDC at all.

## References

- https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments
- https://github.com/aws-actions/configure-aws-credentials#oidc
- https://github.com/google-github-actions/auth
- https://github.com/azure/login
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Severity, Step, Trace, rule


@rule(
    Step,
    id="long-lived-cloud-key",
    title="Cloud key that doesn't expire",
    severity=Severity.MEDIUM,
    cwe=798,
    owasp="CICD-SEC-6",
    boundary="oidc",
    since="0.1.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a step."""
    for key in facts.roles.long_lived_keys(step):
        paths = facts.reach.at_full_power(step)
        power = Hop(HopKind.SINK, f"`{key.input}` takes the secret `{key.secret}`", key.location)
        yield Hit(
            message=f"`{key.action}` supports OIDC and gets a long-lived key: the secret `{key.secret}`",
            at=key.location,
            traces=(paths[0].trace(power),) if paths else (Trace((power,)),),
        )
