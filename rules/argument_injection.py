"""Text that somebody else writes is an argument that can turn into an option of a program.

## Why it matters

`git fetch origin "$BRANCH"` is safe from the shell and not from git: a branch named `--upload-pack=COMMAND`
is an option that runs a command. `sed`, `find`, `tar`, `rsync`, `ssh` and others have such options, too;
some write files. Where the text stands unquoted, each word in it can be an option.

## How to fix

Put `--` before the text, or write something fixed in front of it: `./$PATH`, `refs/heads/$BRANCH`. Quote
it, so that it stays one argument.

## Bad

```yaml
name: count
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: find $PLACE -name '*.py'
        env:
          PLACE: ${{ github.event.comment.body }}
```

## Good

```yaml
name: count
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: find "./$PLACE" -name '*.py'
        env:
          PLACE: ${{ github.event.comment.body }}
```

## What this rule cannot see

Programs that aren't in its table, scripts in other languages than shells, and options that a program takes
from a file or a variable.

## References

- https://cwe.mitre.org/data/definitions/88.html
- https://sonarsource.github.io/argument-injection-vectors/
"""

from collections.abc import Iterator

from auditor.api import (
    Confidence,
    Facts,
    Hit,
    OptionPower,
    Severity,
    Step,
    TextSink,
    TextSinkKind,
    Verdict,
    rule,
)


@rule(
    Step,
    id="argument-injection",
    title="Untrusted text can become an option of a program",
    severity=Severity.HIGH,
    cwe=88,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit an argument; the worst way to it decides how bad it is."""
    for sink in facts.text_sinks.of(step):
        if sink.kind is TextSinkKind.OPTION:
            yield _hit(sink)


def _hit(sink: TextSink) -> Hit:
    worst = sink.splices[0]
    assert sink.does is not None
    most = Severity.HIGH if sink.does is OptionPower.RUNS else Severity.MEDIUM
    evaluable = worst.author is not None
    return Hit(
        message=f"{worst.whose} `{worst.name}` can become {sink.what} that {sink.does.value}",
        at=sink.location,
        severity=min(worst.severity, most),
        confidence=Confidence.MEDIUM if evaluable else Confidence.LOW,
        verdict=Verdict.EXPOSED if evaluable else Verdict.NOT_EVALUABLE,
        traces=tuple(
            splice.trace(f"it can become {sink.what}", sink.location) for splice in sink.splices[:5]
        ),
    )
