"""Findings that can't be called fixed: they are gone, but what showed them couldn't be read this time.

A repository counts as seen though a file, a folder or a setting of it is missing. What is gone from it is
fixed only if nothing is missing that was there when it was found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from auditor.finding import Stage
from auditor.report.sweep.document import Standing
from auditor.sweep.state.compression import unpack, value_of

_OWN = frozenset({Stage.PARSE.value, Stage.MODEL.value, Stage.EXPRESSION.value})
"""Stages whose problems are about what stands in a file. Those of the others may hide what other files show:
one that calls a file which couldn't be read."""

_INCOMPLETE = """
SELECT repository, not_verified, problems FROM listed JOIN unit ON unit.id = listed.unit
WHERE listed.sweep = :sweep AND (problems <> '[]' OR not_verified <> '{}')
"""

_ABSENT = """
SELECT finding.fingerprint, document, problems, (
    SELECT not_verified FROM listed WHERE listed.unit = found.unit AND listed.repository = finding.repository
    ORDER BY position DESC LIMIT 1
)
FROM finding JOIN found ON found.id = finding.found LEFT JOIN unit ON unit.id = found.unit
WHERE repository = :repository AND finding.sweep < :sweep AND standing <> :fixed
"""

_ALL_ABSENT = """
SELECT listed.repository, finding.fingerprint, found.document FROM listed
JOIN finding USING (repository) JOIN found ON found.id = finding.found
WHERE listed.sweep = :sweep AND listed.unit IS NOT NULL AND finding.sweep < :sweep AND standing <> :fixed
"""

_MARK = "UPDATE finding SET standing = ?, sweep = ? WHERE repository = ? AND fingerprint = ?"


def mark_unconfirmed(connection: sqlite3.Connection, sweep: int, left_out: Collection[str] = ()) -> None:
    """Marks findings that can't be called fixed, once those that are there have been written. `left_out` are
    rules that didn't run this time."""
    unconfirmed = [
        (Standing.UNSEEN.value, sweep, repository, fingerprint)
        for repository, missing in _incomplete(connection, sweep)
        for fingerprint in missing.hides(connection, sweep, repository)
    ]
    if left_out:
        values = {"sweep": sweep, "fixed": Standing.FIXED.value}
        unconfirmed += (
            (Standing.UNSEEN.value, sweep, repository, fingerprint)
            for repository, fingerprint, document in connection.execute(_ALL_ABSENT, values)
            if unpack(document)["rule"] in left_out
        )
    connection.executemany(_MARK, unconfirmed)


def _incomplete(connection: sqlite3.Connection, sweep: int) -> list[tuple[int, _Missing]]:
    rows = connection.execute(_INCOMPLETE, {"sweep": sweep}).fetchall()
    return [(repository, _Missing(problems, not_verified)) for repository, not_verified, problems in rows]


class _Missing:
    """What couldn't be read of a repository: problems by stage and path, and settings."""

    def __init__(self, problems: str | None, not_verified: str | None) -> None:
        self._problems = {_kind(each) for each in value_of(problems or "[]")}
        self._settings = set(value_of(not_verified or "{}"))

    def hides(self, connection: sqlite3.Connection, sweep: int, repository: int) -> Iterator[str]:
        """The fingerprints of findings that may only be hidden."""
        values = {"sweep": sweep, "repository": repository, "fixed": Standing.FIXED.value}
        for fingerprint, document, *missing in connection.execute(_ABSENT, values).fetchall():
            then = _Missing(*missing)
            problems = self._problems - then._problems
            is_any = not self._settings <= then._settings or any(stage not in _OWN for stage, _ in problems)
            if is_any or unpack(document)["path"] in {path for _, path in problems}:
                yield fingerprint


def _kind(problem: Mapping[str, Any]) -> tuple[str, str]:
    return problem["stage"], problem["path"]
