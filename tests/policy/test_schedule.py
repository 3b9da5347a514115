"""When the next poll comes, whatever was told last."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from linkedapi_async._messages import OUTSIDE_HOURS, QUEUED, Progress, State
from linkedapi_async.policy import Durations, PollSchedule, Rhythm, Waiting

HOUR = 3600.0
NIGHT = 14 * HOUR
WALL = datetime(2026, 8, 10, 6, 0, tzinfo=UTC)
ACCEPTED = Progress(State.PENDING)
BEHIND = Progress(State.PENDING, pending_reason=QUEUED)
RUNNING = Progress(State.RUNNING)
DONE = Progress(State.COMPLETED)
TEXT = "It will start when the account working hours open at Mon, Aug 10, 09:00 (Europe/Berlin)."
PARKED = Progress(State.PENDING, pending_reason=OUTSIDE_HOURS, message=TEXT)
MUTE = Progress(State.PENDING, pending_reason=OUTSIDE_HOURS)


@pytest.fixture
def rhythm() -> Rhythm:
    """Return what is known before anything is learned: pauses of 1 s to 300 s."""
    return Durations().rhythm("any", waiting=Waiting.BALANCED, base=1.0, cap=300.0)


@pytest.fixture
def schedule(rhythm: Rhythm) -> PollSchedule:
    """Return the polls of a workflow that was accepted at 100 s."""
    return PollSchedule(rhythm, now=100.0, accepted_at=100.0)


def due(made: PollSchedule, **given: float | None) -> float:
    return made.due_at(**{"safety_interval": None, "deadline_at": None, **given})


def tell(made: PollSchedule, news: Progress, now: float, **given: float) -> None:
    """Take in what the start, or a poll after it, told."""
    made.take_in(ACCEPTED, news, now=now, wall=WALL)
    made.plan(now=now, draw=0.5, **given)  # type: ignore[arg-type]  # `ahead` is a whole number


def poll(made: PollSchedule, news: Progress, now: float, **given: float) -> None:
    made.count_poll()
    tell(made, news, now, **given)


# ── while it runs ──


def test_polls_follow_the_timetable(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """From its acceptance on, each poll comes a step after the one before."""
    assert due(schedule) == 100.0

    tell(schedule, ACCEPTED, 100.0)
    assert due(schedule) == 100.0 + rhythm.timetable.pause(0.0)
    poll(schedule, RUNNING, 112.0)
    assert due(schedule) == 112.0 + rhythm.timetable.pause(12.0)
    poll(schedule, RUNNING, 400.0)
    assert due(schedule) == 400.0 + rhythm.timetable.pause(300.0)


def test_no_two_waits_are_in_step(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """Chance moves each poll by 15 % of a step."""
    moments: list[float] = []
    for draw in (0.0, 0.5, 1.0):
        schedule.plan(now=100.0, draw=draw)
        moments.append(due(schedule) - 100.0)

    steps = (0.85, 1.0, 1.15)
    assert moments == pytest.approx([rhythm.timetable.pause(0.0, steps=step) for step in steps])


def test_what_was_attached_is_asked_for_at_once(rhythm: Rhythm) -> None:
    """Its age is unknown, so the timetable begins with the poll that saw it run."""
    made = PollSchedule(rhythm, now=100.0, accepted_at=None)
    assert due(made) == 100.0

    poll(made, RUNNING, 101.0)
    poll(made, RUNNING, 131.0)

    assert due(made) == 131.0 + rhythm.timetable.pause(30.0)


def test_a_failed_poll_pauses_as_long_as_asked(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """The longer of what was asked and what the timetable says; that goes on as if nothing was."""
    tell(schedule, ACCEPTED, 100.0)
    usual = rhythm.timetable.pause(50.0)

    schedule.count_poll()
    assert schedule.plan_again(90.0, now=150.0, draw=0.5) == 90.0
    assert due(schedule) == 240.0
    schedule.count_poll()
    assert schedule.plan_again(0.0, now=150.0, draw=0.5) == usual
    assert due(schedule) == 150.0 + usual

    poll(schedule, RUNNING, 170.0)
    assert due(schedule) == 170.0 + rhythm.timetable.pause(70.0)


def test_a_failed_first_poll_of_what_was_attached(rhythm: Rhythm) -> None:
    """It pauses as after a beginning."""
    made = PollSchedule(rhythm, now=100.0, accepted_at=None)

    assert made.plan_again(0.0, now=100.0, draw=0.5) == rhythm.timetable.pause(0.0)


# ── while it stands behind others ──


def test_the_timetable_begins_when_it_runs(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """Between the last news of the queue and the first of its running, it began half-way."""
    tell(schedule, BEHIND, 100.0)
    poll(schedule, BEHIND, 130.0)
    poll(schedule, RUNNING, 150.0)

    assert due(schedule) == 150.0 + rhythm.timetable.pause(10.0)


def test_what_still_runs_did_not_begin_hours_ago(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """After a long time without news a beginning is presumed that fits what is known."""
    tell(schedule, BEHIND, 100.0)
    poll(schedule, RUNNING, 100.0 + 9 * HOUR)

    age = rhythm.timetable.expected / 2
    assert due(schedule) == 100.0 + 9 * HOUR + rhythm.timetable.pause(age)


def test_in_a_queue_nobody_knows_pauses_grow(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """None is shorter than the first one after a beginning, none longer than the longest."""
    tell(schedule, BEHIND, 100.0)
    pauses = [due(schedule) - 100.0]
    for _ in range(16):
        poll(schedule, BEHIND, 200.0)
        pauses.append(due(schedule) - 200.0)

    assert pauses[0] == pytest.approx(rhythm.timetable.pause(0.0))
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300.0


def test_in_a_queue_that_is_known_its_length_counts(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """It is not asked for before those ahead may have run; an hour later it is, anyway."""
    expected = rhythm.timetable.expected
    tell(schedule, BEHIND, 100.0, ahead=3)
    assert due(schedule) == pytest.approx(100.0 + 3 * expected)

    poll(schedule, BEHIND, 1000.0, ahead=5000)
    assert due(schedule) == 1000.0 + HOUR
    poll(schedule, RUNNING, 1010.0, ahead=5000)
    assert due(schedule) < 1010.0 + 60.0


def test_the_next_one_moves_up(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """When the one before has ended, its timetable begins."""
    tell(schedule, BEHIND, 100.0, ahead=9)
    schedule.promote(150.0, 0.5)

    assert due(schedule) == 150.0 + rhythm.timetable.pause(0.0)
    poll(schedule, RUNNING, 180.0)
    assert due(schedule) == 180.0 + rhythm.timetable.pause(30.0)
    assert schedule.ended(190.0) == (30.0, 40.0)


@pytest.mark.parametrize("news", [RUNNING, PARKED, ACCEPTED], ids=["running", "parked", "new"])
def test_only_who_is_queued_moves_up(schedule: PollSchedule, news: Progress) -> None:
    """What runs, rests, or was never told to wait, keeps its plan."""
    tell(schedule, news, 100.0)
    before = due(schedule)

    schedule.promote(101.0, 0.5)

    assert due(schedule) == before


# ── how long it ran ──


@pytest.mark.parametrize(
    ("told", "ran"),
    [
        pytest.param([(100.0, ACCEPTED)], (0.0, 20.0), id="found by the first poll"),
        pytest.param([(100.0, RUNNING), (110.0, RUNNING)], (10.0, 20.0), id="seen running"),
        pytest.param([(100.0, ACCEPTED), (110.0, RUNNING)], (10.0, 20.0), id="not told to wait"),
        pytest.param([(100.0, BEHIND), (110.0, BEHIND)], (0.0, 10.0), id="queued to the last"),
        pytest.param(
            [(100.0, BEHIND), (104.0, RUNNING), (110.0, RUNNING)], (6.0, 20.0), id="queued at first"
        ),
        pytest.param([(100.0, ACCEPTED), (112.0, ACCEPTED)], (0.0, 8.0), id="pending for long"),
        pytest.param(
            [(100.0, RUNNING), (105.0, BEHIND), (110.0, RUNNING)], (0.0, 15.0), id="put back"
        ),
    ],
)
def test_the_end_lies_between_polls(
    schedule: PollSchedule, told: list[tuple[float, Progress]], ran: tuple[float, float]
) -> None:
    """An end found at 120 s came after the last news; the beginning is no more certain."""
    (moment, news), *later = told
    tell(schedule, news, moment)
    for moment, news in later:
        poll(schedule, news, moment)
    schedule.count_poll()
    schedule.take_in(news, DONE, now=120.0, wall=WALL)

    assert schedule.ended(120.0) == ran


def test_an_end_that_an_event_told_is_known(schedule: PollSchedule) -> None:
    """The poll that fetches it comes later, and is not the end."""
    tell(schedule, RUNNING, 100.0)
    schedule.hurry(107.0)
    schedule.take_in(RUNNING, DONE, now=109.0, wall=WALL)

    assert schedule.ended(109.0) == (7.0, 7.0)


def test_of_an_attached_workflow_nothing_is_learned(rhythm: Rhythm) -> None:
    """Unless it is seen to wait, and so to begin."""
    made = PollSchedule(rhythm, now=100.0, accepted_at=None)
    poll(made, RUNNING, 100.0)
    assert made.ended(110.0) is None

    poll(made, BEHIND, 110.0)
    poll(made, RUNNING, 115.0)
    assert made.ended(120.0) == (0.0, 10.0)


@pytest.mark.parametrize(
    ("told", "end"),
    [
        pytest.param([(100.0, ACCEPTED)], HOUR, id="nobody looked for an hour"),
        pytest.param([(100.0, BEHIND), (900.0, RUNNING)], 910.0, id="began unwatched"),
        pytest.param([(100.0, BEHIND)], 900.0, id="began and ended unwatched"),
        pytest.param([(100.0, PARKED)], 900.0, id="ended before it could begin"),
        pytest.param([(100.0, MUTE)], 100.0 + NIGHT, id="at rest, nobody knows how long"),
    ],
)
def test_what_was_hardly_watched_teaches_nothing(
    schedule: PollSchedule, told: list[tuple[float, Progress]], end: float
) -> None:
    """A span of hours would tell that workflows take hours."""
    for moment, news in told:
        tell(schedule, news, moment)

    assert schedule.ended(end) is None


def test_after_a_rest_it_began_with_the_opening(schedule: PollSchedule) -> None:
    """A rest of known length counts as no time that it ran."""
    tell(schedule, PARKED, 100.0)
    poll(schedule, RUNNING, 100.0 + HOUR + 20.0)

    assert schedule.ended(100.0 + HOUR + 30.0) == (0.0, 30.0)


def test_an_opening_that_came_early(schedule: PollSchedule) -> None:
    """It runs before its hours: then it began when it was first seen."""
    tell(schedule, PARKED, 100.0)
    poll(schedule, RUNNING, 200.0)

    assert schedule.ended(210.0) == (0.0, 10.0)


# ── while the account rests ──


def test_a_rest_is_waited_out(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """The opening time counts twice; then pauses are hours. Coming out of it begins anew."""
    before = RUNNING
    dues: list[tuple[bool, float]] = []
    for _ in range(3):
        begins = schedule.take_in(before, PARKED, now=0.0, wall=WALL)
        schedule.plan(now=0.0, draw=0.5)
        dues.append((begins, due(schedule)))
        before = PARKED

    assert schedule.opens_in == HOUR
    assert dues == [(True, HOUR + 60.0), (False, HOUR + 180.0), (False, 4 * HOUR)]
    schedule.take_in(PARKED, RUNNING, now=5 * HOUR, wall=WALL)
    schedule.plan(now=5 * HOUR, draw=0.5)
    assert due(schedule) < 5 * HOUR + 60.0
    assert schedule.take_in(RUNNING, PARKED, now=6 * HOUR, wall=WALL)


def test_after_the_opening_it_first_gets_time_to_run(
    schedule: PollSchedule, rhythm: Rhythm
) -> None:
    """A poll right after the opening would be in vain."""
    schedule.take_in(ACCEPTED, PARKED, now=0.0, wall=WALL)
    schedule.plan(now=0.0, draw=0.0)

    assert due(schedule) == HOUR + rhythm.timetable.pause(0.0)


def night(
    made: PollSchedule, message: Callable[[float], str | None], draw: float, *, is_attached: bool
) -> int:
    """Return how many polls it takes until one sees the hours open again."""

    def news(now: float) -> Progress:
        if now >= NIGHT:
            return RUNNING
        return Progress(State.PENDING, pending_reason=OUTSIDE_HOURS, message=message(now))

    now, polls, before = 0.0, 0, ACCEPTED
    if is_attached:
        now, polls = due(made), 1
        made.count_poll()
    while now < NIGHT:
        told = news(now)
        wall = WALL + timedelta(seconds=now)
        made.take_in(before, told, now=now, wall=wall)
        made.plan(now=now, draw=draw)
        now, polls, before = due(made), polls + 1, told
        made.count_poll()
    return polls


def named(moment: datetime) -> str:
    return f"Will open at {moment:%a, %b} {moment.day}, {moment:%H:%M} (UTC)."


@pytest.mark.parametrize("is_attached", [False, True], ids=["started", "attached"])
@pytest.mark.parametrize("draw", [0.0, 0.5, 0.999])
def test_a_night_whose_end_is_told_costs_two_polls(
    rhythm: Rhythm, draw: float, *, is_attached: bool
) -> None:
    """What the start's reply told needs no poll; then one after the opening is enough."""
    made = PollSchedule(rhythm, now=0.0, accepted_at=None if is_attached else 0.0)
    text = named(WALL + timedelta(seconds=NIGHT))

    assert night(made, lambda _: text, draw, is_attached=is_attached) == 1 + is_attached


@pytest.mark.parametrize("is_attached", [False, True], ids=["started", "attached"])
@pytest.mark.parametrize("draw", [0.0, 0.5, 0.999])
def test_a_night_nobody_tells_the_end_of_costs_five_polls(
    rhythm: Rhythm, draw: float, *, is_attached: bool
) -> None:
    """Without an opening time pauses are hours at once, whatever chance says."""
    made = PollSchedule(rhythm, now=0.0, accepted_at=None if is_attached else 0.0)

    assert night(made, lambda _: None, draw, is_attached=is_attached) <= 4 + is_attached


@pytest.mark.parametrize("draw", [0.0, 0.999])
@pytest.mark.parametrize("seconds", [-120, -60, 60, 120])
def test_a_clock_that_differs_costs_one_poll_more(
    rhythm: Rhythm, draw: float, seconds: int
) -> None:
    """Two minutes between the service's clock and ours are no reason to sleep on for hours."""
    made = PollSchedule(rhythm, now=0.0, accepted_at=0.0)
    text = named(WALL + timedelta(seconds=NIGHT + seconds))

    assert night(made, lambda _: text, draw, is_attached=False) <= 2


@pytest.mark.parametrize("ahead", [-60, 90, HOUR])
def test_a_text_that_lies_is_believed_twice(rhythm: Rhythm, ahead: float) -> None:
    """An opening that is always about to come does not make polling hot."""
    made = PollSchedule(rhythm, now=0.0, accepted_at=0.0)

    def soon(now: float) -> str:
        return named(WALL + timedelta(seconds=now + ahead))

    assert night(made, soon, 0.0, is_attached=False) <= 6


# ── while ends are told ──


def test_while_ends_are_told(schedule: PollSchedule) -> None:
    """Polling is the safety net then, with a last look before the deadline."""
    tell(schedule, RUNNING, 100.0)

    assert due(schedule, safety_interval=300.0) == 400.0
    assert due(schedule, safety_interval=300.0, deadline_at=10_000.0) == 400.0
    assert due(schedule, safety_interval=300.0, deadline_at=200.0) == 195.0
    schedule.plan_again(500.0, now=100.0, draw=0.5)
    assert due(schedule, safety_interval=300.0) == 600.0


def test_an_end_that_was_told_hurries_until_a_poll_has_answered(schedule: PollSchedule) -> None:
    """Failing polls do not fall back to the safety net, nor to the timetable; news do."""
    tell(schedule, RUNNING, 100.0)
    schedule.hurry(400.0)
    assert schedule.is_end_told
    assert due(schedule, safety_interval=300.0) == 400.0

    schedule.plan_again(0.0, now=400.0, draw=0.5)
    assert due(schedule, safety_interval=300.0) == 401.0

    poll(schedule, RUNNING, 401.0)
    assert not schedule.is_end_told
    assert due(schedule, safety_interval=300.0) == 701.0


def test_lost_deliveries_spread_the_polls(schedule: PollSchedule, rhythm: Rhythm) -> None:
    """Not all waits ask at once, and none asks earlier than it would have."""
    pause = rhythm.timetable.pause(0.0)
    schedule.spread(100.0, 0.5)
    assert due(schedule) == 100.0 + pause / 2

    schedule.plan_again(60.0, now=100.0, draw=0.5)
    schedule.spread(100.0, 0.5)
    assert due(schedule) == 160.0


# ── before the deadline ──


def test_one_last_look_before_the_deadline(schedule: PollSchedule) -> None:
    """Who has ended is not given up because nobody looked; a row of last looks there is not."""
    tell(schedule, RUNNING, 100.0)
    deadline_at = due(schedule) - 1.0
    looks: list[float] = []
    while (now := due(schedule, deadline_at=deadline_at)) < deadline_at:
        looks.append(deadline_at - now)
        poll(schedule, RUNNING, now)

    assert looks == [pytest.approx(0.05 * (deadline_at - 100.0))]


def test_no_look_before_the_service_may_be_asked(schedule: PollSchedule) -> None:
    """A pause that was asked for prevails, also over the deadline."""
    schedule.plan_again(60.0, now=100.0, draw=0.5)

    assert due(schedule, deadline_at=130.0) == 160.0


def test_one_wait_of_an_operation_polls_early(rhythm: Rhythm) -> None:
    """One wait finds out whether an operation takes a moment; the others keep to the timetable."""
    waits = [PollSchedule(rhythm, now=0.0, accepted_at=0.0) for _ in range(3)]
    for wait in waits:
        wait.plan(now=0.0, draw=0.5)
        wait.try_early(0.0, 0.5)

    early, *others = [wait.due_at(safety_interval=None, deadline_at=None) for wait in waits]

    assert early == pytest.approx(rhythm.base)
    assert others == [pytest.approx(rhythm.timetable.pause(0.0))] * 2


def test_early_polls_go_on_while_they_find_ends(rhythm: Rhythm) -> None:
    """Where operations do take a moment, the next one is polled early as well."""
    assert rhythm.try_early()
    assert not rhythm.try_early()

    rhythm.note(0.0, rhythm.base)

    assert rhythm.try_early()
