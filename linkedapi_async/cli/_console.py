"""Where output goes: coloured on a terminal, plain on a pipe, never wider than it has to be."""

import io
import os
import signal
import sys
from typing import IO, Any, Final, TextIO, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions
from rich.text import Text

__all__ = ["abandon", "crop", "hang", "open_console", "visible"]

_WIDEST: Final = 100
_PIPE: Final = 80
_NARROWEST: Final = 30
_JOINER: Final = "\u200d"  # holds the parts of one emoji together


def visible(text: str) -> str:
    """Return text of the same length without escape sequences and other signs nobody can see."""
    return "".join(c if c.isprintable() or c in {"\n", _JOINER} else " " for c in text)


class _Aside:
    """The standard error: whatever goes wrong there is a reader that has left, and ends nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as exc:
            raise BrokenPipeError from exc

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as exc:
            raise BrokenPipeError from exc

    def isatty(self) -> bool:
        return self._stream.isatty()


class _Console(Console):
    """A console as wide as its terminal is now, whose reader may leave.

    Text that is printed steers no terminal, whoever wrote it.
    """

    def __init__(self, stream: TextIO, *, stderr: bool) -> None:
        file = cast("IO[str]", _Aside(stream)) if stderr else None
        super().__init__(
            file=file,
            stderr=stderr,
            force_interactive=None if stream.isatty() else False,  # whatever FORCE_COLOR says
            highlight=False,
            emoji=False,
            markup=False,
        )
        self._widest: Final = _WIDEST if stream.isatty() else _PIPE

    @property
    def size(self) -> ConsoleDimensions:
        """The size of the terminal, as far as it is used."""
        width, height = super().size
        return ConsoleDimensions(min(width, self._widest), height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self.width, self.height = new_size

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - as rich's
        """Leave the cursor alone: one that is hidden stays so after Ctrl-Z or a kill."""
        return False

    def print(self, *objects: Any, **options: Any) -> None:
        """Print objects, what is text without what steers a terminal."""
        super().print(*map(_harmless, objects), **options)

    def on_broken_pipe(self) -> None:
        """Fall silent; a reader of results that has left (`| head`) ends the command, too."""
        self.quiet = True
        abandon(sys.stderr if self.stderr else sys.stdout)
        if not self.stderr:
            signal.raise_signal(signal.SIGINT)


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Text):
        value.plain = visible(value.plain)  # which keeps its styles
    return value


def abandon(stream: TextIO) -> None:
    """Have a stream whose reader has left take what is still written to it, for nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_console(*, stderr: bool = False) -> Console:
    """Return a console that honours NO_COLOR; 80 columns on a pipe, at most 100 on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    _spell_out(stream)
    return _Console(stream, stderr=stderr)


def _spell_out(stream: object) -> None:
    """Have a stream write what it has no letter for in letters it has."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def crop(text: str, width: int) -> str:
    """Return as much of a text as fits into some columns, with an ellipsis where it does not."""
    told = Text(text)
    told.truncate(width, overflow="ellipsis")
    return told.plain


def hang(console: Console, text: str, *before: tuple[str, str], style: str = "") -> None:
    """Print text that goes on below itself, not below what stands before it.

    Args:
        console: Where to.
        text: What is wrapped.
        before: Pieces in front of the first line, each with its style.
        style: Style of the text.
    """
    margin = sum(cell_len(visible(piece)) for piece, _ in before)
    room = max(console.width - margin, _NARROWEST)
    words = Text(" ".join(visible(text).split()))
    told = f"\n{' ' * margin}".join(line.plain.rstrip() for line in words.wrap(console, room))
    console.print(Text.assemble(*before, (told, style)), soft_wrap=True)
