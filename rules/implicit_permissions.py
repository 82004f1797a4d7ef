"""A job's token has whatever the organisation's default happens to be.

## Why it matters

Without `permissions:` the `GITHUB_TOKEN` gets the default of the repository, organisation or enterprise.
Organisations from before February 2023 often still give read and write to everything, so one
compromised dependency in a test job can push code, publish packages and change releases. The workflow itself
doesn't show it.

## How to fix

Declare `permissions` at the top of the workflow: `contents: read`, or `{}` where the token isn't used. A
job that needs more declares it itself.

## Bad

```yaml
name: test
on: push
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

## Good

```yaml
name: test
on: push
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: make test
```

## What this rule cannot see

The default itself, which is a setting and not in the tree. Where a settings snapshot says that it is
read-only, this is low, about the reader and the day the default changes; see also
`default-token-writes`. A workflow that only other workflows call is left
out, for its callers cap it.

## References

- https://docs.github.com/en/actions/security-for-github-actions/security-guides/automatic-token-authentication
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Level, Severity, Trace, Workflow, rule

_DEFAULTS = {
    None: "may write to everything",
    Level.READ: "only reads contents and packages",
    Level.WRITE: "writes to everything",
}


@rule(
    Workflow,
    id="implicit-permissions",
    title="The token's permissions are left to a default",
    severity=Severity.MEDIUM,
    cwe=276,
    owasp="CICD-SEC-5",
    boundary="permissions",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a workflow, at its first job without permissions."""
    jobs = [job for job in workflow.jobs if facts.permissions(job) is None]
    if not jobs or all(trigger.event == "workflow_call" for trigger in workflow.triggers):
        return
    names = ", ".join(f"`{job.id}`" for job in jobs[:10]) + (" and others" if len(jobs) > 10 else "")
    default = facts.settings.default_token
    power = f"the token has the organisation's default, which {_DEFAULTS[default]}"
    traces = []
    for path in facts.reach.at_full_power(jobs[0])[:1]:
        traces.append(path.trace(Hop(HopKind.POWER, power, jobs[0].location)))
    known = f", whose default {_DEFAULTS[default]}" if default is not None else ""
    yield Hit(
        message=f"no `permissions` for {'the job' if len(jobs) == 1 else 'the jobs'} {names}{known}",
        at=jobs[0].location,
        severity=Severity.LOW if default is Level.READ else Severity.MEDIUM,
        traces=tuple(traces) or (Trace((Hop(HopKind.POWER, power, jobs[0].location),)),),
        text="",
    )
