from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from linkedapi_async._agenda import Agenda

SLACK: Final = 16
NAMES: Final = [f"item {number}" for number in range(12)]
MOMENTS: Final = st.floats(0.0, 100.0) | st.integers(0, 9).map(float)


class Planner(RuleBasedStateMachine):
    """Somebody who plans, plans anew, gives up and looks what is due, beside a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.plans: dict[str, float] = {}
        self.agenda: Agenda[str] = Agenda(lambda name, at: self.plans.get(name) == at)

    @rule(name=st.sampled_from(NAMES), at=MOMENTS)
    def plan(self, name: str, at: float) -> None:
        """Plan something, or plan it anew."""
        self.plans[name] = at
        self.agenda.put(name, at, live=len(self.plans))

    @rule(name=st.sampled_from(NAMES), at=MOMENTS, times=st.integers(1, 200))
    def plan_again_and_again(self, name: str, at: float, times: int) -> None:
        """Plan something for one moment, over and over."""
        for _ in range(times):
            self.plan(name, at)

    @rule(name=st.sampled_from(NAMES))
    def give_up(self, name: str) -> None:
        """Drop a plan."""
        self.plans.pop(name, None)
        self.agenda.trim(live=len(self.plans))

    @rule(now=MOMENTS)
    def look(self, now: float) -> None:
        """Take out what is due, each once, earliest first."""
        expected = {name for name, at in self.plans.items() if at <= now}
        found = [(self.plans.pop(name), name) for name in self.agenda.due(now)]
        assert {name for _, name in found} == expected
        assert [at for at, _ in found] == sorted(at for at, _ in found)

    @rule(now=MOMENTS, delay=st.floats(0.1, 50.0))
    def look_and_put_off(self, now: float, delay: float) -> None:
        """Plan anew, in the middle of looking, whatever is due."""
        expected = [name for name, at in self.plans.items() if at <= now]
        found = list[str]()
        for name in self.agenda.due(now):
            found.append(name)
            self.plan(name, now + delay)
        assert sorted(found) == sorted(expected)

    @invariant()
    def agrees(self) -> None:
        """It holds what the dictionary holds."""
        assert set(self.agenda) == set(self.plans)
        assert self.agenda.next_at() == min(self.plans.values(), default=None)

    @invariant()
    def stays_small(self) -> None:
        """It holds little more than that."""
        assert len(self.agenda) <= 2 * len(NAMES) + SLACK


TestPlanner = Planner.TestCase


def test_repeated_entries_are_swept_out() -> None:
    """An item entered a thousand times at one moment is one entry, and is swept for once."""
    sweeps = 0

    def is_current(_: str, __: float) -> bool:
        nonlocal sweeps
        sweeps += 1
        return True

    agenda: Agenda[str] = Agenda(is_current)
    for _ in range(10_000):
        agenda.put("one", 5.0, live=1)

    assert len(agenda) <= 2 + SLACK
    assert sweeps <= 20_000


@pytest.mark.parametrize("live", [0, 1, 100])
def test_stale_entries_do_not_pile_up(live: int) -> None:
    """However much is planned anew, entries stay in proportion to what is current."""
    plans = {f"item {number}": float(number) for number in range(live)}
    agenda: Agenda[str] = Agenda(lambda name, at: plans.get(name) == at)
    for name, at in plans.items():
        agenda.put(name, at, live=live)

    for number in range(5_000):
        agenda.put("gone", float(number), live=live)

    assert len(agenda) <= 2 * live + SLACK
    assert list(agenda.due(1e9)) == list(plans)
    assert agenda.next_at() is None
