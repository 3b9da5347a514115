"""Working hours, against a walk over the clocks of places that change them."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.errors import ConfigurationError
from linkedapi_async.quotas import Weekday, WorkingHours

WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)

# Days on which clocks change, or might: by an hour, by half of one, not at all, by a whole day.
DAYS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Kolkata", date(2028, 2, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("UTC", date(2026, 12, 31)),
]


@cache
def clocks(zone: str, day: date) -> tuple[datetime, list[datetime]]:
    """Return a moment, and the latest time shown so far in each minute after it, for 17 days."""
    start = datetime.combine(day - timedelta(days=3), time(), UTC)
    place = ZoneInfo(zone)
    shown = [
        (start + number * MINUTE).astimezone(place).replace(tzinfo=None)
        for number in range(17 * 24 * 60)
    ]
    return start, list(accumulate(shown, max))


def windows(hours: WorkingHours, day: date) -> list[tuple[datetime, datetime]]:
    """Return each opening and closing near a day, read off the clocks minute by minute."""
    start, latest = clocks(hours.zone, day)

    def first(shows: datetime) -> datetime:
        return start + bisect_left(latest, shows) * MINUTE

    found: list[tuple[datetime, datetime]] = []
    for ahead in range(-2, 13):
        on = day + timedelta(days=ahead)
        last = on if hours.opens < hours.closes else on + timedelta(days=1)
        opening = first(datetime.combine(on, hours.opens))
        closing = first(datetime.combine(last, hours.closes))
        if WEEK[on.weekday()] in hours.days and opening < closing:
            found.append((opening, closing))
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30, 50]))


@given(
    place=st.sampled_from(DAYS),
    opens=times,
    closes=times,
    days=st.sets(st.sampled_from(WEEK), min_size=1),
    minutes=st.integers(0, 2 * 24 * 60),
)
def test_hours_are_those_that_the_clocks_show(
    place: tuple[str, date], opens: time, closes: time, days: set[Weekday], minutes: int
) -> None:
    """Whatever is done to the clocks, hours open and close when they first show the time."""
    zone, day = place
    if opens == closes:
        closes = time((opens.hour + 1) % 24, opens.minute)
    hours = WorkingHours(zone=zone, opens=opens, closes=closes, days=frozenset(days))
    moment = datetime.combine(day, time(), UTC) + minutes * MINUTE

    opening, closing = next(found for found in windows(hours, day) if moment < found[1])

    assert hours.window(moment) == (opening, closing)
    assert hours.opens_at(moment) == max(moment, opening)
    assert hours.closes_at(moment) == closing


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "opens_at", "closes_at"),
    [
        # an ordinary day: before, within, after, and over the weekend
        ("Europe/Berlin", "09:00-18:00", "2026-01-05T06:00Z", "05T08:00", "05T17:00"),
        ("Europe/Berlin", "09:00-18:00", "2026-01-05T12:34Z", "05T12:34", "05T17:00"),
        ("Europe/Berlin", "09:00-18:00", "2026-01-05T17:00Z", "06T08:00", "06T17:00"),
        ("Europe/Berlin", "09:00-18:00", "2026-01-09T17:00Z", "12T08:00", "12T17:00"),
        ("Asia/Kolkata", "09:00-18:00", "2026-01-05T00:00Z", "05T03:30", "05T12:30"),
        # the night of Monday ends on Tuesday, that of Friday on Saturday
        ("UTC", "22:00-06:00", "2026-01-06T05:59Z", "06T05:59", "06T06:00"),
        ("UTC", "22:00-06:00", "2026-01-10T05:00Z", "10T05:00", "10T06:00"),
        ("UTC", "22:00-06:00", "2026-01-10T06:00Z", "12T22:00", "13T06:00"),
        # to the end of the day
        ("UTC", "18:00-00:00", "2026-01-05T19:00Z", "05T19:00", "06T00:00"),
        ("UTC", "18:00-24:00", "2026-01-05T19:00Z", "05T19:00", "05T23:59:59.999999"),
    ],
)
def test_hours_open_and_close(
    zone: str, hours: str, moment: str, opens_at: str, closes_at: str
) -> None:
    """The moment itself when open, else the next opening; Monday to Friday if not told."""
    opens, _, closes = hours.partition("-")
    given_hours = WorkingHours(zone=zone, opens=opens, closes=closes)

    assert given_hours.opens_at(at(moment)) == at(f"2026-01-{opens_at}Z")
    assert given_hours.closes_at(at(moment)) == at(f"2026-01-{closes_at}Z")


@pytest.mark.parametrize(
    ("zone", "hours", "day", "opens_at", "closes_at"),
    [
        # 02:00 to 03:00 is left out: what opens within opens with the leap
        ("Europe/Berlin", "02:30-12:00", "2026-03-29", "01:00", "10:00"),
        ("Europe/Berlin", "00:30-02:30", "2026-03-28", "T23:30", "01:00"),
        # 02:00 to 03:00 comes twice: the first time counts
        ("Europe/Berlin", "02:30-12:00", "2026-10-25", "00:30", "11:00"),
        ("Europe/Berlin", "00:30-02:30", "2026-10-24", "T22:30", "00:30"),
        ("America/New_York", "02:30-12:00", "2026-03-08", "07:00", "16:00"),
        ("America/New_York", "01:30-12:00", "2026-11-01", "05:30", "17:00"),
    ],
)
def test_hours_on_a_day_that_clocks_are_changed(
    *, zone: str, hours: str, day: str, opens_at: str, closes_at: str
) -> None:
    """Skipped and doubled times are reckoned with."""
    opens, _, closes = hours.partition("-")
    found = WorkingHours(zone=zone, opens=opens, closes=closes, days=frozenset(WEEK))
    first = at(f"{day}{opens_at}Z" if opens_at[0] == "T" else f"{day}T{opens_at}Z")
    last = first.date() + timedelta(days=1) if opens_at[0] == "T" else first.date()

    assert found.window(first) == (first, at(f"{last}T{closes_at}Z"))
    assert found.opens_at(first - timedelta(seconds=1)) == first


def test_hours_within_a_leap_of_the_clocks_do_not_open() -> None:
    """A window that no clock shows is left out that day."""
    hours = WorkingHours(
        zone="Europe/Berlin", opens="02:10", closes="02:50", days=frozenset(["sun"])
    )

    assert hours.opens_at(at("2026-03-28T12:00Z")) == at("2026-04-05T00:10Z")


def test_the_moment_comes_back_as_it_was_given() -> None:
    """An open account is answered in the caller's own words."""
    hours = WorkingHours(zone="UTC", opens="09:00", closes="18:00")
    moment = datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Europe/Berlin"))

    assert hours.opens_at(moment) is moment
    assert hours.closes_at(moment).tzinfo is UTC


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"zone": "Europe"}, "Europe"),
        ({"zone": "../etc/passwd"}, "passwd"),
        ({"zone": ""}, "zone=''"),
        ({"zone": None}, "zone=None"),
        ({"opens": "9 o'clock"}, "9 o'clock"),
        ({"opens": 9}, "9 is no time"),
        ({"opens": "25:00"}, "25:00"),
        ({"closes": "18:00+02:00"}, "zone of its own"),
        ({"opens": "18:00"}, "both 18:00:00"),
        ({"days": ()}, "days=()"),
        ({"days": ["monday"]}, "monday"),
        ({"days": "mon"}, "days='mon'"),
    ],
    ids=str,
)
def test_unusable_hours_are_refused_with_their_value(wrong: dict[str, Any], told: str) -> None:
    """A person reads what was given and what would do."""
    usable: dict[str, Any] = {"zone": "Europe/Berlin", "opens": "09:00", "closes": "18:00"}

    with pytest.raises(ConfigurationError) as caught:
        WorkingHours(**{**usable, **wrong})

    assert told in caught.value.message


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody can tell when it is."""
    hours = WorkingHours(zone="UTC", opens="09:00", closes="18:00")

    with pytest.raises(ConfigurationError, match="aware"):
        hours.opens_at(datetime(2026, 1, 5, 10))  # noqa: DTZ001 - that is the mistake


def test_hours_are_values() -> None:
    """Equal hours are one key, whichever way they were written."""
    text = WorkingHours(zone="UTC", opens="09:00", closes="18:00", days=frozenset(["fri", "mon"]))
    typed = WorkingHours(zone="UTC", opens=time(9), closes=time(18), days=frozenset(["mon", "fri"]))

    assert {text: 1}[typed] == 1
