import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.agent.codex_options import (
    MAX_ARGUMENTS,
    Argument,
    arguments_of,
    read_options,
    subcommand,
)
from auditor.facts.limits import Limits
from auditor.knowledge.agents.codex import FULL_ACCESS
from auditor.languages.yaml import Scalar
from auditor.source import Source


def _words(*texts):
    return [Argument(text, 0, 0) for text in texts]


def _scalar(text):
    return Scalar(Source("w.yml", text), 0, len(text), text)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--yolo", "-s", "read-only"], "--yolo", ""),
        (["-s", FULL_ACCESS], "-s", FULL_ACCESS),
        ([f"-s{FULL_ACCESS}"], "-s", FULL_ACCESS),
        ([f"--sandbox={FULL_ACCESS}"], "--sandbox", FULL_ACCESS),
        (["-c", f'sandbox_mode = "{FULL_ACCESS}"'], "-c", FULL_ACCESS),
        (["-c", f"sandbox_mode={FULL_ACCESS}", "-s", "read-only"], "-s", "read-only"),
        (["-c", "model=o", "-c", f"default_permissions=:{FULL_ACCESS}"], "-c", f":{FULL_ACCESS}"),
    ],
)
def test_what_decides(words, name, value):
    mode = read_options(_words(*words)).mode
    assert (mode.name, mode.value) == (name, value)


@pytest.mark.parametrize(
    "words",
    [
        ["--", "--yolo"],
        ["-m", "--yolo"],
        ["explain --yolo"],
        ["--yolo-mode"],
        ["-c", "sandbox_workspace_write.network_access=true"],
        ["-c"],
        [None],
    ],
)
def test_what_decides_nothing(words):
    assert read_options(_words(*words)).mode is None


def test_a_value_that_is_not_known_is_still_an_option():
    mode = read_options([Argument("-s", 0, 2), Argument(None, 3, 5)]).mode
    assert mode is not None
    assert mode.value is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["exec", "hi"], "exec"),
        (["-c", "review", "e"], "e"),
        (["--yolo", "review"], "review"),
        (["login"], None),
        (["fix exec"], None),
        ([None, "exec"], None),
        ([], None),
    ],
)
def test_subcommand(words, found):
    assert subcommand(_words(*words)) == found


def test_codex_args_are_a_list_or_a_shells_words():
    assert [a.text for a in arguments_of(_scalar('["--json", "-s", "x y", 3]'), Limits())] == [
        "--json",
        "-s",
        "x y",
    ]
    assert [a.text for a in arguments_of(_scalar("--json -s 'x y'"), Limits())] == ["--json", "-s", "x y"]
    assert [(a.start, a.end) for a in arguments_of(_scalar("--json --yolo"), Limits())] == [(0, 6), (7, 13)]
    assert [a.text for a in arguments_of(_scalar("a${{x}} b"), Limits())] == [None, "b"]


@pytest.mark.parametrize("text", ["", "'", "[", "[1", '{"a": 1}', "[" * 10_000, "x" * (MAX_ARGUMENTS + 1)])
def test_what_can_not_be_read_is_no_crash(text):
    assert all(argument.text != "--yolo" for argument in arguments_of(_scalar(text), Limits()))


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12), max_size=8))
def test_every_list_comes_back(words):
    text = json.dumps(words)
    found = arguments_of(_scalar(text), Limits())
    assert [argument.text for argument in found] == [None if "${{" in word else word for word in words]
    assert all(0 <= argument.start <= argument.end <= len(text) for argument in found)


def test_long_arguments_take_no_quadratic_time():
    text = json.dumps(["\\n\u00e9"] * 1500)[:MAX_ARGUMENTS]
    started = time.process_time()
    arguments_of(_scalar(text), Limits())
    assert time.process_time() - started < 1
