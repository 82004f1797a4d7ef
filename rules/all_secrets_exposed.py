"""A step gets all secrets of the repository at once, or one by a name that is computed.

## Why it matters

`toJSON(secrets)` hands a step every secret that the job can read, whether it needs it or not; the runner
has to decrypt all of them, and one mistake in that step leaks all. A name that is computed
(`secrets[inputs.name]`) lets who chooses it read any secret.

## How to fix

Name each secret that the step needs: `${{ secrets.DEPLOY_KEY }}`. Where a matrix chooses, write the choice
out: `matrix.env == 'prod' && secrets.PROD_KEY || secrets.TEST_KEY`.

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
    steps:
      - run: ./deploy
        env:
          ALL: ${{ toJSON(secrets) }}
```

## Good

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
    steps:
      - run: ./deploy
        env:
          KEY: ${{ secrets.DEPLOY_KEY }}
```

## What this rule cannot see

What an action does with the secrets that a reusable workflow inherits: that is `inherited-secrets`. A name
that is computed of a matrix whose values are written out is bounded, and counts **low**.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#secrets-context
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Scalar, Severity, Step, Trace, rule


@rule(
    Step,
    id="all-secrets-exposed",
    title="All secrets are put into one text",
    severity=Severity.HIGH,
    cwe=200,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit an expression of the step."""
    texts = [step.run, *(entry.value for entry in (*step.env, *step.inputs))]
    for text in texts:
        for part in facts.expressions(text if isinstance(text, Scalar) else None):
            names = [reference.path for reference in part.references() if reference.path[0] == "secrets"]
            whole = any(len(path) == 1 or path[1] == "*" for path in names)
            if not whole:
                continue
            bounded = all(path != ("secrets",) for path in names) and "matrix." in part.text.lower()
            what = "all secrets" if ("secrets",) in names else "a secret by a computed name"
            yield Hit(
                message=f"{part.text} gives the step {what}"[:160],
                at=part.location,
                severity=Severity.LOW if bounded else Severity.HIGH,
                confidence=Confidence.MEDIUM if bounded else Confidence.HIGH,
                traces=_traces(step, facts, Hop(HopKind.SINK, f"the step gets {what}", part.location)),
                text=part.text,
            )


def _traces(step: Step, facts: Facts, last: Hop) -> tuple[Trace, ...]:
    """The strongest way to the step."""
    paths = facts.reach.at_full_power(step)[:1]
    return tuple(path.trace(last) for path in paths) or (Trace((last,)),)
