"""What a fat payload holds: a poll's news, or nothing that may be used."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._messages import Progress, Reply, State
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.operations import FetchPerson
from linkedapi_async.webhooks import WorkflowCompleted, progress_of
from linkedapi_async.wire import LinkedApiWire

REPORT = {"actionType": "st.openPersonPage", "success": True, "data": {"name": "Ann"}}
REFUSED = {
    "actionType": "st.openPersonPage",
    "success": False,
    "error": {"type": "personNotFound", "message": "m"},
}
FAILURE = {"reason": "linkedinAccountSignedOut", "message": "Signed out."}


def ended(status: str | None, result: Any) -> WorkflowCompleted:
    return WorkflowCompleted(
        id="e", workflow_id=WorkflowId("wf-1"), account_id="a", status=status, result=result
    )


def polled(result: Any) -> Any:
    """Return what the wire makes of the same as a poll's answer."""
    body = json.dumps({"success": True, "result": result}).encode()
    return LinkedApiWire().read_poll(Reply(200, {}, body, datetime(2026, 1, 5, tzinfo=UTC)))


COMPLETIONS = {
    "one report": REPORT,
    "a failed action": REFUSED,
    "a void action": {"actionType": "st.sendMessage", "label": "l", "success": True},
    "several": [REPORT, REFUSED],
}


@pytest.mark.parametrize("name", COMPLETIONS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"message": "Done."},
        {"failure": None},
        {"workflowId": "wf-1"},
    ],
)
def test_completed_is_what_a_poll_would_tell(name: str, more: dict[str, Any]) -> None:
    """The `result` of a poll, with or without its status word, reads as the poll does."""
    completion = COMPLETIONS[name]
    result = {"workflowStatus": "completed", "completion": completion, **more}

    progress = progress_of(ended("completed", result))

    assert progress == polled(result)
    assert progress_of(ended("completed", {"completion": completion, **more})) == progress


@pytest.mark.parametrize("name", COMPLETIONS)
def test_bare_completion_is_taken(name: str) -> None:
    """The reports alone read as the poll that holds them."""
    completion = COMPLETIONS[name]

    assert progress_of(ended("completed", completion)) == polled(
        {"workflowStatus": "completed", "completion": completion}
    )


def test_completion_can_be_read_by_the_operation() -> None:
    """A fat event is enough for the typed result: nothing has to be asked."""
    progress = progress_of(ended("completed", REPORT))

    assert progress is not None
    person, failures = FetchPerson.read(progress.completion)
    assert person is not None
    assert (person.name, failures) == ("Ann", ())


@pytest.mark.parametrize(
    ("failure", "more"),
    [
        (FAILURE, {}),
        (FAILURE, {"message": "It failed.", "completion": [REFUSED], "workflowId": "wf-1"}),
        ({"reason": "brandNew"}, {}),
        ({"reason": "brandNew", "message": None}, {}),
        ({"reason": "brandNew", "message": ""}, {"message": ""}),
        ({"reason": "brandNew", "message": 5}, {"message": 5}),
    ],
)
def test_failed_is_what_a_poll_would_tell(failure: Any, more: dict[str, Any]) -> None:
    """A failure with a reason reads as in the poll, inside its `result` or bare."""
    result = {"workflowStatus": "failed", "failure": failure, **more}

    progress = progress_of(ended("failed", result))

    assert progress == polled(result)
    assert progress_of(ended("failed", {"failure": failure, **more})) == progress
    assert more or progress_of(ended("failed", failure)) == progress
    assert progress is not None
    assert progress.failure is not None
    assert progress.failure.certainty is Certainty.ACCEPTED


def test_half_a_character_is_replaced() -> None:
    """Texts that UTF-8 cannot carry would break whatever logs them."""
    progress = progress_of(ended("failed", {"reason": "brandNew", "message": "cut \ud83d"}))

    assert progress is not None
    assert progress.failure is not None
    assert progress.failure.message == "cut ?"


@pytest.mark.parametrize(
    ("status", "result"),
    [
        pytest.param("completed", None, id="thin"),
        pytest.param("failed", None, id="thin and failed"),
        pytest.param(None, REPORT, id="no status"),
        pytest.param("running", REPORT, id="not ended"),
        pytest.param("cancelled", REPORT, id="status of tomorrow"),
        pytest.param("completed", {}, id="empty object"),
        pytest.param("completed", [], id="empty list"),
        pytest.param("completed", "done", id="text"),
        pytest.param("completed", [REPORT, {}], id="one of several is no report"),
        pytest.param("completed", [[REPORT]], id="lists of lists"),
        pytest.param("completed", {"name": "Ann"}, id="data alone"),
        pytest.param("completed", {**REPORT, "success": "yes"}, id="success is no boolean"),
        pytest.param("completed", {**REPORT, "actionType": None}, id="report of nothing"),
        pytest.param("completed", FAILURE, id="completed with a failure"),
        pytest.param("completed", {"completion": None}, id="completion is null"),
        pytest.param("completed", {"completion": {}}, id="completion is empty"),
        pytest.param("completed", {"completion": REPORT, "failure": FAILURE}, id="both"),
        pytest.param(
            "completed", {"workflowStatus": "failed", "completion": REPORT}, id="other status"
        ),
        pytest.param(
            "completed", {"workflowId": "wf-2", "completion": REPORT}, id="other workflow"
        ),
        pytest.param("completed", {"workflowStatus": "completed"}, id="poll without completion"),
        pytest.param("failed", REPORT, id="failed with a report"),
        pytest.param("failed", {}, id="failed with an empty object"),
        pytest.param("failed", [FAILURE], id="failed with a list"),
        pytest.param("failed", {"message": "m"}, id="failure without a reason"),
        pytest.param("failed", {"reason": ""}, id="empty reason"),
        pytest.param("failed", {"reason": "It was late."}, id="reason is no word"),
        pytest.param("failed", {"reason": "cut\ud83d"}, id="reason with half a character"),
        pytest.param("failed", {"reason": None, "message": "m"}, id="reason is null"),
        pytest.param("failed", {**FAILURE, "workflowStatus": "completed"}, id="failure and more"),
        pytest.param("failed", {"failure": None}, id="failure is null"),
        pytest.param("failed", {"failure": "text"}, id="failure is a text"),
        pytest.param("failed", {"failure": {**FAILURE, "more": 1}}, id="failure with more"),
        pytest.param(
            "failed", {"workflowStatus": "completed", "failure": FAILURE}, id="other status failed"
        ),
        pytest.param("failed", {"type": "x", "message": "m"}, id="another form of error"),
    ],
)
def test_anything_doubtful_is_left_to_a_poll(status: str | None, result: Any) -> None:
    """`None` is never wrong: the poll that follows knows."""
    assert progress_of(ended(status, result)) is None


POLL = ["workflowStatus", "workflowId", "completion", "failure"]
KEYS = st.sampled_from([*POLL, "actionType", "success", "data", "reason", "message"])
RESULTS: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from([REPORT, FAILURE, "completed", "failed", "wf-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(status=st.sampled_from(["completed", "failed", "running"]), result=RESULTS)
def test_what_is_told_agrees_with_the_event(status: str, result: Any) -> None:
    """Of any result, it tells nothing or an end of the event's own status, complete in itself."""
    progress = progress_of(ended(status, result))

    assert progress is None or is_whole(progress, status)


def is_whole(progress: Progress, status: str) -> bool:
    if progress.state is State.COMPLETED:
        return status == "completed" and progress.completion is not None and not progress.failure
    failure = progress.failure
    return status == "failed" and failure is not None and bool(failure.code and failure.message)
