import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.collect.coverage import Coverage, FileCoverage, FileState, Kind
from auditor.finding import Finding, Hop, HopKind, Location, Problem, Severity, Stage, Trace, Verdict
from auditor.report.scan.document import Report
from auditor.report.scan.text import render
from auditor.source import Source

Make = Callable[..., Finding]
Build = Callable[..., Report]
Place = Callable[..., Location]

PATH = ".github/workflows/ci.yml"
ANY_TEXT = st.text(st.characters() | st.sampled_from("#[]:\t\x1b\u202e"), max_size=50)


def test_a_finding_is_shown_with_its_place_excerpt_and_path(full_report: Report) -> None:
    first, _ = render(full_report).split("\n\n", 1)
    assert first.splitlines() == [
        "critical fork-code-on-runner: an outsider's code runs on the self-hosted runner of job `build`",
        "  at .github/workflows/ci.yml:4:14",
        "  4 |     runs-on: [self-hosted, gpu]",
        "    |              ^^^^^^^^^^^^^^^^^^",
        "  entry  pull_request_target, by an outsider (line 1)",
        "  job    build (line 3)",
        "  step   make runs the outsider's code (line 6)",
        "  see    the runner is shared with deploys (line 4)",
        "  fix    Words on *How to fix*.",
        "  more   ci-audit explain fork-code-on-runner",
    ]


def test_the_most_severe_comes_first_then_the_place(
    make_report: Build, make_finding: Make, make_location: Place
) -> None:
    findings = [
        make_finding(severity=Severity.LOW, location=make_location(1, 1, 2, path="a.yml")),
        make_finding(severity=Severity.HIGH, location=make_location(9, 1, 2, path="b.yml")),
        make_finding(severity=Severity.HIGH, location=make_location(2, 1, 2, path="b.yml")),
        make_finding(severity=Severity.CRITICAL, location=make_location(3, 1, 2, path="c.yml")),
    ]
    lines = render(make_report(*findings), quiet=True).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["c.yml:3:1:", "b.yml:2:1:", "b.yml:9:1:", "a.yml:1:1:"]


def test_what_weakens_a_finding_is_said(full_report: Report) -> None:
    shown = render(full_report)
    assert "  verdict: not evaluable, confidence: medium\n" in shown
    assert "  verdict: guarded\n" in shown
    assert shown.count("verdict") == 2


def test_a_hop_in_another_file_names_it(make_report: Build, make_finding: Make, make_location: Place) -> None:
    hop = Hop(HopKind.STEP, "the action runs it", make_location(9, 1, 2, path="setup/action.yml"))
    shown = render(make_report(make_finding(traces=(Trace((hop,)),))))
    assert "  step   the action runs it (setup/action.yml:9)\n" in shown


def test_other_paths_are_counted_and_verbose_shows_them(full_report: Report) -> None:
    assert "  and 1 other path (-v shows all)\n" in render(full_report)
    assert "  path 2:\n  entry  pull_request_target" in render(full_report, verbose=True)


def test_the_places_of_one_cause_are_counted_and_the_first_ones_listed(
    make_report: Build, make_finding: Make, make_location: Place
) -> None:
    places = tuple(make_location(line, 1, 2, path="other.yml") for line in range(1, 29))
    report = make_report(make_finding(places=places))
    counted = f"  29 places: {PATH}:4, other.yml:1, other.yml:2"
    assert f"{counted}, and 26 more (-v shows all)\n" in render(report)
    assert f"{counted}, other.yml:3, " in render(report, verbose=True)
    assert render(report, quiet=True).endswith("(and 28 more places)\n")
    two = make_report(make_finding(places=places[:1]))
    assert f"  2 places: {PATH}:4, other.yml:1\n" in render(two)


def test_problems_are_shown_in_every_mode(full_report: Report) -> None:
    problem = ".github/workflows/broken one.yml:3: parse: not YAML: a tab where a blank must be\n"
    assert f"problems:\n  {problem}" in render(full_report)
    assert f"problems:\n  {problem}" in render(full_report, verbose=True)
    assert problem.replace(" parse", " problem: parse") in render(full_report, quiet=True)


def test_quiet_is_a_line_each(full_report: Report) -> None:
    lines = render(full_report, quiet=True).splitlines()
    assert len(lines) == 4 + 2
    assert lines[0] == (
        ".github/workflows/ci.yml:4:14: critical fork-code-on-runner: "
        "an outsider's code runs on the self-hosted runner of job `build`"
    )


def test_quiet_about_nothing_is_nothing(make_report: Build) -> None:
    assert render(make_report(), quiet=True) == ""


def test_the_summary_counts(full_report: Report) -> None:
    assert render(full_report).endswith(
        "files: 1 excluded, 1 unreadable (-v lists them)\n"
        "4 findings (2 critical, 1 high, 1 low), 1 of them guarded, in 2 files; "
        "2 problems: the audit is incomplete\n"
    )


def test_the_summary_of_one(make_report: Build, make_finding: Make) -> None:
    problem = Problem(Stage.RULE, "it crashed", Location(PATH))
    report = make_report(make_finding(verdict=Verdict.EXPOSED), problems=(problem,))
    assert render(report).endswith("1 finding (1 critical) in 1 file; 1 problem: the audit is incomplete\n")


def test_the_summary_of_nothing(make_report: Build) -> None:
    assert render(make_report()) == "no findings in 1 file\n"


def test_verbose_lists_what_was_left_out(full_report: Report) -> None:
    assert (
        "coverage:\n"
        "  unreadable       .github/workflows/broken one.yml (workflow): not YAML\n"
        "  excluded         vendor/action.yml (action): the policy excludes vendor/\n"
        "  audited in part  big/action.yml (action): too deep at line 9\n"
        "  remote actions not opened: 12\n"
    ) in render(full_report, verbose=True)


def excerpt(build: Build, finding: Finding, text: str, width: int = 100) -> list[str]:
    report = build(finding, sources={PATH: Source(PATH, text)})
    lines = render(report, width=width).splitlines()
    return [line for line in lines if re.match(r" +\d* \| ", line)]


@pytest.mark.parametrize(
    ("line", "start", "end", "shown", "mark"),
    [
        ("name: x", 7, 8, "name: x", "      ^"),
        ("name: x", 7, 7, "name: x", "      ^"),
        ("name: x", 90, 95, "name: x", "       ^"),
        ("\trun: x", 7, 8, "    run: x", "         ^"),
        ("日本: 語語", 5, 7, "日本: 語語", "      ^^^^"),
        ("a\x1b[0m: b", 2, 3, r"a\x1b[0m: b", " ^^^^"),
        ("[bold]x[/bold] :rocket:", 7, 8, "[bold]x[/bold] :rocket:", "      ^"),
    ],
)
def test_the_mark_stands_below_the_span(
    line: str,
    start: int,
    end: int,
    shown: str,
    mark: str,
    make_report: Build,
    make_finding: Make,
    make_location: Place,
) -> None:
    finding = make_finding(location=make_location(1, start, end))
    assert excerpt(make_report, finding, line) == [f"  1 | {shown}", f"    | {mark}"]


def test_of_many_lines_the_first_is_marked(
    make_report: Build, make_finding: Make, make_location: Place
) -> None:
    finding = make_finding(location=make_location(1, 6, 3, end_line=3))
    assert excerpt(make_report, finding, "run: |\r\n  a\r\n  b\r\n") == ["  1 | run: |", "    |      ^"]


def test_no_excerpt_without_a_source_or_a_line(make_report: Build, make_finding: Make) -> None:
    finding = make_finding(location=Location(PATH))
    assert excerpt(make_report, finding, "") == []
    assert "|" not in render(make_report(finding, sources={}))


@pytest.mark.parametrize("start", [2, 3, 4, 5])
def test_a_command_that_the_span_splits_is_none(
    start: int, make_report: Build, make_finding: Make, make_location: Place
) -> None:
    finding = make_finding(location=make_location(1, start, 5))
    assert excerpt(make_report, finding, "##[error]")[0] in ("  1 | ##\\[error]", "  1 | #\\#[error]")


@pytest.mark.parametrize("start", [1, 30, 100, 250, 390])
@pytest.mark.parametrize("length", [1, 10, 200])
@pytest.mark.parametrize("width", [1, 40, 100])
def test_a_long_line_is_cut_around_the_span(
    start: int, length: int, width: int, make_report: Build, make_finding: Make, make_location: Place
) -> None:
    line = "".join(chr(ord("a") + index % 26) for index in range(400))
    finding = make_finding(location=make_location(1, start, start + length))
    shown, mark = excerpt(make_report, finding, line, width)
    assert cell_len(shown) <= max(26, width)
    at = mark.index("^")
    marked = shown[at : mark.rindex("^") + 1].removesuffix("…")
    assert marked
    assert line[start - 1 :].startswith(marked)
    assert "…" in shown


def test_colours_come_only_when_asked_for(full_report: Report) -> None:
    plain, coloured = render(full_report), render(full_report, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31mcritical\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_its_colour(severity: Severity, make_report: Build, make_finding: Make) -> None:
    shown = render(make_report(make_finding(severity=severity)), color=True)
    assert re.match(rf"\x1b\[[0-9;]+m{severity}\x1b\[0m", shown)


@given(
    text=ANY_TEXT,
    path=ANY_TEXT,
    source=ANY_TEXT,
    line=st.integers(1, 3),
    column=st.integers(1, 60),
    width=st.integers(1, 200),
)
def test_no_text_acts_on_the_terminal_or_the_runner(
    text: str,
    path: str,
    source: str,
    line: int,
    column: int,
    width: int,
    make_report: Build,
    make_finding: Make,
    make_location: Place,
) -> None:
    location = make_location(line, column, column + 3, path=path)
    hop = Hop(HopKind.SINK, text, location)
    report = make_report(
        make_finding(message=text, location=location, traces=(Trace((hop,)),), related=(hop,)),
        problems=(Problem(Stage.PARSE, text, location),),
        coverage=Coverage((FileCoverage(path, Kind.OTHER, FileState.EXCLUDED, text),)),
        sources={path: Source(path, source)},
    )
    for verbose, quiet in [(True, False), (False, False), (False, True)]:
        lines = render(report, verbose=verbose, quiet=quiet, width=width).split("\n")
        assert all(shown.isprintable() for shown in lines)
        assert not any(shown.lstrip().startswith("::") or "##[" in shown for shown in lines)


def test_many_findings_on_a_long_line_take_no_quadratic_time(
    make_report: Build, make_finding: Make, make_location: Place
) -> None:
    finding = make_finding(location=make_location(1, 500_000, 600_000), traces=())
    report = make_report(*[finding] * 200, sources={PATH: Source(PATH, "語" * 1_000_000)})
    started = time.process_time()
    assert len(render(replace(report, problems=()))) < 200 * 500
    assert time.process_time() - started < 5
