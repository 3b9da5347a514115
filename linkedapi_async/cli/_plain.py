"""Text from outside on a terminal: in one line, without anything that steers the terminal."""

import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from ._console import hang, open_console, visible

__all__ = [
    "Lines",
    "clock_of",
    "echo_json",
    "local",
    "one_line",
    "shell_word",
    "show_card",
    "to_json",
]

_STEERING: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What JSON lets stand, and steers a terminal or ends a line."""


def one_line(text: str) -> str:
    """Return text without line breaks, escape sequences and other signs that cannot be seen."""
    return " ".join(visible(text).split())


def shell_word(text: str) -> str:
    """Return text as it is typed in a shell, on one line and without what steers a terminal."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_typed, text))}'"


def _typed(letter: str) -> str:
    if letter in {"'", "\\"}:
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def local(moment: datetime | None) -> str:
    """Return a moment in this machine's time; empty where it is not known."""
    return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def clock_of(moment: datetime) -> str:
    """Return the time of day of a moment, as this machine has it."""
    return f"{moment.astimezone():%H:%M:%S}"


def to_json(
    value: Any,
    *,
    indent: int | None = None,
    default: Callable[[Any], str] | None = None,
    encoding: str = "utf-8",
) -> str:
    """Return a value as JSON, with its letters as far as an encoding has them.

    What steers a terminal stands there as an escape, so that a line stays a line.
    """
    text = json.dumps(value, indent=indent, default=default, ensure_ascii=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, default=default)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON for programs; in ASCII where stdout cannot carry every letter."""
    click.echo(to_json(value, indent=indent, encoding=sys.stdout.encoding))


def show_card(console: Console, facts: Iterable[tuple[str, str]], *, width: int = 12) -> None:
    """Print a line per fact; what is one word, such as a link, stays whole.

    Args:
        console: Where to.
        facts: Labels and texts.
        width: How wide labels are.
    """
    for label, text in facts:
        told, before = one_line(text), (f"  {label:{width}} ", "cyan")
        if " " in told:
            hang(console, told, before)
        else:
            console.print(Text.assemble(before, told), soft_wrap=True)


class Lines:
    """Prints one line per thing at once, and raises where nobody reads any more.

    A terminal shows as much of a line as fits; a pipe gets all of it.
    """

    def __init__(self, *, as_json: bool) -> None:
        """Prepare the standard output.

        Args:
            as_json: Whether a line is the JSON of a thing, not its words.
        """
        open_console()
        self._as_json = as_json
        self._width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    def tell(self, parts: Iterable[str], facts: Any) -> None:
        """Print one thing.

        Args:
            parts: It, for people; what is empty is left out.
            facts: It, for programs.
        """
        if self._as_json:
            echo_json(facts, indent=None)
            return
        line = Text("  ".join(filter(None, map(one_line, parts))))
        if self._width is not None:
            line.truncate(self._width, overflow="ellipsis")
        click.echo(line.plain)
