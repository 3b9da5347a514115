"""Repeated events, told in bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.errors import ConfigurationError
from linkedapi_async.webhooks import Seen


def test_repetition_is_told() -> None:
    """The first time is new, every other is not."""
    seen = Seen()

    assert [seen.add("a"), seen.add("b"), seen.add("a"), seen.add("a")] == [
        True,
        True,
        False,
        False,
    ]
    assert "a" in seen
    assert "c" not in seen
    assert len(seen) == 2


def test_oldest_is_forgotten_first() -> None:
    """Beyond the capacity, what was not heard of for longest goes; a repetition counts as heard."""
    seen = Seen(2)
    for event_id in ("a", "b", "a", "c"):
        seen.add(event_id)

    assert ("a" in seen, "b" in seen, "c" in seen) == (True, False, True)
    assert seen.add("b")
    assert "a" not in seen


def test_failed_event_can_come_again() -> None:
    """What could not be handled is forgotten, so that its repetition is handled."""
    seen = Seen()
    seen.add("a")

    seen.discard("a")
    seen.discard("never seen")

    assert len(seen) == 0
    assert seen.add("a")


@pytest.mark.parametrize("capacity", [0, -1])
def test_capacity_has_to_hold_something(capacity: int) -> None:
    """With no room, each repetition would pass for new."""
    with pytest.raises(ConfigurationError, match=f"capacity={capacity}"):
        Seen(capacity)


@given(capacity=st.integers(1, 4), ids=st.lists(st.sampled_from("abcdef"), max_size=40))
def test_it_remembers_exactly_the_latest(capacity: int, ids: list[str]) -> None:
    """At every moment it holds the latest different ids, as many as it has room for."""
    seen = Seen(capacity)
    for count, event_id in enumerate(ids):
        latest = list(dict.fromkeys(reversed(ids[:count])))[:capacity]
        assert seen.add(event_id) is (event_id not in latest)
    held = set(dict.fromkeys(reversed(ids))) if len(set(ids)) <= capacity else None

    assert len(seen) == min(len(set(ids)), capacity)
    assert held is None or all(event_id in seen for event_id in held)
