"""PostgreSQL through psycopg, whose exceptions end here."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from typing import Any, Final, TypeVar
from urllib.parse import quote
from zlib import crc32

import attrs
import psycopg
from psycopg import errors

from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import VERSION

from ._reach import Watchdog, has_news, place_of, read_dsn
from ._rows import PAGE, Statements, Unfit, Write, Written, key_of, look, write

__all__ = ["PostgresDatabase"]

T = TypeVar("T")

_BUCKETS: Final = 64
"""Locks among which the keys are divided: whoever writes one, holds its lock."""
_GRACE: Final = 2.0
"""Seconds for which a run's lock may be free, as when its connection is lost, before it is dead."""
_PAUSE: Final = 0.1
_WHOLE: Final = -1
"""The lock of the schema itself."""
_TABLES: Final = (
    """
    CREATE TABLE {schema}.calls (
        key text COLLATE "C" PRIMARY KEY,
        account text NOT NULL,
        operation text NOT NULL,
        payload text NOT NULL,
        state text COLLATE "C" NOT NULL,
        mark text NOT NULL,
        owner text NOT NULL,
        sent_at text COLLATE "C" NOT NULL,
        ended_at text COLLATE "C",
        workflow_id text,
        outcome text
    )
    """,
    "CREATE INDEX calls_by_state ON {schema}.calls (state, key)",
    "CREATE INDEX calls_by_payload ON {schema}.calls (payload)",
    "CREATE TABLE {schema}.runs (owner text PRIMARY KEY, lost_at timestamptz)",
    "CREATE TABLE {schema}.ledger (version integer NOT NULL)",
    f"INSERT INTO {{schema}}.ledger VALUES ({VERSION})",  # noqa: S608 - a number of ours
)
_JOIN: Final = """
    INSERT INTO {schema}.runs (owner) VALUES (%s) ON CONFLICT (owner) DO UPDATE SET lost_at = NULL
"""
_LEAVE: Final = "DELETE FROM {schema}.runs WHERE owner = %s"
_SETTINGS: Final = """
    SELECT pg_backend_pid(),
        set_config('synchronous_commit', 'on', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('lock_timeout', %(bound)s, false),
        set_config('statement_timeout', %(bound)s, false),
        set_config('idle_in_transaction_session_timeout', %(bound)s, false),
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false)
"""
_LOCK: Final = """
    SELECT pg_backend_pid(), pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket
"""
_LOOK: Final = """
    SELECT extract(epoch FROM clock_timestamp() - lost_at), EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND classid = %s::bigint::oid AND objid = %s::bigint::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    FROM {schema}.runs WHERE owner = %s
"""
_LOST: Final = "UPDATE {schema}.runs SET lost_at = clock_timestamp() WHERE owner = %s"
_FOUND: Final = "UPDATE {schema}.runs SET lost_at = NULL WHERE owner = %s"
_FAULTS: Final = (psycopg.Error, OSError, UnicodeError)
"""What a statement may raise: the system has its say where no socket can be made or waited for."""
_OWN_FAULTS: Final = (
    errors.DataError,
    errors.IntegrityError,
    errors.ProgramLimitExceeded,
    UnicodeError,
)
_IDLE: Final = psycopg.pq.TransactionStatus.IDLE
_PASSING: Final = (errors.SerializationFailure, errors.DeadlockDetected)
_MISLED: Final = (errors.ReadOnlySqlTransaction, OSError)
"""After these a connection is of no more use, though it is open: another one may fare better."""
_POOLED: Final = (
    "a pooler mixes its sessions up; connect to the server itself, or have it pool by session"
)
_TROUBLES: Final[tuple[tuple[type[psycopg.Error], str], ...]] = (
    (errors.DiskFull, "the server's disk is full; make room"),
    (errors.ReadOnlySqlTransaction, "it takes no writes; connect to the primary server"),
    (errors.InsufficientPrivilege, "this user may not use it; grant what is missing"),
    (errors.LockNotAvailable, "another process keeps it locked; end that one"),
    (errors.QueryCanceled, "the server takes too long; see what keeps it busy"),
    (errors.DuplicateTable, "the schema belongs to something else; name another one"),
    (errors.UndefinedTable, "its tables are gone; begin anew"),
    (errors.InvalidSqlStatementName, _POOLED),
    (errors.DuplicatePreparedStatement, _POOLED),
)


class PostgresDatabase:
    """A connection that is made anew when it is lost, and the lock that shows that this run works.

    Attributes:
        place: Where the ledger is, without a password.
    """

    def __init__(self, dsn: str, schema: str, patience: float) -> None:
        """Take what leads there.

        Raises:
            ConfigurationError: It is not of the form that libpq knows.
        """
        self.statements: Statements = Statements(f'"{schema}".calls', place="%s", many="%s::text[]")
        self._schema = schema
        self._patience = patience
        self._dsn = read_dsn(dsn)
        self._dsn["client_encoding"] = "UTF8"  # else the server's, and keys might not be recognised
        self._dsn.setdefault("connect_timeout", max(2, int(patience)))
        self._dsn.setdefault("fallback_application_name", "linkedapi_async")
        self.place: str = place_of(self._dsn, schema)
        password = str(self._dsn.get("password") or "")
        self._secrets = [secret for secret in (password, quote(password, safe="")) if secret]
        self._connection: psycopg.Connection[Any] | None = None
        self._session: int | None = None
        self._is_ready = False
        self._watchdog = Watchdog()
        self._owner = ""

    # ── opening and closing ──

    def open(self, owner: str) -> None:
        """Connect, create what is missing, and show that this run lives.

        Raises:
            LedgerError: The database cannot be used.
        """
        self._owner = owner
        self._watchdog.start()
        try:
            self._connect(self._prepare)
        except _FAULTS as exc:
            error = self._translated(exc)
            self._give_up()
            raise error from exc
        except LedgerError:
            self._give_up()
            raise

    def close(self) -> None:
        """Let go, and tell that this run has ended."""
        with suppress(*_FAULTS):
            if self._connection is not None:
                with self._bound():
                    self._connection.execute(self._spell(_LEAVE), (self._owner,))
        self._give_up()

    def _give_up(self) -> None:
        self._drop()
        self._watchdog.stop()

    def tend(self) -> None:
        """Notice a lost connection, and make it anew: the others would take this run for dead."""
        try:
            if self._connection is None:
                self._connect()
            elif has_news(self._connection):
                with self._bound():
                    self._connection.execute("SELECT")
        except _FAULTS:
            self._drop()

    def _connect(
        self, prepare: "Callable[[psycopg.Connection[Any]], None] | None" = None
    ) -> "psycopg.Connection[Any]":
        self._is_ready = False
        connection = self._connection = psycopg.connect(**self._dsn, autocommit=True)
        self._watchdog.take(connection)
        with self._bound():
            bound = str(int(self._patience * 1000 / 2))
            told = connection.execute(_SETTINGS.encode(), {"bound": bound}).fetchone()
            self._session = None if told is None else int(told[0])
            if prepare is not None:
                prepare(connection)
            connection.execute("SELECT pg_advisory_lock_shared(%s)", (self._lock_of(self._owner),))
            connection.execute(self._spell(_JOIN), (self._owner,))
        self._is_ready = True
        return connection

    def _prepare(self, connection: "psycopg.Connection[Any]") -> None:
        with connection.transaction():
            self._lock(connection, [_WHOLE])
            if self._is_ledger(connection):
                return
            for statement in _TABLES:
                connection.execute(self._spell(statement))

    def _is_ledger(self, connection: "psycopg.Connection[Any]") -> bool:
        """Return whether it is one already; where not, its schema is there now.

        Creating a schema takes a right that using one does not.

        Raises:
            LedgerError: It is of another version.
        """
        names = f'"{self._schema}"', f'"{self._schema}".ledger'
        told = connection.execute("SELECT to_regnamespace(%s), to_regclass(%s)", names).fetchone()
        schema, ledger = told or (None, None)
        if schema is None:
            connection.execute(self._spell("CREATE SCHEMA {schema}"))
        if ledger is None:
            return False
        found = connection.execute(self._spell("SELECT version FROM {schema}.ledger")).fetchall()
        if found != [(VERSION,)]:
            told = ", ".join(str(version) for (version,) in found) or "none"
            what = (
                f"it is a ledger of version {told}, and this package writes {VERSION}; "
                "use the package that made it, or name another schema"
            )
            raise self._refusal(what)
        return True

    def _drop(self) -> None:
        self._watchdog.leave()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    # ── rows ──

    def fetch(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        """Return the rows that a statement finds.

        Raises:
            LedgerError: The database cannot be read.
            Unfit: A value cannot be part of it.
        """
        return self._insist(lambda session, _: session.fetch(statement, values))

    def transact(self, writes: Sequence[Write], owner: str) -> tuple[Sequence[Written], bool]:
        """Make writes in one transaction; nothing of others for the same keys comes between.

        Raises:
            LedgerError: The database cannot be written.
            Unfit: A value cannot be stored.
        """
        keys = [key_of(one) for one in writes]
        buckets = sorted({crc32(key.encode("utf-8", "replace")) % _BUCKETS for key in keys})

        def work(session: _Session, is_repeated: bool) -> tuple[Sequence[Written], bool]:  # noqa: FBT001 - called here alone
            with session.connection.transaction():
                self._lock(session.connection, buckets)
                found = look(session, keys)
                told, saved = write(found, writes, owner=owner, is_repeated=is_repeated)
                for first in range(0, len(saved), PAGE):  # a pipeline would not survive a cut
                    columns = [
                        list(column) for column in zip(*saved[first : first + PAGE], strict=True)
                    ]
                    session.connection.execute(self.statements.save.encode(), columns)
            return told, bool(saved)

        return self._insist(work)

    def _lock(self, connection: "psycopg.Connection[Any]", buckets: Sequence[int]) -> None:
        """Keep others away until the transaction ends; all take locks in the same order.

        Raises:
            LedgerError: It is another session than that which shows that this run works.
        """
        family = int.from_bytes(sha256(self._schema.encode()).digest()[:4], signed=True)
        told = connection.execute(_LOCK.encode(), (family, list(buckets))).fetchone()
        if told is None or told[0] != self._session:
            raise self._refusal(_POOLED)

    # ── who works ──

    def is_alive(self, owner: str) -> bool:
        """Return whether another run still works.

        Whoever looks notes when a lock was first found free, so that all agree.

        Raises:
            LedgerError: That cannot be found out.
        """
        return self._insist(lambda session, _: self._is_alive(session, owner))

    def _is_alive(self, session: "_Session", owner: str) -> bool:
        high, low = divmod(self._lock_of(owner) % 2**64, 2**32)
        found = session.connection.execute(self._spell(_LOOK), (high, low, owner)).fetchall()
        if not found:
            return False
        ((lost_for, works),) = found
        is_dead = not works and lost_for is not None and lost_for > _GRACE
        if is_dead:
            session.connection.execute(self._spell(_LEAVE), (owner,))
        elif works == (lost_for is not None):
            session.connection.execute(self._spell(_FOUND if works else _LOST), (owner,))
        return not is_dead

    def _lock_of(self, owner: str) -> int:
        digest = sha256(f"{self._schema}/{owner}".encode("utf-8", "replace")).digest()
        return int.from_bytes(digest[:8], signed=True)

    # ── helpers ──

    def _spell(self, statement: str) -> bytes:
        return statement.replace("{schema}", f'"{self._schema}"').encode()

    def _insist(self, work: "Callable[[_Session, bool], T]") -> T:
        """Return what some work comes to; over a new connection again, if it was lost meanwhile.

        Raises:
            LedgerError: It cannot be done, or not in time.
            Unfit: A value is to blame.
        """
        ends_at = time.monotonic() + self._patience  # noqa: TID251 - a thread waits in real time
        is_repeated = False
        while True:
            try:
                connection = self._connection or self._connect()
                with self._bound():
                    return work(_Session(self.statements, connection), is_repeated)
            except _FAULTS as exc:
                error = self._translated(exc)
                is_late = time.monotonic() + _PAUSE > ends_at  # noqa: TID251 - as above
                if not self._is_passing(exc) or is_late:
                    raise error from exc
            is_repeated = True
            time.sleep(_PAUSE)  # noqa: TID251 - as above

    def _bound(self) -> "AbstractContextManager[None]":
        """Leave half of the patience for another try over a new connection."""
        return self._watchdog.bound(self._patience / 2)

    @property
    def _is_lost(self) -> bool:
        """Whether a connection is gone, or in the midst of something that will not end."""
        one = self._connection
        return one is None or one.closed or one.info.transaction_status is not _IDLE

    def _is_passing(self, exc: Exception) -> bool:
        """Return whether another try may succeed; let go of a connection that is of no use."""
        is_useless = self._is_lost or isinstance(exc, _MISLED)
        if is_useless or not self._is_ready:
            self._drop()
        return is_useless or isinstance(exc, _PASSING)

    def _translated(self, exc: Exception) -> LedgerError | Unfit:
        told = str(exc).strip().partition("\n")[0]
        if isinstance(exc, _OWN_FAULTS):
            return Unfit(told)
        if isinstance(exc, OSError):
            what = "this process can open nothing more; allow it more files"
        elif self._is_lost:
            what = "the server cannot be reached; see that it runs and lets this user in"
        else:
            what = next((text for kind, text in _TROUBLES if isinstance(exc, kind)), "it refuses")
        return self._refusal(f"{what} ({told})")

    def _refusal(self, what: str) -> LedgerError:
        for secret in self._secrets:
            what = what.replace(secret, "…")
        return LedgerError(f"The ledger in {self.place} cannot be used: {what}")


@attrs.frozen(eq=False)
class _Session:
    """A connection while something is done with it."""

    statements: Statements
    connection: "psycopg.Connection[Any]"

    def fetch(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        """Return the rows that a statement finds."""
        return self.connection.execute(statement.encode(), values).fetchall()
