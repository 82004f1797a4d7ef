"""What the state may forget: all that no late sweep refers to."""

from __future__ import annotations

import sqlite3

from auditor.report.sweep.document import Standing
from auditor.sweep.state.compression import oids_of
from auditor.sweep.state.database import Database
from auditor.sweep.state.schema import ABANDONED, FINISHED, RUNNING

_RECENT = """
CREATE TEMP TABLE recent AS
SELECT number FROM sweep WHERE state = :running
UNION ALL
SELECT number FROM (
    SELECT number, row_number() OVER (PARTITION BY series, shard ORDER BY number DESC) AS age
    FROM sweep WHERE state = :finished
) WHERE age <= :keep
"""

_OLD = (
    "DELETE FROM sweep WHERE state = :abandoned",
    "DELETE FROM listed WHERE sweep NOT IN (SELECT number FROM recent)",
    "DELETE FROM cursor WHERE sweep NOT IN (SELECT number FROM recent)",
    "DELETE FROM unit WHERE id NOT IN (SELECT unit FROM listed WHERE unit IS NOT NULL)",
    # One that is fixed would be new again if it came back. One that is gone would not, so it stays.
    "DELETE FROM finding WHERE standing = :fixed AND sweep NOT IN (SELECT number FROM recent)",
    "DELETE FROM found WHERE unit NOT IN (SELECT id FROM unit) AND id NOT IN (SELECT found FROM finding)",
    "DELETE FROM memo WHERE sweep NOT IN (SELECT number FROM recent)",
    "DELETE FROM answer WHERE sweep NOT IN (SELECT number FROM recent)",
    "DELETE FROM blob WHERE sweep NOT IN (SELECT number FROM recent) AND oid NOT IN (SELECT oid FROM wanted)",
    "DROP TABLE temp.wanted",
    "DROP TABLE temp.recent",
)
"""Finished sweeps themselves are a row each, and stay for the trend."""


def prune(database: Database, keep_sweeps: int) -> None:
    """Drops what neither an unfinished sweep nor the last `keep_sweeps` of each series refer to."""
    if keep_sweeps < 1:
        raise ValueError("the last sweep is what the next one is compared with")
    values = {
        "running": RUNNING,
        "finished": FINISHED,
        "abandoned": ABANDONED,
        "fixed": Standing.FIXED.value,
        "keep": keep_sweeps,
    }
    with database.writing() as connection:
        connection.execute(_RECENT, values)
        _wanted(connection)
        for statement in _OLD:
            connection.execute(statement, values)
    with database.reading() as connection:
        # It takes a step for each page, and `execute` takes one.
        connection.executescript("PRAGMA incremental_vacuum")


def _wanted(connection: sqlite3.Connection) -> None:
    """Notes which blobs the recent listings have. Files that didn't change are read again by the next."""
    connection.execute("CREATE TEMP TABLE wanted (oid TEXT PRIMARY KEY) WITHOUT ROWID")
    for (document,) in connection.execute(
        "SELECT document FROM listed WHERE sweep IN (SELECT number FROM recent)"
    ):
        connection.executemany(
            "INSERT OR IGNORE INTO wanted VALUES (?)", ((oid,) for oid in oids_of(document))
        )
