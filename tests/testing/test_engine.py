"""Queues, working hours, limits and cancelling, hours of them in milliseconds."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import TYPE_CHECKING

import aiohttp
import pytest

from linkedapi_async._types import Json
from linkedapi_async.testing import (
    FakeClock,
    Sandbox,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowStarted,
)

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

READ = {"actionType": "st.retrieveSSI"}


def message(number: int = 1) -> dict[str, str]:
    """Return a message to somebody."""
    person = f"https://www.linkedin.com/in/person{number}"
    return {"actionType": "st.sendMessage", "personUrl": person, "text": "Hi"}


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """A sandbox whose workflows take a minute."""
    async with Sandbox(duration=60.0, clock=clock) as opened:
        yield opened


async def test_one_account_works_in_order(talk: "Talk") -> None:
    """Workflows of an account run one at a time, as they came."""
    ids = [await talk.begin(READ) for _ in range(5)]
    await talk.end(ids[-1])

    log = talk.sandbox.log
    assert [one.workflow_id for one in log if isinstance(one, WorkflowStarted)] == ids
    assert [one.workflow_id for one in log if isinstance(one, WorkflowCompleted)] == ids
    assert log.max_overlap() == 1
    assert log[-3].at >= 300


async def test_accounts_do_not_wait_for_each_other(talk: "Talk") -> None:
    """Ten accounts need the time of one."""
    for number in range(10):
        talk.sandbox.add_account(f"a{number}")
    ids = [(await talk.begin(READ, account=f"a{n}"), f"a{n}") for n in range(10)]
    for workflow_id, account in ids:
        await talk.end(workflow_id, account=account)

    assert talk.sandbox.log.max_overlap() == 1
    assert talk.sandbox.log[-1].at < 70


async def test_durations_may_be_drawn(clock: FakeClock, http: aiohttp.ClientSession) -> None:
    """A callable sees the tree and a seeded source of chance."""
    seen: list[Json] = []

    def last(document: Json, chance: Random) -> float:
        seen.append(document)
        return chance.uniform(100, 200)

    async with Sandbox(clock=clock, duration=last) as sandbox:
        path = f"{sandbox.base_url}/workflows"
        headers = {
            "linked-api-token": sandbox.tokens.linked_api_token,
            "identification-token": sandbox.tokens.identification_token,
        }
        async with http.post(path, json=READ, headers=headers) as reply:
            await reply.read()
        while not any(isinstance(one, WorkflowCompleted) for one in sandbox.log):
            await clock.sleep(1)
        assert 100 <= clock.now() <= 202
    assert seen == [READ]


async def test_parked_work_starts_when_hours_open(talk: "Talk", clock: FakeClock) -> None:
    """It is pending with the documented text, then runs by itself."""
    talk.sandbox.close_hours(3 * 86_400, zone="Europe/Berlin")

    started = await talk.start(READ)
    await clock.sleep(3 * 86_400)
    told = await talk.end(started["result"]["workflowId"])

    assert started["result"]["pendingReason"] == "outsideWorkingHours"
    assert started["result"]["message"] == (
        "This workflow is scheduled and will start when the account working hours open at "
        "Thu, Jan 8, 10:00 (Europe/Berlin)."
    )
    assert told["workflowStatus"] == "completed"
    assert 3 * 86_400 + 60 <= clock.now() < 3 * 86_400 + 65


async def test_hours_may_open_early(talk: "Talk", clock: FakeClock) -> None:
    """Opening by hand lets parked work go on; queued work then says `queued`."""
    talk.sandbox.close_hours(None)
    first = await talk.begin(READ)
    second = await talk.begin(READ)
    assert (await talk.poll(first))["message"].endswith("working hours open.")
    await clock.sleep(7200)

    talk.sandbox.open_hours()
    await clock.sleep(1)

    assert (await talk.poll(first))["workflowStatus"] == "running"
    assert (await talk.poll(second))["pendingReason"] == "queued"
    assert (await talk.end(second))["workflowStatus"] == "completed"


async def test_parked_work_may_start_with_the_latest(talk: "Talk", clock: FakeClock) -> None:
    """In which order it starts nobody documents; what comes later stands behind all of it."""
    talk.sandbox.close_hours(3600, is_reversed=True)
    parked = [await talk.begin(READ) for _ in range(3)]
    await clock.sleep(3601)
    last = await talk.begin(READ)

    await talk.end(last)

    begun = [one.workflow_id for one in talk.sandbox.log if isinstance(one, WorkflowStarted)]
    assert begun == [*reversed(parked), last]


async def test_closing_lets_running_work_finish(talk: "Talk") -> None:
    """What runs goes on; what waits is parked."""
    first = await talk.begin(READ)
    second = await talk.begin(READ)

    talk.sandbox.close_hours(3600)

    assert (await talk.end(first))["workflowStatus"] == "completed"
    assert (await talk.poll(second))["pendingReason"] == "outsideWorkingHours"


async def test_hours_may_refuse(talk: "Talk") -> None:
    """Under the other policy nothing is parked."""
    talk.sandbox.close_hours(3600, refuses=True)

    told = await talk.start(READ)

    assert told["error"]["type"] == "outsideWorkingHours"
    assert talk.sandbox.log.workflows() == ()


async def test_waiting_for_hours_may_expire(talk: "Talk", clock: FakeClock) -> None:
    """A workflow parked too long is given up, each after its own time."""
    talk.sandbox.close_hours(86_400, expires_after=600)
    first = await talk.begin(message())
    await clock.sleep(300)
    second = await talk.begin(message())

    told = await talk.end(first)
    await talk.end(second)

    assert told["failure"]["reason"] == "workingHoursWaitExpired"
    log = talk.sandbox.log
    assert [one.at for one in log if isinstance(one, WorkflowFailed)] == pytest.approx(
        [600, 900], abs=1
    )
    assert log.effects() == ()


async def test_limits_end_in_the_completion(talk: "Talk", clock: FakeClock) -> None:
    """The third message of a day is not sent; the next day's is."""
    account = talk.sandbox.add_account("tight", limits={"stMessages": 2})
    tree = [message(number) for number in (1, 2, 3)]

    reports = await talk.run(tree, account="tight")
    await clock.sleep(86_400)
    later = await talk.run(message(4), account="tight")

    assert [one["success"] for one in reports] == [True, True, False]
    assert reports[2]["error"]["type"] == "limitExceeded"
    assert later["success"]
    assert len(talk.sandbox.log.effects("st.sendMessage")) == 3
    assert len(account.threads) == 3


async def test_pending_work_is_cancelled_without_a_trace(talk: "Talk") -> None:
    """Inferred: it is told as failed; the others go on."""
    ids = [await talk.begin(message(number)) for number in (1, 2, 3)]

    status, told = await talk.ask("DELETE", f"/workflows/{ids[1]}")
    await talk.end(ids[2])

    assert (status, told) == (200, {"success": True, "result": {"cancelled": True}})
    assert (await talk.poll(ids[1]))["failure"]["reason"] == "workflowCancelled"
    assert len(talk.sandbox.log.effects()) == 2


async def test_running_work_is_cancelled_at_once(talk: "Talk", clock: FakeClock) -> None:
    """The next one starts when the running one is stopped, and nothing was done."""
    first, second = await talk.begin(message()), await talk.begin(READ)
    await clock.sleep(30)

    await talk.ask("DELETE", f"/workflows/{first}")
    await talk.end(second)

    assert clock.now() < 95
    assert talk.sandbox.log.effects() == ()
    assert talk.sandbox.log.max_overlap() == 1
    assert (await talk.ask("DELETE", f"/workflows/{second}"))[1]["result"] == {"cancelled": False}


async def test_a_cancelled_workflow_ends_its_held_reply(talk: "Talk", clock: FakeClock) -> None:
    """A reply held open behind a cancelled workflow of the same account still comes."""
    first = await talk.begin(READ)
    held = asyncio.create_task(talk.start(READ, wire="account_api", handling="long"))
    while len(talk.sandbox.log.workflows()) < 2:
        await clock.sleep(0)

    await talk.ask("DELETE", f"/workflows/{first}")

    assert (await held)["status"] == "completed"


async def test_a_failed_workflow_may_have_acted(talk: "Talk") -> None:
    """`runs=True` carries the actions out before the failure; without it nothing happens."""
    talk.sandbox.inject("linkedinAccountSignedOut", on="failure")
    talk.sandbox.inject("languageNotSupported", on="failure", runs=True, message="No.")

    first = await talk.end(await talk.begin(message()))
    effects = len(talk.sandbox.log.effects())
    second = await talk.end(await talk.begin(message()))

    assert first["failure"]["reason"] == "linkedinAccountSignedOut"
    assert second["failure"] == {"reason": "languageNotSupported", "message": "No."}
    assert (effects, len(talk.sandbox.log.effects())) == (0, 1)


async def test_a_broken_executor_fails_its_workflow_only(
    talk: "Talk",
) -> None:
    """A bug in an executor is shown to the event loop, and the queue goes on."""
    shown: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: shown.append(context))
    talk.sandbox.account().relations = None  # type: ignore[assignment]
    person = "https://www.linkedin.com/in/person1"

    ids = [
        await talk.begin({"actionType": "st.checkConnectionStatus", "personUrl": person}),
        await talk.begin(READ),
    ]

    assert (await talk.end(ids[0]))["failure"]["reason"] == "unknownError"
    assert (await talk.end(ids[1]))["workflowStatus"] == "completed"
    assert len(shown) == 1
