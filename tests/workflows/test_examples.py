"""An example for each action: valid, made by its class, and at work on the sandbox."""

from typing import Any

import attrs
import pytest

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async._types import Json, Plan
from linkedapi_async.actions import Action, Spec, specs
from linkedapi_async.models._rules import Param
from linkedapi_async.testing import ActionExecuted, Sandbox
from linkedapi_async.workflows._examples import example, is_given, sample
from linkedapi_async.workflows._validate import validate
from linkedapi_async.workflows.tree import walk

ROWS = sorted(specs().values(), key=lambda row: row.action_type)
BEFORE = {
    "nv.manageConversation": "nv.sendMessage",
    "st.reactToComment": "st.commentOnPost",
    "st.replyToComment": "st.commentOnPost",
    "st.manageConversation": "st.sendMessage",
    "st.withdrawConnectionRequest": "st.sendConnectionRequest",
}
"""What has to have happened before an example can succeed."""

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action_type)


def types_in(tree: Json) -> list[str]:
    return [str(action["actionType"]) for _, action in walk(tree)]


@each_row
def test_example_is_valid(row: Spec) -> None:
    """The validator finds nothing to mend, on a seat that is good enough and on any."""
    tree = example(row.action_type)

    assert validate(tree) == ()
    assert validate(tree, plan=Plan.PLUS) == ()
    assert bool(validate(tree, plan=Plan.CORE)) is (row.plan is Plan.PLUS)


@each_row
def test_example_holds_its_action(row: Spec) -> None:
    """The action begins the workflow where it may, and stands in it once in any case."""
    tree = example(row.action_type).to_json()

    assert types_in(tree).count(row.action_type) == 1
    assert (types_in(tree)[0] == row.action_type) is row.is_root


@each_row
def test_example_is_a_fresh_value_each_time(row: Spec) -> None:
    """Equal every time, and typed: the class of the action made it."""
    one, other = example(row.action_type), example(row.action_type)

    assert isinstance(one, Action)
    assert one == other
    assert one is not other


@each_row
async def test_example_runs_on_the_sandbox(row: Spec, api: LinkedApi, sandbox: Sandbox) -> None:
    """Every action of it is carried out, without an error."""
    if row.action_type in BEFORE:
        await api.run(CustomWorkflow(example(BEFORE[row.action_type])))
        sandbox.log.clear()

    result = await api.run(CustomWorkflow(example(row.action_type)))

    done = {record.action_type for record in sandbox.log if isinstance(record, ActionExecuted)}
    loops = {name for name, known in specs().items() if known.is_loop}
    assert result.errors == ()
    assert done == set(types_in(example(row.action_type).to_json())) - loops


def test_loops_and_pages_show_what_they_are_for() -> None:
    """A loop has what it repeats; a page has a part; a list stands alone."""
    loop = types_in(example("st.doForPeople").to_json())
    page = types_in(example("st.openPersonPage").to_json())
    search = types_in(example("st.searchPeople").to_json())

    assert loop == ["st.searchPeople", "st.doForPeople", "st.openPersonPage"]
    assert page == ["st.openPersonPage", "st.retrievePersonExperience"]
    assert search == ["st.searchPeople"]


def test_unknown_action_has_no_example() -> None:
    """What nobody knows cannot be shown."""
    with pytest.raises(KeyError, match=r"st\.openTheDoor"):
        example("st.openTheDoor")


def row_of(**facts: Any) -> Param:
    bare = Param(name="new_thing", wire="newThing", type="string", required=False)
    return attrs.evolve(bare, **facts)


@pytest.mark.parametrize(
    ("param", "value"),
    [
        (row_of(type="string"), "text"),
        (row_of(type="boolean"), True),
        (row_of(type="integer"), 1),
        (row_of(type="list[string]"), ["text"]),
        (row_of(type="string", enum=("a", "b")), "a"),
        (row_of(type="list[string]", enum=("a", "b")), ["a"]),
    ],
)
def test_parameter_nobody_wrote_a_value_for_has_one(param: Param, value: object) -> None:
    """A new row has an example at once, by its type and its words."""
    assert sample(param) == value


def test_targets_are_given_at_the_root_alone() -> None:
    """Below a parent nothing is named that the parent supplies."""
    row = specs()["st.sendMessage"]
    needed = specs()["st.syncConversation"]

    at_root = [param.wire for param in row.params if is_given(param, row.params, is_root=True)]
    below = [param.wire for param in row.params if is_given(param, row.params, is_root=False)]

    assert (at_root, below) == (["personUrl", "text"], ["text"])
    assert is_given(needed.params[0], needed.params, is_root=True)
    assert not is_given(needed.params[0], needed.params, is_root=False)
