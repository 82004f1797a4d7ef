"""A GitHub on loopback that answers what a test says, and remembers what it was asked."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fake_github import TOKEN, Client, World


class Fake:
    """`answers` holds, by path, a body, or a list of answers that come in turn, the last for good.

    An answer is a body, or a tuple of status, headers and body, or what gives one of them when it is called
    with the request; bytes are sent as they are. A path that isn't in it is answered with 404.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[SimpleNamespace] = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def _answer(self, request: SimpleNamespace) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.asked.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            answer = self.answers.get(request.path, (404, {}, {"message": "Not Found"}))
            if isinstance(answer, Turns):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        answer = answer(request) if callable(answer) else answer
        with self._lock:
            self._at_once -= 1
        status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        return status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()

    def _handler(fake) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self) -> None:
                fake.connections += 1
                super().setup()

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length", 0))
                request = SimpleNamespace(
                    method=self.command,
                    path=parts.path,
                    query={key: values[0] for key, values in parse_qs(parts.query).items()},
                    headers=dict(self.headers),
                    body=self.rfile.read(length),
                )
                status, headers, body = fake._answer(request)
                self.close_connection = "Content-Length" in headers
                self.send_response_only(status)
                body = b"" if status == 304 else body
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


class Turns(list):
    """Answers that come one after the other."""


@pytest.fixture
def turns() -> Callable[..., Turns]:
    return lambda *answers: Turns(answers)


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def other() -> Iterator[Fake]:
    """Another host, which must never see the token."""
    server = Fake()
    yield server
    server.close()
    assert server.asked == []


@pytest.fixture
def client(serve: Callable[[World], str]) -> Iterator[Callable[..., Client]]:
    """`client(world)` serves a world, and gives what asks it; `token` may be another than all worlds take."""
    opened: list[Client] = []

    def make(world: World, token: str = TOKEN) -> Client:
        opened.append(Client(serve(world), token))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
