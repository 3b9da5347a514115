"""The generations of the workflow API as pure readers and writers of messages."""

from linkedapi_async.errors import ConfigurationError

from ._base import Wire
from ._query import IDENTIFICATION, Query
from ._retry_after import read_date
from .account_api import AccountApiWire
from .linked_api import LinkedApiV3Wire, LinkedApiWire

__all__ = [
    "IDENTIFICATION",
    "WIRES",
    "AccountApiWire",
    "LinkedApiV3Wire",
    "LinkedApiWire",
    "Query",
    "Wire",
    "open_wire",
    "read_date",
]

WIRES = (LinkedApiWire.name, LinkedApiV3Wire.name, AccountApiWire.name)
"""Every value of the client's `wire` option."""


def open_wire(name: str, base_url: str) -> Wire:
    """Return the wire of that name.

    Raises:
        ConfigurationError: There is no such wire.
    """
    if name == LinkedApiWire.name:
        return LinkedApiWire()
    if name == LinkedApiV3Wire.name:
        return LinkedApiV3Wire()
    if name == AccountApiWire.name:
        return AccountApiWire(base_url)
    msg = f"wire={name!r} is not one of {', '.join(WIRES)}"
    raise ConfigurationError(msg)
