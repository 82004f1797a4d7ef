"""A checkout leaves the job's token on disk, where something that shouldn't have it can read it.

## Why it matters

`actions/checkout` keeps the token with which it fetched, so that later steps can push: up to v5 in
`.git/config`, since v6 in a file under the runner's temporary folder that `.git/config` includes. Whatever
runs in the job afterwards can read both: an outsider's code, an agent, a compromised action. With an upload
of the whole folder the token of v5 leaves the machine, and works until the job ends.

## How to fix

Set `persist-credentials: false` in the checkout. A step that pushes gets the token in its own `env`.

## Bad

```yaml
name: review
on: push
permissions:
  contents: read
  pull-requests: write
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: make lint
```

## Good

```yaml
name: review
on: push
permissions:
  contents: read
  pull-requests: write
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make lint
```

## What this rule cannot see

Whether a script that isn't known pushes: with one in the job the token counts as used. A token that may only
read is reported where an outsider's code, an agent or an upload gets at it, and nowhere else; so is one
whose permissions aren't declared. A folder is uploaded whole only where the path says so; globs aren't
compared with `.git`. A commit of `actions/upload-artifact` is taken for one that leaves hidden files out.

## References

- https://github.com/actions/checkout#usage
- https://github.com/actions/checkout/blob/main/CHANGELOG.md
- https://unit42.paloaltonetworks.com/github-repo-artifacts-leak-tokens/
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Job, Severity, rule


@rule(
    Job,
    id="persisted-credentials",
    title="A token that a checkout leaves on disk",
    severity=Severity.HIGH,
    cwe=522,
    owasp="CICD-SEC-6",
    boundary="permissions",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a checkout, with the worst that may come of it; none where the checkout itself is reported."""
    fetching = (*facts.takeovers.of(job), *facts.races.of(job))
    reported = {each.step.step for each in fetching}
    for found in facts.persisted_tokens.of(job):
        if found.step_in_job.top.step in reported:
            continue
        yield Hit(
            message=f"the checkout in the job `{job.id}` keeps the token on disk, and {found.why}",
            at=found.step_in_job.top.step.location,
            severity=found.severity,
            traces=(found.trace(),),
            job=job.id,
        )
