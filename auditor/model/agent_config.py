"""An agent's configuration that is committed to the repository: `.codex/config.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.finding import Location, Problem, Stage
from auditor.source import Source

_LONG_NAME = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
"""A key of many parts, for which the reader of the standard library takes quadratic time."""


@dataclass(frozen=True, slots=True, eq=False)
class AgentConfig:
    """A parsed `.codex/config.toml`. `values` are TOML's types; `find` says where a key is written."""

    source: Source
    values: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Its file's path."""
        return self.source.path

    def get(self, *keys: str) -> object:
        """The value under a chain of tables, or None."""
        value: object = self.values
        for key in keys:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def find(self, key: str) -> Location:
        """Where `key` is first assigned; the TOML reader of the standard library keeps no places."""
        written = re.search(
            rf"^[ \t]*(?:[\w.\"' -]+\.)?[\"']?{re.escape(key)}[\"']?[ \t]*=.*$",
            self.source.text,
            re.MULTILINE,
        )
        if written is None:
            return Location(self.source.path)
        return Location(self.source.path, self.source.span(written.start(), written.end()))


def read_agent_config(source: Source) -> tuple[AgentConfig | None, tuple[Problem, ...]]:
    """The configuration in a TOML text, or the problem for which it can't be read."""
    long = _LONG_NAME.search(source.text)
    if long is not None:
        return None, (_refusal(source, "a key of more than 100 parts", long.start()),)
    try:
        values = tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deep"
        place = re.search(r"\(at line (\d+), column (\d+)\)", reason)
        offset = source.line_starts[int(place[1]) - 1] + int(place[2]) - 1 if place else 0
        return None, (_refusal(source, reason.partition(" (at ")[0], offset),)
    return AgentConfig(source, values), ()


def _refusal(source: Source, reason: str, offset: int) -> Problem:
    return Problem(Stage.PARSE, f"not TOML: {reason}", Location(source.path, source.span(offset, offset)))
