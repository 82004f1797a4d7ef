"""A GitHub App: its signature, its tokens, their end, and that none of them is seen anywhere."""

import logging
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from auditor.errors import GitHubError, UsageError
from auditor.github.api.app import App, credential_from
from auditor.github.api.client import GitHub, Refused
from auditor.github.api.credential import StaticToken

jwt = pytest.importorskip("jwt")
EPOCH = 1_795_600_000


@pytest.fixture(scope="module")
def pair():
    """A private key in PEM, and what checks its signatures."""
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives import serialization

    made = rsa.generate_private_key(65_537, 2_048)
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return private.decode(), made.public_key()


@pytest.fixture
def key(pair) -> str:
    return pair[0]


class Hub:
    """GitHub's side: checks signatures by its own clock, and gives tokens that end."""

    def __init__(self, fake, public) -> None:
        self.fake, self.public = fake, public
        self.now = float(EPOCH)
        self.given: list[str] = []
        self.ends: dict[str, float] = {}
        self.selection = "all"
        fake.answers |= {
            "/orgs/acme/installation": self.signed({"id": 456}),
            "/app/installations/456": self.signed({"id": 456, "account": {"login": "Acme"}}),
            "/app/installations/456/access_tokens": self.signed(self.token),
            "/x": self.known({"a": 1}),
        }

    @property
    def date(self) -> dict[str, str]:
        return {"Date": format_datetime(datetime.fromtimestamp(self.now, UTC), usegmt=True)}

    def signed(self, body):
        def answer(request):
            sent = request.headers["Authorization"].removeprefix("Bearer ")
            unchecked = {"verify_exp": False, "verify_iat": False}
            try:
                claims = jwt.decode(sent, self.public, algorithms=["RS256"], options=unchecked)
            except jwt.PyJWTError:
                return 401, self.date, {"message": "no signature"}
            is_valid = claims["iat"] <= self.now < claims["exp"] <= self.now + 600
            if not is_valid or claims["iss"] != "123":
                return 401, self.date, {"message": "no time"}
            return 200, self.date, body() if callable(body) else body

        return answer

    def token(self):
        token = f"ghs_{len(self.given)}" + "Installation0Token" * 2
        self.given.append(token)
        self.ends[token] = self.now + 3_600
        ends = datetime.fromtimestamp(self.ends[token], UTC)
        return {
            "token": token,
            "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "repository_selection": self.selection,
        }

    def known(self, body):
        def answer(request):
            sent = request.headers["Authorization"].removeprefix("Bearer ")
            if self.ends.get(sent, 0.0) <= self.now:
                return 401, self.date, {"message": "Bad credentials"}
            return 200, self.date, body

        return answer


@pytest.fixture
def hub(fake, pair) -> Hub:
    return Hub(fake, pair[1])


def client(hub, app, *, clock=None) -> GitHub:
    clock = clock or (lambda: hub.now)
    return GitHub(app, hub.fake.url, sleep=lambda _: None, clock=clock, ticks=lambda: hub.now - EPOCH)


def test_an_installation_is_looked_up_and_asks(hub, fake, key):
    github = client(hub, App("123", key, owner="acme"))
    assert github.identity == "GitHub App 123"
    assert [github.get("/x") for _ in range(3)] == [{"a": 1}] * 3
    assert fake.paths[:2] == ["/orgs/acme/installation", "/app/installations/456/access_tokens"]
    assert fake.paths[2:] == ["/x"] * 3
    assert github.identity == "GitHub App 123, installation 456"
    assert github.rate_limiter.requests == {"app": 2, "core": 3}


def test_a_users_installation_is_found_too(hub, fake, key):
    del fake.answers["/orgs/acme/installation"]
    fake.answers["/users/acme/installation"] = hub.signed({"id": 456})
    hub.selection = "selected"
    github = client(hub, App("123", key, owner="acme"))
    github.get("/x")
    assert github.identity == "GitHub App 123, installation 456 (of selected repositories)"


def test_where_it_is_not_installed_is_said(hub, key):
    github = client(hub, App("123", key, owner="other"))
    with pytest.raises(GitHubError, match="isn't installed by `other`") as error:
        github.get("/x")
    assert not isinstance(error.value, Refused)


def test_another_owners_installation_is_none(hub, fake, key):
    github = client(hub, App("123", key, installation="456", owner="ACME"))
    assert github.get("/x") == {"a": 1}
    github = client(hub, App("123", key, installation="456", owner="other"))
    with pytest.raises(GitHubError, match="installation 456 isn't the one of `other`"):
        github.get("/x")
    # An enterprise's has no login, and whoever names no owner isn't asked.
    fake.answers["/app/installations/456"] = hub.signed({"id": 456, "account": {"slug": "acme-inc"}})
    for owner in ("other", None):
        assert client(hub, App("123", key, installation="456", owner=owner)).get("/x") == {"a": 1}


def test_a_token_is_renewed_before_it_ends(hub, fake, key):
    github = client(hub, App("123", key, owner="acme"))
    github.get("/x")
    hub.now += 3_200
    github.get("/x")
    assert len(hub.given) == 1
    hub.now += 101
    github.get("/x")
    assert len(hub.given) == 2
    # The installation's number is known by then.
    assert fake.paths.count("/orgs/acme/installation") == 1


def test_a_token_that_ended_early_is_renewed_once(hub, fake, key):
    github = client(hub, App("123", key, owner="acme"))
    github.get("/x")
    hub.ends.clear()
    assert github.get("/x") == {"a": 1}
    assert len(hub.given) == 2
    fake.answers["/x"] = (401, {}, {})
    with pytest.raises(GitHubError, match="doesn't take the token"):
        github.get("/x")
    assert len(hub.given) == 3


def test_threads_get_one_token_for_all(hub, fake, key):
    github = client(hub, App("123", key, owner="acme"))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: github.get("/x"), range(40))) == [{"a": 1}] * 40
        assert len(hub.given) == 1
        hub.ends.clear()
        assert list(pool.map(lambda _: github.get("/x"), range(40))) == [{"a": 1}] * 40
    assert len(hub.given) == 2


@pytest.mark.parametrize("ahead", [-1e9, -7_200, 7_200, 1e8])
def test_our_clock_may_be_wrong(hub, fake, key, ahead):
    """The first signature is refused, and says what time it is."""
    github = client(hub, App("123", key, owner="acme"), clock=lambda: hub.now + ahead)
    assert github.get("/x") == {"a": 1}
    assert fake.paths.count("/orgs/acme/installation") == 2
    hub.now += 4_000
    assert github.get("/x") == {"a": 1}
    assert (len(hub.given), fake.paths.count("/x")) == (2, 2)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_who_gets_no_token_can_not_go_on(hub, fake, key, status):
    """It is no refusal of what was asked, which would pass for a permission that is missing."""
    fake.answers["/app/installations/456/access_tokens"] = (status, {}, {"message": "suspended"})
    with pytest.raises(GitHubError, match=f"installation 456 gets no token \\({status}\\)") as error:
        client(hub, App("123", key, owner="acme")).get("/x")
    assert type(error.value) is GitHubError


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"token": 1, "expires_at": "2026-11-25T12:00:00Z"},
        {"token": "line\r\nbreak" * 9, "expires_at": "2026-11-25T12:00:00Z"},
        {"token": "t" * 40, "expires_at": "soon"},
        (500, {}, {}),
    ],
)
def test_answers_that_hold_no_token(hub, fake, key, answer):
    fake.answers["/app/installations/456/access_tokens"] = answer
    with pytest.raises(GitHubError, match="gets no token") as error:
        client(hub, App("123", key, owner="acme")).get("/x")
    assert type(error.value) is GitHubError


def test_a_key_of_another_app_is_said(hub, key):
    with pytest.raises(GitHubError, match="doesn't take the key of GitHub App 124"):
        client(hub, App("124", key, owner="acme")).get("/x")


def test_limits_of_the_app_itself_stop_no_other(hub, fake, key):
    used_up = {**hub.date, "X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "5000"}
    used_up |= {"X-RateLimit-Reset": str(EPOCH + 3_000), "X-RateLimit-Resource": "core"}
    fake.answers["/app/installations/456/access_tokens"] = lambda _: (200, used_up, hub.token())
    slept = []
    app = App("123", key, owner="acme")
    github = GitHub(app, fake.url, sleep=slept.append, clock=lambda: hub.now, ticks=lambda: 0.0)
    assert github.get("/x") == {"a": 1}
    assert slept == []


def shown(github, app) -> str:
    """All that a crash could print of them."""
    found = repr(github) + repr(app) + str(app) + github.identity + app.reader
    try:
        github.get("/y")
    except GitHubError:
        return found + traceback.format_exc()
    return found


def test_no_secret_is_seen(hub, fake, key, caplog):
    caplog.set_level(logging.DEBUG)
    app = App("123", key, owner="acme")
    github = client(hub, app)
    github.get("/x")
    signatures = [
        request.headers["Authorization"].removeprefix("Bearer ")
        for request in fake.asked
        if "installation" in request.path
    ]
    everything = shown(github, app) + caplog.text
    assert len(signatures) == 2
    for secret in (*signatures, hub.given[0], "PRIVATE KEY", key.splitlines()[3]):
        assert secret not in everything
    hub.ends.clear()
    github.get("/x")
    assert github.hidden(f"a {hub.given[0]} and a {hub.given[1]}") == "a *** and a ***"


BROKEN = "-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize("made", ["public", "elliptic", "encrypted", BROKEN, "MIIEsecret", " "])
def test_what_is_no_key(pair, made):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    if made == "public":
        made = pair[1].public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    elif made == "elliptic":
        key = ec.generate_private_key(ec.SECP256R1())
        made = key.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()
    elif made == "encrypted":
        key = serialization.load_pem_private_key(pair[0].encode(), None)
        made = key.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"x")).decode()
    with pytest.raises(UsageError, match="no private key") as error:
        App("123", made, owner="acme")
    printed = "".join(traceback.format_exception(error.value))
    assert not {*made.splitlines()} & {*printed.split()}


@pytest.mark.parametrize("missing", ["jwt", "cryptography"])
def test_what_is_not_installed_is_said_at_once(monkeypatch, key, missing):
    if missing == "jwt":
        monkeypatch.setitem(sys.modules, "jwt", None)
    else:

        def encode(*_args, **_more):
            raise NotImplementedError("Algorithm 'RS256' could not be found.")

        monkeypatch.setattr("jwt.encode", encode)
    with pytest.raises(UsageError, match="isn't installed") as error:
        App("123", key, owner="acme")
    assert "pip install 'ci-audit[app]'" in error.value.help


def test_the_environment_names_who_asks(key, token, tmp_path, hub):
    file = tmp_path / "key.pem"
    file.write_text(key)
    line = key.replace("\n", "\\n")
    for environ in (
        {"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY": key},
        {"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY": line, "GH_TOKEN": token},
        {"GITHUB_APP_CLIENT_ID": "123", "GITHUB_APP_ID": "", "GITHUB_APP_PRIVATE_KEY_FILE": str(file)},
        {"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY": key, "GITHUB_APP_INSTALLATION_ID": "456"},
    ):
        credential = credential_from(environ, "acme")
        assert client(hub, credential).get("/x") == {"a": 1}
        assert credential.identity == "GitHub App 123, installation 456"
    for environ in ({"GH_TOKEN": token}, {"GITHUB_TOKEN": token, "GITHUB_APP_INSTALLATION_ID": "456"}):
        credential = credential_from(environ, "acme")
        assert isinstance(credential, StaticToken)
        assert credential.identity == "a token"
        assert token not in repr(credential) + credential.reader
        assert credential.hidden(f"a {token}.") == "a ***."


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "there is no token"),
        ({"GH_TOKEN": "", "GITHUB_TOKEN": ""}, "there is no token"),
        ({"GH_TOKEN": "short"}, "no token of GitHub's"),
        ({"GITHUB_APP_ID": "123"}, "without its key"),
        ({"GITHUB_APP_ID": "123", "GH_TOKEN": "t" * 40}, "without its key"),
        ({"GITHUB_APP_PRIVATE_KEY": "k"}, "no app"),
        ({"GITHUB_APP_ID": "1/../2", "GITHUB_APP_PRIVATE_KEY": "k"}, "that is no GitHub App"),
        ({"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY_FILE": "/nowhere/key.pem"}, "can't be read"),
        ({"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY_FILE": "/"}, "can't be read"),
        (
            {"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": "k", "GITHUB_APP_INSTALLATION_ID": "../1"},
            "no installation",
        ),
    ],
)
def test_an_environment_that_names_nobody(environ, message):
    with pytest.raises(UsageError, match=message):
        credential_from(environ, "acme")


def test_an_installation_needs_a_name(key):
    with pytest.raises(UsageError, match="isn't known"):
        credential_from({"GITHUB_APP_ID": "123", "GITHUB_APP_PRIVATE_KEY": key})
