import io
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from rich.console import Console

from linkedapi_async import Certainty, Disposition, Scope
from linkedapi_async._types import WorkflowId
from linkedapi_async.cli._timeline import Timeline, describe, shorten, span
from linkedapi_async.events import (
    AccountLeftOut,
    AccountParked,
    AccountResumed,
    ActionNeeded,
    ActionResolved,
    BackingOff,
    CallAdopted,
    CallReconciled,
    CallUncertain,
    CoordinationLost,
    CoordinationRestored,
    DeliveryRefused,
    Drift,
    Event,
    Held,
    LimitsUnread,
    PreflightWarning,
    Raised,
    ReconnectionEnded,
    ReconnectionOffered,
    RemedyFailed,
    SeatsShown,
    WorkflowAbandoned,
    WorkflowFinished,
    WorkflowParked,
    WorkflowStarted,
)

RESTING: dict[str, Any] = {
    "account": "main",
    "code": "c",
    "scope": Scope.ACCOUNT,
    "hint": "h",
    "message": "m",
}
ID = WorkflowId("wf-0123456789abcdef")
WHERE: dict[str, Any] = {"account": "main", "scope": Scope.ACCOUNT, "code": "noActiveSeats"}
BACK_OFF = BackingOff(
    account="main",
    code="httpError",
    delay=1.5,
    attempt=1,
    certainty=Certainty.NOT_SENT,
    purpose="start",
    message="HTTP 503: no body.",
)
RAISED = Raised(
    account="main",
    code="connectionLost",
    error="OutcomeUnknown",
    disposition=Disposition.RETRYABLE,
    scope=Scope.CLIENT,
    certainty=Certainty.MAYBE_ACCEPTED,
    hint="",
    message="It broke",
    attempts=1,
)
FINISHED = WorkflowFinished(
    account="main", operation="x", workflow_id=ID, succeeded=True, elapsed=2.0
)
ABANDONED = WorkflowAbandoned(account="main", operation="x", workflow_id=ID, reason="cancelled")
PARKED = WorkflowParked(account="main", workflow_id=ID, opens_in=7200.0, message=None)
STARTED = WorkflowStarted(account="main", operation="x", workflow_id=ID)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
RECONCILED = CallReconciled(
    account="main", operation="x", key="k", verdict="done", evidence="Seen."
)

LINES = [
    (STARTED, "accepted as wf-0123456789…"),
    (attrs.evolve(STARTED, workflow_id=None), "answered at once"),
    (PARKED, "which open in 2 h 00 min"),
    (attrs.evolve(PARKED, opens_in=None), "nobody says until when"),
    (BACK_OFF, "backing off for 1.5 s: HTTP 503: no body [httpError]; the request never left"),
    (attrs.evolve(BACK_OFF, purpose="poll"), "the next poll asks again"),
    (attrs.evolve(BACK_OFF, message="<html>" * 99), "<html>… [httpError]"),
    (ActionNeeded(**WHERE, hint="Pay.", message="m"), "ACTION NEEDED: noActiveSeats. Pay."),
    (Held(**WHERE), "held: waits"),
    (ActionResolved(**WHERE, lasted=130.0), "resolved: noActiveSeats lasted 2 min 10 s"),
    (FINISHED, "completed after 2.0 s"),
    (attrs.evolve(FINISHED, succeeded=False), "gave it up after 2.0 s"),
    (ABANDONED, "it runs on as wf-0123456789…"),
    (attrs.evolve(ABANDONED, workflow_id=None), "without a known id"),
    (Drift(account="main", kind="error", word="newWord"), "'newWord'"),
    (PreflightWarning(account="main", operation="x", problem="$.limit"), "rule: $.limit"),
    (DeliveryRefused(account="", status=401, reason="stale"), "answered 401: stale"),
    (ReconnectionOffered(account="main", session_id="s", link="https://l"), "at https://l"),
    (ReconnectionEnded(account="main", session_id="s", succeeded=True), "signed in again"),
    (ReconnectionEnded(account="main", session_id="s", succeeded=False), "came to nothing"),
    (SeatsShown(account="main", code="c", bought={"core": 2}, used=3), "2 core; accounts"),
    (SeatsShown(account="main", code="c", bought={}, used=3), "bought: none"),
    (RemedyFailed(account="main", cause="c", code="x", message="No.", hint="h"), "about c: No."),
    (AccountParked(**RESTING, rest=None), "parked: c; looks now and then"),
    (AccountParked(**RESTING, rest=60.0), "parked: c; goes on in 60.0 s"),
    (
        AccountResumed(account="main", code="c", scope=Scope.ACCOUNT, lasted=9.0),
        "works again: c lasted 9.0 s",
    ),
    (
        CallUncertain(account="main", operation="x", key="k", since=NOON, hint="h"),
        "uncertain: x k may have been sent before",
    ),
    (RECONCILED, "x k was carried out: Seen."),
    (attrs.evolve(RECONCILED, verdict="not_done"), "x k was not carried out: Seen."),
    (attrs.evolve(RECONCILED, verdict="unknown"), "x k stays open: Seen."),
    (
        CallAdopted(account="main", operation="x", key="k", workflow_id=ID),
        "x k was taken after all, as wf-0123456789…",
    ),
    (AccountLeftOut(account="main", reason="it has no seat"), "left out: it has no seat"),
    (LimitsUnread(account="main", code="c", message="No.", hint="h"), "could not be read: No."),
    (
        CoordinationLost(account="", store="redis", reason="refused", workers=2, hint="h"),
        "decides alone, redis is out of reach: refused",
    ),
    (
        CoordinationRestored(account="", store="redis", lasted=9.0),
        "in touch with the others again after 9.0 s",
    ),
    (RAISED, "raised OutcomeUnknown: It broke [connectionLost] (it may run all the same)"),
    (attrs.evolve(RAISED, certainty=Certainty.REJECTED), "It broke [connectionLost]"),
]


@pytest.mark.parametrize(("event", "line"), LINES)
def test_each_event_has_its_line(event: Event, line: str) -> None:
    """Who reads the line understands what happened without knowing the event."""
    told = describe(event)

    assert told is not None
    assert line in told[0]


def test_every_event_is_told() -> None:
    """A new event needs a line."""
    assert {type(event) for event, _ in LINES} == set(Event.__subclasses__())


def test_lines_hang_below_themselves() -> None:
    """Long text goes on under its own first letter; what has no words leaves no line."""
    console = Console(file=io.StringIO(), width=60)
    follow = Timeline(console, lambda: 0.0).follow("somebody")

    follow(Event(account="main"))
    follow(PARKED)

    file = console.file
    assert isinstance(file, io.StringIO)
    first, *others = file.getvalue().splitlines()
    assert first.startswith("   0.0 s  somebody            parked: outside")
    assert others
    assert all(line.startswith(" " * 30) and line[30] != " " for line in others)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0.0 s"), (99.9, "99.9 s"), (100.0, "1 min 40 s")]
)
def test_spans_are_for_people(seconds: float, told: str) -> None:
    """Short spans have tenths, long ones none."""
    assert span(seconds) == told


def test_result_links_are_shortened_to_their_end() -> None:
    """What tells two links apart stands at their end."""
    assert shorten("https://api.linkedapi.io/account/results/abc") == "abc"
