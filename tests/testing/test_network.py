"""Whom an account knows: requests, connections, and what is noticed of them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.models import ConnectionsFilter
from linkedapi_async.operations import (
    CheckConnectionStatus,
    RemoveConnection,
    RetrieveConnections,
    RetrievePendingRequests,
    RetrievePerformance,
    RetrieveProfileViewers,
    SearchPeople,
    SendConnectionRequest,
    SyncNetwork,
    WithdrawConnectionRequest,
)
from linkedapi_async.testing import Account, FakeClock, NetworkEvent, Sandbox, SandboxError

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

SITE = "https://www.linkedin.com"
STRANGER = f"{SITE}/in/person1"
CONNECTION = f"{SITE}/in/person5"
INVITER = f"{SITE}/in/person7"
DAY = 86_400


def ask(number: int = 1, **params: Any) -> SendConnectionRequest:
    """Return a request to somebody."""
    return SendConnectionRequest(person_url=f"{SITE}/in/person{number}", **params)


async def status(api: LinkedApi, number: int = 1) -> str | None:
    """Return how the account is connected to somebody."""
    url = f"{SITE}/in/person{number}"
    return (await api.run(CheckConnectionStatus(person_url=url))).unwrap().connection_status


async def codes(api: LinkedApi, operation: Any) -> list[str]:
    """Return the errors of an operation."""
    return [error.type for error in (await api.run(operation)).errors]


def events(account: Account) -> list[tuple[str, str]]:
    """Return what was caught of the network: its name and the person."""
    return [
        (item.event_type, item.person_url)
        for item in account.captured
        if isinstance(item, NetworkEvent)
    ]


# ── requests ──


async def test_a_request_ages_until_it_is_withdrawn(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Open requests are listed with their age, latest first; withdrawn they are gone."""
    await api.run(ask(1, note="Hello"))
    await clock.sleep(15 * DAY)
    await api.run(ask(2))

    items = (await api.run(RetrievePendingRequests())).unwrap()
    await api.run(WithdrawConnectionRequest(person_url=STRANGER))
    rest = (await api.run(RetrievePendingRequests())).unwrap()

    assert [(one.public_url, one.sent_time) for one in items] == [
        (f"{SITE}/in/person2", "just now"),
        (STRANGER, "2 weeks ago"),
    ]
    assert items[1].urn == sandbox.world.person(1).urn
    assert rest == items[:1]
    assert await status(api) == "notConnected"


async def test_withdrawing_stops_following_unless_told_otherwise(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """A request follows the person; `unfollow` decides what a withdrawal leaves of that."""
    following = sandbox.account().following
    for number in (1, 2):
        await api.run(ask(number))
    asked = set(following)

    await api.run(WithdrawConnectionRequest(person_url=STRANGER))
    await api.run(WithdrawConnectionRequest(person_url=f"{SITE}/in/person2", unfollow=False))

    assert asked == {STRANGER, f"{SITE}/in/person2"}
    assert following == {f"{SITE}/in/person2"}
    assert await codes(api, WithdrawConnectionRequest(person_url=STRANGER)) == ["notPending"]


async def test_an_address_and_premium_open_doors(api: LinkedApi, sandbox: Sandbox) -> None:
    """The e-mail address satisfies who insists on it; Premium writes longer notes."""
    sandbox.account().has_premium = True

    await api.run(ask(13, email="ada@example.com", note="x" * 300))

    assert await status(api, 13) == "pending"
    assert sandbox.account().relations[13].note == "x" * 300
    assert await codes(api, ask(13, email="ada@example.com")) == ["alreadyPending"]


@pytest.mark.parametrize(("what", "code"), [("notes", "noteLimitExceeded"), ("requests", None)])
async def test_notes_are_rationed_apart(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock, what: Any, code: str | None
) -> None:
    """A spent ration refuses until the month is over; without a note notes do not matter."""
    sandbox.account().allowances[what] = 1
    await api.run(ask(1, note="Hello"))

    with_note = await codes(api, ask(2, note="Hello"))
    without = await codes(api, ask(2))
    await clock.sleep(31 * DAY)
    next_month = await codes(api, ask(3, note="Hello"))

    assert with_note == [code or "requestNotAllowed"]
    assert without == ([] if code else ["requestNotAllowed"])
    assert next_month == []


async def test_asking_who_has_asked_connects(api: LinkedApi, sandbox: Sandbox) -> None:
    """Inferred: both want the connection, so it is made."""
    await api.run(SyncNetwork())

    await api.run(SendConnectionRequest(person_url=INVITER))

    assert await status(api, 7) == "connected"
    assert events(sandbox.account()) == [("network.connectionAdded", INVITER)]


async def test_requests_work_below_an_open_page(talk: "Talk") -> None:
    """The person whose page is open is asked, checked, and the request withdrawn."""
    children = [
        {"actionType": "st.sendConnectionRequest", "note": "Hello"},
        {"actionType": "st.checkConnectionStatus"},
        {"actionType": "st.withdrawConnectionRequest"},
        {"actionType": "st.removeConnection"},
    ]

    report = await talk.run(
        {"actionType": "st.openPersonPage", "personUrl": STRANGER, "then": children}
    )

    sent, checked, back, removed = report["data"]["then"]
    assert sent == {"actionType": "st.sendConnectionRequest", "success": True}
    assert checked["data"] == {"connectionStatus": "pending"}
    assert back["success"]
    assert removed["error"]["type"] == "connectionNotFound"


# ── what the others do about it ──


async def test_an_accepted_request_is_a_connection_of_that_moment(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """`since` finds it from the day it was accepted on."""
    await api.run(ask())
    await clock.sleep(3 * DAY)
    sandbox.accept_request(1)

    day = clock.wall().date()
    found = (await api.run(RetrieveConnections(since=day.isoformat()))).unwrap()
    later = (await api.run(RetrieveConnections(since=f"{day + timedelta(days=1)}"))).unwrap()

    assert [(one.public_url, one.connected_at) for one in found] == [(STRANGER, "2026-01-08")]
    assert later == []
    assert (await api.run(RetrievePendingRequests())).unwrap() == []


async def test_a_declined_request_can_be_sent_again(api: LinkedApi, sandbox: Sandbox) -> None:
    """It is gone, and the person still followed."""
    await api.run(ask())

    sandbox.decline_request(STRANGER)

    assert await status(api) == "notConnected"
    assert STRANGER in sandbox.account().following
    assert await codes(api, ask()) == []


async def test_connections_end_from_either_side(api: LinkedApi, sandbox: Sandbox) -> None:
    """Both the account and the other may leave."""
    sandbox.add_connection(1)
    sandbox.remove_connection(sandbox.world.person(1))
    await api.run(RemoveConnection(person_url=CONNECTION))

    assert [await status(api, number) for number in (1, 5)] == ["notConnected"] * 2
    assert sandbox.account().following == set()
    assert await codes(api, RemoveConnection(person_url=CONNECTION)) == ["connectionNotFound"]


@pytest.mark.parametrize(
    ("act", "person", "message"),
    [
        ("accept_request", 1, "person1 is notConnected to 'main', not pending"),
        ("decline_request", 5, "person5 is connected to 'main', not pending"),
        ("add_connection", 5, "not notConnected or incoming or pending"),
        ("remove_connection", 7, "person7 is incoming"),
        ("receive_invitation", 7, "person7 is incoming"),
        ("receive_visit", 201, "No person 201; there are 1 to 200"),
        ("add_connection", 0, "No person 0"),
        ("add_connection", f"{SITE}/in/nobody", "Nobody lives at .*nobody"),
    ],
)
def test_what_cannot_happen_is_refused(
    sandbox: Sandbox, act: str, person: int | str, message: str
) -> None:
    """A test that tells people to do the impossible is told so, and nothing changes."""
    with pytest.raises(SandboxError, match=message):
        getattr(sandbox, act)(person)

    assert sandbox.account().relations == {}


async def test_others_act_on_the_account_that_is_named(api: LinkedApi, sandbox: Sandbox) -> None:
    """Accounts have relations of their own; the first is meant where none is named."""
    other = sandbox.add_account("other")

    sandbox.add_connection(1, account=other)
    sandbox.add_connection(2, account="other")
    sandbox.add_connection(3)

    assert [await status(api, number) for number in (1, 2, 3)] == [
        "notConnected",
        "notConnected",
        "connected",
    ]
    assert set(other.relations) == {1, 2}


# ── the list ──


async def test_all_connections_are_listed_latest_first(api: LinkedApi, sandbox: Sandbox) -> None:
    """Without a limit all come, each with its day."""
    sandbox.add_connection(1)

    found = (await api.run(RetrieveConnections())).unwrap()
    (first,) = (await api.run(RetrieveConnections(limit=1))).unwrap()

    assert len(found) == 1 + sandbox.world.size // 5
    assert first == found[0]
    assert first.public_url == STRANGER
    days = [one.connected_at or "" for one in found]
    assert days == sorted(days, reverse=True)


async def test_a_filter_narrows_and_hides_the_day(api: LinkedApi, sandbox: Sandbox) -> None:
    """Every criterion has to fit; the day of connecting is not told then."""
    somebody = sandbox.world.person(5)
    before = sandbox.world.company(1) if somebody.previous is None else somebody.previous
    criteria = ConnectionsFilter(
        first_name=somebody.first_name,
        last_name=somebody.last_name,
        position=somebody.position,
        locations=["Atlantis", somebody.location],
        industries=[somebody.company.industry],
        current_companies=[somebody.company.name],
        previous_companies=[before.name],
        schools=[somebody.school],
    )

    found = (await api.run(RetrieveConnections(filter=criteria))).unwrap()

    assert [one.public_url for one in found] == [CONNECTION]
    assert found[0].connected_at is None


async def test_lists_may_be_refused(api: LinkedApi, sandbox: Sandbox) -> None:
    """LinkedIn offers no such industry, or shows no more lists this month."""
    unknown = RetrieveConnections(filter=ConnectionsFilter(industries=["Alchemy"]))
    assert await codes(api, unknown) == ["filterNotApplied"]

    sandbox.account().allowances["lists"] = 0

    assert await codes(api, RetrieveConnections()) == ["retrievingNotAllowed"]


async def test_lists_without_children_take_an_empty_list_of_them(talk: "Talk") -> None:
    """`then: []` changes nothing, as the official SDK counts on elsewhere."""
    await talk.run({"actionType": "st.sendConnectionRequest", "personUrl": STRANGER})
    nobody: list[object] = []
    lists = [
        {"actionType": "st.retrieveConnections"},
        {"actionType": "st.retrievePendingRequests"},
        {"actionType": "st.retrieveInvitations"},
        {"actionType": "st.retrieveProfileViewers"},
    ]

    plain = await talk.run(lists)
    with_children = await talk.run([{**one, "then": nobody} for one in lists])

    assert all(one["data"] for one in plain)
    assert [one["data"] for one in with_children[:3]] == [one["data"] for one in plain[:3]]
    assert len(with_children[3]["data"]) == len(plain[3]["data"])


# ── monitoring ──


async def test_only_later_changes_are_caught(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Switching on twice changes nothing; each kind of change has its word."""
    account = sandbox.account()
    await api.run(ask(1))
    sandbox.receive_invitation(2)
    sandbox.add_connection(3)
    assert account.captured == []

    await api.run(SyncNetwork())
    watched_since = dict(account.monitored)
    await clock.sleep(DAY)
    await api.run(SyncNetwork())
    sandbox.accept_request(1)
    sandbox.receive_invitation(4)
    sandbox.add_connection(6)
    sandbox.receive_message(6, "Not of the network")

    assert account.monitored == watched_since
    assert events(account) == [
        ("network.connectionAccepted", STRANGER),
        ("network.connectionRequestReceived", f"{SITE}/in/person4"),
        ("network.connectionAdded", f"{SITE}/in/person6"),
    ]
    item = account.captured[0]
    assert isinstance(item, NetworkEvent)
    assert item.person_urn == sandbox.world.person(1).urn
    assert item.at == clock.wall()
    assert len({one.event_id for one in account.captured if isinstance(one, NetworkEvent)}) == 3


async def test_what_is_caught_is_told(api: LinkedApi, sandbox: Sandbox) -> None:
    """The hook hears of each item as it is caught; without one it is only kept."""
    account = sandbox.account()
    heard: list[object] = []
    account.on_captured = heard.append
    await api.run(SyncNetwork())

    sandbox.add_connection(1)
    account.on_captured = None
    sandbox.add_connection(2)

    assert heard == account.captured[:1]
    assert len(account.captured) == 2


# ── the profile ──


async def test_viewers_come_latest_first(
    api: LinkedApi, sandbox: Sandbox, clock: FakeClock
) -> None:
    """Twenty without a limit; each at the moment its shown age stands for."""
    sandbox.receive_visit(1)
    await clock.sleep(90)

    twenty = (await api.run(RetrieveProfileViewers())).unwrap()
    everybody = (await api.run(RetrieveProfileViewers(limit=300))).unwrap()

    first, *_ = twenty
    assert len(twenty) == 20
    assert len(everybody) == 1 + sandbox.world.size // 6
    assert (first.name, first.connection_degree, first.viewed_ago) == (
        "John Doe",
        2,
        "1 minute ago",
    )
    moments = [one.viewed_at_time for one in everybody if one.viewed_at_time is not None]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == len(everybody)
    kinds = {one.viewer_type for one in everybody}
    assert kinds == {"identified", "anonymous"}


@pytest.mark.parametrize("since", ["2026-01-05T08:59:00Z", "2026-01-05T08:59:00", "2026-01-05"])
async def test_viewers_are_cut_by_moment(api: LinkedApi, sandbox: Sandbox, since: str) -> None:
    """A moment without a zone is one of UTC; nobody came before it."""
    sandbox.receive_visit(5)

    found = (await api.run(RetrieveProfileViewers(since=since))).unwrap()

    assert [(one.public_url, one.connection_degree) for one in found] == [(CONNECTION, 1)]


async def test_an_anonymous_viewer_can_be_searched_for(api: LinkedApi, sandbox: Sandbox) -> None:
    """The address of the search leads to those it may have been."""
    sandbox.receive_visit(1, anonymous=True)
    (viewer,) = (await api.run(RetrieveProfileViewers(limit=1))).unwrap()
    assert (viewer.viewer_type, viewer.description, viewer.name) == (
        "anonymous",
        "Software Engineer at TechCorp",
        None,
    )

    found = (await api.run(SearchPeople(custom_search_url=viewer.search_url, limit=1000))).unwrap()

    assert STRANGER in [one.public_url for one in found]


async def test_views_are_counted(api: LinkedApi, sandbox: Sandbox) -> None:
    """The dashboard counts those who are listed."""
    before = (await api.run(RetrievePerformance())).unwrap().profile_views_last_90_days

    sandbox.receive_visit(1)

    after = (await api.run(RetrievePerformance())).unwrap().profile_views_last_90_days
    assert (before, after) == (sandbox.world.size // 6, sandbox.world.size // 6 + 1)
