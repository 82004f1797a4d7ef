"""A job that an outsider can start may request an id-token.

## Why it matters

An id-token is the job's identity: clouds and package registries that trust this repository give out
credentials for it. In a run that anyone can start, an attacker who gets a command into the job, by their own
code, by an injected text or through an agent, exchanges the id-token for everything that its `sub` is trusted
with. The trust policy can't tell them from you: these events run on the default branch, so the `sub` is the
default branch's. GitHub withholds the id-token from a fork's `pull_request`, but not from
`pull_request_target`, `issue_comment`, `issues` or `workflow_run`.

## How to fix

Move `id-token: write` to a job that only trusted events start: another workflow, on `push`. An `if` on the
job keeps outsiders out only where they can't make it true.

## Bad

```yaml
name: bench
on:
  issue_comment:
    types: [created]
permissions:
  id-token: write
  contents: read
jobs:
  bench:
    if: contains(github.event.comment.body, '/bench')
    runs-on: ubuntu-latest
    steps:
      - run: ./bench.sh "$REQUEST"
        env:
          REQUEST: ${{ github.event.comment.body }}
```

## Good

```yaml
name: bench
on: push
permissions:
  id-token: write
  contents: read
jobs:
  bench:
    runs-on: ubuntu-latest
    steps:
      - run: ./bench.sh
```

## What this rule cannot see

Which trust policies accept the id-token: without one it opens nothing. npm accepts none from
`issue_comment` and `pull_request_target` since October 2026; others do. Where no outsider's code runs in the
job, they need another way in: it is high where their text or artifact goes into a step or an `env`, and low
where they only start it. Text that a script or an agent fetches from GitHub itself isn't seen.

## References

- https://docs.github.com/en/actions/concepts/security/openid-connect
- https://docs.github.com/en/actions/reference/security/oidc
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Job, Location, Severity, Verdict, rule


@rule(
    Job,
    id="id-token-in-outsider-run",
    title="An id-token in a run that an outsider can start",
    severity=Severity.CRITICAL,
    cwe=269,
    owasp="CICD-SEC-2",
    boundary="oidc",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit a job, where the scope is declared; the worst path decides how bad it is."""
    calls_own = job.uses is not None and facts.repository.callee(job.uses) is not None
    # The called workflow's own jobs say it.
    found = () if calls_own else facts.takeovers.id_tokens(job)
    if not found:
        return
    worst = found[0]
    event = worst.path.entry.event
    how = "an outsider's code runs in" if worst.code is not None else "an outsider can start"
    if not worst.is_outsiders:
        how = "code that may be an outsider's runs in"
    with_what = " with their text or artifact" if worst.untrusted_input is not None else ""
    yield Hit(
        message=f"{how} the job `{job.id}`{with_what}, which may request an id-token, through `{event}`",
        at=_place(job),
        severity=worst.severity,
        confidence=worst.confidence,
        verdict=Verdict.EXPOSED if worst.decided else Verdict.NOT_EVALUABLE,
        traces=tuple(each.trace() for each in found[:5]),
        job=job.id,
    )


def _place(job: Job) -> Location:
    """Where the job's scope is declared, if it is in the job; a workflow's is shared by several."""
    declared = job.permissions
    if declared is None:
        return job.location
    return next((g.location for g in declared.grants if g.scope == "id-token"), declared.location)
