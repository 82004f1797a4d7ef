"""What the state keeps of a sweep, and what it says of it afterwards."""

import json
import os
import stat
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sweep_states import NOW, PLAN, PROBLEM, finish, listed, result, scanned, standings, sweep

from auditor.errors import StateError
from auditor.files.git_tree import TreeEntry
from auditor.finding import Severity
from auditor.model.settings import Visibility
from auditor.report.sweep.document import Outcome, SweptRepository, TrendPoint
from auditor.sweep.state.records import CachedResponse, Cursor, Settled, SweepSummary
from auditor.sweep.state.state import SweepState

FAILED = Settled(id=1, outcome=Outcome.FAILED, reason="timed out")
SKIPPED = Settled(id=1, outcome=Outcome.SKIPPED, reason="archived")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sweep.state"


@pytest.fixture
def state(path: Path) -> Iterator[SweepState]:
    with SweepState.open(path) as opened:
        yield opened


def test_only_its_owner_may_read_it(path: Path) -> None:
    mask = os.umask(0)
    try:
        with SweepState.open(path) as state:
            sweep(state, [scanned(1)])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(mask)
    assert modes == {"sweep.state": 0o600, "sweep.state-wal": 0o600}
    assert [each.name for each in path.parent.iterdir()] == ["sweep.state"]


def test_a_copy_that_came_with_wider_modes_is_closed(path: Path) -> None:
    SweepState.open(path).close()
    path.chmod(0o644)
    SweepState.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_sweep_is_resumed_with_the_same_plan(path: Path) -> None:
    with SweepState.open(path) as state:
        first = state.begin(("acme",), PLAN, NOW)
        assert state.cursor(first, "acme") is None
        state.save_page(first, "acme", [listed(1)], Cursor("Y3Vy", 25, promised=40))
    with SweepState.open(path) as state:
        again = state.begin(("Acme",), PLAN, NOW + timedelta(hours=3))
        assert (again.number, again.started, again.is_resumed) == (first.number, NOW, True)
        assert state.cursor(again, "ACME") == Cursor("Y3Vy", 25, promised=40)
        assert [each for _, each in state.pending(again)] == [listed(1)]


def test_a_sweep_of_another_plan_is_abandoned(state: SweepState) -> None:
    first = state.begin(("acme",), PLAN, NOW)
    second = state.begin(("acme",), "another", NOW)
    assert (second.is_resumed, second.abandoned) == (False, first.number)
    assert state.begin(("acme",), "another", NOW).abandoned is None
    with pytest.raises(ValueError, match="is not running"):
        state.save_page(first, "acme", [listed(1)], Cursor(None, 50))


def test_sweeps_of_other_owners_and_shards_stand_beside_each_other(state: SweepState) -> None:
    runs = [
        state.begin(("acme",), PLAN, NOW),
        state.begin(("beta",), "another", NOW),
        state.begin(("acme",), PLAN, NOW, shard="1/2"),
    ]
    assert [run.abandoned for run in runs] == [None] * 3
    assert state.begin(("acme",), PLAN, NOW).number == runs[0].number


def test_a_repository_is_kept_once_as_it_was_listed_first(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(2), listed(1)], Cursor("a", 50))
    state.save_page(run, "acme", [listed(1, head="f" * 40), listed(3), listed(3)], Cursor(None, 50, True))
    assert [each for _, each in state.pending(run)] == [listed(2), listed(1), listed(3)]


def test_pending_comes_in_pages(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", map(listed, range(1, 8)), Cursor(None, 50, True))
    state.settle(run, [scanned(4), Settled(id=5, outcome=Outcome.SKIPPED)])
    seen, after = [], 0
    while page := state.pending(run, after, 2):
        after = page[-1][0]
        seen.append([each.id for _, each in page])
    assert seen == [[1, 2], [3, 6], [7]]


def test_everything_of_a_listing_comes_back(state: SweepState) -> None:
    odd = listed(
        2**63 - 1,
        name="acme/\ud800\0\u2028",
        visibility=Visibility.INTERNAL,
        is_archived=True,
        is_disabled=True,
        is_fork=True,
        default_branch="\udcff",
        entries=(TreeEntry("a\udcff\n.yml", "0" * 64, 0o120000), TreeEntry("", "", 0, 2**70)),
        lost=(("big", "cut off"), ("\udcff", "")),
        hidden="contents:read",
        fault="\x1b[31m",
    )
    bare = listed(0, head=None, entries=(), default_branch=None)
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [odd, bare], Cursor(None, 50, True))
    assert [each for _, each in state.pending(run)] == [odd, bare]


@pytest.mark.parametrize("id", [-1, 2**63])
def test_an_id_that_no_repository_has_is_refused(state: SweepState, id: int) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    with pytest.raises(StateError, match="no repository has the id"):
        state.save_page(run, "acme", [listed(1), listed(id)], Cursor(None, 50, True))
    assert state.pending(run) == []
    assert state.cursor(run, "acme") is None


def test_what_a_sweep_says(state: SweepState) -> None:
    made = result({"a": "high", "b": "low", "c": "low"}, [PROBLEM], [("outsider", "contents:write", 2)])
    key = Settled(id=1, outcome=Outcome.SCANNED, key="k", result=made, not_verified={"runners": "admin"})
    outcomes = [key, Settled(id=2, outcome=Outcome.NOT_VERIFIABLE, reason="needs contents:read")]
    run = sweep(state, outcomes, problems=["cut off"], requests={"graphql": 3}, seconds={"index": 0.5})
    assert state.repositories(run) == (
        SweptRepository(
            id=1,
            name="acme/r00001",
            visibility=Visibility.PUBLIC,
            commit=f"{1:040x}",
            outcome=Outcome.SCANNED,
            is_first=True,
            findings={Severity.HIGH: 1, Severity.LOW: 2},
            problems=(PROBLEM,),
            not_verified={"runners": "admin"},
            powers={("outsider", "contents:write"): 2},
        ),
        SweptRepository(
            id=2,
            name="acme/r00002",
            visibility=Visibility.PUBLIC,
            commit=f"{2:040x}",
            outcome=Outcome.NOT_VERIFIABLE,
            reason="needs contents:read",
        ),
    )
    assert state.ending(run) == SweepSummary(
        finished=NOW, problems=("cut off",), requests={"graphql": 3}, seconds={"index": 0.5}
    )
    assert state.trend(run) == (TrendPoint(NOW, {Severity.HIGH: 1, Severity.LOW: 2}, 1, 2),)
    assert state.previous(run) is None
    assert state.result("k") == made
    assert [(each.id, kept) for each, kept in state.seen(run)] == [(1, "k")]
    assert state.last(("ACME",)) == run


def test_open_findings_are_whole_and_fixed_ones_have_no_trace(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a", "b"])])
    run = sweep(state, [scanned(1, ["b"])], now=NOW + timedelta(days=1))
    still_open, fixed = state.findings(run)
    assert still_open.document["trace"]
    assert still_open.document["other_traces"]
    assert still_open.first_seen == NOW
    assert fixed.document["trace"] == []
    assert "other_traces" not in fixed.document
    assert fixed.document["message"] == "message of a"
    assert fixed.commit == f"{1:040x}"


NEXT = {
    "seen": (scanned(1, ["a"]), {"a": "OPEN"}),
    "with another": (scanned(1, ["a", "b"]), {"a": "OPEN", "b": "NEW"}),
    "fixed": (scanned(1, []), {"a": "FIXED"}),
    "failed": (FAILED, {"a": "UNSEEN"}),
    "not verifiable": (Settled(id=1, outcome=Outcome.NOT_VERIFIABLE), {"a": "UNSEEN"}),
    "skipped": (SKIPPED, {"a": "GONE"}),
}


@pytest.mark.parametrize(("settled", "expected"), NEXT.values(), ids=NEXT)
def test_against_the_sweep_before(state: SweepState, settled: Settled, expected: dict[str, str]) -> None:
    sweep(state, [scanned(1, ["a"])])
    run = sweep(state, [settled])
    assert {fingerprint: how for (_, fingerprint), how in standings(state, run).items()} == expected
    assert not state.repositories(run)[0].is_first


@pytest.mark.parametrize("between", [[FAILED], [SKIPPED], [], [FAILED, SKIPPED]], ids=str)
def test_what_was_not_seen_is_not_new_when_it_is(state: SweepState, between: list[Settled]) -> None:
    sweep(state, [scanned(1, ["a", "b"])])
    for each in between or [None]:
        sweep(state, [each] if each else [])
    run = sweep(state, [scanned(1, ["a"])])
    assert standings(state, run) == {("acme/r00001", "a"): "OPEN", ("acme/r00001", "b"): "FIXED"}


def test_what_was_fixed_and_comes_back_is_new_from_then_on(state: SweepState) -> None:
    days = [NOW + timedelta(days=day) for day in range(4)]
    for day, found in zip(days, (["a"], [], ["a"], ["a"]), strict=True):
        run = sweep(state, [scanned(1, found)], now=day)
    (finding,) = state.findings(run)
    assert (finding.standing.name, finding.first_seen) == ("OPEN", days[2])


def test_gone_is_said_once(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a"]), scanned(2)])
    assert standings(state, sweep(state, [scanned(2)])) == {("acme/r00001", "a"): "GONE"}
    assert standings(state, sweep(state, [scanned(2)])) == {}


def test_what_a_broken_listing_leaves_out_is_not_gone(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a"]), scanned(2)])
    run = sweep(state, [scanned(2)], is_done=False)
    assert standings(state, run) == {("acme/r00001", "a"): "UNSEEN"}
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(2)], Cursor(None, 50, True, promised=2))
    state.settle(run, [scanned(2)])
    finish(state, run)
    assert standings(state, run) == {("acme/r00001", "a"): "UNSEEN"}


def test_repositories_of_other_owners_are_not_gone(state: SweepState) -> None:
    run = sweep(state, [scanned(1, ["a"])])
    other = sweep(state, [scanned(2, ["b"])], owner="beta")
    assert standings(state, other) == {("beta/r00002", "b"): "NEW"}
    assert standings(state, run) == {("acme/r00001", "a"): "NEW"}
    assert state.previous(other) is None


def test_a_renamed_repository_keeps_its_history(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a"])])
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(1, name="acme/renamed")], Cursor(None, 50, True))
    state.settle(run, [scanned(1, ["a"])])
    finish(state, run)
    assert standings(state, run) == {("acme/renamed", "a"): "OPEN"}


def test_an_abandoned_sweep_is_not_the_one_before(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a"])])
    lost = state.begin(("acme",), "another", NOW)
    state.save_page(lost, "acme", [listed(1), listed(2)], Cursor(None, 50, True))
    state.settle(lost, [scanned(1, []), scanned(2, ["b"])])
    run = sweep(state, [scanned(1, ["a"]), scanned(2, ["b"])], now=NOW + timedelta(days=1))
    assert standings(state, run) == {("acme/r00001", "a"): "OPEN", ("acme/r00002", "b"): "NEW"}
    assert [each.is_first for each in state.repositories(run)] == [False, True]
    assert state.previous(run) == NOW
    assert len(state.trend(run)) == 2


def test_numbers_order_the_sweeps_whatever_the_clock_says(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a", "b"])], now=NOW)
    sweep(state, [scanned(1, ["b"])], now=NOW - timedelta(days=400))
    run = sweep(state, [scanned(1, ["a"])], now=NOW - timedelta(days=4000))
    assert standings(state, run) == {("acme/r00001", "a"): "NEW", ("acme/r00001", "b"): "FIXED"}
    assert state.previous(run) == NOW - timedelta(days=400)
    assert [point.finished for point in state.trend(run)] == [
        NOW,
        NOW - timedelta(days=400),
        NOW - timedelta(days=4000),
    ]
    assert state.last(("acme",)) == run


def test_only_the_last_sweep_tells_of_findings(state: SweepState) -> None:
    first = sweep(state, [scanned(1, ["a"])])
    sweep(state, [scanned(1, ["a"])])
    with pytest.raises(StateError, match="are not kept any more"):
        list(state.findings(first))
    with pytest.raises(ValueError, match="is not finished"):
        list(state.findings(state.begin(("acme",), PLAN, NOW)))


def test_a_sweep_with_pending_repositories_does_not_end(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(1)], Cursor(None, 50, True))
    with pytest.raises(ValueError, match="1 repositories"):
        finish(state, run)
    assert state.ending(run) is None


def test_a_second_outcome_changes_nothing(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(1)], Cursor(None, 50, True))
    state.settle(run, [scanned(1, ["a"])])
    state.settle(run, [FAILED, scanned(1, ["b"]), FAILED])
    finish(state, run)
    assert standings(state, run) == {("acme/r00001", "a"): "NEW"}
    assert state.repositories(run)[0].outcome is Outcome.SCANNED


def test_a_finding_with_the_fingerprint_of_another_counts_once(state: SweepState) -> None:
    document = json.loads(zlib.decompress(result(["a"])))
    document["report"]["findings"] *= 2
    twice = zlib.compress(json.dumps(document).encode())
    run = sweep(state, [Settled(id=1, outcome=Outcome.SCANNED, key="k", result=twice)])
    assert state.repositories(run)[0].findings == {Severity.HIGH: 1}
    assert standings(state, run) == {("acme/r00001", "a"): "NEW"}


def test_units_are_known_by_their_key_and_used_again(state: SweepState) -> None:
    sweep(state, [scanned(1, ["a"], key="k")])
    assert state.known(["k", "other"]) == {"k"}
    assert state.known([]) == set()
    run = sweep(state, [Settled(id=1, outcome=Outcome.REUSED, key="k")])
    assert standings(state, run) == {("acme/r00001", "a"): "OPEN"}
    assert state.result("other") is None


def test_a_unit_that_is_not_known_stays_pending(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(1), listed(2)], Cursor(None, 50, True))
    assert state.settle(run, [Settled(id=1, outcome=Outcome.REUSED, key="k"), scanned(2)]) == {1}
    assert [each.id for _, each in state.pending(run)] == [1]


def test_what_is_not_listed_has_no_outcome(state: SweepState) -> None:
    run = state.begin(("acme",), PLAN, NOW)
    state.save_page(run, "acme", [listed(1)], Cursor(None, 50, True))
    with pytest.raises(ValueError, match="repository 2 is not listed"):
        state.settle(run, [scanned(1), scanned(2)])
    assert [each.id for _, each in state.pending(run)] == [1]
    with pytest.raises(ValueError, match="has no unit of work"):
        state.settle(run, [Settled(id=1, outcome=Outcome.SCANNED)])


def test_blobs_are_kept_by_their_name(state: SweepState) -> None:
    state.keep_blobs({"a" * 40: b"on: push\n" * 99, "b" * 40: b""})
    state.keep_blobs({"a" * 40: b"on: push\n" * 99})
    assert state.missing(["a" * 40, "b" * 40, "c" * 40]) == {"c" * 40}
    assert state.blobs(["a" * 40, "b" * 40, "c" * 40]) == {"a" * 40: b"on: push\n" * 99, "b" * 40: b""}


def test_memos_answers_and_uploads(state: SweepState) -> None:
    assert (
        state.recall("id") is state.answer("https://api/x") is state.uploaded(1, "ci-audit/static/") is None
    )
    for value in (b"1", b"2"):
        state.remember("id", value)
        state.keep_answer("https://api/x", f'W/"{value.decode()}"', value * 1000)
        state.note_upload(1, "ci-audit/static/", value.decode())
    assert state.recall("id") == b"2"
    assert state.answer("https://api/x") == CachedResponse('W/"2"', b"2" * 1000)
    assert state.uploaded(1, "ci-audit/static/") == "2"
    assert state.uploaded(1, "ci-audit/settings/") is None
