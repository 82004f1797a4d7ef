"""Sends one request and reads its answer, within bounds: to one host, since there is no pool for another."""

from __future__ import annotations

import time
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import Response

MAX_BYTES = 50_000_000
"""The largest answer that is read: as it is sent, and as it is once it is unpacked."""

MAX_REFUSAL = 1 << 16
"""So much is read of an answer that isn't a success."""

TIMEOUT = 30.0
"""Seconds without a byte."""

MAX_SECONDS = 300.0
"""For one answer, however steadily it drips."""

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
        from auditor.github.api.session import OneHost

        parts = urlsplit(url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._session = OneHost(f"{self._origin}/", _proxy(url))

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer. Of a refusal only the beginning is read."""
        from requests import Request
        from urllib3.exceptions import HTTPError

        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        address = f"{self._origin}{target}"
        sent = {**headers, "Accept-Encoding": "gzip"}
        try:
            request = self._session.prepare_request(Request(method, address, sent, data=body))
            request.url = address  # `requests` would write it anew.
            response = self._session.send(
                request, stream=True, timeout=(TIMEOUT, TIMEOUT), allow_redirects=False
            )
        except (HTTPError, OSError, HTTPException) as error:
            # Their texts may quote what was sent: none of them is passed on.
            return Answer(0, {}, b"", _fault(error))
        try:
            return _read(response)
        except (HTTPError, OSError, HTTPException) as error:
            return Answer(response.status_code, response.headers, b"", _fault(error))
        finally:
            # One that was read to its end has given its connection back already; in another's connection
            # the rest would be taken for the beginning of the next answer.
            response.close()


def _proxy(url: str) -> str:
    """The proxy for `url`; empty for none. Only https goes by one: it could read what isn't encrypted."""
    if not url.startswith("https:") or urllib.request.proxy_bypass(urlsplit(url).hostname or ""):
        return ""
    scheme, _, rest = urllib.request.getproxies().get("https", "").rpartition("://")
    name, at, host = rest.rpartition("@")
    # `requests` shows a name only with a password, be it empty.
    colon = ":" if name and ":" not in name else ""
    return f"{scheme or 'http'}://{name}{colon}{at}{host}" if scheme or rest else ""


def _fault(error: Exception) -> Fault:
    from requests import RequestException
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    cause = error.args[0] if isinstance(error, RequestException) and error.args else error
    if isinstance(cause, ReadTimeoutError):
        return Fault.TIMED_OUT
    return Fault.BROKEN_OFF if isinstance(cause, ProtocolError | HTTPException) else Fault.NO_CONNECTION


def _read(response: Response) -> Answer:
    """The answer, once it is read."""
    status, headers = response.status_code, response.headers
    most = MAX_BYTES if status < 400 else MAX_REFUSAL
    deadline = time.monotonic() + MAX_SECONDS
    unpack = _Unpack(most) if headers.get("Content-Encoding", "") == "gzip" else None
    body, size = bytearray(), 0
    # `iter_content` would wait for whole parts, however slowly they come, and take half a gzip for a whole.
    while part := response.raw.read1(_PART, decode_content=False):
        size += len(part)
        body += unpack(part) if unpack else part
        if size > most or len(body) > most or time.monotonic() > deadline:
            if status >= 400:
                break
            return Answer(status, headers, b"", Fault.ENDLESS)
    is_whole = unpack is None or unpack.is_whole or status >= 400
    return Answer(status, headers, bytes(body) if is_whole else b"", None if is_whole else Fault.BROKEN_OFF)


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
