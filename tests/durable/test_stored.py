"""What is stored is JSON, and comes back as it was."""

import json
from typing import Any

import attrs
import pytest

from linkedapi_async._types import Certainty, Json, WorkflowId
from linkedapi_async.durable._forms import read_operation, write_operation
from linkedapi_async.durable._values import accepted, read_value, write_value
from linkedapi_async.errors import (
    ConfigurationError,
    FatalError,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    TransientError,
)
from linkedapi_async.operations import CustomWorkflow, FetchPerson, SendMessage, operations
from linkedapi_async.operations._base import Operation, Result
from linkedapi_async.operations._examples import example
from linkedapi_async.pool import Call, Outcome

WORKFLOW = WorkflowId("wf-1")
CALL = Call("a", SendMessage(person_url="u", text="Hello"), "key")


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("kind", operations().values(), ids=operations())
def test_operations_come_back(kind: type[Operation[Any]], *, is_full: bool) -> None:
    """Every operation survives being JSON, and would send the same."""
    operation = example(kind, is_full=is_full)

    stored = json.loads(json.dumps(write_operation(operation)))

    assert read_operation(stored) == operation
    assert read_operation(stored).workflow() == operation.workflow()


@pytest.mark.parametrize("name", operations())
def test_defaults_are_left_out_alone(name: str) -> None:
    """What is left out of the JSON is what a new operation has anyway."""
    kind: Any = operations()[name]
    optional = [field for field in attrs.fields(kind) if "None" in str(field.type)]
    assert {field.default for field in optional} <= {None}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "None is no operation"),
        ({"operation": "flyToTheMoon", "parameters": {}}, "'flyToTheMoon' is no operation"),
        ({"operation": "sendMessage"}, "'sendMessage' is no operation"),
        ({"operation": "sendMessage", "parameters": {"speed": 1}}, "no parameter 'speed'"),
        ({"operation": "commentOnPost", "parameters": {}}, "commentOnPost lacks a parameter"),
        (
            {"operation": "searchPeople", "parameters": {"filter": {"speed": 1}}},
            "searchPeople.filter has no parameter 'speed'",
        ),
    ],
)
def test_other_versions_are_refused(form: dict[str, Any], words: str) -> None:
    """What this version does not know is not left out in silence."""
    with pytest.raises(ConfigurationError, match=words):
        read_operation(form)


def test_results_come_back() -> None:
    """A result holds what it held; one that only reading showed holds nothing."""
    completion: Json = {"actionType": "st.openPersonPage", "success": True, "data": {"name": "Ada"}}
    call = Call("a", CustomWorkflow({"actionType": "st.openPersonPage"}), "key")
    result = Result(completion, (), WORKFLOW, completion)

    value = json.loads(json.dumps(write_value(Outcome(call, result), None, is_over=True)))
    seen = write_value(Outcome(call, Result(None)), None, is_over=False)

    assert value["state"] == seen["state"] == "done"
    assert value["workflow_id"] == WORKFLOW
    assert read_value(value, call).result == result
    assert read_value(seen, call).result == Result(None)


@pytest.mark.parametrize(
    ("error", "workflow_id", "state"),
    [
        (TransientError("m", code="c", certainty=Certainty.NOT_SENT), None, "refused"),
        (FatalError("m", code="c", certainty=Certainty.ACCEPTED), WORKFLOW, "failed"),
        (OutcomeUnknown("m", code="c", certainty=Certainty.MAYBE_ACCEPTED), None, "uncertain"),
    ],
)
def test_errors_come_back(
    error: LinkedApiError, workflow_id: WorkflowId | None, state: str
) -> None:
    """An error keeps its family and its facts, and the value tells how far the call came."""
    value = write_value(Outcome(CALL, error=error), workflow_id, is_over=True)
    found = read_value(json.loads(json.dumps(value)), CALL).error

    assert value["state"] == state
    assert type(found) is type(error)
    assert found is not None
    assert (found.code, found.certainty) == (error.code, error.certainty)


def test_an_end_that_nobody_was_told() -> None:
    """A workflow that cannot be asked for any more is accepted, as far as anybody knows."""
    error = FatalError("m", code="c", certainty=Certainty.ACCEPTED)

    value = write_value(Outcome(CALL, error=error), WORKFLOW, is_over=False)

    assert (value["state"], value["workflow_id"]) == ("accepted", WORKFLOW)
    assert accepted(WORKFLOW)["outcome"] is None


def test_an_unreadable_result_stays_unreadable() -> None:
    """What a later version may read is kept whole."""
    error = ProtocolError("m", code="unreadableResult")
    error.completion = {"actionType": "st.openPersonPage", "success": True, "data": "Ada"}
    call = Call("a", FetchPerson(person_url="u"), "key")

    value = write_value(Outcome(call, error=error), WORKFLOW, is_over=True)

    assert value["state"] == "done"
    assert isinstance(read_value(value, call).error, ProtocolError)


def test_a_damaged_value_is_told() -> None:
    """A value that holds nothing readable is an error of its own."""
    found = read_value({"state": "done", "workflow_id": None, "outcome": None}, CALL)
    assert isinstance(found.error, LedgerError)
