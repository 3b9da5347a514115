"""The ledger in a SQLite file, which the processes of one machine may share.

SQLite's own locks end with the process that holds them, however that ends: they tell who works.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any, Final

from linkedapi_async.errors import ConfigurationError, LedgerError
from linkedapi_async.ledger import VERSION

from ._files import create, explained, identity
from ._ledger import StoredLedger
from ._rows import Statements, Unfit, Write, Written, key_of, look, write

__all__ = ["SqliteLedger"]

_APPLICATION: Final = 0x4C415043
"""Says in the file's header whose it is."""
_TABLES: Final = (
    """
    CREATE TABLE calls (
        key TEXT PRIMARY KEY NOT NULL,
        account TEXT NOT NULL,
        operation TEXT NOT NULL,
        payload TEXT NOT NULL,
        state TEXT NOT NULL,
        mark TEXT NOT NULL,
        owner TEXT NOT NULL,
        sent_at TEXT NOT NULL,
        ended_at TEXT,
        workflow_id TEXT,
        outcome TEXT
    )
    """,
    "CREATE INDEX calls_by_state ON calls (state, key)",
    "CREATE INDEX calls_by_payload ON calls (payload)",
    f"PRAGMA application_id = {_APPLICATION}",
)
_VERSIONED: Final = f"PRAGMA user_version = {VERSION}"
_PAUSE: Final = 0.02
_RUN: Final = re.compile("[0-9a-f]{16}")
"""Whose sign may be looked at, and removed: a file of another name is somebody else's."""
_YOUNG: Final = 60.0
"""Seconds within which a run has locked its file, if it ever will."""
_OWN_FAULTS: Final = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
    UnicodeEncodeError,
)
_TROUBLES: Final = {
    sqlite3.SQLITE_PERM: "this user may not use it; allow it to read and write the file",
    sqlite3.SQLITE_BUSY: "another process keeps it locked; end that one, or allow more time",
    sqlite3.SQLITE_READONLY: "it cannot be written; allow this user to write the file and folder",
    sqlite3.SQLITE_IOERR: "the disk refuses; see whether it is full or failing",
    sqlite3.SQLITE_CORRUPT: "the file is corrupt; restore a copy, or start another ledger",
    sqlite3.SQLITE_FULL: "the disk is full; make room",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; allow this user to write the file and folder",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database; name another, it is left as it is",
}


class SqliteLedger(StoredLedger):
    """A ledger in one file, for any number of processes of one machine.

    What it tells as stored survives the process and the power: each transaction is flushed to the
    disk. Beside the file lie SQLite's own (`-wal`, `-shm`) and, while it is open, one whose lock
    shows that this run works (`-run-…`); copy or remove none of them meanwhile, and least of all
    from within the same process, whose locks end with any closing of the file. Since it holds
    results, a new file is readable for its user alone. It must not lie on a network's disk, where
    locks cannot be trusted.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 10.0) -> None:
        """Take the path; nothing is opened or created before `open`.

        Args:
            path: Of the file; its folder has to exist.
            busy_timeout: Seconds to wait while another process writes.

        Raises:
            ConfigurationError: The path names no file.
        """
        name = os.fspath(path)
        if name in {"", ":memory:"}:
            msg = f"{name!r} outlives no process; name a file for the ledger"
            raise ConfigurationError(msg)
        try:
            is_name = b"\0" not in os.fsencode(name)
            self._path = Path(name).absolute()
        except UnicodeEncodeError:
            is_name = False
        except FileNotFoundError:
            msg = f"The folder that {name!r} starts from is gone; name the file by its whole path"
            raise ConfigurationError(msg) from None
        if not is_name:
            msg = f"{name!r} names no file"
            raise ConfigurationError(msg)
        super().__init__(lambda: _SqliteDatabase(self._path, busy_timeout))

    def __repr__(self) -> str:
        return f"SqliteLedger({str(self._path)!r})"


class _SqliteDatabase:
    """The file, and the lock that shows that this run works."""

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self.statements: Statements = Statements("calls")
        self._path = path
        self._timeout = busy_timeout
        self._connection: sqlite3.Connection | None = None
        self._sign: sqlite3.Connection | None = None
        self._owner = ""
        self._files: dict[Path, tuple[int, int]] = {}

    # ── opening and closing ──

    def open(self, owner: str) -> None:
        """Create the file where there is none, refuse what is no ledger, show that this run lives.

        Raises:
            LedgerError: The file cannot be used.
        """
        self._owner = owner
        # the files beside it have to lie in one place for all, whichever way they came
        self._path = Path(os.path.realpath(self._path))
        try:
            with self._told():
                self._create()
                self._connection = self._connect(self._path, self._timeout)
                self._prepare(self._connection)
                self._show()
        except BaseException:
            self.close()
            raise
        self._sweep()

    def close(self) -> None:
        """Let go, and remove what showed that this run works."""
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
        if self._sign is not None:
            _remove(self._sign, self._sign_of(self._owner))
        self._connection = self._sign = None

    def tend(self) -> None:
        """Do nothing: a file needs no care."""

    def _create(self) -> None:
        """Create an empty file where there is none.

        An existing one must not even be opened here: closing it would end the locks that SQLite
        holds for another connection of this process.
        """
        folder = self._path.parent
        if not folder.is_dir():
            what = f"there is no folder {str(folder)!r}; create it"
            raise self._refusal(what)
        if self._path.is_dir():
            what = "it is a folder; name a file in it"
            raise self._refusal(what)
        with suppress(FileExistsError):
            create(self._path)
        if self._path.exists() and not self._path.is_file():
            what = "it is no ordinary file; name another"
            raise self._refusal(what)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")  # one look: somebody may be creating it
        self._is_ledger(connection)  # what is none must not change its mode
        connection.execute("ROLLBACK")
        self._patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS needs it to reach the disk
        connection.execute("BEGIN IMMEDIATE")  # two that create it come one after the other
        is_ledger = self._is_ledger(connection)
        for statement in () if is_ledger else _TABLES:
            connection.execute(statement)
        connection.execute(_VERSIONED)  # shows whether an old one can be written
        connection.execute("ROLLBACK" if is_ledger else "COMMIT")
        log = self._path.with_name(f"{self._path.name}-wal")
        self._files = {path: identity(path) for path in (self._path, log)}

    def _is_ledger(self, connection: sqlite3.Connection) -> bool:
        """Return whether it is one already; `False` for an empty file.

        Raises:
            LedgerError: It is something else.
        """
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == _APPLICATION:
            if version != VERSION:
                what = (
                    f"it is a ledger of version {version}, and this package writes {VERSION}; "
                    "use the package that made it, or start another ledger"
                )
                raise self._refusal(what)
            return True
        if application or version or things:
            what = "it is the database of something else; name another file, it is left as it is"
            raise self._refusal(what)
        return False

    def _patiently(self, work: Callable[[], object]) -> None:
        """Do what SQLite refuses at once while another connection is open, until it can be done.

        Raises:
            OperationalError: It fails otherwise, or for too long.
        """
        ends_at = time.monotonic() + self._timeout  # noqa: TID251 - a thread waits in real time
        while True:
            try:
                work()
            except sqlite3.OperationalError as exc:
                is_late = time.monotonic() > ends_at  # noqa: TID251 - as above
                if is_late or not _is_busy(exc):
                    raise
                time.sleep(_PAUSE)  # noqa: TID251 - as above
            else:
                return

    # ── rows ──

    def fetch(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        """Return the rows that a statement finds.

        Raises:
            LedgerError: The file cannot be read.
        """
        with self._told():
            return self._open_connection().execute(statement, values).fetchall()

    def transact(self, writes: Sequence[Write], owner: str) -> tuple[Sequence[Written], bool]:
        """Make writes in one transaction, which nothing of another connection comes between.

        Raises:
            LedgerError: The file cannot be written.
            Unfit: A value cannot be stored.
        """
        connection = self._open_connection()
        try:
            with self._told():
                self._stay()
                connection.execute("BEGIN IMMEDIATE")
                found = look(self, [key_of(one) for one in writes])
                told, saved = write(found, writes, owner=owner)
                connection.executemany(self.statements.save, saved)
                connection.execute("COMMIT" if saved else "ROLLBACK")
        except BaseException:
            with suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise
        return told, bool(saved)

    def _stay(self) -> None:
        """Refuse to write to files that nobody would read again; go on showing that this run lives.

        Raises:
            LedgerError: The ledger or its log is another file by now, or gone.
            OSError: They cannot be looked at.
        """
        for path, known in self._files.items():
            try:
                found = identity(path)
            except FileNotFoundError as exc:
                what = f"{path.name!r} was removed while it was in use; what it held may be lost"
                raise self._refusal(what) from exc
            if found != known:
                what = f"another file was put in the place of {path.name!r}; begin anew"
                raise self._refusal(what)
        if not self._sign_of(self._owner).exists():
            self._show()

    # ── who works ──

    def _sign_of(self, owner: str) -> Path:
        return self._path.with_name(f"{self._path.name}-run-{owner}")

    def _show(self) -> None:
        path, old = self._sign_of(self._owner), self._sign
        create(path)
        self._sign = self._lock(path)
        if old is not None:
            old.close()

    def _sweep(self) -> None:
        """Remove what dead runs have left; a young file may belong to one that is just opening."""
        for path in self._path.parent.glob(f"{escape(self._path.name)}-run-*"):
            owner = path.name.rpartition("-")[2]
            with suppress(OSError, LedgerError):
                age = time.time() - path.stat().st_mtime  # noqa: TID251 - as files are dated
                if owner != self._owner and age > _YOUNG:
                    self.is_alive(owner)

    def is_alive(self, owner: str) -> bool:
        """Return whether another run still works; what a dead one has left is removed.

        Raises:
            LedgerError: That cannot be found out.
        """
        if not _RUN.fullmatch(owner):
            return False
        path = self._sign_of(owner)
        try:
            with self._told():
                _remove(self._lock(path), path)
        except LedgerError as exc:
            if _is_busy(exc.__cause__):
                return True
            if path.exists():
                raise
        return False

    def _lock(self, path: Path) -> sqlite3.Connection:
        sign = self._connect(path, 0.0)
        try:
            sign.execute("PRAGMA journal_mode = MEMORY")
            sign.execute("BEGIN EXCLUSIVE")
        except BaseException:
            sign.close()
            raise
        return sign

    # ── helpers ──

    def _connect(self, path: Path, timeout: float) -> sqlite3.Connection:
        address = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)
        connection.text_factory = _decode
        return connection

    def _open_connection(self) -> sqlite3.Connection:
        assert self._connection is not None  # noqa: S101 - the thread opens before it works
        return self._connection

    @contextmanager
    def _told(self) -> Generator[None]:
        """Translate what SQLite and the system say.

        Raises:
            LedgerError: The file cannot be used.
            Unfit: A value cannot be stored.
        """
        try:
            yield
        except _OWN_FAULTS as exc:
            raise Unfit(str(exc)) from exc
        except sqlite3.Error as exc:
            code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
            what = f"{_TROUBLES.get(code, 'SQLite refuses')} ({exc})"
            raise self._refusal(what) from exc
        except OSError as exc:
            raise self._refusal(explained(exc)) from exc

    def _refusal(self, what: str) -> LedgerError:
        return LedgerError(f"The ledger {str(self._path)!r} cannot be used: {what}")


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _is_busy(exc: BaseException | None) -> bool:
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _remove(sign: sqlite3.Connection, path: Path) -> None:
    """Remove a sign that this process has locked, unless it is no sign: those are empty."""
    sign.close()
    with suppress(OSError):
        if not path.stat().st_size:
            path.unlink()
