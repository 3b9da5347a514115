"""The outcome that a delivery may carry, as the poll it can spare.

The form of `result` is documented nowhere. It is taken where it can only be one of two things, the
`result` of a poll or what that holds (the completion, or the failure); anything else is left alone,
and a poll tells what it was.
"""

from typing import Final

from linkedapi_async._messages import Progress, Refusal, State
from linkedapi_async._types import Certainty, Json, JsonObject

from ._events import WorkflowCompleted

__all__ = ["progress_of"]

_FAILURE: Final = {"reason", "message"}


def progress_of(event: WorkflowCompleted) -> Progress | None:
    """Return what a poll would tell of the workflow, if the event holds it beyond doubt.

    Returns:
        `None` where the payload is `thin`, of another form, or contradicts itself: poll instead.
    """
    if event.state is State.COMPLETED:
        return _completed(event)
    if event.state is State.FAILED:
        return _failed(event)
    return None


def _completed(event: WorkflowCompleted) -> Progress | None:
    told = _told(event, "completion")
    completion = told.get("completion")
    if not _is_completion(completion) or told.get("failure") is not None:
        return None
    return Progress(
        State.COMPLETED,
        word=str(State.COMPLETED),
        message=_sentence(told.get("message")),
        completion=completion,
    )


def _failed(event: WorkflowCompleted) -> Progress | None:
    told = _told(event, "failure")
    failure = told.get("failure")
    if not isinstance(failure, dict) or not failure.keys() <= _FAILURE:
        return None
    reason = failure.get("reason")
    if not isinstance(reason, str) or not reason.isidentifier():
        return None
    return Progress(
        State.FAILED,
        word=str(State.FAILED),
        message=_sentence(told.get("message")),
        completion=told.get("completion"),
        failure=Refusal(
            code=reason,
            message=_sentence(failure.get("message")) or "The workflow failed without a message.",
            certainty=Certainty.ACCEPTED,
            is_envelope=True,
        ),
    )


def _told(event: WorkflowCompleted, key: str) -> JsonObject:
    """Return the `result` of a poll, made up from its bare part if need be; empty if doubtful."""
    result = event.result
    if not isinstance(result, dict) or key not in result:
        return {key: result}
    is_same_state = result.get("workflowStatus", event.status) == event.status
    is_same_workflow = result.get("workflowId", event.workflow_id) == event.workflow_id
    return result if is_same_state and is_same_workflow else {}


def _is_completion(value: Json) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_report(entry) for entry in value)
    return _is_report(value)


def _is_report(value: Json) -> bool:
    """Return whether it is what one action reports."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("actionType"), str)
        and isinstance(value.get("success"), bool)
    )


def _sentence(value: Json) -> str | None:
    """Return text with something in it; half a character, which UTF-8 cannot carry, is a `?`."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode()
