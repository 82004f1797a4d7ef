"""The parts of a sharded sweep make the sweep that one machine would have made."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_states import NOW, PLAN, dump, finish, listed, scanned, standings, sweep

from auditor.errors import StateError, UsageError
from auditor.report.sweep.document import Outcome
from auditor.sweep.state.records import Cursor, Settled
from auditor.sweep.state.state import SweepState

FATES = st.dictionaries(
    st.integers(1, 12),
    st.frozensets(st.sampled_from("abc"))
    | st.sampled_from([Outcome.FAILED, Outcome.NOT_VERIFIABLE, Outcome.SKIPPED]),
    max_size=8,
)


def settled(fates: dict[int, object]) -> list[Settled]:
    return [
        Settled(id=id, outcome=fate, reason=fate.value)
        if isinstance(fate, Outcome)
        else scanned(id, sorted(fate))
        for id, fate in fates.items()
    ]


def part(path: Path, number: int, count: int, outcomes: Sequence[Settled], **columns: object) -> Path:
    """One finished shard's state."""
    with SweepState.open(path) as state:
        sweep(
            state,
            [each for each in outcomes if each.id % count == number - 1],
            shard=f"{number}/{count}",
            **columns,
        )
    return path


@settings(max_examples=20, deadline=None)
@given(st.lists(FATES, min_size=1, max_size=3), st.integers(1, 4))
def test_parts_are_together_what_the_whole_is(sweeps: list[dict[int, object]], count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with SweepState.open(folder / "whole") as whole, SweepState.open(folder / "merged") as merged:
            for day, fates in enumerate(sweeps):
                now, outcomes = NOW + timedelta(days=day), settled(fates)
                run = sweep(
                    whole, outcomes, now=now, requests={"core": count}, seconds={"rules": float(count)}
                )
                parts = [
                    part(
                        folder / f"part{n}", n, count, outcomes, requests={"core": 1}, seconds={"rules": 1.0}
                    )
                    for n in range(1, count + 1)
                ]
                together = merged.merge(reversed(parts), now)
                assert dump(merged, together) == dump(whole, run)
                assert merged.merge(parts, now).number == together.number, "the same parts are the same sweep"
                assert [each.id for each, _ in merged.seen(together)] == [
                    each.id for path in parts for each in _seen(path)
                ]


def _seen(path: Path) -> list[Settled]:
    with SweepState.open(path) as state:
        run = state.last(("acme",), shard_of(path, state))
        assert run is not None
        return [Settled(id=each.id, outcome=Outcome.SCANNED) for each, _ in state.seen(run)]


def shard_of(path: Path, state: SweepState) -> str:
    return str(state._database.row("SELECT shard FROM sweep")[0])


OUTCOMES = [scanned(1, ["a"]), scanned(2, ["b"]), scanned(3, ["c"])]


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    return [part(tmp_path / f"part{number}", number, 3, OUTCOMES) for number in (1, 2, 3)]


def test_a_missing_part_is_named(tmp_path: Path, parts: list[Path]) -> None:
    with SweepState.open(tmp_path / "all") as state:
        with pytest.raises(UsageError, match="missing is part 2/3"):
            state.merge([parts[0], parts[2]], NOW)
        with pytest.raises(UsageError, match=r"there is no part .*nowhere"):
            state.merge([parts[0], tmp_path / "nowhere", parts[2]], NOW)
        with pytest.raises(UsageError, match="no part to merge"):
            state.merge([], NOW)
        assert not (tmp_path / "nowhere").exists()
        assert state.last(("acme",)) is None


def test_a_part_twice_is_named(tmp_path: Path, parts: list[Path]) -> None:
    copy = shutil.copy(parts[1], tmp_path / "copy")
    with (
        SweepState.open(tmp_path / "all") as state,
        pytest.raises(UsageError, match=r"part2 and .*copy are both part 2/3"),
    ):
        state.merge([*parts, copy], NOW)


def test_parts_of_other_sweeps_are_named(tmp_path: Path, parts: list[Path]) -> None:
    odd = tmp_path / "odd"
    for owners, plan, shard, said in (
        (("acme",), "another", "2/3", "odd is of another plan than .*part1"),
        (("beta",), PLAN, "2/3", "odd is of other owners than .*part1"),
        (("acme",), PLAN, "2/4", "odd is part 2/4, and .*part1 part 1/3"),
    ):
        odd.unlink(missing_ok=True)
        with SweepState.open(odd) as state:
            state.begin(owners, plan, NOW, shard)
        with SweepState.open(tmp_path / "all") as state, pytest.raises(UsageError, match=said):
            state.merge([parts[0], odd, parts[2]], NOW)


def test_a_part_without_a_sweep_and_the_whole_itself(tmp_path: Path, parts: list[Path]) -> None:
    SweepState.open(tmp_path / "none").close()
    with SweepState.open(tmp_path / "all") as state:
        with pytest.raises(UsageError, match=r"no sweep was begun in the part .*none"):
            state.merge([parts[0], tmp_path / "none"], NOW)
        with pytest.raises(UsageError, match="is where the parts are merged"):
            state.merge([parts[0], tmp_path / "all"], NOW)


def test_an_unfinished_part_makes_the_sweep_incomplete(tmp_path: Path, parts: list[Path]) -> None:
    with SweepState.open(tmp_path / "all") as state:
        sweep(state, [*OUTCOMES, scanned(5, ["e"])])
    parts[2].unlink()
    with SweepState.open(parts[2]) as state:
        run = state.begin(("acme",), PLAN, NOW, "3/3")
        state.save_page(run, "acme", [listed(2)], Cursor("more", 1))
    with SweepState.open(tmp_path / "all") as state:
        run = state.merge(parts, NOW)
        ending = state.ending(run)
        assert ending is not None
        (problem,) = ending.problems
        assert problem.startswith("part 3/3 was not finished: 1 of its repositories")
        assert {each.id: (each.outcome, each.reason) for each in state.repositories(run)} == {
            1: (Outcome.SCANNED, ""),
            2: (Outcome.FAILED, "part 3/3 was not finished"),
            3: (Outcome.SCANNED, ""),
        }
        assert standings(state, run) == {
            ("acme/r00001", "a"): "OPEN",
            ("acme/r00002", "b"): "UNSEEN",
            ("acme/r00003", "c"): "OPEN",
            ("acme/r00005", "e"): "UNSEEN",
        }
    with SweepState.open(parts[2]) as state:
        run = state.begin(("acme",), PLAN, NOW, "3/3")
        state.save_page(run, "acme", [listed(5)], Cursor(None, 1, True))
        state.settle(run, [scanned(2, ["b"]), scanned(5, [])])
        finish(state, run)
    with SweepState.open(tmp_path / "all") as state:
        run = state.merge(parts, NOW)
        assert standings(state, run)["acme/r00005", "e"] == "FIXED"
        assert len(state.trend(run)) == 3


def test_a_damaged_result_of_a_part_is_a_failed_repository(tmp_path: Path, parts: list[Path]) -> None:
    with SweepState.open(parts[0]) as state, state._database.writing() as connection:
        connection.execute("UPDATE unit SET result = x'00'")
    with SweepState.open(tmp_path / "all") as state:
        run = state.merge(parts, NOW)
        assert {each.id: each.reason for each in state.repositories(run) if not each.outcome.is_seen} == {
            3: "its result is damaged in part 1/3"
        }


def test_a_damaged_listing_of_a_part_is_said(tmp_path: Path, parts: list[Path]) -> None:
    with SweepState.open(parts[0]) as state, state._database.writing() as connection:
        connection.execute("UPDATE listed SET document = x'00'")
    with SweepState.open(tmp_path / "all") as state, pytest.raises(StateError, match=r"damaged: .*part1"):
        state.merge(parts, NOW)


def test_uploads_of_parts_are_known_afterwards(tmp_path: Path, parts: list[Path]) -> None:
    with SweepState.open(parts[1]) as state:
        state.note_upload(1, "ci-audit/static/", "digest")
    with SweepState.open(tmp_path / "all") as state:
        state.merge(parts, NOW)
        assert state.uploaded(1, "ci-audit/static/") == "digest"
