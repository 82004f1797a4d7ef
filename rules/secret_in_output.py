"""A secret, or something made from one, is written to an output, to `GITHUB_ENV` or to the step summary.

## Why it matters

GitHub hides a secret by replacing its exact text, and some simple encodings of it, in logs and summaries.
It doesn't know what a script makes of it: the first characters, a field of a JSON key, most base64. Such a
text goes through outputs into other jobs, summaries and logs in the clear: **high**, and **medium** in
`GITHUB_ENV`. A hash, a length or a test gives nothing away, nor do fields that only name an account.

Where the text is still masked, it is something else that goes wrong. A *job output* (or a reusable
workflow's) that holds a masked text is dropped, so its readers get an empty string, and the job goes on
with it: **medium**; in the *summary* only masking stands between the secret and its readers: **medium**. A
*step's or action's output* spreads the secret without need: **low**. So does *`GITHUB_ENV`*, which is
common and mostly meant: **low**, and **medium** where an action of a third party runs later in the job and
gets the variable, too. `::add-mask::` before the write makes a derived text a masked one.

The job's own `GITHUB_TOKEN` counts two levels less, and nothing where that is below low.

## How to fix

Keep the secret in the `env` of the step that needs it, and mask what is made from it with `::add-mask::`.
Another job reads the secret itself; it needs no output for that.

## Bad

```yaml
name: release
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  login:
    runs-on: ubuntu-latest
    outputs:
      auth: ${{ steps.auth.outputs.basic }}
    steps:
      - id: auth
        run: echo "basic=$(printf 'ci:%s' "$TOKEN" | base64 -w0)" >> "$GITHUB_OUTPUT"
        env:
          TOKEN: ${{ secrets.REGISTRY_TOKEN }}
  push:
    needs: login
    runs-on: ubuntu-latest
    steps:
      - run: ./push.sh
        env:
          AUTH: ${{ needs.login.outputs.auth }}
```

## Good

```yaml
name: release
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - run: |
          AUTH=$(printf 'ci:%s' "$TOKEN" | base64 -w0)
          echo "::add-mask::$AUTH"
          AUTH="$AUTH" ./push.sh
        env:
          TOKEN: ${{ secrets.REGISTRY_TOKEN }}
```

## What this rule cannot see

What a program makes of a secret in its arguments or environment: only `echo`, `printf`, `cat`,
here-documents, variables, well-known filters and commands that print a credential carry it. In a shell,
files that a script writes and reads again aren't followed for this rule, nor are functions, loops' order
and `exec` redirects; languages other than bash, sh, PowerShell, cmd, Python and JavaScript are read line by
line. Inside a local action, the variables of the job that uses it aren't known. An output that only passes
on another output is reported once, at the end. Whether a field of a JSON secret is secret is judged by the
field's name.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log
"""

from collections.abc import Iterator

from auditor.api import (
    Confidence,
    Facts,
    Hit,
    LeakKind,
    Repository,
    Severity,
    Sink,
    SinkKind,
    Step,
    UsesKind,
    rule,
)

_OURS = frozenset({"actions", "github"})
_LEAKS = (LeakKind.OUTPUT, LeakKind.VARIABLE, LeakKind.SUMMARY)
_PASSED_ON = (SinkKind.JOB_OUTPUT, SinkKind.WORKFLOW_OUTPUT)


@rule(
    Repository,
    id="secret-in-output",
    title="A secret is written to an output",
    severity=Severity.HIGH,
    cwe=200,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a sink; an output that is only handed on counts at its last place."""
    for step in repository.steps:
        yield from _of_step(step, facts)
    for sink in facts.secrets.sinks:
        strangers = _later_strangers(sink, facts)
        severity = _severity(sink, strangers).lowered(2 if sink.value.is_token else 0)
        if severity < Severity.LOW:
            continue
        yield Hit(
            message=f"{_what(sink)} goes into {_where(sink)}: {_consequence(sink, strangers)}",
            at=sink.location,
            severity=severity,
            confidence=_confidence(sink),
            traces=(facts.secrets.trace(sink),),
            job=sink.job.id if sink.job and not (sink.step and sink.step.action) else None,
            step=sink.step.label if sink.step else None,
        )


def _of_step(step: Step, facts: Facts) -> Iterator[Hit]:
    """Credentials that a script makes, and secrets in other languages than a shell's."""
    for leak in facts.secret_leaks.of(step):
        if leak.kind not in _LEAKS or (leak.by_shell and not leak.is_minted):
            continue
        severity = Severity.HIGH if leak.kind is not LeakKind.VARIABLE else Severity.MEDIUM
        if leak.known:
            severity = Severity.MEDIUM if leak.kind is LeakKind.SUMMARY else Severity.LOW
        severity = severity.lowered(2 if leak.is_token else 0)
        if severity >= Severity.LOW:
            masks = "every later step can read it" if leak.known else "GitHub doesn't mask it in this form"
            yield Hit(
                message=f"{leak.said} goes into {leak.what}: {masks}",
                at=leak.location,
                severity=severity,
                traces=(leak.trace(),),
                job=leak.job.id if leak.job and not step.action else None,
                step=step.label,
            )


def _severity(sink: Sink, strangers: tuple[str, ...]) -> Severity:
    if not sink.value.masked:
        return Severity.MEDIUM if sink.kind is SinkKind.ENV else Severity.HIGH
    shown = sink.kind in _PASSED_ON or sink.kind is SinkKind.SUMMARY
    return Severity.MEDIUM if shown or strangers else Severity.LOW


def _confidence(sink: Sink) -> Confidence:
    """Masking of base64 depends on the bytes; a field may be no secret; a dropped output may be unused."""
    value = sink.value
    unsure = sink.kind in _PASSED_ON if value.masked else value.is_partly_masked or value.is_field
    return Confidence.MEDIUM if unsure else Confidence.HIGH


def _what(sink: Sink) -> str:
    return sink.value.said + (f" ({sink.value.change})" if sink.value.change else "")


def _where(sink: Sink) -> str:
    name = f" `{sink.name}`" if sink.name else ""
    job = f" of the job `{sink.job.id}`" if sink.job else ""
    return f"{sink.kind.value}{' as' if name and sink.kind is SinkKind.ENV else ''}{name}{job}"


def _consequence(sink: Sink, strangers: tuple[str, ...]) -> str:
    if not sink.value.masked:
        masks = "may not" if sink.value.is_partly_masked else "doesn't"
        return f"GitHub {masks} mask it in this form"
    if sink.kind in _PASSED_ON:
        return "GitHub drops such an output, so its readers get an empty string"
    if sink.kind is SinkKind.SUMMARY:
        return "only masking keeps it from the summary's readers"
    if strangers:
        return f"every later step gets it, among them `{strangers[0]}`"
    return "every later step of the job can read it"


def _later_strangers(sink: Sink, facts: Facts) -> tuple[str, ...]:
    """The third parties' actions that get what a step writes to `GITHUB_ENV`."""
    if sink.kind is not SinkKind.ENV or sink.step is None or sink.step.job is None:
        return ()
    own = (facts.settings.repository or "").partition("/")[0].lower()
    later = (step.uses for step in sink.step.job.steps[sink.step.index + 1 :] if step.uses)
    remote = (uses for uses in later if uses.kind in (UsesKind.REMOTE, UsesKind.DOCKER))
    return tuple(uses.text for uses in remote if uses.owner.lower() not in {*_OURS, own} or not uses.owner)
