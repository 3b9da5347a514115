"""How a batch is told while it goes on: a moving display on a terminal, plain lines elsewhere."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

import attrs
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from linkedapi_async._types import Disposition
from linkedapi_async.events import (
    AccountLeftOut,
    AccountParked,
    AccountResumed,
    ActionNeeded,
    ActionResolved,
    CallAdopted,
    CallReconciled,
    Drift,
    Event,
    LimitsUnread,
)

from ._plain import one_line
from ._timeline import Timeline, span

if TYPE_CHECKING:
    from linkedapi_async import BatchProgress

__all__ = ["KINDS", "Rate", "Scene", "Screen", "counts", "open_screen", "outlook"]

KINDS: Final[Mapping[Disposition, str]] = {
    Disposition.FATAL: "fatal",
    Disposition.USER_ACTION: "needs a person",
    Disposition.RETRYABLE: "gave up",
}
"""What failures ask for, in two words."""

_TOLD: Final = (
    AccountLeftOut,
    AccountParked,
    AccountResumed,
    ActionNeeded,
    ActionResolved,
    CallAdopted,
    CallReconciled,
    Drift,
    LimitsUnread,
)
"""What is worth a line of its own. What happens to single calls is counted."""
_PAUSE: Final = 5.0
"""Seconds between plain lines."""
_WINDOW: Final = 30.0
_SOON: Final = 60.0
_BAR: Final = 30
_SHOWN: Final = 5
_CTRL_C: Final = "Ctrl-C stops; the same command goes on later"


@attrs.frozen(kw_only=True)
class Scene:
    """What there is to show at a moment.

    Attributes:
        progress: How far the batch has come.
        parked: Why accounts stand aside: code and hint, by alias.
        rate: Answers per second, of late.
        lasted: Seconds since the beginning.
        now: The moment.
    """

    progress: "BatchProgress"
    parked: Mapping[str, tuple[str, str]]
    rate: float
    lasted: float
    now: datetime


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
    for kind, words in KINDS.items():
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
    """Return how fast it goes, and when the last call may start if that is not soon."""
    rate, end = scene.rate, scene.progress.earliest_feasible_at
    told = [f"{rate:,.1f} a second" if rate >= 1 else f"{60 * rate:.1f} a minute"] if rate else []
    if end is not None and (end - scene.now).total_seconds() >= _SOON:
        told.append(f"the last may start {end.astimezone():%Y-%m-%d %H:%M}")
    return ", ".join(told)


def _head(progress: "BatchProgress") -> str:
    return f"{progress.answered:,} of {progress.total or progress.read:,} answered"


def _remedies(parked: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield names of parked accounts, and what is to be done about them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for alias, cause in parked.items():
        groups.setdefault(cause, []).append(one_line(alias))
    for (code, hint), aliases in groups.items():
        more = f" and {len(aliases) - _SHOWN} more" if len(aliases) > _SHOWN else ""
        yield f"{', '.join(aliases[:_SHOWN])}{more}", f"{code}. {hint}"


# ── on a screen ─────────────────────────────────────────────────────────────────────────────────


class Screen(Protocol):
    """Where a batch is told."""

    def tell(self, event: Event) -> None:
        """Tell what happens, if it is worth a line."""
        ...

    def say(self, text: str) -> None:
        """Tell something."""
        ...

    def echo(self, line: str) -> bool:
        """Show a line of results above the display; `False` where there is none."""
        ...

    def show(self, scene: Scene) -> None:
        """Show how far it has come."""
        ...

    def close(self) -> None:
        """Show no more."""
        ...


def open_screen(console: Console, now: Callable[[], float]) -> "Screen":
    """Return a display on a terminal, else what prints plain lines.

    Args:
        console: Where to.
        now: Seconds.
    """
    return _Display(console, now) if console.is_terminal else _Lines(console, now)


class _Lines:
    """Prints a line now and then."""

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        self._console = console
        self._timeline = Timeline(console, now)
        self._said_at = float("-inf")
        self._said = ""

    def tell(self, event: Event) -> None:
        if isinstance(event, _TOLD):
            self._timeline.follow(one_line(event.account))(event)

    def say(self, text: str) -> None:
        self._timeline.add("", text)

    def echo(self, line: str) -> bool:  # noqa: ARG002 - there is no display to be above
        return False

    def show(self, scene: Scene) -> None:
        progress = scene.progress
        places = ", ".join(f"{number:,} {place}" for place, number, _ in counts(progress) if number)
        told = f"{_head(progress)}: {places}"
        if told != self._said and scene.lasted - self._said_at >= _PAUSE:
            self._said, self._said_at = told, scene.lasted
            line = "; ".join(filter(None, (told, outlook(scene))))
            self._console.print(Text(f"{scene.lasted:6.1f} s  {line}"), soft_wrap=True)

    def close(self) -> None:
        pass


class _Display:
    """Keeps a few lines at the bottom of a terminal up to date; what happens stands above."""

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        self._console = console
        self._timeline = Timeline(console, now)
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def tell(self, event: Event) -> None:
        if isinstance(event, _TOLD):
            self._timeline.follow(one_line(event.account))(event)

    def say(self, text: str) -> None:
        self._timeline.add("", text)

    def echo(self, line: str) -> bool:
        seen = "".join(c if c.isprintable() else " " for c in line)
        self._console.print(Text(seen), soft_wrap=True)
        return True

    def show(self, scene: Scene) -> None:
        self._live.update(_drawn(scene), refresh=True)

    def close(self) -> None:
        self._live.stop()


def _drawn(scene: Scene) -> RenderableType:
    progress = scene.progress
    bar = ProgressBar(progress.total or 1, progress.answered, width=_BAR)
    head = Table.grid(padding=(0, 2))
    head.add_row(Text(_head(progress), style="bold"), bar, Text(span(scene.lasted), style="dim"))
    places = Text("  ").join(
        Text.assemble((f"{number:,} ", style), (place, style))
        for place, number, style in counts(progress)
    )
    lines: list[RenderableType] = [head, places]
    if told := outlook(scene):
        lines.append(Text(told, style="dim"))
    lines += _aside(scene.parked)
    if progress.is_stopping:
        lines.append(Text("stopping: starts under way are awaited", style="yellow"))
    else:
        lines.append(Text(_CTRL_C, style="dim"))
    return Group(*lines)


def _aside(parked: Mapping[str, tuple[str, str]]) -> Sequence[Text]:
    told = list(_remedies(parked))
    lines = [
        Text.assemble((f"{names}: ", "bold yellow"), (what, "yellow"))
        for names, what in told[:_SHOWN]
    ]
    if len(told) > _SHOWN:
        lines.append(Text(f"and {len(told) - _SHOWN} more causes", style="yellow"))
    return lines
