"""Starts without a reply, over sockets: what reconciling says, and what the sandbox has done."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async import LinkedApi, OutcomeUnknown
from linkedapi_async.models import PostMention
from linkedapi_async.operations import (
    AcceptInvitation,
    CommentOnPost,
    CreatePost,
    CreateRepost,
    CustomWorkflow,
    EndorsePersonSkill,
    EndorsePersonSkills,
    FetchPerson,
    IgnoreInvitation,
    ManageConversation,
    NvManageConversation,
    NvSendMessage,
    Operation,
    ReactToComment,
    ReactToPost,
    RemoveConnection,
    ReplyToComment,
    RetrieveInvitations,
    SendConnectionRequest,
    SendMessage,
    SyncInbox,
    WithdrawConnectionRequest,
)
from linkedapi_async.reconciliation import Finding, Verdict, reconcile
from linkedapi_async.testing import FakeClock, Reset, Sandbox

SITE = "https://www.linkedin.com"
ACME = f"{SITE}/company/company1"
AGES = 3600.0


@attrs.frozen
class Scene:
    """An account that has lived a little.

    Attributes:
        sandbox: The service.
        api: The account's client.
        clock: Their time.
        thread: A conversation its watched inbox knows.
        comment: Address of a comment of its own.
        invitations: Addresses of what it is invited to, by type.
    """

    sandbox: Sandbox
    api: LinkedApi
    clock: FakeClock
    thread: str
    comment: str
    invitations: dict[str, list[str]]


Make: TypeAlias = Callable[[Scene], Operation[Any]]


@pytest.fixture
async def scene(clock: FakeClock) -> AsyncIterator[Scene]:
    """Somebody has written, a request is open, a comment stands, invitations wait."""
    async with Sandbox(seed=0, clock=clock, duration=10.0) as sandbox:
        api = LinkedApi(base_url=sandbox.base_url, clock=clock, **sandbox.tokens)
        async with api:
            await api.run(SyncInbox())
            thread = sandbox.receive_message(4, "Good morning").thread_id
            await api.run(SendConnectionRequest(person_url=person(6)))
            written = await api.run(CommentOnPost(post_url=post(3), text="Well said"))
            listed = (await api.run(RetrieveInvitations())).unwrap()
            invitations: dict[str, list[str]] = {}
            for one in listed:
                target = one.company_url or one.newsletter_url or one.public_url
                invitations.setdefault(one.invitation_type or "", []).append(target or "")
            await clock.sleep(AGES)
            sandbox.log.clear()
            comment = written.unwrap().comment_url
            yield Scene(sandbox, api, clock, thread, comment or "", invitations)


def person(number: int) -> str:
    return f"{SITE}/in/person{number}"


def post(number: int) -> str:
    return f"{SITE}/posts/post{number}"


def answer(kind: Any, invitation: str, field: str) -> Make:
    return lambda scene: kind(
        invitation_type=invitation, **{field: scene.invitations[invitation][0]}
    )


PROVABLE: dict[str, Make] = {
    "accept a connection": answer(AcceptInvitation, "connect", "person_url"),
    "accept a company": answer(AcceptInvitation, "companyFollow", "company_url"),
    "accept a newsletter": answer(AcceptInvitation, "newsletterSubscribe", "newsletter_url"),
    "ignore a connection": answer(IgnoreInvitation, "connect", "person_url"),
    "ignore a company": answer(IgnoreInvitation, "companyFollow", "company_url"),
    "ignore a newsletter": answer(IgnoreInvitation, "newsletterSubscribe", "newsletter_url"),
    "comment": lambda _: CommentOnPost(post_url=post(1), text="Fine  work,\nall of you"),
    "comment as a page": lambda _: CommentOnPost(
        post_url=post(2), text="Fine work", company_url=ACME
    ),
    "reply": lambda scene: ReplyToComment(comment_url=scene.comment, text="And again"),
    "react to a comment": lambda scene: ReactToComment(comment_url=scene.comment),
    "react to a post": lambda _: ReactToPost(post_url=post(5), type="love"),
    "react as a page": lambda _: ReactToPost(post_url=post(6), type="love", company_url=ACME),
    "post": lambda _: CreatePost(
        text="What I learned from @[who]",
        mentions=[PostMention(key="who", name="John Doe")],
    ),
    "post as a page": lambda _: CreatePost(text="We are hiring", company_url=ACME),
    "repost": lambda _: CreateRepost(post_url=post(9)),
    "repost with a text": lambda _: CreateRepost(post_url=post(7), text="Look at this"),
    "request": lambda _: SendConnectionRequest(person_url=person(3)),
    "withdraw": lambda _: WithdrawConnectionRequest(person_url=person(6)),
    "remove": lambda _: RemoveConnection(person_url=person(5)),
    "message": lambda _: SendMessage(person_url=person(2), text="Good  morning\nto you"),
    "message in an old conversation": lambda _: SendMessage(person_url=person(10), text="Gladly."),
    "message into a thread": lambda scene: SendMessage(thread_id=scene.thread, text="Hello"),
    "message by hand": lambda _: CustomWorkflow(
        {"actionType": "st.sendMessage", "personUrl": person(2), "text": "By hand", "label": "mine"}
    ),
    "Navigator message": lambda _: NvSendMessage(person_url=person(8), text="Hi", subject="You"),
}
"""What can be proved either way."""

FILED: dict[str, Make] = {
    "react below a page": lambda _: CustomWorkflow(
        {
            "actionType": "st.openPost",
            "postUrl": post(8),
            "then": {"actionType": "st.reactToPost", "type": "love"},
        }
    ),
    "file": lambda scene: ManageConversation(thread_id=scene.thread, operation="archive"),
    "file in Navigator": lambda _: NvManageConversation(thread_id="nv-main-8", operation="archive"),
}
"""What can be proved undone only."""

ENDORSED: dict[str, Make] = {
    "endorse": lambda scene: EndorsePersonSkill(
        person_url=person(15), skill_name=scene.sandbox.world.person(15).skills[0]
    ),
    "endorse all": lambda _: EndorsePersonSkills(person_url=person(15)),
}
"""What may be done twice."""


async def lose(scene: Scene, operation: Operation[Any], *, is_read: bool) -> Finding:
    """Start something, reset the connection, and find out what happened."""
    since = scene.clock.wall()
    cut = Reset(side="reply") if is_read else Reset(side="request", after=100)
    scene.sandbox.inject(cut)
    with pytest.raises(OutcomeUnknown):
        await scene.api.start(operation)
    return await reconcile(scene.api, operation, since=since)


def effects(scene: Scene) -> int:
    return len(scene.sandbox.log.effects())


@pytest.mark.parametrize("what", PROVABLE)
async def test_what_was_done_is_found_done(what: str, scene: Scene) -> None:
    """The request arrived, its reply was lost: there is the one effect, and the finding says so."""
    operation = PROVABLE[what](scene)

    finding = await lose(scene, operation, is_read=True)

    assert finding.verdict is Verdict.DONE
    assert effects(scene) == 1


@pytest.mark.parametrize("what", PROVABLE)
async def test_what_was_not_done_is_found_so_and_may_be_done(what: str, scene: Scene) -> None:
    """The request was cut before it had arrived; sent again, it takes its one effect."""
    operation = PROVABLE[what](scene)

    finding = await lose(scene, operation, is_read=False)

    assert finding.verdict is Verdict.NOT_DONE
    assert not finding.is_harmless
    assert effects(scene) == 0
    assert (await scene.api.run(operation)).errors == ()
    assert effects(scene) == 1


@pytest.mark.parametrize("what", PROVABLE)
async def test_what_is_still_to_come_is_awaited(what: str, scene: Scene) -> None:
    """The doubtful start stands behind a long queue: nothing is concluded before it has run."""
    operation = PROVABLE[what](scene)
    queued = [await scene.api.start(FetchPerson(person_url=person(1))) for _ in range(30)]

    finding = await lose(scene, operation, is_read=True)

    assert finding.verdict is Verdict.DONE
    assert effects(scene) == 1
    assert [(await one.status()).state for one in queued] == ["completed"] * 30


@pytest.mark.parametrize("what", FILED)
async def test_what_no_page_shows_is_proved_undone_at_most(what: str, scene: Scene) -> None:
    """That nothing of the kind was executed, the statistics tell; not whose it was."""
    await scene.api.run(NvSendMessage(person_url=person(8), text="Hi", subject="You"))
    await scene.clock.sleep(AGES)
    operation = FILED[what](scene)
    before = effects(scene)

    undone = await lose(scene, operation, is_read=False)
    done = await lose(scene, operation, is_read=True)

    assert undone.verdict is Verdict.NOT_DONE
    assert done.verdict is Verdict.UNKNOWN
    assert effects(scene) == before + 1


@pytest.mark.parametrize("what", ENDORSED)
@pytest.mark.parametrize("is_read", [True, False])
async def test_endorsing_twice_endorses_once(what: str, scene: Scene, *, is_read: bool) -> None:
    """The verdict allows another start, and that changes nothing where it had been done."""
    operation = ENDORSED[what](scene)

    finding = await lose(scene, operation, is_read=is_read)
    await scene.api.run(operation)

    assert finding.verdict is Verdict.NOT_DONE
    assert finding.is_harmless
    skills = scene.sandbox.world.person(15).skills
    assert effects(scene) == (1 if isinstance(operation, EndorsePersonSkill) else len(skills))


async def test_the_same_text_to_the_same_person_is_told_apart_by_its_time(scene: Scene) -> None:
    """What was answered an hour ago does not stand in for what was lost now."""
    operation = SendMessage(person_url=person(2), text="Hello")
    await scene.api.run(operation)
    await scene.clock.sleep(AGES)

    finding = await lose(scene, operation, is_read=False)

    assert finding.verdict is Verdict.NOT_DONE


async def test_a_declined_request_may_be_sent_again(scene: Scene) -> None:
    """It stands nowhere any more: the service itself then says whether it takes another."""
    operation = SendConnectionRequest(person_url=person(3))
    await lose(scene, operation, is_read=True)
    scene.sandbox.decline_request(3)

    finding = await reconcile(scene.api, operation, since=scene.clock.wall())

    assert finding.verdict is Verdict.NOT_DONE
