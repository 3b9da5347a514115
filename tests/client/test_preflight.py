"""What breaks a documented rule stays at home, unless told otherwise."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from linkedapi_async import CustomWorkflow, InvalidWorkflowLocally, LinkedApi, LinkedApiError
from linkedapi_async.events import Event, PreflightWarning
from linkedapi_async.operations import NvSearchPeople, SearchPeople
from linkedapi_async.testing import Sandbox

WRONG: list[tuple[Any, str]] = [
    ([], r"\$ is an empty list"),
    ([{"actionType": "st.retrieveSSI"}, "st.retrieveSSI"], r"\$\[1\] is 'st.retrieveSSI'"),
    ({"label": "x"}, r"\$ has no actionType"),
    ({"actionType": "st.openPersonPage"}, r"\$.personUrl is missing"),
    ({"actionType": "st.retrievePersonSkills"}, r"\$ st.retrievePersonSkills cannot begin"),
]


@pytest.mark.parametrize(("tree", "told_as"), WRONG)
async def test_a_wrong_workflow_is_refused(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, tree: Any, told_as: str
) -> None:
    """What breaks a rule is refused before anything is sent, with the place and the rule."""
    with pytest.raises(InvalidWorkflowLocally, match=told_as) as caught:
        await connect().run(CustomWorkflow(tree))

    assert len(caught.value.problems) == 1

    assert not sandbox.log.requests()


@pytest.mark.parametrize(("tree", "told_as"), WRONG)
async def test_a_wrong_workflow_is_warned_about(
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


async def test_every_problem_comes_with_the_error(connect: Callable[..., LinkedApi]) -> None:
    """The message names the first three, the error holds them all."""
    tree = [{"actionType": "st.sendMessage", "label": "x"}, *[{"actionType": "st.openJob"}] * 3]

    with pytest.raises(InvalidWorkflowLocally) as caught:
        await connect().run(CustomWorkflow(tree))

    assert [problem.path for problem in caught.value.problems] == [
        "$[0].text",
        "$[0]",
        "$[1].jobUrl",
        "$[2].jobUrl",
        "$[3].jobUrl",
    ]
    assert caught.value.message.endswith("; and 2 more problems")
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301 - made here


async def test_operations_are_judged_too(
    connect: Callable[..., LinkedApi], sandbox: Sandbox
) -> None:
    """A parameter out of range is refused whatever carries it."""
    with pytest.raises(InvalidWorkflowLocally, match=r"\$.limit is 0; it takes 1 to 1,000"):
        await connect().run(SearchPeople(limit=0))

    assert not sandbox.log.requests()


async def test_a_seat_known_to_be_core(connect: Callable[..., LinkedApi], sandbox: Sandbox) -> None:
    """Where the seat is known, an action above it is refused; else the service decides."""
    with pytest.raises(InvalidWorkflowLocally, match="needs a plus seat"):
        await connect(plan="core").run(NvSearchPeople(term="x"))

    assert not sandbox.log.requests()
    assert (await connect().run(NvSearchPeople(term="x"))).errors == ()


async def test_a_sibling_may_look_the_other_way(
    connect: Callable[..., LinkedApi], sandbox: Sandbox
) -> None:
    """`with_options` loosens preflight for one call."""
    with pytest.raises(LinkedApiError) as caught:
        await connect().with_options(preflight="off").run(SearchPeople(limit=0))

    assert not isinstance(caught.value, InvalidWorkflowLocally)
    assert len(sandbox.log.requests("start")) == 1
