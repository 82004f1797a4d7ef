"""A container on a self-hosted runner is no boundary to the machine.

## Why it matters

A job's container is what keeps its code off the machine that the next job uses. `--privileged`, the Docker
socket, the host's own folders, network or processes, and capabilities like `SYS_ADMIN` undo that: code in
the container becomes root on the host, reads what other jobs and the host's cloud role hold, and stays
there. GPUs need none of it: `--gpus all` gives a container the cards alone.

## How to fix

Remove what leads out of the container: `--privileged`, the Docker socket, the host's namespaces, mounts of
the host that can be written. A job for outsiders' code runs on a hosted runner, or on one that is new for
each job.

## Bad

```yaml
name: gpu tests
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: [self-hosted, gpu]
    container:
      image: nvcr.io/nvidia/pytorch:26.09-py3
      options: --gpus all --privileged
      volumes:
        - /var/run/docker.sock:/var/run/docker.sock
    steps:
      - run: pytest tests/gpu
```

## Good

```yaml
name: gpu tests
on: pull_request
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, gpu]
    timeout-minutes: 60
    container:
      image: nvcr.io/nvidia/pytorch:26.09-py3
      options: --gpus all --shm-size 16g
      volumes:
        - /data/models:/models:ro
    steps:
      - run: pytest tests/gpu
```

## What this rule cannot see

What the runner itself adds (a hook, Kubernetes, rootless Docker, user namespaces), and what a compose file,
a script of the repository or an action starts. Options that an expression puts together aren't read. A
container runtime's own defaults, `--ipc host`, seccomp and AppArmor profiles aren't judged. It is high where
an outsider gets into the job, medium where only people with write access do; one level less for a container
that a script on the host starts (its `--network host` is none), and for a label that may be anybody's
machine, which is not evaluable.

## References

- https://docs.docker.com/engine/security/
- https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
"""

from collections.abc import Iterator

from auditor.api import (
    Confidence,
    Facts,
    Hit,
    Hop,
    HopKind,
    Job,
    RunnerKind,
    Severity,
    Verdict,
    rule,
)


@rule(
    Job,
    id="self-hosted-escape",
    title="A container on a self-hosted runner opens the machine",
    severity=Severity.HIGH,
    cwe=250,
    owasp="CICD-SEC-7",
    boundary="self-hosted",
    since="0.1.0",
)
def check(job: Job, facts: Facts) -> Iterator[Hit]:
    """One hit for each container that is no boundary; who gets into the job says how bad it is."""
    landings = [
        each for each in facts.exposures.runner_paths(job) if each.runner.kind is not RunnerKind.COMPANY
    ]
    for escape in facts.containers.escapes(job) if landings else ():
        worst, *_ = landings
        severity = worst.severity(Severity.HIGH) if worst.is_outsiders else Severity.MEDIUM
        # A script stands on the host itself; what it starts is a boundary for less.
        severity = severity.lowered(int(escape.step is not None) + int(not worst.is_known))
        said = ", ".join(escape.ways)
        where = (
            f"`{worst.runner.name}`"
            if worst.is_known
            else f"a runner that may be self-hosted: {worst.runner.reason}"
        )
        sink = Hop(HopKind.SINK, f"{escape.name} {said}", escape.location)
        yield Hit(
            message=f"{escape.name} {said}, on {where}",
            at=escape.location,
            severity=severity,
            confidence=Confidence.HIGH if worst.is_known else Confidence.LOW,
            verdict=Verdict.EXPOSED if worst.is_known else Verdict.NOT_EVALUABLE,
            traces=tuple(each.trace(sink) for each in landings[:3]),
            step=escape.step.label if escape.step else None,
        )
