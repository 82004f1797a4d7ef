"""A request and its response, before they become bytes on a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass
class Request:
    """What a client asks. `path` is as it came, with escapes; names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    overlap: int = 0
    """Repositories that a page repeats of the page before."""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def is_graphql(self) -> bool:
        return self.method == "POST" and self.path == "/graphql"

    @property
    def is_git(self) -> bool:
        return ".git/" in self.path

    @property
    def variables(self) -> Mapping[str, Any]:
        """Those of a GraphQL query."""
        found = self.json.get("variables") if isinstance(self.json, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """That of a GraphQL query."""
        found = self.json.get("query") if isinstance(self.json, dict) else None
        return found if isinstance(found, str) else ""

    @cached_property
    def operation(self) -> str:
        """The name of a GraphQL operation, or that of the first field where it has none."""
        given = self.json.get("operationName") if isinstance(self.json, dict) else None
        if isinstance(given, str):
            return given
        found = re.search(r"\bquery\s+(\w+)", self.text) or re.search(r"\{\s*(?:\w+\s*:\s*)?(\w+)", self.text)
        return found[1] if found else ""


@dataclass
class Response:
    """What goes back. `kind` says what was asked, for the log.

    `cut` ends the connection after that many bytes of the body; `pause` are seconds before each tenth of
    it; `is_reset` resets the connection instead of answering.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    cut: int | None = None
    pause: float = 0.0
    is_reset: bool = False

    @classmethod
    def of(cls, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """An answer as JSON."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return cls(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Proceed = Callable[[], Response]


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as GitHub words it."""
    content = {
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": str(status),
    }
    return Response.of(content, status, headers)
