"""Several processes on one ledger, some of them killed."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async.ledger import Row, State
from linkedapi_async.stores import PostgresLedger, SqliteLedger

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

PROCESSES = 2
MANY = 1_000_000

Start = Callable[..., "subprocess.Popen[str]"]
Where = tuple[str, str]


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path, schema: str) -> Where:
    """Where a ledger is: its path or address, and its schema."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db"), schema
    server: PostgresServer = request.getfixturevalue("shared_postgres")
    return server.dsn, schema


@pytest.fixture
def start(where: Where) -> Iterator[Start]:
    """Start processes that claim; they wait for a line, and end with the test."""
    running: list[subprocess.Popen[str]] = []
    script = str(Path(__file__).with_name("claimer.py"))

    def start(name: str, count: int, whose: str) -> "subprocess.Popen[str]":
        line = [sys.executable, script, *where, name, str(count), whose]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen(line, text=True, **pipes)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def say(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ledger_at(where: Where) -> SqliteLedger | PostgresLedger:
    place, schema = where
    return PostgresLedger(place, schema=schema) if "://" in place else SqliteLedger(place)


async def test_each_key_is_claimed_once(where: Where, start: Start) -> None:
    """Of processes that claim the same keys at once, exactly one gets each."""
    count = 400
    processes = [start(f"p{number}", count, "shared") for number in range(PROCESSES)]
    for process in processes:
        say(process)

    printed = [process.communicate()[0].split() for process in processes]

    keys = [key for words in printed for key in words if key != "end"]
    assert [words[-1] for words in printed] == ["end"] * PROCESSES
    assert sorted(keys) == [f"k{number:06}" for number in range(count)]
    async with ledger_at(where) as ledger:
        rows = [row async for row in ledger.rows()]
        assert len(rows) == count


@pytest.mark.soak
async def test_what_was_confirmed_survives_a_kill(
    where: Where, start: Start, *, soaking: bool
) -> None:
    """Each claim that a process was told of before it was killed is in the ledger afterwards.

    What it had noted is there or not, and whatever is there can be read.
    """
    chance = random.Random(0)
    confirmed: list[str] = []
    for life in range(50 if soaking else 3):
        process = start(f"life{life:02}-", MANY, "own")
        say(process)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 400))]
        process.kill()
        lines += process.stdout.read().splitlines(keepends=True)
        confirmed += [line.rstrip() for line in lines if line.endswith("\n")]

    async with ledger_at(where) as ledger:
        rows = [row async for row in ledger.rows()]
    found = {row.key: row for row in rows if isinstance(row, Row)}
    assert len(found) == len(rows)
    assert len(confirmed) >= 3
    assert [key for key in confirmed if key not in found] == []
    assert {row.state for row in found.values()} <= {State.SENDING, State.ACCEPTED}
