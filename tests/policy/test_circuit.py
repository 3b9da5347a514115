"""When an account stands aside, and when somebody may look."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async import Disposition, Scope
from linkedapi_async.policy import Circuit, Stop


def stop(cause: str = "signedOut", **more: Any) -> Stop:
    given: dict[str, Any] = {
        "code": cause,
        "cause": cause,
        "scope": Scope.ACCOUNT,
        "disposition": Disposition.USER_ACTION,
        "hint": "Sign in.",
        "message": "Signed out.",
        "since": 100.0,
        "since_wall": datetime(2026, 1, 5, tzinfo=UTC),
    }
    return Stop(**{**given, **more})


def test_new_circuit_lets_all_pass() -> None:
    """Nothing is parked before anything was met."""
    circuit = Circuit()

    assert not circuit.is_parked
    assert circuit.stop is None
    assert not circuit.may_probe(1e9)


def test_known_cause_is_not_new() -> None:
    """A cause parks once, however many calls meet it, and keeps its moment."""
    circuit = Circuit()
    first = stop()

    assert circuit.park(first, draw=0.0)
    assert not circuit.park(stop(since=200.0), draw=0.0)
    assert circuit.stops == (first,)


@pytest.mark.parametrize(
    ("probes", "low", "high"), [(0, 2.5, 5), (1, 5, 10), (3, 20, 40), (6, 150, 300), (40, 150, 300)]
)
def test_pauses_double(probes: int, low: float, high: float) -> None:
    """Each pause lies in the upper half of a bound that doubles up to five minutes."""
    for draw, expected in ((0.0, low), (1.0, high)):
        circuit = Circuit()
        circuit.park(stop(), draw=draw)
        for _ in range(probes):
            circuit.begin_probe()
            circuit.end_probe(now=100.0, draw=draw)

        assert circuit.probe_at - 100.0 == pytest.approx(expected)
        assert circuit.probes == probes


def test_only_one_probe_at_a_time() -> None:
    """While one call looks no other may."""
    circuit = Circuit()
    circuit.park(stop(), draw=0.0)

    assert [circuit.may_probe(now) for now in (102.4, 102.5)] == [False, True]
    circuit.begin_probe()
    assert not circuit.may_probe(1e9)
    pause = circuit.end_probe(now=110.0, draw=1.0)
    assert pause == pytest.approx(10.0)
    assert [circuit.may_probe(now) for now in (119.9, 120.1)] == [False, True]


def test_known_end_is_waited_for() -> None:
    """Where the service says when it is over nobody looks before, and not all at once then."""
    circuit = Circuit()
    circuit.park(stop(until=5000.0, base=60.0, cap=900.0), draw=0.5)

    assert circuit.probe_at == 5030.0
    assert not circuit.may_probe(5000.0)


def test_later_word_moves_the_end() -> None:
    """A call that is refused with another end moves it; the cause stays the same."""
    circuit = Circuit()
    circuit.park(stop(), draw=0.0)

    assert not circuit.park(stop(since=103.0, until=9000.0), draw=0.0)
    assert circuit.probe_at == 9000.0
    found = circuit.stop
    assert found is not None
    assert (found.since, found.until) == (100.0, 9000.0)


def test_ends_named_in_a_row() -> None:
    """Whoever names a near end again and again is asked less and less often."""
    circuit, now, looks = Circuit(), 100.0, 0
    while now < 3700.0:
        circuit.park(stop(since=now, until=now + 1.0), draw=0.5)
        circuit.begin_probe()
        circuit.end_probe(now=now, draw=0.5)
        now, looks = circuit.probe_at, looks + 1

    assert looks < 30


@pytest.mark.parametrize("more", [{"base": 0.0}, {"cap": 0.0}, {"base": 0.0, "cap": 0.0}])
def test_nobody_looks_without_a_pause(more: dict[str, Any]) -> None:
    """A policy that backs off for no time at all still leaves pauses, which grow."""
    circuit, now, looks = Circuit(), 100.0, 0
    circuit.park(stop(**more), draw=0.0)
    while now < 160.0:
        circuit.begin_probe()
        circuit.end_probe(now=now, draw=0.0)
        now, looks = circuit.probe_at, looks + 1

    assert looks < 40


def test_met_last_though_known() -> None:
    """Of several causes the one that was met last says how to look, known or not."""
    circuit = Circuit()
    for cause in ("signedOut", "elsewhere", "signedOut"):
        circuit.park(stop(cause), draw=0.0)

    assert [one.cause for one in circuit.stops] == ["elsewhere", "signedOut"]


def test_past_end_is_no_end() -> None:
    """When the end that was told is over and calls are refused still, pauses grow as ever."""
    circuit = Circuit()
    circuit.park(stop(until=200.0), draw=0.0)
    circuit.begin_probe()

    assert circuit.end_probe(now=201.0, draw=0.0) == pytest.approx(5.0)


def test_number_of_others_counts() -> None:
    """Where workers take turns the pause follows the number of all their looks."""
    circuit = Circuit()
    circuit.park(stop(), draw=1.0)
    circuit.begin_probe()

    assert circuit.end_probe(now=100.0, draw=1.0, number=4) == pytest.approx(80.0)


def test_another_worker_looks() -> None:
    """Postponed, a circuit waits for as long as it was told."""
    circuit = Circuit()
    circuit.park(stop(), draw=0.0)
    circuit.begin_probe()

    circuit.postpone(500.0)

    assert [circuit.may_probe(now) for now in (499.0, 500.0)] == [False, True]


def test_postponed_when_nothing_is_parked() -> None:
    """Postponing what is over leaves nothing behind."""
    circuit = Circuit()

    circuit.postpone(500.0)

    assert circuit.probe_at == float("inf")


def test_two_causes() -> None:
    """Parked for two causes, it is free when both are gone; the last one speaks."""
    circuit = Circuit()
    circuit.park(stop("a"), draw=0.0)
    circuit.park(stop("b"), draw=0.0)
    latest = circuit.stop
    assert latest is not None
    assert latest.cause == "b"

    assert circuit.lift("b") is latest
    assert circuit.is_parked
    assert circuit.lift("b") is None
    circuit.lift("a")
    assert not circuit.is_parked
    assert circuit.probe_at == float("inf")


def test_end_of_a_probe_after_the_end() -> None:
    """A look that comes back when nothing is parked any more asks for no pause."""
    circuit = Circuit()
    circuit.park(stop(), draw=0.0)
    circuit.begin_probe()
    circuit.lift("signedOut")

    circuit.end_probe(now=100.0, draw=0.0)

    assert not circuit.may_probe(1e9)


@given(st.lists(st.floats(0.0, 0.999), min_size=1, max_size=30))
def test_never_sooner_than_half_a_bound(draws: list[float]) -> None:
    """Whatever chance says, pauses lie between half their bound and the bound."""
    circuit = Circuit()
    now = 100.0
    circuit.park(stop(), draw=draws[0])
    for number, draw in enumerate(draws):
        bound = min(300.0, 5.0 * 2**number)
        if number == 0:
            assert bound / 2 <= circuit.probe_at - now <= bound
        circuit.begin_probe()
        pause = circuit.end_probe(now=now, draw=draw)
        following = min(300.0, 5.0 * 2 ** (number + 1))
        assert following / 2 - 1e-9 <= pause <= following
