"""A GitHub App as a credential: it signs for itself and gets tokens that are valid for an hour.

GitHub docs, "Generating a JSON Web Token (JWT) for a GitHub App" and "Generating an installation access
token for a GitHub App" (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from auditor.errors import GitHubError, UsageError
from auditor.github.api.client import Failed, Refused
from auditor.github.api.credential import (
    BearerClient,
    Credential,
    CredentialRejected,
    StaticToken,
    checked_token,
)
from auditor.github.api.response import field, optional

_BACK = 60
"""Seconds by which a signature is dated back, so that a clock may be slow."""
_AHEAD = 540
"""Seconds for which it is valid; GitHub takes ten minutes at most."""
_EARLY = 300.0
"""Seconds before its end at which a token isn't used any more: an answer may take that long."""
_MAX_KEY = 20_000


def credential_from(environ: Mapping[str, str], owner: str | None = None) -> Credential:
    """The credential that the environment holds: an app if it names one, else a token.

    GITHUB_APP_ID (or GITHUB_APP_CLIENT_ID) and GITHUB_APP_PRIVATE_KEY (or GITHUB_APP_PRIVATE_KEY_FILE) name
    the app, GITHUB_APP_INSTALLATION_ID its installation, which else is looked up for `owner`; GH_TOKEN or
    GITHUB_TOKEN is the token. Raises `UsageError`.
    """
    app = environ.get("GITHUB_APP_ID") or environ.get("GITHUB_APP_CLIENT_ID")
    key, file = environ.get("GITHUB_APP_PRIVATE_KEY"), environ.get("GITHUB_APP_PRIVATE_KEY_FILE")
    if app or key or file:
        if not app:
            raise UsageError("there is a key of a GitHub App, but no app", help="Give GITHUB_APP_ID.")
        if not key and not file:
            help = "Give GITHUB_APP_PRIVATE_KEY or GITHUB_APP_PRIVATE_KEY_FILE."
            raise UsageError("there is a GitHub App without its key", help=help)
        installation = environ.get("GITHUB_APP_INSTALLATION_ID") or None
        return App(app, key or _read(file or ""), installation=installation, owner=owner)
    token = environ.get("GH_TOKEN") or environ.get("GITHUB_TOKEN")
    if not token:
        help = "Give one in GH_TOKEN or GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY."
        raise UsageError("there is no token", help=help)
    return StaticToken(token)


class App:
    """An installation of an app. Threads may share it: one of them gets the next token for all."""

    is_uniform = True

    def __init__(
        self, app: str, key: str, *, installation: str | None = None, owner: str | None = None
    ) -> None:
        """`app` is its id or client id, `key` PEM. Raises `UsageError`."""
        if not re.fullmatch(r"[\w.-]{1,100}", app, re.ASCII):
            raise UsageError("that is no GitHub App", help="GITHUB_APP_ID is its id or client id.")
        if installation is not None and not re.fullmatch(r"[0-9]{1,18}", installation):
            help = "GITHUB_APP_INSTALLATION_ID is the number at the end of its address."
            raise UsageError("that is no installation of a GitHub App", help=help)
        if installation is None and owner is None:
            help = "Give GITHUB_APP_INSTALLATION_ID."
            raise UsageError("the GitHub App's installation isn't known", help=help)
        self._app, self._owner = app, owner
        # A variable often holds a key in one line.
        self._key = key if "\n" in key.strip() else key.replace("\\n", "\n")
        self._given_installation, self._installation = installation, 0
        self._is_selected = False
        self._token, self._ends = "", 0.0
        self._secrets: list[str] = []
        self._lock = Lock()
        self._signed(0.0)

    @property
    def identity(self) -> str:
        """The app and its installation, once it is known, by number."""
        number = self._installation or self._given_installation
        selected = " (of selected repositories)" if self._is_selected else ""
        return f"GitHub App {self._app}" + (f", installation {number}{selected}" if number else "")

    @property
    def reader(self) -> str:
        """The same for each of the installation's tokens."""
        return f"app {self._app} {self._installation}"

    def bearer(self, client: BearerClient, stale: str = "") -> str:
        """The token; a new one where the last is at its end, or is the `stale` one."""
        with self._lock:
            if not self._token or self._token == stale or client.now() >= self._ends - _EARLY:
                self._renew(client)
            return self._token

    def hidden(self, text: str) -> str:
        """A text without any of its secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _renew(self, client: BearerClient) -> None:
        try:
            self._installation = self._installation or self._installation_id(client)
            path = f"/app/installations/{self._installation}/access_tokens"
            answer = self._request(client, "POST", path)
            token, ends = field(answer, "token", str), field(answer, "expires_at", str)
            self._is_selected = optional(answer, "repository_selection", str) == "selected"
            self._ends = datetime.fromisoformat(ends).timestamp()
            self._token = checked_token(token)
        except Refused as refused:
            help = "Look whether it is installed there, and isn't suspended."
            raise GitHubError(f"{self.identity} gets no token ({refused.status})", help=help) from None
        except (Failed, UsageError, ValueError, OverflowError):
            # Without a token nothing else will go well.
            raise GitHubError(f"{self.identity} gets no token", help="Try again later.") from None
        self._secrets.append(self._token)

    def _installation_id(self, client: BearerClient) -> int:
        """The installation's number. Another owner's is none: it would see nothing that is private, and
        nobody would notice."""
        if self._given_installation is None:
            return field(self._of_owner(client), "id", int)
        answer = self._request(client, "GET", f"/app/installations/{self._given_installation}")
        login = optional(optional(answer, "account", dict), "login", str)
        if self._owner is not None and login is not None and login.lower() != self._owner.lower():
            raise GitHubError(
                f"{self.identity} isn't the one of `{self._owner}`",
                help="Leave GITHUB_APP_INSTALLATION_ID out, so that it is looked up.",
            )
        return int(self._given_installation)

    def _of_owner(self, client: BearerClient) -> Any:
        owner = quote(self._owner or "", safe="")
        try:
            return self._request(client, "GET", f"/orgs/{owner}/installation")
        except Refused as refused:
            if refused.status != 404:
                raise
        try:
            return self._request(client, "GET", f"/users/{owner}/installation")
        except Refused as refused:
            if refused.status != 404:
                raise
        raise GitHubError(f"{self.identity} isn't installed by `{self._owner}`", help="Install it there.")

    def _request(self, client: BearerClient, method: str, path: str) -> Any:
        try:
            return client.request_as(self._signed(client.now()), method, path)
        except CredentialRejected:
            # Now GitHub's clock is known.
            pass
        try:
            return client.request_as(self._signed(client.now()), method, path)
        except CredentialRejected:
            help = "Look whether GITHUB_APP_ID and the key belong together."
            raise GitHubError(f"GitHub doesn't take the key of GitHub App {self._app}", help=help) from None

    def _signed(self, now: float) -> str:
        """A signature of ours, for a few minutes. Raises `UsageError`."""
        help = "pip install 'ci-audit[app]'"
        try:
            import jwt
        except ImportError:
            raise UsageError("a GitHub App needs pyjwt, which isn't installed", help=help) from None
        claims = {"iat": int(now) - _BACK, "exp": int(now) + _AHEAD, "iss": self._app}
        try:
            return str(jwt.encode(claims, self._key, algorithm="RS256"))
        except NotImplementedError:
            raise UsageError("a GitHub App needs cryptography, which isn't installed", help=help) from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            help = "GITHUB_APP_PRIVATE_KEY is PEM, of RSA, as GitHub gave it."
            raise UsageError("that is no private key of a GitHub App", help=help) from None


def _read(file: str) -> str:
    try:
        with Path(file).open(encoding="ascii") as opened:
            return opened.read(_MAX_KEY)
    except (OSError, ValueError):
        help = "GITHUB_APP_PRIVATE_KEY_FILE names a file in PEM."
        raise UsageError("the private key of the GitHub App can't be read", help=help) from None
