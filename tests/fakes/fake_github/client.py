"""Asks a fake GitHub what a test says, once, without a client's patience."""

from __future__ import annotations

from typing import Any

import urllib3

TOKEN = "ghp_" + "Fake0Token1For2Tests3Only" * 2
"""A token that every world takes."""


class Client:
    """Sends single requests to the address `url`. `close` it at the end."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.url, self.token = url, token
        self._pool = urllib3.PoolManager(retries=False, timeout=20)

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """A GET; `if_none_match` stands for `If-None-Match`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"authorization": f"Bearer {self.token}", **given}
        return self._pool.request("GET", self.url + path, headers=given, redirect=False)

    def post(self, path: str, body: Any) -> urllib3.BaseHTTPResponse:
        """A POST of JSON."""
        headers = {"authorization": f"Bearer {self.token}"}
        return self._pool.request("POST", self.url + path, json=body, headers=headers, redirect=False)

    def ask(self, query: str, operation: str | None = None, **variables: object) -> Any:
        """What GraphQL answers."""
        return self.post(
            "/graphql", {"query": query, "operationName": operation, "variables": variables}
        ).json()

    def close(self) -> None:
        """Ends the connections."""
        self._pool.clear()
