"""The HTTP server on loopback."""

from __future__ import annotations

import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlsplit

from fake_github.exchange import Request, Response
from fake_github.service import answer
from fake_github.state.world import World

_PREFIXES = ("/api/v3", "/api")
"""Where GitHub Enterprise Server has its interfaces; here both are at the root, too."""


@contextmanager
def serving(world: World, port: int = 0) -> Iterator[str]:
    """Serves a world until the block ends; gives its address, which is REST's: `http://127.0.0.1:PORT`."""
    with tempfile.TemporaryDirectory(prefix="fake-github-") as folder:
        world.folder = Path(folder)
        server = _Server(world, port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.base
        finally:
            server.close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self._open: set[socket.socket] = set()
        self.resets: set[socket.socket] = set()
        """Connections that end with a reset."""
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request_thread(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        with self._lock:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def shutdown_request(self, request: socket.socket) -> None:
        if request in self.resets:
            self.resets.discard(request)
            # Closed so, and not shut down before, it sends a reset.
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no fault of the server's."""

    def close(self) -> None:
        """Ends all connections, those that are kept alive, too."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    # Small writes that wait for acknowledgements would cost 40 ms a request.
    disable_nagle_algorithm = True
    wbufsize = -1
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path
        for prefix in _PREFIXES:
            if path.startswith(prefix + "/"):
                path = path.removeprefix(prefix)
                break
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        request = Request(self.command, path, dict(parse_qsl(parts.query)), headers, body)
        self._send(answer(self.server.world, request, self.server.base))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, response: Response) -> None:
        if response.is_reset:
            self.server.resets.add(self.connection)
            self.close_connection = True
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        body = response.body if response.cut is None else response.body[: response.cut]
        if response.pause:
            self._send_slowly(body, response.pause)
        else:
            self.wfile.write(body)
        self.wfile.flush()
        if response.cut is not None:
            self.close_connection = True

    def _send_slowly(self, body: bytes, pause: float) -> None:
        size = max(1, len(body) // 10)
        for start in range(0, len(body), size):
            self.wfile.flush()
            time.sleep(pause)
            self.wfile.write(body[start : start + size])

    def log_message(self, *_args: object) -> None:
        """The world has a log of its own."""
