"""What one account may still do: counted, told, forgotten and planned."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linkedapi_async._types import Disposition, Scope
from linkedapi_async.errors import ConfigurationError, FatalError
from linkedapi_async.models.limits import Limit, LimitUsage
from linkedapi_async.models.usage import UsedAction
from linkedapi_async.quotas import (
    Obstacle,
    ObstacleKind,
    Pacing,
    Period,
    Quotas,
    WorkingHours,
)

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = {"stMessages": 1}
NOTHING = dict[str, int]()
OFFICE = WorkingHours(zone="Europe/Berlin", opens="09:00", closes="18:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def limit(period: str, most: int | None, **more: Any) -> Limit:
    return Limit(category="stMessages", period=period, max_value=most, **more)


def usage(period: str, used: int | None, most: int | None, **more: Any) -> LimitUsage:
    return LimitUsage(
        category="stMessages", period=period, max_value=most, current_usage=used, **more
    )


def use(quotas: Quotas, count: int, moment: datetime) -> None:
    """Let that many messages be sent and done."""
    quotas.settle(quotas.spend({"stMessages": count}, moment), moment)


# ── Limits ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("limits", "used_at", "moment", "feasible_at"),
    [
        # one left, none left
        ({"stMessages": 4}, "2026-01-05T09:00Z", "2026-01-05T09:00Z", "2026-01-05T09:00Z"),
        ({"stMessages": 3}, "2026-01-05T09:00Z", "2026-01-05T09:00Z", "2026-01-06T00:00Z"),
        ({"stMessages": 3}, "2026-01-05T09:00Z", "2026-01-05T23:59:59Z", "2026-01-06T00:00Z"),
        ({"stMessages": 3}, "2026-01-05T09:00Z", "2026-01-06T00:00Z", "2026-01-06T00:00Z"),
        # the week begins on Monday, wherever the month ends
        ([limit("weekly", 3)], "2026-01-05T00:00Z", "2026-01-11T23:00Z", "2026-01-12T00:00Z"),
        ([limit("weekly", 3)], "2026-01-04T23:59Z", "2026-01-05T00:00Z", "2026-01-05T00:00Z"),
        ([limit("weekly", 3)], "2026-01-29T12:00Z", "2026-01-31T12:00Z", "2026-02-02T00:00Z"),
        # months of any length
        ([limit("monthly", 3)], "2026-01-01T00:00Z", "2026-01-31T23:59Z", "2026-02-01T00:00Z"),
        ([limit("monthly", 3)], "2026-02-01T00:00Z", "2026-02-28T23:59Z", "2026-03-01T00:00Z"),
        ([limit("monthly", 3)], "2028-02-29T00:00Z", "2028-02-29T01:00Z", "2028-03-01T00:00Z"),
        ([limit("monthly", 3)], "2026-04-30T00:00Z", "2026-04-30T01:00Z", "2026-05-01T00:00Z"),
        ([limit("monthly", 3)], "2026-12-31T00:00Z", "2026-12-31T01:00Z", "2027-01-01T00:00Z"),
        # the last to give way decides
        (
            [limit("daily", 3), limit("weekly", 3), limit("monthly", 9)],
            "2026-01-05T09:00Z",
            "2026-01-05T09:00Z",
            "2026-01-12T00:00Z",
        ),
        # what is not enforced does not hold
        (
            [limit("daily", 3, is_enabled=False)],
            "2026-01-05T09:00Z",
            "2026-01-05T09:00Z",
            "2026-01-05T09:00Z",
        ),
    ],
)
def test_a_call_may_start_when_every_period_has_room(
    limits: Any, used_at: str, moment: str, feasible_at: str
) -> None:
    """Three messages are counted; a fourth waits for the calendar."""
    quotas = Quotas(limits)
    use(quotas, 3, at(used_at))

    assert quotas.feasible_at(ONE, at(moment)) == at(feasible_at)


@pytest.mark.parametrize(
    ("zone", "used_at", "feasible_at"),
    [
        ("America/New_York", "2026-03-08T12:00Z", "2026-03-09T04:00Z"),  # a day of 23 hours
        ("America/New_York", "2026-03-08T04:00Z", "2026-03-08T05:00Z"),  # still the 7th there
        ("Europe/Berlin", "2026-10-25T12:00Z", "2026-10-25T23:00Z"),  # one of 25
        ("Asia/Kolkata", "2026-01-05T12:00Z", "2026-01-05T18:30Z"),
        ("Pacific/Apia", "2011-12-29T12:00Z", "2011-12-30T10:00Z"),  # the 30th never was
    ],
)
def test_days_may_be_those_of_another_place(zone: str, used_at: str, feasible_at: str) -> None:
    """Where the service counts by another calendar, so does the account."""
    quotas = Quotas({"stMessages": 1}, zone=zone)
    use(quotas, 1, at(used_at))

    assert quotas.feasible_at(ONE, at(used_at)) == at(feasible_at)


def test_a_call_waits_for_all_its_categories() -> None:
    """The category that gives way last decides; what is free or unlimited never waits."""
    quotas = Quotas([limit("daily", 1), Limit(category="stPosts", period="weekly", max_value=1)])
    quotas.spend({"stMessages": 1, "stPosts": 1, "stReactions": 900}, MONDAY)

    assert quotas.feasible_at({"stMessages": 1, "stPosts": 1}, MONDAY) == at("2026-01-12T00:00Z")
    assert quotas.feasible_at({"stReactions": 900, "stSomethingNew": 1}, MONDAY) == MONDAY
    assert quotas.feasible_at({"stMessages": 0}, MONDAY) == MONDAY
    assert quotas.feasible_at({}, MONDAY) == MONDAY


def test_what_was_started_counts_before_it_is_done() -> None:
    """Two starts cannot both take the last of a limit."""
    quotas = Quotas({"stMessages": 1})

    first = quotas.feasible_at(ONE, MONDAY)
    spent = quotas.spend(ONE, MONDAY)
    second = quotas.feasible_at(ONE, MONDAY)

    assert (first, second) == (MONDAY, at("2026-01-06T00:00Z"))
    assert (spent.costs, spent.at) == (ONE, MONDAY)


def test_what_never_ran_is_forgotten_once() -> None:
    """A refund gives back what was taken, and not a second time."""
    quotas = Quotas({"stMessages": 2})
    spent, other = quotas.spend(ONE, MONDAY), quotas.spend(ONE, MONDAY)

    quotas.refund(spent)
    quotas.refund(spent)
    quotas.settle(spent, MONDAY)

    assert quotas.feasible_at(ONE, MONDAY) == MONDAY
    assert quotas.feasible_at({"stMessages": 2}, MONDAY) == at("2026-01-06T00:00Z")
    assert other is not spent


def test_what_is_done_counts_as_what_it_did() -> None:
    """A search that found two of ten leaves eight visits; settling twice counts once."""
    quotas = Quotas({"stPersonProfileViews": 10})
    spent = quotas.spend({"stPersonProfileViews": 10}, MONDAY)

    quotas.settle(spent, MONDAY, actual={"stPersonProfileViews": 2})
    quotas.settle(spent, MONDAY)
    quotas.refund(spent)

    assert quotas.feasible_at({"stPersonProfileViews": 8}, MONDAY) == MONDAY
    assert quotas.feasible_at({"stPersonProfileViews": 9}, MONDAY) == at("2026-01-06T00:00Z")


@pytest.mark.parametrize(
    ("ended_at", "feasible_at"),
    [
        (None, "2026-01-07T00:00Z"),  # under way: it may still do something today
        ("2026-01-05T23:59Z", "2026-01-06T00:10Z"),
        ("2026-01-06T00:05Z", "2026-01-07T00:00Z"),
    ],
)
def test_what_runs_over_midnight_counts_tomorrow(ended_at: str | None, feasible_at: str) -> None:
    """Nobody knows on which side of midnight its message is sent."""
    quotas = Quotas({"stMessages": 1})
    spent = quotas.spend(ONE, at("2026-01-05T23:58Z"))
    if ended_at is not None:
        quotas.settle(spent, at(ended_at))

    assert quotas.feasible_at(ONE, at("2026-01-06T00:10Z")) == at(feasible_at)


@pytest.mark.parametrize(
    ("moment", "lag", "feasible_at"),
    [
        ("2026-01-05T23:44:59Z", 900.0, "2026-01-06T00:00Z"),
        ("2026-01-05T23:45Z", 900.0, "2026-01-07T00:00Z"),
        ("2026-01-05T23:45Z", 0.0, "2026-01-06T00:00Z"),
    ],
)
def test_what_is_under_way_late_in_a_day_is_expected_to_count_tomorrow(
    moment: str, lag: float, feasible_at: str
) -> None:
    """Within the lag before midnight, a forecast takes no chance."""
    quotas = Quotas({"stMessages": 1}, lag=lag)
    planned = quotas.plan([ONE, ONE], at(moment))
    quotas.spend(ONE, at(moment))

    assert quotas.feasible_at(ONE, at(moment)) == at(feasible_at)
    assert planned == [at(moment), at(feasible_at)]


def test_what_may_count_tomorrow_does_not_count_the_day_after() -> None:
    """Whatever is under way on Friday night is over on Monday."""
    late = WorkingHours(zone="UTC", opens="23:00", closes="24:00")
    quotas = Quotas({"stMessages": 1}, hours=late)
    quotas.spend(ONE, at("2026-01-09T23:50Z"))

    assert quotas.feasible_at(ONE, at("2026-01-09T23:50Z")) == at("2026-01-12T23:00Z")


def test_a_clock_that_is_put_back_forgets_nothing() -> None:
    """Counts belong to the calendar, in whatever order its days are seen."""
    quotas = Quotas({"stMessages": 1})
    for days in (0, 400, 0):
        use(quotas, 1, MONDAY + days * DAY)

    assert quotas.feasible_at(ONE, MONDAY + 400 * DAY) == at("2027-02-10T00:00Z")
    assert quotas.feasible_at(ONE, MONDAY) == at("2026-01-06T00:00Z")


def test_years_of_use_leave_no_trace() -> None:
    """Only the last periods are remembered."""
    quotas = Quotas({"stMessages": 1})
    for days in range(500):
        use(quotas, 1, MONDAY + days * DAY)

    kept = [len(counts) for counts in quotas._book._done.values()]
    assert len(kept) == len(Period)
    assert max(kept) <= 3
    assert len(quotas._book._settled) <= 2
    assert not quotas._book._open


# ── What can never run ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("most", [0, 4])
def test_a_call_that_needs_more_than_a_limit_never_starts(most: int) -> None:
    """It is told as an error that a person can act on; a smaller one is fine."""
    quotas = Quotas([limit("weekly", most), limit("daily", 9)])

    error = quotas.refusal({"stMessages": 5})

    assert isinstance(error, FatalError)
    assert (error.code, error.scope) == ("limitTooSmall", Scope.CALL)
    assert error.disposition is Disposition.FATAL
    assert "stMessages" in error.message
    assert "5" in error.message
    assert f"weekly limit is {most}" in error.message
    assert error.hint
    assert quotas.feasible_at({"stMessages": 5}, MONDAY) is None
    assert quotas.refusal({"stMessages": most, "stPosts": 1}) is None
    assert quotas.feasible_at({"stMessages": most, "stPosts": 1}, MONDAY) == MONDAY


# ── What the service tells ──────────────────────────────────────────────────────────────────────


def test_the_service_is_believed() -> None:
    """Its counts replace ours, those of other programs included."""
    quotas = Quotas()
    use(quotas, 7, MONDAY - timedelta(minutes=1))

    quotas.take_in([limit("daily", 10)], [usage("daily", 9, 10)], MONDAY)

    assert quotas.feasible_at(ONE, MONDAY) == MONDAY
    assert quotas.feasible_at({"stMessages": 2}, MONDAY) == at("2026-01-06T00:00Z")


def test_limits_that_are_told_replace_those_told_before() -> None:
    """One that the owner takes away holds no longer, and what was counted meanwhile counts."""
    quotas = Quotas()
    quotas.take_in([limit("daily", 2)], [], MONDAY)
    use(quotas, 2, MONDAY)
    full = quotas.feasible_at(ONE, MONDAY)

    quotas.take_in([], [], MONDAY)
    free = quotas.feasible_at(ONE, MONDAY)
    quotas.take_in([limit("daily", 2)], [], MONDAY)

    assert (full, free) == (at("2026-01-06T00:00Z"), MONDAY)
    assert quotas.feasible_at(ONE, MONDAY) == full


@pytest.mark.parametrize(
    ("own", "theirs", "holds"),
    [(5, 10, 5), (10, 5, 5), (5, None, 5), (None, 5, 5), (5, -1, 0)],
)
def test_of_two_limits_the_lower_holds(own: int | None, theirs: int | None, holds: int) -> None:
    """Your own limit stands beside the service's."""
    quotas = Quotas({} if own is None else {"stMessages": own})

    quotas.take_in([limit("daily", theirs)], [], MONDAY)

    assert [one.max_value for one in quotas.usage(MONDAY)] == [holds]


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ([limit("daily", 1, is_enabled=False)], []),
        ([limit("daily", 1)], [usage("daily", 1, 1, is_enabled=False)]),
        ([limit("hourly", 1), limit("daily", None)], [usage("hourly", 1, 1)]),
        (
            [Limit(), Limit(category="stMessages", max_value=1)],
            [LimitUsage(), usage("daily", 5, None)],
        ),
        ([Limit(category="stDances", period="daily", max_value=1)], [usage("daily", None, None)]),
    ],
)
def test_what_does_not_hold_or_is_not_understood_is_left_alone(
    limits: list[Limit], told: list[LimitUsage]
) -> None:
    """Disabled limits, unknown words and rows with holes stop nothing."""
    quotas = Quotas()

    quotas.take_in(limits, told, MONDAY)

    assert quotas.feasible_at({"stMessages": 100}, MONDAY) == MONDAY


def test_usage_alone_names_the_limits_too() -> None:
    """One request to the Admin API is enough; a count below zero is none."""
    quotas = Quotas()

    quotas.take_in([], [usage("daily", 3, 3), usage("weekly", -5, 4)], MONDAY)

    assert quotas.feasible_at(ONE, MONDAY) == at("2026-01-06T00:00Z")
    assert quotas.feasible_at({"stMessages": 4}, MONDAY) is None
    assert [one.current_usage for one in quotas.usage(MONDAY)] == [3, 0]


@pytest.mark.parametrize(
    ("settled_after", "used"),
    [
        (-1.0, 4),  # the service had seen its end
        (0.0, 5),
        (30.0, 5),  # ended while the reply was on its way
        (None, 5),  # has not ended yet
    ],
)
def test_what_ends_while_the_service_is_asked_is_not_lost(
    settled_after: float | None, used: int
) -> None:
    """Usage is as old as the question; what happened since is added."""
    quotas = Quotas({"stMessages": 10})
    spent = quotas.spend(ONE, MONDAY - timedelta(minutes=5))
    if settled_after is not None:
        quotas.settle(spent, MONDAY + timedelta(seconds=settled_after))

    quotas.take_in([], [usage("daily", 4, 10)], MONDAY)

    assert [one.current_usage for one in quotas.usage(MONDAY)] == [used]


def test_usage_of_a_day_that_is_over_changes_nothing() -> None:
    """A reply that comes after midnight speaks of yesterday."""
    quotas = Quotas({"stMessages": 5})

    quotas.take_in([], [usage("daily", 5, 5)], at("2026-01-05T23:59:59Z"))

    assert quotas.feasible_at({"stMessages": 5}, at("2026-01-06T00:00:01Z")) is not None
    assert quotas.blocked_by({"stMessages": 5}, at("2026-01-06T00:00:01Z")) == ()


def test_a_restart_counts_from_what_was_executed() -> None:
    """Successes count in the periods they lie in; failures, strangers and torn rows do not."""
    quotas = Quotas([limit("daily", 9), limit("weekly", 9), limit("monthly", 9)])
    use(quotas, 9, MONDAY)

    quotas.recount(
        [
            UsedAction(action_type="st.sendMessage", success=True, time=time)
            for time in (
                "2026-01-05T08:00:00Z",
                "2026-01-05T00:00:00Z",
                "2026-01-04T23:59:59Z",
                "2025-12-31T23:59:59Z",
            )
        ]
        + [
            UsedAction(action_type="st.sendMessage", time="2026-01-05T07:00:00Z"),
            UsedAction(action_type="st.sendMessage", success=False, time="2026-01-05T07:00:00Z"),
            UsedAction(action_type="st.sendMessage", success=True, time="noon"),
            UsedAction(action_type="st.removeConnection", success=True, time="2026-01-05T07:00Z"),
            UsedAction(action_type="st.dance", success=True, time="2026-01-05T07:00:00Z"),
            UsedAction(),
        ],
        MONDAY + timedelta(hours=1),
    )

    counted = {one.period: one.current_usage for one in quotas.usage(MONDAY)}
    assert counted == {"daily": 3, "weekly": 3, "monthly": 4}


@pytest.mark.parametrize(
    ("action_type", "feasible_at"),
    [
        ("st.sendMessage", "2026-01-06T00:00Z"),
        ("st.sendConnectionRequest", "2026-01-05T09:00Z"),
        ("st.removeConnection", "2026-01-05T09:00Z"),
        ("st.dance", "2026-01-05T09:00Z"),
    ],
)
def test_a_limit_that_the_service_met_is_respected_until_tomorrow(
    action_type: str, feasible_at: str
) -> None:
    """Without its numbers, its word is enough; newer numbers overrule it."""
    quotas = Quotas()

    quotas.exhaust(action_type, MONDAY)
    told = quotas.feasible_at(ONE, MONDAY)
    quotas.take_in([limit("daily", 5)], [usage("daily", 4, 5)], MONDAY)

    assert told == at(feasible_at)
    assert quotas.feasible_at(ONE, MONDAY) == MONDAY


def test_usage_tells_what_holds_and_what_is_taken() -> None:
    """What is under way is part of it."""
    quotas = Quotas([limit("daily", 5), limit("weekly", 20)])
    use(quotas, 1, MONDAY)
    use(quotas, 2, MONDAY + DAY)
    quotas.spend(ONE, MONDAY + DAY)

    assert quotas.usage(MONDAY + DAY) == (
        usage("daily", 3, 5, is_enabled=True),
        usage("weekly", 4, 20, is_enabled=True),
    )


# ── Hours and pauses ────────────────────────────────────────────────────────────────────────────


def test_a_call_waits_for_hours_and_limits_together() -> None:
    """A new day begins at midnight UTC, work at nine in Berlin, and Monday after Friday."""
    quotas = Quotas({"stMessages": 1}, hours=OFFICE)
    friday = at("2026-01-09T12:00Z")

    now = quotas.feasible_at(ONE, friday)
    quotas.spend(ONE, friday)

    assert now == friday
    assert quotas.feasible_at(ONE, friday) == at("2026-01-12T08:00Z")
    assert quotas.feasible_at({}, friday) == friday
    assert quotas.feasible_at({}, at("2026-01-09T17:00Z")) == at("2026-01-12T08:00Z")


def test_hours_that_open_into_a_spent_day_wait_for_the_next() -> None:
    """An opening is not enough where its day has no room: the next with both is."""
    night = WorkingHours(zone="UTC", opens="22:00", closes="23:00")
    quotas = Quotas({"stMessages": 1}, hours=night)
    use(quotas, 1, MONDAY)

    assert quotas.feasible_at(ONE, MONDAY) == at("2026-01-06T22:00Z")


def test_several_hours_are_open_when_any_is() -> None:
    """A lunch break, a coffee within hours, and a Saturday of its own."""
    quotas = Quotas(
        hours=[
            WorkingHours(zone="UTC", opens="10:00", closes="11:00"),
            WorkingHours(zone="UTC", opens="09:00", closes="12:00"),
            WorkingHours(zone="UTC", opens="13:00", closes="17:00"),
            WorkingHours(zone="UTC", opens="10:00", closes="14:00", days=["sat"]),
        ]
    )

    opens = [
        quotas.feasible_at({}, at(f"2026-01-{moment}Z"))
        for moment in ("09T08:00", "09T11:59", "09T12:00", "09T17:00", "10T14:00")
    ]

    assert opens == [
        at(f"2026-01-{moment}Z")
        for moment in ("09T09:00", "09T11:59", "09T13:00", "10T10:00", "12T09:00")
    ]


@pytest.mark.parametrize(("draw", "seconds"), [(0.0, 20.0), (0.5, 40.0), (0.999, 59.96)])
def test_starts_keep_their_distance(draw: float, seconds: float) -> None:
    """The pause after a start is drawn; a refund does not shorten it."""
    quotas = Quotas(pacing=Pacing())
    quotas.refund(quotas.spend(ONE, MONDAY, draw=draw))

    assert quotas.feasible_at({}, MONDAY) == MONDAY + timedelta(seconds=seconds)
    assert quotas.feasible_at({}, MONDAY + timedelta(minutes=1)) == MONDAY + timedelta(minutes=1)


def test_a_start_against_advice_does_not_shorten_a_pause() -> None:
    """The later of two ends of a pause counts."""
    quotas = Quotas(pacing=Pacing(shortest=10.0, spread=50.0))
    quotas.spend({}, MONDAY, draw=0.9)
    quotas.spend({}, MONDAY, draw=0.1)

    assert quotas.feasible_at({}, MONDAY) == MONDAY + timedelta(seconds=55)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shortest": -1},
        {"shortest": 90_000},
        {"spread": float("nan")},
        {"spread": "5"},
        {"spread": True},
    ],
    ids=str,
)
def test_unusable_pauses_are_refused(wrong: dict[str, Any]) -> None:
    """A pause is a number of seconds."""
    with pytest.raises(ConfigurationError, match="number of seconds"):
        Pacing(**wrong)


# ── What stands in the way ──────────────────────────────────────────────────────────────────────


def test_everything_that_stands_in_the_way_is_told() -> None:
    """Each obstacle says what it is and when it gives way."""
    quotas = Quotas(
        [limit("daily", 2), limit("weekly", 3)], hours=OFFICE, pacing=Pacing(shortest=60, spread=0)
    )
    friday = at("2026-01-09T16:59:30Z")
    use(quotas, 1, friday)
    quotas.spend(ONE, friday)
    quotas.exhaust("st.sendConnectionRequest", friday)
    moment = at("2026-01-09T17:00Z")

    found = quotas.blocked_by({"stMessages": 2, "stConnectionRequests": 1, "stPosts": 1}, moment)

    tomorrow, monday = at("2026-01-10T00:00Z"), at("2026-01-12T00:00Z")
    assert found == (
        Obstacle(
            kind=ObstacleKind.LIMIT,
            until=tomorrow,
            category="stMessages",
            period=Period.DAILY,
            cost=2,
            used=2,
            limit=2,
        ),
        Obstacle(
            kind=ObstacleKind.LIMIT,
            until=monday,
            category="stMessages",
            period=Period.WEEKLY,
            cost=2,
            used=2,
            limit=3,
        ),
        Obstacle(
            kind=ObstacleKind.REFUSED, until=tomorrow, category="stConnectionRequests", cost=1
        ),
        Obstacle(kind=ObstacleKind.HOURS, until=at("2026-01-12T08:00Z")),
        Obstacle(kind=ObstacleKind.PACING, until=at("2026-01-09T17:00:30Z")),
    )
    daily, weekly, told, hours, pause = map(str, found)
    assert daily == (
        "stMessages: 2 of 2 (daily) are used, the call may need 2; counted anew from "
        "2026-01-10 00:00:00 UTC"
    )
    assert "2 of 3 (weekly)" in weekly
    assert told == (
        "stConnectionRequests: the service said that the limit is used up; to be tried again from "
        "2026-01-10 00:00:00 UTC"
    )
    assert hours == "Outside working hours; they open at 2026-01-12 08:00:00 UTC"
    assert pause == "Too soon after the start before; the next may be at 2026-01-09 17:00:30 UTC"


def test_what_never_gives_way_says_so() -> None:
    """A limit below what the call needs has no end."""
    (obstacle,) = Quotas({"stMessages": 3}).blocked_by({"stMessages": 4}, MONDAY)

    assert obstacle.until is None
    assert str(obstacle) == "stMessages: the call may need 4, and the daily limit is 3"


def test_nothing_stands_in_the_way_of_a_call_with_room() -> None:
    """Neither an open account nor a category without need is told."""
    quotas = Quotas({"stMessages": 1}, hours=OFFICE, pacing=Pacing())
    use(quotas, 1, MONDAY - DAY)

    assert quotas.blocked_by(ONE, MONDAY) == ()
    assert quotas.blocked_by({"stMessages": 0}, MONDAY) == ()


# ── Many calls ──────────────────────────────────────────────────────────────────────────────────


def test_a_plan_fills_day_after_day() -> None:
    """Each call starts as soon as it may, behind the one in front; nothing is counted by asking."""
    quotas = Quotas({"stMessages": 2}, pacing=Pacing(shortest=60, spread=120))
    calls = [ONE, ONE, {}, ONE, {"stMessages": 3}, ONE]

    plan = quotas.plan(calls, MONDAY)

    assert plan == [
        MONDAY,
        at("2026-01-05T09:02Z"),
        at("2026-01-05T09:04Z"),
        at("2026-01-06T00:00Z"),
        None,
        at("2026-01-06T00:02Z"),
    ]
    assert quotas.plan(calls, MONDAY) == plan


def test_a_plan_respects_hours() -> None:
    """What does not fit before closing starts the next morning."""
    quotas = Quotas(hours=OFFICE, pacing=Pacing(shortest=3600, spread=0))

    plan = quotas.plan([NOTHING] * 4, at("2026-01-09T15:30Z"))

    assert plan == [
        at("2026-01-09T15:30Z"),
        at("2026-01-09T16:30Z"),
        at("2026-01-12T08:00Z"),
        at("2026-01-12T09:00Z"),
    ]


@pytest.mark.parametrize(
    ("calls", "last"),
    [
        ([], MONDAY),
        ([ONE], MONDAY),
        ([ONE] * 5, at("2026-01-07T00:00Z")),
        ([ONE, {"stMessages": 3}, ONE], None),
    ],
)
def test_the_last_of_many_calls_is_told_before_the_first_is_sent(
    calls: list[dict[str, int]], last: datetime | None
) -> None:
    """`None` where one of them can never run."""
    assert Quotas({"stMessages": 2}).earliest_feasible_at(calls, MONDAY) == last


def test_a_plan_over_the_end_of_calendars_ends_there() -> None:
    """What would start in ten thousand years never starts, nor does what stands behind it."""
    quotas = Quotas([limit("monthly", 1)])

    plan = quotas.plan([*[ONE] * 100_000, {}], MONDAY)

    last = max(moment for moment in plan if moment is not None)
    assert last == at("9989-12-01T00:00Z")
    assert plan.index(None) == (9989 - 2026) * 12 + 12
    assert plan[-1] is None
    assert quotas.feasible_at({}, at("9995-01-01T00:00Z")) is None


# ── Wrong values ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"stMessage": 5}, "'stMessage'"),
        ({"stMessages": -1}, "stMessages=-1"),
        ({"stMessages": 1.5}, "stMessages=1.5"),
        ({"stMessages": True}, "stMessages=True"),
        ({"stMessages": None}, "stMessages=None"),
        ([limit("hourly", 5)], "'hourly'"),
        ([Limit(period="daily", max_value=5)], "None"),
    ],
    ids=str,
)
def test_a_mistaken_limit_is_refused(limits: Any, told: str) -> None:
    """A limit that would silently never hold is worse than none."""
    with pytest.raises(ConfigurationError) as caught:
        Quotas(limits)

    assert told in caught.value.message


@pytest.mark.parametrize("lag", [-1.0, 86401.0, float("nan")])
def test_a_mistaken_lag_is_refused(lag: float) -> None:
    """It is a number of seconds, a day at most."""
    with pytest.raises(ConfigurationError, match="lag="):
        Quotas(lag=lag)


def test_moments_have_to_be_aware() -> None:
    """A moment without a zone would be a guess; any zone will do, and UTC comes back."""
    quotas = Quotas()

    with pytest.raises(ConfigurationError, match="aware"):
        quotas.feasible_at(ONE, MONDAY.replace(tzinfo=None))

    found = quotas.feasible_at(ONE, MONDAY.astimezone(ZoneInfo("Asia/Kolkata")))
    assert found is not None
    assert (found, found.tzinfo) == (MONDAY, UTC)
