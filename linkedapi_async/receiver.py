"""Hears the service's webhooks: proves each delivery genuine, and wakes whoever waits for it.

It needs no client and opens no socket of its own: mount its `app` on an aiohttp server, or hand
the requests of any other framework to `receive`.
"""

import asyncio
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from ._clock import Clock, SystemClock
from ._push import Ended, Wake
from ._sinks import Sink
from ._types import Secret, WorkflowId
from .errors import ConfigurationError, InvalidSignature, ProtocolError
from .events import DeliveryRefused, Event
from .webhooks._base import WebhookEvent
from .webhooks._events import WorkflowCompleted, WorkflowEvent
from .webhooks._outcome import progress_of
from .webhooks._reading import read
from .webhooks._seen import Seen
from .webhooks._signature import Headers, check, hide
from .webhooks._trust import GRACE, Trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

__all__ = ["Receipt", "WebhookReceiver"]

E = TypeVar("E", bound=WebhookEvent)

_OK: Final = 200
_UNREADABLE: Final = 400
_NOT_GENUINE: Final = 401
_TOO_LARGE: Final = 413


@attrs.frozen
class Receipt:
    """What to answer to a delivery.

    Attributes:
        status: HTTP status. The service delivers again what is not answered by 2xx.
        event: The event, if it is genuine and new.
        reason: Why there is none.
    """

    status: int
    event: WebhookEvent | None = None
    reason: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the delivery was genuine and readable, new or not."""
        return self.status == _OK


@attrs.frozen(eq=False)
class _Watcher:
    loop: asyncio.AbstractEventLoop
    wake: Wake

    def rouse(self, news: Ended | None) -> None:
        with suppress(RuntimeError):  # its loop is closed: nobody waits there any more
            self.loop.call_soon_threadsafe(self.wake, news)


class WebhookReceiver:
    """Takes deliveries of the account-wide webhook, for any number of clients and event loops.

    A delivery is believed only when its signature proves it. It then wakes the wait it is about;
    the result comes from the payload where that holds it beyond doubt, else from one poll.

    Attributes:
        grace: Seconds that an event may come after a poll has told the same.
    """

    def __init__(
        self,
        *,
        secrets: "Sequence[str | Secret]",
        tolerance: float = 300.0,
        safety_interval: float = 300.0,
        capacity: int = 10_000,
        max_body_bytes: int = 16 * 1024 * 1024,
        on_event: Callable[[Event], object] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check every option; nothing listens yet.

        Args:
            secrets: The signing secrets; several while one is being replaced.
            tolerance: Seconds the clocks may differ, either way.
            safety_interval: Seconds between polls of a waiting workflow while deliveries are
                proved alive; up to six times as long after hundreds without a miss. A lost
                delivery is noticed after that long, or shortly before the call's deadline.
            capacity: Events and ended workflows remembered, to tell repetitions and to wake waits
                that begin after their event came.
            max_body_bytes: Largest body read.
            on_event: Called with a `DeliveryRefused` for each delivery that is not believed.
            clock: Time, for tests.

        Raises:
            ConfigurationError: An option is unusable; the message names it.
        """
        self._secrets = hide(secrets)
        del secrets  # frames show their locals
        check(self._secrets, tolerance)
        if not 0 < safety_interval < math.inf:
            msg = f"safety_interval={safety_interval!r} has to be a number of seconds above 0"
            raise ConfigurationError(msg)
        self._safety_interval = safety_interval
        self.grace: float = GRACE
        self._tolerance = tolerance
        self._max_body_bytes = max_body_bytes
        self._capacity = capacity
        self._clock = clock or SystemClock()
        self._sink = Sink(on_event)
        self._lock = threading.Lock()
        self._seen = Seen(capacity)
        self._trust = Trust()
        self._ended: OrderedDict[WorkflowId, None] = OrderedDict()
        self._watchers: dict[WorkflowId, list[_Watcher]] = {}
        self._listeners: list[tuple[type[WebhookEvent], Callable[[Any], object]]] = []

    def __repr__(self) -> str:
        """Show how many workflows are waited for."""
        return f"<WebhookReceiver watching={len(self._watchers)} alive={self.is_alive()}>"

    def use_secrets(self, secrets: "Sequence[str | Secret]") -> None:
        """Believe other secrets from now on; give the old one too while the new one spreads.

        Raises:
            ConfigurationError: A secret is empty or no text, or there is none.
        """
        hidden = hide(secrets)
        del secrets
        check(hidden, self._tolerance)
        self._secrets = hidden

    # ── deliveries ──

    def receive(self, body: bytes, headers: Headers) -> Receipt:
        """Take one delivery and return what to answer; never raises, from any thread.

        Args:
            body: The body exactly as received.
            headers: All header fields of the request, so that a repeated one is seen.
        """
        if len(body) > self._max_body_bytes:
            return self._refuse(_TOO_LARGE, f"The body is larger than {self._max_body_bytes} bytes")
        try:
            event = read(
                body,
                headers,
                secrets=self._secrets,
                now=self._clock.wall().timestamp(),
                tolerance=self._tolerance,
            )
        except InvalidSignature as error:
            return self._refuse(_NOT_GENUINE, error.message)
        except ProtocolError as error:
            return self._refuse(_UNREADABLE, error.message)
        with self._lock:
            if not self._seen.add(event.id):
                return Receipt(_OK, reason="delivered before")
            roused = self._note(event) if isinstance(event, WorkflowEvent) else []
            listeners = [call for kind, call in self._listeners if isinstance(event, kind)]
        if roused and isinstance(event, WorkflowCompleted):
            ended = Ended(progress_of(event))
            for watcher in roused:
                watcher.rouse(ended)
        for call in listeners:
            self._sink.guard(call, event)
        return Receipt(_OK, event)

    def app(self) -> "web.Application":
        """Return an aiohttp application that takes deliveries by POST at its root.

        Mount it with `main.add_subapp("/linked-api", receiver.app())`; deliveries then go to
        `/linked-api` or `/linked-api/`.
        """
        from aiohttp import web  # noqa: PLC0415 - only a server pays for it

        async def take(request: web.Request) -> web.Response:
            try:
                body = await request.read()
            except web.HTTPRequestEntityTooLarge:
                told = f"The body is larger than {self._max_body_bytes} bytes"
                receipt = self._refuse(_TOO_LARGE, told)
            else:
                receipt = self.receive(body, request.headers)
            return web.Response(status=receipt.status, text=receipt.reason or "ok")

        app = web.Application(client_max_size=self._max_body_bytes)
        app.router.add_post("", take)
        app.router.add_post("/", take)
        return app

    def subscribe(self, kind: type[E], call: Callable[[E], object]) -> Callable[[], None]:
        """Have a function called with every new genuine event of a kind; return what ends that.

        It is called where the delivery is received, before the service is answered, so it has to
        be quick; what it raises is logged.

        Args:
            kind: A class of `linkedapi_async.webhooks`, `WebhookEvent` for all of them.
            call: The function.
        """
        entry = (kind, call)
        with self._lock:
            self._listeners.append(entry)

        def end() -> None:
            with self._lock, suppress(ValueError):
                self._listeners.remove(entry)

        return end

    # ── waits ──

    def watch(self, workflow_id: WorkflowId, wake: Wake) -> Callable[[], None]:
        """Have the end of a workflow told, on this event loop, also one that was told before.

        Returns:
            What ends the watch.
        """
        watcher = _Watcher(asyncio.get_running_loop(), wake)
        with self._lock:
            self._watchers.setdefault(workflow_id, []).append(watcher)
            has_ended = workflow_id in self._ended
        if has_ended:
            watcher.rouse(Ended())

        def end() -> None:
            with self._lock:
                watchers = self._watchers[workflow_id]
                watchers.remove(watcher)
                if not watchers:
                    del self._watchers[workflow_id]

        return end

    def is_alive(self) -> bool:
        """Return whether the end of a workflow would be delivered, as far as anybody can tell."""
        with self._lock:
            return self._trust.is_alive(self._clock.now())

    @property
    def safety_interval(self) -> float:
        """Seconds between polls of a waiting workflow, now that deliveries can be relied on."""
        return self._safety_interval * self._trust.patience

    def missed(self, workflow_id: WorkflowId) -> None:
        """Note that a poll told the end of a workflow first."""
        with self._lock:
            if workflow_id not in self._ended:
                self._trust.owe(workflow_id, self._clock.now())

    def review(self) -> None:
        """Rouse every watcher if deliveries can no longer be relied on, so that it polls again."""
        with self._lock:
            if self._trust.is_alive(self._clock.now()):
                return
            roused = [watcher for watchers in self._watchers.values() for watcher in watchers]
        for watcher in roused:
            watcher.rouse(None)

    def _note(self, event: WorkflowEvent) -> list[_Watcher]:
        """Take in what an event tells, and return who waits for it."""
        is_end = isinstance(event, WorkflowCompleted)
        self._trust.deliver(event.workflow_id, is_end=is_end)
        if not is_end or event.workflow_id is None:
            return []
        self._ended[event.workflow_id] = None
        if len(self._ended) > self._capacity:
            self._ended.popitem(last=False)
        return list(self._watchers.get(event.workflow_id, ()))

    def _refuse(self, status: int, reason: str) -> Receipt:
        self._sink.emit(DeliveryRefused(account="", status=status, reason=reason))
        return Receipt(status, reason=reason)
