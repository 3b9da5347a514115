"""How a batch is told while it goes on: a moving display on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

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

from ._batch_scene import Scene, counts, head, obstacles, outlook, remedies
from ._plain import one_line
from ._timeline import Timeline, span

__all__ = ["Screen", "open_screen"]

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
_BAR: Final = 30
_LEAST_BAR: Final = 5
_SHOWN: Final = 5
_CTRL_C: Final = "Ctrl-C stops; the same command goes on later"


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
    return _Display(console, now) if console.is_interactive else _Lines(console, now)


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
        held_up = [f"{who}: {why}" for who, why in obstacles(scene)]
        told = "; ".join((f"{head(progress)}: {places}", *held_up))
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
        self._live.update(_drawn(scene, self._console.width), refresh=True)

    def close(self) -> None:
        self._live.stop()


def _drawn(scene: Scene, columns: int) -> RenderableType:
    progress = scene.progress
    told, lasted = head(progress), span(scene.lasted)
    first = Table.grid(padding=(0, 2))
    cells: list[RenderableType] = [Text(told, style="bold"), Text(lasted, style="dim")]
    room = min(_BAR, columns - len(told) - len(lasted) - 4)
    if room >= _LEAST_BAR:
        cells.insert(1, ProgressBar(progress.total or 1, progress.answered, width=room))
    first.add_row(*cells)
    places = Text("  ").join(
        Text.assemble((f"{number:,} ", style), (place, style))
        for place, number, style in counts(progress)
    )
    lines: list[RenderableType] = [first, places]
    if told := outlook(scene):
        lines.append(Text(told, style="dim"))
    lines += _aside(scene.parked)
    for who, why in obstacles(scene):
        lines.append(Text.assemble((f"{who}: ", "bold yellow"), (why, "yellow")))
    if progress.is_stopping:
        lines.append(Text("stopping: starts under way are awaited", style="yellow"))
    else:
        lines.append(Text(_CTRL_C, style="dim"))
    return Group(*lines)


def _aside(parked: Mapping[str, tuple[str, str]]) -> Sequence[Text]:
    told = list(remedies(parked))
    lines = [
        Text.assemble((f"{names}: ", "bold yellow"), (what, "yellow"))
        for names, what in told[:_SHOWN]
    ]
    if len(told) > _SHOWN:
        lines.append(Text(f"and {len(told) - _SHOWN} more causes", style="yellow"))
    return lines
