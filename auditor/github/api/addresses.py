"""Addresses of GitHub's API: the one that is configured, where a redirect leads, and the next page."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from auditor.errors import GitHubError, UsageError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_api_url(api_url: str) -> str:
    """The address without a slash at its end. Raises `UsageError` where it can't be used."""
    try:
        parts = urlsplit(api_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username or parts.query or parts.fragment or re.search(r"[^!-~]", api_url):
        raise UsageError("that is no address of an API", help="Write it as https://HOST/api/v3.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UsageError(
            "the token would be sent unencrypted", help="The API's address starts with https://."
        )
    return api_url.rstrip("/")


def redirected(url: str, location: str) -> str:
    """Where a redirect leads. Raises `GitHubError` for another host, which must not get the token."""
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError:
        same = False
    if not location or not same or new.username or re.search(r"[^!-~]", target):
        raise GitHubError(
            f"GitHub sends us from {urlsplit(url).path} to another host, which isn't followed",
            help="Check --api-url.",
        )
    return target


def next_page(link: str, url: str) -> str | None:
    """The next page's address, which must be at the same host."""
    from requests.utils import parse_header_links

    for each in parse_header_links(link[:10_000]):
        if each.get("rel") == "next":
            return redirected(url, each["url"])
    return None
