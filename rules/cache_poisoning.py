"""A run that outsiders' code is in may write the cache that trusted runs restore.

## Why it matters

What a job on the default branch saves in the Actions cache is restored by every branch and tag: a release
unpacks it and builds with it. Since 2026-06-26 github.com gives runs that outsiders can start on the default
branch (`pull_request_target`, `issue_comment`, `workflow_run` …) a cache that they can only read. Writing
`cache-mode: write` gives them the old power back, and so does a server that hasn't the change: a pull
request's code then leaves a compiler, a `node_modules` or a wheel behind for the next release. A plain
`pull_request` run saves into a cache of its own, and poisons nobody.

## How to fix

Let runs of outsiders' code only read caches: `cache-mode: read`, or no cache step in them. A release
restores no cache at all, or one with a key that only trusted runs write.

## Bad

```yaml .github/workflows/preview.yml
name: preview
on: pull_request_target
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    cache-mode: write
    steps:
      - uses: actions/checkout@v6
        with:
          ref: ${{ github.event.pull_request.head.sha }}
          allow-unsafe-pr-checkout: true
      - run: make
```

```yaml .github/workflows/release.yml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with:
          path: ~/.m2
          key: maven
      - uses: softprops/action-gh-release@v2
```

## Good

```yaml .github/workflows/preview.yml
name: preview
on: pull_request
permissions: {}
cache-mode: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make
```

```yaml .github/workflows/release.yml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0
        with:
          path: ~/.m2
          key: maven
      - uses: softprops/action-gh-release@3bb12739c298aeb8a4eeaf626c5b8d85266b0e65 # v2.6.2
```

## What this rule cannot see

Keys: code that runs beside a writable cache can save under any. Caches that aren't GitHub's (a registry, a
bucket, a self-hosted disk), actions that restore one and aren't in the table, reusable workflows of other
repositories, and outsiders' code that a trusted run fetches by a dispatch or on a schedule. Code that gets in
through a spliced text is `template-injection`'s. Unless the host is known, a low-trust run without
`cache-mode` is not evaluable.

## References

- https://github.blog/changelog/2026-06-26-read-only-actions-cache-for-untrusted-triggers/
- https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Severity, Workflow, rule


@rule(
    Workflow,
    id="cache-poisoning",
    title="Outsiders can write a cache that trusted runs restore",
    severity=Severity.HIGH,
    cwe=349,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit for each place that lets them: a `cache-mode`, or a job."""
    for found in facts.caches.poisonings(workflow):
        job = found.path.job
        who = "an outsider's code" if found.code else "whatever an outsider gets to run"
        where = f"in `{job.id}`, through `{found.path.entry.event}`,"
        victims = [f"`{each.path.job.id}`" for each in found.restores]
        more = f" and {len(victims) - 1} more" if len(victims) > 1 else ""
        restored = f", which {victims[0]}{more} may restore" if victims else ""
        yield Hit(
            message=f"{who} {where} can write the default branch's cache{restored}",
            at=found.at,
            severity=found.severity,
            confidence=Confidence.LOW if found.gate else Confidence.HIGH,
            verdict=found.verdict,
            traces=(found.trace(),),
            related=tuple(
                Hop(HopKind.SINK, f"the job `{each.path.job.id}` restores a cache", each.step.location)
                for each in found.restores[:5]
            ),
            job=job.id,
        )
