"""JSON to typed results."""

import copy
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async import models
from linkedapi_async._convert import _fast, _slow, structure
from linkedapi_async.errors import ProtocolError
from linkedapi_async.models import (
    FeedPost,
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
    for name in models.__all__
    if not name.endswith(SENT)
    and attrs.has(getattr(models, name))
    and all(field.default is None for field in attrs.fields(getattr(models, name)))
]

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "posts", "viewerState", "hashtags", "followersCount", "minAmount"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


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
    (4, str, "expected str at completion.data, got int"),
]


@pytest.mark.parametrize(("value", "kind", "message"), REFUSED)
def test_wrong_type_is_refused_with_its_place(value: Any, kind: Any, message: str) -> None:
    """Nothing is converted on the quiet; the message names the place by wire names."""
    with pytest.raises(ProtocolError) as caught:
        structure(value, kind)

    assert caught.value.message == message


@pytest.mark.parametrize("kind", [Person, FeedPost, JobSalary, SsiResult, list[PersonSearchItem]])
@given(value=ANY_JSON)
def test_both_ways_agree(kind: Any, value: Any) -> None:
    """The fast way takes exactly what the explaining way takes, and makes the same of it."""
    outcomes: list[Any] = []
    for way in (_fast(), _slow()):
        try:
            outcomes.append(way.structure(value, kind))
        except Exception:  # noqa: BLE001 - either way of refusing
            outcomes.append("refused")

    assert outcomes[0] == outcomes[1]


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
