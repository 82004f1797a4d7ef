import time

import pytest

from auditor.finding import Problem
from auditor.model.agent_config import AgentConfig, read_agent_config
from auditor.source import Point, Source


def read(text: str) -> tuple[AgentConfig | None, tuple[Problem, ...]]:
    return read_agent_config(Source(".codex/config.toml", text))


def test_values_and_where_they_are_written() -> None:
    found, problems = read('# x\nsandbox_mode = "off"\n[mcp.a]\ncommand = ["x"]\n')
    assert problems == ()
    assert found is not None
    assert found.get("sandbox_mode") == "off"
    assert found.get("mcp", "a", "command") == ["x"]
    assert found.get("mcp", "no", "command") is None
    assert found.find("sandbox_mode").span.start == Point(2, 1)
    assert found.find("no").span.start == Point(1, 1)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a = 1\nb = \n", 2, "Invalid value"),
        ("a = 1\r\nb = @\r\n", 2, "Invalid value"),
        ("a = 1\na = 2\n", 2, "Cannot overwrite a value"),
        ("a = 'x", 1, ""),
        ("[a", 1, ""),
        ("a = " + "[" * 100_000, 1, "nested too deep"),
        ("a = " + "9" * 10_000, 1, ""),
        ("b = 1\na" + ".a" * 100 + " = 1", 2, "a key of more than 100 parts"),
        ("a = 1979-99-99", 1, ""),
        ("\x00", 1, ""),
    ],
)
def test_what_is_no_toml_is_said(text: str, line: int, message: str) -> None:
    found, (problem,) = read(text)
    assert found is None
    assert problem.message.startswith(f"not TOML: {message}")
    assert problem.location.span.start.line == line


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 400_000 + " = 1",
        "[" + "a." * 400_000 + "a]",
        "a = '" + "x" * 900_000 + "'",
        "'" * 900_000,
        "a" + " " * 900_000,
    ],
    ids=range(5),
)
def test_large_ones_are_read_in_time(text: str) -> None:
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 1
