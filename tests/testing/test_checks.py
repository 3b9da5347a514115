"""Trees that are refused before anything runs."""

import pytest

from linkedapi_async._types import Json, Plan
from linkedapi_async.testing._checks import Objection, check

PERSON = "https://www.linkedin.com/in/person1"
MESSAGE: dict[str, Json] = {"actionType": "st.sendMessage", "personUrl": PERSON, "text": "Hi"}

CONSTRAINTS: list[Json] = [
    {},
    [],
    ["text"],
    {"actionType": "st.doesNotExist"},
    {"actionType": 7},
    {"actionType": "st.retrievePersonSkills"},
    {"actionType": "st.doForPeople"},
    {"actionType": "st.retrieveSSI", "then": {"actionType": "st.retrieveSSI"}},
    {"actionType": "st.searchPeople", "then": {"actionType": "st.openPersonPage"}},
    {"actionType": "st.openPersonPage", "personUrl": PERSON, "then": ["x"]},
    [MESSAGE, {"actionType": "st.retrievePersonSkills"}],
]
PARAMETERS: list[Json] = [
    {"actionType": "st.openPersonPage"},
    {"actionType": "st.openPersonPage", "personUrl": 7},
    {"actionType": "st.openPersonPage", "personUrl": PERSON, "basicInfo": "yes"},
    {"actionType": "st.sendMessage", "personUrl": PERSON},
    {"actionType": "st.sendMessage", "text": "Hi"},
    {"actionType": "st.sendMessage", "personUrl": PERSON, "text": ""},
    {"actionType": "st.sendMessage", "personUrl": PERSON, "text": "x" * 1901},
    {"actionType": "st.openPersonPage", "personUrl": PERSON, "then": MESSAGE},
    {"actionType": "st.searchPeople", "limit": 0},
    {"actionType": "st.searchPeople", "limit": 1001},
    {"actionType": "st.searchPeople", "limit": True},
    {"actionType": "st.searchPeople", "filter": "x"},
    {"actionType": "st.searchPeople", "filter": {"locations": "Berlin"}},
    {"actionType": "st.searchPeople", "filter": {"connectionDegrees": ["4th"]}},
    {"actionType": "st.manageConversation", "threadId": "t", "operation": "burn"},
    {
        "actionType": "st.openPersonPage",
        "personUrl": PERSON,
        "then": {"actionType": "st.retrievePersonPosts", "since": "yesterday"},
    },
    {"actionType": "st.acceptInvitation", "invitationType": "connect"},
    {"actionType": "st.searchPosts", "term": "x", "filter": {"fromMembers": [{"id": "urn"}]}},
    {"actionType": "st.createPost", "text": "@[a b]", "mentions": [{"key": "a b", "name": "A"}]},
    {
        "actionType": "st.acceptInvitation",
        "invitationType": "connect",
        "personUrl": PERSON,
        "companyUrl": "https://www.linkedin.com/company/company1",
    },
]


@pytest.mark.parametrize("tree", CONSTRAINTS)
def test_constraints_are_kept(tree: Json) -> None:
    """Unknown actions and wrong places are refused as such."""
    verdict = check(tree, Plan.PLUS)

    assert verdict is not None
    assert verdict.objection is Objection.CONSTRAINTS


@pytest.mark.parametrize("tree", PARAMETERS)
def test_parameters_are_judged(tree: Json) -> None:
    """A wrong parameter is refused with its place."""
    verdict = check(tree, Plan.PLUS)

    assert verdict is not None
    assert verdict.objection is Objection.PARAMETERS
    assert verdict.details.startswith("$")


def test_a_place_is_named() -> None:
    """The details lead to the fault."""
    tree: Json = [MESSAGE, {"actionType": "st.searchPeople", "limit": 0}]

    verdict = check(tree, Plan.PLUS)

    assert verdict is not None
    assert verdict.details == "$[1].limit is 0; it takes 1 to 1,000"


@pytest.mark.parametrize(
    "tree",
    [
        MESSAGE,
        [MESSAGE, MESSAGE],
        {"actionType": "st.openPersonPage", "personUrl": PERSON, "then": []},
        {"actionType": "st.sendMessage", "personUrl": PERSON, "threadId": "t", "text": "Hi"},
        {"actionType": "st.searchPeople", "filter": {"connectionDegrees": ["1st", "2nd"]}},
    ],
)
def test_good_trees_pass(tree: Json) -> None:
    """What the documentation allows is accepted."""
    assert check(tree, Plan.CORE) is None
