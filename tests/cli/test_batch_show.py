import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from rich.console import Console

from linkedapi_async import BatchProgress, Certainty, Disposition, Scope
from linkedapi_async.cli._batch_scene import Rate, Scene, Trouble, counts, outlook
from linkedapi_async.cli._batch_show import Screen, open_screen
from linkedapi_async.cli._timeline import Timeline
from linkedapi_async.events import ActionNeeded, BackingOff, WorkflowStarted

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PROGRESS = BatchProgress(
    total=2_000,
    read=1_500,
    done=1_200,
    failed={Disposition.FATAL: 4, Disposition.USER_ACTION: 20},
    uncertain=2,
    running=20,
    parked=100,
    waiting=154,
    replayed=30,
    is_paused=False,
    is_stopping=False,
    earliest_feasible_at=NOW,
)
NOTHING = attrs.evolve(
    PROGRESS, read=0, done=0, failed={}, uncertain=0, running=0, parked=0, waiting=0, replayed=0
)
NEEDED = ActionNeeded(
    account="anna", code="noActiveSeats", scope=Scope.ACCOUNT, hint="Pay.", message="m"
)


def scene(progress: BatchProgress = PROGRESS, **options: Any) -> Scene:
    given: dict[str, Any] = {"parked": {}, "rate": 3.25, "lasted": 60.0, "now": NOW}
    return Scene(progress=progress, **{**given, **options})


Show = Callable[..., str]


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def console(request: pytest.FixtureRequest) -> Console:
    is_terminal: bool = request.param
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=100, color_system=None)


@pytest.fixture
def screen(console: Console) -> Iterator[Screen]:
    screen = open_screen(console, lambda: 0.0)
    yield screen
    screen.close()


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_call_is_counted_in_one_place() -> None:
    """Places add up to the whole list, read or not."""
    assert sum(number for _, number, _ in counts(PROGRESS)) == PROGRESS.total
    assert sum(number for _, number, _ in counts(NOTHING)) == NOTHING.total


@pytest.mark.parametrize("total", [1_500, None])
def test_a_list_without_an_end_is_what_was_read(total: int | None) -> None:
    """Nothing is made up where nobody knows how many there are."""
    progress = attrs.evolve(PROGRESS, total=total)

    assert sum(number for _, number, _ in counts(progress)) == progress.read


def test_progress_is_told_in_one_look(console: Console, screen: Screen) -> None:
    """How many are answered, where the others stand, and how fast it goes."""
    screen.show(scene())

    text = shown(console)
    assert "1,226 of 2,000 answered" in text
    for told in ("1,200 done (30 known before)", "4 failed (fatal)", "20 failed (needs a person)"):
        assert told in text
    for told in ("2 uncertain", "20 running", "100 parked", "654 waiting", "3.2 a second"):
        assert told in text


def test_what_is_nowhere_is_left_out(console: Console, screen: Screen) -> None:
    """A batch that goes well is told in few words."""
    screen.show(scene(NOTHING, rate=0.0))

    text = shown(console)
    assert "0 of 2,000 answered" in text
    assert "2,000 waiting" in text
    for word in ("uncertain", "failed", "parked", "a minute"):
        assert word not in text


def test_events_that_matter_have_lines(console: Console, screen: Screen) -> None:
    """What a person has to do is told at once; single calls are counted only."""
    screen.tell(NEEDED)
    screen.tell(WorkflowStarted(account="anna", operation="x", workflow_id=None))
    screen.say("Stopping.")

    text = shown(console)
    assert "anna                ACTION NEEDED: noActiveSeats. Pay." in text
    assert "Stopping." in text
    assert "accepted" not in text


@pytest.mark.parametrize(
    ("rate", "end", "told"),
    [
        (0.0, None, ""),
        (0.5, None, "30.0 a minute"),
        (1234.5, NOW + timedelta(seconds=59), "1,234.5 a second"),
        (0.0, NOW + timedelta(hours=1), "the last may start "),
        (2.0, NOW + timedelta(hours=1), "2.0 a second, the last may start "),
        (2.0, NOW, "2.0 a second, 5 min 37 s to go at this rate"),
        (100.0, None, "100.0 a second, 7 s to go at this rate"),
    ],
)
def test_outlook_is_what_is_known(rate: float, end: datetime | None, told: str) -> None:
    """No rate before there is one, and no end that is about now."""
    progress = attrs.evolve(PROGRESS, earliest_feasible_at=end)

    text = outlook(scene(progress, rate=rate))

    assert text.startswith(told)
    assert bool(text) is bool(told)


@pytest.mark.parametrize(
    ("progress", "lasted"),
    [
        (PROGRESS, 29.0),
        (attrs.evolve(PROGRESS, total=None), 60.0),
        (attrs.evolve(PROGRESS, is_stopping=True), 60.0),
    ],
)
def test_nothing_is_foretold_that_nobody_knows(progress: BatchProgress, lasted: float) -> None:
    """Not before the rate has settled, of no endless list, and not once it is stopped."""
    assert outlook(scene(progress, lasted=lasted)) == "3.2 a second"


def test_trouble_is_told_while_it_lasts(console: Console, screen: Screen) -> None:
    """What requests fail of, until one succeeds or nothing is heard of it any more."""
    moment = [0.0]
    trouble = Trouble(lambda: moment[0])
    failed = BackingOff(
        account="anna",
        code="connectionFailed",
        delay=10.0,
        attempt=1,
        certainty=Certainty.NOT_SENT,
        purpose="start",
        message="No connection",
    )

    trouble.hear(failed)
    trouble.hear(NEEDED)
    screen.show(scene(trouble=trouble.cause))
    assert "trying again: No connection [connectionFailed]" in shown(console)
    moment[0] = 15.1
    assert trouble.cause == ""
    trouble.hear(failed)
    trouble.hear(WorkflowStarted(account="anna", operation="x", workflow_id=None))
    assert trouble.cause == ""


def test_accounts_that_wait_for_a_lost_start_are_told(console: Console, screen: Screen) -> None:
    """Long names are cut, and nothing in them steers the terminal."""
    screen.show(scene(lingering=["anna\x1b[2J", "b" * 40]))

    text = shown(console).replace("\n", " ")
    assert f"anna [2J, {'b' * 23}…: a start whose reply was lost may still run" in text


def test_rate_is_that_of_the_last_half_minute() -> None:
    """A fast start says nothing about now."""
    moment = [0.0]
    rate = Rate(lambda: moment[0])

    assert rate.update(0) == 0.0
    seen: list[float] = []
    for second in range(1, 101):
        moment[0] = float(second)
        seen.append(rate.update(10 * second if second <= 50 else 500))
    assert (seen[49], seen[-1]) == (10.0, 0.0)
    moment[0] = 110.0
    assert rate.update(530) == pytest.approx(1.0)


# ── plain lines ──


def test_plain_lines_are_few() -> None:
    """One in five seconds at most, and none where nothing has changed."""
    console = Console(file=io.StringIO(), width=200)
    screen = open_screen(console, lambda: 0.0)

    for tenth in range(300):
        done = 1_200 + tenth if tenth < 100 else 1_300
        screen.show(scene(attrs.evolve(PROGRESS, done=done), lasted=tenth / 10))
    screen.close()

    lines = shown(console).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("   0.0 s  1,226 of 2,000 answered: 1,200 done (30 known before), ")
    assert screen.echo("{}") is False


# ── a terminal ──


@pytest.fixture
def terminal() -> Iterator[tuple[Console, Screen]]:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    screen = open_screen(console, lambda: 0.0)
    yield console, screen
    screen.close()


@pytest.mark.parametrize(("columns", "bar"), [(100, 18), (60, 17), (40, 4), (37, 0), (20, 0)])
def test_a_narrow_terminal_has_a_short_bar(columns: int, bar: int) -> None:
    """Or none: numbers come first, and stay in one line."""
    console = Console(file=io.StringIO(), force_terminal=True, width=columns, color_system=None)
    screen = open_screen(console, lambda: 0.0)
    screen.show(scene())
    screen.close()

    first = next(line for line in shown(console).splitlines() if "answered" in line)
    assert len([c for c in first if c in "━╸╺"]) == bar  # what is not done has no colour here
    assert columns < 37 or "60.0 s" in first


def test_parked_accounts_are_told_with_their_remedy(terminal: tuple[Console, Screen]) -> None:
    """Those of one cause together; of many accounts, and of many causes, the first."""
    console, screen = terminal
    parked = {f"a{number}": ("noActiveSeats", "Pay.") for number in range(7)}
    parked |= {f"b{number}": (f"code{number}", "Do it.") for number in range(6)}

    screen.show(scene(parked=parked))

    text = shown(console)
    assert "a0, a1, a2, a3, a4 and 2 more: noActiveSeats. Pay." in text
    assert "b0: code0. Do it." in text
    assert "b5" not in text
    assert "and 2 more causes" in text


def test_the_display_says_what_ctrl_c_does(terminal: tuple[Console, Screen]) -> None:
    """Before and after."""
    console, screen = terminal

    screen.show(scene())
    before = shown(console)
    screen.show(scene(attrs.evolve(PROGRESS, is_stopping=True)))

    assert "Ctrl-C stops; the same command goes on later" in before
    assert "stopping: starts under way are awaited" in shown(console)[len(before) :]


def test_results_stand_above_the_display(terminal: tuple[Console, Screen]) -> None:
    """Nothing in them steers the terminal."""
    console, screen = terminal

    assert screen.echo('{"data": "a\x9b31m  b"}') is True
    assert '{"data": "a 31m  b"}' in shown(console)


def test_the_display_vanishes_at_the_end(terminal: tuple[Console, Screen]) -> None:
    """What remains are the lines of what happened, and the summary."""
    console, screen = terminal
    screen.show(scene())
    screen.close()

    assert shown(console).endswith("\x1b[2K")


def test_lines_are_the_timelines() -> None:
    """Both kinds of screen tell events alike."""
    console = Console(file=io.StringIO(), width=100)
    Timeline(console, lambda: 0.0).follow("anna")(NEEDED)
    plain = Console(file=io.StringIO(), width=100)
    open_screen(plain, lambda: 0.0).tell(NEEDED)

    assert shown(plain) == shown(console)
