"""How a PostgreSQL server is reached, and for how long it is waited for."""

import math
import socket
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from linkedapi_async.errors import ConfigurationError

__all__ = ["Watchdog", "has_news", "place_of", "read_dsn"]

_GRAIN: Final = 0.1


class Watchdog:
    """Cuts a connection whose server does not answer in time: libpq itself would wait for ever.

    It watches from a thread of its own, which lives no longer than the program.
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._due_at = math.inf
        self._is_cut = False
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="linkedapi-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._is_over.set()

    def take(self, connection: "psycopg.Connection[Any]") -> None:
        """Look after a connection, until `leave`.

        Raises:
            Error: It is lost.
            OSError: This process can open nothing more.
        """
        line = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        with self._lock:
            self._line = line

    def leave(self) -> None:
        """Look after it no more."""
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()

    @contextmanager
    def bound(self, timeout: float) -> Generator[None]:
        """Bound what is done with the connection, in seconds.

        Raises:
            Error: It failed.
            OperationalError: There was no answer.
        """
        with self._lock:
            self._is_cut = False
            self._due_at = time.monotonic() + timeout  # noqa: TID251 - a thread's own time
        try:
            yield
        except psycopg.Error as exc:
            if not self._is_cut:
                raise
            msg = f"no answer within {timeout:.3g} s"
            raise psycopg.OperationalError(msg) from exc
        finally:
            with self._lock:
                self._due_at = math.inf

    def _watch(self) -> None:
        while not self._is_over.wait(_GRAIN):
            with self._lock:
                if self._line is not None and time.monotonic() > self._due_at:  # noqa: TID251 - as above
                    self._is_cut = True
                    with suppress(OSError):  # let whoever waits for an answer know of none
                        self._line.shutdown(socket.SHUT_RDWR)


def has_news(connection: "psycopg.Connection[Any]") -> bool:
    """Return whether a server has sent something unasked, as when it ends the connection."""
    try:
        with DefaultSelector() as selector:
            selector.register(connection.fileno(), EVENT_READ)
            return bool(selector.select(0))
    except OSError:  # where no file can be opened, no connection can be made anew either
        return False


def read_dsn(dsn: str) -> dict[str, Any]:
    """Return the parts of what leads to a database.

    A password with unusual characters may end up in any part, so none is quoted that looks odd.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        told: dict[str, Any] = dict(conninfo_to_dict(dsn))
    except (psycopg.Error, UnicodeEncodeError):
        told = {"host": "@"}
    unusual = {"user": "/:", "dbname": "@/:", "host": "@"}  # a user may be an e-mail address
    odd = any(set(letters) & set(str(told.get(name, ""))) for name, letters in unusual.items())
    odd = odd or not str(told.get("port", "0")).replace(",", "").isdigit()
    if odd:
        msg = (
            "The PostgreSQL address cannot be used: it has to be like "
            "postgresql://user:password@host:5432/database, where special characters of the "
            "password are percent-encoded"
        )
        raise ConfigurationError(msg)
    return told


def place_of(dsn: Mapping[str, Any], schema: str) -> str:
    """Return where a ledger is, for people to read."""
    host = dsn.get("host") or dsn.get("hostaddr") or "this machine"
    port = f":{dsn['port']}" if dsn.get("port") else ""
    name = dsn.get("dbname") or dsn.get("service") or "PostgreSQL"
    return f"{name!r} at {host}{port}, schema {schema!r}"
