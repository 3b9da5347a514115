"""What calls count against limits: read off the tables, counted again by the sandbox."""

import re
from typing import Any, get_args, get_origin

import attrs
import pytest

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async._types import Json
from linkedapi_async.actions import DoForPeople, OpenPersonPage, SearchPeople, SendMessage
from linkedapi_async.actions._base import Spec, specs
from linkedapi_async.models.limits import LimitCategory
from linkedapi_async.operations import (
    EndorsePersonSkills,
    FetchPerson,
    NvSendMessage,
    RemoveConnection,
    SearchJobs,
)
from linkedapi_async.operations import SendMessage as SendMessageOperation
from linkedapi_async.operations._base import Operation, operations
from linkedapi_async.operations._examples import example
from linkedapi_async.quotas import costs_in, costs_of
from linkedapi_async.testing import Sandbox

PERSON = "https://www.linkedin.com/in/person5"
LISTS = [
    row
    for row in specs().values()
    if get_origin(row.result) is list and any(f.name == "then" for f in attrs.fields(row.cls))
]


def below(row: Spec, **parameters: Json) -> Json:
    """Return a list with a loop that likes each post of it."""
    child: Json = {"actionType": "st.reactToPost", "type": "like"}
    then: Json = {"actionType": "st.doForPosts", "then": child}
    return {"actionType": row.action_type, **parameters, "then": then}


@pytest.mark.parametrize(
    ("call", "costs"),
    [
        (SendMessageOperation(person_url=PERSON, text="Hi"), {"stMessages": 1}),
        (NvSendMessage(person_url=PERSON, text="Hi", subject="Hi"), {"nvMessages": 1}),
        (RemoveConnection(person_url=PERSON), {}),
        (SearchJobs(term="cto", limit=500), {"stSearchQueries": 1}),
        (FetchPerson(person_url=PERSON, retrieve_posts=True), {"stPersonProfileViews": 1}),
        (
            EndorsePersonSkills(person_url=PERSON, skill_name_patterns=["Python", "SQL"]),
            {"stPersonProfileViews": 1, "stEndorsements": 2},
        ),
        (
            EndorsePersonSkills(person_url=PERSON),
            {"stPersonProfileViews": 1, "stEndorsements": 10},
        ),
        (CustomWorkflow({"actionType": "st.searchPeople"}), {"stSearchQueries": 1}),
    ],
)
def test_an_operation_costs_what_its_actions_may_do(
    call: Operation[Any], costs: dict[str, int]
) -> None:
    """One of each action it sends; a loop over named skills once per name."""
    assert dict(costs_of(call)) == costs


@pytest.mark.parametrize("is_full", [False, True], ids=["needed", "full"])
@pytest.mark.parametrize("name", operations())
def test_an_operation_costs_as_much_as_its_workflow(name: str, *, is_full: bool) -> None:
    """The short way for plain operations comes to what the tree says."""
    call = example(operations()[name], is_full=is_full)

    assert dict(costs_of(call)) == dict(costs_of(call.workflow()))


@pytest.mark.parametrize(
    ("workflow", "costs"),
    [
        (None, {}),
        ([], {}),
        ("st.sendMessage", {}),
        ({"actionType": 1, "then": {"actionType": "st.sendMessage"}}, {"stMessages": 1}),
        ({"actionType": "st.dance", "then": [{"actionType": "st.sendMessage"}]}, {"stMessages": 1}),
        ([{"actionType": "st.sendMessage"}, {"actionType": "st.sendMessage"}], {"stMessages": 2}),
        (
            SearchPeople(
                term="cto",
                limit=7,
                then=DoForPeople(then=OpenPersonPage(then=SendMessage(text="Hi"))),
            ).to_json(),
            {"stSearchQueries": 1, "stPersonProfileViews": 7, "stMessages": 7},
        ),
        # lists below lists multiply, and their neighbours do not
        (
            {
                "actionType": "st.searchPeople",
                "limit": 3,
                "then": {
                    "actionType": "st.doForPeople",
                    "then": {
                        "actionType": "st.openPersonPage",
                        "then": [
                            {
                                "actionType": "st.retrievePersonPosts",
                                "limit": 4,
                                "then": {"actionType": "st.reactToPost"},
                            },
                            {"actionType": "st.sendMessage"},
                        ],
                    },
                },
            },
            {
                "stSearchQueries": 1,
                "stPersonProfileViews": 3,
                "stReactions": 12,
                "stMessages": 3,
            },
        ),
    ],
)
def test_a_workflow_costs_what_it_may_do_at_most(workflow: Json, costs: dict[str, int]) -> None:
    """Children of lists count once per entry; what is unknown or no action counts nothing."""
    assert dict(costs_of(workflow)) == costs


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.action_type)
def test_a_list_without_a_limit_has_its_documented_length(row: Spec) -> None:
    """What the class tells a person is what is reckoned with; where it tells nothing, ten."""
    told = re.search(r"the service takes (\d+)", row.cls.__doc__ or "")
    usual = int(told[1]) if told else 10

    assert costs_of(below(row))["stReactions"] == usual
    assert bool(told) == any(param.wire == "limit" for param in row.params)


@pytest.mark.parametrize("limit", [0, -1, "5", None, float("nan"), float("inf"), [3], {}])
def test_a_limit_that_is_none_counts_as_left_out(limit: Json) -> None:
    """What the service refuses is priced like the default, and breaks nothing here."""
    row = specs()["st.searchPosts"]

    assert costs_of(below(row, limit=limit))["stReactions"] == 10


def test_a_limit_may_be_written_as_a_number_with_a_point() -> None:
    """JSON knows one kind of number."""
    assert costs_of(below(specs()["st.searchPosts"], limit=5.0))["stReactions"] == 5


def test_a_tree_of_any_depth_is_counted() -> None:
    """Depth is no danger."""
    tree: Json = {"actionType": "st.sendMessage"}
    for _ in range(5_000):
        tree = {"actionType": "st.openPersonPage", "then": tree}

    assert dict(costs_of(tree)) == {"stPersonProfileViews": 5_000, "stMessages": 1}


def test_every_category_of_the_tables_can_be_limited() -> None:
    """No action counts against something that nobody can set a limit for."""
    counted = {row.category for row in specs().values() if row.category is not None}

    assert counted == set(get_args(LimitCategory))


def test_costs_that_are_shared_cannot_be_changed() -> None:
    """What one caller holds is what the next one gets."""
    costs: Any = costs_of(RemoveConnection(person_url=PERSON))

    with pytest.raises(TypeError):
        costs["stMessages"] = 1


async def test_what_a_workflow_did_is_what_the_sandbox_executed(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """A completion tells what it really cost, which is never more than was reckoned with."""
    call = CustomWorkflow(
        SearchPeople(limit=5, then=DoForPeople(then=OpenPersonPage(then=SendMessage(text="Hi"))))
    )

    result = await api.run(call)

    done = costs_in(result.completion)
    counted = [
        category
        for entry in sandbox.log.actions()
        if entry.outcome == "success" and (category := specs()[entry.action_type].category)
    ]
    assert dict(done) == {category: counted.count(category) for category in set(counted)}
    assert done["stPersonProfileViews"] == 5
    assert all(count <= costs_of(call)[category] for category, count in done.items())


def test_a_failed_action_costs_nothing() -> None:
    """A report that says so is not counted; one that says nothing is."""
    completion: Json = [
        {"actionType": "st.sendMessage", "success": False, "error": {"type": "personNotFound"}},
        {"actionType": "st.sendMessage", "success": True},
        {"actionType": "st.reactToPost"},
        {"actionType": "st.dance", "success": True},
        {},
    ]

    assert dict(costs_in(completion)) == {"stMessages": 1, "stReactions": 1}
