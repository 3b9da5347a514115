"""When to ask for news of one workflow: often at first, then seldom, and no two waits in step."""

from datetime import datetime
from typing import Final

from linkedapi_async._messages import Progress

from .backoff import poll_pause
from .hours import opening_delay

__all__ = ["PollSchedule"]

_PARKED_BASE: Final = 3600.0
_PARKED_CAP: Final = 4 * 3600.0
_AFTER_OPENING: Final = 120.0
_TRUSTED: Final = 2  # news of the same rest: the start's and one poll's
_LAST_LOOK: Final = 0.05
"""The part of a wait's time that is left when it polls at the latest."""


class PollSchedule:
    """The polls of one wait. Moments are monotonic seconds, draws lie in 0.0 <= draw < 1.0.

    Attributes:
        opens_in: Seconds from the last news until working hours open, as the service told it.
        is_end_told: Whether an event has told the workflow's end, so that a poll will find it.
    """

    __slots__ = (
        "_asked_at",
        "_base",
        "_cap",
        "_next_at",
        "_parked",
        "_polls",
        "is_end_told",
        "opens_in",
    )

    def __init__(self, *, base: float, cap: float, now: float) -> None:
        """Begin with a poll that is due at once.

        Args:
            base: The first pause, in seconds; pauses grow from there.
            cap: The longest pause while the workflow is queued or runs.
            now: The current moment.
        """
        self._base = base
        self._cap = cap
        self._asked_at = self._next_at = now
        self._polls = 0
        self._parked = 0
        self.opens_in: float | None = None
        self.is_end_told: bool = False

    def take_in(self, before: Progress, news: Progress, *, wall: datetime) -> bool:
        """Take in news; return whether they tell that the account has begun to rest.

        Args:
            before: What was told last.
            news: What is told now.
            wall: The current moment, aware, to compare opening times with.
        """
        self.is_end_told = False
        if not news.is_parked:
            if before.is_parked:
                self._polls = 0
            self._parked = 0
            return False
        self.opens_in = opening_delay(news.message, wall)
        begins = not before.is_parked or self._parked == 0
        self._parked += 1
        return begins

    def plan(self, *, now: float, draw: float) -> None:
        """Plan the next poll after news."""
        pause = self._parked_pause(draw) if self._parked else self._pause(draw)
        self._asked_at, self._next_at = now, now + pause

    def plan_again(self, at_least: float, *, now: float, draw: float) -> float:
        """Plan the next poll after one that failed; return the pause.

        Args:
            at_least: The shortest pause, in seconds.
            now: The current moment.
            draw: Chance.
        """
        pause = max(at_least, self._pause(draw))
        self._asked_at, self._next_at = now, now + pause
        return pause

    def count_poll(self) -> None:
        """Count a poll, whatever came of it."""
        self._polls += 1

    def hurry(self, now: float) -> None:
        """Poll now: an event has told the end."""
        self.is_end_told = True
        self._next_at = now

    def spread(self, now: float, draw: float) -> None:
        """Poll soon, not all waits at once: ends are no longer told."""
        self._next_at = max(self._next_at, now + draw * self._cap)

    def due_at(self, *, safety_interval: float | None, deadline_at: float | None) -> float:
        """Return when to poll.

        Args:
            safety_interval: Seconds between polls while ends are told by events; `None` where they
                are not.
            deadline_at: The end of the wait's time; one last look comes before it.
        """
        if safety_interval is None or self.is_end_told:
            return self._next_at
        at = self._asked_at + safety_interval
        if deadline_at is not None:
            at = min(at, deadline_at - _LAST_LOOK * (deadline_at - self._asked_at))
        return max(self._next_at, at)

    def _pause(self, draw: float) -> float:
        return poll_pause(self._polls, base=self._base, cap=self._cap, draw=draw)

    def _parked_pause(self, draw: float) -> float:
        """Return the pause while the account rests.

        The opening time is only text: it counts once, and one that proves wrong (still parked
        when it has come) leaves growing pauses.
        """
        if self.opens_in is not None and self._parked <= _TRUSTED:
            return self.opens_in + _AFTER_OPENING * draw
        return poll_pause(self._parked, base=_PARKED_BASE, cap=_PARKED_CAP, draw=draw)
