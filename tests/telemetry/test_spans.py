"""Spans of starts, waits and requests: their names, attributes, families and times."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from linkedapi_async._messages import Progress, Purpose, Refusal, Reply, Request, State
from linkedapi_async._observer import Watch
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.errors import TransientError
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

WORKFLOW: Final = WorkflowId("wf-1")
START: Final = Request("POST", "/workflows", b"[]")
POLL: Final = Request("GET", "/workflows/wf-1", template="/workflows/{workflow_id}")
SEND, RECEIVE = "send fetchPerson", "receive fetchPerson"
POST, GET = "POST /workflows", "GET /workflows/{workflow_id}"
RUNNING: Final = Progress(State.RUNNING)

Make = Callable[..., "Job"]


def reply(status: int = 200) -> Reply:
    return Reply(status, {}, b"{}", datetime(2026, 1, 5, tzinfo=UTC))


def asks(watch: Watch, request: Request, job: "Job", outcome: object = RUNNING) -> None:
    """Make a request that is answered."""
    with watch.exchange(request, job) as exchange:
        status = outcome.status if isinstance(outcome, Refusal) and outcome.status else 200
        exchange.ends(reply(status), outcome)


def starts(watch: Watch, job: "Job") -> None:
    """Start a workflow in one attempt."""
    with watch.sending(job):
        asks(watch, START, job)
        job.workflow_id = WORKFLOW


def parent_id(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def own_id(span: ReadableSpan) -> int:
    return span.get_span_context().span_id  # type: ignore[union-attr]


def test_a_start_is_a_producer_span(seen: "Seen", watch: Watch, job: Make) -> None:
    """It is named after the operation and tells the workflow it came to."""
    starts(watch, job())

    assert seen.span(SEND).kind is SpanKind.PRODUCER
    assert seen.span(SEND).status.status_code is StatusCode.UNSET
    assert seen.attributes(SEND) == {
        "messaging.system": "linkedapi",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "fetchPerson",
        "messaging.message.id": "wf-1",
        "server.address": "api.example.com",
        "server.port": 443,
        "linkedapi.account": "anna",
        "linkedapi.attempts": 1,
    }


def test_a_request_is_a_client_span(seen: "Seen", watch: Watch, job: Make) -> None:
    """It is named after method and template; the address shows no id."""
    asks(watch, POLL, job(purpose=Purpose.POLL, workflow_id=WORKFLOW))

    assert seen.span(GET).kind is SpanKind.CLIENT
    assert seen.attributes(GET) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.template": "/workflows/{workflow_id}",
        "url.full": "https://api.example.com/workflows/REDACTED",
        "server.address": "api.example.com",
        "server.port": 443,
        "linkedapi.account": "anna",
    }


def test_a_wait_is_linked_to_the_start(seen: "Seen", watch: Watch, job: Make) -> None:
    """The wait belongs to whoever waits, and points at the span that created the workflow."""
    began = job()
    with seen.tracer.start_as_current_span("asked"):
        starts(watch, began)
    with seen.tracer.start_as_current_span("waited"), watch.receiving(began):
        asks(watch, POLL, began.waits())
        asks(watch, POLL, began.waits())

    wait = seen.span(RECEIVE)
    assert wait.kind is SpanKind.CLIENT
    assert parent_id(wait) == own_id(seen.span("waited"))
    assert [link.context.span_id for link in wait.links] == [own_id(seen.span(SEND))]
    assert seen.attributes(RECEIVE) | {"linkedapi.polls": 2} == seen.attributes(RECEIVE)
    assert seen.attributes(RECEIVE)["messaging.message.id"] == "wf-1"
    assert seen.attributes(RECEIVE)["messaging.operation.type"] == "receive"


def test_an_attached_wait_has_no_link(seen: "Seen", watch: Watch, job: Make) -> None:
    """Nobody here knows who started it."""
    with watch.receiving(job(purpose=Purpose.POLL, workflow_id=WORKFLOW)):
        pass

    assert list(seen.span(RECEIVE).links) == []


def test_requests_of_a_start_are_its_children(seen: "Seen", watch: Watch, job: Make) -> None:
    """One trace: the caller's span, the start inside, each attempt inside that."""
    with seen.tracer.start_as_current_span("caller"):
        starts(watch, job())

    caller, send, post = (seen.span(name) for name in ("caller", SEND, POST))
    assert parent_id(send) == own_id(caller)
    assert parent_id(post) == own_id(send)
    assert get_current_span().get_span_context().is_valid is False


def test_polls_of_another_task_belong_to_the_wait(seen: "Seen", watch: Watch, job: Make) -> None:
    """Whoever makes the poll, in whatever context, it is a child of the wait it is made for."""
    started = job()
    starts(watch, started)
    with watch.receiving(started):
        Context().run(asks, watch, POLL, started.waits())
        with seen.tracer.start_as_current_span("somebody else's"):
            asks(watch, POLL, started.waits())

    polls = [span for span in seen.spans if span.name == GET]
    assert [parent_id(span) for span in polls] == [own_id(seen.span(RECEIVE))] * 2


def test_a_poll_for_nobody_stands_alone(seen: "Seen", watch: Watch, job: Make) -> None:
    """The last one who waited may leave while the poll for him is on its way."""
    started = job()
    starts(watch, started)
    with watch.receiving(started):
        pass
    Context().run(asks, watch, POLL, started.waits())

    assert parent_id(seen.span(GET)) is None


def test_polls_go_on_for_who_stays(seen: "Seen", watch: Watch, job: Make) -> None:
    """When the first of several leaves, polls belong to the next."""
    started = job()
    first, its_task = watch.receiving(started), Context()
    its_task.run(first.__enter__)
    with watch.receiving(started):
        asks(watch, POLL, started.waits())
        its_task.run(first.__exit__, None, None, None)
        asks(watch, POLL, started.waits())

    early, late = (span for span in seen.spans if span.name == GET)
    assert {parent_id(early), parent_id(late)} == {
        own_id(span) for span in seen.spans if span.name == RECEIVE
    }
    assert parent_id(early) != parent_id(late)


def test_polls_may_do_without_spans(seen: "Seen", job: Make, clock: FakeClock) -> None:
    """Then metrics count them all the same, and other spans keep theirs."""
    telemetry = Telemetry(
        tracer_provider=seen.tracers, meter_provider=seen.meters, poll_spans=False
    )
    watch = telemetry.attend("http://localhost:8080/", clock)
    started = job()
    starts(watch, started)
    with watch.receiving(started):
        asks(watch, POLL, started.waits())
    asks(watch, POLL, started.waits())

    assert seen.names == [POST, SEND, RECEIVE]
    assert seen.attributes(RECEIVE)["linkedapi.polls"] == 1
    assert sum(point.count for point in seen.points("http.client.request.duration")) == 3


def test_a_workflow_started_again_is_part_of_the_wait(
    seen: "Seen", watch: Watch, job: Make
) -> None:
    """A restart happens while somebody waits; the next wait points at it."""
    started = job()
    starts(watch, started)
    with watch.receiving(started):
        Context().run(starts, watch, started)
    with watch.receiving(started):
        pass

    first, again = (span for span in seen.spans if span.name == SEND)
    early, late = (span for span in seen.spans if span.name == RECEIVE)
    assert parent_id(again) == own_id(early)
    assert [link.context.span_id for link in early.links] == [own_id(first)]
    assert [link.context.span_id for link in late.links] == [own_id(again)]


def test_resending_is_counted(seen: "Seen", watch: Watch, job: Make) -> None:
    """From the second attempt on; a scheduled poll is never one."""
    sent = job(attempts=1)
    asks(watch, START, sent)
    sent.attempts = 3
    asks(watch, START, sent)
    asks(watch, POLL, job(purpose=Purpose.POLL, attempts=9))

    counts = [dict(span.attributes or {}).get("http.request.resend_count") for span in seen.spans]
    assert counts == [None, 2, None]


async def test_spans_run_on_the_clients_clock(
    seen: "Seen", watch: Watch, job: Make, clock: FakeClock
) -> None:
    """They begin when the client's clock says and last as long as it says."""
    started = job()
    with watch.receiving(started):
        await clock.sleep(45.0)

    span = seen.span(RECEIVE)
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.start_time == datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp() * 1e9
    assert span.end_time - span.start_time == 45e9


FAILURES: Final[list[tuple[object, str]]] = [
    (Refusal("tooManyRequests", "", Certainty.REJECTED, 429, is_envelope=True), "tooManyRequests"),
    (Refusal("linkedinAccountSignedOut", "", Certainty.REJECTED, 200), "linkedinAccountSignedOut"),
    (Refusal("wordOfTomorrow", "", Certainty.REJECTED, 418, is_envelope=True), "418"),
    (Refusal("wordOfTomorrow", "", Certainty.REJECTED, 200, is_envelope=True), "_OTHER"),
]


@pytest.mark.parametrize(("outcome", "kind"), FAILURES)
def test_a_refused_request_says_why(
    seen: "Seen", watch: Watch, job: Make, outcome: Refusal, kind: str
) -> None:
    """By the service's word if it is known, else by the status; never by a word without number."""
    asks(watch, START, job(), outcome)

    assert seen.span(POST).status.status_code is StatusCode.ERROR
    assert seen.span(POST).status.description is None
    assert seen.attributes(POST)["error.type"] == kind
    assert seen.attributes(POST)["http.response.status_code"] == outcome.status


def test_a_request_without_reply_has_no_status(seen: "Seen", watch: Watch, job: Make) -> None:
    """What broke is told."""
    lost = Refusal("connectionLost", "The connection broke", Certainty.MAYBE_ACCEPTED)
    with watch.exchange(START, job()) as exchange:
        exchange.ends(lost, lost)

    assert seen.attributes(POST)["error.type"] == "connectionLost"
    assert "http.response.status_code" not in seen.attributes(POST)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TransientError("Gave up", code="tooManyRequests"), "tooManyRequests"),
        (TransientError("Gave up", code="wordOfTomorrow"), "_OTHER"),
        (asyncio.CancelledError(), "asyncio.exceptions.CancelledError"),
        (RuntimeError("linked_secret"), "builtins.RuntimeError"),
    ],
)
@pytest.mark.parametrize("step", [SEND, RECEIVE, POST])
def test_an_exception_ends_the_span_and_passes(
    *, seen: "Seen", watch: Watch, job: Make, step: str, error: BaseException, kind: str
) -> None:
    """The span says what kind it was, and nothing of its text."""
    steps: dict[str, Any] = {
        SEND: watch.sending(job()),
        RECEIVE: watch.receiving(job()),
        POST: watch.exchange(START, job()),
    }
    with pytest.raises(type(error)), steps[step]:
        raise error

    assert seen.attributes(step)["error.type"] == kind
    assert seen.span(step).status.status_code is StatusCode.ERROR
    assert list(seen.span(step).events) == []
    assert get_current_span().get_span_context().is_valid is False


def test_an_account_may_be_known_late(seen: "Seen", watch: Watch, job: Make) -> None:
    """What a call learned of itself on the way is told."""
    unnamed = job(account="unresolved")
    with watch.sending(unnamed):
        unnamed.account = "0badcafe"

    assert seen.attributes(SEND)["linkedapi.account"] == "0badcafe"


def test_a_result_link_is_no_message_id(seen: "Seen", watch: Watch, job: Make) -> None:
    """An address is shown by its fingerprint, the same on every span."""
    linked = job(workflow_id=WorkflowId("https://api.example.com/account/results/c0ffee"))
    with watch.sending(linked):
        pass
    with watch.receiving(linked):
        pass

    ids = [seen.attributes(name)["messaging.message.id"] for name in (SEND, RECEIVE)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 8


def test_a_call_without_notes_is_observed_too(seen: "Seen", watch: Watch, job: Make) -> None:
    """Its wait then has no link."""
    lone = job()
    lone.trail = None
    starts(watch, lone)
    with watch.receiving(lone):
        asks(watch, POLL, lone.waits())

    assert seen.names == [POST, SEND, GET, RECEIVE]
    assert list(seen.span(RECEIVE).links) == []


def test_notes_do_not_pile_up(watch: Watch, job: Make) -> None:
    """What nobody waits for any more is forgotten, also under the id of a restart."""
    started = job()
    starts(watch, started)
    with watch.receiving(started), watch.receiving(started), watch.sending(started):
        started.workflow_id = WorkflowId("wf-2")

    assert watch._scene.waited == {}  # type: ignore[attr-defined]
