"""Where events go: the application's callback and its log, whatever logging it uses.

An application that configured structlog gets structured events there. Any other gets lines on the
stdlib logger `linkedapi_async`, which is silent until the application gives it a handler.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum
from inspect import isawaitable
from typing import Any, Final, TypeVar

import attrs
import structlog

from ._observer import Watch
from .events import Event

__all__ = ["Sink"]

T = TypeVar("T")

_NAME: Final = "linkedapi_async"
_STDLIB: Final = logging.getLogger(_NAME)
_STDLIB.addHandler(logging.NullHandler())
_KEYS: Final = {"message": "detail"}  # stdlib log records keep the word for themselves
_LEVELS: Final = logging.getLevelNamesMapping()
# As structlog came, unless the application was faster; its list of processors is changed in place.
_SHIPPED: Final = {**structlog.get_config(), "processors": [*structlog.get_config()["processors"]]}
_WAS_CONFIGURED: Final = structlog.is_configured()
_PLAIN: Final = structlog.stdlib.BoundLogger(
    _STDLIB,
    processors=[structlog.processors.KeyValueRenderer(key_order=["event"])],
    context={},
)


class Sink:
    """The one place events leave the library through."""

    __slots__ = ("_on_event", "_watch")

    def __init__(
        self, on_event: Callable[[Event], object] | None, watch: Watch | None = None
    ) -> None:
        """Take the application's callback and observer, if any."""
        self._on_event = on_event
        self._watch = watch

    def emit(self, event: Event) -> None:
        """Announce an event; whatever the callback raises is logged and swallowed."""
        if self._watch is not None:
            self._watch.hear(event)
        if self._on_event is not None:
            self.guard(self._on_event, event)
        if _has_structlog() or _STDLIB.isEnabledFor(_LEVELS[event.level.upper()]):
            _log(event.level, event.name, attrs.asdict(event, recurse=False))

    @staticmethod
    def guard(call: Callable[[T], object], told: T) -> None:
        """Call a listener of the application; whatever it raises is logged and swallowed."""
        try:
            call(told)
        except Exception as exc:  # noqa: BLE001 - a listener must not break the call
            _note_failure(told, exc)

    @staticmethod
    async def hand(call: Callable[[T], Awaitable[object] | object], told: T) -> None:
        """Call a listener that may be async, and wait for it; it cannot break anything either."""
        try:
            answer = call(told)
            if isawaitable(answer):
                await answer
        except Exception as exc:  # noqa: BLE001 - as above
            _note_failure(told, exc)


def _has_structlog() -> bool:
    """Tell whether the application configured structlog.

    What structlog comes with, printing to stdout, is nobody's choice, also where structlog counts
    it as configured: `capture_logs` leaves it so behind.
    """
    return structlog.is_configured() and (_WAS_CONFIGURED or structlog.get_config() != _SHIPPED)


def _note_failure(told: object, exc: Exception) -> None:
    _log("error", "linkedapi.callback_failed", {"on": type(told).__name__, "exc_info": exc})


def _log(level: str, name: str, fields: dict[str, Any]) -> None:
    """Write one line; a log that cannot be written must not break the call it tells of."""
    logger = structlog.get_logger(_NAME) if _has_structlog() else _PLAIN
    told = {
        _KEYS.get(key, key): _plain(value) for key, value in fields.items() if value is not None
    }
    with suppress(Exception):
        getattr(logger, level)(name, **told)


def _plain(value: object) -> object:
    """Return a value as renderers of any kind show it best."""
    return value.value if isinstance(value, Enum) else value
