"""A batch that was checked, carried out: told while it goes on, stopped by signals, summed up."""

import asyncio
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import attrs
import click

from linkedapi_async import Batch
from linkedapi_async._clock import Clock
from linkedapi_async.pool import AccountPool, AccountStats
from linkedapi_async.stores import open_ledger

from ._batch_accounts import Accounts, open_pool
from ._batch_jobs import Jobs
from ._batch_results import Results
from ._batch_scene import Rate, Scene, Trouble
from ._batch_show import Screen, open_screen
from ._batch_summary import Tally, sum_up
from ._client import Target
from ._console import abandon, open_console
from ._exits import Exit
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async._bookkeeping import Ledger
    from linkedapi_async.events import Event

__all__ = ["Order", "carry_out", "signals_restored"]

_LOOK: Final = 0.25
if sys.platform == "win32":  # pragma: no cover - has no terminals that hang up
    _HEEDED: Final = (signal.SIGINT, signal.SIGTERM)
else:
    _HEEDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ALWAYS: Final = (signal.SIGINT, signal.SIGTERM)


@attrs.frozen(kw_only=True)
class Order:
    """How a batch is to be carried out.

    Attributes:
        target: Which service is meant.
        ledger: Where calls are written down; `None` for nowhere that lasts.
        out: Where results go; `None` is the standard output.
        uncertain: What becomes of calls that may have been carried out.
        stop_after: Errors after which nothing more is started.
        policy: How patient to be: the name of a preset.
        is_holding: Whether calls wait for a person, where one has to act.
        settle: The command that settles uncertain calls, for people.
    """

    target: Target
    ledger: str | None
    out: str | None
    uncertain: Literal["report", "reconcile", "resend"]
    stop_after: int | None
    policy: str
    is_holding: bool
    settle: str


async def carry_out(order: Order, jobs: Jobs, accounts: Accounts, *, clock: Clock) -> Exit:
    """Carry out every row, and tell how.

    Args:
        order: How.
        jobs: What; it was surveyed.
        accounts: For whom.
        clock: Tells the time.

    Raises:
        LedgerError: The ledger cannot be used.
        Problem: The results cannot be kept, or would be mixed up.
        LinkedApiError: The accounts cannot be opened.
    """
    console = open_console(stderr=True)
    tally, trouble = Tally(), Trouble(clock.now)

    def hear(event: "Event") -> None:
        trouble.hear(event)
        screen.tell(event)

    async with _ledger(order.ledger) as ledger:
        screen = open_screen(console, clock.now)
        with closing(screen), closing(Results(order.out, echo=_echo(screen))) as results:
            await _look_back(results, order, ledger)
            async with open_pool(
                order.target,
                accounts,
                policy=order.policy,
                is_holding=order.is_holding,
                on_event=hear,
                clock=clock,
            ) as pool:
                batch = Batch(
                    pool,
                    jobs,
                    ledger=ledger,
                    uncertain=order.uncertain,
                    stop_after=order.stop_after,
                )
                watch = _Watch(batch, pool, screen, trouble, clock)
                async with batch, watch:
                    try:
                        async for outcome in batch:
                            tally.add(outcome)
                            results.write(outcome, is_rehearsal=order.target.is_sandbox)
                    except BrokenPipeError:  # nobody reads results any more
                        abandon(sys.stdout)
                        watch.is_interrupted = True
    sum_up(
        console,
        batch.progress,
        tally,
        settle=order.settle,
        is_rehearsal=order.target.is_sandbox,
        is_interrupted=watch.is_interrupted,
    )
    return Exit.INTERRUPTED if watch.is_interrupted else tally.code


@contextmanager
def signals_restored() -> Generator[None]:
    """Have signals mean afterwards what they meant before."""
    before = {number: signal.getsignal(number) for number in _HEEDED}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, act in before.items():
                signal.signal(number, act)


@asynccontextmanager
async def _ledger(where: str | None) -> "AsyncGenerator[Ledger]":
    """Open the ledger, or one that is forgotten at the end.

    Raises:
        LedgerError: It cannot be used.
    """
    with TemporaryDirectory() if where is None else nullcontext() as folder:
        ledger = open_ledger(where or Path(str(folder)) / "ledger")
        await ledger.open()
        try:
            yield ledger
        finally:
            await ledger.close()


async def _look_back(results: Results, order: Order, ledger: "Ledger") -> None:
    """Go on with the results of an earlier run.

    Raises:
        Problem: The ledger knows nothing of them, or they cannot be gone on with.
    """
    kept = results.look_back(
        is_rehearsal=order.target.is_sandbox, is_lasting=order.ledger is not None
    )
    known = sum((await ledger.counts()).values())
    if known < kept:
        msg = (
            f"{click.format_filename(str(order.out))} holds {kept:,} results, and the ledger knows "
            f"{known:,} calls: it is not the one they were written down in."
        )
        hint = "Give --ledger that of the earlier run, or --out another file."
        raise Problem(msg, code=Exit.USAGE, hint=hint)
    results.begin()


def _echo(screen: Screen) -> Callable[[str], object]:
    is_seen = sys.stdout.isatty()

    def echo(line: str) -> None:
        if not (is_seen and screen.echo(line)):
            click.echo(line)

    return echo


# ── while it goes on ────────────────────────────────────────────────────────────────────────────


class _Watch:
    """Shows how far a batch has come, and heeds signals.

    Attributes:
        is_interrupted: Whether somebody wanted it to stop.
    """

    def __init__(
        self,
        batch: Batch[Any],
        pool: AccountPool,
        screen: Screen,
        trouble: Trouble,
        clock: Clock,
    ) -> None:
        self.is_interrupted: bool = False
        self._batch = batch
        self._pool = pool
        self._screen = screen
        self._trouble = trouble
        self._clock = clock
        self._began_at = clock.now()
        self._rate = Rate(clock.now)
        self._leaving: asyncio.Task[None] | None = None
        self._is_over = False
        self._taken: list[signal.Signals] = []
        self._loop = asyncio.get_running_loop()
        self._ticking = self._loop.create_task(self._tick())

    async def __aenter__(self) -> Self:
        for number in _HEEDED:
            self._heed(number, self._interrupt if number == signal.SIGINT else self._terminate)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over = True
        self._ticking.cancel()
        await asyncio.wait((self._ticking,))
        if self._leaving is not None:
            await self._leaving
        self._ignore()

    def _heed(self, number: signal.Signals, act: Callable[[], None]) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # signals go to that one
        if number not in _ALWAYS and signal.getsignal(number) is signal.SIG_IGN:
            return  # `nohup`
        try:
            self._loop.add_signal_handler(number, act)
            self._taken.append(number)
        except NotImplementedError:  # pragma: no cover - on Windows

            def ring(_: int, __: object) -> None:
                self._loop.call_soon_threadsafe(act)

            signal.signal(number, ring)

    def _ignore(self) -> None:
        """Heed no more signals: asyncio would complain of one that comes while it closes."""
        if self._taken:
            signal.pthread_sigmask(signal.SIG_BLOCK, self._taken)
            for number in self._taken:
                self._loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._taken)

    def _interrupt(self) -> None:
        if not self.is_interrupted:
            self._stop("Ctrl-C again leaves now, and loses nothing either")
        elif self._leaving is None and not self._is_over:
            self._screen.say("Leaving: what runs is no longer awaited.")
            self._leaving = self._loop.create_task(self._batch.aclose())

    def _terminate(self) -> None:
        self._stop("Ctrl-C leaves now, and loses nothing either")

    def _stop(self, more: str) -> None:
        if self._is_over or self.is_interrupted:
            return
        self.is_interrupted = True
        self._batch.stop()
        self._screen.say(
            f"Stopping: nothing more is started, what the service runs goes on there. {more}."
        )
        self._screen.show(self._scene())

    async def _tick(self) -> None:
        while True:
            self._screen.show(self._scene())
            await self._clock.sleep(_LOOK)

    def _scene(self) -> Scene:
        progress = self._batch.progress
        accounts = self._pool.stats().accounts
        return Scene(
            progress=progress,
            parked={
                alias: (one.parked.code, one.parked.hint)
                for alias, one in accounts.items()
                if one.parked is not None
            },
            lingering=[alias for alias, one in accounts.items() if _is_lingering(one)],
            trouble=self._trouble.cause,
            rate=self._rate.update(progress.answered - progress.replayed),
            lasted=self._clock.now() - self._began_at,
            now=self._clock.wall(),
        )


def _is_lingering(account: AccountStats) -> bool:
    """Whether an account starts nothing because of what may still run."""
    is_stuck = bool(account.lingering) and not account.started and account.parked is None
    return is_stuck and bool(account.queued or account.waiting)
