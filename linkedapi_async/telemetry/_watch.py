"""One client under observation, as the client sees it."""

from collections.abc import Callable, Iterable

from opentelemetry.trace import Span, get_current_span

from linkedapi_async._messages import Request
from linkedapi_async._observer import Level, Observed
from linkedapi_async._sinks import Sink
from linkedapi_async.events import Event

from ._conventions import event_details, event_labels
from ._scene import Scene, Trail
from ._steps import Exchanging, Receiving, Sending, own_span

__all__ = ["SpanWatch"]


class SpanWatch:
    """Makes spans of what a client does, and notes its events on them."""

    def __init__(self, scene: Scene) -> None:
        """Begin with nothing seen."""
        self._scene = scene

    def follow(self) -> object:
        """Return empty notes."""
        return Trail()

    def sending(self, call: Observed) -> Sending:
        """Return the span of a start."""
        return Sending(self._scene, call)

    def receiving(self, call: Observed) -> Receiving:
        """Return the span of a wait."""
        return Receiving(self._scene, call)

    def exchange(self, request: Request, call: Observed) -> Exchanging:
        """Return the span of a request."""
        return Exchanging(self._scene, call, request)

    def hear(self, event: Event) -> None:
        """Count an event, and note it on the span it belongs to, if one is open."""
        Sink.guard(self._take_in, event)

    def gauge(self, read: Callable[[], Iterable[Level]]) -> Callable[[], None]:
        """Have levels read whenever metrics are collected."""
        return self._scene.instruments.add_source(self._scene.server, read)

    def _take_in(self, event: Event) -> None:
        self._scene.instruments.count_event(event, self._scene.server)
        own = own_span()
        spans = self._concerned(event) if own is None else [own]
        if spans:
            noted = event_labels(event) | event_details(event)
            now = self._scene.wall_ns()
            for span in spans:
                span.add_event(event.name, noted, timestamp=now)

    def _concerned(self, event: Event) -> list[Span]:
        """Return the spans of those who wait for the workflow an event is about."""
        workflow_id = getattr(event, "workflow_id", None)
        trail = None if workflow_id is None else self._scene.waited.get(workflow_id)
        return [] if trail is None else [get_current_span(wait) for wait in trail.waits]
