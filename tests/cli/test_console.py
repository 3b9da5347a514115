"""What stands between text and a terminal."""

import errno
import io
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from rich.text import Text

from linkedapi_async.cli._console import crop, hang, open_console, visible
from linkedapi_async.cli._plain import to_json

if sys.platform != "win32":
    import fcntl
    import pty
    import struct
    import termios

STEERING = "\x1b]0;title\x07\x9b31m\u202e"


class Lost(io.StringIO):
    """A stream that cannot be written, and is no pipe."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__()
        self.is_late = is_late
        self.number = os.open(os.devnull, os.O_WRONLY)

    def write(self, text: str) -> int:  # noqa: D102 - as of every stream
        if self.is_late:
            return len(text)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def flush(self) -> None:  # noqa: D102 - as of every stream
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fileno(self) -> int:  # noqa: D102 - as of every stream
        return self.number


@contextmanager
def stderr_is(monkeypatch: pytest.MonkeyPatch, stream: io.TextIOBase) -> Generator[None]:
    monkeypatch.setattr(sys, "stderr", stream)
    yield
    monkeypatch.undo()


@pytest.mark.parametrize("text", [STEERING, f"a{STEERING}b", "Grüße 日本 👩‍💻"])
def test_nothing_that_is_printed_steers_a_terminal(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Whoever wrote it; what can be seen stays as it is."""
    console = open_console(stderr=True)
    console.print(text, soft_wrap=True)
    console.print(Text(text, style="bold"), soft_wrap=True)
    hang(console, text, (text, "bold"))

    told = capsys.readouterr().err
    assert not set(told) & set(STEERING) - set("title]0;31m")
    assert len(visible(text)) == len(text)
    assert STEERING in text or text in told


def test_json_steers_no_terminal_and_stays_a_line() -> None:
    """As escapes, so that programs read what was meant."""
    told = to_json({"key": f"{STEERING}\x85\u2028é"})

    assert told == r'{"key": "\u001b]0;title\u0007\u009b31m\u202e\u0085\u2028é"}'
    assert to_json("é\x85", encoding="ascii") == r'"\u00e9\u0085"'


def test_wide_letters_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """What goes on below itself begins in the same column, and ends before the last."""
    hang(open_console(), "日本" * 40, ("日本 ", "bold"))
    hang(open_console(), "word " * 30, ("日本 ", "bold"))

    lines = capsys.readouterr().out.splitlines()
    assert [len(line) for line in lines[:3]] == [3 + 37, 5 + 37, 5 + 6]
    assert lines[4].startswith("     word")


def test_long_names_are_cut() -> None:
    """An ellipsis tells it, and columns are those of the screen."""
    assert crop("anna", 6) == "anna"
    assert crop("annabelle", 6) == "annab…"
    assert crop("日本日本", 7) == "日本日…"


@pytest.mark.parametrize("is_late", [False, True])
def test_a_stderr_that_cannot_be_written_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """A closed terminal, a full disk: what would be told there is told to nobody."""
    lost = Lost(is_late=is_late)
    with stderr_is(monkeypatch, lost):
        console = open_console(stderr=True)
        console.print("a")
        console.print("b")

    assert console.quiet
    os.close(lost.number)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_console_follows_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is as wide as the terminal is now, 100 columns at most, and hides no cursor."""
    shown, terminal = pty.openpty()
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    widths: list[int] = []
    with os.fdopen(terminal, "w") as stream, stderr_is(monkeypatch, stream):
        monkeypatch.setattr("rich.console._STD_STREAMS", (stream.fileno(),))
        console = open_console(stderr=True)
        for columns in (40, 80, 200):
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
            widths.append(console.width)
        console.show_cursor(show=False)
        console.print("x")
    told = os.read(shown, 1 << 16)
    os.close(shown)

    console.size = (30, 10)

    assert widths == [40, 80, 100]
    assert (console.width, console.height) == (30, 10)
    assert told == b"x\r\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("term", "is_interactive"), [("xterm", True), ("dumb", False), ("unknown", False)]
)
def test_only_a_terminal_that_can_move_its_cursor_gets_a_display(
    monkeypatch: pytest.MonkeyPatch, term: str, *, is_interactive: bool
) -> None:
    """A dumb one gets lines, as a pipe does, whatever FORCE_COLOR says."""
    shown, terminal = pty.openpty()
    monkeypatch.setenv("TERM", term)
    with os.fdopen(terminal, "w") as stream, stderr_is(monkeypatch, stream):
        seen = open_console(stderr=True).is_interactive
    os.close(shown)
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert seen is is_interactive
    assert open_console(stderr=True).is_interactive is False
