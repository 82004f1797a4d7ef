"""A cache of answers, which are requested again only if they have changed: such requests cost nothing.

GitHub docs, "Best practices for using the REST API" (read 2026-11): a 304 doesn't count against the limit.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

MAX_CACHED = 1_000_000
"""Bytes of one answer that is stored at most."""


class Answers(Protocol):
    """A store of answers by key, each with its entity tag. It is called by one thread at a time, not always
    the same."""

    def get(self, url: str, /) -> tuple[str, bytes] | None:
        """The tag and the body that were put last under this key."""

    def put(self, url: str, etag: str, body: bytes, /) -> None:
        """Stores them, instead of what was there."""


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer from the cache. `link` is the header that leads to other pages."""

    etag: str
    link: str
    content: Any


class ResponseCache:
    """The answers of earlier requests. Each is stored for its `reader` only, who was allowed to see it."""

    def __init__(self, answers: Answers | None) -> None:
        self._answers = answers
        self._lock = Lock()

    def find(self, reader: str, url: str) -> CachedAnswer | None:
        """The stored answer; None where there is none, or it can't be read."""
        if self._answers is None:
            return None
        with self._lock:
            found = self._answers.get(f"{reader} {url}")
        if found is None or not _is_etag(found[0]):
            return None
        link, _, body = found[1].partition(b"\n")
        try:
            return CachedAnswer(found[0], link.decode("latin-1"), json.loads(body))
        except (ValueError, RecursionError):
            return None

    def keep(self, reader: str, url: str, etag: str, link: str, body: bytes) -> None:
        """Stores an answer, if it has a tag and isn't too large."""
        if self._answers is None or not _is_etag(etag) or len(body) > MAX_CACHED:
            return
        # A header has no line's end, so the first one is ours.
        stored = link.encode("latin-1", "replace") + b"\n" + body
        with self._lock:
            self._answers.put(f"{reader} {url}", etag, stored)


def _is_etag(text: str) -> bool:
    return re.fullmatch(r'(W/)?"[!#-~]{0,300}"', text) is not None
