"""The runner is set to obey commands in whatever a step prints.

## Why it matters

Until 2020 a step set variables and the path for the steps after it by printing `::set-env` or `::add-path`.
Everything that a step prints counted: a file's content, a pull request's title, a test's output. Anybody who
could get text into the log could set `LD_PRELOAD` or put their program first on the path. GitHub switched
that off; `ACTIONS_ALLOW_UNSECURE_COMMANDS: true` switches it on again, for every step that sees the variable.

## How to fix

Remove `ACTIONS_ALLOW_UNSECURE_COMMANDS`, and write to `$GITHUB_ENV` and `$GITHUB_PATH` instead. Update the
action or the script that still prints `::set-env` or `::add-path`.

## Bad

```yaml
name: build
on: [pull_request]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      ACTIONS_ALLOW_UNSECURE_COMMANDS: true
    steps:
      - uses: actions/checkout@v6
      - run: echo "::set-env name=VERSION::$(cat VERSION)"
      - run: make
```

## Good

```yaml
name: build
on: [pull_request]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: echo "VERSION=$(cat VERSION)" >> "$GITHUB_ENV"
      - run: make
```

## What this rule cannot see

The variable in the environment of a self-hosted runner itself, and one that a script of the repository or an
action sets. A value that only the run knows is reported as not evaluable. In languages other than bash and sh
a line counts that names both the value and `GITHUB_ENV`. `export` in a script changes nothing for the runner
and isn't reported. Whether a step really prints other people's text isn't checked.

## References

- https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/
- https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Repository, Severity, Verdict, rule


@rule(
    Repository,
    id="insecure-commands",
    title="Commands in what a step prints are obeyed",
    severity=Severity.HIGH,
    cwe=77,
    owasp="CICD-SEC-4",
    boundary="code",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a place."""
    for found in facts.insecure_commands.permissions(repository):
        where = "a whole workflow"
        if found.step is not None:
            where = f"the step `{found.step.label}`" if found.step.label else "a step"
        elif found.job is not None:
            where = f"the job `{found.job.id}`"
        yield Hit(
            message=f"`ACTIONS_ALLOW_UNSECURE_COMMANDS` {found.how} {where}",
            at=found.at,
            severity=found.severity(Severity.HIGH if found.sure else Severity.MEDIUM),
            confidence=Confidence.HIGH if found.sure else Confidence.LOW,
            verdict=Verdict.EXPOSED if found.sure else Verdict.NOT_EVALUABLE,
            traces=found.traces(),
            job=found.job.id if found.job else None,
            step=found.step.label if found.step else None,
        )
