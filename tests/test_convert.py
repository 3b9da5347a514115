"""JSON to typed results."""

import copy
import pickle
from collections.abc import Callable
from typing import Any, get_args, get_origin

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async import models
from linkedapi_async._convert import _copier, _fields, _mirror, _read, structure
from linkedapi_async.errors import ProtocolError
from linkedapi_async.models import (
    FeedPost,
    Job,
    JobSalary,
    Person,
    PersonSearchItem,
    PersonViewerState,
    Post,
    SsiResult,
)
from linkedapi_async.models._rules import camel

SENT = ("Filter", "Preferences")
"""Endings of models that are sent and never read."""

KINDS: list[Any] = [
    getattr(models, name)
    for name in dir(models)
    if not name.endswith(SENT)
    and attrs.has(getattr(models, name))
    and all(field.default is None for field in attrs.fields(getattr(models, name)))
]

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "urn", "type", "brandNew"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def received(kind: Any) -> st.SearchStrategy[Any]:
    """Return what may come for a type: mostly what is documented, now and then anything."""
    documented: st.SearchStrategy[Any]
    if attrs.has(kind):
        fields = {camel(name): received(inner) for name, inner in _fields(kind)}
        documented = st.fixed_dictionaries({}, optional=fields)
    elif get_origin(kind) is list:
        documented = st.lists(received(*get_args(kind)), max_size=2)
    elif kind is float:
        documented = st.floats(allow_nan=False) | st.integers()
    else:
        documented = {str: st.text(max_size=3), int: st.integers(), bool: st.booleans()}[kind]
    return st.one_of([documented] * 8 + [st.none(), ANY_JSON])


def in_c(value: Any, kind: Any) -> Any:
    return _copier(kind)(msgspec.convert(value, _mirror(kind)))


def in_plain_words(value: Any, kind: Any) -> Any:
    return _read(value, kind, "")


def outcome(way: Callable[[Any, Any], Any], value: Any, kind: Any) -> str:
    try:
        return repr(way(value, kind))
    except (msgspec.ValidationError, OverflowError, ProtocolError):
        return "refused"


def test_names_are_translated_and_new_keys_ignored() -> None:
    """CamelCase becomes snake_case; a key nobody knows is no trouble."""
    read = structure(
        {"publicUrl": "u", "viewerState": {"connectionDegree": "2nd"}, "brandNew": {}},
        PersonSearchItem,
    )

    assert read == PersonSearchItem(
        public_url="u", viewer_state=PersonViewerState(connection_degree="2nd")
    )


def test_digits_are_translated_too() -> None:
    """`postViewsLast7Days` is `post_views_last_7_days`."""
    read = structure({"postViewsLast7Days": 7}, models.PerformanceResult)

    assert read.post_views_last_7_days == 7


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_missing_and_null_are_none(kind: type[Any]) -> None:
    """What the service leaves out, and what it sends as null, is `None`."""
    names = [field.name for field in attrs.fields(kind)]
    nulls: dict[str, None] = {camel(name): None for name in names}

    assert structure({}, kind) == structure(nulls, kind) == kind()


def test_unknown_words_are_kept() -> None:
    """A word the service invents later comes through."""
    read = structure({"connectionStatus": "soulmates"}, models.CheckConnectionStatusResult)

    assert read.connection_status == "soulmates"


def test_whole_numbers_pass_for_amounts() -> None:
    """An int is taken where a float is expected, and becomes one."""
    amount = structure({"minAmount": 3, "maxAmount": 4.5}, JobSalary).min_amount

    assert (amount, type(amount)) == (3.0, float)


def test_plain_values_are_read_as_they_are() -> None:
    """A type need not be a model."""
    assert structure("\ud83d", str) == "\ud83d"
    assert structure(["a", ""], list[str]) == ["a", ""]
    assert structure(False, bool) is False  # noqa: FBT003 - a value as received


def test_whole_numbers_in_a_list_become_amounts() -> None:
    """What is in a list is treated as what stands alone."""
    read = structure([1, 2.5], list[float])

    assert (read, {type(entry) for entry in read}) == ([1.0, 2.5], {float})


@pytest.mark.parametrize("count", [2**63, -(2**64), 10**30])
def test_whole_numbers_have_no_limit(count: int) -> None:
    """An int is an int, however large."""
    assert structure({"followersCount": count}, Person).followers_count == count


def test_a_key_that_utf_8_cannot_carry_is_ignored_too() -> None:
    """A new key may hold half of a surrogate pair, and the rest is read all the same."""
    value: dict[str, Any] = {"\ud83d": 1, "name": "\ud83d", "minAmount": 3}

    assert structure(value, PersonSearchItem) == PersonSearchItem(name="\ud83d")
    assert structure(value, JobSalary) == JobSalary(min_amount=3.0)


TOO_LARGE = 10**400

REFUSED: list[tuple[Any, Any, str]] = [
    ([{"name": 3}], list[PersonSearchItem], "expected str at completion.data[0].name, got int"),
    (
        {"followersCount": True},
        Person,
        "expected int at completion.data.followersCount, got bool",
    ),
    (
        {"followersCount": "3"},
        Person,
        "expected int at completion.data.followersCount, got str",
    ),
    ({"hasVideo": 1}, Post, "expected bool at completion.data.hasVideo, got int"),
    ({"minAmount": "3"}, JobSalary, "expected float at completion.data.minAmount, got str"),
    ({"minAmount": False}, JobSalary, "expected float at completion.data.minAmount, got bool"),
    (None, Person, "expected object at completion.data, got null"),
    ([{}, None], list[Person], "expected object at completion.data[1], got null"),
    ("x", list[Person], "expected array at completion.data, got str"),
    ({}, list[Person], "expected array at completion.data, got object"),
    ({"posts": {}}, Person, "expected array at completion.data.posts, got object"),
    ({"viewerState": []}, Person, "expected object at completion.data.viewerState, got array"),
    (
        {"posts": [{}, {"hashtags": ["a", 1]}]},
        Person,
        "expected str at completion.data.posts[1].hashtags[1], got int",
    ),
    (
        {"posts": [{"author": {"viewerState": {"connectionDegree": 1}}}]},
        Person,
        "expected str at completion.data.posts[0].author.viewerState.connectionDegree, got int",
    ),
    ({"minAmount": TOO_LARGE}, JobSalary, "expected float at completion.data.minAmount, got int"),
    ([1.5, True], list[float], "expected float at completion.data[1], got bool"),
    (4, str, "expected str at completion.data, got int"),
]


@pytest.mark.parametrize(("value", "kind", "message"), REFUSED)
def test_wrong_type_is_refused_with_its_place(value: Any, kind: Any, message: str) -> None:
    """Nothing is converted on the quiet; the message names the place by wire names."""
    with pytest.raises(ProtocolError) as caught:
        structure(value, kind)

    assert caught.value.message == message


@pytest.mark.parametrize("kind", [Person, FeedPost, Job, SsiResult, list[PersonSearchItem]])
@given(data=st.data())
def test_both_ways_agree(kind: Any, data: st.DataObject) -> None:
    """The fast way takes exactly what the plain way takes, and makes the same of it."""
    value = data.draw(received(kind))

    assert outcome(in_c, value, kind) == outcome(in_plain_words, value, kind)


def test_what_is_read_is_of_the_class_itself_and_frozen() -> None:
    """Instances are those of the constructor: class, hash, repr, pickle, copy, frozenness."""
    made = PersonSearchItem(name="Ann", viewer_state=PersonViewerState(connection_degree="1st"))
    read = structure({"name": "Ann", "viewerState": {"connectionDegree": "1st"}}, PersonSearchItem)

    assert (read, type(read), hash(read), repr(read)) == (made, type(made), hash(made), repr(made))
    assert pickle.loads(pickle.dumps(read)) == copy.deepcopy(read) == made  # noqa: S301 - our own
    assert attrs.evolve(read, name="Bob").name == "Bob"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(read, "name", "Bob")  # noqa: B010 - the type checkers know better


def test_lists_are_not_shared_with_the_reply() -> None:
    """Changing what was received changes nothing that was read."""
    received: dict[str, Any] = {"hashtags": ["a"]}
    read = structure(received, Post)

    received["hashtags"].append("b")

    assert read.hashtags == ["a"]
