"""What requests to GitHub are authenticated with: a token, or something that gets one."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any, Protocol

from auditor.errors import GitHubError, UsageError


class CredentialRejected(GitHubError):
    """GitHub doesn't take the token (401)."""


class BearerClient(Protocol):
    """A client that can make a request with another token than the usual one."""

    def now(self) -> float:
        """The time by GitHub's clock, in seconds since 1970."""

    def request_as(self, bearer: str, method: str, path: str) -> Any:
        """The answer. Raises `CredentialRejected`, and what a client raises."""


class Credential(Protocol):
    """What gives the token for each request."""

    @property
    def identity(self) -> str:
        """Whose credential it is, in words that hold no secret."""

    @property
    def is_uniform(self) -> bool:
        """Whether it may do the same in each repository that it sees, as an App's installation may."""

    @property
    def reader(self) -> str:
        """A key of what it may see. Known once there is a token; holds no secret."""

    def bearer(self, client: BearerClient, stale: str = "") -> str:
        """The token for a request; another one than `stale`, if there is one."""

    def hidden(self, text: str) -> str:
        """A text without any of its tokens, as what GitHub answers may hold them."""


def checked_token(token: str) -> str:
    """The token. Raises `UsageError` for what can't be one, since it could break out of its header."""
    if not re.fullmatch(r"[\w.~+/=-]{20,1000}", token, re.ASCII):
        raise UsageError("that is no token of GitHub's", help="Look at GH_TOKEN and GITHUB_TOKEN.")
    return token


class StaticToken:
    """A token that is given once and stays the same."""

    identity = "a token"
    is_uniform = False

    def __init__(self, token: str) -> None:
        """Raises `UsageError`."""
        self._token = checked_token(token)
        self.reader = blake2b(token.encode(), digest_size=16, person=b"ci-audit reader").hexdigest()

    def bearer(self, client: BearerClient, stale: str = "") -> str:  # noqa: ARG002 - there is no other
        """The token."""
        return self._token

    def hidden(self, text: str) -> str:
        """A text without it."""
        return text.replace(self._token, "***")
