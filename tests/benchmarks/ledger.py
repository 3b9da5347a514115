"""What a ledger costs for each start: CPU, and flushes of the disk.

Each start is claimed, accepted and done, one at a time and 64 at once; no request is sent, so all
of it is the ledger's. Beside it stands what one would write by hand: an insert and a commit with
`sqlite3`, in the thread of the loop and with the same pragmas. The files lie in the folder for
temporary ones, whose disk decides how long a flush takes.
"""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from linkedapi_async.ledger import Change, Intent, State, write_proof
from linkedapi_async.stores import SqliteLedger
from tests.benchmarks.measure import Row, compare, cpu, interleave

__all__ = ["measure"]

STARTS: Final = 640
AT_ONCE: Final = 64
MOST_CPU: Final = 3.0
MOST_FLUSHES: Final = 2.0
PAYLOAD: Final = "0123456789abcdef" * 4
OUTCOME: Final = write_proof([{"actionType": "st.openPersonPage", "data": {"name": "x" * 500}}])

_NUMBERS: Final = itertools.count()


def measure(*, quick: bool) -> list[Row]:
    """Return milliseconds of CPU and flushes for each start, one at a time and many at once."""
    turns = 3 if quick else 7
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        for width in (1, AT_ONCE):
            flushes: list[float] = []
            elapsed: list[float] = []
            samples = interleave(
                {
                    "ours": _ours(Path(folder) / f"{width}.db", width, flushes, elapsed),
                    "bare sqlite3": _bare(Path(folder) / f"bare{width}.db"),
                },
                turns=turns,
            )
            name = f"ledger, {width} at once" if width > 1 else "ledger, one at a time"
            rows += [
                compare(name, samples, rival="bare sqlite3", unit="ms CPU", scale=1e3),
                _alone(f"{name}, CPU", "ms", 1e3 * median(samples["ours"]), MOST_CPU),
                _alone(f"{name}, flushes", "a start", median(flushes), MOST_FLUSHES),
                _alone(f"{name}, time", "ms", 1e3 * median(elapsed), None),
            ]
    return rows


def _alone(name: str, unit: str, figure: float, most: float | None) -> Row:
    return Row(
        name=name, unit=unit, ours=figure, against="no ledger", compared=figure, demanded=most
    )


def _ours(
    path: Path, width: int, flushes: list[float], elapsed: list[float]
) -> Callable[[], float]:
    """Return what brings the CPU seconds of a start; flushes and time are told beside it."""

    async def start(ledger: SqliteLedger, number: int) -> None:
        intent = Intent(
            key=f"k{number}",
            account="acme",
            operation="o",
            payload=PAYLOAD,
            mark="0123456789abcdef",
        )
        row = await ledger.claim(intent, sent_at=datetime.now(UTC))
        accepted = ledger.note(Change(key=row.key, mark=row.mark, state=State.ACCEPTED))
        done = Change(
            key=row.key, mark=row.mark, state=State.DONE, outcome=OUTCOME, is_patient=True
        )
        if width == 1:
            await accepted  # the service takes longer than a flush
        ledger.note(done).add_done_callback(lambda _: None)

    async def lane(ledger: SqliteLedger, numbers: list[int]) -> None:
        for number in numbers:
            await start(ledger, number)

    async def work() -> None:
        async with SqliteLedger(path) as ledger:
            numbers = list(itertools.islice(_NUMBERS, STARTS))
            await asyncio.gather(*(lane(ledger, numbers[first::width]) for first in range(width)))
            flushes.append(ledger.commits / STARTS)

    def take() -> float:
        began = time.monotonic()
        spent = cpu(lambda: asyncio.run(work()))
        elapsed.append((time.monotonic() - began) / STARTS)
        return spent / STARTS

    return take


def _bare(path: Path) -> Callable[[], float]:
    """Return what brings the CPU seconds of an insert that is flushed at once."""

    def work() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, told TEXT)")
            for number in itertools.islice(_NUMBERS, STARTS):
                connection.execute("INSERT INTO calls VALUES (?, ?)", (f"k{number}", OUTCOME))

    return lambda: cpu(work) / STARTS
