"""Where workers meet, and where what must not be forgotten is kept.

Coordinators make several processes behave like one: give a `RedisCoordinator` to every worker, or
write a `Coordinator` for another store. Ledgers remember every call for `Batch`: a file for one
machine, or PostgreSQL for many. Names resolve on first use, so that no database is loaded that is
not wanted.
"""

from importlib import import_module
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Final

from linkedapi_async._sharing import Coordinator, LocalCoordinator, Pacer, Parking, Turn
from linkedapi_async.errors import ConfigurationError

if TYPE_CHECKING:
    from ._postgres import PostgresLedger
    from ._redis import RedisCoordinator
    from ._sqlite import SqliteLedger

__all__ = [
    "Coordinator",
    "LocalCoordinator",
    "Pacer",
    "Parking",
    "PostgresLedger",
    "RedisCoordinator",
    "SqliteLedger",
    "Turn",
    "open_ledger",
]

_HOMES: Final = {
    "PostgresLedger": "._postgres",
    "RedisCoordinator": "._redis",
    "SqliteLedger": "._sqlite",
}


def open_ledger(where: str | PathLike[str]) -> "SqliteLedger | PostgresLedger":
    """Return a ledger, which is to be used within `async with`; nothing is opened yet.

    Args:
        where: The path of a file, or `postgresql://user@host/database`.

    Raises:
        ConfigurationError: It is neither, or the extra `durable` is not installed.
    """
    place = fspath(where)
    scheme, mark, _ = place.partition("://")
    if not mark:
        from ._sqlite import SqliteLedger  # noqa: PLC0415 - only who wants SQLite loads it

        return SqliteLedger(place)
    if scheme in {"postgresql", "postgres"}:
        from ._postgres import PostgresLedger  # noqa: PLC0415 - only who wants it loads it

        return PostgresLedger(place)
    msg = f"A ledger at {scheme}://… is not known; name a file, or postgresql://user@host/database"
    raise ConfigurationError(msg)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
