"""How findings stand from sweep to sweep: decided once, when a sweep ends, and read back for its report."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from auditor.errors import StateError
from auditor.finding import Severity
from auditor.model.settings import Visibility
from auditor.report.sweep.document import Outcome, Standing, SweptFinding, SweptRepository, TrendPoint
from auditor.sweep.state.compression import DamagedError, text, unpack, value_of
from auditor.sweep.state.database import Database
from auditor.sweep.state.records import WHOLE, Run, SweepSummary
from auditor.sweep.state.result import read
from auditor.sweep.state.schema import FINISHED
from auditor.sweep.state.sweeps import digest_of, require_running, series_of, unsettled, written
from auditor.sweep.state.unconfirmed import mark_unconfirmed

_BECAME = """
CREATE TEMP TABLE became AS
SELECT repository,
    CASE WHEN unit IS NOT NULL THEN 'seen' WHEN outcome = :skipped THEN 'away' ELSE 'unseen' END AS fate
FROM listed WHERE sweep = :sweep
UNION ALL
SELECT id, iif(owner IN (SELECT value FROM json_each(:complete)), 'away', 'missed') FROM repository
WHERE (:shard = :whole OR shard = :shard) AND owner IN (SELECT value FROM json_each(:owners))
    AND NOT EXISTS (SELECT 1 FROM listed WHERE sweep = :sweep AND repository = repository.id)
"""
"""The outcome of each repository that this sweep should report. Missed are those that aren't listed where
the listing itself isn't whole."""

_FIRST = """
UPDATE listed SET is_first = 1 WHERE sweep = :sweep AND unit IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM repository WHERE id = listed.repository AND seen IS NOT NULL)
"""

_PRESENT = """
INSERT INTO finding (repository, fingerprint, first_sweep, first_seen, found, head, sweep, standing)
SELECT repository, fingerprint, :sweep, :now, found.id, coalesce(head, ''), :sweep, :new
FROM listed JOIN found ON found.unit = listed.unit WHERE listed.sweep = :sweep
ON CONFLICT DO UPDATE SET
    first_sweep = iif(standing = :fixed, excluded.first_sweep, first_sweep),
    first_seen = iif(standing = :fixed, excluded.first_seen, first_seen),
    standing = iif(standing = :fixed, :new, :open),
    found = excluded.found, head = excluded.head, sweep = excluded.sweep
"""
"""A finding that was fixed and comes back is new. One whose repository was away is open as before."""

_FIXED = """
UPDATE finding SET standing = :fixed, sweep = :sweep WHERE sweep < :sweep AND standing <> :fixed
AND repository IN (SELECT repository FROM became WHERE fate = 'seen')
"""

_UNSEEN = """
UPDATE finding SET standing = :unseen, sweep = :sweep WHERE sweep < :sweep AND standing <> :fixed
AND repository IN (
    SELECT repository FROM became WHERE fate = 'unseen' OR (fate = 'missed' AND standing <> :gone)
)
"""

_GONE = """
UPDATE finding SET standing = :gone, sweep = :sweep WHERE sweep < :sweep AND standing NOT IN (:fixed, :gone)
AND repository IN (SELECT repository FROM became WHERE fate = 'away')
"""
"""Said once: a finding that is gone already stays as it is."""

_REPOSITORIES = """
INSERT INTO repository (id, name, owner, shard, seen)
SELECT repository, name, owner, :shard, iif(unit IS NULL, NULL, :sweep) FROM listed WHERE sweep = :sweep
ON CONFLICT DO UPDATE SET name = excluded.name, owner = excluded.owner, shard = excluded.shard,
    seen = coalesce(excluded.seen, seen)
"""

_PRESENTS = (_BECAME, _FIRST, _PRESENT)
_ABSENTS = (_FIXED, _UNSEEN, _GONE, _REPOSITORIES, "DROP TABLE temp.became")

_END = """
UPDATE sweep SET state = ?, finished = ?, problems = ?, requests = ?, seconds = ?, severities = ?,
    seen = (SELECT count(*) FROM listed WHERE sweep = number AND unit IS NOT NULL),
    listed = (SELECT count(*) FROM listed WHERE sweep = number)
WHERE number = ?
"""

_WORDS = {
    "new": Standing.NEW.value,
    "open": Standing.OPEN.value,
    "fixed": Standing.FIXED.value,
    "unseen": Standing.UNSEEN.value,
    "gone": Standing.GONE.value,
    "skipped": Outcome.SKIPPED.value,
    "whole": WHOLE,
}


def finish(
    connection: sqlite3.Connection, run: Run, ending: SweepSummary, left_out: Collection[str] = ()
) -> None:
    """Ends a sweep, inside a transaction: decides how each finding stands against the sweeps before.
    `left_out` are rules that didn't run."""
    require_running(connection, run)
    if count := unsettled(connection, run.number):
        raise ValueError(f"{count} repositories of sweep {run.number} have no outcome")
    owners = {text(owner.lower()) for owner in run.owners}
    values = {
        **_WORDS,
        "sweep": run.number,
        "now": written(ending.finished),
        "shard": run.shard,
        "owners": text(sorted(owners)),
        "complete": text(_complete(connection, run)),
    }
    for step in _PRESENTS:
        connection.execute(step, values)
    mark_unconfirmed(connection, run.number, left_out)
    for step in _ABSENTS:
        connection.execute(step, values)
    whole = (
        FINISHED,
        written(ending.finished),
        text(ending.problems),
        text(dict(ending.requests)),
        text(dict(ending.seconds)),
        text(_open_by_severity(connection, run.number)),
        run.number,
    )
    connection.execute(_END, whole)


def _complete(connection: sqlite3.Connection, run: Run) -> list[str]:
    """The owners whose repositories are listed to the last one."""
    rows = connection.execute(
        "SELECT owner, promised, (SELECT count(*) FROM listed WHERE sweep = :sweep AND owner = cursor.owner)"
        " FROM cursor WHERE sweep = :sweep AND is_done",
        {"sweep": run.number},
    )
    # A shard keeps its share only of what GitHub promises.
    return [
        owner
        for owner, promised, stored in rows
        if promised is None or run.shard != WHOLE or stored >= promised
    ]


def _open_by_severity(connection: sqlite3.Connection, sweep: int) -> dict[str, int]:
    rows = connection.execute(
        "SELECT severity, count(*) FROM finding JOIN found ON found.id = finding.found"
        " WHERE finding.sweep = ? AND standing IN (?, ?) GROUP BY severity",
        (sweep, Standing.NEW.value, Standing.OPEN.value),
    )
    return {str(Severity(severity)): count for severity, count in rows}


def ending(database: Database, run: Run) -> SweepSummary | None:
    """What a finished sweep said of itself; None where it isn't finished."""
    row = database.row(
        "SELECT finished, problems, requests, seconds FROM sweep WHERE number = ? AND state = ?",
        (run.number, FINISHED),
    )
    if row is None:
        return None
    return SweepSummary(
        finished=datetime.fromisoformat(row[0]),
        problems=tuple(value_of(row[1])),
        requests=value_of(row[2]),
        seconds=value_of(row[3]),
    )


def previous(database: Database, run: Run) -> datetime | None:
    """When the last finished sweep of the same owners before this one ended."""
    row = database.row(
        "SELECT finished FROM sweep WHERE series = ? AND shard = ? AND state = ? AND number < ?"
        " ORDER BY number DESC LIMIT 1",
        (series_of(run.owners), run.shard, FINISHED, run.number),
    )
    return None if row is None else datetime.fromisoformat(row[0])


def trend(database: Database, run: Run, limit: int) -> tuple[TrendPoint, ...]:
    """The last `limit` finished sweeps of the same owners, oldest first, up to and with this one."""
    rows = database.rows(
        "SELECT finished, severities, seen, listed FROM sweep WHERE series = ? AND shard = ? AND state = ?"
        " AND number <= ? ORDER BY number DESC LIMIT ?",
        (series_of(run.owners), run.shard, FINISHED, run.number, limit),
    )
    return tuple(
        TrendPoint(datetime.fromisoformat(finished), _counts(value_of(severities)), seen, listed)
        for finished, severities, seen, listed in reversed(rows)
    )


def _counts(by_name: Mapping[str, int]) -> dict[Severity, int]:
    return {Severity[name.upper()]: count for name, count in by_name.items()}


def repositories(database: Database, run: Run) -> tuple[SweptRepository, ...]:
    """The sweep's repositories that have an outcome, by name."""
    with database.reading() as connection:
        counts: defaultdict[int, dict[Severity, int]] = defaultdict(dict)
        for repository, severity, count in connection.execute(
            "SELECT repository, severity, count(*) FROM listed JOIN found ON found.unit = listed.unit"
            " WHERE listed.sweep = ? GROUP BY repository, severity ORDER BY repository, severity DESC",
            (run.number,),
        ):
            counts[repository][Severity(severity)] = count
        rows = connection.execute(
            "SELECT repository, name, visibility, head, outcome, reason, is_first, not_verified,"
            " problems, powers FROM listed LEFT JOIN unit ON unit.id = listed.unit"
            " WHERE listed.sweep = ? AND outcome IS NOT NULL ORDER BY name COLLATE NOCASE, repository",
            (run.number,),
        )
        return tuple(_repository(row, counts.get(row[0], {})) for row in rows)


def _repository(row: Any, counts: Mapping[Severity, int]) -> SweptRepository:
    id, name, visibility, head, outcome, reason, is_first, not_verified, problems, powers = row
    became = Outcome(outcome)
    if became.is_seen and powers is None:
        raise DamagedError(f"the result of {value_of(name)} is lost")
    return SweptRepository(
        id=id,
        name=value_of(name),
        visibility=Visibility(visibility),
        commit=head,
        outcome=became,
        reason=value_of(reason),
        is_first=bool(is_first),
        findings=counts,
        problems=tuple(value_of(problems or "[]")),
        not_verified=value_of(not_verified),
        powers={(actor, power): jobs for actor, power, jobs in value_of(powers or "[]")},
    )


def findings(database: Database, run: Run) -> Iterator[SweptFinding]:
    """Each finding that this sweep decided on, by its repository's name.

    Open ones are whole, the others without traces. Raises `StateError` where a later sweep of the same
    repositories has decided anew.
    """
    _require_last(database, run)
    rows = database.rows(
        "SELECT id, name FROM repository WHERE id IN (SELECT repository FROM finding WHERE sweep = ?)"
        " ORDER BY name COLLATE NOCASE, id",
        (run.number,),
    )
    for repository, name in rows:
        with database.reading() as connection:
            found = list(_of_repository(connection, run, repository, value_of(name)))
        yield from found


def _require_last(database: Database, run: Run) -> None:
    row = database.row(
        "SELECT max(number), sum(number = ?) FROM sweep WHERE series = ? AND shard = ? AND state = ?",
        (run.number, series_of(run.owners), run.shard, FINISHED),
    )
    if not row[1]:
        raise ValueError(f"sweep {run.number} is not finished")
    if row[0] != run.number:
        raise StateError(
            f"{database.path}: the findings of sweep {run.number} are not kept any more",
            help=f"The last sweep is {row[0]}.",
        )


def _of_repository(
    connection: sqlite3.Connection, run: Run, repository: int, name: str
) -> Iterator[SweptFinding]:
    whole = _documents(connection, run, repository, name)
    for fingerprint, standing, first_seen, head, document in connection.execute(
        "SELECT finding.fingerprint, standing, first_seen, head, document"
        " FROM finding LEFT JOIN found ON found.id = finding.found"
        " WHERE repository = ? AND sweep = ?"
        " ORDER BY CASE WHEN standing IN (?, ?) THEN finding.found END NULLS LAST, finding.fingerprint",
        (repository, run.number, Standing.NEW.value, Standing.OPEN.value),
    ):
        stands = Standing(standing)
        if document is None or (stands.is_open and fingerprint not in whole):
            raise DamagedError(f"a finding of {name} is lost")
        yield SweptFinding(
            repository=name,
            commit=head,
            standing=stands,
            first_seen=datetime.fromisoformat(first_seen),
            document=whole[fingerprint] if stands.is_open else unpack(document),
        )


def _documents(
    connection: sqlite3.Connection, run: Run, repository: int, name: str
) -> Mapping[str, Mapping[str, Any]]:
    row = connection.execute(
        "SELECT digest, result FROM listed JOIN unit ON unit.id = listed.unit WHERE listed.sweep = ?"
        " AND repository = ?",
        (run.number, repository),
    ).fetchone()
    if row is None:
        return {}
    if digest_of(row[1]) != row[0]:
        raise DamagedError(f"the result of {name}")
    return read(row[1]).findings
