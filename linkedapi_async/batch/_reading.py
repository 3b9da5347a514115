"""The list of a batch, read a few calls at once."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from itertools import islice
from typing import Any, Final, TypeAlias, cast

from linkedapi_async.errors import ConfigurationError
from linkedapi_async.pool import Call

__all__ = ["Calls", "chunks"]

Calls: TypeAlias = Iterable[Call[Any]] | AsyncIterable[Call[Any]]

_CHUNK: Final = 64
"""Calls looked up in the ledger at once."""


async def chunks(calls: Calls) -> AsyncIterator[list[Call[Any]]]:
    """Yield calls a few at once, where nobody has to wait for the next one.

    Raises:
        ConfigurationError: Something is no call; what came before it was yielded.
    """
    if isinstance(calls, AsyncIterable):
        try:
            async for call in calls:
                yield [_checked(call)]
        finally:
            if isinstance(calls, AsyncGenerator):
                await cast("AsyncGenerator[object]", calls).aclose()
        return
    rest = map(_checked, calls)
    is_open = True
    while is_open:
        chunk: list[Call[Any]] = []
        try:
            chunk.extend(islice(rest, _CHUNK))
        except Exception:
            if chunk:
                yield chunk
            raise
        is_open = bool(chunk)
        if chunk:
            yield chunk


def _checked(call: Call[Any]) -> Call[Any]:
    """Return a call.

    Raises:
        ConfigurationError: It is none.
    """
    if not isinstance(cast("object", call), Call):
        msg = f"{call!r} is no Call(account, operation)"
        raise ConfigurationError(msg)
    return call
