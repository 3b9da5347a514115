"""Which items of a sequence were handed out: each of them once, through any number of restarts.

An answer holds what there is since a moment. Nobody documents whether that includes the moment
itself, several items may share one, and an item may appear after newer ones. So every question
reaches back a while behind the newest item, and what was handed out is remembered as far back.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import crc32
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Generic, TypeAlias, TypeVar

import attrs

from .errors import ConfigurationError

__all__ = ["Journal", "Sighting", "is_cursor"]

T = TypeVar("T")

_Mark: TypeAlias = bytes
_Entries: TypeAlias = list[tuple[int, _Mark]]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MARGIN: Final = 1000
"""Milliseconds asked for beyond what is needed: the service may keep fractions or drop them."""
_KEPT: Final = 5000
_CARRIED: Final = 200
_FEWEST_CARRIED: Final = 20
_MARK_SIZE: Final = 6  # of 5000 marks one in fifty thousand million meets a new item by chance
_SUM_SIZE: Final = 4
_VERSION: Final = 1
_CURSOR: Final = re.compile(r"([a-z]+)(\d+)\.(.*)", re.DOTALL)


def is_cursor(text: str) -> bool:
    """Return whether a text looks like a cursor; no ISO 8601 text does."""
    return _CURSOR.fullmatch(text) is not None


@attrs.frozen
class Sighting(Generic[T]):
    """One item of an answer.

    Attributes:
        track: The sequence it belongs to.
        id: What tells it from all others of its sequence.
        at: When it happened; `None` where that cannot be read.
        item: What is handed out.
    """

    track: str
    id: str
    at: datetime | None
    item: T


@attrs.define(eq=False)
class _Track:
    """One sequence.

    Attributes:
        floor: What happened before counts as handed out; milliseconds, `None` for the beginning.
        entries: What was handed out and is not below the floor, by time.
        marks: The same, for looking up.
        waiting: When what waits to be handed out happened; oldest first.
        latest: The latest moment seen.
    """

    floor: int | None
    entries: _Entries = attrs.field(factory=list[tuple[int, _Mark]])
    marks: set[_Mark] = attrs.field(factory=set[_Mark])
    waiting: deque[int] = attrs.field(factory=deque[int])
    latest: int = 0

    def hand_out(self, at: int, mark: _Mark, *, overlap: int, now: int) -> None:
        """Remember an item, and forget what lies too far behind.

        What happened in the future (a clock is wrong) does not make anything forgotten, nor is
        the floor raised above what still waits.
        """
        self.waiting.popleft()
        insort(self.entries, (at, mark))
        self.marks.add(mark)
        lowest = min(self.entries[-1][0], now) - overlap
        if len(self.entries) > _KEPT:
            lowest = max(lowest, min(self.entries[-_KEPT][0], now))
        floor = max(0, min(lowest, at))
        if self.floor is None or floor > self.floor:
            self.floor = floor
            below = bisect_left(self.entries, (floor,))
            self.marks.difference_update(mark for _, mark in self.entries[:below])
            del self.entries[:below]

    def brief(self, most: int, *, now: int | None) -> tuple[int | None, _Entries]:
        """Return floor and entries, the former raised until few enough of the latter are left."""
        floor, entries = self.floor, self.entries
        if floor is None or now is None or len(entries) <= most:
            return floor, entries
        next_one = self.waiting[0] if self.waiting else now
        floor = max(floor, min(entries[-most][0], next_one, now))
        return floor, entries[bisect_left(entries, (floor,)) :]


@attrs.frozen
class _Waiting(Generic[T]):
    """An item that waits to be handed out."""

    at: int
    track: _Track
    mark: _Mark
    item: T


class Journal(Generic[T]):
    """What has been handed out of some sequences, and what waits to be.

    Memory is bounded: by the overlap, and by 5000 items that lie within it; what shares one moment
    is kept together. A cursor carries the latest 200 of those.
    """

    def __init__(
        self,
        kind: str,
        starts: Mapping[str, datetime | None],
        *,
        overlap: float,
        cursor: str | None = None,
    ) -> None:
        """Begin, or go on where a cursor was read.

        Args:
            kind: What is followed, in small letters; cursors of other kinds are refused.
            starts: From when on, for each sequence that the cursor does not know; `None` is from
                the beginning.
            overlap: Seconds that an item may appear later than a newer one.
            cursor: Where to go on.

        Raises:
            ConfigurationError: The cursor is damaged or of another kind.
        """
        self._kind = kind
        self._overlap = int(overlap * 1000)
        self._tracks = {} if cursor is None else _read(kind, cursor)
        for name, start in starts.items():
            track = _Track(None if start is None else _milliseconds(start))
            self._tracks.setdefault(_mark(name), track)
        self._waiting: deque[_Waiting[T]] = deque()
        self._now: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something waits to be handed out; only then look at another answer."""
        return bool(self._waiting)

    @property
    def cursor(self) -> str:
        """Where to go on: it covers exactly what was handed out."""
        most = max(_FEWEST_CARRIED, _CARRIED // len(self._tracks))
        told = bytearray()
        for name, track in self._tracks.items():
            told += name
            told += _told(*track.brief(most, now=self._now))
        return _sealed(self._kind, bytes(told))

    def since(self, track: str) -> datetime | None:
        """Return from when on to ask for a sequence; `None` is from the beginning."""
        floor = self._tracks[_mark(track)].floor
        return None if floor is None else _EPOCH + max(0, floor - _MARGIN) * _MILLISECOND

    def take(self, sightings: Sequence[Sighting[T]], *, now: datetime) -> None:
        """Sort an answer in: what is new waits to be handed out, oldest first.

        Args:
            sightings: All of the answer, newest first where moments are equal.
            now: The current moment.
        """
        self._now = _milliseconds(now)
        found: dict[tuple[int, _Mark], _Waiting[T]] = {}
        for seen in reversed(sightings):
            track = self._tracks[_mark(seen.track)]
            # Without a moment of its own an item counts as no older than what came before it.
            unread = max(track.latest, track.floor or 0)
            at = unread if seen.at is None else _milliseconds(seen.at)
            track.latest = max(track.latest, at)
            mark = _mark(seen.id)
            if mark not in track.marks and (track.floor is None or at >= track.floor):
                found.setdefault((id(track), mark), _Waiting(at, track, mark, seen.item))
        for one in sorted(found.values(), key=lambda one: one.at):
            one.track.waiting.append(one.at)
            self._waiting.append(one)

    def hand_out(self) -> T:
        """Return the next item; from now on it counts as handed out."""
        assert self._now is not None  # noqa: S101 - what waits came with an answer
        found = self._waiting.popleft()
        found.track.hand_out(found.at, found.mark, overlap=self._overlap, now=self._now)
        return found.item


def _milliseconds(at: datetime) -> int:
    return max(0, (at - _EPOCH) // _MILLISECOND)


def _mark(text: str) -> _Mark:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_MARK_SIZE).digest()


# ── cursors: a kind and a version, then base64 of numbers and marks, then a checksum ──


def _told(floor: int | None, entries: _Entries) -> bytes:
    told = bytearray(_number(0 if floor is None else floor + 1))
    told += _number(len(entries))
    before = floor or 0
    for at, mark in entries:
        told += _number(at - before) + mark
        before = at
    return bytes(told)


def _number(value: int) -> bytes:
    """Return a number in as few bytes as it needs, seven bits in each."""
    told = bytearray()
    while value >= 0x80:  # noqa: PLR2004 - seven bits
        told.append(value & 0x7F | 0x80)
        value >>= 7
    told.append(value)
    return bytes(told)


def _sealed(kind: str, told: bytes) -> str:
    whole = told + crc32(told).to_bytes(_SUM_SIZE)
    return f"{kind}{_VERSION}.{urlsafe_b64encode(whole).decode().rstrip('=')}"


def _read(kind: str, cursor: str) -> dict[_Mark, _Track]:
    """Return the sequences of a cursor.

    Raises:
        ConfigurationError: It is damaged or of another kind.
    """
    parts = _CURSOR.fullmatch(cursor)
    if parts is None or parts[1] != kind or parts[2] != str(_VERSION):
        msg = f"{cursor[:20]!r} is no cursor of {kind}"
        raise ConfigurationError(msg)
    try:
        whole = urlsafe_b64decode(parts[3] + "=" * (-len(parts[3]) % 4))
    except ValueError:
        whole = b""
    told = whole[:-_SUM_SIZE]
    if crc32(told).to_bytes(_SUM_SIZE) != whole[-_SUM_SIZE:]:
        msg = f"The cursor {cursor[:20]!r}… is damaged; perhaps it was stored cut off"
        raise ConfigurationError(msg)
    return dict(_tracks(told))


def _tracks(told: bytes) -> Iterator[tuple[_Mark, _Track]]:
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = told[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - seven bits
                return value
            shift += 7

    def mark() -> _Mark:
        nonlocal place
        place += _MARK_SIZE
        return told[place - _MARK_SIZE : place]

    while place < len(told):
        name = mark()
        floor = number()
        track = _Track(floor - 1 if floor else None)
        at = track.floor or 0
        for _ in range(number()):
            at += number()
            track.entries.append((at, mark()))
        track.marks.update(found for _, found in track.entries)
        track.latest = at
        yield name, track
