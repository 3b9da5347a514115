"""Where faults lie in wait: which one happens, and what their short forms mean."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from linkedapi_async._types import Plane
from linkedapi_async.errors import CATALOG, find

from .faults import (
    Close,
    Drop,
    ErrorEnvelope,
    Fault,
    Html,
    Injection,
    Moment,
    Null,
    Reset,
    Stall,
    Status,
    Truncate,
)

__all__ = ["Ambush", "as_fault", "moment_for"]

_PLAIN: Final[Mapping[str, Fault]] = {
    "close": Close(),
    "drop": Drop(),
    "html": Html(),
    "null": Null(),
    "reset": Reset(),
    "stall": Stall(),
    "truncate": Truncate(),
}


class Ambush:
    """The faults lying in wait, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Injection] = []

    def add(self, injection: Injection) -> None:
        """Put one behind the others."""
        self._waiting.append(injection)

    def clear(self) -> None:
        """Remove all of them."""
        for injection in self._waiting:
            injection.remove()
        self._waiting.clear()

    def spring(self, moments: tuple[Moment, ...], account: str | None) -> Injection | None:
        """Return the oldest fault waiting for this occasion and count it as happened.

        Args:
            moments: What the occasion may be called.
            account: Alias of the account concerned.
        """
        if not self._waiting:
            return None
        self._waiting = [injection for injection in self._waiting if injection.is_active]
        for injection in self._waiting:
            if injection.on not in moments or injection.account not in {None, account}:
                continue
            if injection.skip > 0:
                injection.skip -= 1
                continue
            injection.hits += 1
            return injection
        return None


def as_fault(fault: Fault | str | int, *, message: str | None, body: bytes | str | None) -> Fault:
    """Return the value behind the short forms: an error word, an HTTP status, a fault's name.

    Args:
        fault: A value, a wire word or alias of the catalogue, a status, or the name of a fault
            that needs no more to be said.
        message: Text for an error word.
        body: Content for a status.

    Raises:
        ValueError: The catalogue has no such word, or it is one the service never sends.
    """
    if isinstance(fault, int):
        return Status(fault, body.encode() if isinstance(body, str) else body or b"")
    if not isinstance(fault, str):
        return fault
    if fault in _PLAIN:
        return _PLAIN[fault]
    row = find(fault)
    if row is None or row.plane is Plane.CLIENT:
        near = get_close_matches(fault, _words(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        msg = (
            f"{fault!r} is no error word of the service{hint} (ErrorEnvelope takes words the "
            f"catalogue does not hold), nor one of {', '.join(_PLAIN)}"
        )
        raise ValueError(msg)
    return ErrorEnvelope(fault, message)


def moment_for(fault: Fault, on: Moment) -> Moment:
    """Return what a fault waits for: words of the action plane always wait for an action."""
    if isinstance(fault, ErrorEnvelope):
        row = find(fault.type)
        if row is not None and row.plane is Plane.ACTION:
            return "action"
    return on


def _words() -> list[str]:
    known = [row.names for row in CATALOG.values() if row.plane is not Plane.CLIENT]
    return [name for names in [*known, tuple(_PLAIN)] for name in names]
