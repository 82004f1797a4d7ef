"""The history of findings, against a plain model of it, through kills, prunes and clocks that jump."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sweep_states import NOW, PLAN, finish, listed, scanned, sweep

from auditor.files.git_tree import TreeEntry
from auditor.report.sweep.document import Outcome, Standing
from auditor.sweep.state.records import Cursor, Settled
from auditor.sweep.state.state import SweepState

IDS = st.integers(1, 4)
UNSEEN = st.sampled_from([Outcome.FAILED, Outcome.NOT_VERIFIABLE, Outcome.SKIPPED])
FATES = st.dictionaries(IDS, st.frozensets(st.sampled_from("abc")) | UNSEEN)


@dataclass
class Known:
    """A finding as the model knows it; `standing` is none once it is fixed."""

    first_seen: int
    standing: Standing | None


class History(RuleBasedStateMachine):
    """Sweeps with random outcomes. The model's days are the sweeps' own; the clock's are something else."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "state"
        self.state = SweepState.open(self.path)
        self.known: dict[tuple[int, str], Known] = {}
        self.seen: set[int] = set()
        self.sweeps = 0
        self.clock: dict[int, int] = {}

    def teardown(self) -> None:
        self.state.close()
        self.folder.cleanup()

    @rule()
    def dies_and_comes_back(self) -> None:
        self.state.close()
        self.state = SweepState.open(self.path)

    @rule(keep=st.integers(1, 3))
    def prunes(self, keep: int) -> None:
        self.state.prune(keep)

    @rule(fates=FATES)
    def leaves_one_unfinished(self, fates: dict[int, object]) -> None:
        run = self.state.begin(("acme",), "another plan", NOW)
        self.state.save_page(run, "acme", map(listed, fates), Cursor(None, 50, True))
        self.state.settle(run, [self.settled(*each) for each in fates.items()])

    @rule(fates=FATES, is_done=st.booleans(), day=st.integers(-999, 999))
    def sweeps_all(self, fates: dict[int, object], is_done: bool, day: int) -> None:
        self.sweeps += 1
        self.clock[self.sweeps] = day
        outcomes = [self.settled(*each) for each in fates.items()]
        run = sweep(self.state, outcomes, now=NOW + timedelta(days=day), is_done=is_done)
        found = {
            (int(each.repository.removeprefix("acme/r")), each.document["fingerprint"]): (
                each.standing,
                each.first_seen,
            )
            for each in self.state.findings(run)
        }
        expected = self.expected(fates, is_done)
        assert found == {
            key: (standing, NOW + timedelta(days=self.clock[first]))
            for key, (standing, first) in expected.items()
        }
        is_first = {each.id: each.is_first for each in self.state.repositories(run)}
        seen = {id for id, fate in fates.items() if isinstance(fate, frozenset)}
        assert is_first == {id: id in seen - self.seen for id in fates}
        self.seen |= seen
        (*_, point) = self.state.trend(run)
        is_open = [standing for standing, _ in expected.values() if standing.is_open]
        assert (sum(point.findings.values()), point.listed) == (len(is_open), len(fates))

    @staticmethod
    def settled(id: int, fate: object) -> Settled:
        return Settled(id=id, outcome=fate) if isinstance(fate, Outcome) else scanned(id, sorted(fate))

    def expected(
        self, fates: dict[int, object], is_done: bool
    ) -> dict[tuple[int, str], tuple[Standing, int]]:
        before = {key: each for key, each in self.known.items() if each.standing is not None}
        expected = {}
        for id, fate in fates.items():
            for fingerprint in fate if isinstance(fate, frozenset) else ():
                known = before.get((id, fingerprint))
                standing = Standing.NEW if known is None else Standing.OPEN
                expected[id, fingerprint] = (standing, self.sweeps if known is None else known.first_seen)
        for (id, fingerprint), known in before.items():
            if (id, fingerprint) in expected:
                continue
            standing = self.stands(fates.get(id), known, is_done)
            if standing is not None:
                expected[id, fingerprint] = (standing, known.first_seen)
        for key, (standing, first) in expected.items():
            self.known[key] = Known(first, None if standing is Standing.FIXED else standing)
        return expected

    @staticmethod
    def stands(fate: object, known: Known, is_done: bool) -> Standing | None:
        """How a finding stands that wasn't found; None where nothing is said of it."""
        is_gone = known.standing is Standing.GONE
        if isinstance(fate, frozenset):
            return Standing.FIXED
        if fate in (Outcome.FAILED, Outcome.NOT_VERIFIABLE):
            return Standing.UNSEEN
        if is_gone:
            return None
        return Standing.GONE if fate is Outcome.SKIPPED or is_done else Standing.UNSEEN

    @invariant()
    def sweeps_are_in_order(self) -> None:
        run = self.state.last(("acme",))
        if run is not None:
            days = [self.clock[number] for number in range(1, self.sweeps + 1)]
            assert [point.finished for point in self.state.trend(run)] == [
                NOW + timedelta(days=day) for day in days
            ]


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


def test_prune_keeps_what_an_unfinished_sweep_needs(tmp_path: Path) -> None:
    with SweepState.open(tmp_path / "state") as state:
        run = state.begin(("acme",), PLAN, NOW)
        state.save_page(run, "acme", [listed(1), listed(2)], Cursor("x", 2))
        state.keep_blobs({f"{1:040x}": b"1", "f" * 40: b"not listed"})
        state.keep_answer("https://api/x", "etag", b"{}")
        state.remember("memo", b"1")
        state.settle(run, [scanned(1, ["a"], key="k")])
        for _ in range(4):
            sweep(state, [scanned(3, ["b"])], owner="beta")
        state.prune(1)
        again = state.begin(("acme",), PLAN, NOW)
        assert again.is_resumed
        assert state.cursor(again, "acme") == Cursor("x", 2)
        assert [each.id for _, each in state.pending(again)] == [2]
        assert state.missing([f"{1:040x}", "f" * 40]) == set()
        assert state.known(["k"]) == {"k"}
        assert state.answer("https://api/x") is not None
        assert state.recall("memo") == b"1"


def test_prune_drops_what_late_sweeps_do_not_refer_to(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SweepState.open(path) as state:
        for number in range(3):
            run = state.begin(("acme",), PLAN, NOW)
            entries = (
                TreeEntry("ci.yml", f"{number:040x}", 0o100644),
                TreeEntry("x.yml", "e" * 40, 0o100644),
            )
            state.save_page(run, "acme", [listed(1, entries=entries)], Cursor(None, 50, True))
            # A file that stays is fetched once, and an answer that holds is kept once.
            state.keep_blobs({f"{number:040x}": b"1"} | ({"e" * 40: bytes(500_000)} if not number else {}))
            if number:
                state.answer("https://api/used")
            else:
                state.keep_answer("https://api/used", "etag", b"{}")
                state.keep_answer("https://api/unused", "etag", b"{}")
            state.settle(run, [scanned(1, ["a"], key=f"k{number}")])
            finish(state, run)
        state.prune(2)
        assert state.known(["k0", "k1", "k2"]) == {"k1", "k2"}
        assert state.missing([f"{number:040x}" for number in range(3)]) == {f"{0:040x}"}
        assert state.missing(["e" * 40]) == set()
        assert state.answer("https://api/unused") is None
        assert state.answer("https://api/used") is not None
        assert len(state.trend(run)) == 3
        assert [each.document["fingerprint"] for each in state.findings(run)] == ["a"]


def test_prune_gives_room_back(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with SweepState.open(path) as state:
        lost = state.begin(("acme",), "another", NOW)
        state.save_page(lost, "acme", map(listed, range(3000)), Cursor(None, 50, True))
        run = sweep(state, [scanned(1, ["a"])])
        assert run.abandoned == lost.number
    large = path.stat().st_size
    with SweepState.open(path) as state:
        state.prune()
    assert path.stat().st_size < large / 3
