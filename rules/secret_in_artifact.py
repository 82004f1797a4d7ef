"""A file that holds a secret or a credential is uploaded, cached, released or built into an image.

## Why it matters

Artifacts of a public repository can be downloaded by everybody who has an account; caches are read by the
runs of pull requests. `~/.kube/config`, `~/.docker/config.json`, a key that a script wrote to a file:
whoever gets the file has what it opens. `docker build --build-arg` keeps the value in the history of the
image.

## How to fix

Upload only what is needed, by its path, never the home folder's files or the whole workspace. Give a build
its secret with `docker build --secret`.

## Bad

```yaml
name: logs
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  logs:
    runs-on: ubuntu-latest
    steps:
      - run: ./test
        env:
          KUBECONFIG_DATA: ${{ secrets.KUBECONFIG }}
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        with:
          path: |
            ~/.kube/config
            logs/
```

## Good

```yaml
name: logs
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  logs:
    runs-on: ubuntu-latest
    steps:
      - run: ./test
        env:
          KUBECONFIG_DATA: ${{ secrets.KUBECONFIG }}
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        with:
          path: logs/
```

## What this rule cannot see

What programs write into files, unless a script redirects a secret there. Files that a pattern takes which
isn't written out. A credential that `actions/checkout` leaves in `.git/config` is `persisted-credentials`.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.docker.com/build/building/secrets/
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, LeakKind, Severity, Step, rule


@rule(
    Step,
    id="secret-in-artifact",
    title="A file with a secret is uploaded",
    severity=Severity.HIGH,
    cwe=538,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a file or build argument."""
    for leak in facts.secret_leaks.of(step):
        if leak.kind in (LeakKind.FILE, LeakKind.IMAGE) and not leak.is_token:
            yield Hit(
                message=f"{leak.said} goes to {leak.what}" if leak.arrivals else f"{leak.what}",
                at=leak.location,
                severity=Severity.HIGH,
                confidence=Confidence.HIGH if leak.arrivals else Confidence.MEDIUM,
                traces=(leak.trace(),),
            )
