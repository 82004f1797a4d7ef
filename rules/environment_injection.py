"""Text that somebody else writes reaches `GITHUB_ENV` or `GITHUB_PATH`.

## Why it matters

The runner reads `GITHUB_ENV` line by line. A text of several lines that is written there sets further
variables for all later steps: `LD_PRELOAD`, `BASH_ENV`, `NODE_OPTIONS` and their like run code. `NAME<<EOF`
doesn't help, since the text can hold the line `EOF` itself. A line in `GITHUB_PATH` decides which programs
later steps find first.

Titles and names of branches have one line in GitHub's own forms. They are told as **low** and not decided,
since nothing says that no other way lets a line break in.

## How to fix

Give the text to the step that needs it through `env`, and don't write it to `GITHUB_ENV`. Where it must be
written, use a delimiter that nobody can know, or `core.exportVariable`.

## Bad

```yaml
name: notes
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  notes:
    runs-on: ubuntu-latest
    steps:
      - run: echo "NOTE=$BODY" >> "$GITHUB_ENV"
        env:
          BODY: ${{ github.event.comment.body }}
      - run: make release
```

## Good

```yaml
name: notes
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  notes:
    runs-on: ubuntu-latest
    steps:
      - run: make release
        env:
          NOTE: ${{ github.event.comment.body }}
```

## What this rule cannot see

Scripts in languages that it doesn't read, and what programs of others write to these files. A delimiter
that is random is taken for safe.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable
- https://cwe.mitre.org/data/definitions/74.html
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Severity, Step, TextSink, TextSinkKind, Verdict, rule


@rule(
    Step,
    id="environment-injection",
    title="Untrusted text can set variables of later steps",
    severity=Severity.CRITICAL,
    cwe=74,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a write; the worst way to it decides how bad it is."""
    for sink in facts.text_sinks.of(step):
        if sink.kind in (TextSinkKind.VARIABLES, TextSinkKind.PATH):
            yield _hit(sink)


def _hit(sink: TextSink) -> Hit:
    worst = sink.splices[0]
    decided = worst.author is not None and sink.may_have_lines
    lines = sink.kind is TextSinkKind.VARIABLES
    sets = (
        "a line break in it sets any variable of later steps"
        if lines
        else "it decides which programs later steps find"
    )
    return Hit(
        message=f"{worst.whose} `{worst.name}` is written to {sink.what}: {sets}",
        at=sink.location,
        severity=worst.severity if sink.may_have_lines else min(worst.severity, Severity.LOW),
        confidence=Confidence.HIGH if decided else Confidence.LOW,
        verdict=Verdict.EXPOSED if decided else Verdict.NOT_EVALUABLE,
        traces=tuple(
            splice.trace(f"it is written to {sink.what}", sink.location) for splice in sink.splices[:5]
        ),
    )
