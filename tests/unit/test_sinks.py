"""Where events go: the callback, and whatever log the application has."""

import logging
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture, capture_logs

from linkedapi_async._sinks import Sink
from linkedapi_async._types import Scope, WorkflowId
from linkedapi_async.events import ActionNeeded, Drift, Event, WorkflowStarted

NEEDED = ActionNeeded(
    account="acme",
    code="linkedinAccountSignedOut",
    scope=Scope.ACCOUNT,
    hint="Sign in again.",
    message="Signed out, 100 %s.",
)
STARTED = WorkflowStarted(account="acme", operation="fetchPerson", workflow_id=WorkflowId("wf-1"))


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """Every test here begins and ends with structlog as it comes."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def captured() -> list[MutableMapping[str, Any]]:
    """What an application that configured structlog sees."""
    capture = LogCapture()
    structlog.configure(processors=[capture], cache_logger_on_first_use=False)
    return capture.entries


def fail(_: Event) -> None:
    msg = "the listener is broken"
    raise RuntimeError(msg)


def test_the_callback_hears_every_event() -> None:
    """Events arrive as they are, in order, at once."""
    told: list[Event] = []
    sink = Sink(told.append)

    sink.emit(NEEDED)
    sink.emit(STARTED)

    assert told == [NEEDED, STARTED]


def test_a_library_is_silent_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a handler of the application nothing is printed anywhere."""
    Sink(None).emit(NEEDED)
    Sink(fail).emit(STARTED)

    assert capsys.readouterr() == ("", "")


def test_captured_logs_leave_no_mark(capsys: pytest.CaptureFixture[str]) -> None:
    """What a test captured of an application without structlog is printed neither then nor later.

    Once `capture_logs` is over, structlog says that somebody configured it: to print to stdout.
    """
    with capture_logs() as captured:
        Sink(None).emit(STARTED)
    Sink(None).emit(NEEDED)
    Sink(fail).emit(STARTED)

    assert [line["event"] for line in captured] == ["linkedapi.workflow_started"]
    assert structlog.is_configured()
    assert capsys.readouterr() == ("", "")


def test_plain_logging_gets_lines(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """An application with stdlib logging gets name and fields on the library's logger."""
    with caplog.at_level(logging.INFO, logger="linkedapi_async"):
        Sink(None).emit(NEEDED)
        Sink(None).emit(STARTED)

    needed, started = caplog.records
    assert (needed.name, needed.levelname) == ("linkedapi_async", "ERROR")
    assert (started.name, started.levelname) == ("linkedapi_async", "INFO")
    for part in ("event='linkedapi.action_needed'", "account='acme'", "Sign in again.", "100 %s."):
        assert part in needed.getMessage()
    assert "workflow_id" not in needed.getMessage()
    assert "workflow_id='wf-1'" in started.getMessage()
    assert capsys.readouterr().out == ""


def test_the_level_of_plain_logging_is_respected(caplog: pytest.LogCaptureFixture) -> None:
    """What the application does not want to see costs it nothing."""
    with caplog.at_level(logging.ERROR, logger="linkedapi_async"):
        Sink(None).emit(STARTED)
        Sink(None).emit(NEEDED)

    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_structlog_gets_stable_names_and_fields(
    captured: list[MutableMapping[str, Any]],
) -> None:
    """An application that configured structlog gets structured events, without empty fields."""
    Sink(None).emit(NEEDED)
    Sink(None).emit(STARTED)

    assert captured == [
        {
            "event": "linkedapi.action_needed",
            "log_level": "error",
            "account": "acme",
            "code": "linkedinAccountSignedOut",
            "scope": "account",
            "hint": "Sign in again.",
            "detail": "Signed out, 100 %s.",
        },
        {
            "event": "linkedapi.workflow_started",
            "log_level": "info",
            "account": "acme",
            "operation": "fetchPerson",
            "workflow_id": "wf-1",
        },
    ]


def test_a_broken_callback_is_logged_and_swallowed(
    captured: list[MutableMapping[str, Any]],
) -> None:
    """A listener that raises breaks no call; the event is logged all the same."""
    Sink(fail).emit(STARTED)

    failed, started = captured
    assert (failed["event"], failed["log_level"]) == ("linkedapi.callback_failed", "error")
    assert failed["on"] == "WorkflowStarted"
    assert isinstance(failed["exc_info"], RuntimeError)
    assert started["event"] == "linkedapi.workflow_started"


def test_a_broken_callback_is_seen_in_plain_logging(caplog: pytest.LogCaptureFixture) -> None:
    """The listener's error is found in the library's log."""
    Sink(fail).emit(STARTED)

    assert "linkedapi.callback_failed" in caplog.text
    assert "the listener is broken" in caplog.text


def test_a_callback_may_end_the_program() -> None:
    """Only errors are swallowed, no request to stop."""

    def stop(_: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Sink(stop).emit(STARTED)


def test_a_documented_structlog_setup_takes_every_field(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Events pass through `render_to_log_kwargs`, whose `extra` may not hold a `message`."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )

    Sink(None).emit(NEEDED)

    assert [record.getMessage() for record in caplog.records] == ["linkedapi.action_needed"]


def test_a_broken_log_breaks_no_call() -> None:
    """What an application's processor raises stays out of the call that announced."""
    told: list[Event] = []

    def broken(*_: Any) -> Any:
        msg = "no such field"
        raise KeyError(msg)

    structlog.configure(processors=[broken], cache_logger_on_first_use=False)

    Sink(told.append).emit(Drift(account="acme", kind="error", word="x"))

    assert len(told) == 1
