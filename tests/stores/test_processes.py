"""Several processes on one Redis: one budget, one probe at a time, whoever is killed."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedapi_async.stores import Parking

if TYPE_CHECKING:
    from tests.conftest import RedisServer

    from .conftest import Worker

PROCESSES = 4


class Crew:
    """Processes that run one script; they begin together."""

    def __init__(self) -> None:
        """Start without any."""
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, script: str, *arguments: object) -> None:
        """Start one more and wait until it is ready."""
        line = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
        process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    def say(self) -> None:
        """Give all that live a line to read: they begin, or end."""
        for process in self.processes:
            if process.poll() is not None:
                continue
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()

    def line(self, place: int) -> list[float]:
        """Return the next line of one of them, as numbers."""
        stdout = self.processes[place].stdout
        assert stdout is not None
        return [float(word) for word in stdout.readline().split()]

    def rest(self, place: int) -> list[float]:
        """Return all that one of them has yet to print, as numbers; it has ended well."""
        stdout = self.processes[place].stdout
        assert stdout is not None
        printed = stdout.read()
        assert self.processes[place].wait(timeout=20) == 0
        return [float(word) for word in printed.split()]

    def kill(self) -> None:
        """Kill the last one as soon as it has printed something."""
        process = self.processes[-1]
        assert process.stdout is not None
        assert process.stdout.read(1)
        process.kill()
        process.wait()

    def close(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Processes that end with the test."""
    running = Crew()
    yield running
    running.close()


@pytest.mark.soak
@pytest.mark.parametrize("rate", [200.0, 20.0])
def test_one_budget(
    shared_redis: "RedisServer", namespace: str, crew: Crew, rate: float, *, soaking: bool
) -> None:
    """Processes that always want more spend the budget, within 5 % of it, and fairly.

    No second holds more than the budget, counted by the machine's clock over all of them. What a
    busy machine had them oversleep is not theirs to spend.
    """
    seconds = 30.0 if soaking else 3.0
    for _ in range(PROCESSES):
        crew.start("spender.py", shared_redis.url, namespace, rate, seconds, 1000)

    crew.say()

    printed = [crew.rest(place) for place in range(PROCESSES)]
    overslept = sum(seconds for seconds, *_ in printed) / PROCESSES
    spent = [own for _, *own in printed]
    moments = sorted(moment for own in spent for moment in own)
    most = int(rate)
    assert rate * (seconds - overslept) * 0.95 - 1 <= len(moments) <= rate * seconds
    assert min(b - a for a, b in zip(moments, moments[most:], strict=False)) >= 1
    assert max(map(len, spent)) <= 1.25 * min(map(len, spent)) + 1


def test_one_probe_at_a_time(
    shared_redis: "RedisServer",
    namespace: str,
    crew: Crew,
    worker: "Callable[..., Worker]",
) -> None:
    """However many processes want to probe a parked account, the probes never overlap.

    They are counted over all processes, and a rest after one holds for all.
    """
    effort, rest = 0.02, 0.05
    for _ in range(PROCESSES):
        crew.start("prober.py", shared_redis.url, namespace, 10.0, effort, rest)

    crew.say()
    first = [crew.line(place) for place in range(PROCESSES)]
    crew.say()

    probes = sorted(tuple(line) for line in first)
    for place in range(PROCESSES):
        words = crew.rest(place)
        probes += zip(words[::3], words[1::3], words[2::3], strict=True)
    probes.sort(key=lambda probe: probe[1])
    assert [number for number, *_ in probes] == list(range(1, len(probes) + 1))
    assert len(probes) >= PROCESSES
    assert all(later[1] - earlier[2] >= rest * 0.9 for earlier, later in pairwise(probes))


@pytest.mark.soak
async def test_a_killed_holder_heals_within_its_lease(
    shared_redis: "RedisServer",
    namespace: str,
    crew: Crew,
    worker: "Callable[..., Worker]",
    signed_out: Callable[..., Parking],
    *,
    soaking: bool,
) -> None:
    """A process killed in the middle of its probe keeps the others from theirs for its lease."""
    lease = 1.0
    async with worker(lease=lease) as survivor:
        survivor.coordinator.park(signed_out())
        for _ in range(20 if soaking else 2):
            probing = "prober.py", shared_redis.url, namespace, lease, 60.0, 0.0
            await asyncio.to_thread(crew.start, *probing)
            crew.say()
            await asyncio.to_thread(crew.kill)
            killed_at = survivor.clock.now()

            waits: list[float] = []
            while (turn := await survivor.coordinator.may_probe("acme", signed_out().cause)).wait:
                waits.append(turn.wait)
                await survivor.clock.sleep(turn.wait)
            healed_at = survivor.clock.now()
            survivor.coordinator.probed(turn)

            assert waits
            assert healed_at - killed_at <= lease + 0.1
