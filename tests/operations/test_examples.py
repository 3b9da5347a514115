"""An example for each operation, and its parameters with the rules of the actions it sends."""

from typing import Any

import attrs
import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.operations import FetchPerson, LimitSinceConfig, Operation, operations
from linkedapi_async.operations._examples import actions_of, example, parameters
from linkedapi_async.operations.custom import CustomWorkflow
from linkedapi_async.workflows._examples import example as workflow_of
from linkedapi_async.workflows._validate import validate

Class = type[Operation[Any]]

BEFORE = {
    "manageConversation": "sendMessage",
    "nvManageConversation": "nvSendMessage",
    "reactToComment": "commentOnPost",
    "replyToComment": "commentOnPost",
    "withdrawConnectionRequest": "sendConnectionRequest",
}

each_operation = pytest.mark.parametrize("cls", operations().values(), ids=lambda cls: cls.name)


@each_operation
@pytest.mark.parametrize("is_full", [False, True])
def test_workflow_of_an_example_is_valid(cls: Class, *, is_full: bool) -> None:
    """What an example sends breaks no rule, with few parameters and with all its parts."""
    assert validate(example(cls, is_full=is_full).workflow()) == ()


@each_operation
async def test_example_runs_on_the_sandbox(cls: Class, api: LinkedApi) -> None:
    """It brings what it is typed by, and no action fails."""
    if cls.name in BEFORE:
        await api.run(example(operations()[BEFORE[cls.name]]))

    result = await api.run(example(cls))

    assert result.errors == ()
    brings_nothing = "VoidOperation" in {base.__name__ for base in cls.__mro__}
    assert (result.data is None) is brings_nothing


@each_operation
def test_every_field_is_described_in_order(cls: Class) -> None:
    """Each field has one row under its own name, needed where it has no default."""
    rows = parameters(cls)

    assert [row.name for row in rows] == [field.name for field in attrs.fields(_attrs(cls))]
    assert all(row.required in {True, False} for row in rows)
    assert cls is CustomWorkflow or [row.name for row in rows if row.required is True] == [
        field.name for field in attrs.fields(_attrs(cls)) if field.default is attrs.NOTHING
    ]


def _attrs(cls: Class) -> Any:
    return cls


def test_rules_come_from_the_actions() -> None:
    """Limits, formats and groups of an operation are those of the action that carries them."""
    person, url, limit = (
        parameters(operations()["sendMessage"]),
        parameters(operations()["fetchPerson"])[0],
        parameters(operations()["searchPeople"])[0],
    )
    group = [row.name for row in person if row.one_of_group == "recipient"]

    assert group == ["person_url", "thread_id"]
    assert (url.format, url.required) == ("linkedin_person_url", True)
    assert (limit.min, limit.max) == (1, 1000)


def test_rules_of_a_part_come_from_its_child() -> None:
    """The bounds of a part are those of the action that fetches that part, and no other."""
    rows = {row.name: row for row in parameters(operations()["fetchCompany"])}

    limits = {name: row.fields[0].max for name, row in rows.items() if row.fields}
    assert limits == {
        "employees_retrieval_config": 500,
        "dms_retrieval_config": 20,
        "posts_retrieval_config": 20,
    }


def test_wish_for_a_part_has_no_wire_name() -> None:
    """What goes over the wire under another name, or as a child, has none of its own."""
    wires = {row.name: row.wire for row in parameters(operations()["fetchPost"])}

    assert wires == {
        "post_url": "postUrl",
        "post_urn": "postUrn",
        "retrieve_comments": "",
        "retrieve_reactions": "",
        "comments_retrieval_config": "",
        "reactions_retrieval_config": "",
    }


def test_example_of_a_page_shows_two_parts() -> None:
    """One part is asked for plainly, one with bounds; the full example asks for all of them."""
    fetch = operations()["fetchPerson"]
    config = LimitSinceConfig(limit=10)

    assert example(fetch) == FetchPerson(
        person_url="https://www.linkedin.com/in/person1",
        retrieve_experience=True,
        retrieve_posts=True,
        posts_retrieval_config=config,
    )
    assert len(actions_of(fetch)) == 8


def test_actions_of_an_operation_are_all_it_may_send() -> None:
    """A child that is sent on request only counts too; a workflow made by hand sends anything."""
    message = actions_of(operations()["sendMessage"])

    assert [row.action_type for row in message] == ["st.sendMessage", "st.manageConversation"]
    assert actions_of(CustomWorkflow) == ()


def test_custom_workflow_shows_a_whole_tree() -> None:
    """The example of a workflow made by hand has children."""
    assert example(CustomWorkflow).workflow() == workflow_of("st.doForPeople").to_json()
