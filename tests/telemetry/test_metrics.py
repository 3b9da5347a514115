"""Metrics: what is counted and timed, in which units and buckets, under which labels."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from linkedapi_async._messages import Purpose, Refusal, Request
from linkedapi_async._observer import Level, Watch
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.errors import UserActionRequired
from linkedapi_async.events import ActionNeeded, DeliveryRefused, Drift, WorkflowFinished
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

Make = Callable[..., "Job"]

START: Final = Request("POST", "/workflows", b"[]")
POLL: Final = Request("GET", "/workflows/wf-1", template="/workflows/{workflow_id}")
SERVER: Final = {"server.address": "api.example.com", "server.port": 443}
SECONDS: Final = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
)  # fmt: skip


def finished(*, succeeded: bool = True, elapsed: float = 45.0) -> WorkflowFinished:
    return WorkflowFinished(
        account="anna",
        operation="fetchPerson",
        workflow_id=WorkflowId("wf-1"),
        succeeded=succeeded,
        elapsed=elapsed,
    )


def only(points: list[Any]) -> Any:
    """Return the one point there is."""
    (point,) = points
    return point


async def test_requests_are_timed(seen: "Seen", watch: Watch, job: Make, clock: FakeClock) -> None:
    """Seconds in the convention's buckets, by method, template, place and outcome."""
    refused = Refusal("tooManyRequests", "", Certainty.REJECTED, 429, is_envelope=True)
    with watch.exchange(POLL, job(purpose=Purpose.POLL)) as exchange:
        await clock.sleep(0.3)
        exchange.ends(refused, refused)

    point = only(seen.points("http.client.request.duration"))
    assert seen.metrics()["http.client.request.duration"].unit == "s"
    assert point.sum == pytest.approx(0.3)
    assert point.explicit_bounds == SECONDS
    assert dict(point.attributes) == {
        **SERVER,
        "http.request.method": "GET",
        "http.response.status_code": 429,
        "url.template": "/workflows/{workflow_id}",
        "error.type": "tooManyRequests",
    }


async def test_starts_and_waits_are_timed(
    seen: "Seen", watch: Watch, job: Make, clock: FakeClock
) -> None:
    """Each in its own series; what was sent is counted, also where it failed."""
    with watch.sending(job()):
        await clock.sleep(1.0)
    with watch.receiving(job()):
        await clock.sleep(60.0)
    error = UserActionRequired("Sign in", code="linkedinAccountSignedOut")
    with pytest.raises(UserActionRequired), watch.sending(job()):
        raise error

    points = {
        (point.attributes["messaging.operation.name"], point.attributes.get("error.type")): point
        for point in seen.points("messaging.client.operation.duration")
    }
    assert {key: point.sum for key, point in points.items()} == {
        ("send", None): 1.0,
        ("receive", None): 60.0,
        ("send", "linkedinAccountSignedOut"): 0.0,
    }
    assert points["send", None].explicit_bounds == SECONDS
    assert dict(points["send", None].attributes) == {
        **SERVER,
        "messaging.system": "linkedapi",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "fetchPerson",
    }
    assert seen.values("messaging.client.sent.messages", "error.type") == {
        (None,): 1,
        ("linkedinAccountSignedOut",): 1,
    }


def test_ends_are_counted_once(seen: "Seen", watch: Watch) -> None:
    """By what the library announces, however many waited; the time goes into long buckets."""
    watch.hear(finished())
    watch.hear(finished(succeeded=False, elapsed=3600.0))

    name = "messaging.client.consumed.messages"
    labels = ("messaging.operation.name", "messaging.destination.name", "messaging.system")
    assert seen.values(name, *labels) == {("receive", "fetchPerson", "linkedapi"): 2}
    points = seen.points("linkedapi.workflow.duration")
    assert {point.attributes["linkedapi.succeeded"]: point.sum for point in points} == {
        True: 45.0,
        False: 3600.0,
    }
    assert points[0].explicit_bounds[-1] == 86400
    assert list(points[0].explicit_bounds) == sorted(set(points[0].explicit_bounds))


def test_waits_are_counted_while_they_last(seen: "Seen", watch: Watch, job: Make) -> None:
    """Up when a wait begins and down when it ends, however it does."""
    first, second = job(), job()
    counted: list[dict[Any, Any]] = []

    def give_up() -> None:
        counted.append(seen.values("linkedapi.client.waits", "linkedapi.account"))
        second.account = "learned later"
        raise TimeoutError

    with watch.receiving(first), pytest.raises(TimeoutError), watch.receiving(second):
        give_up()

    assert counted == [{("anna",): 2}]
    assert seen.values("linkedapi.client.waits", "linkedapi.account") == {("anna",): 0}


def test_events_are_counted_by_name(seen: "Seen", watch: Watch) -> None:
    """With account and code, and the words of closed lists; never with free text."""
    needed = ActionNeeded(
        account="anna",
        code="linkedinAccountSignedOut",
        scope="account",  # type: ignore[arg-type]
        hint="free text",
        message="free text",
    )
    watch.hear(needed)
    watch.hear(needed)
    watch.hear(Drift(account="anna", kind="error", word="wordOfTomorrow"))

    points = {
        point.attributes["linkedapi.event"]: point
        for point in seen.points("linkedapi.client.events")
    }
    assert points["linkedapi.action_needed"].value == 2
    assert dict(points["linkedapi.action_needed"].attributes) == {
        **SERVER,
        "linkedapi.event": "linkedapi.action_needed",
        "linkedapi.account": "anna",
        "linkedapi.scope": "account",
        "error.type": "linkedinAccountSignedOut",
    }
    assert dict(points["linkedapi.drift"].attributes) == {
        **SERVER,
        "linkedapi.event": "linkedapi.drift",
        "linkedapi.account": "anna",
        "linkedapi.kind": "error",
    }


def test_a_receivers_events_are_counted_too(seen: "Seen", telemetry: Telemetry) -> None:
    """`on_event=telemetry.hear` does where there is nothing else to observe."""
    telemetry.hear(DeliveryRefused(account="", status=401, reason="free text"))

    assert seen.values("linkedapi.client.events", "linkedapi.event") == {
        ("linkedapi.delivery_refused",): 1
    }


def test_levels_are_read_when_metrics_are(seen: "Seen", watch: Watch) -> None:
    """As they are at that moment; equal ones of several sources add up."""
    levels = [Level("queued", "anna", 3), Level("parked", "ben", 1)]
    end = watch.gauge(lambda: levels)
    also = watch.gauge(lambda: [Level("queued", "anna", 4)])
    labels = ("linkedapi.state", "linkedapi.account", "server.address")
    before = seen.values("linkedapi.client.workflows", *labels)
    levels[0] = Level("queued", "anna", 0)
    after = seen.values("linkedapi.client.workflows", *labels)
    end()
    end()
    rest = seen.values("linkedapi.client.workflows", *labels)
    also()

    queued, parked = ("queued", "anna", "api.example.com"), ("parked", "ben", "api.example.com")
    assert before == {queued: 7, parked: 1}
    assert after == {queued: 4, parked: 1}
    assert rest == {queued: 4}
    assert seen.points("linkedapi.client.workflows") == []


def test_several_clients_share_the_instruments(
    seen: "Seen", telemetry: Telemetry, clock: FakeClock
) -> None:
    """Their places tell them apart."""
    for address in ("https://api.example.com", "http://localhost:8080", "http://localhost"):
        telemetry.attend(address, clock).hear(finished())

    name = "messaging.client.consumed.messages"
    assert seen.values(name, "server.address", "server.port") == {
        ("api.example.com", 443): 1,
        ("localhost", 8080): 1,
        ("localhost", 80): 1,
    }
