"""An outsider's code is fetched into a run that holds your token or secrets.

## Why it matters

`pull_request_target`, `issue_comment` and `workflow_run` run for a pull request with this repository's
token and secrets. That is safe as long as only this repository's code is executed. Once such a run checks
out the pull request's head and builds, tests or installs it, the pull request's author runs their commands
beside the token: a Makefile, a `setup.py`, a test, a lint configuration or a local action is enough. Code
that only lies there is one careless step away from it, and the token that the checkout keeps on disk lies
beside it.

## How to fix

Build pull requests on `pull_request`, where the token only reads and no secret is there. What needs power
goes to another workflow that executes nothing of the pull request.

## Bad

```yaml
name: test
on: pull_request_target
permissions:
  contents: write
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4.2.2
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: make test
```

## Good

```yaml
name: test
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make test
```

## What this rule cannot see

Whether a program that it doesn't know executes something of the folder that it works in: that is
reported one level lower, with low confidence. Actions of other repositories are taken to execute nothing
unless they are known to, and so are reusable workflows of other repositories, even if they are given the
head and the secrets. A script of this repository that is given the head's folder is taken to read it, and
nothing of it to be fetched there. A test runner's search below its own folder isn't followed; of scripts for
other shells than `bash` only known tools count, of Python only that it starts something. Code that is only
on disk is silent where no checkout keeps a token. Commits that a script finds in another way than by `gh`, a
field of the event or the event's file aren't followed, nor is an author's name in a clone's address. An
outsider's text counts as a ref where it stands alone; what a script lets through of it is not evaluable. A
ref's conditions are read where it is written, not through outputs or inputs; JavaScript that looks a commit
up and compares anything is not evaluable. Where the token may only read and no secret is in reach nothing is
gained, and nothing is reported; a self-hosted runner is another rule's. A label that somebody inside sets,
and that a job requires, approves the commit of its event, and a member's comment approves what it stands
under; what may have moved since an approval is `checkout-race`'s alone. Whether an environment has reviewers
is a setting: what depends on it is not evaluable.

## References

- https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
- https://docs.github.com/en/actions/reference/security/securely-using-pull_request_target
- https://boostsecurityio.github.io/lotp/
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Job, Severity, Step, Takeover, Verdict, rule


@rule(
    Job,
    id="untrusted-checkout",
    title="An outsider's code in a run with your token or secrets",
    severity=Severity.CRITICAL,
    cwe=829,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for each step that fetches a head; the worst path decides how bad it is."""
    by_step: dict[Step, list[Takeover]] = {}
    raced = {(race.path, race.step.step) for race in facts.races.of(job)}
    for found in facts.takeovers.of(job):
        if (found.path, found.step.step) in raced:
            continue
        by_step.setdefault(found.step.step, []).append(found)
    for takeovers in by_step.values():
        worst = takeovers[0]
        yield Hit(
            message=f"{_what(worst)}, through `{worst.path.entry.event}`",
            at=worst.step.step.location,
            severity=worst.severity,
            confidence=worst.confidence,
            verdict=Verdict.EXPOSED if worst.decided else Verdict.NOT_EVALUABLE,
            traces=tuple(each.trace() for each in takeovers[:5]),
            job=job.id,
        )


def _what(found: Takeover) -> str:
    code = "an outsider's code"
    if found.on_disk.confidence is Confidence.LOW:
        code = "a ref that can't be decided"
    if not found.on_disk.ran:
        return f"{code} is fetched beside a token that a checkout keeps on disk"
    ran = found.on_disk.ran[0]
    if ran.surely is Confidence.LOW:
        return f"{code} is fetched in a privileged run, and {ran.execution.what}"
    return f"{code} is fetched in a privileged run and executed: {ran.execution.what}"
