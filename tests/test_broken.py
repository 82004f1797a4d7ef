"""Whatever a file holds: the problem is said with its place, other files' findings stay, nothing hangs."""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.audit.audit import MAX_PROBLEMS, audit
from auditor.cli import app
from auditor.collect.coverage import FileState
from auditor.collect.worktree import collect
from auditor.engine import registry
from auditor.finding import Stage
from auditor.model.settings import Settings
from auditor.report.scan.document import Report

BROKEN = Path(__file__).parent.parent / "fixtures" / "_broken"
WORKFLOWS = ".github/workflows"
GOOD = f"{WORKFLOWS}/good.yml"
FINDING = """on: issues
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.issue.title }}
"""
HEAD = "on: issues\npermissions: {}\njobs:\n"
JOB = HEAD + "  greet:\n    runs-on: ubuntu-latest\n    steps:\n"
SINK = "${{ github.event.issue.title }}"
_EXPECTED = re.compile(r"(\S+):(\d+) (\w+) (.+)")
_SECONDS = 20
"""Many times what it takes, for a machine that is busy or slow: what explodes takes longer than that."""
_BYTES = 300_000_000
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
"""Linux's numbers of what lets root read and search what the permissions forbid."""


def repository(root: Path, **files: str | bytes) -> Path:
    """A repository with one good workflow, which has a finding, and these beside it."""
    folder = root / WORKFLOWS
    folder.mkdir(parents=True)
    for name, text in {"good": FINDING, **files}.items():
        (folder / f"{name}.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def audited(root: Path) -> Report:
    return audit(collect([root]), Settings(), registry.chosen(["template-injection"]))


def said(report: Report) -> list[tuple[str, str]]:
    return [(problem.location.path.rpartition("/")[2], problem.message) for problem in report.problems]


def assert_the_good_one_stays(report: Report) -> None:
    assert [f.rule for f in report.findings if f.location.path == GOOD] == ["template-injection"]


# What git can hold.


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = repository(tmp_path_factory.mktemp("broken"))
    for path in BROKEN.glob("*.yml"):
        shutil.copy(path, root / WORKFLOWS)
    return root


def expectations() -> list[tuple[str, int, str, str]]:
    lines = (BROKEN / "expect.txt").read_text(encoding="utf-8").splitlines()[1:]
    matches = [_EXPECTED.fullmatch(line) for line in lines]
    return [(match[1], int(match[2]), match[3], match[4]) for match in matches if match]


def test_each_broken_file_is_a_problem_with_its_place(broken: Path) -> None:
    report = audited(broken)
    assert [
        (path.name, problem.location.span.start.line, problem.stage.value, problem.message)
        for problem in report.problems
        for path in [Path(problem.location.path)]
    ] == expectations()
    assert_the_good_one_stays(report)


def test_every_broken_file_has_an_expectation() -> None:
    assert {name for name, *_ in expectations()} == {path.name for path in BROKEN.glob("*.yml")}


def test_each_problem_lies_within_its_file(broken: Path) -> None:
    report = audited(broken)
    for problem in report.problems:
        source = report.sources.get(problem.location.path)
        for point in (problem.location.span.start, problem.location.span.end) if source else ():
            assert 1 <= point.line <= len(source.line_starts)
            assert 1 <= point.column <= len(source.line(point.line)) + 1


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_each_format_says_them_and_the_exit_code_is_4(broken: Path, format: str) -> None:
    result = CliRunner().invoke(app, ["scan", str(broken), "-f", format])
    assert result.exit_code == 4
    for name, _, _, message in expectations():
        assert name in result.stdout
        assert json.dumps(message)[1:-1] in result.stdout or message in result.stdout
    assert SINK in result.stdout


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yml")), ids=lambda path: path.name)
def test_a_broken_file_named_alone_is_incomplete(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    report = audited(tmp_path / path.name)
    assert report.problems
    assert [file.state for file in report.coverage.files] in ([FileState.UNREADABLE], [FileState.PARTIAL])


@pytest.mark.parametrize("text", ["runs: []\n", "name: x\n", "runs: {using: composite, steps: {}}\n", "[]\n"])
def test_a_broken_action_is_a_problem(tmp_path: Path, text: str) -> None:
    root = repository(tmp_path)
    (root / "action.yml").write_text(text)
    report = audited(root)
    assert [problem.location.path for problem in report.problems] == ["action.yml"]
    assert_the_good_one_stays(report)


# What git can't hold.


def test_a_folder_in_place_of_a_workflow(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / WORKFLOWS / "x.yml").mkdir()
    report = audited(root)
    assert said(report) == [("x.yml", "a folder stands where a workflow is expected")]
    assert_the_good_one_stays(report)


@pytest.mark.parametrize(
    ("target", "message"),
    [("nowhere", "leads nowhere"), ("x.yml", "leads nowhere"), ("/etc/passwd", "out of")],
)
def test_a_link_that_dangles_loops_or_leads_out(tmp_path: Path, target: str, message: str) -> None:
    root = repository(tmp_path)
    (root / WORKFLOWS / "x.yml").symlink_to(target)
    report = audited(root)
    assert [(name, message in text) for name, text in said(report)] == [("x.yml", True)]
    assert report.problems[0].stage is Stage.COLLECT
    assert_the_good_one_stays(report)


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody who may not read everything, even where the tests run as root.

    Root stays root, so that it may still read what it owns: only the two capabilities are laid down that let
    it read what nobody may. `capget` and `capset` are of this thread.
    """
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this thread
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same three of higher numbers
    assert libc.capget(header, held) == 0
    fewer = (ctypes.c_uint32 * 6)(*held)
    fewer[0] &= ~(1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    assert libc.capset(header, fewer) == 0
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    root = repository(tmp_path, x=FINDING)
    (root / WORKFLOWS / "x.yml").chmod(0)
    with unprivileged():
        report = audited(root)
    assert said(report) == [("x.yml", "can't be read: permission denied")]
    assert_the_good_one_stays(report)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    root = repository(tmp_path)
    os.mkfifo(root / WORKFLOWS / "x.yml")
    report = audited(root)
    assert said(report) == [("x.yml", "can't be read: not a regular file")]
    assert_the_good_one_stays(report)


def test_more_than_a_megabyte_is_too_large_and_not_parsed(tmp_path: Path) -> None:
    report = audited(repository(tmp_path, x=FINDING + "#" * 1_000_000, y=FINDING + "#" * 900_000))
    assert [(name, "too large" in text) for name, text in said(report)] == [("x.yml", True)]
    assert f"{WORKFLOWS}/x.yml" not in report.sources
    assert len(report.findings) == 2


# What is no problem.


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n\n   \n...\n",
        lambda data: b"%YAML 1.2\n---\n" + data,
    ],
    ids=["bom", "crlf", "cr", "bom-crlf", "no-end", "document-end", "directive"],
)
def test_spans_stay_right(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    data = change(FINDING.encode())
    report = audited(repository(tmp_path, x=data))
    assert report.problems == ()
    (finding,) = (finding for finding in report.findings if finding.location.path != GOOD)
    span = finding.location.span
    line = re.split(rb"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf"))[span.start.line - 1].decode()
    assert line[span.start.column - 1 : span.end.column - 1] == SINK
    assert span.start.line == span.end.line


@pytest.mark.parametrize("before", ["\t", "é", "😀" * 3, "e\u0301", "\u00a0", "\ufeff", "\u2003", "\u200b"])
@pytest.mark.parametrize("shape", ["- run: echo {}", "- run: 'echo {}'", "- run: |\n          echo {}"])
def test_columns_count_code_points(tmp_path: Path, before: str, shape: str) -> None:
    report = audited(repository(tmp_path, x=JOB + "      " + shape.format(before + "." + SINK) + "\n"))
    (finding,) = (finding for finding in report.findings if finding.location.path != GOOD)
    span, source = finding.location.span, report.sources[finding.location.path]
    assert source.line(span.start.line)[span.start.column - 1 : span.end.column - 1] == SINK


@pytest.mark.parametrize("break_", ["\x85", "\u2028", "\u2029"])
def test_a_line_break_that_only_yaml_knows(tmp_path: Path, break_: str) -> None:
    text = JOB + f"      - run: |\n          echo{break_}          {SINK}\n"
    report = audited(repository(tmp_path, x=text))
    (finding,) = (finding for finding in report.findings if finding.location.path != GOOD)
    span, source = finding.location.span, report.sources[finding.location.path]
    assert source.line(span.start.line)[span.start.column - 1 : span.end.column - 1] == SINK


# Caps, and that they are said.


def test_findings_of_a_rule_and_file_are_capped(tmp_path: Path) -> None:
    report = audited(repository(tmp_path, x=JOB + f"      - run: echo {SINK}\n" * 130))
    per_file = Counter(finding.location.path for finding in report.findings)
    assert per_file == {GOOD: 1, f"{WORKFLOWS}/x.yml": 100}
    message = "30 more findings of template-injection in this file are not listed: 30 high"
    assert said(report) == [("x.yml", message)]


def test_problems_of_a_file_are_capped(tmp_path: Path) -> None:
    report = audited(repository(tmp_path, x=JOB + "      - run: echo ${{ a b }}\n" * 130))
    assert len(report.problems) == MAX_PROBLEMS + 1
    assert said(report)[-1] == ("x.yml", "30 more problems of this file are not listed")
    assert_the_good_one_stays(report)


def test_a_step_list_that_is_used_again_is_reported_at_each_use(tmp_path: Path) -> None:
    steps = f"  a:\n    runs-on: x\n    steps: &steps\n      - run: echo {SINK}\n"
    again = "".join(f"  j{number}:\n    runs-on: x\n    steps: *steps\n" for number in range(3))
    report = audited(repository(tmp_path, x=HEAD + steps + again))
    found = [finding for finding in report.findings if finding.location.path != GOOD]
    assert {finding.job for finding in found} == {"a", "j0", "j1", "j2"}
    assert len({finding.fingerprint for finding in found}) == 4
    assert report.problems == ()


# Circles.


def test_circles_end(tmp_path: Path) -> None:
    call = "jobs:\n  again:\n    uses: ./.github/workflows/{}.yml\n"
    call += "    with: {{title: '${{{{ inputs.title }}}}'}}\n"
    greet = "  greet:\n    runs-on: x\n    steps:\n      - run: echo ${{ inputs.title }}\n"
    declared = "on:\n  issues:\n  workflow_call:\n    inputs: {title: {type: string}}\npermissions: {}\n"
    needs = "  a: {needs: b, runs-on: x, steps: [{run: x}]}\n  b: {needs: a, runs-on: x, steps: [{run: x}]}\n"
    after = "name: x\non: {workflow_run: {workflows: [x]}}\npermissions: {}\njobs:\n"
    root = repository(
        tmp_path,
        itself=declared + call.format("itself") + greet,
        first=declared + call.format("second") + greet,
        second=declared + call.format("first") + greet,
        needs=HEAD + needs + "  c: {needs: c, runs-on: x, steps: [{run: x}]}\n",
        after=after + "  a: {runs-on: x, steps: [{run: x}]}\n",
        uses=JOB + "      - uses: ./first\n        with: {title: '" + SINK + "'}\n",
    )
    for name, other in (("first", "second"), ("second", "first"), ("itself", "itself")):
        (root / name).mkdir()
        (root / name / "action.yml").write_text(
            "inputs: {title: {required: true}}\n"
            "outputs: {out: {value: '${{ steps.s.outputs.out }}'}}\n"
            "runs:\n  using: composite\n  steps:\n"
            f"    - {{id: s, uses: ./{other}, with: {{title: '${{{{ inputs.title }}}}'}}}}\n"
            "    - {run: 'echo ${{ inputs.title }} ${{ steps.s.outputs.out }}', shell: bash}\n"
        )
    report = audit(collect([root]), Settings(), registry.load())
    assert report.problems == ()
    found = {finding.location.path for finding in report.findings if finding.rule == "template-injection"}
    assert found >= {GOOD, "first/action.yml", "second/action.yml"}


# Hostile text in what is printed.


def test_names_can_neither_paint_the_terminal_nor_command_the_runner(tmp_path: Path) -> None:
    name = "\\e[31m\\n::error::x\\r##[group]y\\u202e\\u0007"
    text = (
        f'name: "{name}"\non: issues\njobs:\n  "{name}":\n    runs-on: ["{name}", self-hosted]\n    steps:\n'
    )
    text += f'      - name: "{name}"\n        uses: "{name}"\n      - run: "echo {SINK} {name}"\n'
    text += f'      - run: "${{{{ \'{name}"\n      - "{name}"\n    permissions: "{name}"\n'
    root = repository(tmp_path, **{"x\x1b[31m\n::error::y": text})
    for options in ([], ["-v"], ["-q"]):
        result = CliRunner().invoke(app, ["scan", str(root), *options])
        assert result.exit_code == 4
        assert result.stdout.count(" template-injection: ") == 2
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.output)
        assert not re.search(r"^\s*::|##\[", result.output, re.MULTILINE)


# Time and memory. Each of these takes a program that isn't careful minutes, or all there is.


def _output(number: int) -> str:
    return f"${{{{ steps.s{number}.outputs.x }}}}"


HUGE: dict[str, Callable[[], str]] = {
    "titles": lambda: JOB + "      - run: |\n" + f"          echo {SINK}\n" * 20_000,
    "titles-in-a-line": lambda: JOB + "      - run: |\n          echo " + SINK * 8_000,
    "titles-quoted": lambda: JOB + '      - run: "\\x41' + SINK * 8_000 + '"\n',
    "titles-folded": lambda: JOB + "      - run: >\n" + f"          {SINK}\n" * 6_000,
    "unterminated": lambda: JOB + "      - run: echo ${{ x\n" * 12_000,
    "line": lambda: "on: push, " + "x" * 990_000,
    "flow": lambda: "on: push\njobs: " + "[" * 990_000,
    "duplicates": lambda: "on: push\njobs: {" + "a, " * 60_000 + "}",
    "jobs": lambda: (
        HEAD + "".join(f"  j{i}: {{runs-on: x, steps: [{{run: 'echo'}}]}}\n" for i in range(18_000))
    ),
    "needs": lambda: (
        HEAD
        + "".join(
            f"  j{i}: {{needs: [j{abs(i - 1)}, j{abs(i - 2)}], runs-on: x, steps: [{{run: a}}]}}\n"
            for i in range(2, 13_000)
        )
    ),
    "script-used-again": lambda: (
        JOB + "      - run: &s |\n" + f"          echo {SINK}\n" * 10_000 + "      - run: *s\n" * 30_000
    ),
    "outputs-of-outputs": lambda: (
        JOB
        + f"      - {{id: s0, run: 'echo x={SINK} >> $GITHUB_OUTPUT'}}\n"
        + "".join(
            f"      - {{id: s{i}, run: 'echo x={_output(i - 1) * 6} >> $GITHUB_OUTPUT'}}\n"
            for i in range(1, 14)
        )
    ),
    "matrix-of-itself": lambda: (
        HEAD
        + "  j:\n    strategy: {matrix: {os: ["
        + "'${{ matrix.os }}', " * 40_000
        + "]}}\n    runs-on: ${{ matrix.os }}\n    steps: [{run: 'echo ${{ matrix.os }}'}]\n"
    ),
    "secrets-for-all": lambda: (
        "on: push\nenv:\n"
        + "".join(f"  S{i}: ${{{{ secrets.S{i} }}}}\n" for i in range(4_000))
        + "jobs:\n"
        + "".join(f"  j{i}: {{runs-on: x, steps: [{{run: a}}]}}\n" for i in range(1_500))
    ),
    "ifs-of-many-events": lambda: (
        f"on: [{', '.join(f'e{i}' for i in range(60))}]\njobs:\n"
        + "".join(
            f"  j{i}: {{if: github.actor == 'a{i}', runs-on: x, steps: [{{run: a}}]}}\n" for i in range(2_000)
        )
    ),
    "events": lambda: (
        f"on: [{'push, ' * 60_000}]\njobs:\n"
        + "".join(f"  j{i}: {{runs-on: x, steps: [{{run: a}}]}}\n" for i in range(5_000))
    ),
}


MEASURED = f"""
import pathlib, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({_SECONDS * 2}, {_SECONDS * 2}))
from auditor.__main__ import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The peak that `getrusage` gives counts what the parent had before this program was loaded, too.
    peak = re.search(r"VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())
    print(used.ru_utime + used.ru_stime, peak[1], file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to measure memory")
@pytest.mark.parametrize("name", HUGE)
def test_a_megabyte_of_malice_is_read_in_time(tmp_path: Path, name: str) -> None:
    text = HUGE[name]()
    assert len(text) <= 1_000_000
    root = repository(tmp_path, x=text)
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, "scan", str(root), "-f", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(run.stdout)
    assert [finding["path"] for finding in report["findings"] if finding["path"] == GOOD] == [GOOD]
    assert run.returncode == (4 if report["problems"] else 1)
    seconds, kilobytes = map(float, run.stderr.split()[-2:])
    assert seconds < _SECONDS
    assert kilobytes * 1024 < _BYTES
