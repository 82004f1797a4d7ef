"""What Codex may do is left to the action's defaults.

## Why it matters

The defaults decide whether the model may change files and whether it may become root, and they have
moved: `sandbox` defaulted to `workspace-write` up to v1.9, and since v1.10 it is empty, falls back to the
same, and has permission profiles beside it. A reader of the workflow sees neither, and a review bot that
needs to read only gets to write. Written out, both survive the next release.

## How to fix

Say what Codex may do: set `sandbox` or `permission-profile`, and `safety-strategy: drop-sudo`. `read-only`
is enough for a review.

## Bad

```yaml
name: review
on: pull_request
permissions:
  contents: read
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: openai/codex-action@v1
        with:
          openai-api-key: ${{ secrets.OPENAI_API_KEY }}
          prompt: Review the change
```

## Good

```yaml
name: review
on: pull_request
permissions:
  contents: read
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: openai/codex-action@a26d2d4d8b78a694338b8e3715c3630254340b2c # v1
        with:
          openai-api-key: ${{ secrets.OPENAI_API_KEY }}
          permission-profile: ":read-only"
          safety-strategy: drop-sudo
          prompt: Review the change
```

## What this rule cannot see

What an expression evaluates to: it counts as written out, and so does a permission profile from v1.10 on.
Without a prompt the action starts no model, so no sandbox is required. `codex exec` with no option runs
read-only in every version measured (0.44 to 0.169), so commands are silent. A home directory may hold other
defaults.

## References

- https://github.com/openai/codex-action#inputs
- https://github.com/openai/codex-action/blob/main/CHANGELOG.md
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Hop, HopKind, Severity, Step, Trace, rule


@rule(
    Step,
    id="codex-implicit-sandbox",
    title="The sandbox or safety strategy of Codex is left to a default",
    severity=Severity.MEDIUM,
    cwe=276,
    owasp="CICD-SEC-5",
    boundary="agents",
    since="0.1.0",
)
def check(step: Step, facts: Facts) -> Iterator[Hit]:
    """One hit a step, at the action."""
    for run in facts.agents.codex(step):
        ways = facts.agents.ways(run)
        left = facts.agents.left_to_defaults(run)
        if not left or not (ways or run.is_offered):
            continue
        names = " and ".join(f"`{name}`" for name, _ in left)
        here = Hop(HopKind.STEP, "Codex runs here", step.location)
        power = Hop(HopKind.POWER, "; ".join(note for _, note in left), step.location)
        yield Hit(
            message=f"{names} not written out: {'; '.join(note for _, note in left)}",
            at=step.location,
            traces=tuple(way.trace(here, power) for way in ways[:1]) or (Trace((here, power)),),
            text="",
        )
