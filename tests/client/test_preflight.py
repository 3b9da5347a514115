"""What is plainly no workflow stays at home, unless told otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from linkedapi_async import CustomWorkflow, InvalidWorkflowLocally, LinkedApi, LinkedApiError
from linkedapi_async.events import Event, PreflightWarning
from linkedapi_async.testing import Sandbox

SHAPELESS: list[tuple[Any, str]] = [
    ([], "empty list"),
    ([{"actionType": "st.retrieveSSI"}, "st.retrieveSSI"], r"workflow\[1\] is str"),
    ({"label": "x"}, "workflow has no actionType"),
    ([{"actionType": 7}], r"workflow\[0\] has no actionType"),
]


@pytest.mark.parametrize(("tree", "told_as"), SHAPELESS)
async def test_no_workflow_is_refused(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, tree: Any, told_as: str
) -> None:
    """What has not the shape of a workflow is refused before anything is sent."""
    with pytest.raises(InvalidWorkflowLocally, match=told_as):
        await connect().run(CustomWorkflow(tree))

    assert not sandbox.log.requests()


@pytest.mark.parametrize(("tree", "told_as"), SHAPELESS)
async def test_no_workflow_is_warned_about(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    told: list[Event],
    tree: Any,
    told_as: str,
) -> None:
    """With `preflight="warn"` it is sent, and told."""
    with pytest.raises(LinkedApiError):
        await connect(preflight="warn").run(CustomWorkflow(tree))

    assert isinstance(told[0], PreflightWarning)
    assert told[0].operation == "customWorkflow"
    assert len(sandbox.log.requests("start")) == 1


async def test_preflight_off(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event]
) -> None:
    """With `preflight="off"` it is sent without a word."""
    with pytest.raises(LinkedApiError):
        await connect(preflight="off").run(CustomWorkflow([]))

    assert not [event for event in told if isinstance(event, PreflightWarning)]
    assert len(sandbox.log.requests("start")) == 1
