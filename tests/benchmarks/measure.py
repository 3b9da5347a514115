"""What the benchmarks share: repetition, medians, the table, the server's process, and children.

Machines are noisy, so rivals take turns and are compared turn by turn: a ratio is one of medians,
and in brackets stand the quartiles of the ratios of single turns.
"""

import gc
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import IO, Final, TypedDict
from urllib.request import urlopen

import attrs

__all__ = [
    "TOKENS",
    "Child",
    "Row",
    "Samples",
    "Seen",
    "Tokens",
    "child_cpu",
    "compare",
    "cpu",
    "in_child",
    "interleave",
    "report",
    "seen",
    "serving",
    "show",
]


class Tokens(TypedDict):
    """What both clients are opened with."""

    linked_api_token: str
    identification_token: str


TOKENS: Final = Tokens(linked_api_token="main-token", identification_token="account-token")

Samples = Mapping[str, Sequence[float]]
"""Figures of each contestant, turn by turn."""

_SERVER: Final = Path(__file__).with_name("server.py")
_ROOT: Final = Path(__file__).parents[2]
_LATEST: Final = 300.0
_GONE: Final = "a child has ended before its time: what it wrote stands above"


@attrs.frozen(kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        name: The benchmark, and what of it.
        unit: Of `ours` and `rival`.
        ours: The figure of the package.
        against: Who or what it is compared with.
        rival: The other's figure; `None` where the demand is absolute.
        compared: What the demand is about, ratio or figure.
        spread: The middle half of its values, or its worst.
        demanded: The most `compared` may be (or the least, with `is_least`); `None` is no demand.
        is_least: Whether more is better.
    """

    name: str
    unit: str
    ours: float
    against: str = ""
    rival: float | None = None
    compared: float
    spread: str = ""
    demanded: float | None = None
    is_least: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether the figure is worse than demanded."""
        if self.demanded is None:
            return False
        return self.compared < self.demanded if self.is_least else self.compared > self.demanded

    def cells(self) -> tuple[str, ...]:
        """Return the line as text."""
        sign = "≥" if self.is_least else "≤"
        is_ratio = self.rival is not None
        return (
            self.name,
            self.against,
            f"{self.ours:.4g} {self.unit}",
            "" if self.rival is None else f"{self.rival:.4g} {self.unit}",
            f"{self.compared:.3g}x {self.spread}" if is_ratio else self.spread,
            "" if self.demanded is None else f"{sign} {self.demanded:.3g}{'x' if is_ratio else ''}",
            "" if self.demanded is None else "MISSED" if self.is_missed else "ok",
        )


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    head = ("benchmark", "beside", "ours", "rival", "ratio (quartiles)", "demanded", "verdict")
    lines = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, tuple("─" * width for width in widths))
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def compare(
    name: str,
    samples: Samples,
    *,
    rival: str,
    unit: str,
    demanded: float | None = None,
    scale: float = 1.0,
) -> Row:
    """Return the line that compares the contestant `ours` with a rival: ours divided by theirs.

    Args:
        name: What was measured.
        samples: The figures of all turns.
        rival: Whom to compare with.
        unit: Of the figures once they are scaled.
        demanded: The largest ratio that will do.
        scale: Brings the figures to the unit.
    """
    ours, theirs = samples["ours"], samples[rival]
    low, _, high = quantiles([a / b for a, b in zip(ours, theirs, strict=True)], n=4)
    return Row(
        name=name,
        unit=unit,
        ours=median(ours) * scale,
        against=rival,
        rival=median(theirs) * scale,
        compared=median(ours) / median(theirs),
        spread=f"({low:.3g} to {high:.3g})",
        demanded=demanded,
    )


def interleave(contestants: Mapping[str, Callable[[], float]], *, turns: int) -> Samples:
    """Return the figures of contestants that take turns, after one warm-up each."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(turns + 1):
        for name, take in contestants.items():
            gc.collect()
            figure = take()
            if turn:
                taken[name].append(figure)
    return taken


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds this process spends on some work, all its threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def child_cpu(code: str) -> float:
    """Return the CPU seconds, user and system, that a Python spends on some code."""
    child = subprocess.Popen([sys.executable, "-c", code])
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        msg = f"{code!r} ended with {child.returncode}"
        raise RuntimeError(msg)
    return used.ru_utime + used.ru_stime


@contextmanager
def serving(certificate: Path | None = None, *, idle: float | None = None) -> Generator[str]:
    """Run the server in a process of its own; bring its address, without a mode.

    Args:
        certificate: A PEM file with key and chain; the server then speaks TLS.
        idle: Seconds after which it closes a connection that nothing came over.
    """
    command = [sys.executable, str(_SERVER)]
    if certificate is not None:
        command += ["--certificate", str(certificate)]
    if idle is not None:
        command += ["--idle", str(idle)]
    scheme = "http" if certificate is None else "https"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield f"{scheme}://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()
            server.wait()


@attrs.frozen
class Seen:
    """What the server saw of one client.

    Attributes:
        requests: How many it sent.
        connections: How many it sent them over.
        polled: How many different workflows it has asked for.
    """

    requests: int
    connections: int
    polled: int


def seen(base_url: str, *, context: ssl.SSLContext | None = None) -> Seen:
    """Ask the server what it saw of the client that was given this address."""
    server, _, mode = base_url.partition("//")[2].partition("/")
    scheme = base_url.partition(":")[0]
    address = f"{scheme}://{server}/seen/{mode}"
    with urlopen(address, context=context) as reply:  # noqa: S310 - our own server
        return Seen(**json.loads(reply.read()))


class Child:
    """A fresh Python that runs one function of a benchmark, watched from outside.

    It says a line when it has got somewhere, and goes on when it is given one.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def hear(self) -> str:
        """Return the next line it says.

        Raises:
            RuntimeError: It has ended.
        """
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError(_GONE)
        return line.rstrip()

    def prompt(self) -> None:
        """Let it go on."""
        stdin = _pipe(self._process.stdin)
        stdin.write("\n")
        stdin.flush()

    def resident(self) -> float:
        """Return the bytes it holds in memory."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))

    def cpu(self) -> float:
        """Return the CPU seconds it has spent, all its threads together.

        The clock of another process, as `clock_getcpuclockid` numbers it on Linux: the figures of
        `/proc` come in hundredths of a second, too coarse for a process that does next to nothing.
        """
        return time.clock_gettime(~self._process.pid << 3 | 2)

    def wait_until(self, is_reached: Callable[[], bool], *, what: str) -> None:
        """Look five times a second until something is so.

        Raises:
            RuntimeError: It takes too long, or the child has ended.
        """
        ends_at = time.monotonic() + _LATEST
        while not is_reached():
            if self._process.poll() is not None:
                raise RuntimeError(_GONE)
            if time.monotonic() > ends_at:
                msg = f"{what}: not reached within {_LATEST:.0f} s"
                raise RuntimeError(msg)
            time.sleep(0.2)


@contextmanager
def in_child(
    function: Callable[..., None], *arguments: object, trace: bool = False
) -> Generator[Child]:
    """Run a function of a benchmark in a fresh Python; end it on the way out.

    Args:
        function: Lies in a module of this folder; is given strings.
        arguments: Given as text.
        trace: Whether the memory it takes is traced.
    """
    code = (
        f"import sys; sys.path.append({str(_ROOT)!r}); "
        f"from {function.__module__} import {function.__name__} as run; run(*sys.argv[1:])"
    )
    command = [sys.executable, "-P", "-c", code, *map(str, arguments)]
    environment = {**os.environ, "PYTHONTRACEMALLOC": "1"} if trace else None
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def report(line: str = "", *, waits: bool = True) -> None:
    """Say in a child that it has got somewhere, and wait for the prompt."""
    print(line, flush=True)
    if waits:
        sys.stdin.readline()


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end
