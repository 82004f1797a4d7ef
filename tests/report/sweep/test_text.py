import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.report.escape import printed
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.text import render

Make = Callable[..., SweptFinding]
Repository = Callable[..., SweptRepository]
Build = Callable[..., Sweep]

EXPECTED = Path(__file__).parent / "expected"
HOSTILE = st.text(st.characters() | st.sampled_from("#[]:\t\n\r\x1b\u202e"), max_size=150)


@pytest.mark.parametrize("name", ["later", "first"])
def test_the_text(name: str, full_sweep: Sweep, first_sweep: Sweep) -> None:
    text = "".join(render(full_sweep if name == "later" else first_sweep))
    assert text == (EXPECTED / f"{name}.txt").read_text("utf-8")


def test_colours_are_the_callers_choice(full_sweep: Sweep) -> None:
    colored = "".join(render(full_sweep, color=True))
    assert "\x1b[1;31mcritical\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]+m", "", colored) == "".join(render(full_sweep))


def test_what_is_not_shown_is_counted(
    make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    names = [f"acme/{number}" for number in range(7)]
    sweep = make_sweep(
        [
            make_repository(name, Outcome.FAILED, reason=name, not_verified={"secrets": name})
            for name in names
        ],
        [make_swept(rule=name) for name in names],
        problems=names,
    )
    lines = list(render(sweep, shown=3))
    assert lines.count("  and 4 more\n") == 5
    assert "  failed: acme/0 (1), acme/1 (1), acme/2 (1), other reasons (4)\n" in lines


def test_a_depending_finding_says_so(make_sweep: Build, make_swept: Make) -> None:
    text = "".join(render(make_sweep(findings=[make_swept(verdict="not evaluable")])))
    assert "  critical  self-hosted-fork-code [not evaluable]\n" in text


def test_nothing_is_short(make_sweep: Build) -> None:
    assert "".join(render(make_sweep())).splitlines()[2:] == [
        "",
        "repositories:",
        "  0 listed = 0 scanned + 0 reused + 0 skipped + 0 failed + 0 not verifiable",
        "",
        "No repository is listed.",
    ]


@given(texts=st.tuples(*[HOSTILE] * 6), width=st.integers(40, 160))
def test_hostile_text_neither_acts_nor_runs_over(
    texts: tuple[str, ...], width: int, make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    name, path, rule, message, reason, owner = texts
    problem = {"path": path, "line": 3, "stage": "parse", "message": message}
    sweep = make_sweep(
        [
            make_repository(name, problems=(problem,), not_verified={rule: reason}),
            make_repository(name, Outcome.FAILED, reason=reason),
        ],
        [
            make_swept(standing, repository=name, rule=rule, path=path, message=message)
            for standing in Standing
        ],
        owners=(owner,),
        identity=owner,
        problems=(reason,),
    )
    plain = replace(sweep, previous=None)
    for line in (*render(sweep, width=width), *render(plain, width=width)):
        assert line[:-1].isprintable()
        assert "##[" not in line
        assert not line.strip().startswith("::")
        assert cell_len(line[:-1]) <= max(100, width) or printed(rule) in line


def test_how_many_other_places_a_finding_has(
    make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    places = [{"path": "b.yml", "line": 1}] * 3
    shown = "".join(render(make_sweep([make_repository("acme/a")], [make_swept(places=places)])))
    assert re.search(r"ml:[0-9]+ and 3 more$", shown, re.MULTILINE)
