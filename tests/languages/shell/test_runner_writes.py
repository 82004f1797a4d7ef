from time import process_time

import pytest

from auditor.languages import shell
from auditor.languages.shell.runner_writes import RunnerWrite, runner_writes

OUT = ' >> "$GITHUB_OUTPUT"'
ENV = ' >> "$GITHUB_ENV"'


def writes(run: str) -> tuple[RunnerWrite, ...]:
    return runner_writes(shell.parse(run))


def values(run: str) -> list[tuple[str | None, str]]:
    """The name of each write, and the variables whose text it holds."""
    return [
        (write.name, " ".join(variable.name for piece in write.pieces() for variable in piece.variables()))
        for write in writes(run)
    ]


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ('echo "a=$X"' + OUT, [("a", "X")]),
        ('echo "a=$X" | tee -a "$GITHUB_OUTPUT"', [("a", "X")]),
        ('tee -a "$GITHUB_OUTPUT" <<< "a=$X"', [("a", "X")]),
        ("cat <<E" + OUT + "\na=$X\n b=$Y\nE", [("a", "X"), ("b", "Y")]),
        ('echo "a.b=$X"' + OUT, [("a.b", "X")]),
        ('echo "a"="$X"' + OUT, [("a", "X")]),
        ('echo a="$X" b="$Y"' + OUT, [("a", "X Y")]),
        ('echo "a=1\nb=$X"' + OUT, [("a", ""), ("b", "X")]),
        ('echo -e "a=$Y\\nb=$X"' + OUT, [("a", "Y"), ("b", "X")]),
        ('echo "a=$Y\\nb=$X"' + OUT, [("a", "Y X")]),
        ("echo $'a=1\\nb=2'" + OUT, [("a", ""), ("b", "")]),
        ('echo "a=$(cat x |\n tr y z)$X"' + OUT, [("a", "X")]),
        ('echo "$N=$X"' + OUT, [(None, "N X")]),
        ('printf "a=%s" "$X"' + OUT, [("a", "X")]),
        ('printf -- "a=%s" "$X"' + OUT, [("a", "X")]),
        ('printf \'%s=%s\\n\' a "$X" b "$Y"' + OUT, [("a", "X"), ("b", "Y")]),
        ("printf 'a=%s\\nb=%s\\n' 1 \"$X\"" + OUT, [("a", ""), ("b", "X")]),
        ('printf \'a=%*d%%\\nb=%s\\n\' 3 "$Y" "$X"' + OUT, [("a", "Y"), ("b", "X")]),
        ("printf '%s\\n' a=1 \"b=$X\"" + OUT, [("a", ""), ("b", "X")]),
        ('printf "a=1\\n" "$X"' + OUT, [("a", "")]),
        ('printf "$F" "$X"' + OUT, [(None, "F X")]),
        ('printf -v a "a=$X"' + OUT, []),
        ('echo "::set-output name=a::$X"', [("a", "X")]),
        ('echo "::set-output name=a::$X" >&2', [("a", "X")]),
        ('echo "::set-output name=a::$X" > log', []),
        ('echo "a=$X" > log', []),
    ],
)
def test_each_line_is_a_value(run: str, found: list[tuple[str | None, str]]) -> None:
    assert values(run) == found


@pytest.mark.parametrize(
    "run",
    [
        'echo "a<<E"' + OUT + '\necho "$X"' + OUT + '\necho "b=$Y"' + OUT + '\necho "E"' + OUT,
        '{ echo "a<<$E"\necho "$X"\necho "b=$Y"\necho "${E}"; }' + OUT,
        "cat <<END" + OUT + "\na<<E\n$X\nb=$Y\nE\nEND",
        '{ echo "a<<E"; printf "%s\\n" "$X" "b=$Y"; echo E; }' + OUT,
    ],
)
def test_a_value_of_several_lines(run: str) -> None:
    assert values(run + '\necho "c=$Z"' + OUT) == [("a", "X Y"), ("c", "Z")]


def test_what_a_program_prints_within_a_value_is_part_of_it() -> None:
    (write,) = writes('{ echo "a<<E"; gh pr view; echo E; }' + OUT)
    assert [(line.command.program, line.computed) for line in write.lines] == [("gh", True)]


def test_a_value_is_open_for_its_own_file_only() -> None:
    run = 'echo "a<<E"' + OUT + '\necho "b=$X"' + ENV + '\necho "$Y"' + OUT + "\necho E" + OUT
    assert [(write.file, write.name) for write in writes(run)] == [
        ("GITHUB_ENV", "b"),
        ("GITHUB_OUTPUT", "a"),
    ]


def test_a_value_without_its_delimiter_ends_with_the_script() -> None:
    assert values('echo "a<<E"' + OUT + '\necho "$X"' + OUT) == [("a", "X")]


def test_the_names_in_a_programs_arguments_are_guesses() -> None:
    found = writes('gh api x --jq \'"sha=" + .head.sha, "ref=" + .head.ref\'' + OUT)
    assert [(write.name, write.guessed) for write in found] == [(None, False), ("sha", True), ("ref", True)]


def test_a_summary_and_a_path_have_no_names() -> None:
    found = writes('echo "a=$X" >> $GITHUB_STEP_SUMMARY\necho "a<<E" >> $GITHUB_PATH')
    assert [(write.file, write.name) for write in found] == [
        ("GITHUB_STEP_SUMMARY", None),
        ("GITHUB_PATH", None),
    ]


@pytest.mark.parametrize(
    ("run", "literal"),
    [
        ("echo a=b" + OUT, "b"),
        ("echo 'a=b c=d'" + OUT, "b c=d"),
        ("printf 'a=%s\\n' b" + OUT, "b"),
        ("printf '%s=%s' a b" + OUT, "b"),
        ("echo -e 'x=1\\na=b\\ny=2'" + OUT, "b"),
        ("echo '::set-output name=a::b'", "b"),
        ('echo "a=$X"' + OUT, None),
        ("echo 'a=b\\c'" + OUT, None),
        ("{ echo 'a<<E'; echo b; echo E; }" + OUT, "b"),
        ("{ echo 'a<<E'; echo b; echo c; echo E; }" + OUT, None),
        ("{ echo 'a<<E'; cat b; echo E; }" + OUT, None),
    ],
)
def test_a_value_that_is_written_out(run: str, literal: str | None) -> None:
    assert {write.literal for write in writes(run) if write.name == "a"} == {literal}


def test_the_place_of_a_line() -> None:
    run = "cat <<E" + OUT + "\na=$X\n  b=$Y\nE"
    assert [run[write.start : write.end] for write in writes(run)] == ["a=$X", "b=$Y"]


@pytest.mark.parametrize(
    "run",
    [
        "cat <<E" + OUT + "\n" + "a=$X$(y)${{ z }}\n" * 4000 + "E",
        "printf '" + "a=1\\n" * 3000 + "%s' " + "b " * 3000 + OUT,
        "\n".join(f'echo "a{i}<<E"{OUT}\necho "$X"{OUT}' for i in range(1000)),
    ],
)
def test_long_scripts_take_no_quadratic_time(run: str) -> None:
    script = shell.parse(run)
    started = process_time()
    for write in runner_writes(script):
        for piece in write.pieces():
            assert len(piece.variables()) <= 1
            assert len(piece.islands()) <= 1
            assert len(piece.commands(script)) <= 1
    assert process_time() - started < 10
