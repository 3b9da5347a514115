"""Opening times in the service's display text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy import opening_delay

SUNDAY = datetime(2026, 8, 9, 20, 0, tzinfo=UTC)  # the wire sample opens on Mon, Aug 10
HOUR = 3600.0


def text(opening: str) -> str:
    return (
        "This workflow is scheduled and will start when the account working hours open at "
        f"{opening}."
    )


@pytest.mark.parametrize(
    ("now", "opening", "delay"),
    [
        (SUNDAY, "Mon, Aug 10, 09:00 (Europe/Berlin)", 11 * HOUR),  # 07:00 UTC
        (SUNDAY, "Mon, Aug 10, 09:00 (UTC)", 13 * HOUR),
        (SUNDAY, "Mon, Aug 10, 9:30 (America/New_York)", 17.5 * HOUR),
        (SUNDAY, "Sun, Aug 9, 20:00 (UTC)", 0.0),
        (SUNDAY, "Sun, Aug 9, 19:56 (UTC)", 0.0),  # has just passed
        # the clocks go back in between: 25 hours, not 24
        (
            datetime(2026, 10, 24, 7, 0, tzinfo=UTC),
            "Sun, Oct 25, 09:00 (Europe/Berlin)",
            25 * HOUR,
        ),
        # and forward: 23 hours
        (
            datetime(2026, 3, 28, 8, 0, tzinfo=UTC),
            "Sun, Mar 29, 09:00 (Europe/Berlin)",
            23 * HOUR,
        ),
        # over the turn of the year
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), "Fri, Jan 1, 09:00 (UTC)", 21 * HOUR),
        # the account's year has turned already, ours has not
        (datetime(2026, 12, 31, 20, 0, tzinfo=UTC), "Fri, Jan 1, 09:00 (Asia/Tokyo)", 4 * HOUR),
    ],
)
def test_a_believable_opening_is_read(now: datetime, opening: str, delay: float) -> None:
    """Zone, summer time and the turn of the year are reckoned with."""
    assert opening_delay(text(opening), now) == delay


def test_an_opening_that_has_just_passed_counts_over_the_turn_of_the_year() -> None:
    """Read two minutes late on New Year's Day, an opening of the old year is now."""
    now = datetime(2027, 1, 1, 0, 1, tzinfo=UTC)

    assert opening_delay(text("Thu, Dec 31, 23:59 (UTC)"), now) == 0.0


@pytest.mark.parametrize(
    "opening",
    [
        "Tue, Aug 10, 09:00 (Europe/Berlin)",  # that day is a Monday
        "Mon, Aug 10, 09:00 (Europe/Atlantis)",  # no such zone
        "Mon, Aug 10, 09:00 (Europe)",  # a folder of zones
        "Mon, Aug 10, 09:00 (/etc/passwd)",
        "Mon, Aug 10, 09:00 (Europe//Berlin)",
        "Mon, Aug 10, 09:00 ()",
        "Mon, Aug 10, 09:00",
        "Mon, Aug 10, 24:00 (UTC)",
        "Mon, Aug 10, 09:60 (UTC)",
        "Mon, Aug 32, 09:00 (UTC)",
        "Mon, Foo 10, 09:00 (UTC)",
        "Foo, Aug 10, 09:00 (UTC)",
        "Tue, Feb 29, 09:00 (UTC)",  # neither this year nor the next has one
        "Sun, Aug 9, 19:54 (UTC)",  # passed
        "Tue, Aug 18, 09:00 (UTC)",  # farther than a week and a day
        "Sat, May 1, 09:00 (UTC)",
        "",
    ],
)
def test_an_opening_that_cannot_be_believed_is_none(opening: str) -> None:
    """A text for people is only trusted where everything in it fits."""
    assert opening_delay(text(opening), SUNDAY) is None


@pytest.mark.parametrize("message", [None, "", "open at", "Closed until further notice."])
def test_other_texts_name_no_opening(message: str | None) -> None:
    """No text, no opening."""
    assert opening_delay(message, SUNDAY) is None


@given(
    message=st.text()
    | st.from_regex(r"open at [A-Z][a-z]{2}, [A-Z][a-z]{2} \d{1,2}, \d{1,2}:\d{2} \([\w+\-/]*\)")
    | st.builds(
        "open at {}, {} {}, {}:{:02} ({})".format,
        st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Day"]),
        st.sampled_from(["Jan", "Feb", "Aug", "Dec", "Foo"]),
        st.integers(0, 99),
        st.integers(0, 99),
        st.integers(0, 99),
        st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "a/b", "-", "Etc/GMT+12"]),
    ),
    now=st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - given the zone by the strategy
)
def test_no_text_breaks_the_reader(message: str, now: datetime) -> None:
    """Whatever the text, the answer is nothing or a wait of at most eight days."""
    delay = opening_delay(message, now)

    assert delay is None or 0 <= delay <= timedelta(days=8).total_seconds()
