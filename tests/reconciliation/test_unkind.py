"""Clocks that differ, readings that lag, queues in another order: nothing is concluded wrongly."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest

from linkedapi_async import LinkedApi, OutcomeUnknown, Policy
from linkedapi_async.operations import (
    CreatePost,
    FetchPerson,
    ManageConversation,
    Operation,
    RetrievePendingRequests,
    SendConnectionRequest,
    SendMessage,
    SyncInbox,
)
from linkedapi_async.reconciliation import Verdict, reconcile
from linkedapi_async.testing import FakeClock, Reset, Sandbox

SITE = "https://www.linkedin.com"
BOB = f"{SITE}/in/person2"
HELLO = SendMessage(person_url=BOB, text="Good morning")

Connect: TypeAlias = Callable[..., LinkedApi]


class Wrong(FakeClock):
    """The time of another clock, told wrongly."""

    def __init__(self, right: FakeClock, ahead: float) -> None:
        super().__init__(auto_jump=False)
        self._right = right
        self._ahead = timedelta(seconds=ahead)
        for name in ("now", "draw", "sleep", "call_later", "timer"):
            setattr(self, name, getattr(right, name))

    def wall(self) -> datetime:
        """Return what it takes for the moment."""
        return self._right.wall() + self._ahead


@pytest.fixture
async def slow(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """A service whose workflows take ten seconds."""
    async with Sandbox(seed=0, clock=clock, duration=10.0) as sandbox:
        yield sandbox


@pytest.fixture
async def connect(slow: Sandbox, clock: FakeClock) -> AsyncIterator[Connect]:
    """Open a client whose clock may be wrong by some seconds."""
    opened: list[LinkedApi] = []

    def open_client(ahead: float = 0.0, **options: Any) -> LinkedApi:
        right: FakeClock = Wrong(clock, ahead) if ahead else clock
        client = LinkedApi(base_url=slow.base_url, clock=right, **{**slow.tokens, **options})
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        await client.aclose()


async def lose(
    api: LinkedApi, sandbox: Sandbox, operation: Operation[Any], *, is_read: bool
) -> datetime:
    """Start something whose reply is lost; return when, by that client's clock."""
    since = api.clock.wall()
    sandbox.inject(Reset(side="reply") if is_read else Reset(side="request", after=100))
    with pytest.raises(OutcomeUnknown):
        await api.start(operation)
    return since


# ── clocks ──


@pytest.mark.parametrize("ahead", [-86400.0, -3600.0, -150.0, 150.0, 3600.0, 86400.0])
@pytest.mark.parametrize(
    "operation", [HELLO, CreatePost(text="What I learned"), CreatePost(text="🎉")]
)
async def test_a_wrong_clock_makes_nothing_undone(
    operation: Operation[Any], ahead: float, connect: Connect, slow: Sandbox
) -> None:
    """Minutes, an hour as by a wrong zone, a day: the service's own clock is what counts."""
    api = connect(ahead)
    since = await lose(api, slow, operation, is_read=True)

    finding = await reconcile(api, operation, since=since)

    assert finding.verdict is not Verdict.NOT_DONE
    assert len(slow.log.effects()) == 1


@pytest.mark.parametrize("ahead", [-3600.0, -150.0, 150.0, 3600.0])
async def test_a_clock_that_was_wrong_and_is_right(
    ahead: float, connect: Connect, slow: Sandbox
) -> None:
    """Whichever of both has told when it was sent: what was written before is not taken for it."""
    api = connect(ahead)
    await api.run(HELLO)
    await api.clock.sleep(abs(ahead) / 2)
    since = await lose(api, slow, HELLO, is_read=False)

    finding = await reconcile(api, HELLO, since=since)

    assert finding.verdict is not Verdict.DONE


# ── what lags ──


@pytest.mark.parametrize("lag", [0.0, *range(10, 60, 2), 600.0])
async def test_statistics_that_lag_prove_nothing_by_a_reading_of_somebody_else(
    lag: float, connect: Connect, slow: Sandbox, clock: FakeClock
) -> None:
    """One queued before the doubtful start is not the one that was run to find out."""
    api = connect()
    await api.run(SyncInbox())
    thread = slow.receive_message(4, "Good morning").thread_id
    await clock.sleep(3600.0)
    slow.direct.lag = lag
    filing = ManageConversation(thread_id=thread, operation="archive")
    await api.start(FetchPerson(person_url=BOB))
    await api.start(RetrievePendingRequests())
    since = await lose(api, slow, filing, is_read=True)

    finding = await reconcile(api, filing, since=since)

    assert finding.verdict is Verdict.UNKNOWN
    assert len(slow.log.effects()) == 1


@pytest.mark.parametrize("lag", [0.0, 3.0, 600.0])
async def test_a_history_that_lags_holds_no_proof(
    lag: float, connect: Connect, slow: Sandbox
) -> None:
    """A conversation that was just loaded may be told a moment later."""
    api = connect()
    slow.direct.lag = lag
    since = await lose(api, slow, HELLO, is_read=True)

    finding = await reconcile(api, HELLO, since=since)

    assert finding.verdict is not Verdict.NOT_DONE
    assert len(slow.log.effects()) == 1


# ── queues ──


@pytest.mark.parametrize(
    "operation", [HELLO, SendConnectionRequest(person_url=f"{SITE}/in/person3")]
)
async def test_what_was_parked_may_start_in_any_order(
    operation: Operation[Any], connect: Connect, slow: Sandbox
) -> None:
    """A reading that waited for the working hours proves nothing of what waited beside it."""
    api = connect(policy=Policy.batch())
    slow.close_hours(3600.0, is_reversed=True)
    since = await lose(api, slow, operation, is_read=True)

    finding = await reconcile(api, operation, since=since)

    assert finding.verdict is Verdict.DONE
    assert len(slow.log.effects()) == 1
