from time import process_time

import pytest

from auditor.facts.flow.values.choice import Choices
from auditor.facts.job.expressions import Expressions
from auditor.facts.limits import Limits
from auditor.languages.yaml import parse
from auditor.model.workflow import read_workflow
from auditor.source import Source

TEXT = """
on:
  workflow_dispatch:
    inputs:
      mode: {{default: fast}}
      free: {{}}
env: {{A: outer, B: "${{{{ inputs.mode }}}}"}}
jobs:
  a:
    runs-on: ubuntu-latest
    env: {{A: inner}}
    steps:
      - uses: x/y@v1
        with:
          value: {}
"""


def choice(value):
    workflow, problems = read_workflow(parse(Source("w.yml", TEXT.format(value))))
    assert not problems
    step = workflow.jobs[0].steps[0]
    return Choices(Expressions(), Limits()).of(step.input("value"), step)


@pytest.mark.parametrize(
    ("value", "usual", "possible"),
    [
        ("slow", "slow", {"slow"}),
        ("${{ inputs.mode }}", "fast", {"fast"}),
        ("${{ inputs['mode'] }}", "fast", {"fast"}),
        ("${{ inputs.free }}", None, set()),
        ("${{ inputs.gone }}", None, set()),
        ("${{ env.A }}", "inner", {"inner"}),
        ("${{ env.B }}", "fast", {"fast"}),
        ("${{ vars.X || 'slow' }}", None, {"slow"}),
        ("${{ github.actor == 'me' && 'slow' || 'fast' }}", None, {"slow", "fast"}),
        ("${{ format('{0}', inputs.mode) }}", None, set()),
        ("a-${{ inputs.mode }}", None, set()),
    ],
)
def test_what_a_value_comes_to(value, usual, possible):
    found = choice(value)
    assert (found.usual, found.possible) == (usual, frozenset(possible))


@pytest.mark.parametrize("value", ["''", "' '", ""])
def test_nothing_is_no_choice(value):
    assert choice(value) is None


@pytest.mark.parametrize(("name", "usual"), [("A", "outer"), ("C", None)])
def test_a_variable_that_names_itself_is_the_outer_one(name, usual):
    text = TEXT.format(f"${{{{ env.{name} }}}}").replace("A: inner", f'{name}: "${{{{ env.{name} }}}}"')
    workflow, _ = read_workflow(parse(Source("w.yml", text)))
    step = workflow.jobs[0].steps[0]
    assert Choices(Expressions(), Limits()).of(step.input("value"), step).usual == usual


def test_variables_of_many_others_take_no_exponential_time():
    variables = "".join(f"      V{i}: ${{{{ {' || '.join([f'env.V{i + 1}'] * 200)} }}}}\n" for i in range(9))
    text = TEXT.format("${{ env.V0 }}").replace("    env: {A: inner}\n", f"    env:\n{variables}")
    workflow, _ = read_workflow(parse(Source("w.yml", text)))
    step = workflow.jobs[0].steps[0]
    started = process_time()
    assert Choices(Expressions(), Limits()).of(step.input("value"), step).possible == frozenset()
    assert process_time() - started < 2
