"""The table of actions, and the JSON they become."""

import copy
import importlib
import pickle
import subprocess
import sys
from typing import Any

import attrs
import pytest

from linkedapi_async import actions
from linkedapi_async._types import Effect, Plan
from linkedapi_async.actions import (
    CreatePost,
    DoForPeople,
    DoForSkills,
    EndorsePersonSkill,
    NvRetrieveCompanyEmployees,
    NvSearchCompanies,
    OpenPersonPage,
    RetrieveCompanyDMs,
    RetrievePersonPosts,
    RetrievePersonSkills,
    RetrieveSSI,
    SearchPeople,
    SearchPosts,
    SendMessage,
    Spec,
    spec,
    specs,
)
from linkedapi_async.actions._base import MODULES
from linkedapi_async.errors import find
from linkedapi_async.models import (
    AnnualRevenue,
    NvCompanyEmployeesFilter,
    NvCompanyFilter,
    PeopleFilter,
    PersonSearchItem,
    PostMention,
    PostSearchFilter,
    PostSearchPerson,
)

ROWS = sorted(specs().values(), key=lambda row: row.action_type)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action_type)
SHAPES = {"string", "integer", "number", "boolean"}


@each_row
def test_class_is_public_and_named_after_its_action(row: Spec) -> None:
    """`st.` is dropped, `nv.` becomes `Nv`; the class is exported under that name alone."""
    family, name = row.action_type.split(".")
    expected = ("Nv" if family == "nv" else "") + name[0].upper() + name[1:]

    assert row.cls.__name__ == expected
    assert expected in dir(actions)
    assert getattr(actions, expected) is row.cls
    assert row.cls.action_type == row.action_type
    assert row.plan is (Plan.PLUS if family == "nv" else Plan.CORE)


@each_row
def test_relations_agree_from_both_ends(row: Spec) -> None:
    """A child that names its parents is named by each of them, where they name children."""
    for parent in row.parents or ():
        above = spec(parent)
        assert above
        assert above.children is None or row.action_type in above.children, parent
    for child in row.children or ():
        below = spec(child)
        assert below
        assert below.parents is None or row.action_type in below.parents, child


@each_row
def test_place_of_an_action_is_told(row: Spec) -> None:
    """What may not stand at the root has parents or nobody knows them; loops stand below lists."""
    assert row.is_root or row.parents != ()
    assert not (row.is_loop and row.is_root)
    if row.is_loop:
        assert row.result is type(None)
        assert row.effect is Effect.READ


@each_row
def test_children_and_then_go_together(row: Spec) -> None:
    """An action has the field `then` exactly where children are allowed or unknown."""
    fields = {field.name for field in attrs.fields(row.cls)}

    assert ("then" in fields) is (row.children != ())


@each_row
def test_errors_are_in_the_catalogue(row: Spec) -> None:
    """Each error an action is known to report has a row that explains it."""
    assert [error for error in row.errors if find(error) is None] == []


@each_row
def test_parameters_are_described(row: Spec) -> None:
    """Each parameter has a wire name and a type, and bounds only where they make sense."""
    for param in row.params:
        assert "_" not in param.wire
        inner = param.type.removeprefix("list[").removesuffix("]")
        assert inner in SHAPES or param.model is not None
        assert (param.min is None and param.max is None) or param.type == "integer"
        assert param.required != "at_root" or row.is_root


@each_row
def test_minimal_action_becomes_json_by_wire_names(row: Spec) -> None:
    """Given values appear under their wire names, in one object with the type."""
    examples: dict[str, Any] = {"integer": 1, "boolean": True, "string": "x"}
    given = {param.name: examples.get(param.type, "x") for param in row.params if not param.model}

    sent = row.cls(**given, label="l").to_json()

    wire = {param.name: param.wire for param in row.params}
    expected = {wire[name]: value for name, value in given.items()}
    assert sent == {"actionType": row.action_type, "label": "l", **expected}


def test_names_are_unique_and_listed_once() -> None:
    """The curated names are those of the modules, each once."""
    built = {row.cls.__name__ for row in ROWS}
    others = {"Action", "AnyAction", "Rule", "Spec", "Then", "spec", "specs"}

    assert len(built) == len(ROWS) == 62
    assert set(dir(actions)) == built | others
    assert len(dir(actions)) == len(set(dir(actions)))


def test_each_module_names_its_actions() -> None:
    """Every action module curates exactly the classes it defines."""
    for name in MODULES:
        module = importlib.import_module(f"linkedapi_async.actions.{name}")
        own = {row.cls.__name__ for row in ROWS if row.cls.__module__ == module.__name__}
        assert set(module.__all__) == own


def test_importing_the_package_builds_nothing() -> None:
    """The package loads no action, no model, no operation and no msgspec."""
    code = (
        "import sys, linkedapi_async.actions, linkedapi_async.models, linkedapi_async.operations\n"
        "from linkedapi_async.operations import FetchPerson\n"
        "heavy = ['msgspec', 'linkedapi_async._convert', 'linkedapi_async.actions.jobs',\n"
        "         'linkedapi_async.models.jobs', 'linkedapi_async.operations.jobs']\n"
        "print([name for name in heavy if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_unknown_names_are_refused() -> None:
    """A name that is none, and an action nobody knows."""
    with pytest.raises(AttributeError, match="OpenTheDoor"):
        _ = actions.OpenTheDoor  # type: ignore[attr-defined]  # the point - no such name
    assert spec("st.openTheDoor") is None


def test_row_of_an_action_holds_what_the_page_says() -> None:
    """One row in full: place, children, errors, limit and rules of the parameters."""
    row = spec("st.sendMessage")
    assert row
    person, thread, text = row.params

    assert (row.effect, row.plan, row.category) == (Effect.WRITE, Plan.CORE, "stMessages")
    assert (row.is_root, row.root_condition) == (True, "personUrl or threadId is given")
    assert (row.parents, row.children) == (("st.openPersonPage",), ("st.manageConversation",))
    assert (person.one_of_group, thread.one_of_group) == ("recipient", "recipient")
    assert (text.required, text.min_length, text.max_length) == (True, 1, 1900)
    assert "messagingNotAllowed" in row.errors


def test_parameters_of_nested_objects_are_described_too() -> None:
    """A filter is a parameter with parameters, its words included."""
    row = spec("st.searchPeople")
    assert row
    search = {param.wire: param for param in row.params}
    degrees = next(one for one in search["filter"].fields if one.wire == "connectionDegrees")

    assert (search["limit"].min, search["limit"].max) == (1, 1000)
    assert search["filter"].model is PeopleFilter
    assert (degrees.type, degrees.enum) == ("list[string]", ("1st", "2nd", "3rd+"))
    assert row.result == list[PersonSearchItem]


def test_alternatives_of_a_parameter_are_described() -> None:
    """A list that takes objects or plain names says so."""
    row = spec("st.searchPosts")
    assert row
    members = next(p for p in row.params[2].fields if p.wire == "fromMembers")

    assert members.type == "list[PostSearchPerson|string]"
    assert members.model is PostSearchPerson


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (RetrieveSSI(), {"actionType": "st.retrieveSSI"}),
        (RetrieveCompanyDMs(limit=3), {"actionType": "st.retrieveCompanyDMs", "limit": 3}),
        (
            OpenPersonPage(then=RetrievePersonPosts()),
            {"actionType": "st.openPersonPage", "then": {"actionType": "st.retrievePersonPosts"}},
        ),
        (
            OpenPersonPage(then=[RetrievePersonPosts()]),
            {"actionType": "st.openPersonPage", "then": [{"actionType": "st.retrievePersonPosts"}]},
        ),
        (OpenPersonPage(then=[]), {"actionType": "st.openPersonPage", "then": []}),
        (
            RetrievePersonSkills(
                then=DoForSkills(skill_name_patterns=["^Go$"], then=EndorsePersonSkill())
            ),
            {
                "actionType": "st.retrievePersonSkills",
                "then": {
                    "actionType": "st.doForSkills",
                    "skillNamePatterns": ["^Go$"],
                    "then": {"actionType": "st.endorsePersonSkill"},
                },
            },
        ),
        (
            NvSearchCompanies(
                filter=NvCompanyFilter(annual_revenue=AnnualRevenue(min="0", max="1000+"))
            ),
            {
                "actionType": "nv.searchCompanies",
                "filter": {"annualRevenue": {"min": "0", "max": "1000+"}},
            },
        ),
        (
            NvRetrieveCompanyEmployees(
                filter=NvCompanyEmployeesFilter(years_of_experiences=("oneToTwo",))
            ),
            {
                "actionType": "nv.retrieveCompanyEmployees",
                "filter": {"yearsOfExperiences": ["oneToTwo"]},
            },
        ),
        (
            CreatePost(text="@[a]", mentions=[PostMention(key="a", name="Ann")]),
            {
                "actionType": "st.createPost",
                "text": "@[a]",
                "mentions": [{"key": "a", "name": "Ann"}],
            },
        ),
        (
            SearchPosts(filter=PostSearchFilter(from_members=["Ann", PostSearchPerson(name="B")])),
            {"actionType": "st.searchPosts", "filter": {"fromMembers": ["Ann", {"name": "B"}]}},
        ),
    ],
)
def test_tree_is_sent_as_documented(action: Any, expected: object) -> None:
    """Children stay as given, one or a list; what is not given is left out."""
    assert action.to_json() == expected


def test_actions_are_values() -> None:
    """Equal, frozen, copied and pickled."""
    tree = SearchPeople(term="x", then=DoForPeople(then=OpenPersonPage(then=SendMessage(text="y"))))

    assert pickle.loads(pickle.dumps(tree)) == tree == copy.deepcopy(tree)  # noqa: S301 - our own
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(tree, "term", "z")  # noqa: B010 - the type checkers know better
