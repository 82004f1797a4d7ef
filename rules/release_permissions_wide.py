"""The power to publish reaches jobs that don't publish.

## Why it matters

A release is trusted by everybody who installs it. The job that builds and tests runs hundreds of other
people's packages; the job that publishes should run next to none. Where the first may push code or tags,
publish packages or mint an identity, one bad dependency is enough to ship a release, or to change what
the next one is made of.

## How to fix

Give the power to publish to the publishing job alone, and build in another job without it. The build hands
its files over as an artifact.

## Bad

```yaml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
  id-token: write
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: pip install build && python -m build
      - uses: actions/upload-artifact@v5
        with: {name: dist, path: dist}
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    steps:
      - uses: actions/download-artifact@v5
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@release/v1
```

## Good

```yaml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: pip install build && python -m build
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
        with: {name: dist, path: dist}
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
```

## What this rule cannot see

A job with an unknown action, or a script that can get hold of the power, counts as needing it, and the
rule is silent about it. A script of the repository that publishes isn't recognised. A scope that only
the publishing job holds is its own business, needed or not. Jobs of a reusable workflow that take their
caller's permissions as they are count as one.

## References

- https://docs.pypi.org/trusted-publishers/security-model/
- https://docs.github.com/en/actions/reference/security/secure-use
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Severity, Workflow, job_names, rule


@rule(
    Workflow,
    id="release-permissions-wide",
    title="The power to publish reaches other jobs",
    severity=Severity.HIGH,
    cwe=272,
    owasp="CICD-SEC-5",
    boundary="release",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a grant; what is published stands beside it."""
    for excess in facts.grants.excess_scopes(workflow):
        first, *others = excess.publishers
        published = facts.needs.publications(first)[0]
        who = f"`{first.id}` publishes {published.what}"
        if excess.is_used:
            also = f" (as may {job_names(others)})" if others else ""
            message = (
                f"{excess.in_words}, with which {who}{also}, reaches {job_names(excess.jobs)} for nothing"
            )
        else:
            message = f"{excess.in_words} reaches {job_names(excess.jobs)} for nothing, where {who}"
        yield Hit(
            message=message,
            at=excess.at,
            severity=excess.severity(Severity.HIGH),
            traces=excess.traces(),
            related=(Hop(HopKind.SINK, f"{published.why} publishes {published.what}", published.location),),
            job=excess.job.id if excess.job else None,
        )
