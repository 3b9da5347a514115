"""When to ask for news of one workflow: by its operation's timetable, and no two waits in step."""

from datetime import datetime
from typing import Final

from linkedapi_async._messages import Progress, State

from .backoff import poll_pause
from .durations import Rhythm
from .hours import opening_delay

__all__ = ["PollSchedule"]

_SPREAD: Final = 0.15
_PARKED: Final = 4 * 3600.0
_PARKED_SPREAD: Final = 0.1
_AFTER_OPENING: Final = 120.0
_TRUSTED: Final = 2  # news of the same rest: the start's and one poll's
_LAST_LOOK: Final = 0.05
"""The part of a wait's time that is left when it polls at the latest."""
_ALMOST: Final = 0.25
"""The part of a pause before which no last look comes: so there is one, not a row of them."""
_LONGEST_QUEUE: Final = 3600.0
_VAGUE: Final = 0.5
_NEVER: Final = float("inf")


class PollSchedule:
    """The polls of one wait. Moments are monotonic seconds, draws lie in 0.0 <= draw < 1.0.

    Attributes:
        rhythm: What it shares with the other waits for the same operation.
        opens_in: Seconds from the last news until working hours open, as the service told it.
    """

    __slots__ = (
        "_asked_at",
        "_began_after",
        "_began_before",
        "_is_queued",
        "_next_at",
        "_parked",
        "_polls",
        "_seen_at",
        "_soonest_at",
        "_told_at",
        "opens_in",
        "rhythm",
    )

    def __init__(self, rhythm: Rhythm, *, now: float, accepted_at: float | None) -> None:
        """Begin with a poll that is due at once.

        Args:
            rhythm: When to poll a workflow of this kind.
            now: The current moment.
            accepted_at: When the workflow was accepted; `None` where nobody knows.
        """
        self.rhythm: Rhythm = rhythm
        self._asked_at = self._next_at = self._soonest_at = now
        self._polls = 0
        self._parked = 0
        self._is_queued = False
        self._began_after = accepted_at
        self._began_before: float | None = None
        self._seen_at = now if accepted_at is None else accepted_at
        self._told_at: float | None = None
        self.opens_in: float | None = None

    @property
    def is_end_told(self) -> bool:
        """Whether an event has told the workflow's end, so that a poll will find it."""
        return self._told_at is not None

    # ── news ──

    def take_in(self, before: Progress, news: Progress, *, now: float, wall: datetime) -> bool:
        """Take in news; return whether they tell that the account has begun to rest.

        Args:
            before: What was told last.
            news: What is told now.
            now: The current moment.
            wall: The same, aware, to compare opening times with.
        """
        if news.state.is_final:
            return False
        self._told_at = None
        self._seen_at = now
        self._place(news, now)
        if not news.is_parked:
            if before.is_parked:
                self._polls = 0
            self._parked = 0
            return False
        self.opens_in = opening_delay(news.message, wall)
        begins = not before.is_parked or self._parked == 0
        self._parked += 1
        if self.opens_in is not None:
            self._began_after = now + self.opens_in
        return begins

    def _place(self, news: Progress, now: float) -> None:
        """Take in between which moments it began to run."""
        if news.state is State.PENDING:
            # The start's reply is given before anything can run: it tells a queue only by name.
            if news.pending_reason is not None or self._polls:
                self._is_queued = True
                self._began_after, self._began_before = now, None
        elif self._began_before is None:
            after = self._began_after
            self._began_before = now if after is None or self._is_queued else after
            self._began_after = None if after is None else min(after, now)

    def promote(self, now: float, draw: float) -> None:
        """Take in that the workflow before it has ended: it presumably begins now."""
        if self._is_waiting and not self._parked:
            self._is_queued = False
            self._began_after = self._seen_at = self._soonest_at = now
            self._next_at = now + self._running_pause(now, draw)

    def ended(self, now: float) -> tuple[float, float] | None:
        """Return how long it ran, in seconds: at least, and at most.

        Args:
            now: The current moment; an end that an event told came with that event.

        Returns:
            `None` where too little is known to learn from it: somebody attached to it while it
            ran, its beginning was not watched, or its end was looked for late.
        """
        end = now if self._told_at is None else self._told_at
        seen = self._seen_at if self._told_at is None else end
        after, before = self._began_after, self._began_before
        if after is None or after > end:
            return None
        if before is None:
            before = end if self._is_queued else after
        # What is kept must not depend on how long it ran, so gaps are compared with plans.
        late = end - seen - self._running_pause(seen, 0.5)
        if max(before - after, late) > _VAGUE * self.rhythm.timetable.expected:
            return None
        return max(0.0, seen - before), max(0.0, end - after)

    # ── plans ──

    def plan(self, *, now: float, draw: float, ahead: int = 0) -> None:
        """Plan the next poll after news.

        Args:
            now: The current moment.
            draw: Chance.
            ahead: Workflows that the account has to run before this one; they count only while
                it is told to wait for them.
        """
        pause = self._parked_pause(draw) if self._parked else self._usual_pause(now, draw, ahead)
        self._asked_at, self._next_at = now, now + pause
        self._soonest_at = now + _ALMOST * pause if self._polls else now
        if self._polls == 1:
            self.try_early(now, draw)

    def try_early(self, now: float, draw: float) -> None:
        """Poll early, if nobody has found out yet that such workflows take longer than a moment.

        Args:
            now: The current moment; somebody has just begun to wait, or has asked for the first
                time.
            draw: Chance.
        """
        early_at = now + self.rhythm.base * _steps(draw)
        is_young = self._began_after is None or now - self._began_after < self.rhythm.base
        if self._parked or self._is_waiting or early_at >= self._next_at or not is_young:
            return
        if self.rhythm.try_early():
            self._next_at = early_at
            self._soonest_at = min(self._soonest_at, early_at)

    def plan_again(self, at_least: float, *, now: float, draw: float) -> float:
        """Plan the next poll after one that failed; return the pause.

        Args:
            at_least: The shortest pause, in seconds.
            now: The current moment.
            draw: Chance.
        """
        usual = self._growing_pause(draw) if self.is_end_told else self._usual_pause(now, draw, 0)
        pause = max(at_least, usual)
        self._asked_at, self._next_at = now, now + pause
        self._soonest_at = now + max(at_least, _ALMOST * pause)
        return pause

    def count_poll(self) -> None:
        """Count a poll, whatever came of it."""
        self._polls += 1

    def hurry(self, now: float) -> None:
        """Poll now: an event has told the end."""
        self._told_at = self._next_at = self._soonest_at = now

    def spread(self, now: float, draw: float) -> None:
        """Poll soon, not all waits at once: ends are no longer told."""
        self._next_at = max(self._next_at, now + draw * self._usual_pause(now, draw, 0))

    def due_at(self, *, safety_interval: float | None, deadline_at: float | None) -> float:
        """Return when to poll.

        Args:
            safety_interval: Seconds between polls while ends are told by events; `None` where they
                are not.
            deadline_at: The end of the wait's time; one last look comes before it, unless a poll
                has just been made or has to wait.
        """
        look_at = _NEVER
        if deadline_at is not None:
            look_at = deadline_at - _LAST_LOOK * (deadline_at - self._asked_at)
        if safety_interval is None or self.is_end_told:
            return max(self._soonest_at, min(self._next_at, look_at))
        return max(self._next_at, min(self._asked_at + safety_interval, look_at))

    # ── pauses ──

    @property
    def _is_waiting(self) -> bool:
        """Whether it has not begun to run, as far as anybody knows."""
        return self._is_queued and self._began_before is None

    def _usual_pause(self, now: float, draw: float, ahead: int) -> float:
        if self._is_waiting:
            return self._queued_pause(draw, ahead)
        return self._running_pause(now, draw)

    def _running_pause(self, now: float, draw: float) -> float:
        elapsed = max(0.0, now - self._began_at)
        return self.rhythm.timetable.pause(elapsed, steps=_steps(draw))

    @property
    def _began_at(self) -> float:
        """When it began to run, at a guess.

        Somewhere between two news; but what still runs has hardly begun hours ago.
        """
        after, before = self._began_after, self._began_before
        if after is None:
            return self._seen_at if before is None else before
        if before is None:
            return after
        return before - min((before - after) / 2, self.rhythm.timetable.expected / 2)

    def _queued_pause(self, draw: float, ahead: int) -> float:
        """Return the pause while it stands behind others: as long as they take, if they are known.

        Otherwise pauses grow, and none is shorter than the first after its beginning.
        """
        timetable, steps = self.rhythm.timetable, _steps(draw)
        return max(
            timetable.pause(0.0, steps=steps),
            self._growing_pause(draw),
            steps * min(ahead * timetable.expected, _LONGEST_QUEUE),
        )

    def _growing_pause(self, draw: float) -> float:
        base, cap = self.rhythm.base, self.rhythm.cap
        return poll_pause(self._polls, base=base, cap=cap, draw=draw)

    def _parked_pause(self, draw: float) -> float:
        """Return the pause while the account rests.

        The opening time is only text: it counts once, and one that proves wrong (still parked
        when it has come) leaves pauses of hours.
        """
        if self.opens_in is not None and self._parked <= _TRUSTED:
            first = self.rhythm.timetable.pause(0.0)
            return self.opens_in + max(first, _AFTER_OPENING * (self._parked - 1 + draw))
        return _PARKED * (1 - _PARKED_SPREAD + 2 * _PARKED_SPREAD * draw)


def _steps(draw: float) -> float:
    """Return how many steps of a timetable to take: about one, so that waits get out of step."""
    return 1 - _SPREAD + 2 * _SPREAD * draw
