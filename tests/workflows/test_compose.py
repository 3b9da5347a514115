"""Workflows as values: what is composed comes back from its JSON, class by class."""

import copy
import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Effect, Json
from linkedapi_async.actions import (
    CreatePost,
    DoForPeople,
    EndorsePersonSkill,
    OpenPersonPage,
    RetrievePersonSkills,
    RetrieveSSI,
    SearchPeople,
    SearchPosts,
    SendMessage,
    Spec,
    specs,
)
from linkedapi_async.errors import Breach, InvalidWorkflowLocally
from linkedapi_async.models import PeopleFilter, PostMention, PostSearchFilter, PostSearchPerson
from linkedapi_async.models._rules import Param, encode
from linkedapi_async.operations import CustomWorkflow
from linkedapi_async.workflows import RawAction, Workflow

PERSON = "https://www.linkedin.com/in/person1"
LINES = (Path(__file__).parents[1] / "samples/workflows.jsonl").read_text("utf-8").splitlines()
SAMPLES = [sample for sample in map(json.loads, LINES) if "breaks" not in sample]
ROWS = sorted(specs().values(), key=lambda row: row.action_type)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action_type)

# ── Workflows that break no rule ────────────────────────────────────────────────────────────────

FORMS = {
    "linkedin_person_url": PERSON,
    "linkedin_company_url": "https://www.linkedin.com/company/company1",
    "iso8601": "2026-01-31T08:00:00Z",
    "iso_date": "2026-01-31",
}
TEXT = st.text(max_size=9)


def lineages() -> Mapping[str, tuple[Spec, ...]]:
    """The shortest way from the root to each action."""
    found: dict[str, tuple[Spec, ...]] = {row.action_type: (row,) for row in ROWS if row.is_root}
    while len(found) < len(ROWS):
        for row in ROWS:
            above = [found[p.action_type] for p in ROWS if p.action_type in found]
            ways = [way for way in above if row.may_stand_under(way[-1])]
            if row.action_type not in found and ways:
                found[row.action_type] = (*min(ways, key=len), row)
    return found


LINEAGES = lineages()


def values(param: Param) -> st.SearchStrategy[Any]:
    """Values that are right for a parameter."""
    if param.type.startswith("list["):
        inner = attrs.evolve(param, type=param.type[5:-1], min_length=None, max_length=None)
        listed = st.lists(values(inner), min_size=param.min_length or 0, max_size=3)
        return listed.map(alike) if param.alike else listed
    if "|" in param.type:
        return st.one_of(TEXT, objects(param))
    return objects(param) if param.model else scalars(param)


def scalars(param: Param) -> st.SearchStrategy[Any]:
    if param.type == "boolean":
        return st.booleans()
    if param.type == "integer":
        most = min(param.max or 100, param.max_with_children or 100)
        return st.integers(int(param.min or 0), int(most))
    if param.enum:
        return st.sampled_from(param.enum)
    if param.pattern is not None:
        return st.from_regex(param.pattern, fullmatch=True)
    texts = st.text(min_size=param.min_length or 0, max_size=min(param.max_length or 9, 9))
    return texts if param.format is None else st.just(FORMS[param.format])


def alike(items: list[Any]) -> list[Any]:
    """Files of one kind, and one alone of those kinds that stand alone."""
    same = [attrs.evolve(item, type=items[0].type) for item in items]
    return same if same and same[0].type == "image" else same[:1]


@st.composite
def objects(draw: st.DrawFn, param: Param) -> Any:
    assert param.model is not None
    return param.model(**draw(arguments(param.fields, may_target=True, has_target=True)))


@st.composite
def arguments(
    draw: st.DrawFn, params: Sequence[Param], *, may_target: bool, has_target: bool
) -> dict[str, Any]:
    """Parameters by field name: what is needed at the place, and some of what is allowed there."""
    given: dict[str, Any] = {}
    by_wire = {param.wire: param.name for param in params}
    targets = [param.name for param in params if param.is_group_needed]
    chosen = draw(st.sampled_from(targets)) if targets and has_target else None
    for param in params:
        is_target = param.required == "at_root" or param.is_group_needed
        others = {p.name for p in params if p.one_of_group == param.one_of_group}
        if param.required_when is not None:
            name, _, word = param.required_when.partition("=")
            wanted = not param.is_exclusive or given[by_wire[name]] == word
        elif (is_target and not may_target) or (param.is_exclusive and others & given.keys()):
            wanted = False
        else:
            is_needed = param.required is True or (param.required == "at_root" and has_target)
            wanted = is_needed or param.name == chosen or draw(st.booleans())
        if wanted:
            given[param.name] = draw(values(param))
    return given


@st.composite
def actions(draw: st.DrawFn, way: Sequence[Spec], parent: Spec | None, depth: int) -> Any:
    """An action of the first kind, with the rest of the way under it, or with any children."""
    row, *rest = way
    is_free = parent is not None and row.parents is None
    given = draw(
        arguments(row.params, may_target=parent is None or is_free, has_target=parent is None)
    )
    if draw(st.booleans()):
        given["label"] = draw(st.text(max_size=4))
    if rest:
        given["then"] = draw(actions(rest, row, depth))
    elif depth and row.children != ():
        below = [child for child in ROWS if child.may_stand_under(row)]
        child = st.sampled_from(below).flatmap(lambda kind: actions([kind], row, depth - 1))
        then = draw(st.none() | child | st.lists(child, max_size=2))
        given |= {} if then is None else {"then": then}
    return row.cls(**given)


def workflows(row: Spec) -> st.SearchStrategy[Workflow]:
    one = actions(LINEAGES[row.action_type], None, 2)
    return st.one_of(one, st.lists(one, min_size=1, max_size=2)).map(Workflow)


@each_row
@given(data=st.data())
def test_json_comes_back_as_the_same_classes(row: Spec, data: st.DataObject) -> None:
    """Whatever is composed, its JSON is read as the very values it was made of."""
    workflow = data.draw(workflows(row))

    restored = Workflow.from_json(json.loads(json.dumps(workflow.to_json())))

    assert restored == workflow
    assert restored.definition == workflow.definition
    assert row.cls in [type(action) for action in restored]


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_documented_workflows_come_back_typed(sample: Mapping[str, Any]) -> None:
    """Every workflow that the documentation or an SDK shows is read class by class.

    Two hold a parameter of an earlier generation, which is sent as it stands.
    """
    told = sample["workflow"]
    workflow = Workflow.from_json(told)

    assert workflow.to_json() == told
    is_older = "id" in told or '"yearsOfExperience"' in json.dumps(told)
    assert any(type(action) is RawAction for action in workflow) is is_older


def test_objects_in_parameters_are_models() -> None:
    """Filters, mentions and the like are read as what they were composed of."""
    told: Any = [
        {
            "actionType": "st.searchPeople",
            "limit": 10.0,
            "filter": {"position": "CTO", "locations": ["Berlin"]},
            "then": {"actionType": "st.doForPeople", "then": [{"actionType": "st.openPersonPage"}]},
        },
        {
            "actionType": "st.searchPosts",
            "term": "x",
            "filter": {"fromMembers": ["Ann", {"name": "Bob"}]},
        },
        {
            "actionType": "st.createPost",
            "text": "@[a]",
            "mentions": [{"key": "a", "name": "Ann"}],
            "label": "l",
        },
    ]

    search, posts, create = Workflow.from_json(told).roots

    assert search == SearchPeople(
        limit=10,
        filter=PeopleFilter(position="CTO", locations=["Berlin"]),
        then=DoForPeople(then=[OpenPersonPage()]),
    )
    assert isinstance(search, SearchPeople)
    assert type(search.limit) is int
    members: list[PostSearchPerson | str] = ["Ann", PostSearchPerson(name="Bob")]
    assert posts == SearchPosts(term="x", filter=PostSearchFilter(from_members=members))
    mentions = [PostMention(key="a", name="Ann")]
    assert create == CreatePost(text="@[a]", mentions=mentions, label="l")


def test_form_is_kept() -> None:
    """One action is an object, one in a list is a list; keys that are null are left out."""
    ssi: dict[str, Json] = {"actionType": "st.retrieveSSI"}

    assert Workflow.from_json(ssi).definition == RetrieveSSI()
    assert Workflow.from_json([ssi]).definition == (RetrieveSSI(),)
    assert Workflow(RetrieveSSI()).to_json() == ssi
    assert Workflow([RetrieveSSI()]).to_json() == [ssi]
    assert Workflow.from_json({**ssi, "label": None, "new": None}) == Workflow(RetrieveSSI())


def test_workflows_are_values() -> None:
    """Equal when they send the same, hashed alike, copied and pickled; actions come in order."""
    skills = RetrievePersonSkills()
    page = OpenPersonPage(person_url=PERSON, then=[skills])
    workflow = Workflow([page, RetrieveSSI()])
    twin = Workflow((attrs.evolve(page, then=(skills,)), RetrieveSSI()))

    assert workflow == twin
    assert hash(workflow) == hash(twin)
    assert workflow != Workflow([RetrieveSSI(), page])
    assert pickle.loads(pickle.dumps(workflow)) == workflow == copy.deepcopy(workflow)  # noqa: S301 - our own
    assert list(workflow) == [page, skills, RetrieveSSI()]
    assert list(Workflow(page)) == [page, skills]


def test_composed_list_is_copied() -> None:
    """A list changed afterwards changes nothing."""
    steps = [RetrieveSSI()]
    workflow = Workflow(steps)

    steps.clear()

    assert workflow.to_json() == [{"actionType": "st.retrieveSSI"}]


# ── What breaks rules ───────────────────────────────────────────────────────────────────────────


def test_every_problem_is_told() -> None:
    """A tree that breaks rules is refused with all of them."""
    told: Json = [
        {"actionType": "st.sendMessage", "personUrl": PERSON},
        {"actionType": "st.retrieveSSI", "then": {"actionType": "st.doForPeople"}},
        {"actionType": "st.openPersonPag", "personUrl": PERSON},
    ]

    with pytest.raises(InvalidWorkflowLocally) as caught:
        Workflow.from_json(told)

    assert [(problem.path, problem.rule) for problem in caught.value.problems] == [
        ("$[0].text", Breach.MISSING),
        ("$[1].then", Breach.PARENT),
        ("$[2]", Breach.UNKNOWN_ACTION),
    ]


@pytest.mark.parametrize("told", [[], None, "st.retrieveSSI", 5, [5], {}, {"actionType": ""}])
@pytest.mark.parametrize("keep_unknown", [False, True])
def test_what_is_no_workflow_is_refused(told: Json, *, keep_unknown: bool) -> None:
    """What names no action is refused, whatever else is kept."""
    with pytest.raises(InvalidWorkflowLocally) as caught:
        Workflow.from_json(told, keep_unknown=keep_unknown)

    assert caught.value.problems


def test_endless_tree_is_refused() -> None:
    """A tree deeper than Python can follow is refused like any other that cannot be read."""
    tree: dict[str, Json] = {"actionType": "st.openPersonPage", "personUrl": PERSON}
    for _ in range(5_000):
        tree = {"actionType": "st.openPersonPage", "then": tree}

    with pytest.raises(InvalidWorkflowLocally, match="nested too deeply"):
        Workflow.from_json(tree)


# ── What is newer than this version ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "more",
    [
        {"slowly": True},
        {"filter": {"position": "CTO", "shoeSize": 46}},
    ],
)
def test_unknown_parameters_are_kept(more: dict[str, Json]) -> None:
    """An action that holds what no table knows sends it all the same; the rest is typed."""
    told: Json = {
        "actionType": "st.searchPeople",
        "label": "l",
        "term": "x",
        **more,
        "then": [{"actionType": "st.doForPeople"}],
    }

    workflow = Workflow.from_json(told)

    assert workflow.to_json() == told
    assert workflow.definition == RawAction(
        action_type="st.searchPeople", label="l", params={"term": "x", **more}, then=[DoForPeople()]
    )


def test_unknown_parameters_in_a_list_are_kept() -> None:
    """An entry of a list may hold something new too."""
    told: Json = {
        "actionType": "st.createPost",
        "text": "@[a]",
        "mentions": [{"key": "a", "name": "Ann", "colour": "red"}],
    }

    assert Workflow.from_json(told).to_json() == told


def test_empty_then_of_an_action_without_children_is_kept() -> None:
    """The service accepts an empty list there, and gets it back."""
    told: Json = {"actionType": "st.retrieveSSI", "then": []}

    assert Workflow.from_json(told).to_json() == told


def test_unknown_actions_are_kept_when_asked() -> None:
    """A type of action that no table knows is refused, or kept with typed children."""
    told: Json = {
        "actionType": "st.openPersonPage",
        "personUrl": PERSON,
        "then": {
            "actionType": "st.paintProfile",
            "colour": "red",
            "then": {"actionType": "st.retrievePersonSkills"},
        },
    }

    with pytest.raises(InvalidWorkflowLocally, match=r"st\.paintProfile"):
        Workflow.from_json(told)
    workflow = Workflow.from_json(told, keep_unknown=True)

    assert workflow.to_json() == told
    page, paint, skills = workflow
    assert type(page) is OpenPersonPage
    assert paint == RawAction(
        action_type="st.paintProfile", params={"colour": "red"}, then=RetrievePersonSkills()
    )
    assert skills == RetrievePersonSkills()


def test_other_problems_beside_a_new_action_are_still_told() -> None:
    """What is kept for being new excuses nothing else."""
    with pytest.raises(InvalidWorkflowLocally) as caught:
        Workflow.from_json([{"actionType": "st.new"}, {"actionType": "?", "then": [{}]}, 7])

    with pytest.raises(InvalidWorkflowLocally) as rest:
        Workflow.from_json(
            [{"actionType": "st.new"}, {"actionType": "?", "then": [{}]}, 7], keep_unknown=True
        )

    assert [problem.path for problem in caught.value.problems] == [
        "$[0]",
        "$[1]",
        "$[1].then[0]",
        "$[2]",
    ]
    assert [problem.path for problem in rest.value.problems] == ["$[1].then[0]", "$[2]"]


def test_raw_action_is_a_mapping_of_what_is_sent() -> None:
    """It encodes as JSON does, alone, under typed actions and above them; unknown ones write."""
    raw = RawAction(action_type="st.new", params={"a": 1, "b": None}, then=EndorsePersonSkill())
    sent = {"actionType": "st.new", "a": 1, "then": {"actionType": "st.endorsePersonSkill"}}

    assert dict(raw) == raw.to_json() == encode(raw) == sent
    assert (len(raw), raw["a"], "b" in raw, raw.get("c")) == (3, 1, False, None)
    assert raw == copy.deepcopy(raw) != attrs.evolve(raw, label="l")
    operation = CustomWorkflow([raw, SendMessage(person_url=PERSON, text="t")])
    assert operation.workflow() == [
        sent,
        {"actionType": "st.sendMessage", "personUrl": PERSON, "text": "t"},
    ]
    assert CustomWorkflow(RawAction(action_type="st.new")).effect is Effect.WRITE
