"""How admin calls fail: families and codes, and what is never asked twice."""

import functools
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import (
    Certainty,
    FatalError,
    LinkedApiAdmin,
    LinkedApiError,
    OutcomeUnknown,
    Policy,
    ProtocolError,
    TransientError,
    UserActionRequired,
    single_attempt,
)
from linkedapi_async._types import Disposition, Plane
from linkedapi_async.errors import CATALOG, find
from linkedapi_async.events import ActionNeeded, BackingOff, Drift, Event, Held, Raised
from linkedapi_async.models import SetLimitEntry
from linkedapi_async.testing import (
    Body,
    Drop,
    ErrorEnvelope,
    FakeClock,
    Reset,
    Sandbox,
    Stall,
    Truncate,
)

if TYPE_CHECKING:
    from tests.admin.conftest import Connect, Method, Official

NOBODY = "00000000-0000-4000-8000-000000000000"
WORDS = [name for row in CATALOG.values() if row.plane is Plane.REQUEST for name in row.names]
FAMILIES: dict[Disposition, type[LinkedApiError]] = {
    Disposition.RETRYABLE: TransientError,
    Disposition.USER_ACTION: UserActionRequired,
    Disposition.FATAL: FatalError,
}
ONCE = Policy(max_attempts=1)


async def failure(work: Any) -> LinkedApiError:
    """Return what a call ends in."""
    with pytest.raises(LinkedApiError) as caught:
        await work
    return caught.value


@pytest.mark.parametrize("word", WORDS)
async def test_every_refusal_ends_as_the_catalogue_says(
    sandbox: Sandbox, connect: "Connect", official: "Official", word: str
) -> None:
    """Family and hint of its row; the word is the one the official client raises."""
    sandbox.inject(word, on="admin", times=2)
    token = sandbox.tokens.linked_api_token

    error = await failure(connect(policy=ONCE).accounts.get_all())
    theirs = await official(sandbox.base_url, token, lambda admin: admin.accounts.get_all())

    row = find(word)
    assert row is not None
    assert type(error) is FAMILIES[row.disposition]
    assert (error.code, theirs) == (word, word)
    assert (error.hint, error.scope, error.attempts) == (row.hint, row.scope, 1)


CAUSES: list[tuple[str, dict[str, Any], str, type[LinkedApiError]]] = [
    ("accounts.disconnect", {"account_id": NOBODY}, "accountNotFound", FatalError),
    ("accounts.disconnect", {"account_id": "main"}, "accountIdRequired", FatalError),
    ("limits.get_usage", {"account_id": NOBODY}, "accountNotFound", FatalError),
    ("accounts.get_connection_session", {"session_id": NOBODY}, "sessionNotFound", FatalError),
    ("accounts.create_connection_session", {}, "noAvailableSeats", UserActionRequired),
    ("webhooks.delete", {"webhook_id": "whs-1"}, "invalidRequestPayload", FatalError),
    ("webhooks.send_test", {}, "invalidRequestPayload", FatalError),
]


@pytest.mark.parametrize(("name", "arguments", "word", "family"), CAUSES)
async def test_what_the_service_refuses(
    *,
    sandbox: Sandbox,
    admin: LinkedApiAdmin,
    official: "Official",
    methods: dict[str, "Method"],
    name: str,
    arguments: dict[str, Any],
    word: str,
    family: type[LinkedApiError],
) -> None:
    """Both clients raise the service's own word; ours in the family that fits."""
    asking = functools.partial(methods[name].official, arguments=arguments)

    theirs = await official(sandbox.base_url, sandbox.tokens.linked_api_token, asking)
    error = await failure(methods[name].ours(admin, arguments))

    assert (error.code, type(error), error.certainty) == (word, family, Certainty.REJECTED)
    assert theirs == word


async def test_a_wrong_token_is_told_once(connect: "Connect", told: list[Event]) -> None:
    """One episode, however many calls it stops."""
    admin = connect(linked_api_token="linked_wrong", alias="ops")

    errors = [await failure(admin.webhooks.get()) for _ in range(3)]

    assert [(type(error), error.code) for error in errors] == [
        (UserActionRequired, "invalidLinkedApiToken")
    ] * 3
    needed = [event for event in told if isinstance(event, ActionNeeded)]
    assert [(event.code, event.account) for event in needed] == [("invalidLinkedApiToken", "ops")]


async def test_a_replaced_token_is_asked_for(sandbox: Sandbox, connect: "Connect") -> None:
    """A callable is asked again once, and the call goes on."""
    given: list[str] = []

    async def token() -> str:
        given.append(sandbox.tokens.linked_api_token)
        return given[-1]

    admin = connect(linked_api_token=token)
    assert await admin.webhooks.get() == []
    sandbox.rotate_tokens()

    assert await admin.webhooks.get() == []
    assert len(given) == 2


# ── what may be asked twice ──


async def test_only_what_may_be_asked_twice_is(
    sandbox: Sandbox, connect: "Connect", method: "Method"
) -> None:
    """After an answer that proves nothing: asked again, or `OutcomeUnknown` with a hint."""
    sandbox.inject(502, on="admin")

    try:
        outcome = await method.ours(connect(), method.least)
    except LinkedApiError as error:
        outcome = error

    asked = len(sandbox.log.requests("admin"))
    assert asked == (2 if method.row.repeats else 1)
    assert isinstance(outcome, OutcomeUnknown) is not method.row.repeats
    if isinstance(outcome, OutcomeUnknown):
        assert outcome.certainty is Certainty.MAYBE_ACCEPTED
        assert "read the state" in outcome.hint


@pytest.mark.parametrize("fault", [Reset(), Stall("reply", 30), Drop(), Truncate(10)])
async def test_a_lost_reply_opens_no_second_session(
    sandbox: Sandbox, admin: LinkedApiAdmin, told: list[Event], fault: Any
) -> None:
    """The session may be there, and is: nobody opens another one."""
    sandbox.admin.billing.add_seat(sandbox.account().plan)
    sandbox.inject(fault, on="admin")

    error = await failure(admin.accounts.create_connection_session())

    assert isinstance(error, OutcomeUnknown)
    assert len(sandbox.admin.sessions.all) == 1
    assert len(sandbox.log.requests("admin")) == 1
    assert [type(event) for event in told] == [Raised]
    listed = await admin.accounts.get_all()
    assert [one.session_id for one in listed.pending_connection_sessions] == [
        sandbox.admin.sessions.all[0].session_id
    ]


async def test_a_refused_session_is_asked_for_again(
    sandbox: Sandbox, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """A 429 proves that nothing was opened; so does a request that never left."""
    sandbox.admin.billing.add_seat(sandbox.account().plan)
    sandbox.inject("tooManyRequests", on="admin", status=429)

    await admin.accounts.create_connection_session()

    assert len(sandbox.admin.sessions.all) == 1
    assert [type(event) for event in told] == [BackingOff]


async def test_limits_are_set_again_when_a_reply_is_lost(
    sandbox: Sandbox, admin: LinkedApiAdmin
) -> None:
    """They say what shall be, so the second time changes nothing."""
    sandbox.inject(Reset(), on="admin")
    account = sandbox.account()
    entry = SetLimitEntry(category="stPosts", period="weekly", max_value=4)

    await admin.limits.set(account_id=account.account_id, limits=[entry])

    assert len(sandbox.log.requests("admin")) == 2
    assert "stPosts/weekly=4" in repr(account.limits)


async def test_nested_calls_are_sent_once(sandbox: Sandbox, admin: LinkedApiAdmin) -> None:
    """Inside somebody's own retry nothing is repeated."""
    sandbox.inject(503, on="admin", times=None)

    with single_attempt():
        error = await failure(admin.webhooks.get())

    assert isinstance(error, TransientError)
    assert len(sandbox.log.requests("admin")) == 1


# ── what is announced ──


async def test_failures_are_announced_like_any_other(
    sandbox: Sandbox, connect: "Connect", told: list[Event]
) -> None:
    """Pauses, drift and the end, under the alias; without one under a fingerprint."""
    sandbox.inject(503, on="admin", times=1)
    sandbox.inject(ErrorEnvelope("brandNewWord"), on="admin", status=400)

    error = await failure(connect(alias="ops").limits.get_defaults())

    assert [type(event) for event in told] == [BackingOff, Drift, Raised]
    assert {event.account for event in told} == {"ops"}
    assert (error.account, error.code) == ("ops", "brandNewWord")

    told.clear()
    sandbox.inject(400, on="admin")
    admin = connect()
    await failure(admin.limits.get_defaults())
    assert [event.account for event in told] == [admin.account]
    assert admin.account not in sandbox.tokens.linked_api_token
    assert len(admin.account) == 8


async def test_an_unreadable_answer_is_announced(
    sandbox: Sandbox, admin: LinkedApiAdmin, told: list[Event]
) -> None:
    """It was done, and nobody asks again."""
    sandbox.inject(Body(b'{"success":true,"result":{"seats":3}}'), on="admin")

    error = await failure(admin.subscription.get_seats())

    assert isinstance(error, ProtocolError)
    assert error.message == "subscription.getSeats: expected array at result.seats, got int"
    assert [event.code for event in told if isinstance(event, Raised)] == ["unreadableAnswer"]
    assert len(sandbox.log.requests("admin")) == 1


async def test_calls_hold_until_a_seat_is_bought(
    sandbox: Sandbox, clock: FakeClock, connect: "Connect", told: list[Event]
) -> None:
    """With `hold`, a refused session waits for whoever pays."""
    policy = attrs.evolve(Policy.batch(), on_user_action="hold")
    plan = sandbox.account().plan
    clock.call_later(600.0, lambda: sandbox.admin.billing.add_seat(plan))

    made = await connect(policy=policy).accounts.create_connection_session()

    assert made.session_id == sandbox.admin.sessions.all[0].session_id
    assert [type(event).__name__ for event in told] == ["ActionNeeded", "Held", "ActionResolved"]
    assert isinstance(told[1], Held)
    assert 600 <= clock.now() < 1000


async def test_attempts_of_the_day_are_waited_for_slowly(
    sandbox: Sandbox, clock: FakeClock, admin: LinkedApiAdmin
) -> None:
    """Used-up attempts are time's business: a few slow tries, then patience ends."""
    sandbox.admin.billing.add_seat(sandbox.account().plan)
    sandbox.admin.sessions.attempts_per_day = 0

    error = await failure(admin.accounts.create_connection_session())

    assert isinstance(error, TransientError)
    assert (error.code, error.attempts) == ("dailyConnectionAttemptsExceeded", 3)
    assert clock.now() > 1
