"""What is sent where, and which answers are whole."""

import gzip
import socket
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import Thread

import pytest
import requests

from auditor.errors import GitHubError, UsageError
from auditor.github.api import transport
from auditor.github.api.client import Failed, GitHub, Refused

ANSWER = b'{"a": 1}'
PACKED = gzip.compress(ANSWER, mtime=0)


class Listener:
    """Reads what one caller after the other sends, up to its pause, and answers with the same bytes."""

    def __init__(self, answer: bytes = b"", context: ssl.SSLContext | None = None) -> None:
        self.heard = b""
        self._answer, self._context = answer, context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
                caller.settimeout(5)
                with self._context.wrap_socket(caller, server_side=True) if self._context else caller as talk:
                    self.heard += talk.recv(1 << 16)
                    talk.sendall(self._answer)
            except OSError:
                if self._socket.fileno() < 0:
                    return


@pytest.fixture
def listening():
    listeners = []

    def listen(*args) -> Listener:
        listeners.append(Listener(*args))
        return listeners[-1]

    yield listen
    for each in listeners:
        each.close()


def test_connections_are_kept(fake, token):
    fake.answers["/x"] = {}
    github = GitHub(token, fake.url)
    for _ in range(20):
        github.get("/x")
        with pytest.raises(Refused):
            github.get("/y")
    assert (len(fake.asked), fake.connections) == (40, 1)


def test_what_is_sent_is_what_was_given(listening, token):
    listener = listening(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    GitHub(token, f"{listener.url}/api/v3").get("/a%7Eb/../%2E/c;d", q="%41 {")
    line, *headers = listener.heard.decode().strip().split("\r\n")
    assert line == "GET /api/v3/a%7Eb/../%2E/c;d?q=%2541+%7B HTTP/1.1"
    names = {"Accept", "Accept-Encoding", "Authorization", "Host", "User-Agent", "X-GitHub-Api-Version"}
    assert {header.partition(":")[0] for header in headers} == names


def test_nothing_is_taken_from_the_surroundings(listening, token, tmp_path, monkeypatch):
    listener = listening(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password of-netrc\n", encoding="ascii")
    (tmp_path / ".netrc").chmod(0o600)
    proxy = listening()
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert GitHub(token, listener.url).get("/x") == {}
    assert f"Authorization: Bearer {token}\r\n".encode() in listener.heard
    assert proxy.heard == b""


def test_no_cookie_is_kept(fake, token):
    fake.answers["/x"] = (200, {"Set-Cookie": "session=1; Path=/"}, {})
    github = GitHub(token, fake.url)
    for _ in range(2):
        github.get("/x")
    assert not any("Cookie" in asked.headers for asked in fake.asked)


@pytest.mark.parametrize("location", ["/y", "\xff", "http://[", "https://evil.invalid/"])
def test_a_redirect_is_read_in_bounds_and_not_followed(fake, token, monkeypatch, location):
    monkeypatch.setattr(transport, "MAX_BYTES", 1_000)
    bomb = gzip.compress(b"a" * 10_000_000)
    fake.answers["/x"] = (302, {"Location": location, "Content-Encoding": "gzip"}, bomb)
    sent = transport.Transport(fake.url).send("GET", f"{fake.url}/x", {}, None)
    assert (sent.status, sent.fault, len(fake.asked)) == (302, transport.Fault.ENDLESS, 1)


def test_an_address_of_another_host_is_asked_of_its_own(fake, listening, token):
    other = listening()
    fake.answers["/x"] = {"a": 1}
    sent = transport.Transport(fake.url).send("GET", f"{other.url}/x", {}, None)
    assert (sent.body, other.heard) == (b'{"a": 1}', b"")


def test_packed_answers(fake, token):
    fake.answers["/x"] = (200, {"Content-Encoding": "gzip"}, PACKED)
    assert GitHub(token, fake.url).get("/x") == {"a": 1}
    assert fake.asked[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (PACKED[:-1], "gzip"),
        (PACKED[:-8] + b"\0" * 8, "gzip"),
        (PACKED[:12], "gzip"),
        (ANSWER, "gzip"),
        (b"", "gzip"),
        (PACKED, "br"),
    ],
)
def test_packed_answers_that_are_not_whole(fake, token, body, encoding):
    fake.answers["/x"] = (200, {"Content-Encoding": encoding}, body)
    with pytest.raises(Failed, match="breaks off"):
        GitHub(token, fake.url, sleep=lambda _: None).get("/x")


@pytest.mark.parametrize("size", [1_001, 10_000_000])
def test_small_answers_that_unpack_to_large_ones(fake, token, size, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BYTES", 1_000)
    body = gzip.compress(b'"' + b"a" * (size - 2) + b'"')
    fake.answers["/x"] = (200, {"Content-Encoding": "gzip"}, body)
    with pytest.raises(Failed, match="doesn't end"):
        GitHub(token, fake.url).get("/x")


def test_the_largest_answer(fake, token, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BYTES", 1_000)
    for body in (b'"' + b"a" * 998 + b'"', gzip.compress(b'"' + b"a" * 998 + b'"', mtime=0)):
        headers = {"Content-Encoding": "gzip"} if body[0] == 0x1F else {}
        fake.answers["/x"] = (200, headers, body)
        assert GitHub(token, fake.url).get("/x") == "a" * 998
    fake.answers["/x"] = b'"' + b"a" * 999 + b'"'
    with pytest.raises(Failed, match="doesn't end"):
        GitHub(token, fake.url).get("/x")


def test_an_answer_that_drips_ends(fake, token, monkeypatch):
    monkeypatch.setattr(transport, "MAX_SECONDS", -1.0)
    fake.answers["/x"] = {}
    with pytest.raises(Failed, match="doesn't end"):
        GitHub(token, fake.url).get("/x")


def test_of_a_refusal_only_the_beginning_is_read(fake, token):
    fake.answers["/x"] = (403, {}, b" " * 10_000_000 + b"rate limit")
    github = GitHub(token, fake.url)
    with pytest.raises(Refused):
        github.get("/x")
    fake.answers["/x"] = {"a": 1}
    assert github.get("/x") == {"a": 1}
    assert fake.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1_000 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000,
    ],
)
def test_answers_that_break_off(listening, token, answer):
    listener = listening(answer)
    with pytest.raises(GitHubError) as error:
        GitHub(token, listener.url, sleep=lambda _: None).get("/x")
    assert token not in str(error.value)


def test_chunks_that_end_are_whole(listening, token):
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" + ANSWER + b"\r\n0\r\n\r\n"
    assert GitHub(token, listening(answer).url).get("/x") == {"a": 1}


def test_silence_is_not_waited_for_without_end(fake, token, monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Failed, match="no answer in time"):
            GitHub(token, url, sleep=lambda _: None).get("/x")


@pytest.mark.parametrize(
    ("proxy", "login"),
    [
        ("http://{}", b""),
        ("{}", b""),
        ("http://name:pass%40word@{}", b"Basic bmFtZTpwYXNzQHdvcmQ="),
        ("name@{}", b"Basic bmFtZTo="),
    ],
)
def test_a_proxy_is_asked_for_a_tunnel_and_given_nothing(listening, monkeypatch, token, proxy, login):
    listener = listening(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(f"127.0.0.1:{listener.port}"))
    monkeypatch.setenv("https_proxy", proxy.format(f"127.0.0.1:{listener.port}"))
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(GitHubError, match="no connection") as error:
        GitHub(token, "https://github.invalid/api/v3", sleep=lambda _: None).get("/x")
    assert listener.heard.startswith(b"CONNECT github.invalid:443 ")
    assert login in listener.heard
    assert (b"Basic" in listener.heard) == bool(login)
    assert token.encode() not in listener.heard
    assert "word" not in str(error.value)


def test_no_proxy_where_none_is_wanted(listening, monkeypatch, token):
    proxy = listening()
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with pytest.raises(GitHubError):
        GitHub(token, "https://127.0.0.1:1", sleep=lambda _: None).get("/x")
    assert proxy.heard == b""


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://user:secret@[::1", "http://"])
def test_addresses_that_are_no_proxy(monkeypatch, token, proxy):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    with pytest.raises(UsageError) as error:
        GitHub(token, "https://github.invalid")
    assert "secret" not in str(error.value)


@pytest.fixture
def certificate(tmp_path):
    """A certificate of 127.0.0.1 that nobody has signed but itself, and a server that shows it."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    return context, tmp_path / "certificate.pem"


def test_certificates_are_checked(listening, token, certificate, monkeypatch):
    context, path = certificate
    listener = listening(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", context)
    url = listener.url.replace("http:", "https:")
    with pytest.raises(GitHubError, match="no connection"):
        GitHub(token, url, sleep=lambda _: None).get("/x")
    assert listener.heard == b""
    # Neither what `requests` trusts nor what its variables name is trusted.
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(path))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(path))
    with pytest.raises(GitHubError, match="no connection"):
        GitHub(token, url, sleep=lambda _: None).get("/x")
    assert listener.heard == b""
    # With a certificate that is trusted the same server is talked to.
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert GitHub(token, url).get("/x") == {}
    assert token.encode() in listener.heard
