"""Invitations an account receives: to connect, to follow, to subscribe."""

from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.models import Invitation
from linkedapi_async.operations import (
    AcceptInvitation,
    CheckConnectionStatus,
    IgnoreInvitation,
    RetrieveConnections,
    RetrieveInvitations,
    SyncNetwork,
)
from linkedapi_async.testing import FakeClock, NetworkEvent, Sandbox

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

SITE = "https://www.linkedin.com"
INVITER = f"{SITE}/in/person7"
KINDS = ("connect", "companyFollow", "newsletterSubscribe")
FIELDS = {"connect": "personUrl", "companyFollow": "companyUrl"}


async def invitations(api: LinkedApi) -> list[Invitation]:
    """Return what is open."""
    return (await api.run(RetrieveInvitations())).unwrap()


def answer(operation: Any, invitation: Invitation) -> Any:
    """Return an operation on an invitation as it was listed."""
    kind = invitation.invitation_type
    if kind == "connect":
        return operation(invitation_type=kind, person_url=invitation.public_url)
    if kind == "companyFollow":
        return operation(invitation_type=kind, company_url=invitation.company_url)
    return operation(invitation_type=kind, newsletter_url=invitation.newsletter_url)


async def test_each_kind_has_its_fields(talk: "Talk") -> None:
    """An item holds the fields of its kind and no others."""
    report = await talk.run({"actionType": "st.retrieveInvitations"})

    common = {"invitationType", "name", "urn", "publicUrl"}
    own = {
        "connect": {"headline", "note"},
        "companyFollow": {"companyUrl", "companyName"},
        "newsletterSubscribe": {"newsletterUrl", "newsletterName"},
    }
    assert {item["invitationType"] for item in report["data"]} == set(KINDS)
    for item in report["data"]:
        assert set(item) == common | own[item["invitationType"]]


async def test_the_world_has_invited(api: LinkedApi, sandbox: Sandbox) -> None:
    """Every seventh person who is no connection asks to connect, some with a note."""
    found = [one for one in await invitations(api) if one.invitation_type == "connect"]

    numbers = [one for one in range(7, sandbox.world.size + 1, 7) if one % 5]
    assert [one.public_url for one in found] == [f"{SITE}/in/person{n}" for n in numbers]
    assert {one.note is None for one in found} == {True, False}
    companies = [one for one in await invitations(api) if one.invitation_type == "companyFollow"]
    for one in companies:
        sender = sandbox.world.find_person(one.public_url or "")
        assert sender is not None
        assert sender.company.url == one.company_url


@pytest.mark.parametrize("kind", KINDS)
async def test_an_accepted_invitation_is_done(api: LinkedApi, sandbox: Sandbox, kind: Any) -> None:
    """It leaves the list, and what it asked for holds; answered twice it is open no more."""
    invitation = sandbox.receive_invitation(1, kind=kind, note="Hello")
    first, *rest = await invitations(api)

    await api.run(answer(AcceptInvitation, first))
    again = await api.run(answer(AcceptInvitation, first))

    assert (first.invitation_type, first.note) == (kind, "Hello" if kind == "connect" else None)
    assert await invitations(api) == rest
    assert invitation.target in sandbox.account().following
    assert [error.type for error in again.errors] == ["notPending"]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_ignored_invitation_is_gone(api: LinkedApi, sandbox: Sandbox, kind: Any) -> None:
    """It leaves the list and nothing else; it may come again."""
    sandbox.receive_invitation(1, kind=kind)
    first, *rest = await invitations(api)

    await api.run(answer(IgnoreInvitation, first))
    left = await invitations(api)
    sandbox.receive_invitation(1, kind=kind)

    assert left == rest
    assert sandbox.account().following == set()
    assert await invitations(api) == [first, *rest]


async def test_an_accepted_invitation_is_a_connection(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """It counts from the moment it was accepted, and is noticed where the network is watched."""
    await api.run(SyncNetwork())
    await clock.sleep(86_400)

    await api.run(AcceptInvitation(invitation_type="connect", person_url=INVITER))

    found = (await api.run(RetrieveConnections(since="2026-01-06"))).unwrap()
    assert [(one.public_url, one.connected_at) for one in found] == [(INVITER, "2026-01-06")]
    (item,) = sandbox.account().captured
    assert isinstance(item, NetworkEvent)
    assert (item.change, item.person_url) == ("connectionAdded", INVITER)


async def test_an_ignored_person_is_no_connection(api: LinkedApi) -> None:
    """An answered request to connect is incoming no more."""
    check = CheckConnectionStatus(person_url=INVITER)
    before = (await api.run(check)).unwrap()

    await api.run(IgnoreInvitation(invitation_type="connect", person_url=INVITER))

    after = (await api.run(check)).unwrap()
    assert (before.connection_status, after.connection_status) == ("incoming", "notConnected")


async def test_any_spelling_of_the_address_is_understood(api: LinkedApi, sandbox: Sandbox) -> None:
    """Hashed addresses lead to people and companies, and a query to the newsletter."""
    person = sandbox.world.person(7)
    paper = sandbox.receive_invitation(1, kind="newsletterSubscribe").target
    follow = sandbox.receive_invitation(1, kind="companyFollow")

    results = [
        await api.run(operation)
        for operation in (
            AcceptInvitation(invitation_type="connect", person_url=person.hashed_url),
            AcceptInvitation(
                invitation_type="companyFollow", company_url=follow.person.company.hashed_url
            ),
            AcceptInvitation(
                invitation_type="newsletterSubscribe",
                newsletter_url=f"{paper.replace('https://www.', '')}/?trk=mail",
            ),
        )
    ]

    assert [result.errors for result in results] == [(), (), ()]
    assert sandbox.account().following == {person.url, follow.person.company.url, paper}


@pytest.mark.parametrize("action", ["st.acceptInvitation", "st.ignoreInvitation"])
@pytest.mark.parametrize(
    ("kind", "address", "code"),
    [
        ("connect", f"{SITE}/in/nobody", "personNotFound"),
        ("connect", f"{SITE}/in/main", "selfProfileNotAllowed"),
        ("connect", f"{SITE}/in/person1", "notPending"),
        ("companyFollow", f"{SITE}/company/nothing", "companyNotFound"),
        ("companyFollow", f"{SITE}/company/company1", "notPending"),
        ("newsletterSubscribe", f"{SITE}/newsletters/unread", "notPending"),
        ("newsletterSubscribe", "no address", "notPending"),
    ],
)
async def test_what_was_not_received_cannot_be_answered(
    talk: "Talk", action: str, kind: str, address: str, code: str
) -> None:
    """Each address is looked up first, then the invitation."""
    field = FIELDS.get(kind, "newsletterUrl")

    report = await talk.run({"actionType": action, "invitationType": kind, field: address})

    assert report["error"]["type"] == code
    assert talk.sandbox.log.effects() == ()


async def test_small_worlds_invite_too(clock: FakeClock) -> None:
    """A company nobody works at invites nobody."""
    async with Sandbox(clock=clock, people=2, companies=400) as sandbox:
        tokens = sandbox.tokens
        async with LinkedApi(base_url=sandbox.base_url, **tokens, clock=clock) as api:
            found = await invitations(api)

    assert len(found) <= 2
