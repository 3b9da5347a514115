"""A jobs file, checked before anything is sent: told while it lasts, and all that is wrong."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from linkedapi_async._clock import SystemClock

from ._batch_options import count_of, path_of
from ._console import crop, open_console
from ._exits import Exit
from ._plain import one_line
from ._problem import Problem
from ._timeline import span

if TYPE_CHECKING:
    from ._batch_jobs import Jobs, Survey
    from ._batch_rows import Flaw, Reader

__all__ = ["examine", "size_of"]

_MOST: Final = 100
"""Problems that are told, where not all are asked for."""
_RANGES: Final = 10
_LONGEST: Final = 600  # columns of a message
_SOON: Final = 1.0
_LOOK: Final = 0.25
_PAUSE: Final = 5.0
_FORM: Final = "See: linkedapi-async batch --help"
_LINES: Final = (
    'Each line is a JSON object of its own, in UTF-8: {"account": "anna", "operation": …}.'
)


def examine(
    jobs: "Jobs",
    reader: "Reader",
    *,
    tells_all: bool = False,
    console: Console | None = None,
    now: Callable[[], float] | None = None,
) -> "Survey":
    """Check every row, and tell what is wrong with each.

    Args:
        jobs: The file.
        reader: Makes calls of rows.
        tells_all: Whether every problem is told, however many there are.
        console: Where to tell it; `None` is the standard error.
        now: Seconds; `None` is this machine's clock.

    Raises:
        Problem: Something is wrong, or there are no rows.
    """
    console = console or open_console(stderr=True)
    flaws = _Flaws(console, jobs, most=None if tells_all else _MOST)
    with closing(_Progress(console, now or SystemClock().now)) as progress:
        survey = jobs.survey(reader, flaws.tell, progress.step)
    if survey.flaws:
        flaws.sum_up()
        bad, rows = survey.flawed, survey.rows
        told = f"{count_of(survey.flaws, 'problem')} in {bad:,} of {count_of(rows, 'row')}"
        msg = f"{told}; nothing was sent."
        if survey.unread:
            raise Problem(msg, code=Exit.USAGE, hint=_LINES)
        raise Problem(msg, code=Exit.FATAL)
    if not survey.rows:
        msg = f"{jobs.name} holds no rows."
        raise Problem(msg, code=Exit.USAGE, hint=_FORM)
    if survey.twins:
        told = f"{count_of(survey.twins, 'row')} asks for a call that stands above it"
        if survey.twins > 1:
            told = told.replace(" asks", " ask").replace("above it", "above them")
        console.print(f"{told}: each is sent once, and answered once.", soft_wrap=True)
    return survey


def size_of(survey: "Survey") -> str:
    """Return how much there is to do."""
    accounts = count_of(len(survey.accounts), "account")
    return f"{count_of(survey.calls, 'call')} for {accounts}"


class _Flaws:
    """Tells what is wrong, up to a number; of the rest, where it stands."""

    def __init__(self, console: Console, jobs: "Jobs", *, most: int | None) -> None:
        self._console = console
        self._name = jobs.name
        self._path = jobs.path
        self._most = most
        self._told = 0
        self._more = 0
        self._ranges: list[tuple[int, int]] = []
        self._last = 0

    def tell(self, flaw: "Flaw") -> None:
        if self._told == self._most:
            self._count(flaw.line)
            return
        self._told += 1
        place = (f"{self._name}:{flaw.line}:{flaw.column}", "bold")
        message = crop(one_line(flaw.message), _LONGEST)
        told = Text.assemble(place, " ", (flaw.rule, "bold red"), " ", message)
        self._console.print(told, soft_wrap=True)

    def _count(self, line: int) -> None:
        self._more += 1
        self._last = line
        if self._ranges and line <= self._ranges[-1][1] + 1:
            self._ranges[-1] = (self._ranges[-1][0], line)
        elif len(self._ranges) < _RANGES:
            self._ranges.append((line, line))

    def sum_up(self) -> None:
        """Tell how many more there are, and where."""
        if not self._more:
            return
        places = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in self._ranges]
        if self._last > self._ranges[-1][1]:
            places.append(f"… {self._last:,}")
        lines = "line" if self._ranges == [(self._last, self._last)] else "lines"
        told = (
            f"and {count_of(self._more, 'more problem')}, in {lines} {', '.join(places)}; all of "
            f"them: linkedapi-async batch {path_of(self._path)} --check"
        )
        self._console.print(told, soft_wrap=True)


class _Progress:
    """Shows how far the checking has come, if it takes long."""

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        self._console = console
        self._now = now
        self._began_at = now()
        self._next_at = self._began_at + (_SOON if console.is_interactive else _PAUSE)
        self._live: Live | None = None

    def step(self, rows: int, share: float) -> None:
        """Take in how many rows were checked, and how much of the file that is."""
        now = self._now()
        if now < self._next_at:
            return
        told = f"{rows:,} rows checked, {share:.0%}"
        if not self._console.is_interactive:
            self._next_at = now + _PAUSE
            self._console.print(f"{now - self._began_at:6.1f} s  {told}", soft_wrap=True)
            return
        self._next_at = now + _LOOK
        if self._live is None:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        self._live.update(Text(f"{told}  {span(now - self._began_at)}"), refresh=True)

    def close(self) -> None:
        """Show no more."""
        if self._live is not None:
            self._live.stop()
