"""A cache of what needn't be fetched again: blobs, small memos, GitHub's answers, uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from auditor.sweep.state.compression import DamagedError, compress, expand
from auditor.sweep.state.database import Database
from auditor.sweep.state.records import CachedResponse

_NOTED = 1000
"""How many answers may be in use before that is written down."""


class FetchCache:
    """Fetched content, by name. `sweep` is the one that uses it: pruning leaves what the latest ones used."""

    def __init__(self, database: Database) -> None:
        self.sweep = 0
        self._database = database
        self._used: set[str] = set()
        self._lock = Lock()

    def missing(self, oids: Iterable[str]) -> set[str]:
        """The oids of those blobs that aren't stored."""
        wanted = set(oids)
        for rows in self._database.rows_among(
            "SELECT oid FROM blob WHERE oid IN (SELECT value FROM json_each(?))", wanted
        ):
            wanted -= {oid for (oid,) in rows}
        return wanted

    def keep_blobs(self, blobs: Mapping[str, bytes]) -> None:
        """Stores blobs that were verified against their oid."""
        rows = [(oid, self.sweep, compress(data)) for oid, data in blobs.items()]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO blob (oid, sweep, data) VALUES (?, ?, ?)", rows)

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """These blobs, as far as they are stored and whole. A damaged one is dropped: it is missing then."""
        found, damaged = {}, []
        for rows in self._database.rows_among(
            "SELECT oid, data FROM blob WHERE oid IN (SELECT value FROM json_each(?))", oids
        ):
            for oid, data in rows:
                try:
                    found[oid] = expand(data)
                except DamagedError:
                    damaged.append((oid,))
        if damaged:
            with self._database.writing() as connection:
                connection.executemany("DELETE FROM blob WHERE oid = ?", damaged)
        return found

    def recall(self, key: str) -> bytes | None:
        """The memo of this name."""
        row = self._database.row("SELECT value FROM memo WHERE key = ?", (key,))
        return None if row is None else bytes(row[0])

    def remember(self, key: str, value: bytes) -> None:
        """Stores a small memo, in place of the one of this name."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", (key, self.sweep, value))

    def answer(self, url: str) -> CachedResponse | None:
        """What GitHub answered at `url` the last time, where that is stored and whole."""
        row = self._database.row("SELECT etag, body FROM answer WHERE url = ?", (url,))
        if row is None:
            return None
        try:
            answer = CachedResponse(row[0], expand(row[1]))
        except DamagedError:
            return None
        with self._lock:
            self._used.add(url)
            is_many = len(self._used) >= _NOTED
        if is_many:
            self.note()
        return answer

    def keep_answer(self, url: str, etag: str, body: bytes) -> None:
        """Stores what GitHub answered at `url`."""
        row = (url, self.sweep, etag, compress(body))
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", row)

    def note(self) -> None:
        """Writes down which answers this sweep used."""
        with self._lock:
            used, self._used = self._used, set()
        if used and self.sweep:
            with self._database.writing() as connection:
                connection.executemany(
                    "UPDATE answer SET sweep = ? WHERE url = ? AND sweep < ?",
                    ((self.sweep, url, self.sweep) for url in used),
                )

    def uploaded(self, repository: int, category: str) -> str | None:
        """The digest of what was uploaded last of a repository in this category."""
        row = self._database.row(
            "SELECT digest FROM upload WHERE repository = ? AND category = ?", (repository, category)
        )
        return None if row is None else str(row[0])

    def note_upload(self, repository: int, category: str, digest: str) -> None:
        """Remembers what was uploaded."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO upload VALUES (?, ?, ?)", (repository, category, digest)
            )
