from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from linkedapi_async.policy import Brake

PATIENCE: Final = 3
CAP: Final = 15.0


def fail(brake: Brake, now: float, *, draw: float = 0.0, asked: float = 0.0) -> float:
    """Press the brake for a request sent and answered at once; return the pause."""
    brake.press(sent_at=now, asked=asked, now=now, draw=draw)
    return max(0.0, brake.until - now)


def test_one_failure_among_successes_stops_nobody() -> None:
    """Failures that alternate with successes, or come in twos, make no pause at all."""
    brake = Brake()

    for now in range(1, 1_000):
        if now % PATIENCE:
            assert fail(brake, float(now)) == 0.0
        else:
            brake.release()

    assert not brake.is_cautious


@pytest.mark.parametrize(("draw", "first", "last"), [(0.0, 0.5, 7.5), (0.999, 0.9995, 14.9925)])
def test_failures_in_a_row_pause_longer_and_longer(draw: float, first: float, last: float) -> None:
    """The third in a row makes a pause; pauses double up to a bound, with a request each."""
    brake, now, pauses = Brake(), 100.0, list[float]()

    for _ in range(12):
        pauses.append(fail(brake, now, draw=draw))
        now = max(now, brake.until)

    assert pauses[:3] == pytest.approx([0.0, 0.0, first])
    assert pauses[3] == pytest.approx(2 * first)
    assert pauses[-4:] == pytest.approx([last] * 4)
    assert brake.is_cautious


def test_a_success_ends_the_caution() -> None:
    """After a success all may ask again, and it takes three more failures to stop them."""
    brake = Brake()
    for _ in range(10):
        fail(brake, brake.until + 1.0)

    brake.release()

    assert not brake.is_cautious
    now = brake.until + 1.0
    assert [fail(brake, now + step) > 0 for step in range(3)] == [False, False, True]


def test_what_was_sent_before_the_pause_tells_nothing_new() -> None:
    """Sixty requests under way when the service goes down count as three."""
    brake = Brake()
    for _ in range(60):
        brake.press(sent_at=10.0, asked=0.0, now=10.5, draw=0.999)

    assert brake.until == pytest.approx(10.5, abs=1.0)


def test_the_services_own_word_counts_at_once() -> None:
    """A single reply that names a time stops everybody that long; a shorter one changes nothing."""
    brake = Brake()

    brake.press(sent_at=1.0, asked=30.0, now=2.0, draw=0.5)
    assert brake.until == 32.0
    brake.press(sent_at=1.0, asked=5.0, now=3.0, draw=0.5)

    assert brake.until == 32.0
    assert not brake.is_cautious


class Service(RuleBasedStateMachine):
    """Requests with any fate, whose replies come in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.brake = Brake()
        self.now = 0.0
        self.sent: list[float] = []
        self.until = -1.0
        self.failed = 0
        self.bound = -1.0

    @rule(seconds=st.floats(0.0, 60.0))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    @rule()
    def send(self) -> None:
        """Send a request, if none is to be held back."""
        if self.now >= self.brake.until:
            self.sent.append(self.now)

    @rule(which=st.integers(0, 9))
    def succeed(self, which: int) -> None:
        """Let one of those under way go well."""
        if which < len(self.sent):
            self.sent.pop(which)
            self.brake.release()
            self.failed = 0
            assert not self.brake.is_cautious

    @rule(
        which=st.integers(0, 9),
        asked=st.just(0.0) | st.floats(0.1, 1_800.0),
        draw=st.floats(0.0, 1.0, exclude_max=True),
    )
    def fail(self, which: int, asked: float, draw: float) -> None:
        """Let one of those under way fail."""
        if which < len(self.sent):
            sent_at = self.sent.pop(which)
            self.brake.press(sent_at=sent_at, asked=asked, now=self.now, draw=draw)
            self.failed += 1
            self.bound = max(self.bound, self.now + max(asked, CAP))
            assert self.brake.until >= self.now + asked or asked == 0.0

    @invariant()
    def pauses_are_bounded_and_earned(self) -> None:
        """No pause is longer than it may be, none is taken back, and caution has its reason."""
        assert self.brake.until <= self.bound or self.brake.until == -1.0
        assert self.brake.until >= self.until
        self.until = self.brake.until
        if self.brake.is_cautious:
            assert self.failed >= PATIENCE


TestService = Service.TestCase
