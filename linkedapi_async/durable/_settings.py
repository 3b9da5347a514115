"""What DBOS has to be told, before anything may be started with it."""

import logging
import os
import sqlite3
import sys
from pathlib import Path
from typing import Final

import attrs
from dbos import DBOSConfig
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.stores import SqliteLedger

from ._lock import Lock, PostgresLock, SqliteLock

__all__ = ["Settings", "suits"]

_FAMILY: Final = "postgresql"
_LOG: Final = logging.getLogger("linkedapi_async")

# Observed with dbos 3.4.0 and psycopg 3.3.9, 2026-11-30: it does not know that error's words.
_SOCKET: Final = (
    "system_database_url leads through a Unix socket: when that PostgreSQL restarts, DBOS gives up "
    "what is under way until this process is started again. By a host name, such as localhost, it "
    "would wait for the database instead"
)


@attrs.frozen
class Settings:
    """What was found in the configuration of DBOS.

    Attributes:
        config: As DBOS takes it.
        executor_id: Under which this process works.
        lock: Held by whoever works under it.
    """

    config: DBOSConfig
    executor_id: str
    lock: Lock

    def check_ledger(self, ledger: Ledger) -> None:
        """Check that whoever takes over on another host would find what was begun here.

        Raises:
            ConfigurationError: The ledger stays behind with this host.
        """
        if isinstance(self.lock, PostgresLock) and isinstance(ledger, SqliteLedger):
            msg = (
                "The ledger is a file, and DBOS uses PostgreSQL: this executor, started on another "
                "host, would find what it was in the middle of there, and not that it was sent. "
                "Give the ledger an address of PostgreSQL as well; it may be the one of DBOS"
            )
            raise ConfigurationError(msg)

    @classmethod
    def of(cls, config: DBOSConfig) -> "Settings":
        """Read a configuration.

        Raises:
            ConfigurationError: It would not be safe, or not durable; the message says how to mend
                that.
        """
        version = config.get("application_version") or os.environ.get("DBOS__APPVERSION")
        if not version:
            msg = (
                "config lacks application_version: DBOS would make one up from the source, and "
                "after the next release nothing unfinished would be recovered. Give a text of your "
                "own, and change it only once everything under the old one has ended"
            )
            raise ConfigurationError(msg)
        executor_id = config.get("executor_id") or os.environ.get("DBOS__VMID")
        if not executor_id:
            msg = (
                "config lacks executor_id: every process would recover what the others are in the "
                "middle of. Give each process a name that stays the same when it starts again, "
                "such as 'worker-1'"
            )
            raise ConfigurationError(msg)
        if config.get("conductor_key"):
            msg = (
                "conductor_key cannot be used here: with it every start of a process has another "
                "executor id, so that nobody can tell whether the last one still works"
            )
            raise ConfigurationError(msg)
        return cls(config, executor_id, _lock(config, executor_id))


def suits(python: tuple[int, ...], sqlite: tuple[int, ...]) -> bool:
    """Return whether DBOS can keep its tables in SQLite.

    Source: pypi:dbos==3.4.0 _migration.py, get_sqlite_timestamp_expr
    """
    return python < (3, 12) or sqlite >= (3, 42)


def _lock(config: DBOSConfig, executor_id: str) -> Lock:
    """Return the lock that stands beside the database of DBOS.

    Raises:
        ConfigurationError: There is no database that would last.
    """
    told = config.get("system_database_url")
    if not told:
        msg = (
            "config lacks system_database_url: name where DBOS keeps what must last, such as "
            "'sqlite:///durable.sqlite' or 'postgresql://user@host/database'"
        )
        raise ConfigurationError(msg)
    try:
        url = make_url(told)
    except ArgumentError:
        msg = "system_database_url is no address of a database"
        raise ConfigurationError(msg) from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        if not suits(sys.version_info[:2], sqlite3.sqlite_version_info):
            msg = (
                f"DBOS needs SQLite 3.42 from Python 3.12 on, and this Python brings "
                f"{sqlite3.sqlite_version}: name a database of PostgreSQL, or use another Python"
            )
            raise ConfigurationError(msg)
        return SqliteLock(Path(url.database), executor_id)
    if backend == _FAMILY:
        if _is_socket(url):
            _LOG.warning(_SOCKET)
        place = f"{config.get('dbos_system_schema') or 'dbos'}\0{executor_id}"
        return PostgresLock(_plain(url), place)
    msg = "system_database_url has to name a file of SQLite, or a database of PostgreSQL"
    raise ConfigurationError(msg)


def _is_socket(url: URL) -> bool:
    """Return whether an address leads through a socket of this machine's file system."""
    host = url.host or url.query.get("host") or os.environ.get("PGHOST") or "/"
    return isinstance(host, str) and host.startswith("/")


def _plain(url: URL) -> URL:
    """Return an address without what only SQLAlchemy understands."""
    return url.set(drivername=_FAMILY)
