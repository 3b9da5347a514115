"""Processes that are killed: whoever starts under their name goes on, and does nothing twice."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from linkedapi_async.testing import Sandbox
from linkedapi_async.testing.faults import Delay

if TYPE_CHECKING:
    from .conftest import Base, Crew

pytestmark = pytest.mark.soak

MakeCrew = Callable[[Sandbox], "Crew"]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


def sent(service: Sandbox) -> Counter[str]:
    """Return how often each message was sent, as the service knows."""
    return Counter(str(one.params["text"]) for one in service.log.effects())


@pytest.mark.parametrize("moment", ["start", "wait"])
async def test_in_flight(
    base: "Base", make_crew: MakeCrew, until: Until, moment: str, *, soaking: bool
) -> None:
    """Killed with writes in flight: each is finished, or reported uncertain, and none is doubled.

    Those whose reply had not come are uncertain; those that the service had named are not.
    """
    count = 50 if soaking else 12
    aliases = [f"a{number}" for number in range(count)]
    async with Sandbox(accounts=aliases, duration=2.0) as service:
        slow = service.inject(Delay(30.0), times=None) if moment == "start" else None
        crew = make_crew(service)
        jobs = [(alias, f"{alias} writes") for alias in aliases]
        worker = await crew.start(base.config(), base.ledger, jobs)
        assert await worker.line() == "ready\n"
        if slow is not None:
            await until(lambda: len(service.log.requests("start")) >= count * 3 // 4)
            slow.remove()
        else:
            await until(lambda: len(service.log.requests("poll")) >= count // 2)
        begun = len(service.log.requests("start"))
        await worker.kill()

        second = await crew.start(base.config(), base.ledger, jobs)
        assert await second.line() == "ready\n"
        outcomes = await second.outcomes()
        await second.end()
        await until(lambda: len(service.log.effects()) == len(service.log.workflows()))

        assert set(outcomes) == {text for _, text in jobs}, "nothing is lost"
        assert set(outcomes.values()) <= {"done", "startInterrupted"}
        done = {text for text, outcome in outcomes.items() if outcome == "done"}
        assert set(sent(service).values()) == {1}, "nothing is doubled"
        assert done <= set(sent(service))
        if moment == "start":
            assert count - len(done) >= begun // 2, "most were in the middle of their start"
        else:
            assert len(done) >= count // 2, "what had a name is waited for"


async def test_looked_into(
    request: pytest.FixtureRequest, make_crew: MakeCrew, until: Until, *, soaking: bool
) -> None:
    """Killed with writes in flight, and allowed to look: each is done, and done once."""
    base: Base = request.getfixturevalue("postgres_base" if soaking else "sqlite_base")
    count = 50 if soaking else 6
    aliases = [f"a{number}" for number in range(count)]
    async with Sandbox(accounts=aliases, duration=0.5) as service:
        slow = service.inject(Delay(30.0), times=None)
        crew = make_crew(service)
        jobs = [(alias, f"{alias} writes") for alias in aliases]
        worker = await crew.start(base.config(), base.ledger, jobs)
        assert await worker.line() == "ready\n"
        await until(lambda: len(service.log.requests("start")) >= count * 3 // 4)
        slow.remove()
        await worker.kill()

        second = await crew.start(base.config(), base.ledger, jobs, uncertain="resend")
        assert await second.line() == "ready\n"
        outcomes = await second.outcomes()
        await second.end()

        assert outcomes == {text: "done" for _, text in jobs}
        assert sent(service) == Counter(text for _, text in jobs)
