"""How long a service asks to wait."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.wire._retry_after import read_retry_after

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
AT_NOON = "Mon, 05 Jan 2026 12:00:00 GMT"
IN_90_S = "Mon, 05 Jan 2026 12:01:30 GMT"


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "412345"}, 412_345.0),
        ({"Retry-After-Ms": "250"}, 0.25),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After-Ms": "soon", "Retry-After": "9"}, 9.0),
        # a date counts from the server's own clock, else from ours
        ({"Retry-After": IN_90_S}, 90.0),
        ({"Retry-After": IN_90_S, "Date": "Mon, 05 Jan 2026 12:01:00 GMT"}, 30.0),
        ({"Retry-After": IN_90_S, "Date": "Mon, 05 Jan 2031 12:01:00 GMT"}, 0.0),
        ({"Retry-After": IN_90_S, "Date": "yesterday"}, 90.0),
        ({"Retry-After": "Mon, 05 Jan 2026 13:01:30 +0100"}, 90.0),
        ({"Retry-After": "Mon, 05 Jan 2026 12:01:30 -0000"}, 90.0),
        ({"Retry-After": "Monday, 05-Jan-26 12:01:30 GMT"}, 90.0),
        ({"Retry-After": "Mon, 05 Jan 2015 12:00:00 GMT"}, 0.0),
    ],
)
def test_seconds_dates_and_milliseconds(headers: dict[str, str], asked: float | None) -> None:
    """All three forms are understood; milliseconds win, being the finer."""
    assert read_retry_after(headers, NOON) == asked


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "-5",
        "+5",
        "1e3",
        "1_0",
        "nan",
        "inf",
        "0x10",
        "1.2.3",
        ".5",
        "1,5",
        "1.-5",
        "٤٢",  # digits, yet not of ASCII
        "²",
        "1.\u0665",
        "9" * 400,
        "Mon, 99 Jan 2026 12:01:30 GMT",
        "Mon, 05 Jan 2026 12:01:30 +99999999999999",
    ],
)
def test_what_is_no_wait_is_ignored(text: str) -> None:
    """Garbage asks for nothing, in either header."""
    assert read_retry_after({"Retry-After": text}, NOON) is None
    assert read_retry_after({"Retry-After-Ms": text}, NOON) is None


@given(seconds=st.integers(0, 10**9))
def test_a_date_means_the_same_as_its_seconds(seconds: int) -> None:
    """Both forms of one wait give one number."""
    moment = format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)

    assert read_retry_after({"Retry-After": moment, "Date": AT_NOON}, NOON) == seconds
    assert read_retry_after({"Retry-After": str(seconds)}, NOON) == seconds


words = st.sampled_from(
    ["Mon,", "Jan", "05", "2026", "12:00:00", "GMT", "-0000", "+2500", "PM", "1:2", "99999999999"]
)
texts = st.text() | st.lists(words | st.text(max_size=3), max_size=8).map(" ".join)


@given(headers=st.dictionaries(st.sampled_from(["Retry-After", "Retry-After-Ms", "Date"]), texts))
def test_no_header_breaks_the_reader(headers: dict[str, str]) -> None:
    """Whatever the headers say, the answer is nothing or a finite wait."""
    asked = read_retry_after(headers, NOON)

    assert asked is None or (asked >= 0 and math.isfinite(asked))
