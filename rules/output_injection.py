"""Text that somebody else writes reaches `GITHUB_OUTPUT` in a way that lets it add other outputs.

## Why it matters

The runner reads `GITHUB_OUTPUT` line by line. A text of several lines that is written as `name=text` can
hold the line `approved=true`, and so set an output that a later `if:` or job believes. `NAME<<EOF` doesn't
help, since the text can hold the line `EOF` itself.

## How to fix

Write the value between lines of a delimiter that nobody can know, or use `core.setOutput`. A value that
must be one line is tested first: `[[ $TEXT =~ ^[a-z0-9-]+$ ]] || exit 1`.

## Bad

```yaml
name: plan
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - id: parse
        run: echo "text=$BODY" >> "$GITHUB_OUTPUT"
        env:
          BODY: ${{ github.event.comment.body }}
```

## Good

```yaml
name: plan
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - id: parse
        run: |
          end=$(openssl rand -hex 16)
          { echo "text<<$end"; echo "$BODY"; echo "$end"; } >> "$GITHUB_OUTPUT"
        env:
          BODY: ${{ github.event.comment.body }}
```

## What this rule cannot see

Scripts in languages that it doesn't read, and what programs of others write to the file. Titles and names
of branches, which have one line in GitHub's own forms, are left out. Whether an output that could be added
is believed anywhere is not looked at.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
- https://cwe.mitre.org/data/definitions/74.html
"""

from collections.abc import Iterator

from auditor.api import Actor, Confidence, Facts, Hit, Severity, Step, TextSink, TextSinkKind, Verdict, rule

_MOST = {Actor.OUTSIDER: Severity.MEDIUM, Actor.EXTERNAL: Severity.MEDIUM}


@rule(
    Step,
    id="output-injection",
    title="Untrusted text can add outputs to a step",
    severity=Severity.MEDIUM,
    cwe=74,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a write; the worst way to it decides how bad it is."""
    for sink in facts.text_sinks.of(step):
        if sink.kind is TextSinkKind.OUTPUTS and sink.may_have_lines:
            yield _hit(sink)


def _hit(sink: TextSink) -> Hit:
    worst = sink.splices[0]
    evaluable = worst.author is not None
    return Hit(
        message=f"{worst.whose} `{worst.name}` is written to {sink.what}: a line break in it adds any output",
        at=sink.location,
        severity=min(worst.severity, _MOST.get(worst.author, Severity.LOW)),
        confidence=Confidence.HIGH if evaluable else Confidence.LOW,
        verdict=Verdict.EXPOSED if evaluable else Verdict.NOT_EVALUABLE,
        traces=tuple(
            splice.trace(f"it is written to {sink.what}", sink.location) for splice in sink.splices[:5]
        ),
    )
