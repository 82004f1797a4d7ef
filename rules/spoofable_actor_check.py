"""A condition takes who acted last, or a name that anybody may choose, for a trusted bot.

## Why it matters

`github.actor` is who caused the *last* event, not who wrote what the run is about. An outsider opens a pull
request from a branch of their fork that Dependabot made, adds their own commits, and has Dependabot push once
more: now `github.actor` is `dependabot[bot]`, and the code is theirs. The same goes for `triggering_actor`,
for `github.event.sender` and for the actor of a followed run. A branch called `dependabot/…` or a commit
whose author is called `dependabot[bot]` needs no bot at all. `github.event.pull_request.user.login` says who
opened the pull request, and can't be moved.

## How to fix

Compare `github.event.pull_request.user.login` with the bot's name, not `github.actor`. The author of a pull
request doesn't change, who acted last does.

## Bad

```yaml
name: automerge
on: pull_request_target
permissions:
  contents: write
  pull-requests: write
jobs:
  merge:
    if: github.actor == 'dependabot[bot]'
    runs-on: ubuntu-latest
    steps:
      - run: gh pr merge --auto --squash "$URL"
        env:
          GH_TOKEN: ${{ github.token }}
          URL: ${{ github.event.pull_request.html_url }}
```

## Good

```yaml
name: automerge
on: pull_request_target
permissions:
  contents: write
  pull-requests: write
jobs:
  merge:
    if: github.event.pull_request.user.login == 'dependabot[bot]'
    runs-on: ubuntu-latest
    steps:
      - run: gh pr merge --auto --squash "$URL"
        env:
          GH_TOKEN: ${{ github.token }}
          URL: ${{ github.event.pull_request.html_url }}
```

## What this rule cannot see

A test in a script, or of a variable, an output or another job's result that holds the actor. It reports only
tests that an outsider's run gets past because of the bot's name, and only where a token that may write,
secrets or a self-hosted machine stand behind it: a test that keeps bots out, a push, and a fork's own
`pull_request` on a hosted runner are silent. Which bots can be made to act on a fork isn't known, so any may.

## References

- https://www.synacktiv.com/publications/github-actions-exploitation-dependabot
- https://docs.github.com/en/code-security/dependabot/working-with-dependabot/automating-dependabot-with-github-actions
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Repository, Severity, places, rule


@rule(
    Repository,
    id="spoofable-actor-check",
    title="An outsider passes for a trusted bot",
    severity=Severity.HIGH,
    cwe=290,
    owasp="CICD-SEC-1",
    boundary="code",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a condition: the strongest way past it."""
    for place in places(repository):
        found = facts.spoofable_actors.at(place)
        if found is None:
            continue
        flaw = "is who acted last" if found.acts else "is an outsider's to choose"
        yield Hit(
            message=f"`{found.field}` {flaw}, and `{found.name}` in it opens "
            f"`{found.path.entry.event}` to an outsider",
            at=found.at,
            severity=found.severity(Severity.HIGH),
            traces=(found.trace(),),
            job=place.job,
            step=place.step,
        )
