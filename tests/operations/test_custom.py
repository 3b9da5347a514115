"""Workflows made by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Effect
from linkedapi_async.actions import (
    CheckConnectionStatus,
    DoForPeople,
    OpenPersonPage,
    SearchPeople,
    SendMessage,
)
from linkedapi_async.errors import ActionFailure
from linkedapi_async.operations import CustomWorkflow

ERROR: Any = {"type": "personNotFound", "message": "m"}


def test_raw_definition_is_sent_as_it_is() -> None:
    """A raw tree reaches the wire unchanged, but for keys that are `None`."""
    raw: dict[str, Any] = {
        "actionType": "st.new",
        "count": 0,
        "flag": False,
        "list": [],
        "none": None,
    }

    assert CustomWorkflow(raw).workflow() == {
        "actionType": "st.new",
        "count": 0,
        "flag": False,
        "list": [],
    }
    assert CustomWorkflow([raw, raw]).workflow() == [CustomWorkflow(raw).workflow()] * 2
    assert CustomWorkflow().workflow() == {}


def test_later_changes_reach_neither_the_workflow_nor_the_value() -> None:
    """The definition is copied in and copied out."""
    raw: dict[str, Any] = {"actionType": "st.searchPeople", "then": {"actionType": "st.x"}}
    custom = CustomWorkflow(raw)

    raw["then"]["actionType"] = "st.y"
    sent: Any = custom.workflow()
    sent["then"]["actionType"] = "st.z"

    assert custom.workflow() == {"actionType": "st.searchPeople", "then": {"actionType": "st.x"}}


def test_typed_actions_become_the_tree() -> None:
    """Typed actions, raw ones and lists of both may be mixed."""
    page = OpenPersonPage(basic_info=True, then=[CheckConnectionStatus()])
    search = SearchPeople(term="cto", label="s", then=DoForPeople(then=page))

    assert CustomWorkflow(search).workflow() == {
        "actionType": "st.searchPeople",
        "label": "s",
        "term": "cto",
        "then": {
            "actionType": "st.doForPeople",
            "then": {
                "actionType": "st.openPersonPage",
                "basicInfo": True,
                "then": [{"actionType": "st.checkConnectionStatus"}],
            },
        },
    }
    assert CustomWorkflow([search, {"actionType": "st.x"}]).workflow() == [
        search.to_json(),
        {"actionType": "st.x"},
    ]


@pytest.mark.parametrize(
    ("definition", "effect"),
    [
        (SearchPeople(term="x"), Effect.READ),
        (SearchPeople(then=DoForPeople(then=OpenPersonPage())), Effect.READ),
        (
            SearchPeople(then=DoForPeople(then=OpenPersonPage(then=SendMessage(text="Hi")))),
            Effect.WRITE,
        ),
        ([SearchPeople(), {"actionType": "st.unheardOf"}], Effect.WRITE),
        ({"actionType": 4}, Effect.WRITE),
    ],
)
def test_effect_walks_the_tree(definition: Any, effect: Effect) -> None:
    """One writing or unknown action anywhere makes the whole a write."""
    assert CustomWorkflow(definition).effect is effect


def test_errors_are_collected_from_the_whole_tree() -> None:
    """Failures count wherever they stand: at the root, under a page, under an item."""
    completion: Any = [
        {"actionType": "a", "success": False, "error": ERROR},
        {
            "actionType": "b",
            "success": True,
            "data": {"then": {"actionType": "c", "success": False, "error": ERROR, "label": "l"}},
        },
        {
            "actionType": "d",
            "success": True,
            "data": [
                {"name": "x"},
                {"then": [{"actionType": "e", "success": False, "error": ERROR}]},
                7,
            ],
        },
    ]

    data, errors = CustomWorkflow.read(completion)

    assert data is completion
    assert errors == (
        ActionFailure("personNotFound", "m", "a"),
        ActionFailure("personNotFound", "m", "c", "l"),
        ActionFailure("personNotFound", "m", "e"),
    )


def test_malformed_errors_are_told_not_raised() -> None:
    """A custom workflow always gives its completion; an unreadable error becomes a failure."""
    data, errors = CustomWorkflow.read({"success": False, "error": 4})

    assert data == {"success": False, "error": 4}
    assert [error.type for error in errors] == ["unknownError"]


@given(st.recursive(st.none() | st.integers() | st.text(), lambda i: st.lists(i, max_size=2)))
def test_completion_is_passed_through(completion: Any) -> None:
    """Whatever came back is the data."""
    assert CustomWorkflow.read(completion)[0] == completion
