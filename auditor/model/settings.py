"""What the scan was told about the repository. None is "not told", and the worst case stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Visibility(Enum):
    """Who can see the repository, and so who can fork it."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Host:
    """Where the repository lives: `github.com`, `ghe.com` (data residency), or `ghes` with a version."""

    name: str
    version: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Host:
        """The host that `github.com`, `acme.ghe.com` or `ghes:3.19` names. Raises `ValueError` for others."""
        text = text.lower()
        known = cls("ghe.com") if text == "ghe.com" else cls.of_url(text)
        if known is not None:
            return known
        match = re.fullmatch(r"ghes:(\d+)\.(\d+)(\.\d+)?", text)
        if match is None:
            raise ValueError(text)
        return cls("ghes", (int(match[1]), int(match[2])))

    @classmethod
    def of_url(cls, name: str) -> Host | None:
        """The host behind a URL's host name; None for one that may be anybody's server."""
        name = name.lower()
        if name == "github.com":
            return cls(name)
        return cls("ghe.com") if name.endswith(".ghe.com") else None

    @property
    def is_server(self) -> bool:
        """Whether it is GitHub Enterprise Server, which gets GitHub's changes late or never."""
        return self.name == "ghes"


@dataclass(frozen=True, slots=True)
class Settings:
    """Facts from outside the tree. `repository` is `owner/name`; `as_of` is the day it is judged for."""

    repository: str | None = None
    visibility: Visibility | None = None
    host: Host | None = None
    as_of: date | None = None

    @property
    def owner(self) -> str | None:
        """The repository's owner."""
        return self.repository.partition("/")[0] if self.repository else None
