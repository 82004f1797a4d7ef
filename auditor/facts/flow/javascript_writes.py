"""What the JavaScript of `actions/github-script` hands to the runner, as regular expressions see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CALLS = re.compile(
    r"(?P<call>setOutput|exportVariable)\(\s*[`'\"](?P<name>[\w-]+)[`'\"]\s*,\s*(?P<value>[^;\n]{1,200})"
)
_RETURNS = re.compile(r"\breturn\b([^;\n]{0,200})")
_TO_ENV = re.compile(r"exportVariable\(|addPath\(")
_TO_OUTPUT = re.compile(r"setOutput\(|\breturn\b")
_FILES = {"setOutput": "GITHUB_OUTPUT", "exportVariable": "GITHUB_ENV"}


@dataclass(frozen=True, slots=True, eq=False)
class JavaScriptWrite:
    """One value that code hands on: the runner's file that it is for, the name, and the expression's text.

    `start` is where the call stands in the code, `value_start` where the expression does.
    """

    file: str
    name: str
    value: str
    start: int
    value_start: int


def javascript_writes(code: str) -> Iterator[JavaScriptWrite]:
    """The outputs and variables whose names are written out; what is returned is the output `result`."""
    for match in _CALLS.finditer(code):
        file = _FILES[match["call"]]
        yield JavaScriptWrite(file, match["name"], match["value"], match.start(), match.start("value"))
    for match in _RETURNS.finditer(code):
        yield JavaScriptWrite("GITHUB_OUTPUT", "result", match[1], match.start(), match.start(1))


def written_file(code: str) -> str | None:
    """The runner's file of the most power that code writes at all, under whatever name."""
    if _TO_ENV.search(code):
        return "GITHUB_ENV"
    return "GITHUB_OUTPUT" if _TO_OUTPUT.search(code) else None
