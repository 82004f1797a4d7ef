"""A secret reaches the log in a form that GitHub doesn't mask.

## Why it matters

Everybody who can read the repository can read the logs of its runs; of a public one, that is everybody.
GitHub hides the exact text of a secret and some spellings of it. A part of it, most base64, a credential
that a command makes during the run (`gcloud auth print-access-token`), and a header that `curl -v` prints
are shown as they are.

Where only masking stands between the text and the log, it is **low**: nothing is wrong until the text
changes.

## How to fix

Don't print it, and hide what is made from a secret before its first use: `echo "::add-mask::$VALUE"`. Leave
out `set -x` and `-v` where a command gets a credential.

## Bad

```yaml
name: call
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  call:
    runs-on: ubuntu-latest
    steps:
      - run: |
          token=$(gcloud auth print-access-token)
          echo "using $token"
```

## Good

```yaml
name: call
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  call:
    runs-on: ubuntu-latest
    steps:
      - run: |
          token=$(gcloud auth print-access-token)
          echo "::add-mask::$token"
          ./call --token-from-env
```

## What this rule cannot see

What a program prints of its arguments or its environment, unless it is known to: only `echo`, `printf`,
`cat`, known filters and commands that print a credential count. Whether somebody has masked a value in an
earlier step.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, LeakKind, SecretLeak, Severity, Step, Verdict, rule


@rule(
    Step,
    id="secret-in-log",
    title="A secret is printed to the log",
    severity=Severity.HIGH,
    cwe=532,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a place of the script."""
    for leak in facts.secret_leaks.of(step):
        if leak.kind in (LeakKind.LOG, LeakKind.TRACE, LeakKind.HEADERS):
            severity = _severity(leak).lowered(2 if leak.is_token else 0)
            if severity >= Severity.LOW:
                yield _hit(leak, severity)


def _severity(leak: SecretLeak) -> Severity:
    if leak.kind is LeakKind.HEADERS:
        return Severity.MEDIUM
    return Severity.LOW if leak.known else Severity.HIGH


def _hit(leak: SecretLeak, severity: Severity) -> Hit:
    masked = "only GitHub's masking hides it" if leak.known else "GitHub doesn't mask it in this form"
    what = leak.what if leak.kind is LeakKind.HEADERS else f"{leak.what}: {masked}"
    return Hit(
        message=f"{leak.said} goes to {what}",
        at=leak.location,
        severity=severity,
        confidence=Confidence.MEDIUM if leak.known else Confidence.HIGH,
        verdict=Verdict.EXPOSED,
        traces=(leak.trace(),),
    )
