"""Telemetry breaks nothing: not when it fails, not where it is missing or nobody listens."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import get_current_span

from linkedapi_async._messages import Purpose, Request
from linkedapi_async._observer import Level, Watch
from linkedapi_async.events import Drift
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

Make = Callable[..., "Job"]

WITHOUT = """
import sys
sys.modules["{missing}"] = None
import linkedapi_async.client
try:
    import linkedapi_async.telemetry
except ModuleNotFoundError as error:
    print(error)
"""


class Broken(SpanProcessor):
    """An exporter of the application that fails at every turn."""

    def __init__(self, at: str) -> None:
        self._at = at

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        """Fail here, if so told."""
        if self._at == "start":
            raise RuntimeError(self._at)

    def on_end(self, span: Any) -> None:
        """Fail here, if so told."""
        if self._at == "end":
            raise RuntimeError(self._at)


def work(watch: Watch, job: "Job") -> None:
    """Do one of everything."""
    request = Request("GET", "/workflows/wf-1", template="/workflows/{workflow_id}")
    with watch.sending(job):
        watch.hear(Drift(account="anna", kind="status", word="w"))
    with watch.receiving(job), watch.exchange(request, job.waits()):
        pass


@pytest.mark.parametrize("at", ["start", "end"])
def test_a_failing_exporter_is_logged_and_swallowed(
    seen: "Seen",
    job: Make,
    clock: FakeClock,
    at: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The call goes on, metrics too, and no span stays current behind it."""
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(Broken(at))
    telemetry = Telemetry(tracer_provider=tracers, meter_provider=seen.meters)
    watch = telemetry.attend("https://api.example.com", clock)
    work(watch, job())

    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
    assert "callback_failed" in caplog.text
    assert not get_current_span().get_span_context().is_valid
    assert seen.values("linkedapi.client.waits") == {(): 0}
    assert len(seen.points("messaging.client.operation.duration")) == 2


def test_a_failing_source_does_not_hide_others(
    seen: "Seen", watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """Levels that cannot be read are logged; the rest is told."""

    def fails() -> Iterable[Level]:
        raise RuntimeError

    watch.gauge(fails)
    watch.gauge(lambda: [Level("queued", "anna", 2)])

    assert seen.values("linkedapi.client.workflows", "linkedapi.state") == {("queued",): 2}
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_failing_event_is_logged_and_swallowed(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    """An event of no known form is no reason to fail."""
    telemetry.hear(object())  # type: ignore[arg-type]

    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_without_a_provider_nothing_happens(clock: FakeClock, job: Make) -> None:
    """An application that set up no OpenTelemetry pays for calls that do nothing."""
    watch = Telemetry().attend("https://api.example.com", clock)
    work(watch, job(purpose=Purpose.START))

    assert not get_current_span().get_span_context().is_valid


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("opentelemetry", "pip install 'linkedapi-async[otel]'"),
        ("linkedapi_async.telemetry._scene", "import of linkedapi_async.telemetry._scene halted"),
    ],
)
def test_a_missing_extra_is_named(missing: str, said: str) -> None:
    """Where OpenTelemetry is not installed, one sentence says what to do, and only there."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said in ran.stdout
