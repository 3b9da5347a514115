"""Events on spans: each where it belongs, whichever task announces it."""

from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Final

import pytest
from opentelemetry.context import get_current

from linkedapi_async._messages import Purpose, Request
from linkedapi_async._observer import Watch
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.events import BackingOff, Drift, Event, WorkflowParked, WorkflowStarted
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

Make = Callable[..., "Job"]

WORKFLOW: Final = WorkflowId("wf-1")
SEND, RECEIVE = "send fetchPerson", "receive fetchPerson"


def backing_off(workflow_id: WorkflowId | None = None, code: str = "tooManyRequests") -> BackingOff:
    return BackingOff(
        account="anna",
        code=code,
        delay=2.5,
        attempt=1,
        certainty=Certainty.REJECTED,
        purpose="start",
        message="free text",
        workflow_id=workflow_id,
    )


async def test_an_event_during_a_start_is_noted_there(
    seen: "Seen", watch: Watch, job: Make, clock: FakeClock
) -> None:
    """At its moment, with its numbers and words of closed lists, without its text."""
    with watch.sending(job()):
        await clock.sleep(7.0)
        watch.hear(backing_off())

    (event,) = seen.span(SEND).events
    assert event.name == "linkedapi.backing_off"
    assert event.timestamp - (seen.span(SEND).start_time or 0) == 7e9
    assert dict(event.attributes or {}) == {
        "error.type": "tooManyRequests",
        "linkedapi.purpose": "start",
        "linkedapi.attempt": 1,
        "linkedapi.certainty": "rejected",
        "linkedapi.delay": 2.5,
    }


def test_an_event_of_another_task_finds_the_wait(seen: "Seen", watch: Watch, job: Make) -> None:
    """Whatever schedules the polls announces their failures outside of any span."""
    waited, other = job(workflow_id=WORKFLOW), job(operation="searchPeople")
    other.workflow_id = WorkflowId("wf-2")
    with watch.receiving(waited), watch.receiving(other):
        Context().run(watch.hear, backing_off(WORKFLOW))
        Context().run(watch.hear, WorkflowParked(account="anna", workflow_id=WORKFLOW,
                                                 opens_in=None, message="free text"))  # fmt: skip
        Context().run(watch.hear, Drift(account="anna", kind="status", word="w"))

    assert seen.events(RECEIVE) == ["linkedapi.backing_off", "linkedapi.workflow_parked"]
    assert seen.events("receive searchPeople") == []


def test_everybody_who_waits_is_told(seen: "Seen", watch: Watch, job: Make) -> None:
    """One poll failed for all of them."""
    waited = job(workflow_id=WORKFLOW)
    tasks = [Context(), Context()]
    waits = [watch.receiving(waited), watch.receiving(waited)]
    for task, wait in zip(tasks, waits, strict=True):
        task.run(wait.__enter__)
    watch.hear(backing_off(WORKFLOW))
    for task, wait in zip(tasks, waits, strict=True):
        task.run(wait.__exit__, None, None, None)

    assert [len(span.events) for span in seen.spans] == [1, 1]


def test_a_restarted_workflow_is_known_by_its_new_id(seen: "Seen", watch: Watch, job: Make) -> None:
    """Whoever waited for the old one waits for this one now."""
    waited = job(workflow_id=WORKFLOW)
    with watch.receiving(waited):
        with watch.sending(waited):
            waited.workflow_id = WorkflowId("wf-2")
        Context().run(watch.hear, backing_off(WorkflowId("wf-2")))

    assert seen.events(RECEIVE) == ["linkedapi.backing_off"]


def test_an_ended_span_takes_no_event(
    seen: "Seen", watch: Watch, job: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """A task begun inside a start may live longer than it."""
    with watch.sending(job()):
        child = Context()
        inherited = get_current()
    from opentelemetry.context import attach  # noqa: PLC0415 - what a task inherits

    child.run(attach, inherited)
    child.run(watch.hear, backing_off())

    assert seen.events(SEND) == []
    assert caplog.records == []


@pytest.mark.parametrize(
    "event",
    [
        backing_off(),
        backing_off(WORKFLOW),
        WorkflowStarted(account="anna", operation="fetchPerson", workflow_id=None),
    ],
)
def test_spans_of_the_application_stay_as_they_are(
    seen: "Seen", watch: Watch, job: Make, event: Event
) -> None:
    """What concerns no span of ours is counted, not noted."""
    with seen.tracer.start_as_current_span("theirs"):
        watch.hear(event)

    assert seen.events("theirs") == []
    assert len(seen.points("linkedapi.client.events")) == 1


def test_an_event_during_a_request_is_noted_there(seen: "Seen", watch: Watch, job: Make) -> None:
    """The innermost span of ours has it."""
    request = Request("GET", "/account")
    with watch.sending(job()), watch.exchange(request, job(purpose=Purpose.DIRECT)):
        watch.hear(Drift(account="anna", kind="status", word="w"))

    assert seen.events("GET /account") == ["linkedapi.drift"]
    assert seen.events(SEND) == []
