"""A reusable workflow declares more permissions than its caller grants it, or than its jobs need.

## Why it matters

A called workflow can only keep or reduce what its caller has. Where it declares one scope more, GitHub
refuses to start the whole run, the caller's other jobs included, and does so before any `if` is looked at.
The quick fix, `write-all` in the caller, is how tokens get wide. So the reusable workflow shouldn't request
what none of its jobs needs, either: each caller must then grant it, or can't call.

## How to fix

Make both sides agree: the caller's job grants what the reusable workflow declares, and that is what its
jobs need. GitHub refuses to start a run where the called workflow asks for more.

## Bad

```yaml .github/workflows/ci.yml
name: ci
on: [push]
permissions:
  contents: read
jobs:
  image:
    uses: ./.github/workflows/image.yml
```

```yaml .github/workflows/image.yml
name: image
on: workflow_call
permissions:
  contents: read
  packages: write
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - run: docker push ghcr.io/acme/train:latest
```

## Good

```yaml .github/workflows/ci.yml
name: ci
on: [push]
permissions:
  contents: read
jobs:
  image:
    permissions:
      contents: read
      packages: write
    uses: ./.github/workflows/image.yml
```

```yaml .github/workflows/image.yml
name: image
on: workflow_call
permissions:
  contents: read
  packages: write
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - run: docker login ghcr.io -u acme -p "$TOKEN" && docker push ghcr.io/acme/train:latest
        env:
          TOKEN: ${{ github.token }}
```

## What this rule cannot see

Reusable workflows of other repositories. Where neither the calling job nor its workflow declares
permissions, the default token decides: without that setting the rule is silent. Whether a job needs a scope
is only known where every step of it is known. An id-token that no job needs is left to `unused-id-token`.

## References

- https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#supported-keywords-for-jobs-that-call-a-reusable-workflow
- https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Severity, Workflow, rule


@rule(
    Workflow,
    id="reusable-permission-cap",
    title="A called workflow requests more than it gets, or needs",
    severity=Severity.MEDIUM,
    cwe=272,
    owasp="CICD-SEC-5",
    boundary="permissions",
    since="0.1.0",
)
def check(workflow: Workflow, facts: Facts) -> Iterator[Hit]:
    """One hit a call that is refused, and one a scope that callers grant for nothing."""
    for job in workflow.declared:
        refusals = facts.caps.refusals(job)
        if refusals and job.uses is not None:
            first = refusals[0]
            scope, requested, allowed = first.scopes[0]
            more = f" and {len(first.scopes) - 1} more" if len(first.scopes) > 1 else ""
            yield Hit(
                message=f"GitHub refuses to start this: {first.who} of `{first.workflow.path}` requests "
                f"`{scope}: {requested}` (allowed: {allowed}){more}",
                at=job.uses.node.location,
                traces=tuple(refusal.trace() for refusal in refusals[:5]),
                related=tuple(
                    Hop(HopKind.SINK, f"{each.who} requests {each.in_words}", each.requested.location)
                    for each in refusals[:5]
                ),
                job=job.id,
            )
    for holding in facts.caps.in_vain(workflow):
        if holding.grant.scope != "id-token":
            who = f"the job `{holding.job.id}` doesn't need" if holding.job else "no job here needs"
            yield Hit(
                message=f"every caller must grant `{holding.grant.scope}: write`, which {who}",
                at=holding.grant.location,
                severity=holding.severity(Severity.MEDIUM),
                traces=holding.traces(),
                job=holding.job.id if holding.job else None,
            )
