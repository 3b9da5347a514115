"""Walking raw trees."""

from typing import Any

import pytest

from linkedapi_async._types import Effect
from linkedapi_async.actions import specs
from linkedapi_async.workflows.tree import effect_of, is_loop, reports, walk

TREE: Any = {
    "actionType": "st.searchPeople",
    "then": {
        "actionType": "st.doForPeople",
        "then": [{"actionType": "st.openPersonPage"}, {"actionType": "st.sendMessage"}],
    },
}


def test_walk_yields_parents_first_with_paths() -> None:
    """Each action comes once, with the path to it."""
    assert [(path, action["actionType"]) for path, action in walk(TREE)] == [
        ("$", "st.searchPeople"),
        ("$.then", "st.doForPeople"),
        ("$.then.then[0]", "st.openPersonPage"),
        ("$.then.then[1]", "st.sendMessage"),
    ]
    assert [path for path, _ in walk([TREE["then"], {}])][0::3] == ["$[0]", "$[1]"]


@pytest.mark.parametrize("nothing", [None, 4, "x", [], [None, 3]])
def test_walk_skips_what_is_no_action(nothing: Any) -> None:
    """What is no object is no action, and no reason to fail."""
    assert list(walk(nothing)) == []
    assert list(reports(nothing)) == []


@pytest.mark.parametrize("action_type", sorted(specs()))
def test_effect_of_one_action_is_that_of_its_row(action_type: str) -> None:
    """A single action does what its row says."""
    assert effect_of({"actionType": action_type}) is specs()[action_type].effect


def test_effect_of_a_tree_is_that_of_its_worst() -> None:
    """A write anywhere is a write; so is an action nobody knows. Nothing at all only reads."""
    assert effect_of(TREE) is Effect.WRITE
    assert effect_of(TREE["then"]["then"][0]) is Effect.READ
    assert effect_of([{"actionType": "st.retrieveSSI"}, {"actionType": "?"}]) is Effect.WRITE
    assert effect_of([]) is Effect.READ


def test_reports_are_found_wherever_they_stand() -> None:
    """At the root, below a page, below the items of a list, with paths."""
    completion: Any = [
        {"actionType": "a", "data": {"then": {"actionType": "b", "data": None}}},
        {"actionType": "c", "data": [{"then": [{"actionType": "d"}]}, 4, {"name": "x"}]},
        {"actionType": "e", "data": "text"},
    ]

    assert [(path, report["actionType"]) for path, report in reports(completion)] == [
        ("completion[0]", "a"),
        ("completion[0].data.then", "b"),
        ("completion[1]", "c"),
        ("completion[1].data[0].then[0]", "d"),
        ("completion[2]", "e"),
    ]


def test_loops_are_told_apart() -> None:
    """Loops have no report of their own; unknown actions are taken for none."""
    loops = sorted(name for name in specs() if is_loop(name))

    assert loops == [
        "nv.doForCompanies",
        "nv.doForPeople",
        "st.doForCompanies",
        "st.doForJobs",
        "st.doForPeople",
        "st.doForPosts",
        "st.doForSkills",
    ]
    assert not is_loop("st.unheardOf")
