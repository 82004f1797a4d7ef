"""The state of sweeps: one SQLite file that a sweep goes on from, wherever the last process was stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from auditor.github.contents.listed import Listed
from auditor.report.sweep.document import SweptFinding, SweptRepository, TrendPoint
from auditor.sweep.state import history, merge, prune, sweeps
from auditor.sweep.state.database import Database, open_database
from auditor.sweep.state.fetch_cache import FetchCache
from auditor.sweep.state.records import WHOLE, CachedResponse, Cursor, Run, Settled, SweepSummary


class SweepState:
    """The state in one file, which one process has at a time. Its methods may be called from any thread.

    Each method is one transaction: when it has returned, a process that is killed has lost nothing of it.
    All raise `StateError` where the file can't be read or written, and leave it as it was before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fetch_cache = FetchCache(database)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the state at `path`, and creates it where nothing is, for its owner's eyes only.

        Raises `UsageError` where the file is something else, of another version, or in use.
        """
        return cls(open_database(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()

    # One sweep.

    def begin(self, owners: Iterable[str], plan: str, now: datetime, shard: str = WHOLE) -> Run:
        """The unfinished sweep of the same owners, plan and shard (`i/n`); else a new one.

        An unfinished one of another plan is abandoned for it: `Run.abandoned` says so.
        """
        run = sweeps.begin(self._database, tuple(owners), plan, shard, now)
        self._fetch_cache.sweep = run.number
        return run

    def last(self, owners: Iterable[str], shard: str = WHOLE) -> Run | None:
        """The last finished sweep of these owners."""
        return sweeps.last(self._database, tuple(owners), shard)

    def cursor(self, run: Run, owner: str) -> Cursor | None:
        """How far the listing of `owner` is; None where it hasn't begun."""
        return sweeps.cursor(self._database, run, owner)

    def save_page(self, run: Run, owner: str, listed: Iterable[Listed], cursor: Cursor) -> None:
        """Stores a page of the listing and the place after it. A repository is stored once in a sweep."""
        sweeps.save_page(self._database, run, owner, listed, cursor)

    def pending(self, run: Run, after: int = 0, limit: int = 500) -> list[tuple[int, Listed]]:
        """The next repositories without an outcome, each with its order, which is the next `after`."""
        return sweeps.pending(self._database, run, after, limit)

    def ids(self, run: Run, owner: str) -> frozenset[int]:
        """The repositories of `owner` that are listed."""
        return sweeps.ids(self._database, run, owner)

    def unsettled(self, run: Run) -> int:
        """How many repositories of a sweep have no outcome yet."""
        with self._database.reading() as connection:
            return sweeps.unsettled(connection, run.number)

    def known(self, keys: Iterable[str]) -> set[str]:
        """Which of these units of work are done, in whatever sweep."""
        return sweeps.known(self._database, keys)

    def result(self, key: str) -> bytes | None:
        """The result of a unit; None where it isn't done, or what is stored of it is damaged."""
        return sweeps.result(self._database, key)

    def settle(self, run: Run, settled: Iterable[Settled]) -> frozenset[int]:
        """Writes outcomes with their units, all at once. A repository is settled once in a sweep.

        Returns the ids of those that stay pending, because their result, be it new or stored, is missing or
        damaged: they are to be scanned again, or settled as failed.
        """
        return sweeps.settle(self._database, run, settled)

    @contextmanager
    def finishing(self, run: Run, ending: SweepSummary, left_out: Collection[str] = ()) -> Iterator[None]:
        """Ends a sweep none of whose repositories is pending, and writes the history of its findings. Of
        rules that are `left_out` nobody knows.

        Inside, the sweep can be read as a finished one; it is one as soon as the block has gone well. Where
        it hasn't, because of a kill or a full disk, the sweep is unfinished as before, so that what is new
        in it is still new when its reports are written the next time.
        """
        self._fetch_cache.note()
        with self._database.writing() as connection:
            history.finish(connection, run, ending, left_out)
            yield

    # What a finished sweep says.

    def ending(self, run: Run) -> SweepSummary | None:
        """What a finished sweep says of itself as a whole; None where it isn't finished."""
        return history.ending(self._database, run)

    def previous(self, run: Run) -> datetime | None:
        """When the finished sweep of the same owners before this one ended."""
        return history.previous(self._database, run)

    def trend(self, run: Run, limit: int = 100) -> tuple[TrendPoint, ...]:
        """The last finished sweeps of the same owners, oldest first; the last of them is this one."""
        return history.trend(self._database, run, limit)

    def repositories(self, run: Run) -> tuple[SweptRepository, ...]:
        """The repositories of a sweep that have an outcome, by name."""
        return history.repositories(self._database, run)

    def findings(self, run: Run) -> Iterator[SweptFinding]:
        """The findings of the last finished sweep of its owners, by the name of their repository.

        Raises `StateError` where `run` isn't the last one any more.
        """
        return history.findings(self._database, run)

    def seen(self, run: Run) -> Iterator[tuple[Listed, str]]:
        """Each repository of a sweep that was seen, with the key of its unit, as they were listed."""
        return sweeps.seen(self._database, run)

    # What needn't be fetched again.

    def missing(self, oids: Iterable[str]) -> set[str]:
        """The oids of those blobs that aren't stored."""
        return self._fetch_cache.missing(oids)

    def keep_blobs(self, blobs: Mapping[str, bytes]) -> None:
        """Stores blobs by their oid, against which they have been verified."""
        self._fetch_cache.keep_blobs(blobs)

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """These blobs, without those that aren't stored, or are damaged."""
        return self._fetch_cache.blobs(oids)

    def recall(self, key: str) -> bytes | None:
        """The memo of this name."""
        return self._fetch_cache.recall(key)

    def remember(self, key: str, value: bytes) -> None:
        """Stores a small memo, in place of the one of this name."""
        self._fetch_cache.remember(key, value)

    def answer(self, url: str) -> CachedResponse | None:
        """What GitHub answered at `url` the last time."""
        return self._fetch_cache.answer(url)

    def keep_answer(self, url: str, etag: str, body: bytes) -> None:
        """Stores what GitHub answered at `url`."""
        self._fetch_cache.keep_answer(url, etag, body)

    def uploaded(self, repository: int, category: str) -> str | None:
        """The digest of what was uploaded last of a repository in this category."""
        return self._fetch_cache.uploaded(repository, category)

    def note_upload(self, repository: int, category: str, digest: str) -> None:
        """Remembers the digest of what was uploaded."""
        self._fetch_cache.note_upload(repository, category, digest)

    # All of it.

    def prune(self, keep_sweeps: int = 2) -> None:
        """Drops what nothing of the last `keep_sweeps` finished sweeps of each series refers to.

        What an unfinished sweep may need stays, and so does what distinguishes a new finding from an old one.
        """
        self._fetch_cache.note()
        prune.prune(self._database, keep_sweeps)

    def merge(self, parts: Iterable[Path], now: datetime) -> Run:
        """Makes one finished sweep of the parts of a sharded one, each a state of its own.

        Raises `UsageError` where a part is missing, twice there, or of another plan. What an unfinished part
        has not looked at is failed, and a problem of the sweep. The same parts again are the same sweep.
        """
        return merge.merge(self._database, tuple(parts), now)
