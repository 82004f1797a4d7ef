"""What isn't there any more is fixed only where nothing is missing that was there when it was found."""

from pathlib import Path
from typing import Any

import pytest
from sweep_states import PROBLEM, result, standings, sweep

from auditor.report.sweep.document import Outcome
from auditor.sweep.state.records import Settled
from auditor.sweep.state.state import SweepState

ELSEWHERE = PROBLEM | {"path": "other.yml"}
UNREAD = {"path": "other.yml", "line": 1, "stage": "collect", "message": "can't be read"}
CRASH = {"path": "other.yml", "line": 1, "stage": "rule", "message": "failed"}


def scanned(*findings: str, problems: Any = (), not_verified: Any = ()) -> Settled:
    made = result(findings, problems)
    settings = dict.fromkeys(not_verified, "another try")
    key = f"{made.hex()} {settings}"
    return Settled(id=1, outcome=Outcome.SCANNED, key=key, result=made, not_verified=settings)


@pytest.mark.parametrize(
    ("before", "after", "standing"),
    [
        ({}, {}, "FIXED"),
        ({}, {"problems": [PROBLEM]}, "UNSEEN"),
        ({}, {"problems": [ELSEWHERE]}, "FIXED"),
        ({}, {"problems": [UNREAD]}, "UNSEEN"),
        ({}, {"problems": [CRASH, ELSEWHERE]}, "UNSEEN"),
        ({}, {"not_verified": ["secrets"]}, "UNSEEN"),
        ({"problems": [UNREAD, PROBLEM]}, {"problems": [PROBLEM, UNREAD]}, "FIXED"),
        ({"problems": [UNREAD]}, {}, "FIXED"),
        ({"not_verified": ["secrets"]}, {"not_verified": ["secrets"]}, "FIXED"),
        ({"not_verified": ["secrets"]}, {"not_verified": ["variables"]}, "UNSEEN"),
    ],
)
def test_what_is_fixed_and_what_is_only_hidden(
    tmp_path: Path, before: Any, after: Any, standing: str
) -> None:
    with SweepState.open(tmp_path / "state") as state:
        sweep(state, [scanned("a", "b", **before)])
        for _ in range(4):
            # However often nobody can look, and whatever is forgotten meanwhile.
            run = sweep(state, [scanned("b", **after)])
            found = standings(state, run)
            assert found["acme/r00001", "b"] == "OPEN"
            assert found["acme/r00001", "a"] == standing
            state.prune()
            if standing == "FIXED":
                break
        run = sweep(state, [scanned("a", "b", **before)])
        assert standings(state, run)["acme/r00001", "a"] == ("NEW" if standing == "FIXED" else "OPEN")
