import csv as standard
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finding import Severity
from auditor.report.sweep import csv
from auditor.report.sweep.document import Outcome, Sweep, SweptFinding, SweptRepository

Make = Callable[..., SweptFinding]
Repository = Callable[..., SweptRepository]
Build = Callable[..., Sweep]

EXPECTED = Path(__file__).parent / "expected"
HOSTILE = st.text(st.characters() | st.sampled_from("=+-@;,\"'\t\r\n \x1b\u202e\uff1d"), max_size=40)


FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def read(lines: Iterable[str]) -> list[list[str]]:
    return list(standard.reader(io.StringIO("".join(lines), newline=""), strict=True))


def cells(line: str) -> list[str]:
    """A line as it is read where cells are divided by semicolons."""
    return [cell for row in standard.reader([line], delimiter=";") for cell in row]


@pytest.mark.parametrize("table", ["findings", "repositories"])
def test_the_tables(table: str, full_sweep: Sweep) -> None:
    lines = "".join(getattr(csv, table)(full_sweep))
    assert lines.encode() == (EXPECTED / f"{table}.csv").read_bytes()


def test_every_row_has_every_column(full_sweep: Sweep) -> None:
    for table, rows in ((csv.findings, 8), (csv.repositories, 9)):
        head, *found = read(table(full_sweep))
        assert len(found) == rows
        assert {len(row) for row in found} == {len(head)}


def test_what_was_not_seen_has_no_numbers(make_sweep: Build, make_repository: Repository) -> None:
    listed = [
        make_repository(f"acme/{outcome.name}", outcome, findings={Severity.LOW: 2}) for outcome in Outcome
    ]
    head, *rows = read(csv.repositories(make_sweep(listed)))
    low, problems = head.index("low"), head.index("problems")
    assert [(row[low], row[problems]) for row in rows] == [("2", "0"), ("2", "0"), *[("", "")] * 3]


@given(texts=st.tuples(*[HOSTILE] * 6))
def test_hostile_text_stays_in_its_cell_and_is_no_formula(
    texts: tuple[str, ...], make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    name, path, rule, message, job, step = texts
    finding = make_swept(repository=name, path=path, rule=rule, message=message, job=job, step=step)
    repository = make_repository(name, Outcome.FAILED, reason=message, not_verified={rule: path})
    sweep = make_sweep([repository], [finding])
    for lines in (list(csv.findings(sweep)), list(csv.repositories(sweep))):
        assert all(line.endswith("\r\n") and line[:-2].isprintable() for line in lines)
        head, row = read(lines)
        assert len(row) == len(head)
        formulas = [cell for cell in (*row, *cells(lines[1])) if cell.strip()[:1] in FORMULA]
        assert formulas == []


def test_a_plain_text_is_left_as_it_is(make_sweep: Build, make_swept: Make) -> None:
    text = 'a "quoted" text, with a comma; and = in it, 日本語'
    _, row = read(csv.findings(make_sweep(findings=[make_swept(message=text)])))
    assert row[7] == text


def test_rows_are_made_one_by_one(make_sweep: Build, make_swept: Make) -> None:
    def without_end() -> Iterable[SweptFinding]:
        while True:
            yield make_swept()

    assert len(list(islice(csv.findings(replace(make_sweep(), findings=without_end)), 5))) == 5
