"""Four processes with a pool each, on one Redis: together they behave like one."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async.testing import ReplySent, RequestReceived, Sandbox
from linkedapi_async.testing.faults import Delay, Injection

if TYPE_CHECKING:
    from tests.conftest import RedisServer

SIGNED_OUT = "linkedinAccountSignedOut"
NAMES = ("w0", "w1", "w2", "w3")
LEASE = 3.0
NEWS = 0.5
"""Seconds that news may take to all workers on a busy machine."""
PATIENCE = 60.0
TICK = 0.01
WAITS = 50


@attrs.define(eq=False)
class Crew:
    """Workers, each in a process of its own; they begin and end together.

    Attributes:
        settings: What all of them are told.
        workers: Those that live, by name.
    """

    settings: dict[str, Any]
    workers: dict[str, asyncio.subprocess.Process] = attrs.field(
        factory=dict[str, asyncio.subprocess.Process]
    )

    async def start(self, job: str, **own: Callable[[str], object]) -> None:
        """Have all ready, and begin.

        Args:
            job: What they do.
            own: Further settings, from each one's name.
        """
        await asyncio.gather(*(self._employ(job, name, own) for name in NAMES))
        await self.say()

    async def say(self) -> None:
        """Give all a line to read."""
        for process in self.workers.values():
            assert process.stdin is not None
            process.stdin.write(b"\n")
            await process.stdin.drain()

    async def end(self) -> list[dict[str, Any]]:
        """Have all end; return what they tell."""
        await self.say()
        async with SystemClock().timer(PATIENCE):
            return [await self._dismiss(process) for process in self.workers.values()]

    async def kill(self, name: str) -> None:
        """End one without a warning."""
        process = self.workers.pop(name)
        process.send_signal(signal.SIGKILL)
        await process.communicate()

    async def close(self) -> None:
        """End whoever still runs."""
        for name in list(self.workers):
            if self.workers[name].returncode is None:
                await self.kill(name)

    async def _employ(self, job: str, name: str, own: dict[str, Callable[[str], object]]) -> None:
        settings = self.settings | {"name": name} | {key: of(name) for key, of in own.items()}
        process = self.workers[name] = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("worker.py")),
            job,
            json.dumps(settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"

    @staticmethod
    async def _dismiss(process: asyncio.subprocess.Process) -> dict[str, Any]:
        printed, _ = await process.communicate()
        assert process.returncode == 0
        told: dict[str, Any] = json.loads(printed)
        return told


class Lateness:
    """By how much the machine has this process, and so the sandbox, oversleep at worst."""

    def __init__(self) -> None:
        """Begin to watch."""
        self.worst = 0.0
        self._watching = asyncio.create_task(self._watch())

    def end(self) -> float:
        """Stop watching; return the seconds."""
        self._watching.cancel()
        return self.worst

    async def _watch(self) -> None:
        clock = SystemClock()
        while True:
            before = clock.now()
            await clock.sleep(TICK)
            self.worst = max(self.worst, clock.now() - before - TICK)


@pytest.fixture
async def service() -> AsyncIterator[Sandbox]:
    """The service in real time, with two quick accounts."""
    async with Sandbox(accounts=("a", "b"), duration=0.005) as running:
        yield running


@pytest.fixture
async def crew(
    service: Sandbox, shared_redis: "RedisServer", namespace: str
) -> AsyncIterator[Crew]:
    """Workers for the service that end with the test."""
    settings = {
        "base_url": service.base_url,
        "token": service.tokens.linked_api_token,
        "accounts": {one.alias: one.identification_token for one in service.accounts},
        "redis": shared_redis.url,
        "namespace": namespace,
        "lease": LEASE,
        "rate": 200.0,
    }
    running = Crew(settings)
    yield running
    await running.close()


def sign_out(service: Sandbox) -> Injection:
    """Let starts of the account `a` be refused, until the fault is removed."""
    return service.inject(SIGNED_OUT, times=None, account="a")


def text_of(start: RequestReceived) -> str:
    """Return the message that a start is to send."""
    assert isinstance(start.body, dict)
    text = start.body["text"]
    assert isinstance(text, str)
    return text


def answered_at(service: Sandbox) -> dict[int, float]:
    """Return when requests were answered, by their number."""
    return {one.request: one.at for one in service.log if isinstance(one, ReplySent)}


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until the service has seen something."""
    clock = SystemClock()
    async with clock.timer(PATIENCE):
        while not is_so():
            await clock.sleep(TICK)


def looks(service: Sandbox) -> list[RequestReceived]:
    """Return the starts of `a` after the first refusal was known to everybody."""
    starts = service.log.requests("start", "a")
    replies = answered_at(service)
    first = min(replies.get(one.number, one.at + PATIENCE) for one in starts)
    return [one for one in starts if one.at > first + NEWS]


async def test_one_looks_for_all(service: Sandbox, crew: Crew, *, soaking: bool) -> None:
    """While an account is signed out, all workers together look one at a time, ever more rarely.

    The other account works on; the first look that succeeds lets all go on, and each message is
    sent once.
    """
    fault = sign_out(service)
    await crew.start("send")
    refused = 3 if soaking else 1
    await until(lambda: bool(service.log.requests("start", "a")))
    await until(lambda: len(looks(service)) >= refused)
    await until(lambda: set(answered_at(service)) >= {one.number for one in looks(service)})

    fault.remove()
    meanwhile = Counter(text_of(one).split()[1] for one in service.log.requests("start", "b"))
    told = await crew.end()

    starts, replies = service.log.requests("start", "a"), answered_at(service)
    first = min(replies[one.number] for one in starts)
    probes = looks(service)[: refused + 1]
    assert len(starts) - len(looks(service)) <= 2 * len(NAMES), "each had two in flight at most"
    moments = [first, *(one.at for one in probes)]
    for number, (earlier, later) in enumerate(pairwise(moments)):
        assert later - earlier >= 0.95 * 2.5 * 2**number, "pauses grow over all of them"
        assert later - earlier <= 5.0 * 2**number + NEWS
    healed_at = replies[probes[-1].number]
    assert [one for one in starts if probes[0].at < one.at < healed_at] == probes[1:]

    assert set(meanwhile) == set(NAMES)
    assert min(meanwhile.values()) >= 5
    sent = Counter(str(one.params["text"]) for one in service.log.effects())
    assert set(sent.values()) == {1}
    assert {tuple(one["outcomes"]) for one in told} == {("sent",)}
    assert sum(one["handed_in"] for one in told) == len(sent) == len(service.log.workflows())


async def test_killed_while_it_looks(service: Sandbox, crew: Crew) -> None:
    """A worker killed in the middle of its look keeps the others from theirs for its lease."""
    service.sign_out(account="a")
    await crew.start("send")
    await until(lambda: bool(service.log.requests("start", "a")))
    await until(lambda: bool(answered_at(service)))
    clock = SystemClock()
    await clock.sleep(NEWS)
    service.inject(Delay(PATIENCE), account="a")
    await until(lambda: bool(looks(service)))
    (look,) = looks(service)
    holder = text_of(look).split()[1]

    await crew.kill(holder)
    killed_at = clock.now()
    service.sign_in(account="a")
    await until(lambda: len(looks(service)) > 1)
    second = looks(service)[1]
    told = await crew.end()

    assert text_of(second).split()[1] != holder
    assert second.at - look.at >= LEASE - 0.5
    assert second.at - killed_at <= LEASE + NEWS
    sent = Counter(str(one.params["text"]) for one in service.log.effects())
    assert set(sent.values()) == {1}
    assert {tuple(one["outcomes"]) for one in told} == {("sent",)}
    assert {text.split()[1] for text in sent if text.startswith("a")} == set(NAMES) - {holder}


async def test_one_budget_of_polls(
    shared_redis: "RedisServer", namespace: str, *, soaking: bool
) -> None:
    """Four workers with fifty waits each keep one budget of polls, and use it up.

    No second holds more than 5 % above it. What a busy machine had anybody oversleep is taken off
    the second: by as much two polls may have come closer than they were sent.
    """
    rate, seconds = 20.0, 60.0 if soaking else 6.0
    clock = SystemClock()
    aliases = [f"{name}-{number}" for name in NAMES for number in range(WAITS)]
    async with Sandbox(accounts=aliases, duration=3600.0) as service:
        crew = Crew(
            {
                "base_url": service.base_url,
                "token": service.tokens.linked_api_token,
                "accounts": {one.alias: one.identification_token for one in service.accounts},
                "redis": shared_redis.url,
                "namespace": namespace,
                "lease": LEASE,
                "rate": rate,
            }
        )
        try:
            await crew.start("wait", own=lambda name: [a for a in aliases if a.startswith(name)])
            await until(lambda: len(service.log.workflows()) == len(aliases))
            await clock.sleep(1.0)
            begins_at, lateness = clock.now(), Lateness()
            await clock.sleep(seconds)
            told = await crew.end()
        finally:
            await crew.close()

    late = lateness.end() + max(one["late"] for one in told)
    moments = [one.at for one in service.log.requests("poll")]
    during = [at for at in moments if begins_at <= at < begins_at + seconds]
    window = max(0.0, 1.0 - late)
    assert max(sum(at <= one < at + window for one in during) for at in during) <= rate * 1.05
    assert len(during) <= rate * seconds * 1.05
    assert len(during) >= rate * seconds * 0.85
    spent = Counter((one.account or "").split("-")[0] for one in service.log.requests("poll"))
    assert max(spent.values()) <= 1.25 * min(spent.values()) + 2
