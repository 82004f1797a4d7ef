import pytest

from auditor.languages.yaml import Mapping, parse
from auditor.model.reader import MappingReader, is_null, short
from auditor.source import Source

TEXT = "text: x\nnumber: 1.5e3\nyes: true\nnull: \nlist: [a, [b], ]\nmap: {a: b, c: [d]}\nexpr: ${{ x }}\n"


@pytest.fixture
def root() -> Mapping:
    found = parse(Source("w.yml", TEXT)).root
    assert isinstance(found, Mapping)
    return found


@pytest.fixture
def reader() -> MappingReader:
    return MappingReader("w.yml")


def test_what_is_absent_or_null_is_no_problem(reader: MappingReader, root: Mapping) -> None:
    for key in ("null", "absent"):
        assert reader.scalar(root, key) is None
        assert reader.boolean(root, key) is None
        assert reader.number(root, key) is None
        assert reader.mapping(root, key) is None
        assert reader.mapping_or_expression(root, key) is None
        assert reader.sequence(root, key) == ()
        assert reader.scalars(root, key) == ()
        assert is_null(root.get(key))
    assert reader.scalar_entries(None) == ()
    assert reader.problems == []


def test_what_is_of_the_right_type(reader: MappingReader, root: Mapping) -> None:
    assert reader.scalar(root, "number") is not None
    assert reader.boolean(root, "yes") is not None
    assert reader.number(root, "number") is not None
    assert reader.mapping(root, "map") is not None
    assert reader.boolean(root, "expr") is not None
    assert reader.number(root, "expr") is not None
    assert reader.mapping_or_expression(root, "expr") is not None
    assert len(reader.scalars(root, "text")) == 1
    assert reader.problems == []


@pytest.mark.parametrize(
    ("method", "key", "message"),
    [
        ("scalar", "list", "`list` must be a text, not a list"),
        ("boolean", "text", "`text` must be true or false, not `x`"),
        ("number", "yes", "`yes` must be a number, not `true`"),
        ("mapping", "text", "`text` must be a mapping, not `x`"),
        ("mapping_or_expression", "list", "`list` must be a mapping, not a list"),
        ("sequence", "map", "`map` must be a list, not a mapping"),
        ("scalars", "list", "`list` must be a text, not a list"),
        ("scalars", "map", "`map` must be a text, not a mapping"),
    ],
)
def test_what_is_of_a_wrong_type(
    reader: MappingReader, root: Mapping, method: str, key: str, message: str
) -> None:
    getattr(reader, method)(root, key)
    assert [problem.message for problem in reader.problems] == [message]


def test_problems_are_capped_and_that_is_said(reader: MappingReader, root: Mapping) -> None:
    for number in range(100):
        reader.problem(f"{number}", root.location)
    assert len(reader.problems) == 51
    assert reader.problems[-1].message == "further problems of this file are not listed"


def test_messages_stay_short(reader: MappingReader) -> None:
    root = parse(Source("w.yml", "? " + "k" * 10_000 + "\n: " + "v" * 10_000)).root
    assert isinstance(root, Mapping)
    reader.mapping(root, "k" * 10_000)
    assert len(reader.problems[0].message) < 120
    assert short("a" * 40) == "a" * 40
    assert short("a" * 41) == "a" * 39 + "…"
