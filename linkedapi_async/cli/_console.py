"""Where output goes: coloured on a terminal, plain on a pipe, never wider than it has to be."""

import io
import os
import signal
import sys
import textwrap
from typing import Final

from rich.console import Console
from rich.text import Text

__all__ = ["hang", "open_console"]

_WIDEST: Final = 100
_PIPE: Final = 80
_NARROWEST: Final = 30


class _Console(Console):
    """A console whose reader may leave."""

    def on_broken_pipe(self) -> None:
        """Fall silent; a reader of results that has left (`| head`) ends the command, too."""
        self.quiet = True
        stream = sys.stderr if self.stderr else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not self.stderr:
            signal.raise_signal(signal.SIGINT)


def open_console(*, stderr: bool = False) -> Console:
    """Return a console that honours NO_COLOR; 80 columns on a pipe, at most 100 on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # for terminals that have no such letter
    console = _Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    console.width = min(console.width, _WIDEST if stream.isatty() else _PIPE)
    return console


def hang(console: Console, text: str, *before: tuple[str, str], style: str = "") -> None:
    """Print text that goes on below itself, not below what stands before it.

    Args:
        console: Where to.
        text: What is wrapped.
        before: Pieces in front of the first line, each with its style.
        style: Style of the text.
    """
    margin = sum(len(piece) for piece, _ in before)
    room = max(console.width - margin, _NARROWEST)
    told = f"\n{' ' * margin}".join(textwrap.wrap(text, room, break_on_hyphens=False))
    console.print(Text.assemble(*before, (told, style)), soft_wrap=True)
