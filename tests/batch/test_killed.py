"""Batches whose process is killed, stopped, doubled or not told: the service's log is the judge."""

import json
import logging
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import pytest

from linkedapi_async import operations
from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async._types import Effect
from linkedapi_async.testing import (
    Sandbox,
    WorkflowAccepted,
    WorkflowCancelled,
    WorkflowCompleted,
    WorkflowFailed,
)
from linkedapi_async.testing.faults import Reset

if TYPE_CHECKING:
    from tests.batch.conftest import Hire, Line, Worker
    from tests.conftest import PostgresServer

log = logging.getLogger(__name__)

SITE = "https://www.linkedin.com"
PEOPLE = 600
STRANGERS = [one for one in range(1, PEOPLE) if all(one % step for step in (5, 7, 11, 13, 17))]
"""Whom a fresh account may ask to connect without more."""
PATIENCE = 300.0
TICK = 0.005
DURATION = 0.005
FROZEN = 3.0
"""Seconds; longer than a reply may take."""
LOST = 0.05
"""How many replies to starts are lost."""

Ending: TypeAlias = Literal["kill", "stop", "leave", "interrupt"]
"""How a process ends before its time: `kill -9`, `Batch.stop`, that and soon `Batch.aclose`, or a
Ctrl-C that nobody handles."""


# ── the work ──


@attrs.frozen
class Size:
    """How much there is to do.

    Attributes:
        calls: How many calls.
        accounts: For how many accounts.
        ends: How often the process ends before its time.
    """

    calls: int
    accounts: int
    ends: int

    @property
    def names(self) -> list[str]:
        """The accounts."""
        return [f"a{number}" for number in range(self.accounts)]

    def lines(self) -> "list[Line]":
        """Return the calls, no two alike; every second one is known by what it sends alone."""
        lines: list[Line] = []
        for place in range(self.calls):
            number, account = divmod(place, self.accounts)
            words = random.Random(place)
            text = " ".join("".join(words.choices(ascii_lowercase, k=6)) for _ in range(8))
            name, params = _nth(number, text)
            lines.append((self.names[account], name, params, f"k{place}" if place % 2 else None))
        return lines


def _nth(number: int, text: str) -> tuple[str, dict[str, Any]]:
    """Return an operation that no other number of an account has; two in three write.

    Each account publishes once: whether one of several posts of the same minutes is missing, nobody
    can tell.

    Args:
        number: Counts the operations of an account.
        text: Of everything that has one.
    """
    friend = f"{SITE}/in/person{5 + 5 * number}"
    stranger = f"{SITE}/in/person{STRANGERS[number]}"
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("SendMessage", {"person_url": f"{SITE}/in/person5", "text": text}),
        ("FetchPerson", {"person_url": f"{SITE}/in/person{1 + number}"}),
        ("CommentOnPost", {"post_url": f"{SITE}/posts/post{5 + number % 9}", "text": text}),
        ("CreatePost", {"text": text})
        if number < 9
        else ("SendMessage", {"person_url": friend, "text": text}),
        ("CheckConnectionStatus", {"person_url": friend}),
        ("SendConnectionRequest", {"person_url": stranger, "note": text}),
        ("ReactToPost", {"post_url": f"{SITE}/posts/post{1 + number}", "type": "like"}),
        ("RemoveConnection", {"person_url": friend}),
        ("RetrieveConnections", {"limit": 1 + number}),
    ]
    return kinds[number % len(kinds)]


def content(account: str, workflow: object) -> str:
    """Return one text for what is to be done for whom."""
    return json.dumps([account, workflow], sort_keys=True)


def contents(lines: "Sequence[Line]", effect: Effect | None = None) -> set[str]:
    """Return what calls are to do: all, or those of one effect."""
    made = [(account, getattr(operations, name)(**params)) for account, name, params, _ in lines]
    return {
        content(account, operation.workflow())
        for account, operation in made
        if effect in {None, operation.effect}
    }


# ── the judge ──


class Judge:
    """Watches the service: what was begun, what has ended, what took effect."""

    def __init__(self, service: Sandbox) -> None:
        """Begin to watch."""
        self.clock: Clock = SystemClock()
        self._log = service.log
        self._seen = 0
        self._begun: Counter[str] = Counter()
        self._open: set[str] = set()

    def begun(self) -> Counter[str]:
        """Return how often each content was accepted so far."""
        for record in self._log[self._seen :]:
            match record:
                case WorkflowAccepted():
                    self._open.add(record.workflow_id)
                    self._begun[content(record.account, _bare(record.document))] += 1
                case WorkflowCompleted() | WorkflowFailed() | WorkflowCancelled():
                    self._open.discard(record.workflow_id)
                case _:
                    pass
        self._seen = len(self._log)
        return self._begun

    async def reach(self, begun: int, worker: "Worker") -> None:
        """Wait until so many were begun, or a process has ended."""
        await self._until(lambda: self.begun().total() >= begun or worker.is_over)

    async def quiet(self) -> None:
        """Wait until everything that was begun has ended."""
        await self._until(lambda: self.begun().total() > 0 and not self._open)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with self.clock.timer(PATIENCE):
            while not is_so():
                await self.clock.sleep(TICK)

    def effects(self) -> Counter[str]:
        """Return how often each content took effect."""
        return Counter(
            content(one.account, {"actionType": one.action_type, **one.params})
            for one in self._log.effects()
        )


def _bare(document: Any) -> Any:
    """Return a tree without our mark."""
    return {name: value for name, value in document.items() if name != "label"}


@attrs.frozen
class Verdict:
    """What became of the calls.

    Attributes:
        uncertain: How many are reported to be uncertain.
        happened: How many of those took effect.
    """

    uncertain: int
    happened: int


async def judge(service: "Judge", lines: "Sequence[Line]", runs: "Sequence[Worker]") -> Verdict:
    """Return what became of calls, once the last run is through with them.

    Raises:
        AssertionError: One was doubled, lost, not answered, or answered twice.
    """
    await service.quiet()
    effects, told = service.effects(), [_told(run) for run in runs]
    last = told[-1]
    assert set(last) == contents(lines)
    assert set(effects.values()) <= {1}, "nothing is doubled"
    written = contents(lines, Effect.WRITE)
    assert set(effects) <= written
    done = {one for one, what in last.items() if what == "done"}
    assert done & written <= set(effects), "nothing is lost"
    unsure = {one for one, what in last.items() if what == "uncertain"}
    assert unsure == set(last) - done
    assert unsure <= written, "what only reads is read again"
    for run in told[:-1]:
        assert {one for one, what in run.items() if what == "done"} <= done, "answers stay"
    return Verdict(uncertain=len(unsure), happened=len(unsure & set(effects)))


def _told(run: "Worker") -> dict[str, str]:
    """Return what became of calls, by what they do."""
    told = {content(account, workflow): what for account, workflow, what in run.told()}
    assert len(told) == len(run.told()), "each is answered once"
    return told


# ── ends ──


@attrs.define(eq=False)
class Trial:
    """A list of calls whose process ends before its time, again and again.

    Attributes:
        hire: Starts processes.
        service: What they work with.
        size: How much there is to do.
        settings: What all of them are told.
        chance: Chooses the instants.
        runs: The processes so far.
    """

    hire: "Hire"
    service: Sandbox
    size: Size
    settings: dict[str, Any]
    chance: random.Random
    runs: "list[Worker]" = attrs.field(factory=list[Any])

    async def work_off(self, ending: Ending) -> Verdict:
        """Run the same list again and again until it is through; return what became of it."""
        watching, lines = Judge(self.service), self.size.lines()
        begins = sorted(self.chance.sample(range(1, self.size.calls), self.size.ends))
        for begun in begins:
            worker = await self._next(lines)
            await watching.reach(begun, worker)
            await watching.clock.sleep(self.chance.uniform(0.0, 0.2))
            await self._end(worker, ending, watching.clock)
        worker = await self._next(lines)
        counted = await worker.end()
        verdict = await judge(watching, lines, self.runs)
        log.info("%d times %s: %s of %s", len(begins), ending, verdict, self.size)
        assert counted["looks"] > 1
        assert counted["left"] == counted["failed"] == 0
        assert counted["uncertain"] == verdict.uncertain
        assert counted["done"] + counted["uncertain"] == self.size.calls
        return verdict

    async def _next(self, lines: "list[Line]") -> "Worker":
        worker = await self.hire(self.service, lines, **self.settings)
        self.runs.append(worker)
        await worker.say()
        return worker

    async def _end(self, worker: "Worker", ending: Ending, clock: Clock) -> None:
        if ending == "kill":
            await worker.kill()
            return
        if ending == "interrupt":
            await worker.interrupt()
            return
        await worker.say("stop")
        if ending == "leave":
            await clock.sleep(self.chance.uniform(0.0, 0.02))
            await worker.say("leave")
        await worker.end()


@pytest.fixture
def size(*, soaking: bool) -> Size:
    """How much there is to do: 2,000 calls in full."""
    return Size(2_000, 20, 50) if soaking else Size(150, 5, 6)


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, namespace: str) -> str:
    """Where an empty ledger is."""
    if request.param == "sqlite":
        return str(tmp_path / "calls.ledger")
    server: PostgresServer = request.getfixturevalue("shared_postgres")
    server.ask(f"CREATE DATABASE {namespace}")
    return server.dsn.replace("/postgres?", f"/{namespace}?")


def service_of(size: Size) -> Sandbox:
    """Return the service, in real time and in a hurry."""
    return Sandbox(accounts=size.names, duration=DURATION, people=PEOPLE)


@pytest.mark.soak
async def test_killed_again_and_again(hire: "Hire", ledger: str, size: Size) -> None:
    """Through `kill -9` at any instant every call is answered, and every write happens once.

    What was about to leave at such an instant is reported as uncertain, and nothing else is.
    """
    settings = {"ledger": ledger, "uncertain": "report", "doubt": 5.0}
    async with service_of(size) as service:
        trial = Trial(hire, service, size, settings, random.Random(ledger[:1]))
        verdict = await trial.work_off("kill")

    assert verdict.uncertain <= 2 * size.accounts * size.ends


@pytest.mark.soak
async def test_killed_with_replies_lost(hire: "Hire", ledger: str, size: Size) -> None:
    """Where reading may clear up doubts, no call stays uncertain, whatever is killed and lost."""
    settings = {"ledger": ledger, "uncertain": "resend", "doubt": 5.0}
    chance = random.Random(2)
    async with service_of(size) as service:
        starts = 2 * size.calls
        for place in chance.sample(range(starts), round(LOST * starts)):
            service.inject(Reset("reply"), skip=place)
        trial = Trial(hire, service, size, settings, chance)
        verdict = await trial.work_off("kill")
        lost = sum(one.fault is not None for one in service.log.requests("start"))

    log.info("%d replies lost", lost)
    assert lost > 0
    assert verdict == Verdict(uncertain=0, happened=0)


@pytest.mark.soak
@pytest.mark.parametrize("ending", ["stop", "leave", "interrupt"])
async def test_stopped_again_and_again(
    hire: "Hire", ending: Ending, tmp_path: Path, *, soaking: bool
) -> None:
    """A batch that is stopped, left at once, or interrupted goes on where it was.

    Not even a doubt is left: what is under way gets a moment to learn its name.
    """
    size = Size(800, 8, 20) if soaking else Size(100, 4, 5)
    settings = {"ledger": str(tmp_path / "l"), "uncertain": "report", "doubt": 5.0}
    async with service_of(size) as service:
        trial = Trial(hire, service, size, settings, random.Random(ending))
        verdict = await trial.work_off(ending)

        begun = Judge(service).begun()
        assert {begun[one] for one in contents(size.lines(), Effect.WRITE)} == {1}
    assert verdict == Verdict(uncertain=0, happened=0)


async def test_two_processes_on_one_ledger(hire: "Hire", ledger: str, *, soaking: bool) -> None:
    """Two processes with the same list start nothing twice, and both see what became of all."""
    size = Size(800, 10, 0) if soaking else Size(120, 4, 0)
    lines = size.lines()
    settings = {"ledger": ledger, "uncertain": "report", "doubt": 5.0}
    async with service_of(size) as service:
        workers = [await hire(service, lines, **settings) for _ in range(2)]
        for worker in workers:
            await worker.say()
        counted = [await worker.end() for worker in workers]

        begun = Judge(service).begun()
        assert set(begun.values()) == {1}
        for worker in workers:
            assert await judge(Judge(service), lines, [worker]) == Verdict(0, 0)
    assert set(begun) == contents(lines)
    assert [one["done"] for one in counted] == [size.calls] * 2


async def test_one_of_two_processes_killed(hire: "Hire", ledger: str, *, soaking: bool) -> None:
    """Of two processes with the same list one is killed: the other brings everything to an end."""
    size = Size(800, 10, 0) if soaking else Size(120, 4, 0)
    lines, chance = size.lines(), random.Random(3)
    settings = {"ledger": ledger, "uncertain": "report", "doubt": 5.0}
    async with service_of(size) as service:
        watching = Judge(service)
        killed, other = [await hire(service, lines, **settings) for _ in range(2)]
        for worker in (killed, other):
            await worker.say()
        begun = chance.randrange(size.calls // 4, size.calls // 2)
        await watching.reach(begun, killed)
        await killed.kill()
        counted = await other.end()

        verdict = await judge(watching, lines, [killed, other])
    assert counted["uncertain"] == verdict.uncertain <= 2 * size.accounts
    assert counted["left"] == counted["failed"] == 0


async def test_one_of_two_processes_frozen(hire: "Hire", ledger: str, *, soaking: bool) -> None:
    """A process that stands still and comes back doubles nothing, even where doubts are settled."""
    size = Size(800, 10, 0) if soaking else Size(120, 4, 0)
    lines, chance = size.lines(), random.Random(4)
    settings = {"ledger": ledger, "uncertain": "resend", "doubt": 5.0}
    async with service_of(size) as service:
        watching = Judge(service)
        frozen, other = [await hire(service, lines, **settings) for _ in range(2)]
        for worker in (frozen, other):
            await worker.say()
        begun = chance.randrange(size.calls // 4, size.calls // 2)
        await watching.reach(begun, frozen)
        frozen.process.send_signal(signal.SIGSTOP)
        await watching.clock.sleep(FROZEN)
        frozen.process.send_signal(signal.SIGCONT)
        counted = [await worker.end() for worker in (frozen, other)]

        for worker in (frozen, other):
            assert await judge(watching, lines, [worker]) == Verdict(0, 0)
    assert [one["done"] for one in counted] == [size.calls] * 2
