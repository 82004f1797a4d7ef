import pytest

from auditor.languages.yaml import Scalar, parse
from auditor.model.lockfile import Lockfile, read_lockfile
from auditor.model.reader import MappingReader
from auditor.model.uses import read_uses
from auditor.source import Source

SHA = "0123456789abcdef" * 2 + "01234567"
WORKFLOW = ".github/workflows/ci.yml"
TEXT = f"""workflows:
  {WORKFLOW}: [a/b@v1, a/short@v1, a/listed@v1]
dependencies:
  a/b@v1: {{commit: sha1-{SHA}}}
  a/short@v1: {{commit: 0123}}
  a/other@v1: {{commit: {SHA}}}
"""


def read(text: str) -> Lockfile:
    found, problems = read_lockfile(parse(Source("actions.lock", text)))
    assert problems == ()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("workflow", "uses", "pinned"),
    [
        (WORKFLOW, "a/b@v1", True),
        (WORKFLOW, "a/b/below@v1", True),
        (WORKFLOW, "a/b@v2", False),
        (WORKFLOW, "a/short@v1", False),
        (WORKFLOW, "a/listed@v1", False),
        (WORKFLOW, "a/other@v1", False),
        (WORKFLOW, "./a", False),
        ("other.yml", "a/b@v1", False),
    ],
)
def test_only_what_is_listed_with_a_full_commit_is_pinned(workflow: str, uses: str, pinned: bool) -> None:
    node = Scalar(Source("w.yml", uses), 0, len(uses), uses)
    assert read(TEXT).pins(workflow, read_uses(node, MappingReader("w.yml"))) is pinned


@pytest.mark.parametrize("text", ["x", "[]", "workflows: x", "workflows: {a: {b: c}}", "dependencies: []"])
def test_what_is_wrong_is_said(text: str) -> None:
    assert read_lockfile(parse(Source("actions.lock", text)))[1]


@pytest.mark.parametrize(
    "text", ["dependencies: {a: x, b: {commit: []}, c: }", "workflows: {a: , b: []}", "{}"]
)
def test_what_is_empty_pins_nothing(text: str) -> None:
    assert read(text).locked == frozenset()
