"""Outsiders' code can change a folder that a trusted job uses on the same kind of machine.

## Why it matters

A folder of the host that outlives jobs (models, wheels, a compiler's cache, the tool cache) is handed from
one job to the next. If a pull request's job may write it, the next trusted job loads what is in there: a
pickled checkpoint, a wheel, an object file. That is code.

## How to fix

Give trusted jobs folders and machines that outsiders' code can't write: mount them read-only, or use
runners that are new for each job. A hosted runner for the pull requests does the same.

## Bad

```yaml
name: train
on: [pull_request, push]
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, gpu]
    container:
      image: trainer
      volumes:
        - /mnt/cache:/root/.cache
    steps:
      - run: pytest
  nightly:
    if: github.event_name == 'push'
    runs-on: [self-hosted, gpu]
    container:
      image: trainer
      volumes:
        - /mnt/cache:/root/.cache
    steps:
      - run: python train.py
```

## Good

```yaml
name: train
on: [pull_request, push]
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    if: github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, gpu]
    timeout-minutes: 60
    container:
      image: trainer
      volumes:
        - /mnt/cache:/root/.cache:ro
    steps:
      - run: pytest
  nightly:
    if: github.event_name == 'push'
    runs-on: [self-hosted, gpu]
    timeout-minutes: 60
    container:
      image: trainer
      volumes:
        - /mnt/cache:/root/.cache
    steps:
      - run: python train.py
```

## What this rule cannot see

It compares folders that are written out: mounts of jobs, services and `docker run`, and the variables that
tell tools where their cache is (`HF_HOME`, `PIP_CACHE_DIR`, `RUNNER_TOOL_CACHE` ...). Defaults in a home
folder, paths inside scripts, and network drives that other labels mount aren't seen. Only jobs with the same
labels are compared. Caches of `actions/cache` don't lie on the machine, and don't concern this rule.

## References

- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
- https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-04-Poisoned-Pipeline-Execution
"""

from collections.abc import Iterator

from auditor.api import Confidence, Facts, Hit, Hop, HopKind, Job, Severity, rule


@rule(
    Job,
    id="self-hosted-cache",
    title="A trusted job uses a folder that outsiders' code can change",
    severity=Severity.MEDIUM,
    cwe=349,
    owasp="CICD-SEC-4",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for each folder of a trusted job; the worst of the others sets the severity."""
    seen = set()
    for folder in facts.sharing.folders(job):
        if folder.own in seen:
            continue
        seen.add(folder.own)
        exposure = folder.shared.exposure
        written = Hop(HopKind.STEP, f"may write `{folder.theirs.source}` of the host", folder.theirs.location)
        used = Hop(HopKind.SINK, f"uses `{folder.own.source}` of the host", folder.own.location)
        theirs = exposure.runner_path.trace(*exposure.code.hops, written)
        yield Hit(
            message=f"`{folder.own.source}` is what outsiders' code in `{exposure.path.job.id}` can change",
            at=folder.own.location,
            severity=exposure.severity(Severity.MEDIUM),
            confidence=Confidence.MEDIUM,
            traces=(theirs, folder.shared.runner_path.trace(used)),
        )
