"""One process for each executor id.

DBOS has whoever starts under an id recover what is unfinished under it, so that a second process
under the same id begins everything again that the first one is in the middle of.
"""

import sqlite3
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import psycopg
from sqlalchemy.engine import URL

from linkedapi_async.errors import ConfigurationError

__all__ = ["Lock", "PostgresLock", "SqliteLock"]

# Whoever lost power says nothing: the server has to notice, or nobody could take its place.
_WATCHFUL: Final = (
    "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
)
_CONNECTING: Final = 10


class Lock(Protocol):
    """What only one process holds."""

    def acquire(self) -> bool:
        """Take it; return whether it was free.

        Raises:
            ConfigurationError: It cannot be asked for.
        """
        ...

    def is_held(self) -> bool:
        """Return whether it still is held, taking it again where it was lost and is free."""
        ...

    def release(self) -> None:
        """Let go."""
        ...


class SqliteLock:
    """A file beside the database; the operating system lets go of it when the process ends."""

    def __init__(self, database: Path, executor_id: str) -> None:
        """Take where it is.

        Args:
            database: The database of DBOS.
            executor_id: Whose lock it is.
        """
        name = f"{database.name}-executor-{_digest(executor_id)[:16]}"
        self._path = database.with_name(name)
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Take it; return whether it was free.

        Raises:
            ConfigurationError: The file cannot be made.
        """
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                self._path, timeout=0, isolation_level=None, check_same_thread=False
            )
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as exc:
            if connection is not None:
                connection.close()
            if getattr(exc, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                return False
            msg = (
                f"The lock {self._path} cannot be made ({exc}): is its folder there, to be written?"
            )
            raise ConfigurationError(msg) from exc
        self._connection = connection
        return True

    def is_held(self) -> bool:
        """Return whether it still is held."""
        return self._connection is not None

    def release(self) -> None:
        """Let go. The file stays: removing it could give the lock to two."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class PostgresLock:
    """An advisory lock of a session of its own; the server lets go when the session ends."""

    def __init__(self, url: URL, executor_id: str) -> None:
        """Take where it is.

        Args:
            url: The database of DBOS, as a connection of psycopg takes it.
            executor_id: Whose lock it is.
        """
        self._url = url
        self._number = int(_digest(executor_id)[:16], 16) - (1 << 63)
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._turn = threading.Lock()

    def acquire(self) -> bool:
        """Take it; return whether it was free.

        Raises:
            ConfigurationError: The server cannot be reached.
        """
        with self._turn:
            try:
                return self._acquire()
            except psycopg.Error as exc:
                place = self._url.render_as_string(hide_password=True)
                msg = (
                    f"The database {place} cannot be used ({exc}): is it there, and the way to it?"
                )
                raise ConfigurationError(msg) from exc

    def is_held(self) -> bool:
        """Return whether it still is held, taking it again where it was lost and is free."""
        with self._turn:
            try:
                if self._connection is not None:
                    self._connection.execute("SELECT true")
                    return True
            except psycopg.Error:
                self._drop()
            with suppress(psycopg.Error):
                return self._acquire()
            return False

    def release(self) -> None:
        """Let go."""
        with self._turn:
            self._drop()

    def _acquire(self) -> bool:
        connection = psycopg.connect(
            self._url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=_CONNECTING,
            application_name="linkedapi_async executor",
            options=_WATCHFUL,
        )
        found = connection.execute("SELECT pg_try_advisory_lock(%s)", (self._number,)).fetchone()
        if found is None or not found[0]:
            connection.close()
            return False
        self._connection = connection
        return True

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _digest(executor_id: str) -> str:
    return sha256(f"linkedapi_async.durable\0{executor_id}".encode()).hexdigest()
