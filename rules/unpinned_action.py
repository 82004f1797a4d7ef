"""An action is used by a tag or branch that its owner, or an attacker, can move.

## Why it matters

`uses: owner/name@v1` runs whatever `v1` points to when the job starts. An attacker who gets hold of the
action's repository, or of one maintainer's token, moves the tag, and the next run of every user executes
their code with the job's token and secrets. It has happened to actions with tens of thousands of users, and
every tag was moved at once. A full commit can't be moved.

## How to fix

Pin the action to a full commit, with the version as a comment: `owner/name@SHA # v1.2.3`. Dependabot and
Renovate keep both up to date.

## Bad

```yaml
name: release
on: push
permissions:
  contents: write
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: acme/publish-wheels@v2
```

## Good

```yaml
name: release
on: push
permissions:
  contents: write
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: acme/publish-wheels@5f1c2b7a9d3e4c6880a1b2c3d4e5f60718293a4b # v2.3.1
```

## What this rule cannot see

Whether the release is immutable (since 2025-10 an exact tag of one can't move) and whether a policy
lets unpinned actions run at all. What a pinned action itself uses isn't read. A line of
`.github/workflows/actions.lock` that records a whole commit for the workflow counts as a pin, wherever GitHub
enforces lockfiles; it reaches no action file here. `actions/*`, `github/*` and the repository's own owner are
low. Reusable workflows and `docker://` images have rules of their own, and `./` and `$/` are this repository.
That a pinned commit really belongs to the named repository isn't looked up.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions
- https://github.blog/changelog/2025-08-15-github-actions-policy-now-supports-blocking-and-sha-pinning-actions/
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, Trace, UnpinnedAction, rule


@rule(
    Repository,
    id="unpinned-action",
    title="An action is not pinned to a commit",
    severity=Severity.MEDIUM,
    cwe=829,
    owasp="CICD-SEC-3",
    boundary="code",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a file and action, at the first ref; its other places in the file are related."""
    for action in facts.pins.unpinned(repository):
        trusted = action.is_github or action.is_own
        owner = " of GitHub" if action.is_github else " of this repository's owner" if action.is_own else ""
        others = action.steps[1:]
        more = f", and so in {len(others)} more of the file's steps" if others else ""
        yield Hit(
            message=f"the action `{action.name}`{owner} is not pinned to a commit: {action.reason}{more}",
            at=action.location,
            severity=Severity.LOW if trusted else Severity.MEDIUM,
            traces=(_trace(action, facts),),
            related=tuple(Hop(HopKind.STEP, "and here", step.location) for step in others[:50]),
            text=action.name.lower(),
        )


def _trace(action: UnpinnedAction, facts: Facts) -> Trace:
    """The strongest way to the first step that uses it, and what its code gets there."""
    step = Hop(HopKind.STEP, f"`{action.name}` runs at `{action.uses.ref}`", action.steps[0].location)
    for path in facts.reach.at_full_power(action.steps[0])[:1]:
        return path.trace(step, Hop(HopKind.POWER, facts.power.in_words(path), path.job.location))
    power = Hop(HopKind.POWER, "whatever the job that uses this holds", action.steps[0].location)
    return Trace((step, power))
