"""What there is to show of a batch at a moment, and how it is said."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from linkedapi_async._types import Disposition
from linkedapi_async.events import BackingOff, Event, WorkflowFinished, WorkflowStarted

from ._console import crop
from ._plain import one_line
from ._timeline import cause_of, span

if TYPE_CHECKING:
    from linkedapi_async import BatchProgress

__all__ = [
    "Rate",
    "Scene",
    "Trouble",
    "counts",
    "head",
    "obstacles",
    "outlook",
    "remedies",
]

_KINDS: Final[Mapping[Disposition, str]] = {
    Disposition.FATAL: "fatal",
    Disposition.USER_ACTION: "needs a person",
    Disposition.RETRYABLE: "gave up",
}
"""What failures ask for, in two words."""

_WINDOW: Final = 30.0
_GRACE: Final = 5.0
_SOON: Final = 60.0
_TENTHS: Final = 100.0  # seconds below which `span` tells tenths
_SETTLED: Final = 30.0  # seconds before which a rate foretells nothing
_SHOWN: Final = 5
_LONGEST: Final = 24  # columns of an account's name
_LINGERING: Final = "a start whose reply was lost may still run; the next follows in some minutes"


@attrs.frozen(kw_only=True)
class Scene:
    """What there is to show at a moment.

    Attributes:
        progress: How far the batch has come.
        parked: Why accounts stand aside: code and hint, by alias.
        lingering: Accounts that start nothing because a lost start may still run.
        trouble: What requests fail of at present; empty where they do not.
        rate: Answers per second, of late.
        lasted: Seconds since the beginning.
        now: The moment.
    """

    progress: "BatchProgress"
    parked: Mapping[str, tuple[str, str]]
    lingering: Sequence[str] = ()
    trouble: str = ""
    rate: float
    lasted: float
    now: datetime


class Trouble:
    """What requests have failed of, until one is heard of that does not."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Begin without any.

        Args:
            now: Seconds.
        """
        self._now = now
        self._cause = ""
        self._until = float("-inf")

    def hear(self, event: Event) -> None:
        """Take in what happens."""
        match event:
            case BackingOff():
                self._cause = cause_of(event)
                self._until = self._now() + event.delay + _GRACE
            case WorkflowStarted() | WorkflowFinished(succeeded=True):
                self._cause = ""
            case _:
                pass

    @property
    def cause(self) -> str:
        """What is wrong; empty where nothing is, or was tried again and is heard of no more."""
        return self._cause if self._now() <= self._until else ""


class Rate:
    """How fast answers come, over the last half minute."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Begin to count.

        Args:
            now: Seconds.
        """
        self._now = now
        self._seen: deque[tuple[float, int]] = deque([(now(), 0)])

    def update(self, count: int) -> float:
        """Return answers per second; those from earlier runs are not to be counted."""
        now = self._now()
        self._seen.append((now, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW:  # noqa: PLR2004 - a span has two ends
            self._seen.popleft()
        then, before = self._seen[0]
        return (count - before) / (now - then) if now > then else 0.0


# ── in words ────────────────────────────────────────────────────────────────────────────────────


def counts(progress: "BatchProgress") -> Iterator[tuple[str, int, str]]:
    """Yield where calls stand: the place, how many, and its colour; nobody is left out."""
    told = f" ({progress.replayed:,} known before)" if progress.replayed else ""
    yield f"done{told}", progress.done, "green"
    for kind, words in _KINDS.items():
        if number := progress.failed.get(kind, 0):
            yield f"failed ({words})", number, "red"
    if progress.uncertain:
        yield "uncertain", progress.uncertain, "magenta"
    yield "running", progress.running, "cyan"
    if progress.parked:
        yield "parked", progress.parked, "yellow"
    unread = 0 if progress.total is None else progress.total - progress.read
    yield "waiting", progress.waiting + unread, ""


def outlook(scene: Scene) -> str:
    """Return how fast it goes, how long it takes, and when the last may start if not soon."""
    rate, progress = scene.rate, scene.progress
    end = progress.earliest_feasible_at
    told = [f"{rate:,.1f} a second" if rate >= 1 else f"{60 * rate:.1f} a minute"] if rate else []
    left = (progress.total or 0) - progress.answered - progress.parked
    if end is not None and (end - scene.now).total_seconds() >= _SOON:
        told.append(f"the last may start {end.astimezone():%Y-%m-%d %H:%M}")
    elif rate and left > 0 and scene.lasted >= _SETTLED and not progress.is_stopping:
        told.append(f"{_roughly(left / rate)} to go at this rate")
    return ", ".join(told)


def _roughly(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _TENTHS else span(seconds)


def head(progress: "BatchProgress") -> str:
    """Return how many calls are answered."""
    return f"{progress.answered:,} of {progress.total or progress.read:,} answered"


def remedies(parked: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield names of parked accounts, and what is to be done about them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for alias, cause in parked.items():
        groups.setdefault(cause, []).append(alias)
    for (code, hint), aliases in groups.items():
        yield _some(aliases), one_line(f"{code}. {hint}")


def _some(aliases: Sequence[str]) -> str:
    more = f" and {len(aliases) - _SHOWN} more" if len(aliases) > _SHOWN else ""
    return f"{', '.join(crop(one_line(one), _LONGEST) for one in aliases[:_SHOWN])}{more}"


def obstacles(scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield what holds calls up though nobody has to do anything, and whom."""
    if scene.trouble:
        yield "trying again", one_line(scene.trouble)
    if scene.lingering:
        yield _some(scene.lingering), _LINGERING
