"""Sends one request and reads its answer, within bounds: to one host, since there is no pool for another."""

from __future__ import annotations

import ssl
import time
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from auditor.errors import UsageError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

MAX_BYTES = 50_000_000
"""The largest answer that is read: as it is sent, and as it is once it is unpacked."""

MAX_REFUSAL = 1 << 16
"""So much is read of an answer that isn't a success."""

TIMEOUT = 30.0
"""Seconds without a byte."""

MAX_SECONDS = 300.0
"""For one answer, however steadily it drips."""

_CONNECTIONS = 102
"""As many as may be used at once, so that none is thrown away."""
_PART = 1 << 16


class Fault(Enum):
    """Why nothing whole came."""

    NO_CONNECTION = "no connection"
    TIMED_OUT = "no answer in time"
    BROKEN_OFF = "an answer that breaks off"
    ENDLESS = "an answer that doesn't end"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where none came, and `body` is empty where it isn't whole, which `fault` says."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: Fault | None = None


class Transport:
    """Talks to the host of `url`. It follows no redirect, tries nothing twice, and threads may share it."""

    def __init__(self, url: str) -> None:
        """Raises `UsageError` for a proxy that can't be used."""
        self._pool = _pool(url)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer. Of a refusal only the beginning is read."""
        from urllib3.exceptions import HTTPError

        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = {**headers, "Accept-Encoding": "gzip"}
        try:
            response = self._pool.urlopen(
                method, target, body, sent, retries=False, redirect=False, preload_content=False
            )
        except (HTTPError, OSError, HTTPException) as error:
            # Their texts may quote what was sent: none of them is passed on.
            return Answer(0, {}, b"", _fault(error))
        try:
            return _read(response)
        except (HTTPError, OSError, HTTPException) as error:
            return Answer(response.status, response.headers, b"", _fault(error))
        finally:
            # One that was read to its end has given its connection back already; in another's connection
            # the rest would be taken for the beginning of the next answer.
            response.close()


def _pool(url: str) -> HTTPConnectionPool:
    from urllib3 import PoolManager, ProxyManager, Timeout, make_headers
    from urllib3.exceptions import HTTPError

    host = urlsplit(url).hostname or ""
    timeout = Timeout(connect=TIMEOUT, read=TIMEOUT)
    # What goes to a proxy unencrypted could be read there: only https goes by one.
    if not url.startswith("https:"):
        return PoolManager(timeout=timeout, maxsize=_CONNECTIONS).connection_from_url(url)
    context = ssl.create_default_context()
    proxy = urllib.request.getproxies().get("https", "")
    if not proxy or urllib.request.proxy_bypass(host):
        manager = PoolManager(timeout=timeout, maxsize=_CONNECTIONS, ssl_context=context)
        return manager.connection_from_url(url)
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if not parts.hostname:
            raise ValueError
        name = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        return ProxyManager(
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            proxy_headers=make_headers(proxy_basic_auth=name),
            timeout=timeout,
            maxsize=_CONNECTIONS,
            ssl_context=context,
        ).connection_from_url(url)
    except (HTTPError, ValueError):
        help = "Write it as http://HOST:PORT in HTTPS_PROXY."
        raise UsageError("that is no address of a proxy", help=help) from None


def _fault(error: Exception) -> Fault:
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    if isinstance(error, ReadTimeoutError):
        return Fault.TIMED_OUT
    return Fault.BROKEN_OFF if isinstance(error, ProtocolError | HTTPException) else Fault.NO_CONNECTION


def _read(response: BaseHTTPResponse) -> Answer:
    """The answer, once it is read."""
    most = MAX_BYTES if response.status < 400 else MAX_REFUSAL
    deadline = time.monotonic() + MAX_SECONDS
    unpack = _Unpack(most) if response.headers.get("Content-Encoding", "") == "gzip" else None
    body, size = bytearray(), 0
    while part := response.read1(_PART, decode_content=False):
        size += len(part)
        body += unpack(part) if unpack else part
        if size > most or len(body) > most or time.monotonic() > deadline:
            if response.status >= 400:
                break
            return Answer(response.status, response.headers, b"", Fault.ENDLESS)
    is_whole = unpack is None or unpack.is_whole or response.status >= 400
    fault = None if is_whole else Fault.BROKEN_OFF
    return Answer(response.status, response.headers, bytes(body) if is_whole else b"", fault)


class _Unpack:
    """Takes gzip apart, and gives a byte more than `most` at most: a small body may hold a large one."""

    def __init__(self, most: int) -> None:
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._left = most + 1

    def __call__(self, part: bytes) -> bytes:
        """What a part holds. Raises `HTTPException` where it isn't gzip."""
        if self._left <= 0 or self._unpacker.eof:
            return b""
        try:
            unpacked = self._unpacker.decompress(part, self._left)
        except zlib.error:
            raise HTTPException("not gzip") from None
        self._left -= len(unpacked)
        return unpacked

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self._unpacker.eof
