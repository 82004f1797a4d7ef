"""One sweep out of the parts of a sharded one, each of which was swept with a state of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.report.sweep.document import Outcome
from auditor.sweep.state import history, sweeps
from auditor.sweep.state.compression import text, unpack_listed, value_of
from auditor.sweep.state.database import Database, explained, open_database
from auditor.sweep.state.records import WHOLE, Cursor, Run, Settled, SweepSummary
from auditor.sweep.state.schema import ABANDONED
from auditor.sweep.state.shard import Shard, parsed

_PAGE = 200
_EACH = "Name the state of each shard."
_ONE_SWEEP = "Merge the shards of one sweep: same owners, same options, same version."


@dataclass(frozen=True, slots=True)
class _MergedFile:
    """The newest sweep of one file. `ending` is None where it isn't finished."""

    database: Database
    run: Run
    shard: Shard
    token: str
    pending: int
    ending: SweepSummary | None

    @property
    def path(self) -> Path:
        return self.database.path


def merge(here: Database, paths: Sequence[Path], now: datetime) -> Run:
    """Makes a finished sweep of `paths` in `here`. See `State.merge`."""
    with ExitStack() as opened:
        parts = [_open(opened, here, path) for path in paths]
        _check(parts)
        parts.sort(key=lambda part: part.shard.number)
        first = parts[0].run
        plan = text([first.plan, [(part.token, part.pending, part.ending is None) for part in parts]])
        before = sweeps.last(here, first.owners, WHOLE)
        if before is not None and before.plan == plan:
            return before
        run = sweeps.begin(here, first.owners, plan, WHOLE, min(part.run.started for part in parts))
        for part in parts:
            for batch in _batches(part):
                _take(here, run, part, batch)
            _take_uploads(here, part)
        problems = []
        for owner, place in _cursors(parts):
            sweeps.save_page(here, run, owner, (), place)
            named = len(sweeps.ids(here, run, owner))
            if place.promised is not None and named < place.promised:
                counts = f"GitHub counts {place.promised:,} repositories of {owner}"
                problems.append(f"{counts}, and the parts name {named:,}")
        with here.writing() as connection:
            history.finish(connection, run, _ending(parts, problems, now))
        return run


def _open(opened: ExitStack, here: Database, path: Path) -> _MergedFile:
    if not path.is_file():
        raise UsageError(f"there is no part {path}", help=_EACH)
    if path.samefile(here.path):
        raise UsageError(f"{path} is where the parts are merged", help="Name another file for the whole.")
    database = open_database(path)
    opened.callback(database.close)
    row = database.row(
        "SELECT number, owners, plan, shard, started, token, (SELECT count(*) FROM listed"
        " WHERE sweep = number AND outcome IS NULL) FROM sweep WHERE state <> ? ORDER BY number DESC LIMIT 1",
        (ABANDONED,),
    )
    if row is None:
        raise UsageError(f"no sweep was begun in the part {path}", help="Sweep its shard first.")
    *columns, token, pending = row
    run = sweeps.run_of(columns)
    return _MergedFile(database, run, parsed(run.shard), token, pending, history.ending(database, run))


def _check(parts: Sequence[_MergedFile]) -> None:
    """Whether the parts are those of one sweep, each once. Raises `UsageError`, which names what isn't."""
    if not parts:
        raise UsageError("no part to merge", help=_EACH)
    first, there = parts[0], dict[int, _MergedFile]()
    for part in parts:
        if sweeps.series_of(part.run.owners) != sweeps.series_of(first.run.owners):
            raise UsageError(f"{part.path} is of other owners than {first.path}", help=_ONE_SWEEP)
        if part.run.plan != first.run.plan:
            raise UsageError(f"{part.path} is of another plan than {first.path}", help=_ONE_SWEEP)
        if part.shard.count != first.shard.count:
            raise UsageError(
                f"{part.path} is part {part.run.shard}, and {first.path} part {first.run.shard}",
                help=_ONE_SWEEP,
            )
        if part.shard.number in there:
            other = there[part.shard.number].path
            raise UsageError(f"{other} and {part.path} are both part {part.run.shard}", help=_ONE_SWEEP)
        there[part.shard.number] = part
    missing = [
        f"{index}/{first.shard.count}" for index in range(1, first.shard.count + 1) if index not in there
    ]
    if missing:
        raise UsageError(f"missing is part {', '.join(missing)}", help=_EACH)


def _batches(part: _MergedFile) -> Iterator[list[Any]]:
    after = 0
    while batch := part.database.rows(
        "SELECT position, owner, outcome, reason, not_verified, key, repository, name, visibility, document"
        " FROM listed LEFT JOIN unit ON unit.id = listed.unit"
        " WHERE sweep = ? AND position > ? ORDER BY position LIMIT ?",
        (part.run.number, after, _PAGE),
    ):
        after = batch[-1][0]
        yield batch


def _take(here: Database, run: Run, part: _MergedFile, batch: list[Any]) -> None:
    for owner, rows in groupby(batch, key=lambda row: row[1]):
        with explained(part.path):
            page = [unpack_listed(*row[6:]) for row in rows]
        # The place stays open until all parts are in.
        sweeps.save_page(here, run, value_of(owner), page, Cursor(None, len(page)))
    settled = [_settled(part, *row[2:7]) for row in batch]
    refused = sweeps.settle(here, run, settled)
    lost = f"its result is damaged in part {part.run.shard}"
    sweeps.settle(here, run, [Settled(id=id, outcome=Outcome.FAILED, reason=lost) for id in sorted(refused)])


def _settled(
    part: _MergedFile, outcome: str | None, reason: str, not_verified: str, key: str | None, id: int
) -> Settled:
    if outcome is None:
        unfinished = f"part {part.run.shard} was not finished"
        return Settled(id=id, outcome=Outcome.FAILED, reason=unfinished)
    became = Outcome(outcome)
    return Settled(
        id=id,
        outcome=became,
        reason=value_of(reason),
        # A unit that was lost has no key any more, and no result under any other.
        key=key or "",
        result=sweeps.result(part.database, key) if key else None,
        not_verified=value_of(not_verified),
    )


def _take_uploads(here: Database, part: _MergedFile) -> None:
    rows = part.database.rows("SELECT repository, category, digest FROM upload")
    with here.writing() as connection:
        connection.executemany("INSERT OR REPLACE INTO upload VALUES (?, ?, ?)", rows)


def _cursors(parts: Sequence[_MergedFile]) -> Iterator[tuple[str, Cursor]]:
    """How far each owner is listed: to the end where every part is at it."""
    for owner in parts[0].run.owners:
        places = [sweeps.cursor(part.database, part.run, owner) for part in parts]
        begun = [place for place in places if place is not None]
        if begun:
            promised = max((place.promised for place in begun if place.promised is not None), default=None)
            is_done = len(begun) == len(parts) and all(place.is_done for place in begun)
            yield owner, Cursor(None, begun[0].size, is_done, promised)


def _ending(parts: Sequence[_MergedFile], problems: list[str], now: datetime) -> SweepSummary:
    requests, seconds = Counter[str](), Counter[str]()
    for part in parts:
        if part.ending is None:
            problems.append(
                f"part {part.run.shard} was not finished: {part.pending} of its repositories were not looked"
                " at, and more may not be listed"
            )
        else:
            problems.extend(part.ending.problems)
            requests.update(part.ending.requests)
            seconds.update(part.ending.seconds)
    return SweepSummary(
        finished=now, problems=tuple(dict.fromkeys(problems)), requests=requests, seconds=seconds
    )
