"""A tag that anybody with write access can make or move starts a release.

## Why it matters

A push of a tag publishes, and no rule says who may push one. Tags aren't reviewed: anybody with write access,
or with a stolen token that has it, can tag a commit that was never on the default branch, with a workflow of
their own choice in it, and it is released under the project's name. A tag that is moved changes what was
released already.

## How to fix

Protect the tags that release with a ruleset: restrict who may create, update and delete them. An
environment with reviewers on the publishing job adds a second look.

## Bad

```yaml .github/workflows/release.yml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@v5
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@release/v1
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"protected_tags": []}
  }
}
```

## Good

```yaml .github/workflows/release.yml
name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with: {name: dist, path: dist}
      - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"protected_tags": ["v*"]}
  }
}
```

## What this rule cannot see

Who may bypass a rule. Only rules that restrict both the making and the moving of tags count. A job in an
environment with reviewers is silent, for they approve each release. Patterns are compared as texts: `v*`
covers `v*.*.*`. Workflows that branches start as well aren't looked at.

## References

- https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
- https://docs.github.com/en/rest/repos/rules
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, job_names, rule


@rule(
    Repository,
    id="tag-unprotected",
    title="Tags that release aren't protected",
    severity=Severity.MEDIUM,
    cwe=284,
    owasp="CICD-SEC-1",
    boundary="release",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a trigger by tags; the jobs that publish by it are listed."""
    for release in facts.tag_releases.unprotected():
        names = "any tag" if "**" in release.tags else ", ".join(f"`{tag}`" for tag in release.tags[:5])
        what = " and ".join(release.publishes[:3])
        at = release.trigger.location
        first = release.jobs[0]
        yield Hit(
            message=f"{names} lets {job_names(release.jobs)} publish {what}, "
            "and no rule says who may make or move it",
            at=at,
            traces=(
                facts.posture.trace(
                    first,
                    at,
                    "everybody with write access may make and move such a tag",
                    f"{what}, from a commit that nobody has reviewed",
                ),
            ),
            related=tuple(Hop(HopKind.JOB, "this job publishes", job.location) for job in release.jobs[:50]),
        )
