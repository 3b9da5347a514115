"""The official SDK, unmodified, against the sandbox."""

import asyncio
from collections.abc import Callable
from typing import Any

import linkedapi as official
import pytest
from linkedapi.types.message import SendMessageManageConversation, SendMessageParams

from linkedapi_async._types import Plane
from linkedapi_async.errors import CATALOG
from linkedapi_async.testing import Drop, Html, Reset, Sandbox, Truncate

PERSON = "https://www.linkedin.com/in/person1"
WORDS = [name for row in CATALOG.values() if row.plane is Plane.REQUEST for name in row.names]

Ask = Callable[[official.LinkedApi], Any]


async def ask(sandbox: Sandbox, what: Ask) -> Any:
    """Return what the SDK returns, in a thread beside the event loop."""

    def work() -> Any:
        config = official.LinkedApiConfig(base_url=sandbox.base_url, **sandbox.tokens)
        api = official.LinkedApi(config)
        try:
            return what(api)
        finally:
            api.http_client.session.close()  # type: ignore[attr-defined]

    return await asyncio.to_thread(work)


def fetch(api: official.LinkedApi) -> Any:
    """Start, and poll to the end."""
    started = api.fetch_person.execute(
        official.FetchPersonParams(
            person_url=PERSON, retrieve_experience=True, retrieve_skills=True, retrieve_posts=True
        )
    )
    return api.fetch_person.result(started.workflow_id, poll_interval=0.001)


async def test_a_profile_arrives_with_all_its_parts(sandbox: Sandbox) -> None:
    """Start, polls and completion are what the SDK expects."""
    result = await ask(sandbox, fetch)

    assert result.errors == []
    assert result.data.name == "John Doe"
    assert result.data.company_name == "TechCorp"
    assert result.data.experiences[0].position == "Software Engineer"
    assert result.data.skills
    assert result.data.posts[0].url.startswith("https://www.linkedin.com/")


async def test_the_account_is_told(sandbox: Sandbox) -> None:
    """`GET /account` names the member."""
    result = await ask(sandbox, lambda api: api.get_account_info())

    assert (result.data.name, result.data.url) == (
        "Main Member",
        "https://www.linkedin.com/in/main",
    )


async def test_cancel_stops_and_comes_too_late(sandbox: Sandbox) -> None:
    """A parked workflow can be cancelled once; what is over cannot."""
    sandbox.close_hours(None)

    def work(api: official.LinkedApi) -> list[bool]:
        started = api.retrieve_ssi.execute()
        cancel = api.retrieve_ssi.cancel
        return [cancel(started.workflow_id), cancel(started.workflow_id)]

    assert await ask(sandbox, work) == [True, False]
    assert sandbox.log.actions() == ()


async def test_parked_work_is_seen_as_pending(sandbox: Sandbox) -> None:
    """The SDK reads state, reason and text of a parked workflow."""
    sandbox.close_hours(3600)

    started = await ask(sandbox, lambda api: api.retrieve_ssi.execute())

    assert started.workflow_status == "pending"
    assert started.pending_reason == "outsideWorkingHours"
    assert started.message.endswith("(UTC).")


async def test_a_message_with_a_child_lands_in_its_thread(sandbox: Sandbox) -> None:
    """Children of a void action are reported where the SDK looks for them."""
    params = SendMessageParams(
        person_url=PERSON,
        text="Hi",
        manage_conversation=SendMessageManageConversation(operation="archive"),
    )

    def work(api: official.LinkedApi) -> Any:
        started = api.send_message.execute(params)
        return api.send_message.result(started.workflow_id, poll_interval=0.001)

    result = await ask(sandbox, work)

    assert result.errors == []
    (thread,) = sandbox.account().threads.values()
    assert [message.text for message in thread.messages] == ["Hi"]
    assert thread.flags == {"archive"}


async def test_a_loop_over_skills_is_read(sandbox: Sandbox) -> None:
    """Reports below the items of a list are where the SDK looks for them."""
    params = official.EndorsePersonSkillsParams(person_url="https://www.linkedin.com/in/person5")

    def work(api: official.LinkedApi) -> Any:
        started = api.endorse_person_skills.execute(params)
        return api.endorse_person_skills.result(started.workflow_id, poll_interval=0.001)

    result = await ask(sandbox, work)

    assert [item.skill_name for item in result.data] == list(sandbox.world.person(5).skills)
    assert all(item.success for item in result.data)


async def test_an_action_error_is_a_result(sandbox: Sandbox) -> None:
    """An unknown person ends in the errors of a completed workflow."""
    params = official.CheckConnectionStatusParams(person_url="https://www.linkedin.com/in/nobody")

    def work(api: official.LinkedApi) -> Any:
        started = api.check_connection_status.execute(params)
        return api.check_connection_status.result(started.workflow_id, poll_interval=0.001)

    result = await ask(sandbox, work)

    assert result.data is None
    assert [error.type for error in result.errors] == ["personNotFound"]


@pytest.mark.parametrize("status", [None, 401, 403, 429, 500, 503])
@pytest.mark.parametrize("word", WORDS)
async def test_every_refusal_is_raised(sandbox: Sandbox, word: str, status: int | None) -> None:
    """Each word of the catalogue travels on any status, and nothing runs."""
    sandbox.inject(word, status=status)

    with pytest.raises(official.LinkedApiError) as caught:
        await ask(sandbox, fetch)

    assert caught.value.type == word
    assert sandbox.log.workflows() == ()


@pytest.mark.parametrize("word", WORDS)
async def test_every_failure_is_raised(sandbox: Sandbox, word: str) -> None:
    """Each word of the catalogue may end a running workflow."""
    sandbox.inject(word, on="failure")

    with pytest.raises(official.LinkedApiError) as caught:
        await ask(sandbox, fetch)

    assert caught.value.type == word
    assert len(sandbox.log.workflows()) == 1
    assert sandbox.log.actions() == ()


@pytest.mark.parametrize("fault", [502, Html(502), Reset(), Reset("request"), Truncate(10)])
async def test_transport_faults_are_http_errors(sandbox: Sandbox, fault: Any) -> None:
    """What is no envelope reaches the SDK's caller as `httpError`."""
    sandbox.inject(fault)

    with pytest.raises(official.LinkedApiError) as caught:
        await ask(sandbox, fetch)

    assert caught.value.type == "httpError"


async def test_polls_survive_what_the_sdk_survives(sandbox: Sandbox) -> None:
    """The SDK tolerates broken polls; the workflow has run once."""
    sandbox.inject(503, on="poll", times=3)
    sandbox.inject(Reset(after=5), on="poll", times=3)

    result = await ask(sandbox, fetch)

    assert result.data.name == "John Doe"
    assert len(sandbox.log.workflows()) == 1


async def test_the_sandbox_closes_while_the_sdk_waits() -> None:
    """A reply that never comes ends with the sandbox."""
    async with Sandbox() as sandbox:
        sandbox.inject(Drop())
        waiting = asyncio.create_task(ask(sandbox, fetch))
        while not sandbox.log.replies():
            await sandbox.clock.sleep(0.001)

    with pytest.raises(official.LinkedApiError):
        await waiting
