"""One workflow on its way to its end: what was told last, and when to ask again."""

from collections.abc import Callable
from typing import Final

from ._call import Call
from ._hub import Wait
from ._messages import Progress, State
from ._push import Ended
from ._session import Session
from ._types import WorkflowId
from .events import WorkflowParked
from .policy import BackOff, PollSchedule

__all__ = ["Progressing"]

_UNTOLD: Final = Progress(State.PENDING)
"""Of a hundred thousand attached workflows nobody has told anything yet."""


class Progressing(Wait):
    """A workflow somebody may wait for.

    Attributes:
        session: Where to ask.
        call: The record of its start, or of its attachment.
        latest: What was told last.
        polls: How often its wait has asked.
        is_given_up: Whether its end no longer matters: it was cancelled.
        was_parked: Whether it was ever told to wait for its account's working hours.
        began_at_once: Whether the reply to its start told that it runs.
    """

    __slots__ = (
        "_ending",
        "_schedule",
        "began_at_once",
        "call",
        "is_given_up",
        "latest",
        "polls",
        "session",
        "was_parked",
    )

    def __init__(self, session: Session, call: Call, progress: Progress | None) -> None:
        """Take over after a start, or for an attached workflow of which nothing is known yet."""
        super().__init__(call.account, call.deadline_at)
        self.session: Session = session
        self.call: Call = call
        self.latest: Progress = progress or _UNTOLD
        self.polls: int = 0
        self.is_given_up: bool = False
        self.was_parked: bool = False
        self.began_at_once: bool = self.latest.state is State.RUNNING
        self._ending: Callable[[], object] | None = None
        self._schedule: PollSchedule = self._new_schedule(progress)

    # ── as the hub sees it ──

    @property
    def workflow_id(self) -> WorkflowId | None:
        """What names it; changes when it is started again."""
        return self.call.workflow_id

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to ask for."""
        return self.is_given_up or self.latest.state.is_final

    @property
    def is_queued(self) -> bool:
        """Whether others may run before it: it has not begun, as far as it was told."""
        return self.latest.state is State.PENDING

    @property
    def is_parked(self) -> bool:
        """Whether it waited for its account's working hours when it was last asked for."""
        return self.latest.is_parked

    def begin(self) -> None:
        """Hear of the end where events tell it."""
        push, workflow_id, clock = self.session.push, self.call.workflow_id, self.session.core.clock
        if push is not None and workflow_id is not None:
            self._ending = push.watch(workflow_id, self._hear)
        if not self.polls:
            self._schedule.try_early(clock.now(), clock.draw())

    def end(self) -> None:
        """Stop hearing of the end."""
        if self._ending is not None:
            self._ending()
            self._ending = None

    def due_at(self) -> float:
        """Return when to poll; late while events can be relied on to tell the end first."""
        push = self.session.push
        safety = push.safety_interval if push is not None and push.is_alive() else None
        return self._schedule.due_at(safety_interval=safety, deadline_at=self.call.deadline_at)

    def promote(self) -> None:
        """Take in that the workflow before it has ended: it presumably runs now."""
        clock = self.session.core.clock
        self._schedule.promote(clock.now(), clock.draw())
        self._schedule.try_early(clock.now(), clock.draw())

    async def look(self, *, ahead: int) -> BackOff | None:
        """Poll once, and plan the next; return a passing failure.

        Raises:
            LinkedApiError: Asking again would change nothing.
        """
        session, asked_for = self.session, self.call.workflow_id
        if asked_for is None:
            return None
        call = self.call.waits()
        call.attempts = self.polls
        self.polls += 1
        was_told = self._schedule.is_end_told
        outcome = await session.poll(call, session.wire.poll(asked_for))
        if self.is_over or self.call.workflow_id != asked_for:
            return None
        clock = session.core.clock
        now, draw = clock.now(), clock.draw()
        self._schedule.count_poll()
        if isinstance(outcome, BackOff):
            pause = self._schedule.plan_again(outcome.delay, now=now, draw=draw)
            session.executor.announce_pause(call, outcome.error, pause)
            return outcome
        if outcome.state.is_final and not self._schedule.is_end_told:
            self._note_missed(asked_for)
        is_overtaken = self._schedule.is_end_told and not was_told
        self._observe(outcome, now)
        if outcome.state.is_final:
            return None
        self._schedule.plan(now=now, draw=draw, ahead=ahead)
        if is_overtaken:  # an event told the end after this was asked
            self._schedule.hurry(now)
        return None

    # ── news ──

    def observe(self, news: Progress) -> None:
        """Take in what was told; of an account that works again, news comes soon."""
        clock, was_parked = self.session.core.clock, self.is_parked
        now = clock.now()
        self._observe(news, now)
        if was_parked and not self.is_parked:
            self._schedule.plan(now=now, draw=clock.draw())

    def _observe(self, news: Progress, now: float) -> None:
        before, self.latest = self.latest, news
        self._take_in(self._schedule, before, news, now)
        if news.state is State.COMPLETED:  # what failed tells nothing of how long it takes
            self._learn(now)

    def rouse(self) -> None:
        """Have the hub look at what has become of it."""
        hub = self.session.trunk.hub
        if self.is_over:
            hub.close(self)
        else:
            hub.plan(self)

    def restart(self, progress: Progress) -> None:
        """Follow the workflow that was started in place of the one that failed."""
        self.polls = 0
        self.latest = progress
        self.began_at_once = progress.state is State.RUNNING
        self._schedule = self._new_schedule(progress)

    def _new_schedule(self, progress: Progress | None) -> PollSchedule:
        """Return the polls of a workflow that was just accepted, or attached for `None`."""
        clock = self.session.core.clock
        rhythm = self.session.rhythm(self.call.operation, self.call.policy)
        now = clock.now()
        schedule = PollSchedule(rhythm, now=now, accepted_at=None if progress is None else now)
        if progress is not None:
            self._take_in(schedule, progress, progress, now)
            ahead = self.session.trunk.hub.count(self.account)
            schedule.plan(now=now, draw=clock.draw(), ahead=ahead)
        return schedule

    def _take_in(
        self, schedule: PollSchedule, before: Progress, news: Progress, now: float
    ) -> None:
        core, account = self.session.core, self.call.account
        self.was_parked |= news.is_parked
        if news.state is State.UNKNOWN:
            self.session.executor.drift(account, "status", news.word)
        if schedule.take_in(before, news, now=now, wall=core.clock.wall()):
            core.sink.emit(
                WorkflowParked(
                    account=account,
                    workflow_id=self.call.workflow_id or WorkflowId(""),
                    opens_in=schedule.opens_in,
                    message=news.message,
                )
            )

    def _learn(self, now: float) -> None:
        """Keep how long it ran, for those that come."""
        ran = self._schedule.ended(now)
        if ran is not None:
            self._schedule.rhythm.note(*ran)

    def _hear(self, ended: Ended | None) -> None:
        """Take in what an event told of the workflow."""
        clock = self.session.core.clock
        if ended is None:
            self._schedule.spread(clock.now(), clock.draw())
        else:
            self._schedule.hurry(clock.now())
            if ended.progress is not None:
                self.observe(ended.progress)
        self.rouse()

    def _note_missed(self, workflow_id: WorkflowId) -> None:
        """Tell that the end was polled before an event told it; look later whether one came."""
        push = self.session.push
        if push is not None:
            push.missed(workflow_id)
            self.session.core.clock.call_later(push.grace, push.review)
