"""What a ledger costs a whole batch for each call: CPU, and flushes of the disk.

The same calls, over a pool, with a ledger in a file and without one, turn by turn: those of ten
accounts, two of each under way, and those of a single account, strictly one by one. Each ends with
its third poll. The difference is all that the ledger costs: deriving keys, looking up, claiming,
noting, and keeping the outcome. Of the flushes the last one is left out: it keeps the last outcome
and belongs to no start. The files lie in the folder for temporary ones.
"""

import asyncio
import itertools
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import attrs

from linkedapi_async import AccountPool, Batch, Call, Policy
from linkedapi_async.operations import FetchPerson
from linkedapi_async.stores import SqliteLedger
from tests.benchmarks.measure import Row, Samples, compare, cpu, interleave, serving

__all__ = ["measure"]

CALLS: Final = 500
ACCOUNTS: Final = tuple(f"member{number}" for number in range(10))
SINGLE_CALLS: Final = 60
PAUSE: Final = 0.02
MOST_CPU: Final = 3.0
MOST_FLUSHES: Final = 2.0
POLICY: Final = Policy(poll_base=PAUSE, poll_max=PAUSE)

_NUMBERS: Final = itertools.count()


@attrs.frozen
class List:
    """What a batch has to do.

    Attributes:
        name: How the table calls it.
        accounts: Whose calls.
        calls: How many.
    """

    name: str
    accounts: Sequence[str]
    calls: int


def measure(*, quick: bool) -> list[Row]:
    """Return milliseconds of CPU and flushes for each call that a ledger costs."""
    turns = 3 if quick else 7
    many = f"batch, {CALLS} calls of {len(ACCOUNTS)} accounts"
    single = f"batch, {SINGLE_CALLS} calls one by one"
    with serving() as address, asyncio.Runner() as runner, TemporaryDirectory() as folder:
        return [
            *_rows(List(many, ACCOUNTS, CALLS), address, runner, Path(folder), turns),
            *_rows(List(single, ACCOUNTS[:1], SINGLE_CALLS), address, runner, Path(folder), turns),
        ]


def _rows(work: List, address: str, runner: asyncio.Runner, folder: Path, turns: int) -> list[Row]:
    name, flushes = work.name, list[float]()
    ledger = SqliteLedger(folder / f"{len(work.accounts)}.ledger")
    with ExitStack() as stack:
        kept = stack.enter_context(
            _batch(runner, f"{address}/fast/kept", work, ledger=ledger, flushes=flushes)
        )
        bare = stack.enter_context(_batch(runner, f"{address}/fast/bare", work))
        samples = interleave({"ours": kept, "no ledger": bare}, turns=turns)
    return [
        compare(name, samples, rival="no ledger", unit="ms CPU", scale=1e3),
        _alone(f"{name}, CPU of the ledger", "ms", 1e3 * _more(samples), MOST_CPU),
        _alone(f"{name}, flushes", "a start", median(flushes), MOST_FLUSHES),
    ]


def _more(samples: Samples) -> float:
    """Return what the ledger adds, turn by turn."""
    pairs = zip(samples["ours"], samples["no ledger"], strict=True)
    return median(ours - bare for ours, bare in pairs)


def _alone(name: str, unit: str, figure: float, most: float) -> Row:
    return Row(
        name=name, unit=unit, ours=figure, against="no ledger", compared=figure, demanded=most
    )


@contextmanager
def _batch(
    runner: asyncio.Runner,
    base_url: str,
    work: List,
    *,
    ledger: SqliteLedger | None = None,
    flushes: list[float] | None = None,
) -> Generator[Callable[[], float]]:
    """Return what brings the CPU seconds of a call; flushes of the ledger are told beside it."""
    pool = AccountPool(
        linked_api_token="main-token",
        accounts={account: f"id-{account}" for account in work.accounts},
        base_url=base_url,
        policy=POLICY,
        polls_per_second=None,
        lane_width=2 if len(work.accounts) > 1 else 1,
    )

    async def run() -> None:
        before = 0 if ledger is None else ledger.commits
        numbers = itertools.islice(_NUMBERS, work.calls)
        made = [_visit(work.accounts[number % len(work.accounts)], number) for number in numbers]
        ended = [one.error async for one in Batch(pool, made, ledger=ledger)]
        assert ended == [None] * work.calls
        if ledger is not None and flushes is not None:
            flushes.append((ledger.commits - before - 1) / work.calls)

    yield lambda: cpu(lambda: runner.run(run())) / work.calls
    runner.run(pool.aclose())


def _visit(account: str, number: int) -> Call[object]:
    return Call(account, FetchPerson(person_url=f"https://www.linkedin.com/in/person-{number}"))
