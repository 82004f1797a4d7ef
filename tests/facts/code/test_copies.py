"""Where what a script copies ends up."""

import time

import pytest

from auditor.facts import Facts
from auditor.facts.code.copies import MAX_COPIES, Copies
from auditor.facts.job.steps import steps_of_job
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def copies(*lines: str) -> list[tuple[str, str]]:
    """From where to where the lines of a script copy something."""
    run = "".join(f"          {line}\n" for line in lines)
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{run}"
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert not problems
    repository = Repository(workflows=(workflow,))
    (placed,) = steps_of_job(workflow.jobs[0], repository)
    copies = Copies(Facts(repository, Settings()).scripts)
    return [(each.source, each.target) for each in copies.of(placed)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cp -r pr/tests tests", [("pr/tests", "tests")]),
        ("cp -r pr/tests .", [("pr/tests", "tests")]),
        ("cp -r pr/tests lib/", [("pr/tests", "lib/tests")]),
        ("cp -r pr/. .", [("pr", "")]),
        ("cp pr/a.txt lib", [("pr/a.txt", "lib/a.txt")]),
        ("cp pr/a.txt b.txt", [("pr/a.txt", "b.txt")]),
        ("mv a b c/", [("a", "c/a"), ("b", "c/b")]),
        ("rsync -a pr/ $RUNNER_TEMP/x", [("pr", "/~temp/x")]),
        ("cd pr && cp -r tests ..", [("pr/tests", "tests")]),
        ("cp pr/a.txt $SOMEWHERE", []),
        ("cp pr", []),
        ("cp", []),
        ("ln -s pr x", []),
    ],
)
def test_where_it_comes_to_lie(line: str, expected: list[tuple[str, str]]) -> None:
    assert copies(line) == expected


def test_a_long_script_is_bounded() -> None:
    start = time.process_time()
    assert len(copies(*["cp -r a b"] * 3000)) == MAX_COPIES
    assert time.process_time() - start < 10
