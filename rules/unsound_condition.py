"""A condition lets runs pass that it is written to keep out.

## Why it matters

An `if:` with text round its `${{ }}` is a text that is never empty, and so always true: a line break at the
end of a block scalar is enough, and so is `${{ a }} && ${{ b }}`. `contains('main release', github.ref_name)`
looks for a part of a text: a branch called `mai` passes. `a && false || b` is just `b`. A boolean input is
never the text `'true'`, so `!= 'true'` always holds. Each of these reads like a gate and is none.

## How to fix

Write the whole condition as one expression, with nothing outside of `${{ }}` and no function that matches
parts of names. Use `==` where a text must be equal, and `contains` only with a list.

## Bad

```yaml
name: comment
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  deploy:
    if: |
      ${{ github.event.comment.author_association == 'OWNER' }}
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: ./deploy.sh
```

## Good

```yaml
name: comment
on:
  issue_comment:
    types: [created]
permissions:
  contents: write
jobs:
  deploy:
    if: |
      github.event.comment.author_association == 'OWNER'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: ./deploy.sh
```

## What this rule cannot see

What the author meant is guessed: the text without its braces, the items that a text lists, the choice that
`&& … ||` stands for. A condition that is always true as it was meant is silent, and so is a `contains` whose
needle nobody chooses in the runs that get there. High is only what opens a token that may write, secrets or a
self-hosted machine to an outsider. Expressions outside `if` aren't judged, nor is a comparison of two fields.

## References

- https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
- https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-jobs-with-conditions
"""

from collections.abc import Iterator

from auditor.api import Facts, Hit, Repository, Severity, place_in_words, places, rule


@rule(
    Repository,
    id="unsound-condition",
    title="A condition that doesn't hold back what it should",
    severity=Severity.HIGH,
    cwe=670,
    owasp="CICD-SEC-1",
    boundary="code",
    since="0.1.0",
)
def check(repository: Repository, facts: Facts) -> Iterator[Hit]:
    """One hit a condition."""
    for place in places(repository):
        found = facts.unsound_conditions.at(place)
        if found is not None:
            yield Hit(
                message=f"the `if` {place_in_words(place)} {found.flaw.value}",
                at=found.at,
                severity=found.severity,
                traces=(found.trace(),),
                job=place.job,
                step=place.step,
            )
