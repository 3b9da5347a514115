"""Where observing begins: whose tracers and meters to use."""

from typing import TYPE_CHECKING

from opentelemetry.metrics import get_meter
from opentelemetry.trace import get_tracer

from linkedapi_async._clock import Clock
from linkedapi_async._sinks import Sink
from linkedapi_async._version import read_version
from linkedapi_async.events import Event

from ._conventions import SCHEMA_URL
from ._instruments import Instruments
from ._scene import Scene
from ._watch import SpanWatch

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

__all__ = ["Telemetry"]

_SCOPE = "linkedapi_async"


class Telemetry:
    """Spans and metrics for any number of clients; one object serves a whole process.

    A start is a `send` span around all its attempts, a wait a `receive` span linked to it; each
    request is a client span inside, polls inside the wait they are made for. Events become span
    events, and are counted.
    """

    def __init__(
        self,
        *,
        tracer_provider: "TracerProvider | None" = None,
        meter_provider: "MeterProvider | None" = None,
        poll_spans: bool = True,
    ) -> None:
        """Create the instruments; nothing is recorded yet.

        Args:
            tracer_provider: Makes the spans; the global one when left out.
            meter_provider: Takes the metrics; the global one when left out. Levels are read from
                one `Telemetry` for each provider.
            poll_spans: Whether each poll gets a span. They are many; metrics count them anyway.
        """
        version = read_version()
        self._tracer = get_tracer(_SCOPE, version, tracer_provider, SCHEMA_URL)
        self._instruments = Instruments(get_meter(_SCOPE, version, meter_provider, SCHEMA_URL))
        self._poll_spans = poll_spans

    def attend(self, base_url: str, clock: Clock) -> SpanWatch:
        """Return what observes one client; the client asks for it."""
        return SpanWatch(
            Scene(
                tracer=self._tracer,
                instruments=self._instruments,
                clock=clock,
                base_url=base_url,
                poll_spans=self._poll_spans,
            )
        )

    def hear(self, event: Event) -> None:
        """Count an event: an `on_event` for a receiver, which makes no requests to observe."""
        Sink.guard(lambda event: self._instruments.count_event(event, {}), event)
