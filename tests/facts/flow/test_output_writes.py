from time import process_time

import pytest

from auditor.facts import Facts
from auditor.facts.flow.output_writes import MAX_WRITES
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def writes(run: str) -> dict[str, tuple[list[str], list[str]]]:
    """By output: the expressions and the variables whose text it may hold."""
    block = "\n".join(f"          {line}" for line in run.splitlines())
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{block}\n"
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    (step,) = facts.repository.steps
    return {
        write.name: ([part.text for part in write.expressions], list(write.variables))
        for write in facts.output_writes.outputs(step)
    }


OUT = ' >> "$GITHUB_OUTPUT"'


@pytest.mark.parametrize(
    ("run", "variables"),
    [
        ('echo "x=$T"' + OUT, {"T"}),
        ("echo x=${T}" + OUT, {"T"}),
        ("printf 'x=%s' \"$T\"" + OUT, {"T"}),
        ('short=${T:0:3}\necho "x=$short"' + OUT, {"short", "T"}),
        ('echo "x=$(echo "$T" | cut -c1)"' + OUT, {"T"}),
        ('echo "x=$(cut -c1 <<< "$T")"' + OUT, {"T"}),
        ('{ echo "x<<E"\necho "$T"\necho E\n}' + OUT, {"T"}),
        ('echo "x=$T" | tee -a "$GITHUB_OUTPUT"', {"T"}),
        ('echo "::set-output name=x::$T"', {"T"}),
        ('echo "x=$(echo "$T" | tr -cd 0-9)"' + OUT, set()),
        ('echo "x=$(echo "$T" | sed \'s/[^a-z]//g\')"' + OUT, set()),
        ('echo "x=$(echo "$T" | grep -oE \'[0-9]+$\')"' + OUT, set()),
        ('echo "x=${T//[^a-z]/}"' + OUT, set()),
        ('echo "x=${#T}"' + OUT, set()),
        ('echo "x=$(git log "$T")"' + OUT, set()),
    ],
)
def test_what_an_output_holds(run: str, variables: set[str]) -> None:
    assert set(writes(run)["x"][1]) == variables


def test_each_line_of_a_here_document_is_one_output() -> None:
    found = writes('cat <<EOF >> "$GITHUB_OUTPUT"\na=${{ github.actor }}\nb=$T\nEOF')
    assert found == {"a": (["${{ github.actor }}"], []), "b": ([], ["T"])}


def test_expressions_are_found_where_they_stand() -> None:
    found = writes('t=${{ github.head_ref }}\necho "x=$t"' + OUT + '\necho "y=1"' + OUT)
    assert found["x"][0] == ["${{ github.head_ref }}"]
    assert found["y"] == ([], [])


def test_many_assignments_take_no_quadratic_time() -> None:
    lines = "\n".join(f'X=$X$Y{i}; echo "o{i}=$X"{OUT}' for i in range(1500))
    started = process_time()
    assert len(writes(lines)) <= MAX_WRITES
    assert process_time() - started < 10
