"""Driving a recipe: what readings bear, and what becomes of those that fail."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from linkedapi_async import LinkedApi
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import ActionFailure, ClientClosed, ConfigurationError
from linkedapi_async.operations import (
    CheckConnectionStatus,
    CommentOnPost,
    CreatePost,
    Operation,
    SendConnectionRequest,
    SendMessage,
)
from linkedapi_async.operations._base import Recipe, override
from linkedapi_async.operations._findings import Myself
from linkedapi_async.reconciliation import Finding, Verdict, reconcile
from linkedapi_async.testing import Body, FakeClock, Fault, Reset, Sandbox

BOB = "https://www.linkedin.com/in/person2"
REQUEST = SendConnectionRequest(person_url=BOB)
MESSAGE = SendMessage(person_url=BOB, text="Good morning")


@attrs.frozen
class Rash(Operation[None]):
    """Concludes what it likes.

    Attributes:
        finding: That.
        questions: What it asks before.
        closed: Grows when its recipe is over.
    """

    finding: Finding
    questions: tuple[Any, ...] = ()
    closed: list[bool] = attrs.field(factory=list[bool])

    @override
    def workflow(self) -> JsonObject:
        """Return something that writes."""
        return {"actionType": "st.createPost", "text": "News"}

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask, and conclude whatever the answers."""
        try:
            for question in self.questions:  # noqa: UP028 - a tuple takes no answers
                yield question
        finally:
            self.closed.append(True)
        return self.finding

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[None, tuple[ActionFailure, ...]]:
        return None, ()


def rash(verdict: Verdict, *questions: Any, is_harmless: bool = False) -> Rash:
    return Rash(Finding(verdict, "So it is.", is_harmless), questions)


# ── what conclusions rest on ──


async def test_absence_rests_on_a_workflow_that_has_ended(api: LinkedApi, clock: FakeClock) -> None:
    """Before that, the doubtful start may still stand in the queue."""
    now = clock.wall()
    reading = CheckConnectionStatus(person_url=BOB)

    unread = await reconcile(api, rash(Verdict.NOT_DONE), since=now)
    polled = await reconcile(api, rash(Verdict.NOT_DONE, Myself()), since=now)
    behind = await reconcile(api, rash(Verdict.NOT_DONE, reading), since=now)

    assert unread.verdict is polled.verdict is Verdict.UNKNOWN
    assert unread.evidence.startswith("So it is. No workflow of the account has ended since")
    assert behind == Finding(Verdict.NOT_DONE, "So it is.")


@pytest.mark.parametrize(
    ("verdict", "is_harmless"),
    [(Verdict.DONE, False), (Verdict.UNKNOWN, False), (Verdict.NOT_DONE, True)],
)
async def test_other_conclusions_stand_as_they_are(
    verdict: Verdict, *, is_harmless: bool, api: LinkedApi, clock: FakeClock
) -> None:
    """Presence is seen at once, and what is harmless needs no proof."""
    operation = rash(verdict, is_harmless=is_harmless)

    assert await reconcile(api, operation, since=clock.wall()) == operation.finding


async def test_nothing_is_read_before_a_late_request_has_arrived(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """The pause counts from the start, and is over already where that was long ago."""
    begun = clock.now()
    now = clock.wall()

    await reconcile(api, REQUEST, since=now - timedelta(seconds=4))
    await reconcile(api, REQUEST, since=now - timedelta(hours=1))
    await reconcile(api, REQUEST, since=clock.wall() + timedelta(hours=1), settle=2.0)

    waited = [request.at - begun for request in sandbox.log.requests("start")]
    assert waited[0] == pytest.approx(6.0, abs=0.1)
    assert waited[1] - waited[0] < 2.0
    assert 2.0 <= waited[2] - waited[1] < 5.0


async def test_what_only_reads_may_be_done_again(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Nothing is asked for that."""
    finding = await reconcile(api, CheckConnectionStatus(person_url=BOB), since=clock.wall())

    assert finding.verdict is Verdict.NOT_DONE
    assert finding.is_harmless
    assert (
        str(finding)
        == "not done: checkConnectionStatus only reads: done again, it changes nothing."
    )
    assert sandbox.log.requests() == ()


# ── readings that fail ──


@pytest.mark.parametrize(
    ("fault", "options", "evidence"),
    [
        ("linkedinAccountSignedOut", {}, "linkedinAccountSignedOut"),
        ("languageNotSupported", {"on": "failure"}, "languageNotSupported"),
        (Body(b"[]"), {"on": "poll", "times": None}, ""),
        (Reset(side="reply"), {"on": "any", "times": None}, ""),
        (500, {"on": "any", "times": None}, ""),
    ],
)
async def test_a_reading_that_fails_proves_nothing(
    fault: Fault | str | int,
    options: dict[str, Any],
    evidence: str,
    *,
    api: LinkedApi,
    sandbox: Sandbox,
    clock: FakeClock,
) -> None:
    """What failed is the evidence, and nothing is raised."""
    sandbox.inject(fault, **options)

    finding = await reconcile(api, REQUEST, since=clock.wall())

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.evidence.startswith("Reading it failed: ")
    assert evidence in finding.evidence


@pytest.mark.parametrize("operation", [MESSAGE, CreatePost(text="🎉")])
@pytest.mark.parametrize(
    "fault", ["subscriptionRequired", "linkedApiTokenRequired", 500, Body(b'{"success": true}')]
)
async def test_a_question_without_an_answer_proves_nothing(
    operation: Operation[Any],
    fault: Fault | str | int,
    api: LinkedApi,
    sandbox: Sandbox,
    clock: FakeClock,
) -> None:
    """The workflow before it has ended well, and that is not enough."""
    sandbox.inject(fault, on="direct", times=None)

    finding = await reconcile(api, operation, since=clock.wall())

    assert finding.verdict is Verdict.UNKNOWN
    assert "Reading it failed: " in finding.evidence or "could not be read: " in finding.evidence


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("invalidWorkflow", {}),
        ("plusPlanRequired", {}),
        ("personNotFound", {"on": "action"}),
        ("limitExceeded", {"on": "action"}),
    ],
)
@pytest.mark.parametrize("is_read", [True, False])
async def test_where_the_page_cannot_be_read_the_statistics_may_tell(
    fault: str,
    options: dict[str, Any],
    *,
    is_read: bool,
    api: LinkedApi,
    sandbox: Sandbox,
    clock: FakeClock,
) -> None:
    """They prove that nothing was done, never that it was; why the page failed is told as well."""
    since = clock.wall()
    if is_read:
        await api.run(MESSAGE)
    sandbox.inject(fault, **options)

    finding = await reconcile(api, MESSAGE, since=since)

    assert finding.verdict is (Verdict.UNKNOWN if is_read else Verdict.NOT_DONE)
    if is_read:
        assert finding.evidence.startswith("Reading it failed: ")
        assert fault in finding.evidence


async def test_statistics_do_not_reach_beyond_thirty_days(api: LinkedApi, clock: FakeClock) -> None:
    """What was started earlier cannot be settled by them."""
    since = clock.wall() - timedelta(days=31)

    finding = await reconcile(api, CreatePost(text="🎉"), since=since)

    assert finding.verdict is Verdict.UNKNOWN
    assert "30 days" in finding.evidence


async def test_a_recipe_is_closed_whatever_happens(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Its generator does not wait for somebody to collect it."""
    sandbox.inject("invalidWorkflow")
    operation = rash(Verdict.DONE, CheckConnectionStatus(person_url=BOB))

    await reconcile(api, operation, since=clock.wall())

    assert operation.closed == [True]


# ── what passes through ──


async def test_a_closed_client_is_no_evidence(api: LinkedApi, clock: FakeClock) -> None:
    """It says nothing of the service."""
    await api.aclose()

    with pytest.raises(ClientClosed):
        await reconcile(api, REQUEST, since=clock.wall())


async def test_a_client_closed_meanwhile_is_no_evidence(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Nor is that it was closed while something was read."""
    sandbox.close_hours(None)
    task = asyncio.create_task(reconcile(api, REQUEST, since=clock.wall()))
    while not sandbox.log.workflows():
        await clock.sleep(1.0)
    await api.aclose()

    with pytest.raises(ClientClosed):
        await task


async def test_cancelling_passes_through(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Also while it pauses before the first reading."""
    task = asyncio.create_task(reconcile(api, REQUEST, since=clock.wall(), settle=1e6))
    await clock.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert sandbox.log.requests() == ()


async def test_a_moment_has_a_zone_and_a_pause_is_no_debt(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Either would be judged wrongly, so nothing is sent."""
    now = clock.wall()
    with pytest.raises(ConfigurationError, match="zone"):
        await reconcile(api, REQUEST, since=now.replace(tzinfo=None))
    for settle in (-1.0, float("nan")):
        with pytest.raises(ConfigurationError, match="settle"):
            await reconcile(api, REQUEST, since=now, settle=settle)
    assert sandbox.log.requests() == ()


# ── older generations ──


@pytest.fixture(params=["linked_api_v3", "account_api"])
async def elder(request: pytest.FixtureRequest, sandbox: Sandbox, clock: FakeClock) -> Any:
    """A client of an older generation."""
    tokens = sandbox.tokens
    async with LinkedApi(
        account_api_token=tokens.account_api_token,
        identification_token=tokens.identification_token,
        base_url=sandbox.base_url,
        wire=request.param,
        clock=clock,
    ) as client:
        yield client


async def test_older_generations_show_messages_by_conversation(
    elder: LinkedApi, clock: FakeClock
) -> None:
    """They have no inbox: what a sync has loaded is asked for in their way."""
    since = clock.wall()

    absent = await reconcile(elder, MESSAGE, since=since)
    await elder.run(MESSAGE)
    found = await reconcile(elder, MESSAGE, since=since)
    threaded = await reconcile(
        elder, SendMessage(thread_id="2-main-2", text="Good morning"), since=since
    )

    assert absent.verdict is Verdict.NOT_DONE
    assert found.verdict is Verdict.DONE
    assert threaded.verdict is Verdict.UNKNOWN


async def test_what_a_generation_cannot_tell_proves_nothing(
    sandbox: Sandbox, clock: FakeClock
) -> None:
    """The Account API has no statistics."""
    tokens = sandbox.tokens
    async with LinkedApi(
        account_api_token=tokens.account_api_token,
        identification_token=tokens.identification_token,
        base_url=sandbox.base_url,
        wire="account_api",
        clock=clock,
    ) as client:
        finding = await reconcile(client, CreatePost(text="News"), since=clock.wall())

    assert finding == Finding(
        Verdict.UNKNOWN, "No post of yours that reads like this one is listed."
    )


async def test_who_wrote_a_comment_is_asked_where_nobody_says(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock, unsigned: Callable[[str], Fault]
) -> None:
    """The account's own address then tells it from others."""
    since = clock.wall()
    sandbox.inject(unsigned("https://www.linkedin.com/in/main/"), on="poll", times=None)

    finding = await reconcile(
        api,
        CommentOnPost(post_urn="urn:li:activity:7", text="Fine work"),
        since=since,
    )

    assert finding.verdict is Verdict.DONE
    assert sandbox.log.requests("account")


@pytest.fixture
def unsigned(clock: FakeClock) -> Callable[[str], Fault]:
    """Answer a poll by a post whose one comment does not say whether it is your own."""

    def answer(url: str) -> Fault:
        author = f'{{"type": "person", "name": "Me", "profileUrl": "{url}"}}'
        comment = (
            f'{{"author": {author}, "text": "Fine work", "isReply": false, '
            f'"time": "{(clock.wall() + timedelta(seconds=5)).isoformat()}"}}'
        )
        return Body(
            f"""
            {{"success": true, "result": {{"workflowStatus": "completed", "completion": {{
              "actionType": "st.openPost", "success": true, "data": {{
                "commentsCount": 1, "then": [
                  {{"actionType": "st.retrievePostComments", "success": true, "data": [{comment}]}}
            ]}}}}}}}}
            """.encode()
        )

    return answer
