"""The ledger in PostgreSQL, which the processes of many machines may share."""

import math
from typing import Final

from linkedapi_async.errors import ConfigurationError

from ._ledger import StoredLedger

__all__ = ["PostgresLedger"]

_LONGEST_NAME: Final = 63


class PostgresLedger(StoredLedger):
    """A ledger in one schema of a PostgreSQL database, for any number of processes and machines.

    What it tells as stored is on the server's disk (`synchronous_commit`); a standby that takes
    over must not lag behind, or what it lacks may be sent again. A run holds an advisory lock of
    its session to show that it works: connect to the server itself, or through a pooler that leaves
    sessions alone (pgbouncer's `pool_mode = session`); another one is refused. A lost connection is
    made anew, and what was under way is repeated; a run counts as dead when its lock has been free
    for two seconds.
    """

    def __init__(self, dsn: str, *, schema: str = "linkedapi", patience: float = 10.0) -> None:
        """Take what leads to the database; nothing connects before `open`.

        Args:
            dsn: `postgresql://user@host:5432/database`, or whatever libpq takes. The user has to be
                allowed to create the schema, or tables in it; once they are there, to write them.
            schema: Where its tables are; created if missing.
            patience: Seconds for what is under way, connecting anew included; the server may take
                half of them for its answer.

        Raises:
            ConfigurationError: The extra `durable` is not installed, or a value is unusable.
            ImportError: The installation is broken in another way.
        """
        if not (schema.isascii() and schema.isidentifier() and len(schema) <= _LONGEST_NAME):
            msg = f"schema={schema!r} has to be a word of ASCII letters, digits and underscores"
            raise ConfigurationError(msg)
        if not (math.isfinite(patience) and patience > 0):
            msg = f"patience={patience!r} has to be a finite number above 0"
            raise ConfigurationError(msg)
        try:
            from ._psycopg import PostgresDatabase  # noqa: PLC0415 - needs the extra
        except ImportError as exc:
            if (exc.name or "psycopg").partition(".")[0] != "psycopg":
                raise
            msg = "PostgresLedger needs psycopg: pip install 'linkedapi-async[durable]'"
            raise ConfigurationError(msg) from None
        self._place: str = PostgresDatabase(dsn, schema, patience).place
        super().__init__(lambda: PostgresDatabase(dsn, schema, patience))

    def __repr__(self) -> str:
        return f"PostgresLedger({self._place})"
