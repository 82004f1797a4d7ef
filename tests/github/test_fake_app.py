"""The fake GitHub's App, and its code scanning."""

import base64
import gzip
import json

import pytest

from fake_github import When, World, faults

COMMIT = "0123456789abcdef" * 2 + "01234567"
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def keys():
    """A private key, and its public one, as PEM."""
    pytest.importorskip("jwt")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives import serialization

    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def signed(keys, **claims):
    import jwt

    return jwt.encode(
        {"iss": "4711", "iat": NOW - 60, "exp": NOW + 500, **claims}, keys[0], algorithm="RS256"
    )


@pytest.fixture
def installed(keys):
    world = World.of(2, clock=lambda: NOW)
    world.app.public_key = keys[1]
    return world, world.app.install("acme")


def test_a_token_of_an_installation(client, keys, installed):
    world, id = installed
    app = client(world, signed(keys))
    assert app.get("/orgs/acme/installation").json()["id"] == id
    assert app.get("/orgs/nobody/installation").status == 404
    assert [each["account"]["login"] for each in app.get("/app/installations").json()] == ["acme"]
    given = app.post(f"/app/installations/{id}/access_tokens", {})
    assert given.status == 201
    assert given.json()["expires_at"] == "2027-01-15T09:00:00Z"
    assert app.get("/orgs/acme/repos").status == 401
    app.token = given.json()["token"]
    assert len(app.get("/orgs/acme/repos").json()) == 2
    assert app.get("/installation/repositories").json()["total_count"] == 2
    assert app.get("/orgs/acme/installation").status == 401
    world.clock_ahead = 3601
    assert app.get("/orgs/acme/repos").json()["message"] == "Bad credentials"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "1"}, "'iss'"),
        ({"exp": NOW + 601}, "too far in the future"),
        ({"exp": NOW - 1}, "must be in the future"),
        ({"iat": NOW + 30}, "'iat'"),
    ],
)
def test_what_a_signature_does_not_help(client, keys, installed, claims, said):
    got = client(installed[0], signed(keys, **claims)).get("/app/installations")
    assert got.status == 401
    assert said in got.json()["message"]


def test_another_key_is_not_the_apps(client, keys, installed):
    world, _ = installed
    token = signed(keys)
    asks = client(world, token[:-8] + "AAAAAAAA")
    assert asks.get("/app").status == 401
    asks.token = token
    assert asks.get("/app").json()["id"] == 4711


def test_expired_tokens_are_expired_at_once(client, keys, installed):
    world, id = installed
    app = client(world, signed(keys))
    app.token = app.post(f"/app/installations/{id}/access_tokens", {}).json()["token"]
    world.faults.add(When(nth=2, times=1), faults.expired_tokens())
    assert [app.get("/orgs/acme/repos").status for _ in range(3)] == [200, 401, 401]


def upload(**changes):
    sarif = {"version": "2.1.0", "runs": [{"results": []}]}
    body = {
        "commit_sha": COMMIT,
        "ref": "refs/heads/main",
        "sarif": base64.b64encode(gzip.compress(json.dumps(sarif).encode())).decode(),
    }
    return {**body, **changes}


def test_an_upload_is_taken_and_worked_on(client):
    world = World()
    world.add("acme", "shop", {"a": "1"})
    world.uploads.pending = 2
    asks = client(world)
    got = asks.post("/repos/acme/shop/code-scanning/sarifs", upload())
    assert got.status == 202
    path = f"/repos/acme/shop/code-scanning/sarifs/{got.json()['id']}"
    states = [asks.get(path).json()["processing_status"] for _ in range(4)]
    assert states == ["pending", "pending", "complete", "complete"]
    assert [each.sarif["runs"] for each in world.uploads.of("acme/shop")] == [[{"results": []}]]
    world.uploads.errors["acme/shop"] = ["unsuccessful execution"]
    again = asks.post("/repos/acme/shop/code-scanning/sarifs", upload()).json()["id"]
    answers = [asks.get(f"/repos/acme/shop/code-scanning/sarifs/{again}").json() for _ in range(3)]
    assert answers[-1] == {"processing_status": "failed", "errors": ["unsuccessful execution"]}
    assert asks.get("/repos/acme/shop/code-scanning/sarifs/none").status == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"commit_sha": "main"}, 400),
        ({"ref": "main"}, 400),
        ({"sarif": "e30="}, 400),
        ({"sarif": base64.b64encode(gzip.compress(b"{}")).decode()}, 400),
        ({"sarif": "A" * 2000}, 413),
        ({"category": "x"}, 400),
    ],
)
def test_what_is_no_upload(client, changes, status):
    world = World()
    world.add("acme", "shop", {"a": "1"})
    world.uploads.largest = 1000
    got = client(world).post("/repos/acme/shop/code-scanning/sarifs", upload(**changes))
    assert (got.status, world.uploads.taken) == (status, {})


def test_where_nothing_can_be_uploaded(client):
    world = World()
    world.add("acme", "shop", {"a": "1"}, has_code_scanning=False)
    asks = client(world)
    got = asks.post("/repos/acme/shop/code-scanning/sarifs", upload())
    assert got.status == 403
    assert "must be enabled" in got.json()["message"]
    assert asks.post("/repos/acme/nothing/code-scanning/sarifs", upload()).status == 404
