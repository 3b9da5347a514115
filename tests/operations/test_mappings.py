"""Parameters given as mappings, as the official SDK takes them, stand for the class meant."""

from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from linkedapi_async.actions import SearchPeople as SearchPeopleAction
from linkedapi_async.models import PeopleFilter, PostMention
from linkedapi_async.models._rules import camel
from linkedapi_async.operations import (
    CreatePost,
    CustomWorkflow,
    FetchCompany,
    FetchPerson,
    LimitSinceConfig,
    Operation,
    SearchPeople,
    SearchPosts,
    SendMessage,
    operations,
)
from linkedapi_async.operations._examples import example
from linkedapi_async.workflows import validate

PERSON = "https://www.linkedin.com/in/person1"


def plain(value: Any, *, spelt_as_wire: bool) -> Any:
    """Return a value with mappings in place of attrs classes, under the names of one spelling."""
    given: Any = value  # what it is checked for would else be known in part
    if type(given) in {list, tuple}:
        return [plain(item, spelt_as_wire=spelt_as_wire) for item in given]
    if not attrs.has(given.__class__):
        return given
    return {
        camel(name) if spelt_as_wire else name: plain(item, spelt_as_wire=spelt_as_wire)
        for name, item in attrs.asdict(given, recurse=False).items()
    }


@pytest.mark.parametrize("spelt_as_wire", [False, True], ids=["python", "wire"])
@pytest.mark.parametrize(
    "cls",
    [cls for cls in operations().values() if cls is not CustomWorkflow],
    ids=lambda cls: cls.name,
)
def test_mapping_is_the_class_it_stands_for(
    cls: type[Operation[Any]], *, spelt_as_wire: bool
) -> None:
    """Every operation is equal, and sends the same, with mappings in place of classes."""
    meant: Any = example(cls, is_full=True)
    given = attrs.asdict(meant, recurse=False)

    made = cls(**{k: plain(v, spelt_as_wire=spelt_as_wire) for k, v in given.items()})

    assert made == meant
    assert made.workflow() == meant.workflow()


def test_configuration_as_the_official_readme_gives_it() -> None:
    """The official SDK's first example can be copied."""
    given: Any = {"limit": 10}

    made = FetchPerson(person_url=PERSON, retrieve_posts=True, posts_retrieval_config=given)

    assert made.posts_retrieval_config == LimitSinceConfig(limit=10)
    assert validate(made.workflow()) == ()


def test_mappings_inside_mappings() -> None:
    """A filter inside a configuration, and lists of objects, are taken as well."""
    employees: Any = {"limit": 5, "filter": {"first_name": "Ann"}}
    mentions: Any = [{"key": "bob", "name": "Bob", "personHashedUrl": PERSON}]
    company = FetchCompany(
        company_url="c", retrieve_employees=True, employees_retrieval_config=employees
    )

    assert company.workflow() == {
        "actionType": "st.openCompanyPage",
        "basicInfo": True,
        "companyUrl": "c",
        "then": [
            {
                "actionType": "st.retrieveCompanyEmployees",
                "limit": 5,
                "filter": {"firstName": "Ann"},
            }
        ],
    }
    assert CreatePost(text="Hi Bob", mentions=mentions).mentions == [
        PostMention(key="bob", name="Bob", person_hashed_url=PERSON)
    ]


def test_actions_take_mappings_too() -> None:
    """A filter of an action may be a mapping, too; what is `None` in it counts as left out."""
    given: Any = {"first_name": "Ann", "lastName": None}

    assert SearchPeopleAction(filter=given).filter == PeopleFilter(first_name="Ann")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"first_name": "A", "shoeSize": 44}, {"firstName": "A", "shoeSize": 44}),
        ({"first_name": "A", "shoe_size": 44}, {"firstName": "A", "shoe_size": 44}),
    ],
)
def test_unknown_key_is_sent_as_it_is(given: Any, sent: Mapping[str, Any]) -> None:
    """What the service learned after this version can be said; the other keys are translated."""
    workflow = SearchPeople(term="x", filter=given).workflow()

    assert workflow == {"actionType": "st.searchPeople", "term": "x", "filter": sent}


def test_missing_key_is_told_by_the_check() -> None:
    """An object that lacks what it needs is no crash: the check says what is missing."""
    given: Any = {"from_members": ["Ann", {"id": "urn:li:member:1"}]}

    (problem,) = validate(SearchPosts(term="x", filter=given).workflow())

    assert problem.path == "$.filter.fromMembers[1].name"


@pytest.mark.parametrize("given", [{}, {"operation": None}, {"operation": ""}])
def test_empty_management_is_ignored(given: Any) -> None:
    """A message with nothing to do to its thread is the message alone."""
    made = SendMessage(text="Hi", person_url=PERSON, manage_conversation=given)

    assert "then" not in made.workflow()
