"""A GitHub App: installations, and tokens for them that expire after an hour.

Source: GitHub docs, "Generating a JSON Web Token (JWT) for a GitHub App", "Generating an installation access
token for a GitHub App" (read 2026-11).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from fake_github.exchange import Response, refusal

if TYPE_CHECKING:
    from fake_github.state.world import World

LIFETIME = 3600
"""Seconds that an installation's token is good for."""

_LONGEST = 600
"""Seconds from now that a JSON Web Token may expire at most."""


class App:
    """The only App of a world. It is installed at no owner until `install` is called.

    `public_key` is PEM. A token's signature is checked with pyjwt, and only if that is installed: tests
    that depend on it skip themselves otherwise.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.id, self.client_id = 4711, "Iv23liAudit"
        self.public_key = ""
        self.permissions = {"metadata": "read", "contents": "read", "actions": "read"}
        self.installations: dict[int, str] = {}
        self.suspended: set[int] = set()
        self.tokens: dict[str, float] = {}
        """Every token that was given, with the time that it expires at."""

    def install(self, owner: str) -> int:
        """Installs the App at an owner; the installation's id."""
        id = 9000 + len(self.installations)
        self.installations[id] = owner.lower()
        return id

    def expire_tokens(self) -> None:
        """None of the tokens given so far is good any more."""
        self.tokens = dict.fromkeys(self.tokens, 0.0)

    def takes(self, token: str) -> bool:
        """Whether an installation's token is good."""
        return self.tokens.get(token, 0.0) > self._world.now()

    def refuses(self, token: str) -> Response | None:
        """Why a JSON Web Token isn't taken; None if it is."""
        claims = self._claims(token)
        if claims is None:
            return refusal(401, "A JSON web token could not be decoded")
        now = self._world.now()
        if claims.get("iss") not in (self.id, str(self.id), self.client_id):
            return refusal(401, "'Issuer' claim ('iss') must be an Integer")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or issued > now:
            return refusal(
                401, "'Issued at' claim ('iat') must be an Integer representing the time in the past"
            )
        if not isinstance(expires, int) or expires <= now:
            return refusal(401, "'Expiration time' claim ('exp') must be in the future")
        if expires > now + _LONGEST:
            return refusal(401, "'Expiration time' claim ('exp') is too far in the future")
        return None

    def _claims(self, token: str) -> Any:
        """The claims, if the signature is good."""
        try:
            import jwt
        except ImportError:
            return _unverified(token)
        options = {"verify_exp": False, "verify_iat": False, "verify_aud": False, "verify_sub": False}
        options |= {"verify_iss": False, "verify_nbf": False, "verify_jti": False}
        try:
            return jwt.decode(token, self.public_key, algorithms=["RS256"], options=options)
        except (jwt.InvalidTokenError, ValueError):
            return None

    def installation(self, owner: str) -> Response:
        """The installation at an owner."""
        for id, login in self.installations.items():
            if login == owner.lower():
                return Response.of(self._shown(id))
        return refusal(404, "Not Found")

    def listed(self) -> Response:
        """All installations."""
        return Response.of([self._shown(id) for id in self.installations])

    def _shown(self, id: int) -> dict[str, Any]:
        owner = self._world.owners[self.installations[id]]
        return {
            "id": id,
            "account": {"login": owner.login, "id": owner.id, "type": owner.type},
            "app_id": self.id,
            "target_type": owner.type,
            "repository_selection": "all",
            "permissions": self.permissions,
            "suspended_at": "2026-01-01T00:00:00Z" if id in self.suspended else None,
        }

    def new_token(self, id: int) -> Response:
        """A new token for an installation."""
        from fake_github.state.world import timestamp

        if id not in self.installations:
            return refusal(404, "Not Found")
        if id in self.suspended:
            return refusal(403, "This installation has been suspended")
        token = f"ghs_{len(self.tokens):036d}"
        expires = self._world.now() + LIFETIME
        self.tokens[token] = expires
        content = {
            "token": token,
            "expires_at": timestamp(expires),
            "permissions": self.permissions,
            "repository_selection": "all",
        }
        return Response.of(content, 201)


def _unverified(token: str) -> Any:
    try:
        part = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
