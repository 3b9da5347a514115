"""The spans: a start, a wait, a request. Each is open, and current, for a `with` block.

A poll is made by whatever task keeps the schedule, not by the caller who waits for it, so it finds
its parent in the notes that a call carries along. Spans are timed by the client's clock.
"""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from opentelemetry.context import Context, attach, create_key, detach, get_value, set_value
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    Span,
    SpanKind,
    StatusCode,
    set_span_in_context,
)

from linkedapi_async._messages import Purpose, Refusal, Reply, Request
from linkedapi_async._observer import Observed
from linkedapi_async._sinks import Sink

from ._conventions import (
    ACCOUNT,
    ATTEMPTS,
    ERROR_TYPE,
    MESSAGE_ID,
    POLLS,
    RESENDS,
    STATUS,
    URL,
    Attributes,
    error_type,
    known,
    message_attributes,
    message_id,
    request_attributes,
    scrubbed_url,
)
from ._scene import Scene, Trail

if TYPE_CHECKING:
    from contextvars import Token

__all__ = ["Exchanging", "Receiving", "Sending", "Step", "own_span"]

_OWN: Final = create_key("linkedapi-span")
_HTTP_ERROR: Final = 400


def own_span() -> Span | None:
    """Return the innermost span of this library that is open around the caller."""
    own = get_value(_OWN)
    return own if isinstance(own, Span) and own.is_recording() else None


class Step(ABC):
    """A span that is open, and current, for the length of a `with` block.

    Whatever the application's exporters raise is logged and swallowed.
    """

    __slots__ = (
        "_began_at",
        "_began_ns",
        "_call",
        "_error",
        "_labels",
        "_scene",
        "_span",
        "_token",
        "_trail",
    )

    def __init__(self, scene: Scene, call: Observed) -> None:
        self._scene = scene
        self._call = call
        self._trail = call.trail if isinstance(call.trail, Trail) else Trail()
        self._labels: Attributes = {}
        self._span: Span = INVALID_SPAN
        self._token: Token[Context] | None = None
        self._error: BaseException | None = None
        self._began_at = 0.0
        self._began_ns = 0

    def __enter__(self) -> Self:
        self._began_at = self._scene.clock.now()
        self._began_ns = self._scene.wall_ns()
        Sink.guard(type(self).begin, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._error = error
        Sink.guard(type(self).finish, self)

    @abstractmethod
    def begin(self) -> None:
        """Open the span."""

    @abstractmethod
    def _conclude(self, elapsed: float) -> None:
        """Say what came of it."""

    def _failure(self) -> str | None:
        """Return what it failed of; `None` when it did not."""
        return None if self._error is None else error_type(self._error)

    def _open(
        self,
        name: str,
        kind: SpanKind,
        own: Attributes,
        *,
        parent: Context | None,
        links: tuple[Link, ...] = (),
    ) -> Context:
        self._span = self._scene.tracer.start_span(
            name,
            context=parent,
            kind=kind,
            attributes={**self._labels, **own},
            links=links,
            start_time=self._began_ns,
        )
        return self._enter(set_value(_OWN, self._span, set_span_in_context(self._span, parent)))

    def _enter(self, context: Context) -> Context:
        self._token = attach(context)
        return context

    def finish(self) -> None:
        """Say what came of it, and close the span."""
        elapsed = self._scene.clock.now() - self._began_at
        try:
            failure = self._failure()
            if failure is not None:
                self._labels[ERROR_TYPE] = failure
                self._span.set_attribute(ERROR_TYPE, failure)
                self._span.set_status(StatusCode.ERROR)
            self._conclude(elapsed)
        finally:
            if self._token is not None:
                detach(self._token)
            self._span.end(self._began_ns + round(elapsed * 1e9))

    def _note(self, attributes: Attributes) -> None:
        """Add to the span what is known of the call by now."""
        if self._call.workflow_id is not None:
            attributes[MESSAGE_ID] = message_id(self._call.workflow_id)
        attributes[ACCOUNT] = self._call.account
        self._span.set_attributes(attributes)


class Sending(Step):
    """A start, over all its attempts."""

    __slots__ = ()

    def begin(self) -> None:
        operation = self._call.operation
        self._labels = message_attributes("send", operation, self._scene.server)
        waits = self._trail.waits
        self._open(
            f"send {operation}",
            SpanKind.PRODUCER,
            {ACCOUNT: self._call.account},
            parent=waits[0] if waits else None,
        )

    def _conclude(self, elapsed: float) -> None:
        self._note({ATTEMPTS: self._call.attempts})
        if self._error is None:
            self._trail.origin = self._span.get_span_context()
            if self._trail.waits and self._call.workflow_id is not None:
                self._scene.waited[self._call.workflow_id] = self._trail
        self._scene.instruments.operations.record(elapsed, self._labels)
        self._scene.instruments.sent.add(1, self._labels)


class Receiving(Step):
    """One caller's wait."""

    __slots__ = ("_context", "_gauged", "_waited")

    def __init__(self, scene: Scene, call: Observed) -> None:
        super().__init__(scene, call)
        self._waited = call.workflow_id
        self._gauged: Attributes = {**scene.server, ACCOUNT: call.account}
        self._context: Context | None = None

    def begin(self) -> None:
        operation, origin = self._call.operation, self._trail.origin
        self._labels = message_attributes("receive", operation, self._scene.server)
        self._scene.instruments.waits.add(1, self._gauged)
        self._context = self._open(
            f"receive {operation}",
            SpanKind.CLIENT,
            {ACCOUNT: self._call.account},
            parent=None,
            links=() if origin is None else (Link(origin),),
        )
        self._trail.waits.append(self._context)
        if self._waited is not None:
            self._scene.waited[self._waited] = self._trail

    def _conclude(self, elapsed: float) -> None:
        self._leave()
        self._note({POLLS: self._trail.polls})
        self._scene.instruments.waits.add(-1, self._gauged)
        self._scene.instruments.operations.record(elapsed, self._labels)

    def _leave(self) -> None:
        """Take this wait off the notes; the last one takes the notes along."""
        if self._context is not None:
            self._trail.waits.remove(self._context)
        if not self._trail.waits:
            for workflow_id in (self._waited, self._call.workflow_id):
                if workflow_id is not None:
                    self._scene.waited.pop(workflow_id, None)


class Exchanging(Step):
    """One request."""

    __slots__ = ("_code", "_request", "_status")

    def __init__(self, scene: Scene, call: Observed, request: Request) -> None:
        super().__init__(scene, call)
        self._request = request
        self._status: int | None = None
        self._code = ""

    def ends(self, reply: Reply | Refusal, outcome: object) -> None:
        """Take in what came back."""
        self._status = reply.status
        if isinstance(outcome, Refusal):
            self._code = outcome.code

    def begin(self) -> None:
        call, request, scene = self._call, self._request, self._scene
        is_poll = call.purpose is Purpose.POLL
        self._labels = request_attributes(request, scene.server)
        parent = self._trail.waits[0] if is_poll and self._trail.waits else None
        if is_poll:
            self._trail.polls += 1
            if not scene.poll_spans:
                if parent is not None:
                    self._enter(parent)
                return
        own: Attributes = {URL: scrubbed_url(scene.base_url, request.template)}
        own[ACCOUNT] = call.account
        if not is_poll and call.attempts > 1:
            own[RESENDS] = call.attempts - 1
        self._open(f"{request.method} {request.template}", SpanKind.CLIENT, own, parent=parent)

    def _failure(self) -> str | None:
        if self._error is not None:
            return error_type(self._error)
        if not self._code:
            return None
        named = known(self._code)
        is_bare = named != self._code and (self._status or 0) >= _HTTP_ERROR
        return str(self._status) if is_bare else named

    def _conclude(self, elapsed: float) -> None:
        if self._status is not None:
            self._labels[STATUS] = self._status
            self._span.set_attribute(STATUS, self._status)
        self._scene.instruments.requests.record(elapsed, self._labels)
