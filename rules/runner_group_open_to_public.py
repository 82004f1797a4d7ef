"""A group of self-hosted runners also serves public repositories, and a job here runs on it.

## Why it matters

By default a runner group serves no public repository, since anybody can open a pull request there. This one
was opened. In a public repository its machines are within reach of every fork's pull request. In a private
one the job here shares them with public repositories: what a stranger's run leaves on such a machine, in a
cache, a container or a process that stays, meets this job's code and secrets.

## How to fix

Switch off "Allow public repositories" for the runner group. Public repositories that need machines get a
group of their own, with runners that are new for each job.

## Bad

```yaml .github/workflows/train.yml
name: train
on: push
permissions:
  contents: read
jobs:
  train:
    runs-on:
      group: gpu-pool
    steps:
      - run: make train
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {
      "visibility": "private",
      "runner_groups": [{"name": "gpu-pool", "public_repositories": true, "labels": ["a100"]}]
    }
  }
}
```

## Good

```yaml .github/workflows/train.yml
name: train
on: push
permissions:
  contents: read
concurrency:
  group: gpu-${{ github.ref }}
  cancel-in-progress: true
jobs:
  train:
    runs-on:
      group: gpu-pool
    timeout-minutes: 60
    steps:
      - run: make train
```

```json settings.json
{
  "version": 1,
  "repositories": {
    "acme/shop": {
      "visibility": "private",
      "runner_groups": [{"name": "gpu-pool", "public_repositories": false, "labels": ["a100"]}]
    }
  }
}
```

## What this rule cannot see

Which other repositories really use the group, and what they run. Machines that serve one job each leave
nothing behind: where each runner of the group is ephemeral it is one level less. A group that admits only
named workflows, or only this repository, is silent; `self-hosted-fork-code` says whose code runs here. Groups
that the snapshot doesn't list aren't known.

## References

- https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
- https://docs.github.com/en/rest/actions/self-hosted-runner-groups
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Repository, Severity, Visibility, rule


@rule(
    Repository,
    id="runner-group-open-to-public",
    title="A runner group serves public repositories",
    severity=Severity.HIGH,
    cwe=653,
    owasp="CICD-SEC-7",
    boundary="self-hosted",
    since="0.1.0",
)
def check(_repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a group, at the first job that it may take."""
    is_public = facts.settings.visibility is Visibility.PUBLIC
    for shared in facts.shared_groups:
        group, first = shared.group, shared.jobs[0]
        assert first.runs_on is not None
        at = first.runs_on.location
        severity = Severity.HIGH if is_public else Severity.MEDIUM
        stake = "forks of this public one" if is_public else "forks of them share machines with this job"
        yield Hit(
            message=f"the runner group `{group.name}` is open to public repositories, "
            f"and `{first.id}` may run on it",
            at=at,
            severity=severity.lowered() if group.ephemeral else severity,
            traces=(
                facts.posture.trace(
                    first,
                    at,
                    f"the group `{group.name}` admits public repositories",
                    f"the machines of `{group.name}`: {stake}",
                ),
            ),
            related=tuple(Hop(HopKind.JOB, "and this job", job.location) for job in shared.jobs[1:50]),
            text=group.name,
            job=first.id,
        )
