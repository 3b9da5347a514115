"""The thread of a ledger: who waits for it, what it waits for, and how it ends."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from linkedapi_async import LedgerError
from linkedapi_async.ledger import Change, Row, State
from linkedapi_async.stores import SqliteLedger
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from .conftest import MakeIntent

DONE = Change(key="k", mark="m", state=State.DONE)


Threads: TypeAlias = Callable[[], list[threading.Thread]]


@pytest.fixture
def threads() -> Threads:
    """Return the threads of ledgers that the test has opened."""

    def running() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "linkedapi-ledger"]

    before = running()
    return lambda: [thread for thread in running() if thread not in before]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is."""
    return tmp_path / "ledger.db"


async def test_closing_ends_the_thread(path: Path, threads: Threads) -> None:
    """There is one thread for each open ledger, and none for a closed one."""
    async with SqliteLedger(path), SqliteLedger(path):
        during = len(threads())

    left = threads()
    for thread in left:
        await asyncio.to_thread(thread.join)
    assert during == 2
    assert threads() == []


async def test_a_failed_opening_ends_the_thread(tmp_path: Path) -> None:
    """Where a ledger cannot be opened nothing stays behind; each try is one of its own."""
    ledger = SqliteLedger(tmp_path / "missing" / "ledger.db")

    told = await asyncio.gather(ledger.open(), ledger.open(), return_exceptions=True)

    (tmp_path / "missing").mkdir()
    async with ledger:
        counts = await ledger.counts()
    assert [type(one) for one in told] == [LedgerError, LedgerError]
    assert counts[State.DONE] == 0


async def test_the_loop_goes_on_meanwhile(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """While a transaction waits for another process, others run."""
    import sqlite3  # noqa: PLC0415 - what comes before needs none

    async with SqliteLedger(path) as ledger:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        claim = asyncio.create_task(ledger.claim(intent(), sent_at=moment))
        for _ in range(100):
            await asyncio.sleep(0.001)  # noqa: TID251 - real turns of the loop are counted
        waited = not claim.done()
        other.close()

        row = await claim

    assert waited
    assert row.state is State.SENDING


async def test_fake_time_stands_still_meanwhile(
    path: Path, intent: "MakeIntent", moment: datetime, clock: FakeClock
) -> None:
    """A far alarm does not ring while the ledger is at work."""
    far = asyncio.ensure_future(clock.sleep(3600))

    async with SqliteLedger(path) as ledger:
        for number in range(50):
            await ledger.claim(intent(f"k{number}"), sent_at=moment)
        stored = asyncio.Event()
        note = ledger.note(Change(key="k0", mark="m", state=State.DONE, is_patient=True))
        note.add_done_callback(lambda _: stored.set())
        await stored.wait()
    asleep = not far.done()
    await far

    assert asleep
    assert clock.now() == 3600


async def test_a_claim_that_is_called_off_in_time_is_not_made(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """Whoever is cancelled before the thread has begun leaves no row; others are not harmed."""
    async with SqliteLedger(path) as ledger:
        claims = [
            asyncio.create_task(ledger.claim(intent(key), sent_at=moment)) for key in "abcdefgh"
        ]
        await asyncio.sleep(0)  # noqa: TID251 - the claims have to be asked for
        for claim in claims[1::2]:
            claim.cancel()
        told = await asyncio.gather(*claims, return_exceptions=True)

        kept = (await ledger.look("aceg")).values()

    assert [type(one) for one in told] == [Row, asyncio.CancelledError] * 4
    assert [row.mark for row in kept if isinstance(row, Row)] == ["m"] * 4


async def test_an_opening_that_is_called_off(path: Path, threads: Threads) -> None:
    """It can be opened again, and the thread of the first try ends by itself."""
    ledger = SqliteLedger(path)
    opening = asyncio.create_task(ledger.open())
    await asyncio.sleep(0)  # noqa: TID251 - it has to have begun
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening

    async with ledger:
        counts = await ledger.counts()

    for thread in threads():
        await asyncio.to_thread(thread.join)
    assert counts[State.DONE] == 0


async def test_what_comes_too_late_is_refused(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """What is asked for while the ledger closes is answered: stored, or refused."""
    ledger = SqliteLedger(path)
    await ledger.open()
    await ledger.claim(intent(), sent_at=moment)

    closing = asyncio.create_task(ledger.close())
    notes = [ledger.note(DONE)]
    await closing
    notes.append(ledger.note(DONE))
    told = await asyncio.gather(*notes, return_exceptions=True)

    assert told[0] is True
    assert "not open" in str(told[1])


async def test_what_is_asked_of_a_ledger_that_does_not_open(
    tmp_path: Path, intent: "MakeIntent", moment: datetime, threads: Threads
) -> None:
    """Whoever did not wait for the opening is answered, too, however late."""
    ledger = SqliteLedger(tmp_path / "missing" / "ledger.db")
    opening = asyncio.create_task(ledger.open())
    await asyncio.sleep(0)  # noqa: TID251 - it has to have begun
    early = ledger.note(DONE)
    for thread in threads():
        thread.join()
    late = ledger.note(DONE)

    with pytest.raises(LedgerError, match="no folder"):
        await opening
    told = await asyncio.gather(early, late, return_exceptions=True)

    assert [str(one).partition(" [")[0] for one in told] == ["The ledger is closed"] * 2


async def test_more_than_one_transaction_holds(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """However much is asked for at once, all of it is stored."""
    async with SqliteLedger(path) as ledger:
        await asyncio.gather(
            *(ledger.claim(intent(f"k{number}"), sent_at=moment) for number in range(2_500))
        )
        counts = await ledger.counts()

    assert counts[State.SENDING] == 2_500
    assert 3 <= ledger.commits <= 6


async def test_a_mistake_harms_none(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """What is wrong in itself is told to whoever asked for it, and the thread goes on."""
    wrong: Any = "yesterday"
    unhashable: Any = []
    async with SqliteLedger(path) as ledger:
        told = await asyncio.gather(
            ledger.claim(intent("a"), sent_at=moment),
            ledger.claim(intent("b"), sent_at=wrong),
            ledger.claim(intent("c"), sent_at=moment),
            ledger.look(wrong),
            ledger.look([wrong, unhashable]),
            return_exceptions=True,
        )

    assert [type(one) for one in told] == [Row, AttributeError, Row, dict, TypeError]


async def test_a_patient_note_delays_no_end(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """Closing does not wait for the company that a note waits for."""
    async with SqliteLedger(path) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        note = ledger.note(Change(key="k", mark="m", state=State.DONE, is_patient=True))

    assert await note is True


EXIT = """
import asyncio, sys, threading
from datetime import datetime, UTC
from linkedapi_async.ledger import Change, Intent, State
from linkedapi_async.stores import SqliteLedger

async def main():
    ledger = SqliteLedger(sys.argv[1])
    await ledger.open()
    intent = Intent(key="k", account="a", operation="o", payload="p", mark="m")
    await ledger.claim(intent, sent_at=datetime.now(UTC))
    ledger.note(Change(key="k", mark="m", state=State.DONE, is_patient=True))
    return ledger
"""
MAIN = "ledger = asyncio.run(main())"
RAISES = "asyncio.run(main())\nraise SystemExit(0)"
OTHER_THREAD = """
def work():
    with asyncio.Runner() as runner:
        ledger = runner.run(main())
        threading.main_thread().join()
        runner.run(asyncio.sleep(1.5))
        runner.run(ledger.counts())
        runner.run(ledger.close())
        print("closed")
threading.Thread(target=work).start()
"""


@pytest.mark.parametrize(
    ("code", "printed"), [(MAIN, ""), (RAISES, ""), (OTHER_THREAD, "closed\n")]
)
async def test_a_program_that_closes_nothing_ends(path: Path, code: str, printed: str) -> None:
    """Its notes are stored all the same; a loop of another thread keeps its ledger to the end."""
    line = [sys.executable, "-c", EXIT + code, str(path)]

    ran = await asyncio.to_thread(
        subprocess.run, line, capture_output=True, text=True, check=False, timeout=30
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, printed, "")
    async with SqliteLedger(path) as ledger:
        assert (await ledger.counts())[State.DONE] == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


FORK = """
import os
ledger = asyncio.run(main())

async def go_on():
    try:
        await ledger.counts()
    except Exception as error:
        print(type(error).__name__, "not open" in str(error))
    await ledger.close()
    async with ledger:
        print(*(count for count in (await ledger.counts()).values() if count))

async def end():
    await ledger.counts()
    await ledger.close()

child = os.fork()
if child == 0:
    asyncio.run(go_on())
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
asyncio.run(end())
print("closed")
"""


async def test_a_fork(path: Path) -> None:
    """A child process cannot use what its parent has open, and says so; it may open it anew."""
    line = [sys.executable, "-W", "ignore", "-c", EXIT + FORK, str(path)]

    ran = await asyncio.to_thread(
        subprocess.run, line, capture_output=True, text=True, check=False, timeout=30
    )

    assert ran.stderr == ""
    assert ran.stdout.splitlines() == ["LedgerError True", "1", "closed"]
