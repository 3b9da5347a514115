"""What a call brings: data, failed actions, the raw completion, or the place that is wrong."""

import asyncio
import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from linkedapi_async import (
    ActionError,
    CustomWorkflow,
    InvalidWorkflowLocally,
    LinkedApi,
    LinkedApiError,
    ProtocolError,
    TransientError,
)
from linkedapi_async.events import Event, Raised
from linkedapi_async.models import Person
from linkedapi_async.operations import FetchPerson, SearchPeople, SendMessage
from linkedapi_async.testing import Body, FakeClock, Reset, Sandbox, Stall, WorkflowCompleted

NOBODY = FetchPerson(person_url="https://www.linkedin.com/in/nobody-at-all")


async def test_data_and_completion(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, wire: str
) -> None:
    """A result holds typed data beside the completion as the service sent it."""
    operation = FetchPerson(
        person_url="https://www.linkedin.com/in/person5", retrieve_experience=True
    )

    result = await connect(wire).run(operation)

    (done,) = [r for r in sandbox.log if isinstance(r, WorkflowCompleted)]
    person = result.unwrap()
    assert isinstance(person, Person)
    assert person.name == sandbox.world.person(5).name
    assert person.experiences
    assert result.errors == ()
    assert result.completion == done.completion


async def test_failed_action_is_a_result(
    connect: Callable[..., LinkedApi], told: list[Event], wire: str
) -> None:
    """A failed action of a completed workflow is data; `unwrap` raises it."""
    result = await connect(wire).run(NOBODY)

    assert result.data is None
    assert [error.type for error in result.errors] == ["personNotFound"]
    assert result.errors[0].hint
    with pytest.raises(ActionError) as caught:
        result.unwrap()
    assert caught.value.failures == result.errors
    assert caught.value.code == "personNotFound"
    assert caught.value.workflow_id == result.workflow_id
    assert not [event for event in told if isinstance(event, Raised)]


async def test_failed_write_action_has_no_effect(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, writing: SendMessage
) -> None:
    """A limit that is reached is told by the result, and the message was not sent."""
    sandbox.inject("limitExceeded")

    result = await connect().run(writing)

    assert [error.type for error in result.errors] == ["limitExceeded"]
    assert not sandbox.log.effects()
    with pytest.raises(ActionError):
        result.unwrap()


async def test_part_of_a_page_fails(connect: Callable[..., LinkedApi], sandbox: Sandbox) -> None:
    """A page whose part failed still brings the rest, and `unwrap` gives it."""
    sandbox.inject("retrievingNotAllowed", skip=1)
    operation = FetchPerson(
        person_url="https://www.linkedin.com/in/person5", retrieve_experience=True
    )

    result = await connect().run(operation)

    assert len(result.errors) == 1
    assert result.errors[0].action_type == "st.retrievePersonExperience"
    assert result.unwrap().name == sandbox.world.person(5).name


async def test_custom_workflow(connect: Callable[..., LinkedApi], sandbox: Sandbox) -> None:
    """A hand-made tree brings its raw completion and the failures anywhere in it."""
    tree = [
        {"actionType": "st.openPersonPage", "personUrl": url, "basicInfo": True}
        for url in ("https://www.linkedin.com/in/person5", NOBODY.person_url)
    ]

    result = await connect().run(CustomWorkflow(tree))

    assert result.data == result.completion
    assert [error.type for error in result.errors] == ["personNotFound"]
    assert sandbox.log.requests("start")[0].body == tree


@pytest.mark.parametrize(
    ("completion", "place"),
    [
        ('{"actionType": "st.openPersonPage", "success": true, "data": {"name": 5}}', "data.name"),
        ('{"actionType": "st.openPersonPage", "success": true, "data": []}', "completion.data"),
        ('"done"', "completion"),
        ("null", "completion"),
        ('{"success": false, "error": {"type": 7}}', "completion.error.type"),
    ],
)
async def test_unreadable_completion(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    reading: FetchPerson,
    completion: str,
    place: str,
) -> None:
    """Data of another form names the place and keeps what came; nothing is sent again."""
    body = (
        '{"success": true, "result": {"workflowStatus": "completed", "completion": '
        f"{completion}}}}}"
    )
    sandbox.inject(Body(body.encode()), on="poll")

    with pytest.raises(ProtocolError) as caught:
        await connect().run(reading)

    assert place in caught.value.message
    if completion != "null":
        assert caught.value.completion is not None
    assert caught.value.workflow_id
    assert len(sandbox.log.requests()) == 2
    assert [type(event).__name__ for event in told][-2:] == ["WorkflowFinished", "Raised"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", {1, 2}])
async def test_tree_that_json_cannot_carry(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, value: Any
) -> None:
    """A tree that is no JSON is refused before anything is sent."""
    with pytest.raises(InvalidWorkflowLocally):
        await connect().run(CustomWorkflow({"actionType": "st.sendMessage", "text": value}))

    assert not sandbox.log.requests()


async def test_results_travel(connect: Callable[..., LinkedApi], reading: FetchPerson) -> None:
    """Results pickle and copy to equal values."""
    api = connect()

    for result in (await api.run(reading), await api.run(NOBODY)):
        for twin in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result), copy.copy(result)):  # noqa: S301 - our own bytes
            assert twin == result
            assert type(twin) is type(result)
            assert twin.completion == result.completion


@pytest.mark.parametrize(
    "story",
    ["invalidWorkflow", "linkedinAccountSignedOut", 503, Reset("reply"), None, "timeout", "action"],
    ids=repr,
)
async def test_errors_travel(
    *,
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    reading: FetchPerson,
    writing: SendMessage,
    story: Any,
) -> None:
    """Raised errors of every kind pickle and copy with every fact, message and hint."""
    api = connect(deadline=60)

    async def fail() -> None:
        match story:
            case "timeout":
                await (await api.start(reading)).result(timeout=0.001)
            case "action":
                (await api.run(NOBODY)).unwrap()
            case None:
                body = b'{"success": true, "result": {"workflowStatus": "completed"}}'
                sandbox.inject(Body(body), on="poll")
                await api.run(reading)
            case fault:
                sandbox.inject(fault, times=None)
                await api.run(writing)

    with pytest.raises(LinkedApiError) as caught:
        await fail()
    error = caught.value

    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.args == error.args
        assert twin.__dict__ == error.__dict__


async def test_deadline_covers_queueing_behind_others(
    connect: Callable[..., LinkedApi], clock: FakeClock, reading: FetchPerson
) -> None:
    """A call that never got a connection of the pool ends at its deadline, proved unsent."""
    async with Sandbox(clock=clock) as sandbox:
        api = connect(base_url=sandbox.base_url, max_connections=1, deadline=15, **sandbox.tokens)
        sandbox.inject(Stall("reply"))
        first = asyncio.create_task(api.run(reading))
        await clock.sleep(1)

        with pytest.raises(TransientError) as caught:
            await api.with_options(deadline=5).run(reading)

        assert caught.value.certainty == "not_sent"
        assert clock.now() == pytest.approx(6)
        assert len(sandbox.log.requests("start")) == 1
        with pytest.raises(TransientError):
            await first
        assert clock.now() == pytest.approx(15)


async def test_lists_come_typed(connect: Callable[..., LinkedApi]) -> None:
    """A search brings a list of its items."""
    result = await connect().run(SearchPeople(limit=3))

    assert result.data is not None
    assert len(result.data) == 3
    assert all(person.name for person in result.data)
