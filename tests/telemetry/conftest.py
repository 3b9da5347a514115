"""What the tests of telemetry share: providers that keep what they get, and calls to observe."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from linkedapi_async._messages import Purpose
from linkedapi_async._observer import Watch
from linkedapi_async._types import WorkflowId
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import FakeClock

BASE_URL: Final = "https://api.example.com"


@attrs.define(kw_only=True)
class Job:
    """A call as the client keeps it, as far as observers read it."""

    purpose: Purpose = Purpose.START
    operation: str = "fetchPerson"
    account: str = "anna"
    workflow_id: WorkflowId | None = None
    attempts: int = 1
    trail: object = None

    def waits(self) -> "Job":
        """Return the record of its polls."""
        return attrs.evolve(self, purpose=Purpose.POLL, attempts=0)


class Seen:
    """An application's telemetry, which keeps what it gets.

    Attributes:
        tracers: Where spans go.
        meters: Where metrics go.
        tracer: The application's own.
    """

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.tracer: Tracer = self.tracers.get_tracer("application")

    def close(self) -> None:
        """Let go of it."""
        self.tracers.shutdown()
        self.meters.shutdown()

    @property
    def spans(self) -> list[ReadableSpan]:
        """Every span that has ended, in that order."""
        return list(self._exporter.get_finished_spans())

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [span.name for span in self.spans]

    def span(self, name: str) -> ReadableSpan:
        """Return the one span of a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def attributes(self, name: str) -> dict[str, Any]:
        """Return the attributes of the one span of a name."""
        return dict(self.span(name).attributes or {})

    def events(self, name: str) -> list[str]:
        """Return the names of the events on the one span of a name."""
        return [event.name for event in self.span(name).events]

    def metrics(self) -> dict[str, Any]:
        """Return every metric that has points, by name."""
        data = self._reader.get_metrics_data()
        resources: list[Any] = [] if data is None else list(data.resource_metrics)
        return {
            metric.name: metric
            for resource in resources
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def told(self) -> str:
        """Return all of it as exporters would send it."""
        data = self._reader.get_metrics_data()
        metrics = "" if data is None else data.to_json()
        return "\n".join([*(span.to_json() for span in self.spans), metrics])

    def points(self, name: str) -> list[Any]:
        """Return the points of a metric."""
        metric = self.metrics().get(name)
        return [] if metric is None else list(metric.data.data_points)

    def values(self, name: str, *labels: str) -> dict[Any, Any]:
        """Return a counter's values, by the labels asked for."""
        values: dict[Any, Any] = {}
        for point in self.points(name):
            key = tuple(point.attributes.get(label) for label in labels)
            values[key] = values.get(key, 0) + point.value
        return values


@pytest.fixture
def seen() -> Iterator[Seen]:
    """What an application's telemetry has got."""
    found = Seen()
    yield found
    found.close()


@pytest.fixture
def telemetry(seen: Seen) -> Telemetry:
    """Telemetry that goes there."""
    return Telemetry(tracer_provider=seen.tracers, meter_provider=seen.meters)


@pytest.fixture
def watch(telemetry: Telemetry, clock: FakeClock) -> Watch:
    """One client under observation."""
    return telemetry.attend(BASE_URL, clock)


@pytest.fixture
def job(watch: Watch) -> Callable[..., Job]:
    """Make a call that the client would have observed."""

    def make(**facts: Any) -> Job:
        return Job(trail=watch.follow(), **facts)

    return make
