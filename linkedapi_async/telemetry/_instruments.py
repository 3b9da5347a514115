"""What is counted and timed, for all clients that one `Telemetry` observes."""

from collections.abc import Callable, Iterable
from typing import Final

import attrs
from opentelemetry.metrics import (
    CallbackOptions,
    Counter,
    Histogram,
    Meter,
    Observation,
    UpDownCounter,
)

from linkedapi_async._observer import Level
from linkedapi_async._sinks import Sink
from linkedapi_async.events import Event, WorkflowFinished

from ._conventions import (
    ACCOUNT,
    DESTINATION,
    STATE,
    SUCCEEDED,
    Attributes,
    event_labels,
    message_attributes,
)

__all__ = ["Instruments"]

_SHORT: Final = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
)  # fmt: skip
_LONG: Final = (
    1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 43200.0,
    86400.0,
)  # fmt: skip


@attrs.frozen(eq=False)
class _Source:
    server: Attributes
    read: Callable[[], Iterable[Level]]


class Instruments:
    """The metrics.

    Attributes:
        requests: Seconds of each HTTP request.
        operations: Seconds of each start and of each wait.
        sent: Workflows posted, or tried to.
        waits: Callers waiting for a workflow's end now.
    """

    def __init__(self, meter: Meter) -> None:
        """Create each instrument; where the application exports none they do nothing."""
        self.requests: Histogram = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_SHORT,
        )
        self.operations: Histogram = meter.create_histogram(
            "messaging.client.operation.duration",
            unit="s",
            description="Duration of starting a workflow, and of waiting for its end.",
            explicit_bucket_boundaries_advisory=_SHORT,
        )
        self.sent: Counter = meter.create_counter(
            "messaging.client.sent.messages",
            unit="{message}",
            description="Number of workflows a start was attempted for.",
        )
        self.waits: UpDownCounter = meter.create_up_down_counter(
            "linkedapi.client.waits",
            unit="{wait}",
            description="Number of callers that wait for a workflow's end.",
        )
        self._consumed = meter.create_counter(
            "messaging.client.consumed.messages",
            unit="{message}",
            description="Number of workflows whose end was received.",
        )
        self._workflows = meter.create_histogram(
            "linkedapi.workflow.duration",
            unit="s",
            description="Time from a workflow's start or attachment to its known end.",
            explicit_bucket_boundaries_advisory=_LONG,
        )
        self._events = meter.create_counter(
            "linkedapi.client.events",
            unit="{event}",
            description="Number of events announced, by name.",
        )
        self._sources: set[_Source] = set()
        meter.create_observable_up_down_counter(
            "linkedapi.client.workflows",
            callbacks=[self._read_levels],
            unit="{workflow}",
            description="Number of workflows in each state on this side.",
        )

    def count_event(self, event: Event, server: Attributes) -> None:
        """Count an event; the end of a workflow is also a message received."""
        labels: Attributes = {"linkedapi.event": event.name, ACCOUNT: event.account}
        self._events.add(1, {**server, **labels, **event_labels(event)})
        if isinstance(event, WorkflowFinished):
            message = message_attributes("receive", event.operation, server)
            self._consumed.add(1, message)
            self._workflows.record(
                event.elapsed,
                {**server, DESTINATION: event.operation, SUCCEEDED: event.succeeded},
            )

    def add_source(
        self, server: Attributes, read: Callable[[], Iterable[Level]]
    ) -> Callable[[], None]:
        """Have levels read whenever metrics are collected, until what is returned is called."""
        source = _Source(server, read)
        self._sources.add(source)

        def end() -> None:
            self._sources.discard(source)

        return end

    def _read_levels(self, _: CallbackOptions) -> Iterable[Observation]:
        """Return the levels of all sources; equal ones are summed, as they are one series."""
        sums: dict[frozenset[tuple[str, str | int | float | bool]], int] = {}

        def take(source: _Source) -> None:
            for level in source.read():
                labels = {**source.server, ACCOUNT: level.account, STATE: level.state}
                key = frozenset(labels.items())
                sums[key] = sums.get(key, 0) + level.count

        for source in tuple(self._sources):
            Sink.guard(take, source)
        return [Observation(total, dict(key)) for key, total in sums.items()]
