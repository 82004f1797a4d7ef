"""gitignore(5), by its own sentences, against git where there is one, and with patterns meant to hurt."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.files.gitignore import IgnoreFile, Ignores

CASES = [
    ("*.log", ["a.log", "x/a.log", ".log"], ["a.logs", "a.log.txt"]),
    ("/build", ["build"], ["x/build", "builds"]),
    ("doc/*.txt", ["doc/a.txt"], ["doc/x/a.txt", "x/doc/a.txt"]),
    ("**/temp", ["temp", "a/temp", "a/b/temp"], ["a/temps"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "x/a/b", "ab"]),
    ("a/**", ["a/b", "a/b/c"], ["a", "b"]),
    ("a**z", ["az", "abcz"], ["a/z"]),
    ("a?c", ["abc", "x/abc"], ["ac", "abbc"]),
    ("[a-c]x[!0-9]", ["axb", "cx-"], ["dxb", "ax1"]),
    ("[]x]y", ["]y", "xy"], ["y"]),
    ("[[:digit:]]*", ["1", "2a"], ["a"]),
    ("[[:nothing:]]", [], ["n", ":"]),
    ("[b-a]", ["b"], ["a"]),
    ("[unclosed", [], ["[unclosed", "u"]),
    (r"\#a", ["#a"], ["a"]),
    ("# a comment", [], ["# a comment", "a"]),
    (r"\!a", ["!a"], ["a"]),
    ("a   ", ["a"], ["a   "]),
    ("a\\ ", ["a "], ["a"]),
    ("a\r", ["a"], []),
    ("a.b", ["a.b"], ["axb"]),
    ("", [], ["a"]),
    ("a//b", [], ["a/b"]),
    ("a\n", ["a"], ["b"]),
]


@pytest.mark.parametrize(("line", "hits", "misses"), CASES)
def test_patterns(line: str, hits: list[str], misses: list[str]) -> None:
    patterns = IgnoreFile([line])
    assert [path for path in hits if not patterns.decide(path, folder=False)] == []
    assert [path for path in misses if patterns.decide(path, folder=False)] == []


def test_a_slash_at_the_end_asks_for_a_folder() -> None:
    patterns = IgnoreFile(["out/"])
    assert patterns.decide("x/out", folder=True)
    assert patterns.decide("x/out", folder=False) is None


def test_the_last_match_decides_and_may_take_back() -> None:
    patterns = IgnoreFile(["*.log", "!keep.log", "/x/keep.log"])
    assert patterns.decide("a.log", folder=False) is True
    assert patterns.decide("keep.log", folder=False) is False
    assert patterns.decide("x/keep.log", folder=False) is True
    assert patterns.last_match("keep.log", folder=False) == 1


def test_what_covers_a_file_may_be_a_folder_above_it() -> None:
    patterns = IgnoreFile(["never", "vendor/", "!vendor/own"])
    assert patterns.covering("a/vendor/own/x.yml") == 1
    assert patterns.covering("vendored/x.yml") is None


def test_a_nearer_file_overrules_one_above_it() -> None:
    above = Ignores().within("", IgnoreFile(["*.yml"]))
    assert above is not None
    below = above.within("a/b", IgnoreFile(["!/keep.yml"]))
    assert below is not None
    assert not below.ignores("a/b/keep.yml", folder=False)
    assert below.ignores("a/b/c/keep.yml", folder=False)


def test_too_many_patterns_are_refused() -> None:
    assert Ignores().within("", IgnoreFile(["a"] * 10_000)) is None


@pytest.mark.parametrize(
    "line", ["*a" * 100 + "*b", "**/a*/" * 100 + "b", "*" * 1000 + "b", "a/**/**/**/b", "[" * 3000]
)
def test_hostile_patterns_cost_little(line: str) -> None:
    start = time.process_time()
    patterns = IgnoreFile([line])
    assert not patterns.decide("a" * 255, folder=False)
    assert not patterns.decide("/".join(["aa"] * 1300) + "/c", folder=False)
    assert time.process_time() - start < 1


@given(st.text(alphabet="ab*?[]!-\\/.^: ", max_size=30))
@settings(max_examples=300)
def test_any_line_is_a_pattern_or_none(line: str) -> None:
    patterns = IgnoreFile([line])
    for path in ("a", "a/b", "ab/-/]"):
        patterns.decide(path, folder=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_agrees_with_git(tmp_path: Path) -> None:
    lines = [line for line, *_ in CASES if "\r" not in line and "\n" not in line and line != "# a comment"]
    paths = sorted({path for _, hits, misses in CASES for path in (*hits, *misses) if not path.endswith(" ")})
    isolated = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q", tmp_path], check=True, env=isolated)
    for line in lines:
        (tmp_path / ".gitignore").write_text(line + "\n")
        command = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "-z", "--stdin"]
        answer = subprocess.run(command, input="\0".join(paths).encode(), capture_output=True, env=isolated)
        expected = sorted(filter(None, answer.stdout.decode().split("\0")))
        patterns = IgnoreFile([line])
        assert [path for path in paths if patterns.covering(path) is not None] == expected, line
