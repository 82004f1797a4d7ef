"""The sweeps themselves: which there are, what each has listed, and what became of it."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from auditor.errors import StateError
from auditor.github.contents.listed import Listed
from auditor.sweep.state.compression import DamagedError, pack, pack_listed, text, unpack_listed, value_of
from auditor.sweep.state.database import Database
from auditor.sweep.state.records import Cursor, Run, Settled
from auditor.sweep.state.result import Extract, read, severity_of, without_traces
from auditor.sweep.state.schema import ABANDONED, FINISHED, RUNNING

_LARGEST = 2**63 - 1


def series_of(owners: Iterable[str]) -> str:
    """What sweeps have in common that follow each other: their owners, in any order and case."""
    return text(sorted({owner.lower() for owner in owners}))


def written(moment: datetime) -> str:
    """A moment as the tables hold it."""
    return moment.astimezone(UTC).isoformat()


def run_of(row: Sequence[Any], *, is_resumed: bool = False, abandoned: int | None = None) -> Run:
    """The sweep of a row with `number`, `owners`, `plan`, `shard` and `started`."""
    number, owners, plan, shard, started = row
    return Run(
        number=number,
        owners=tuple(value_of(owners)),
        plan=plan,
        shard=shard,
        started=datetime.fromisoformat(started),
        is_resumed=is_resumed,
        abandoned=abandoned,
    )


def begin(database: Database, owners: tuple[str, ...], plan: str, shard: str, now: datetime) -> Run:
    """The unfinished sweep of the same owners, shard and plan; else a new one, in place of another plan's."""
    scope = (series_of(owners), shard, RUNNING)
    with database.writing() as connection:
        row = connection.execute(
            "SELECT number, owners, plan, shard, started FROM sweep"
            " WHERE series = ? AND shard = ? AND state = ?",
            scope,
        ).fetchone()
        if row is not None and row[2] == plan:
            return run_of(row, is_resumed=True)
        connection.execute(
            "UPDATE sweep SET state = ? WHERE series = ? AND shard = ? AND state = ?", (ABANDONED, *scope)
        )
        return run_of(
            new_sweep(connection, owners, plan, shard, now), abandoned=None if row is None else row[0]
        )


def new_sweep(
    connection: sqlite3.Connection, owners: tuple[str, ...], plan: str, shard: str, started: datetime
) -> Sequence[Any]:
    """Begins a sweep inside a transaction. The columns are those that `run_of` takes."""
    values = (
        secrets.token_hex(8),
        text(owners),
        series_of(owners),
        shard,
        plan,
        RUNNING,
        written(started),
    )
    row: Sequence[Any] = connection.execute(
        "INSERT INTO sweep (token, owners, series, shard, plan, state, started)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number, owners, plan, shard, started",
        values,
    ).fetchone()
    return row


def last(database: Database, owners: tuple[str, ...], shard: str) -> Run | None:
    """The last finished sweep of these owners."""
    row = database.row(
        "SELECT number, owners, plan, shard, started FROM sweep"
        " WHERE series = ? AND shard = ? AND state = ? ORDER BY number DESC LIMIT 1",
        (series_of(owners), shard, FINISHED),
    )
    return None if row is None else run_of(row)


def cursor(database: Database, run: Run, owner: str) -> Cursor | None:
    """How far the listing of `owner` is; None where it hasn't begun."""
    row = database.row(
        "SELECT after, size, is_done, promised FROM cursor WHERE sweep = ? AND owner = ?",
        (run.number, text(owner.lower())),
    )
    return None if row is None else Cursor(row[0], row[1], bool(row[2]), row[3])


def save_page(database: Database, run: Run, owner: str, page: Iterable[Listed], place: Cursor) -> None:
    """Stores a page of the listing with the place after it. What was listed before stays as it was."""
    whose = text(owner.lower())
    rows = [_row(database, run, whose, listed) for listed in page]
    with database.writing() as connection:
        require_running(connection, run)
        connection.executemany(
            "INSERT INTO listed (sweep, repository, owner, name, visibility, head, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            rows,
        )
        connection.execute(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?)",
            (run.number, whose, place.after, place.size, place.is_done, place.promised),
        )


def _row(database: Database, run: Run, whose: str, listed: Listed) -> tuple[Any, ...]:
    if not 0 <= listed.id <= _LARGEST:
        raise StateError(f"{database.path}: no repository has the id that {listed.name} is listed with")
    visibility = listed.visibility.value
    return (
        run.number, listed.id, whose, text(listed.name), visibility, listed.head, pack_listed(listed),
    )  # fmt: skip


def require_running(connection: sqlite3.Connection, run: Run) -> None:
    """A sweep that is finished or abandoned takes nothing more: to try is a mistake of the caller's."""
    row = connection.execute("SELECT state FROM sweep WHERE number = ?", (run.number,)).fetchone()
    if row is None or row[0] != RUNNING:
        raise ValueError(f"sweep {run.number} is not running")


def pending(database: Database, run: Run, after: int, limit: int) -> list[tuple[int, Listed]]:
    """The next repositories without an outcome, each with its place in the order of listing."""
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT position, repository, name, visibility, document FROM listed"
            " WHERE sweep = ? AND outcome IS NULL AND position > ? ORDER BY position LIMIT ?",
            (run.number, after, limit),
        )
        return [(position, unpack_listed(*columns)) for position, *columns in rows]


def seen(database: Database, run: Run, limit: int = 500) -> Iterator[tuple[Listed, str]]:
    """Each repository that was seen, with the key of its unit, in the order of listing."""
    after = 0
    while True:
        with database.reading() as connection:
            rows = connection.execute(
                "SELECT position, unit.key, repository, name, visibility, document"
                " FROM listed JOIN unit ON unit.id = listed.unit"
                " WHERE listed.sweep = ? AND position > ? ORDER BY position LIMIT ?",
                (run.number, after, limit),
            )
            page = [(position, unpack_listed(*columns), key) for position, key, *columns in rows]
        if not page:
            return
        after = page[-1][0]
        yield from ((listed, key) for _, listed, key in page)


def known(database: Database, keys: Iterable[str]) -> set[str]:
    """Which of these units are done."""
    query = "SELECT key FROM unit WHERE key IN (SELECT value FROM json_each(?))"
    return {key for rows in database.rows_among(query, keys) for (key,) in rows}


def result(database: Database, key: str) -> bytes | None:
    """The result of a unit; None where it isn't done, or is damaged."""
    row = database.row("SELECT digest, result FROM unit WHERE key = ?", (key,))
    if row is None:
        return None
    return bytes(row[1]) if digest_of(row[1]) == row[0] else None


def digest_of(stored: bytes) -> bytes:
    """A digest by which a result is still the one that was written."""
    return hashlib.blake2b(stored, digest_size=16).digest()


def settle(database: Database, run: Run, settled: Iterable[Settled]) -> frozenset[int]:
    """Writes outcomes with their units, all at once. The ids of those that stay pending are returned:
    their result, new or stored, can't be trusted."""
    batch = [(each, _extract(each)) for each in settled]
    refused = set()
    with database.writing() as connection:
        require_running(connection, run)
        for each, extract in batch:
            if not _settle(connection, run, each, extract):
                refused.add(each.id)
    return frozenset(refused)


def _extract(settled: Settled) -> Extract | None:
    if not settled.outcome.is_seen:
        return None
    if settled.key is None:
        raise ValueError(f"repository {settled.id} was seen, and has no unit of work")
    try:
        return None if settled.result is None else read(settled.result)
    except DamagedError:
        return None


def _settle(connection: sqlite3.Connection, run: Run, settled: Settled, extract: Extract | None) -> bool:
    row = connection.execute(
        "SELECT position, outcome FROM listed WHERE sweep = ? AND repository = ?", (run.number, settled.id)
    ).fetchone()
    if row is None:
        raise ValueError(f"repository {settled.id} is not listed in sweep {run.number}")
    position, outcome = row
    if outcome is not None:
        return True
    unit = None
    if settled.outcome.is_seen:
        unit = _unit(connection, settled, extract)
        if unit is None:
            return False
    connection.execute(
        "UPDATE listed SET outcome = ?, reason = ?, not_verified = ?, unit = ? WHERE position = ?",
        (settled.outcome.value, text(settled.reason), text(dict(settled.not_verified)), unit, position),
    )
    return True


def _unit(connection: sqlite3.Connection, settled: Settled, extract: Extract | None) -> int | None:
    """The row of a unit: the one that is there and whole, else a new one; None where there is no result."""
    row = connection.execute("SELECT id, digest, result FROM unit WHERE key = ?", (settled.key,)).fetchone()
    if row is not None:
        if digest_of(row[2]) == row[1]:
            return int(row[0])
        connection.execute("DELETE FROM unit WHERE id = ?", (row[0],))
    if extract is None or settled.result is None:
        return None
    stored = settled.result
    columns = (settled.key, digest_of(stored), text(extract.problems), text(extract.powers), stored)
    unit = connection.execute(
        "INSERT INTO unit (key, digest, problems, powers, result) VALUES (?, ?, ?, ?, ?)", columns
    ).lastrowid
    connection.executemany(
        "INSERT INTO found (unit, fingerprint, severity, document) VALUES (?, ?, ?, ?)",
        (
            (unit, fingerprint, int(severity_of(finding)), pack(without_traces(finding)))
            for fingerprint, finding in extract.findings.items()
        ),
    )
    return unit


def ids(database: Database, run: Run, owner: str) -> frozenset[int]:
    """The repositories of `owner` that a sweep has listed."""
    query = "SELECT repository FROM listed WHERE sweep = ? AND owner = ?"
    return frozenset(int(id) for (id,) in database.rows(query, (run.number, text(owner.lower()))))


def unsettled(connection: sqlite3.Connection, sweep: int) -> int:
    """How many of a sweep's repositories have no outcome."""
    query = "SELECT count(*) FROM listed WHERE sweep = ? AND outcome IS NULL"
    return int(connection.execute(query, (sweep,)).fetchone()[0])
