"""A secret is written into a script's text, not given to it through the environment.

## Why it matters

GitHub replaces `${{ secrets.X }}` before the shell sees the script. The secret then is a part of the
program: it stands in the script's file on the runner's disk, often in the arguments of a process, which
every other process of the machine can list, and a quote, a dollar sign or a backslash in it breaks the
script or is run as code. Anybody who may set the secret can write the script.

The same goes for inputs of actions that are scripts, as of `actions/github-script`, and for a comment
in the script: it is replaced there, too. The job's own `GITHUB_TOKEN` can hold nothing that a shell
understands and dies with the job, so it counts low.

## How to fix

Pass the secret through `env` of the step, and read the variable in the script. In a shell, write `"$NAME"`
with quotes.

## Bad

```yaml
name: publish
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
jobs:
  upload:
    runs-on: ubuntu-latest
    steps:
      - run: twine upload -u __token__ -p "${{ secrets.PYPI_TOKEN }}" dist/*
```

## Good

```yaml
name: publish
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
jobs:
  upload:
    runs-on: ubuntu-latest
    steps:
      - run: twine upload dist/*
        env:
          TWINE_USERNAME: __token__
          TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }}
```

## What this rule cannot see

Which inputs of an action that isn't in its table are scripts. A composite action's input counts only where
a workflow or action of this repository gives it a secret. A secret that arrives through a step's or job's
output is left to `secret-in-output`. Shell variables that end up as arguments aren't looked at. A
condition of the step changes nothing here, unless it never holds.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets
"""

from collections.abc import Iterator

from auditor.api import Expansion, Facts, Hit, Severity, Step, UsesKind, rule


@rule(
    Step,
    id="secret-in-script",
    title="A secret is written into a script's text",
    severity=Severity.MEDIUM,
    cwe=214,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.1.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit for each secret of a step, where it first stands."""
    for found in facts.secrets.expanded(step):
        yield Hit(
            message=f"{found.value.said} is expanded into {_place(found)}",
            at=found.part.location,
            severity=Severity.LOW if found.value.is_token else Severity.MEDIUM,
            traces=(facts.secrets.trace(found),),
            text=found.part.text,
        )


def _place(found: Expansion) -> str:
    step = found.step
    docker = step.uses is not None and step.uses.kind is UsesKind.DOCKER
    other = "the arguments of the container" if docker else "a script that the action runs"
    what = "the script" if step.run is not None else other
    if step.job is not None:
        return f"{what} of a step in the job `{step.job.id}`"
    giver = f", for the job `{found.job.id}`" if found.job else ""
    return f"{what} of a step of this action{giver}"
