"""The runner's files and workflow commands."""

import pytest

from auditor.languages.shell import WorkflowCommand, parse, runner_file, workflow_command


def files(text: str) -> list[str | None]:
    script = parse(text)
    return [runner_file(command, script) for command in script.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo a >> $GITHUB_OUTPUT", ["GITHUB_OUTPUT"]),
        ('echo a >> "${GITHUB_ENV}"', ["GITHUB_ENV"]),
        ('echo a > "$GITHUB_PATH"', ["GITHUB_PATH"]),
        ("echo a >> ${GITHUB_STEP_SUMMARY:-/dev/null}", ["GITHUB_STEP_SUMMARY"]),
        ("echo a >> ${{ github.env }}", ["GITHUB_ENV"]),
        ('echo a >> "${{ GitHub.Output }}"', ["GITHUB_OUTPUT"]),
        ('{ echo a; cat b; } >> "$GITHUB_OUTPUT"', ["GITHUB_OUTPUT", "GITHUB_OUTPUT"]),
        ("echo a | tee -a $GITHUB_ENV", ["GITHUB_ENV", "GITHUB_ENV"]),
        ("echo a | tee log >> $GITHUB_ENV", ["GITHUB_ENV", "GITHUB_ENV"]),
        ("tee -a $GITHUB_ENV <<E\nx\nE\n", ["GITHUB_ENV"]),
        ("echo a | sed s/a/b/ >> $GITHUB_ENV", [None, "GITHUB_ENV"]),
        ('OUT="$GITHUB_OUTPUT"; echo a >> "$OUT"', ["GITHUB_OUTPUT"]),
        ("OUT=$GITHUB_OUTPUT; echo a | tee -a $OUT", ["GITHUB_OUTPUT", "GITHUB_OUTPUT"]),
        ("OUT=$GITHUB_OUTPUT; OUT=log; echo a >> $OUT", [None]),
        ("OUT=$OUT; echo a >> $OUT", [None]),
        ("OUT=$GITHUB_OUTPUT; OUT+=.bak; echo a >> $OUT", [None]),
        ("echo a 2>> $GITHUB_OUTPUT", [None]),
        ("echo a >> $GITHUB_OUTPUT.bak", [None]),
        ("echo a >> ${GITHUB_OUTPUT%/*}", [None]),
        ("echo a >> '$GITHUB_OUTPUT'", [None]),
        ("echo a >> $OUTPUT", [None]),
        ("echo a >> ${{ github.sha }}", [None]),
        ("cat < $GITHUB_OUTPUT", [None]),
        ("echo $GITHUB_OUTPUT", [None]),
    ],
)
def test_which_file_is_written(text: str, expected: list[str | None]) -> None:
    assert files(text) == expected


def command_of(text: str) -> WorkflowCommand | None:
    script = parse(text)
    return workflow_command(script.commands[0], script)


@pytest.mark.parametrize(
    ("text", "name", "properties", "value"),
    [
        ('echo "::set-output name=x::$Y"', "set-output", {"name": "x"}, "$Y"),
        ("echo ::set-output name=x::$Y z", "set-output", {"name": "x"}, "$Y z"),
        ("echo '::set-env name=A::'\"$Y\"", "set-env", {"name": "A"}, "$Y"),
        ("echo -n ::add-mask::$Y", "add-mask", {}, "$Y"),
        ("printf '::set-output name=x::%s' \"$Y\"", "set-output", {"name": "x"}, "%s $Y"),
        ("printf -- '::Debug::%s' $Y", "debug", {}, "%s $Y"),
        ("echo ::error file=a,line=3::$Y", "error", {"file": "a", "line": "3"}, "$Y"),
        ("echo '  ::add-path::'$Y", "add-path", {}, "$Y"),
    ],
)
def test_a_workflow_command(text: str, name: str, properties: dict[str, str], value: str) -> None:
    found = command_of(text)
    assert found is not None
    assert (found.name, dict(found.properties), found.value.value) == (name, properties, value)
    assert [variable.name for variable in found.value.variables] == ["Y"]
    assert found.value.literal is None
    assert text[found.value.start : found.value.end] == found.value.text


def test_its_value_may_be_literal_or_an_island() -> None:
    literal = command_of('echo "::set-env name=A::b"')
    assert literal is not None
    assert (literal.value.literal, literal.value.text) == ("b", "b")
    island = command_of("echo '::set-output name=${{ matrix.x }}::${{ github.head_ref }}'")
    assert island is not None
    assert island.properties == {"name": "${{ matrix.x }}"}
    assert island.value.text == "${{ github.head_ref }}"
    assert len(island.value.islands) == 1


@pytest.mark.parametrize(
    "text", ["echo a ::b::c", "echo :b::c", "cat ::b::c", "printf -v x ::b::c", "echo", "echo $X::b::c"]
)
def test_other_text_is_none(text: str) -> None:
    assert command_of(text) is None
