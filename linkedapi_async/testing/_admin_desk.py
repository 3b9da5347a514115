"""Takes admin requests: not too many a minute, and each to the function that serves it.

Inferred: the minute slides, a request that is refused for coming too soon does not count, and
errors without a documented HTTP status are answered 400.
"""

from collections import deque
from typing import Final

from linkedapi_async._types import Json
from linkedapi_async.errors import find

from ._admin_calls import Call, Office, Refused, methods
from ._envelopes import Answer, refusal, success
from ._exchange import Exchange
from ._routes import Wire

__all__ = ["Desk"]

_MOST: Final = 100
_WINDOW: Final = 60.0
_UNDOCUMENTED: Final = 400
_NOTHING: Final[Json] = {}


class Desk:
    """Where admin requests end."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._recent: deque[float] = deque()

    def serve(self, exchange: Exchange) -> Answer:
        """Do what a request with a good token asks for."""
        if self._is_crowded():
            return refusal(Wire.LINKED_API, "tooManyRequests")
        function = methods().get(exchange.route.admin_method or "")
        if function is None:
            return refusal(
                Wire.LINKED_API,
                "notFound",
                message=f"Nothing is served at {exchange.method} {exchange.target}.",
                status=404,
            )
        document = exchange.document if exchange.body else _NOTHING
        if not isinstance(document, dict):
            return _refuse("invalidRequestPayload", "the body must be a JSON object")
        try:
            result = function(Call(self._office, document, exchange.number))
        except Refused as refused:
            return _refuse(refused.word, refused.details)
        return success(Wire.LINKED_API, result)

    def _is_crowded(self) -> bool:
        """Return whether the minute's requests are used up, and count this one if not."""
        now = self._office.clock.now()
        while self._recent and now - self._recent[0] >= _WINDOW:
            self._recent.popleft()
        if len(self._recent) >= _MOST:
            return True
        self._recent.append(now)
        return False


def _refuse(word: str, details: str) -> Answer:
    row = find(word)
    status = None if row is None else row.status
    return refusal(Wire.LINKED_API, word, details=details, status=status or _UNDOCUMENTED)
