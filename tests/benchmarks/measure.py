"""What the benchmarks share: repetition, medians, the table, and the server's process.

Machines are noisy, so rivals take turns and are compared turn by turn: a ratio is one of medians,
and in brackets stand the quartiles of the ratios of single turns.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import attrs

__all__ = ["Row", "Samples", "child_cpu", "compare", "cpu", "interleave", "serving", "show"]

Samples = Mapping[str, Sequence[float]]
"""Figures of each contestant, turn by turn."""

_SERVER: Final = Path(__file__).with_name("server.py")


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
def serving() -> Generator[str, None, None]:
    """Run the server in a process of its own; bring its address, without a mode."""
    command = [sys.executable, str(_SERVER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()
            server.wait()
