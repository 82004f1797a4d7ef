"""A secret stands in the `env` of a workflow or job, and so in every step, third-party actions included.

## Why it matters

Each process of the job can read its environment: each action of others, each install script of a
dependency. A key that one step needs is then as safe as the worst of them.

It is **medium** where an action of a third party gets it, else **low**.

## How to fix

Move the secret to the `env` of the step that needs it. Steps that need the same one each name it.

## Bad

```yaml
name: train
on:
  push:
    branches: [main]
permissions:
  contents: read
env:
  HF_TOKEN: ${{ secrets.HF_TOKEN }}
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: ./prepare
      - run: ./train --token "$HF_TOKEN"
```

## Good

```yaml
name: train
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: ./prepare
      - run: ./train --token "$HF_TOKEN"
        env:
          HF_TOKEN: ${{ secrets.HF_TOKEN }}
```

## What this rule cannot see

Whether a program reads the variable without naming it. Where no script names it and no third party's action
gets it, the rule is silent, and so it is where each step names it.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information
- https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets
"""

from collections.abc import Iterator

from auditor.api import (
    Confidence,
    Facts,
    Hit,
    Hop,
    HopKind,
    Path,
    Scalar,
    Severity,
    Step,
    Trace,
    UsesKind,
    Workflow,
    rule,
)


@rule(
    Workflow,
    id="secret-in-wide-env",
    title="A secret stands in the environment of steps that do not need it",
    severity=Severity.MEDIUM,
    cwe=526,
    owasp="CICD-SEC-6",
    boundary="secrets",
    since="0.2.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a job, or a workflow, with its other secrets as places."""
    own = {"actions", "github", (facts.settings.repository or "").partition("/")[0].lower()}
    layers = [(workflow.env, workflow.jobs, "the workflow")]
    layers += [(job.env, (job,), f"the job `{job.id}`") for job in workflow.jobs]
    for env, jobs, where in layers:
        steps = [step for job in jobs for step in job.steps]
        strangers = [step.uses.text for step in steps if _is_strange(step, own) and step.uses]
        wide = [
            entry.key
            for entry in env
            if _is_secret(entry.value, facts) and (strangers or _is_for_some(entry.key.value, steps))
        ]
        if wide and len(steps) > 1:
            yield _hit(wide, strangers, len(steps), where, facts.reach.at_full_power(steps[0])[:1])


def _hit(keys: list[Scalar], strangers: list[str], steps: int, where: str, paths: tuple[Path, ...]) -> Hit:
    names = ", ".join(f"`{key.value}`" for key in keys[:2]) + (" and more" if len(keys) > 2 else "")
    who = f", among them `{strangers[0]}`" if strangers else ""
    last = Hop(HopKind.SINK, f"every step of {where} gets {names}", keys[0].location)
    return Hit(
        message=f"the `env` of {where} gives {names} to all {steps} steps{who}",
        at=keys[0].location,
        severity=Severity.MEDIUM if strangers else Severity.LOW,
        confidence=Confidence.MEDIUM,
        traces=tuple(path.trace(last) for path in paths) or (Trace((last,)),),
        places=tuple(key.location for key in keys[1:]),
        text=",".join(sorted(key.value for key in keys)),
    )


def _is_strange(step: Step, own: set[str]) -> bool:
    uses = step.uses
    return uses is not None and uses.kind is UsesKind.REMOTE and uses.owner.lower() not in own


def _is_secret(value: object, facts: Facts) -> bool:
    parts = facts.expressions(value) if isinstance(value, Scalar) else ()
    paths = [reference.path for part in parts for reference in part.values()]
    return any(path[0] == "secrets" and path[1:] != ("github_token",) for path in paths)


def _is_for_some(name: str, steps: list[Step]) -> bool:
    """Whether some scripts name the variable, and other steps don't."""
    naming = [step for step in steps if step.run is not None and name in step.run.value]
    return 0 < len(naming) < len(steps)
