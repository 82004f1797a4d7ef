import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.errors import GitHubError
from auditor.github.api.client import GitHub
from auditor.github.code_scanning import upload
from auditor.github.code_scanning.analysis import Analysis, Target
from auditor.github.code_scanning.upload import Delivered, Delivery, UploadOutcome, deliver
from fake_github import TOKEN, When, World, faults

SHA = "1" * 40


def analysis(*paths: str, more: object = None) -> Analysis:
    results = [
        {
            "ruleId": "a-rule",
            "message": {"text": "what"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}}}],
            "partialFingerprints": {"primaryLocationLineHash": "1:1"},
        }
        for path in paths
    ]
    tool = {"driver": {"name": "ci-audit", "rules": []}}
    run = {"tool": tool, "automationDetails": {"id": "ci-audit/static/"}, "results": results, "more": more}
    return Analysis.read(json.dumps({"version": "2.1.0", "runs": [run]}))


def delivery(name: str = "shop", read: Analysis | None = None, **changes: Any) -> Delivery:
    target = Target(repository=f"acme/{name}", commit=SHA, ref=changes.pop("ref", "refs/heads/main"))
    return Delivery(target=target, analysis=read or analysis("a.yml"), **changes)


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("shop", "site", "models"):
        world.add("acme", name, {"README.md": "x"})
    return world


@pytest.fixture
def github(world: World, serve: Callable[[World], str]) -> GitHub:
    return GitHub(TOKEN, serve(world), sleep=lambda _: None)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def send(github: GitHub, slept: list[float]) -> Callable[..., list[Delivered]]:
    return lambda *deliveries: list(deliver(github, deliveries, sleep=slept.append))


Send = Callable[..., list[Delivered]]


def test_an_upload_holds_the_file_and_where_it_belongs(world: World, send: Send, slept: list[float]) -> None:
    (ended,) = send(delivery())
    (taken,) = world.uploads.of("acme/shop")
    assert ended.ending is UploadOutcome.UPLOADED
    assert (ended.id, ended.reason) == (next(iter(world.uploads.taken)), "")
    assert (ended.category, ended.digest) == ("ci-audit/static/", analysis("a.yml").digest)
    assert (taken.commit, taken.ref) == (SHA, "refs/heads/main")
    assert taken.sarif == json.loads(analysis("a.yml").text)
    assert slept == [5]


def test_the_request_is_what_github_takes(fake: Any, token: str) -> None:
    path = "/repos/acme/shop/code-scanning/sarifs"
    fake.answers[path] = (202, {}, {"id": "abc", "url": "https://elsewhere.example/"})
    fake.answers[f"{path}/abc"] = {"processing_status": "complete"}
    started = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    github = GitHub(token, fake.url)
    (ended,) = deliver(github, [delivery(started=started)], sleep=lambda _: None)
    assert ended.ending is UploadOutcome.UPLOADED
    assert fake.paths == [path, f"{path}/abc"]
    body = json.loads(fake.asked[0].body)
    assert set(body) == {"commit_sha", "ref", "sarif", "tool_name", "started_at"}
    assert (body["tool_name"], body["started_at"]) == ("ci-audit", "2026-11-25T04:00:00+00:00")


def test_a_pull_requests_ref_and_no_results_are_sent_too(world: World, send: Send) -> None:
    (ended,) = send(delivery(read=analysis(), ref="refs/pull/7/merge"))
    (taken,) = world.uploads.of("acme/shop")
    assert ended.ending is UploadOutcome.UPLOADED
    assert (taken.ref, taken.sarif["runs"][0]["results"]) == ("refs/pull/7/merge", [])


def test_what_shows_the_same_is_not_sent_again(world: World, send: Send, slept: list[float]) -> None:
    (first,) = send(delivery())
    (again,) = send(delivery(read=analysis("a.yml", more="of another commit"), known=first.digest))
    (other,) = send(delivery(read=analysis("b.yml"), known=first.digest))
    assert [each.ending for each in (first, again, other)] == [
        UploadOutcome.UPLOADED,
        UploadOutcome.UNCHANGED,
        UploadOutcome.UPLOADED,
    ]
    assert len(world.uploads.taken) == 2
    assert len(slept) == 2


def test_it_is_waited_for_longer_each_time(world: World, send: Send, slept: list[float]) -> None:
    world.uploads.pending = 3
    (ended,) = send(delivery())
    assert ended.ending is UploadOutcome.UPLOADED
    assert slept == [5, 10, 20, 40]


def test_waiting_ends(world: World, send: Send, slept: list[float]) -> None:
    world.uploads.pending = 100
    (ended,) = send(delivery())
    assert (ended.ending, ended.reason) == (UploadOutcome.FAILED, "GitHub hasn't processed it after 155 s")
    assert slept == [5, 10, 20, 40, 80]


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        (["bad rule", "bad url"], "GitHub can't process it: bad rule; bad url"),
        (["x" * 900, "b", "c", "d", "e"], f"GitHub can't process it: {'x' * 500}; b; c; and 2 more"),
    ],
)
def test_what_github_cannot_process_is_told(errors: list[str], reason: str, world: World, send: Send) -> None:
    world.uploads.errors["acme/shop"] = errors
    (ended,) = send(delivery())
    assert (ended.ending, ended.reason) == (UploadOutcome.FAILED, reason)
    assert ended.id


NEEDS = (
    "the token or app needs Code scanning alerts: write (in a workflow `security-events: write`, "
    "of a classic token the scope `security_events`)"
)


@pytest.mark.parametrize(
    ("status", "message", "ending", "reason"),
    [
        (403, "Repository was archived so is read-only.", UploadOutcome.SKIPPED, "it is archived"),
        (
            403,
            "Advanced Security must be enabled for this repository to use code scanning.",
            UploadOutcome.SKIPPED,
            "code scanning is not enabled",
        ),
        (
            403,
            "Code scanning is not enabled for this repository.",
            UploadOutcome.SKIPPED,
            "code scanning is not enabled",
        ),
        (
            403,
            "Resource not accessible by integration",
            UploadOutcome.SKIPPED,
            NEEDS,
        ),
        (404, "Not Found", UploadOutcome.SKIPPED, NEEDS),
        (422, "no", UploadOutcome.FAILED, "GitHub doesn't show /repos/acme/shop/code-scanning/sarifs (422)"),
        (400, "no", UploadOutcome.FAILED, "GitHub answers /repos/acme/shop/code-scanning/sarifs with 400"),
        (413, "no", UploadOutcome.FAILED, "GitHub answers /repos/acme/shop/code-scanning/sarifs with 413"),
    ],
)
def test_a_refusal_is_told_apart_and_stops_nobody(
    status: int, message: str, ending: UploadOutcome, reason: str, world: World, send: Send
) -> None:
    world.faults.add(When("/repos/acme/shop/*", method="POST"), faults.refused(status, message))
    ended = {each.target.repository: each for each in send(delivery(), delivery("site"))}
    assert (ended["acme/shop"].ending, ended["acme/shop"].reason) == (ending, reason)
    assert ended["acme/site"].ending is UploadOutcome.UPLOADED


def test_the_fakes_own_words_for_no_code_scanning(world: World, send: Send) -> None:
    world["acme/shop"].has_code_scanning = False
    (ended,) = send(delivery())
    assert (ended.ending, ended.reason) == (UploadOutcome.SKIPPED, "code scanning is not enabled")


def test_a_hostile_branch_fails_alone_and_unsent(world: World, send: Send) -> None:
    bad = delivery(ref="refs/heads/a b")
    ended = {each.target.repository: each for each in send(bad, delivery("site"))}
    assert ended["acme/shop"].ending is UploadOutcome.FAILED
    assert "no ref" in ended["acme/shop"].reason
    assert [each.repository for each in world.uploads.taken.values()] == ["acme/site"]


def test_what_is_too_large_is_not_sent(world: World, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MAX_BYTES", 5_000)
    noise = random.Random(1).randbytes(10_000).hex()
    (ended,) = send(delivery(read=analysis(more=noise)))
    assert ended.ending is UploadOutcome.FAILED
    assert ended.reason.startswith("GitHub takes 5,000 bytes, and these are 1")
    (compressed,) = send(delivery(read=analysis(more="x" * 100_000)))
    assert compressed.ending is UploadOutcome.UPLOADED
    assert len(world.uploads.taken) == 1


def test_one_that_is_not_found_yet_is_asked_for_again(world: World, send: Send) -> None:
    world.faults.add(When("*/sarifs/*", method="GET", times=1), faults.refused(404))
    world.faults.add(When("*/sarifs/*", method="GET", nth=2, times=1), faults.refused(410))
    (ended,) = send(delivery())
    assert ended.ending is UploadOutcome.FAILED
    assert ended.reason.startswith("what became of it isn't shown")


def test_a_status_that_fails_once_is_no_end(world: World, send: Send) -> None:
    world.faults.add(When("*/sarifs/*", method="GET", times=5), faults.broken(500))
    (ended,) = send(delivery())
    assert ended.ending is UploadOutcome.UPLOADED


@pytest.mark.parametrize("answer", [{}, {"id": "../x"}, {"id": 3}, {"id": ""}, []])
def test_an_answer_without_an_upload(answer: object, fake: Any, token: str) -> None:
    fake.answers["/repos/acme/shop/code-scanning/sarifs"] = (202, {}, answer)
    (ended,) = deliver(GitHub(token, fake.url), [delivery()], sleep=lambda _: None)
    assert ended.ending is UploadOutcome.FAILED
    assert len(fake.asked) == 1


def test_a_token_that_is_not_taken_ends_all(world: World, send: Send) -> None:
    world.revoked.add(TOKEN)
    with pytest.raises(GitHubError, match="token"):
        send(delivery())


def test_many_are_waited_for_together(
    world: World, send: Send, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "_AT_ONCE", 2)
    ended = send(*(delivery(name) for name in ("shop", "site", "models")))
    assert [each.target.repository for each in ended] == ["acme/shop", "acme/site", "acme/models"]
    assert slept == [5, 5]
