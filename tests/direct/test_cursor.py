"""What was handed out is not handed out again, and nothing is left out: through any restart."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._cursor import Journal, Sighting, is_cursor
from linkedapi_async.errors import ConfigurationError

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
OVERLAP = 60.0


@attrs.define
class Service:
    """Captures items and answers polls, with either edge of `since`.

    Attributes:
        includes_edge: Whether `since` includes the moment itself.
        items: What was captured: moment, sequence, id.
    """

    includes_edge: bool
    items: list[tuple[datetime, str, str]] = attrs.field(factory=list[tuple[datetime, str, str]])

    def capture(self, at: datetime, track: str = "a") -> str:
        """Capture an item; return its id."""
        item = f"item-{len(self.items)}"
        self.items.append((at, track, item))
        return item

    def poll(self, journal: Journal[str], tracks: str = "a") -> list[Sighting[str]]:
        """Answer a poll, newest first."""
        found = [
            Sighting(track, item, at, item)
            for at, track, item in self.items
            if track in tracks and self._is_since(at, journal.since(track))
        ]
        return sorted(found, key=lambda one: one.at or NOW)[::-1]

    def _is_since(self, at: datetime, since: datetime | None) -> bool:
        return since is None or at > since or (self.includes_edge and at == since)


def opened(cursor: str | None = None, *, tracks: str = "a", **options: Any) -> Journal[str]:
    starts = {track: options.get("start") for track in tracks}
    overlap = options.get("overlap", OVERLAP)
    return Journal("inbox", starts, overlap=overlap, cursor=cursor)


def drained(service: Service, journal: Journal[str], *, now: datetime = NOW) -> list[str]:
    """Return what one poll hands out."""
    journal.take(service.poll(journal), now=now)
    found: list[str] = []
    while journal.is_waiting:
        found.append(journal.hand_out())
    return found


STEPS = st.lists(
    st.one_of(
        # so many items, how much later than the newest or, negative, how late
        st.tuples(st.just("capture"), st.integers(1, 3), st.integers(-int(OVERLAP), 90)),
        st.tuples(st.just("poll"), st.integers(0, 12), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@given(steps=STEPS, includes_edge=st.booleans(), tracks=st.sampled_from(["a", "abc"]))
def test_every_item_comes_once(
    steps: list[tuple[str, int, int]],
    tracks: str,
    includes_edge: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever arrives when, however late within the overlap, wherever the program is cut off."""
    service = Service(includes_edge)
    journal = opened(tracks=tracks)
    newest = dict.fromkeys(tracks, NOW)
    got: list[str] = []

    def hand_out(most: int) -> None:
        if not journal.is_waiting:
            journal.take(service.poll(journal, tracks), now=max(newest.values()))
        got.extend(journal.hand_out() for _ in range(most) if journal.is_waiting)

    for number, (kind, count, seconds) in enumerate(steps):
        if kind == "capture":
            track = tracks[number % len(tracks)]
            at = newest[track] + timedelta(seconds=seconds)
            newest[track] = max(newest[track], at)
            for _ in range(count):
                service.capture(at, track)
        elif kind == "poll":
            hand_out(count)
        else:
            journal = opened(journal.cursor, tracks=tracks)
    hand_out(1000)
    hand_out(1000)

    assert sorted(got) == sorted(item for *_, item in service.items)


@pytest.mark.parametrize("includes_edge", [True, False])
@pytest.mark.parametrize("cut", [0, 1, 499, 500, 999])
def test_a_cluster_is_cut_anywhere(includes_edge: bool, cut: int) -> None:  # noqa: FBT001 - a column
    """A thousand items of one millisecond, handed out in part before the program ends."""
    service = Service(includes_edge)
    expected = [service.capture(NOW) for _ in range(1000)]
    journal = opened()
    journal.take(service.poll(journal), now=NOW)
    got = [journal.hand_out() for _ in range(cut)]

    got += drained(service, opened(journal.cursor))

    assert got == expected


def test_items_of_one_moment_keep_their_order() -> None:
    """Answers begin with the newest, so the last one of equals comes first out."""
    journal = opened()
    seen = [Sighting("a", name, NOW, name) for name in ("third", "second", "first")]

    journal.take(seen, now=NOW)

    assert [journal.hand_out() for _ in seen] == ["first", "second", "third"]


def test_the_oldest_of_all_sequences_comes_first() -> None:
    """Several sequences are handed out as one."""
    service = Service(includes_edge=True)
    moments = [NOW + timedelta(seconds=n) for n in (0, 3, 1, 2)]
    for at, track in zip(moments, "abab", strict=True):
        service.capture(at, track)
    journal = opened(tracks="ab")

    journal.take(service.poll(journal, "ab"), now=NOW)

    assert [journal.hand_out() for _ in range(4)] == ["item-0", "item-2", "item-3", "item-1"]


def test_a_start_includes_its_moment() -> None:
    """What happened at the moment given, or later, is handed out; what happened before is not."""
    service = Service(includes_edge=True)
    for seconds in (-10, -0.5, 0, 5):
        service.capture(NOW + timedelta(seconds=seconds))

    assert drained(service, opened(start=NOW)) == ["item-2", "item-3"]


def test_a_cursor_knows_where_nothing_was_handed_out() -> None:
    """From the beginning, or from the moment given."""
    service = Service(includes_edge=True)
    for seconds in (-10, 10):
        service.capture(NOW + timedelta(seconds=seconds))

    begun, later = opened(opened().cursor), opened(opened(start=NOW).cursor)

    assert begun.since("a") is None
    assert drained(service, begun) == ["item-0", "item-1"]
    assert drained(service, later) == ["item-1"]


def test_what_is_too_late_is_missed() -> None:
    """Beyond the overlap nothing is asked for, so that answers stay small."""
    service = Service(includes_edge=True)
    service.capture(NOW)
    journal = opened()
    first = drained(service, journal)
    service.capture(NOW - timedelta(seconds=OVERLAP))
    service.capture(NOW - timedelta(seconds=OVERLAP + 2))

    assert [*first, *drained(service, journal)] == ["item-0", "item-1"]


def test_an_item_of_the_future_makes_nothing_forgotten() -> None:
    """A clock that is wrong, here or there, does not swallow what happens now."""
    service = Service(includes_edge=False)
    service.capture(datetime(9999, 1, 1, tzinfo=UTC))
    journal = opened()
    got = drained(service, journal)
    for hour in range(1, 50):
        now = NOW + timedelta(hours=hour)
        service.capture(now)
        got += drained(service, journal, now=now)
        journal = opened(journal.cursor)

    assert got == [item for *_, item in service.items]


def test_items_without_a_moment_come_once() -> None:
    """What cannot be dated is told apart by id, and not taken for old."""
    journal = opened(start=NOW)
    dated = Sighting("a", "dated", NOW + timedelta(seconds=5), "dated")
    undated = Sighting[str]("a", "undated", None, "undated")

    got: list[str] = []
    for seen in ([undated], [dated, undated], [undated, dated]):
        journal.take(seen, now=NOW)
        while journal.is_waiting:
            got.append(journal.hand_out())

    assert got == ["undated", "dated"]


def test_an_answer_may_repeat_itself() -> None:
    """The same id twice in one answer is one item."""
    journal = opened()
    seen = Sighting("a", "once", NOW, "once")

    journal.take([seen, seen], now=NOW)

    assert journal.hand_out() == "once"
    assert not journal.is_waiting


def test_memory_and_cursor_are_bounded() -> None:
    """Of a flood the latest are remembered: thousands in memory, some hundreds in the cursor."""
    service = Service(includes_edge=True)
    journal = opened(overlap=3600.0)
    for number in range(6000):
        service.capture(NOW + timedelta(milliseconds=number))

    first = drained(service, journal, now=NOW + timedelta(minutes=1))
    after = journal.since("a")
    resumed = opened(journal.cursor, overlap=3600.0)

    assert len(first) == 6000
    assert after == NOW + timedelta(milliseconds=6000 - 5000 - 1000)
    assert resumed.since("a") == NOW + timedelta(milliseconds=6000 - 200 - 1000)
    assert len(journal.cursor) < 3000
    assert drained(service, journal) == drained(service, resumed) == []


def test_a_late_item_that_waits_is_within_the_cursor() -> None:
    """However full the cursor: what was seen and not handed out is never left behind."""
    service = Service(includes_edge=True)
    journal = opened()
    for number in range(500):
        service.capture(NOW + timedelta(milliseconds=10 * number))
    got = drained(service, journal)
    service.capture(NOW)
    journal.take(service.poll(journal), now=NOW + timedelta(hours=1))

    got += drained(service, opened(journal.cursor))

    assert got == [item for *_, item in service.items]


def test_what_waits_is_not_forgotten_for_what_is_handed_out() -> None:
    """Where memory is full, a late item makes no room at the cost of the next one."""
    service = Service(includes_edge=True)
    journal = opened(overlap=3600.0)
    for number in range(5000):
        service.capture(NOW + timedelta(milliseconds=number))
    got = drained(service, journal, now=NOW + timedelta(minutes=1))
    for early in (10, 5):
        service.capture(NOW - timedelta(milliseconds=early))
    journal.take(service.poll(journal), now=NOW + timedelta(minutes=1))
    got.append(journal.hand_out())

    got += drained(service, opened(journal.cursor, overlap=3600.0))

    assert got == [item for *_, item in service.items]


def test_quiet_sequences_have_short_cursors() -> None:
    """A few messages an hour take a line."""
    service = Service(includes_edge=True)
    for minute in range(10):
        service.capture(NOW + timedelta(minutes=minute))
    journal = opened(overlap=3600.0)
    drained(service, journal)

    assert len(journal.cursor) < 160
    assert is_cursor(journal.cursor)
    assert journal.cursor.isascii()
    assert " " not in journal.cursor


def test_other_sequences_are_carried_along() -> None:
    """A cursor that covered more goes on covering it."""
    service = Service(includes_edge=True)
    for track in "ab":
        service.capture(NOW, track)
    both = opened(tracks="ab")
    both.take(service.poll(both, "ab"), now=NOW)
    while both.is_waiting:
        both.hand_out()

    only_a = opened(both.cursor, tracks="a")
    again = opened(only_a.cursor, tracks="abc")

    assert again.since("b") == both.since("b")
    assert again.since("c") is None


def test_moments_before_the_epoch_are_the_epoch() -> None:
    """Nothing is older than 1970 where this is about."""
    journal = opened(start=datetime(1900, 1, 1, tzinfo=UTC))

    assert journal.since("a") == datetime(1970, 1, 1, tzinfo=UTC)


def damaged() -> list[str]:
    service = Service(includes_edge=True)
    service.capture(NOW)
    journal = opened()
    drained(service, journal)
    cursor = journal.cursor
    kind, _, told = cursor.partition(".")
    raw = bytearray(urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    raw[3] ^= 1
    flipped = urlsafe_b64encode(raw).decode().rstrip("=")
    return [
        cursor[:-1],
        cursor[:10],
        f"{kind}.",
        f"{kind}.{flipped}",
        f"{kind}.ä",
        f"{kind}.a",
        cursor.replace("inbox", "network"),
        cursor.replace("inbox1", "inbox2"),
        "",
    ]


@pytest.mark.parametrize("cursor", damaged())
def test_damaged_cursors_are_refused(cursor: str) -> None:
    """One that was cut off, changed, or is of something else, is not taken for the beginning."""
    with pytest.raises(ConfigurationError, match="cursor"):
        opened(cursor)


@pytest.mark.parametrize("text", ["2026-01-05T09:00:00Z", "2026-01-05", "", "inbox", "20260105"])
def test_moments_are_no_cursors(text: str) -> None:
    """What says when is told from what says where."""
    assert not is_cursor(text)
