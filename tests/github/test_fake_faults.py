"""Each fault of the fake GitHub, as a client meets it."""

import time
from email.utils import parsedate_to_datetime

import pytest
import urllib3

from fake_github import When, World, faults
from fake_github.graphql.schema import OWN

QUERIES = OWN.read_text(encoding="utf-8")
NODE = ("organization", "repositories", "nodes", 3)
PATH = "/repos/acme/vision-trainer"
CONTENT_OF = """query($o: GitObjectID!) {
  repository(owner: "acme", name: "shop") {
    object(oid: $o) { ... on Blob { text isTruncated isBinary byteSize } }
  }
}"""


def listing(asks, **variables):
    return asks.ask(QUERIES, "Organization", login="acme", **{"first": 10, **variables})


@pytest.mark.parametrize(
    ("fault", "status", "headers", "text"),
    [
        (faults.primary_limit(90), 403, {"X-RateLimit-Remaining": "0"}, "API rate limit exceeded"),
        (faults.primary_limit(status=429), 429, {"X-RateLimit-Resource": "core"}, "API rate limit"),
        (faults.secondary_limit(7), 403, {"Retry-After": "7"}, "secondary rate limit"),
        (faults.secondary_limit(None), 403, {"Retry-After": None}, "secondary rate limit"),
        (faults.secondary_limit(1, status=429), 429, {"Retry-After": "1"}, "secondary rate limit"),
        (faults.refused(451), 451, {}, "Repository access blocked"),
        (faults.refused(403, "No"), 403, {}, "No"),
        (faults.broken(504), 504, {"Content-Type": "text/html"}, "Whoa there!"),
        (faults.page_for_people(), 200, {"Content-Type": "text/html"}, "<script>"),
        (faults.invalid_json(), 200, {}, '{"data": {"organization": '),
        (faults.bad_token(), 401, {}, "Bad credentials"),
        (faults.moved("/repositories/1"), 301, {"Location": "/repositories/1"}, "Moved"),
    ],
)
def test_an_answer_that_is_no_answer(client, fault, status, headers, text):
    world = World.of(1)
    asks = client(world)
    world.faults.add(When(path=PATH, nth=2, times=1), fault)
    assert asks.get(PATH).status == 200
    got = asks.get(PATH)
    assert (got.status, {name: got.headers.get(name) for name in headers}) == (status, headers)
    assert text in got.data.decode()
    assert parsedate_to_datetime(got.headers["Date"])
    assert asks.get(PATH).status == 200


def test_a_limit_says_when_it_ends_by_githubs_clock(client):
    world = World.of(1, clock=lambda: 1_800_000_000.0)
    world.faults.add(When(nth=1, times=1), faults.clock_jumps(3600))
    world.faults.add(When(), faults.primary_limit(90))
    got = client(world).get(PATH)
    assert got.headers["X-RateLimit-Reset"] == str(1_800_003_690)
    assert parsedate_to_datetime(got.headers["Date"]).timestamp() == 1_800_003_600


def test_the_hours_limits_are_kept(client):
    now = [1_800_000_000.0]
    world = World.of(1, clock=lambda: now[0])
    world.limits = {"core": 2, "graphql": 1}
    asks = client(world)
    left = [asks.get(PATH).headers["X-RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    got = asks.get(PATH)
    assert (got.status, got.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert "errors" not in listing(asks)
    assert listing(asks)["errors"][0]["type"] == "RATE_LIMITED"
    now[0] = int(got.headers["X-RateLimit-Reset"]) + 1
    assert asks.get(PATH).status == 200
    assert listing(asks)["data"]["organization"]


@pytest.mark.parametrize(
    ("fault", "type", "is_partial"),
    [
        (faults.primary_limit(), "RATE_LIMITED", False),
        (faults.something_went_wrong(), None, False),
        (
            faults.resource_limits(NODE),
            "RESOURCE_LIMITS_EXCEEDED",
            True,
        ),
        (faults.forbidden(NODE), "FORBIDDEN", True),
        (faults.saml(("organization",)), "FORBIDDEN", False),
    ],
)
def test_errors_of_graphql(client, fault, type, is_partial):
    world = World.of(10)
    asks = client(world)
    world.faults.add(When(operation="Organization", times=1), fault)
    answer = listing(asks)
    assert answer["errors"][0].get("type") == type
    shown = [node is not None for node in nodes(answer)] if is_partial else nodes(answer)
    assert shown == ([True] * 3 + [False] + [True] * 6 if is_partial else [])
    assert len(nodes(listing(asks))) == 10


def nodes(answer):
    organization = (answer.get("data") or {}).get("organization")
    return organization["repositories"]["nodes"] if organization else []


def test_large_pages_break_and_half_of_one_does_not(client):
    world = World.of(60)
    asks = client(world)
    world.faults.add(When(operation="Organization"), faults.broken_pages(larger_than=25))
    body = {"query": QUERIES, "operationName": "Organization", "variables": {"login": "acme", "first": 50}}
    assert asks.post("/graphql", body).status == 502
    body["variables"]["first"] = 25
    assert asks.post("/graphql", body).status == 200


def test_a_repository_that_goes_while_pages_are_read(client):
    world = World.of(30, empty=0)
    asks = client(world)
    names = [each.full_name for each in world]
    first = listing(asks)["data"]["organization"]["repositories"]
    world.faults.add(When(), faults.happens(lambda world: world.remove(world[names[4]])))
    rest = listing(asks, first=50, after=first["pageInfo"]["endCursor"])
    # One before the cursor is gone, and none behind it is passed over.
    assert [node["nameWithOwner"] for node in nodes(rest)] == names[10:]
    world.faults.clear()
    assert asks.get(f"/repos/{names[4]}").status == 404


def test_a_page_that_repeats_the_end_of_the_one_before(client):
    world = World.of(30)
    asks = client(world)
    names = [each.full_name for each in world]
    first = listing(asks)["data"]["organization"]["repositories"]
    world.faults.add(When(times=1), faults.repeated(2))
    page = listing(asks, after=first["pageInfo"]["endCursor"])
    assert [node["nameWithOwner"] for node in nodes(page)] == names[8:18]
    world.faults.add("/orgs/acme/repos", faults.repeated(1))
    page = asks.get("/orgs/acme/repos?per_page=10&page=2").json()
    assert [each["full_name"] for each in page] == names[9:20]


@pytest.mark.parametrize("status", [403, 404, 451])
def test_a_repository_that_is_not_shown(client, status):
    world = World.of(3, empty=0)
    asks = client(world)
    hidden = list(world)[1]
    hidden.blocked = status
    answer = listing(asks)
    assert [node is None for node in nodes(answer)] == [False, True, False]
    error = answer["errors"][0]
    assert error["path"] == ["organization", "repositories", "nodes", 1]
    assert error["type"] == ("NOT_FOUND" if status == 404 else "FORBIDDEN")
    assert asks.get(f"/repos/{hidden.full_name}/git/trees/HEAD").status == status


def test_a_renamed_repository_is_found_by_both_names(client):
    world = World.of(1, empty=0)
    asks = client(world)
    world.rename(world["acme/vision-trainer"], "eyes")
    got = asks.get(f"{PATH}/actions/permissions?a=b")
    assert got.status == 301
    location = got.headers["Location"]
    assert location == f"{asks.url}/repositories/500001/actions/permissions?a=b"
    assert asks.get(location.removeprefix(asks.url)).json()["allowed_actions"] == "all"
    found = asks.ask(QUERIES, "One", owner="acme", name="vision-trainer")
    assert found["data"]["repository"]["nameWithOwner"] == "acme/eyes"


def test_trees_that_are_cut(client):
    world = World.of(1, empty=0)
    asks = client(world)
    whole = asks.get(f"{PATH}/git/trees/HEAD?recursive=1").json()
    world.faults.add(When(path=f"{PATH}/git/trees/*", times=1), faults.truncated_tree(3))
    cut = asks.get(f"{PATH}/git/trees/HEAD?recursive=1").json()
    assert (cut["truncated"], cut["tree"]) == (True, whole["tree"][:3])
    world.tree_limit = 5
    cut = asks.get(f"{PATH}/git/trees/HEAD?recursive=1").json()
    assert (cut["truncated"], cut["tree"]) == (True, whole["tree"][:5])


def test_texts_are_cut_where_github_cuts_them(client):
    world = World()
    files = {"long": b"a" * 512_001, "whole": b"a" * 512_000, "binary": b"\0" * 600_000, "latin": b"\xe9"}
    repository = world.add("acme", "shop", files)
    asks, commit = client(world), world.commit_of(repository)

    def known(path):
        answer = asks.ask(CONTENT_OF, o=commit.at(path).oid)
        found = answer["data"]["repository"]["object"]
        return (
            found["text"] and len(found["text"]),
            found["isTruncated"],
            found["isBinary"],
            found["byteSize"],
        )

    assert known("long") == (512_000, True, False, 512_001)
    assert known("whole") == (512_000, False, False, 512_000)
    assert known("binary") == (None, False, True, 600_000)
    assert known("latin") == (1, False, False, 1)
    assert asks.get(f"/repos/acme/shop/git/blobs/{commit.at('long').oid}").json()["size"] == 512_001
    assert world.log.blobs[commit.at("long").oid] == 2


def test_contents_and_trees_that_are_not_what_they_are_named(client):
    world = World()
    repository = world.add("acme", "shop", {"a": "1", "b": "2"})
    asks, commit = client(world), world.commit_of(repository)
    world.forged[commit.at("a").oid] = b"3"
    assert asks.ask(CONTENT_OF, o=commit.at("a").oid)["data"]["repository"]["object"]["text"] == "3"
    assert asks.get(f"/repos/acme/shop/git/blobs/{commit.at('a').oid}").json()["content"] == "Mw==\n"
    world.hidden_entries[commit.tree.oid] = {b"a"}
    for query in ("", "?recursive=1"):
        listed = asks.get(f"/repos/acme/shop/git/trees/{commit.tree.oid}{query}").json()
        assert [each["path"] for each in listed["tree"]] == ["b"]
    found = asks.ask(QUERIES, "One", owner="acme", name="shop")["data"]["repository"]
    assert [entry["name"] for entry in found["root"]["entries"]] == ["b"]


def test_a_body_that_breaks_off_or_is_slow(client):
    world = World.of(1)
    asks = client(world)
    world.faults.add(1, faults.broken_off(after=5))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        asks.get(PATH)
    world.faults.add(1, faults.reset())
    with pytest.raises(urllib3.exceptions.ProtocolError, match="reset"):
        asks.get(PATH)
    world.faults.add(1, faults.slow(0.02))
    started = time.monotonic()
    assert asks.get(PATH).json()["full_name"] == "acme/vision-trainer"
    assert time.monotonic() - started > 0.15


def test_which_requests_are_meant():
    taken = [count for count in range(1, 20) if When(nth=3, every=4, times=3).takes(count)]
    assert taken == [3, 7, 11]
    assert [count for count in range(1, 5) if When(nth=3).takes(count)] == [3, 4]


def test_faults_stand_around_each_other(client):
    world = World.of(1)
    asks = client(world)
    world.faults.add(When(every=2), faults.broken(503))
    world.faults.add(PATH, faults.changed(lambda response: response))
    world.faults.add("*/nothing", faults.reset())
    assert [asks.get(PATH).status for _ in range(4)] == [503, 200, 503, 200]
    assert world.log.count("GET /repos/{owner}/{repo}") == 2
    assert [asked.status for asked in world.log.requests] == [503, 200, 503, 200]
