"""What preflight finds: every rule of every table, and nothing on what is right."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Json, Plan
from linkedapi_async.actions import OpenPersonPage, RetrievePersonSkills, SendMessage
from linkedapi_async.actions._base import Spec, specs
from linkedapi_async.errors import Breach
from linkedapi_async.models._rules import Param
from linkedapi_async.workflows._validate import Problem, validate

PERSON = "https://www.linkedin.com/in/person1"
COMPANY = "https://www.linkedin.com/company/company1"
OPEN: dict[str, Json] = {"actionType": "st.openPersonPage", "personUrl": PERSON}
GOOD = {
    "linkedin_person_url": PERSON,
    "linkedin_company_url": COMPANY,
    "iso8601": "2026-01-31T08:00:00Z",
    "iso_date": "2026-01-31",
}
SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "samples/workflows.jsonl").read_text().splitlines()
]

# ── right ones, made from the tables ──


def _value(param: Param) -> Any:
    """Return a value that is right for a parameter."""
    if param.type.startswith("list["):
        entry = _object(param) if param.model else param.enum[0] if param.enum else "x"
        return [entry] * (param.min_length or 1)
    if param.model is not None:
        return _object(param)
    if param.type == "boolean":
        return True
    if param.type == "integer":
        return int(param.min or 1)
    if param.format is not None:
        return GOOD[param.format]
    return param.enum[0] if param.enum else "x" * (param.min_length or 1)


def _object(param: Param) -> dict[str, Any]:
    return {field.wire: _value(field) for field in param.fields if field.required is True}


def _action(row: Spec, *, at_root: bool) -> dict[str, Any]:
    """Return an action with what it needs at that place and nothing more."""
    made: dict[str, Any] = {"actionType": row.action_type}
    groups: set[str | None] = set()
    for param in row.params:
        if param.required is True or (param.required == "at_root" and at_root):
            made[param.wire] = _value(param)
        elif param.is_group_needed and at_root and param.one_of_group not in groups:
            groups.add(param.one_of_group)
            made[param.wire] = _value(param)
        elif param.required_when is not None:
            name, _, wanted = param.required_when.partition("=")
            if made.get(name) == wanted:
                made[param.wire] = _value(param)
    return made


def _placed(row: Spec) -> tuple[dict[str, Any], str]:
    """Return the smallest workflow that holds an action, and the action's path."""
    if row.is_root:
        return _action(row, at_root=True), "$"
    parent = row.parents[0] if row.parents else "st.retrieveFeed"
    document, path = _placed(specs()[parent])
    _at(document, path)["then"] = _action(row, at_root=False)
    return document, f"{path}.then"


def _at(document: Any, path: str) -> dict[str, Any]:
    for _ in range(path.count(".then")):
        document = document["then"]
    found: dict[str, Any] = document
    return found


# ── wrong ones: one rule broken at a time ──

Case = tuple[Json, str, Breach]


def _mutants(row: Spec) -> Iterator[Case]:
    document, path = _placed(row)

    def having(**changes: Any) -> Json:
        twin = deepcopy(document)
        _at(twin, path).update(changes)
        return twin

    present = _at(document, path)
    for param in row.params:
        if param.wire in present and (param.required or param.required_when):
            yield having(**{param.wire: None}), f"{path}.{param.wire}", Breach.MISSING
        if param.required == "at_root" and not row.is_root:
            continue
        for value, place, rule in _bad_values(param):
            extra = {param.wire: value}
            if param.required_when is not None and param.one_of_group:
                name, _, wanted = param.required_when.partition("=")
                others = [other.wire for other in row.params if other.required_when]
                extra = dict.fromkeys(others, None) | {name: wanted} | extra
            yield having(**extra), f"{path}.{param.wire}{place}", rule
    yield having(label=7), f"{path}.label", Breach.TYPE
    yield having(then="x"), f"{path}.then", Breach.SHAPE
    yield having(then=[OPEN["actionType"]]), f"{path}.then[0]", Breach.SHAPE
    yield (
        {"actionType": "st.retrieveSSI", "then": _action(row, at_root=False)},
        "$.then",
        (Breach.PARENT),
    )
    if not row.is_root:
        yield _action(row, at_root=False), "$", Breach.NOT_AT_ROOT
    yield from _target_mutants(row)
    yield from _group_mutants(row, having, path)


def _bad_values(param: Param) -> Iterator[tuple[Any, str, Breach]]:
    """Yield values that break one rule of a parameter, and where in them."""
    is_list = param.type.startswith("list[")
    wrong: Any = True if param.type == "integer" else 7
    yield wrong, "", Breach.TYPE
    if is_list:
        yield [wrong], "[0]", Breach.TYPE
        if param.enum:
            yield [param.enum[0], "none of these"], "[1]", Breach.ENUM
        if param.max_length is not None:
            yield [_value(param)[0]] * (param.max_length + 1), "", Breach.LENGTH
        if param.min_length is not None:
            yield [], "", Breach.LENGTH
        yield from ((value, f"[0]{place}", rule) for value, place, rule in _bad_objects(param))
    elif param.model is not None:
        yield from _bad_objects(param)
    else:
        yield from _bad_plain(param)


def _bad_plain(param: Param) -> Iterator[tuple[Any, str, Breach]]:
    if param.enum:
        yield "none of these", "", Breach.ENUM
    if param.max_length is not None and param.pattern is None:
        yield "x" * (param.max_length + 1), "", Breach.LENGTH
    if param.min_length is not None:
        yield "", "", Breach.LENGTH
    if param.format is not None:
        yield "not of this kind", "", Breach.FORMAT
    if param.pattern is not None:
        yield "a b", "", Breach.PATTERN
    if param.min is not None:
        yield param.min - 1, "", Breach.RANGE
    if param.max is not None:
        yield param.max + 1, "", Breach.RANGE


def _bad_objects(param: Param) -> Iterator[tuple[Any, str, Breach]]:
    is_list = param.type.startswith("list[")
    for field in param.fields:
        made = _object(param)
        if field.required is True:
            lacking = {key: value for key, value in made.items() if key != field.wire}
            yield ([lacking] if is_list else lacking), f".{field.wire}", Breach.MISSING
        if field.required_when is not None:
            name, _, wanted = field.required_when.partition("=")
            made |= {name: wanted}
            yield ([made] if is_list else made), f".{field.wire}", Breach.MISSING
        for value, place, rule in _bad_values(field):
            having = made | {field.wire: value}
            yield ([having] if is_list else having), f".{field.wire}{place}", rule
    exclusive = [field.wire for field in param.fields if field.is_exclusive]
    if exclusive:
        made = _object(param) | dict.fromkeys(exclusive[:2], "x")
        yield ([made] if is_list else made), f".{exclusive[1]}", Breach.CONFLICT


def _target_mutants(row: Spec) -> Iterator[Case]:
    """Name a target under a parent, which supplies it."""
    targets = [p for p in row.params if p.required == "at_root" or p.is_group_needed]
    if not row.parents or not targets:
        return
    document, path = _placed(specs()[row.parents[0]])
    for param in targets:
        below = _action(row, at_root=False) | {param.wire: _value(param)}
        twin = deepcopy(document)
        _at(twin, path)["then"] = [below]
        yield twin, f"{path}.then[0].{param.wire}", Breach.EXCLUDED


def _group_mutants(row: Spec, having: Any, path: str) -> Iterator[Case]:
    for name in dict.fromkeys(param.one_of_group for param in row.params if param.one_of_group):
        group = [param for param in row.params if param.one_of_group == name]
        if any(param.is_group_needed for param in group):
            yield (
                having(**dict.fromkeys([param.wire for param in group], None)),
                path,
                (Breach.MISSING),
            )
        if group[0].required_when is not None:
            other = group[1]
            yield having(**{other.wire: _value(other)}), f"{path}.{other.wire}", Breach.EXCLUDED
        elif group[0].is_exclusive:
            both = {param.wire: _value(param) for param in group}
            yield having(**both), f"{path}.{group[-1].wire}", Breach.CONFLICT


CASES = [
    pytest.param(*case, id=f"{name}-{number}-{case[2]}-{case[1]}")
    for name, row in specs().items()
    for number, case in enumerate(_mutants(row))
]


@pytest.mark.parametrize(("document", "path", "rule"), CASES)
def test_one_broken_rule_is_found(document: Json, path: str, rule: Breach) -> None:
    """Whatever the tables ask of any action: breaking it is one problem, at its place."""
    found = validate(document)

    assert [(problem.path, problem.rule) for problem in found] == [(path, rule)]


def test_every_rule_is_broken_somewhere() -> None:
    """The mutants above, and the tests below, leave no kind of rule out."""
    broken = {case.values[2] for case in CASES}

    assert set(Breach) - broken == {Breach.UNKNOWN_ACTION, Breach.PLAN}


@pytest.mark.parametrize("row", specs().values(), ids=specs())
def test_the_smallest_workflow_of_each_action_passes(row: Spec) -> None:
    """With what it needs, where it may stand, an action has no problem on a plus seat."""
    document, _ = _placed(row)

    assert validate(document, plan=Plan.PLUS) == ()
    assert validate([document], plan=Plan.PLUS) == ()


@pytest.mark.parametrize("row", specs().values(), ids=specs())
def test_every_parameter_may_be_given(row: Spec) -> None:
    """No right value of any parameter is a problem."""
    document, path = _placed(row)
    for param in row.params:
        if param.required_when or (not row.is_root and param.required == "at_root"):
            continue
        twin = deepcopy(document)
        rivals = [
            other.wire
            for other in row.params
            if param.is_exclusive and other.one_of_group == param.one_of_group
        ]
        _at(twin, path).update(dict.fromkeys(rivals) | {param.wire: _value(param)})
        assert validate(twin) == (), param.wire


@pytest.mark.parametrize("row", specs().values(), ids=specs())
def test_the_seat_is_judged(row: Spec) -> None:
    """On a seat known to be core, each plus action is a problem, and nothing else is."""
    document, _ = _placed(row)
    dearer = validate(document, plan=Plan.CORE)

    assert all(problem.rule is Breach.PLAN for problem in dearer)
    assert bool(dearer) is (row.plan is Plan.PLUS)


# ── the documentation's own ──


@pytest.mark.parametrize("sample", SAMPLES, ids=map(str, range(len(SAMPLES))))
def test_documented_workflows_pass(sample: dict[str, Any]) -> None:
    """Examples of the documentation and of the official SDK raise no alarm but those listed.

    A listed one says itself which documented rule it breaks, and why.
    """
    found = [[problem.path, problem.rule] for problem in validate(sample["workflow"])]

    assert found == sample.get("breaks", [])


# ── attachments, children, unknown things ──

IMAGE = {"url": "https://example.com/a.png", "type": "image"}
VIDEO = {"url": "https://example.com/a.mp4", "type": "video"}
PAPER = {"url": "https://example.com/a.pdf", "type": "document", "name": "A"}
OTHERS: list[tuple[Json, str, Breach, str]] = [
    ([], "$", Breach.SHAPE, "at least one action"),
    (None, "$", Breach.SHAPE, "an action is an object"),
    ("st.retrieveSSI", "$", Breach.SHAPE, "'st.retrieveSSI'"),
    ([[OPEN]], "$[0]", Breach.SHAPE, "is a list"),
    ([OPEN, {}], "$[1]", Breach.UNKNOWN_ACTION, "has no actionType"),
    ({"actionType": 7}, "$", Breach.UNKNOWN_ACTION, "the actionType 7"),
    ({"actionType": ""}, "$", Breach.UNKNOWN_ACTION, "it names the action"),
    (
        {"actionType": "st.openPersonPag"},
        "$",
        Breach.UNKNOWN_ACTION,
        "did you mean st.openPersonPage?",
    ),
    ({"actionType": "zzz"}, "$", Breach.UNKNOWN_ACTION, "lists them"),
    (
        {"actionType": "st.createPost", "text": "x", "attachments": [IMAGE, VIDEO, PAPER]},
        "$.attachments[1].type",
        Breach.CONFLICT,
        "is 'video' beside 'image'",
    ),
    (
        {"actionType": "st.createPost", "text": "x", "attachments": [VIDEO, VIDEO]},
        "$.attachments",
        Breach.LENGTH,
        "of sort 'video' 1 at most",
    ),
    (
        {"actionType": "st.createPost", "text": "x", "attachments": [IMAGE] * 10},
        "$.attachments",
        Breach.LENGTH,
        "has 10 entries; it takes 9 at most",
    ),
    (
        {
            "actionType": "st.searchPosts",
            "term": "x",
            "limit": 21,
            "then": {"actionType": "st.doForPosts"},
        },
        "$.limit",
        Breach.RANGE,
        "with children it is 20 at most",
    ),
    (
        {"actionType": "st.sendMessage", "personUrl": PERSON, "text": "x" * 1901},
        "$.text",
        Breach.LENGTH,
        "has 1,901 characters; it takes 1 to 1,900",
    ),
    (OPEN | {"personUrl": COMPANY}, "$.personUrl", Breach.FORMAT, "a person's profile"),
    (OPEN | {"personUrl": "https://example.com/in/x"}, "$.personUrl", Breach.FORMAT, "/in/person1"),
    (OPEN | {"personUrl": "John Doe"}, "$.personUrl", Breach.FORMAT, "'John Doe'"),
    (OPEN | {"personUrl": ""}, "$.personUrl", Breach.FORMAT, "''"),
    (OPEN | {"basicInfo": "x" * 99}, "$.basicInfo", Breach.TYPE, "xx…; it takes true or false"),
    (
        {"actionType": "st.retrievePersonSkills"},
        "$",
        Breach.NOT_AT_ROOT,
        "belongs under st.openPersonPage",
    ),
    (
        OPEN | {"then": {"actionType": "st.retrieveSSI"}},
        "$.then",
        Breach.PARENT,
        "it stands at the root only",
    ),
]


@pytest.mark.parametrize(("document", "path", "rule", "told"), OTHERS)
def test_problems_say_what_would_be_right(
    document: Json, path: str, rule: Breach, told: str
) -> None:
    """A problem names the value, the place and the remedy."""
    (problem,) = validate(document)

    assert (problem.path, problem.rule) == (path, rule)
    assert told in problem.message


ALLOWED: list[Json] = [
    OPEN | {"personUrl": "linkedin.com/in/person1?trk=x"},
    OPEN | {"personUrl": "https://de.linkedin.com/in/person1/"},
    OPEN | {"personUrl": "person1"},
    OPEN | {"limit": "parameters nobody knows pass"},
    OPEN | {"then": None, "label": None},
    OPEN | {"then": []},
    {"actionType": "st.searchPeople", "limit": 10.0},
    {"actionType": "st.searchPeople", "term": "x", "customSearchUrl": "https://x"},
    {"actionType": "st.createPost", "text": "x", "attachments": [PAPER]},
    {"actionType": "st.createPost", "text": "x", "attachments": [{**IMAGE, "name": "A"}] * 9},
    {"actionType": "st.retrieveConnections", "since": "2026-01-31T08:00:00Z"},
    {
        "actionType": "st.retrieveInvitations",
        "then": {"actionType": "st.syncNetwork"},
    },
]


@pytest.mark.parametrize("document", ALLOWED)
def test_what_no_source_forbids_passes(document: Json) -> None:
    """Doubt is decided for the workflow."""
    assert validate(document) == ()


def test_below_an_unknown_action() -> None:
    """What stands under a name nobody knows is judged by itself, not by its place."""
    tree: Json = {
        "actionType": "st.newest",
        "then": [{"actionType": "st.retrievePersonSkills"}, {"actionType": "st.sendMessage"}],
    }

    assert [(problem.path, problem.rule) for problem in validate(tree)] == [
        ("$", Breach.UNKNOWN_ACTION),
        ("$.then[1].text", Breach.MISSING),
    ]


def test_all_problems_come_at_once_and_in_order() -> None:
    """Each action's problems precede those of its children, the first action's the second's."""
    tree: Json = [
        {
            "actionType": "st.openPersonPage",
            "then": [{"actionType": "st.retrievePersonPosts", "limit": 0, "since": "soon"}],
        },
        {"actionType": "st.sendMessage"},
    ]

    found = validate(tree)

    assert [problem.path for problem in found] == [
        "$[0].personUrl",
        "$[0].then[0].limit",
        "$[0].then[0].since",
        "$[1].text",
        "$[1]",
    ]
    assert found[1] == Problem(
        "$[0].then[0].limit",
        Breach.RANGE,
        "is 0; it takes 1 to 20",
        "st.retrievePersonPosts",
    )
    assert str(found[1]) == "$[0].then[0].limit is 0; it takes 1 to 20"


def test_typed_trees_are_judged_like_raw_ones() -> None:
    """What the type checker cannot know of a typed tree is found as well."""
    tree = OpenPersonPage(
        person_url=PERSON, then=[RetrievePersonSkills(), SendMessage(text="", person_url=PERSON)]
    )

    found = validate([tree, OPEN])

    assert [(problem.path, problem.rule) for problem in found] == [
        ("$[0].then[1].text", Breach.LENGTH),
        ("$[0].then[1].personUrl", Breach.EXCLUDED),
    ]


def test_depth_is_no_matter() -> None:
    """A tree deeper than the interpreter's stack is judged to its bottom."""
    from linkedapi_async.workflows._validate import check  # noqa: PLC0415 - takes JSON as it is

    tree: dict[str, Json] = {"actionType": "st.sendMessage"}
    for _ in range(5000):
        tree = {"actionType": "st.retrieveInvitations", "then": tree}

    found = check(tree)

    assert found[-1].path.endswith(".then.text")


Trees = st.SearchStrategy[Any]
JUNK: Trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
WORDS = st.sampled_from([*specs(), "st.unknown"])


def _parents(inner: Trees) -> Trees:
    children: Trees = inner | st.lists(inner)
    return st.fixed_dictionaries({"actionType": WORDS, "then": children})


LEAVES: Trees = st.fixed_dictionaries(
    {"actionType": WORDS}, optional={"limit": JUNK, "filter": JUNK}
)


@given(st.recursive(LEAVES, _parents, max_leaves=6) | JUNK)
def test_nothing_makes_it_fail(tree: Any) -> None:
    """Whatever it is given, it answers with problems that have a place."""
    assert all(problem.path.startswith("$") for problem in validate(tree))
