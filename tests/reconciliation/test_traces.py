"""Texts that stand on LinkedIn, and whether one of them is what was sent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.operations._findings import Verdict
from linkedapi_async.operations._traces import (
    SKEW,
    Likeness,
    Trace,
    find_trace,
    liken,
    page_of,
)

LONG = "Your talk on queues was the best of the day; may I ask how you measure fairness? " * 4
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("sent", "seen", "likeness"),
    [
        ("Hello", "Hello", Likeness.EQUAL),
        ("", None, Likeness.EQUAL),
        ("Hello  you,\nthere ", "Hello you, there", Likeness.EQUAL),
        ("ﬁne", "fine", Likeness.EQUAL),
        ("Read https://example.com/a?b=c now", "Read lnkd.in/xYz now", Likeness.EQUAL),
        ("https://example.com/a", "https://lnkd.in/xYz", Likeness.EQUAL),
        ("Read example.com/a now", "Read https://lnkd.in/xYz now", Likeness.EQUAL),
        ("See https://www.example.com/a/", "See http://example.com/a", Likeness.EQUAL),
        ("See https://example.com/a", "See https://example.com/b", Likeness.SIMILAR),
        ("Look https://example.com/a", "Look", Likeness.SIMILAR),
        ("A heart \u2764\ufe0f", "A heart \u2764", Likeness.EQUAL),
        ("Hi\u200b Ann\u00ad", "Hi Ann", Likeness.EQUAL),
        ("\u202b\u05e9\u05dc\u202c", "\u05e9\u05dc", Likeness.EQUAL),
        ('I\'m in - "now"', "I\u2019m in \u2013 \u201cnow\u201d", Likeness.EQUAL),
        ("R&D <3", "R&amp;D &lt;3", Likeness.EQUAL),
        ("Hi 👋", "Hi", Likeness.SIMILAR),
        ("Thx :)", "Thx 🙂", Likeness.SIMILAR),
        ("👍", "👏🏽", Likeness.SIMILAR),
        ("🎉", None, Likeness.SIMILAR),
        ("OK!", "ok", Likeness.SIMILAR),
        ("Thanks.Ann", "Thanks. Ann", Likeness.SIMILAR),
        ("Hi", "A subject Hi", Likeness.SIMILAR),
        ("Hello you all", "Hello…", Likeness.SIMILAR),
        (LONG, LONG[:120], Likeness.SIMILAR),
        (LONG, f"{LONG[:120]}… see more", Likeness.SIMILAR),
        (LONG, f"{LONG[:120]}…", Likeness.SIMILAR),
        ("Thanks, Ann", "thanks Ann", Likeness.SIMILAR),
        ("Hello", "Good morning", Likeness.DIFFERENT),
        ("Hello", None, Likeness.DIFFERENT),
        ("Hi", "Hi there, how are you these days?", Likeness.SIMILAR),
        ("Hi there, how are you these days?", "Hi", Likeness.DIFFERENT),
        ("Hi", "This is another thing", Likeness.DIFFERENT),
        ("Good morning to you", f"Good morning to you,Ann{', and more' * 9}", Likeness.SIMILAR),
        ("abc", "cab cab", Likeness.DIFFERENT),
    ],
)
def test_likeness(sent: str, seen: str | None, likeness: Likeness) -> None:
    """Spaces, links and forms of letters do not count; what is cut off is similar at best."""
    assert liken(sent, seen) is likeness


@pytest.mark.parametrize(
    ("after", "facts", "verdict"),
    [
        (5.0, {"text": "Hello you", "is_ours": True}, Verdict.DONE),
        (0.0, {"text": "Hello you", "is_ours": True}, Verdict.DONE),
        (-0.001, {"text": "Hello you", "is_ours": True}, Verdict.UNKNOWN),
        (-SKEW.total_seconds(), {"text": "Hello you", "is_ours": True}, Verdict.UNKNOWN),
        (-SKEW.total_seconds() - 0.001, {"text": "Hello you", "is_ours": True}, None),
        (None, {"text": "Hello you", "is_ours": True}, Verdict.UNKNOWN),
        (5.0, {"text": "Hello you", "is_ours": None}, Verdict.UNKNOWN),
        (5.0, {"text": "Hello you", "is_ours": False}, None),
        (5.0, {"text": "Hello you!", "is_ours": True}, Verdict.UNKNOWN),
        (5.0, {"text": "Hello you!", "is_ours": None}, Verdict.UNKNOWN),
        (5.0, {"text": "Something else", "is_ours": True}, None),
    ],
)
def test_what_one_text_proves(
    after: float | None, facts: dict[str, Any], verdict: Verdict | None, since: datetime
) -> None:
    """Only the same text, ours and from the start on, is proof; what is near is doubt."""
    at = None if after is None else since + timedelta(seconds=after)

    found = find_trace("Hello you", [Trace(at=at, **facts)], since=since, what="message")

    assert (None if found is None else found.verdict) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"), [("Hello you", Verdict.UNKNOWN), ("Hello you!", None)]
)
def test_what_cannot_stand_twice_counts_however_old_it_looks(
    text: str, verdict: Verdict | None, since: datetime
) -> None:
    """Ages may be told by the day: the same comment, dated long ago, may be the one just sent."""
    old = Trace(text=text, at=since - timedelta(days=2))

    found = find_trace("Hello you", [old], since=since, what="comment", is_unique=True)

    assert (None if found is None else found.verdict) is verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [(0, Verdict.DONE), (400_000, Verdict.UNKNOWN), (500_000, Verdict.DONE)],
)
def test_a_time_is_compared_as_finely_as_it_is_told(
    told: int, verdict: Verdict, since: datetime
) -> None:
    """A message of the same second may be told by that second alone."""
    assert since.microsecond == 500_000
    trace = Trace(text="Hello", at=since.replace(microsecond=told))

    found = find_trace("Hello", [trace], since=since, what="message")

    assert found is not None
    assert found.verdict is verdict


def test_evidence_can_be_checked(since: datetime) -> None:
    """It quotes the beginning of the text, and says when it was written."""
    trace = Trace(text=LONG, at=since + SECOND)

    found = find_trace(LONG, [trace], since=since, what="message to Ann")

    assert found is not None
    assert found.evidence == (
        "A message to Ann that reads 'Your talk on queues was the best of the day; may I ask how "
        "…', dated 2026-03-02 09:30:16+00:00, is there."
    )


def test_proof_wins_over_doubt(since: datetime) -> None:
    """One text that is surely ours outweighs others that may be."""
    traces = [
        Trace(text="Hello.", at=since),
        Trace(text="Hello", at=since + SECOND),
        Trace(text="Hello", at=since, is_ours=None),
    ]

    found = find_trace("Hello", traces, since=since, what="message")

    assert found is not None
    assert found.verdict is Verdict.DONE


@given(
    text=st.text(min_size=1, max_size=80),
    later=st.floats(0, 1e6),
    others=st.lists(st.text(max_size=80), max_size=5),
    spaces=st.sampled_from([" ", "\n", "  ", "\t"]),
)
def test_what_was_sent_and_stands_there_is_never_overlooked(
    text: str, later: float, others: list[str], spaces: str
) -> None:
    """However LinkedIn breaks its lines, and whatever stands beside it."""
    since = datetime.fromisoformat("2026-03-02T09:30:15.5+00:00")
    shown = Trace(text=spaces.join(text.split()), at=since + timedelta(seconds=later))
    beside = [Trace(text=other, at=since) for other in others]

    found = find_trace(text, [*beside, shown], since=since, what="message")

    assert found is not None
    assert found.verdict is Verdict.DONE


@given(text=st.text(max_size=80), earlier=st.floats(0.001, 1e6))
def test_what_stood_there_before_is_never_proof(text: str, earlier: float) -> None:
    """The same text from before the start is doubt at most."""
    since = datetime.fromisoformat("2026-03-02T09:30:15.5+00:00")
    at = (since - timedelta(seconds=earlier)).replace(microsecond=499_999)
    before = Trace(text=text, at=min(at, since - timedelta(microseconds=1)))

    found = find_trace(text, [before], since=since, what="message")

    assert found is None or found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://www.linkedin.com/in/Ann/", "ann"),
        ("linkedin.com/in/ann?trk=x", "ann"),
        ("https://de.linkedin.com/company/acme/posts", "acme"),
        ("https://www.linkedin.com/in/rene\u0301/de", "ren\u00e9"),
        ("https://www.linkedin.com/newsletters/go-weekly-68%32/", "go-weekly-682"),
        ("Acme", "acme"),
        (None, ""),
    ],
)
def test_a_page_is_told_by_the_end_of_its_address(address: str | None, page: str) -> None:
    """Spellings of one address mean one page."""
    assert page_of(address) == page
