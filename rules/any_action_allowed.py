"""Any action may run, and a workflow uses one by a ref that its owner can move.

## Why it matters

Nothing in the settings narrows which actions run here: neither a list of allowed actions nor a rule that each
must be pinned to a commit. A tag that is moved in somebody else's repository then runs here with the next
push, and so does any action that a pull request adds. A list, or the rule about commits, stops both for all
workflows at once, later ones too.

## How to fix

Pin the action to a full commit, and require that in the settings of the repository or the organisation. The
setting is "Require actions to be pinned to a full-length commit SHA"; a list of allowed actions narrows it
further.

## Bad

```yaml .github/workflows/ci.yml
name: docs
on: push
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: somebody/build-docs@v3
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"any_action": true, "sha_pinning": false}
  }
}
```

## Good

```yaml .github/workflows/ci.yml
name: docs
on: push
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make docs
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {"any_action": true, "sha_pinning": true}
  }
}
```

## What this rule cannot see

What a list would have to hold. It is silent where every action of others is pinned, and where only
GitHub's own and those of the repository's owner are used; `unpinned-action` lists each place.

## References

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#managing-github-actions-permissions-for-your-repository
- https://github.blog/changelog/2025-08-15-github-actions-policy-now-supports-blocking-and-sha-pinning-actions/
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, Trace, rule


@rule(
    Repository,
    id="any-action-allowed",
    title="Any action may run",
    severity=Severity.LOW,
    cwe=829,
    owasp="CICD-SEC-8",
    boundary="code",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a repository, at the first action of others that isn't pinned."""
    settings = facts.settings
    if not settings.any_action or settings.sha_pinning is not False:
        return
    others = [each for each in facts.pins.unpinned(repository) if not each.is_github and not each.is_own]
    for action in others[:1]:
        step = action.steps[0]
        hops = (
            Hop(HopKind.GATE, "the settings allow every action, by any ref", action.location),
            Hop(HopKind.POWER, f"anybody who can move `{action.uses.ref}` runs code here", action.location),
        )
        paths = facts.reach.at_full_power(step)[:1]
        yield Hit(
            message=f"the settings let any action run by any ref, and `{action.name}` can be moved",
            at=action.location,
            traces=tuple(path.trace(*hops) for path in paths) or (Trace(hops),),
            related=tuple(Hop(HopKind.STEP, "and here", each.location) for each in others[1:50]),
            text="",
        )
