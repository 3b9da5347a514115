"""A batch in a process of its own, which may be killed at any moment.

Its argument is a JSON object, see `Settings`. It prints a line when it is ready, begins when it
reads one, and appends what becomes of each call to a file, a line each. Lines that it reads then
are orders: `stop`, `leave`. At the end it prints what the batch has counted.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import attrs

from linkedapi_async import (
    AccountPool,
    Batch,
    BatchProgress,
    Call,
    Outcome,
    OutcomeUnknown,
    Policy,
    operations,
)
from linkedapi_async._clock import SystemClock
from linkedapi_async.operations import Operation

POLICY = attrs.evolve(
    Policy.batch(),
    waiting="eager",
    poll_base=0.02,
    poll_max=0.1,
    base_delay=0.05,
    max_delay=0.5,
    read_timeout=2.0,
)
TICK = 0.05


class Settings(TypedDict):
    """What the test tells; see `AccountPool` and `Batch`.

    Attributes:
        base_url: Where the service is.
        token: Main token.
        accounts: Identification tokens by alias.
        calls: File of the calls: account, class of the operation, its fields, key.
        told: File of the outcomes: account, workflow, and what became of it.
        ledger: Where the ledger is.
        uncertain: What becomes of calls that may have been carried out.
        doubt: Seconds that a lost start keeps its place.
    """

    base_url: str
    token: str
    accounts: dict[str, str]
    calls: str
    told: str
    ledger: str
    uncertain: Any
    doubt: float


class Witness:
    """Looks at the progress again and again, and finds out whether it ever lied."""

    def __init__(self, batch: Batch[Any]) -> None:
        """Begin to look."""
        self.looks = 0
        self._batch = batch
        self._last = batch.progress
        self._looking = asyncio.create_task(self._look())

    def end(self) -> None:
        """Look a last time.

        Raises:
            AssertionError: It has lied.
        """
        if self._looking.done():
            self._looking.result()
        self._looking.cancel()
        self.check()

    def check(self) -> None:
        """Look at it now.

        Raises:
            AssertionError: Counts do not add up, or one has shrunk that cannot.
        """
        now, last = self._batch.progress, self._last
        parts = now.done, now.failures, now.uncertain, now.running, now.parked, now.waiting
        assert min(parts) >= 0, now
        assert sum(parts) == now.read, now
        for one, other in zip(_grown(last), _grown(now), strict=True):
            assert one <= other, (last, now)
        self._last = now
        self.looks += 1

    async def _look(self) -> None:
        while True:
            self.check()
            await SystemClock().sleep(TICK)


def _grown(progress: BatchProgress) -> tuple[int, ...]:
    """Return what never shrinks."""
    return (
        progress.read,
        progress.done,
        progress.failures,
        progress.uncertain,
        progress.replayed,
        progress.answered,
    )


def read_calls(path: str) -> Iterator[Call[Any]]:
    """Yield the calls of a file."""
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            account, name, params, key = json.loads(line)
            made: Operation[Any] = getattr(operations, name)(**params)
            yield Call(account, made, key)


def describe(outcome: Outcome[Any]) -> str:
    """Return what became of a call: `done`, `uncertain`, or the code of an error."""
    if isinstance(outcome.error, OutcomeUnknown):
        return "uncertain"
    if outcome.error is not None:
        return outcome.error.code
    assert outcome.result is not None
    return outcome.result.errors[0].type if outcome.result.errors else "done"


def peak_memory() -> int:
    """Return the most KiB that this process held; `ru_maxrss` would count those of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


async def hear() -> asyncio.StreamReader:
    """Return what the test says."""
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(words), sys.stdin
    )
    return words


async def obey(batch: Batch[Any], words: asyncio.StreamReader) -> None:
    """Do what is asked for, until nobody asks any more."""
    while word := (await words.readline()).strip():
        if word == b"stop":
            batch.stop()
        else:
            await batch.aclose()


async def work(settings: Settings) -> dict[str, Any]:
    """Run the batch; return what it has counted."""
    told = os.open(settings["told"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    async with AccountPool(
        linked_api_token=settings["token"],
        accounts=settings["accounts"],
        base_url=settings["base_url"],
        polls_per_second=None,
        doubt=settings["doubt"],
        policy=POLICY,
    ) as pool:
        batch = Batch(
            pool,
            read_calls(settings["calls"]),
            ledger=settings["ledger"],
            uncertain=settings["uncertain"],
        )
        words = await hear()
        print("ready", flush=True)
        await words.readline()
        witness, obeying = Witness(batch), asyncio.create_task(obey(batch, words))
        async for outcome in batch:
            call = outcome.call
            line = json.dumps([call.account, call.operation.workflow(), describe(outcome)])
            os.write(told, f"{line}\n".encode())
        witness.end()
        obeying.cancel()
        progress = batch.progress
    return {
        "done": progress.done,
        "failed": progress.failures,
        "uncertain": progress.uncertain,
        "left": progress.running + progress.waiting + progress.parked,
        "replayed": progress.replayed,
        "looks": witness.looks,
        "peak": peak_memory(),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(json.loads(sys.argv[1])))))
