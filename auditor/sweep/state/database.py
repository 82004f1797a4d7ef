"""The file under the state: opened for one process at a time, and what goes wrong with it in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from threading import RLock
from typing import Any

from auditor.errors import AuditError, StateError, UsageError
from auditor.files.disk import explain
from auditor.sweep.state.compression import DamagedError, text
from auditor.sweep.state.schema import APPLICATION, TABLES, VERSION

Parameters = tuple[Any, ...] | Mapping[str, Any]

_OLDEST = (3, 37, 0)
"""The first SQLite with STRICT tables (2021-11-27, sqlite.org/releaselog/3_37_0.html)."""
_CHUNK = 10_000
"""How many names one query looks up."""
_MAKE_ROOM = "Make room there and run it again: it goes on where it stopped."
_MAKE_WRITABLE = (
    "Make sure that the folder can be written and has room, and run it again: it goes on where it stopped."
)


class Database:
    """A SQLite file that this process alone has open. Its threads may share it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = RLock()

    def close(self) -> None:
        """Lets go of the file, which then stands alone: nothing beside it belongs to it any more."""
        with self._lock, explained(self.path):
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing. A process that dies after it has lost nothing of it."""
        with self._lock, explained(self.path):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For queries that are read to their end inside."""
        with self._lock, explained(self.path):
            yield self._connection

    def rows(self, query: str, parameters: Parameters = ()) -> list[Any]:
        """All rows of a query."""
        with self.reading() as connection:
            return connection.execute(query, parameters).fetchall()

    def row(self, query: str, parameters: Parameters = ()) -> Any:
        """The first row of a query, or None."""
        with self.reading() as connection:
            return connection.execute(query, parameters).fetchone()

    def rows_among(self, query: str, names: Iterable[str]) -> Iterator[list[Any]]:
        """The rows of a query with one `IN (SELECT value FROM json_each(?))`, in several lists."""
        wanted = list(names)
        for start in range(0, len(wanted), _CHUNK):
            yield self.rows(query, (text(wanted[start : start + _CHUNK]),))


def open_database(path: Path) -> Database:
    """Opens the state, and creates it where nothing is. Raises `StateError` and `UsageError`."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StateError(
            f"this Python has SQLite {sqlite3.sqlite_version}, and the state of sweeps needs 3.37 or later",
            help="Use a Python that was built with a newer one.",
        )
    # An absolute path is a file's, whatever it is called.
    path = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    _claim(path)
    with explained(path):
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        with explained(path):
            _prepare(path, connection)
    except BaseException:
        with suppress(sqlite3.Error):
            connection.close()
        raise
    return Database(path, connection)


def _claim(path: Path) -> None:
    """Sees to it that a regular file stands at `path`, a new one for its owner's eyes only."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if not S_ISREG(_mode(path)):
            raise UsageError(f"{path} is not a file", help="Name a file for the state of sweeps.") from None
    except OSError as error:
        raise _unwritable(path, explain(error)) from error


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError as error:
        raise _unwritable(path, explain(error)) from error


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    # The lock is the system's, so it ends with the process, however that ends.
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    is_new = _recognise(path, connection)
    _close_to_others(path)
    if is_new:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for setting in (
        # With one process no shared memory is needed, and after a kill SQLite replays what was committed.
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "cache_size=-32768",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("BEGIN EXCLUSIVE")
    if is_new:
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


def _close_to_others(path: Path) -> None:
    """Takes from others what they may do with the state. What SQLite lays beside it is as open as it is."""
    for name in (path.name, f"{path.name}-wal"):
        with suppress(OSError):  # it isn't there, is another user's, or the system has no modes
            path.with_name(name).chmod(0o600)


def _recognise(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file is empty. Refuses one that is something else, before anything of it is changed."""
    application, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in (
            "PRAGMA application_id",
            "PRAGMA user_version",
            "SELECT count(*) FROM sqlite_schema",
        )
    )
    if (application, version, tables) == (0, 0, 0):
        return True
    if application != APPLICATION:
        raise UsageError(f"{path} is not a state of sweeps", help="Name another file for it.")
    if version != VERSION:
        raise UsageError(
            f"{path} is of version {version}, and this ci-audit knows {VERSION}",
            help="Use the ci-audit that wrote it, or name another file.",
        )
    return False


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what SQLite says of the file into words. Mistakes in the use of SQLite stay what they are."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise _in_words(path, error) from error
    except UnicodeDecodeError as error:
        raise DamagedError(f"{path}: a text that is none") from error
    except DamagedError as error:
        raise DamagedError(f"{path}: {error.what}") from error


def _in_words(path: Path, error: sqlite3.Error) -> AuditError:
    # The low byte is the kind of an error (sqlite.org/rescode.html); a text that isn't UTF-8 has none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return UsageError(
            f"another sweep is using {path}", help="Wait until it has ended, or name another file."
        )
    if code == sqlite3.SQLITE_NOTADB:
        return UsageError(f"{path} is not a state of sweeps", help="Name another file for it.")
    if code == sqlite3.SQLITE_FULL:
        return StateError(f"no room is left to write {path}", help=_MAKE_ROOM)
    if code in (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_TOOBIG,
    ):
        return _unwritable(path, str(error))
    return DamagedError(f"{path}: {error}")


def _unwritable(path: Path, reason: str) -> StateError:
    return StateError(f"can't read or write {path}: {reason}", help=_MAKE_WRITABLE)
