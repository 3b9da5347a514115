"""What replies mean, beside what the official client makes of them."""

import json
import pickle
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._messages import Refusal, Reply
from linkedapi_async._types import Certainty
from linkedapi_async.errors import ProtocolError
from linkedapi_async.models import (
    AdminAccount,
    AdminAccountStatus,
    ConnectionSession,
    ConnectionSessionStatus,
    LimitUsage,
    PendingConnectionSession,
    RegenerateTokenResult,
    WebhookDelivery,
    WebhookSubscription,
)
from linkedapi_async.wire import Query
from linkedapi_async.wire.admin import accounts, limits, subscription, webhooks

if TYPE_CHECKING:
    from tests.admin.conftest import Method

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def reply(body: Any, status: int = 200) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {}, raw, NOON)


def answer(result: Any) -> Reply:
    return reply({"success": True, "result": result})


# ── any documented reply ──

WORDS = st.text(max_size=5)
WHOLE = st.integers(-(2**40), 2**40)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects with some of these keys, some null, and one nobody knows."""
    held = {name: st.none() | values for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional={**held, "brandNew": WORDS})


ACCOUNT = some(
    **dict.fromkeys(
        (
            "id", "name", "url", "avatarUrl", "headline", "countryCode", "identificationToken",
            "status", "connectedAt", "reconnectionSessionId", "reconnectionLink",
        ),
        WORDS,
    )
)  # fmt: skip
LIMIT = some(category=WORDS, period=WORDS, maxValue=WHOLE, isEnabled=st.booleans())
USAGE = some(
    category=WORDS, period=WORDS, maxValue=WHOLE, currentUsage=WHOLE, isEnabled=st.booleans()
)
SEAT = some(seatType=WORDS, quantity=WHOLE, billingPeriod=WORDS)
SESSION = some(sessionId=WORDS, status=WORDS, type=WORDS)
WEBHOOK = some(
    **dict.fromkeys(("id", "url", "payloadMode", "secret", "createdAt"), WORDS),
    isActive=st.booleans(),
    signingEnabled=st.booleans(),
    headerNames=st.lists(WORDS, max_size=2),
    events=st.lists(WORDS, max_size=2),
)
DELIVERY = some(
    **dict.fromkeys(
        ("id", "eventType", "eventId", "status", "lastError", "createdAt", "updatedAt"), WORDS
    ),
    attempts=WHOLE,
    responseStatusCode=WHOLE,
)
ONE_WEBHOOK = st.fixed_dictionaries({"webhook": WEBHOOK})
VOID: st.SearchStrategy[dict[str, Any]] = st.just({})


def listed(key: str, entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: st.lists(entries, max_size=3)})


RESULTS: dict[str, st.SearchStrategy[Any]] = {
    "subscription.getStatus": some(
        status=WORDS, eligibleForTrial=st.booleans(), cancelAtPeriodEnd=st.booleans()
    ),
    "subscription.getSeats": listed("seats", SEAT),
    "subscription.setSeats": some(status=WORDS, paymentLink=WORDS),
    "accounts.getAll": st.fixed_dictionaries(
        {
            "accounts": st.lists(ACCOUNT, max_size=3),
            "pendingConnectionSessions": st.lists(some(sessionId=WORDS, status=WORDS), max_size=3),
        }
    ),
    "accounts.disconnect": VOID,
    "accounts.reparseAccountInfo": some(workflowId=WORDS),
    "accounts.regenerateIdentificationToken": some(token=WORDS),
    "accounts.createConnectionSession": some(sessionId=WORDS, connectionLink=WORDS),
    "accounts.createReconnectionSession": some(reconnectionSessionId=WORDS, reconnectionLink=WORDS),
    "accounts.getConnectionSession": st.fixed_dictionaries({"session": SESSION}),
    "accounts.cancelConnectionSession": VOID,
    "limits.getDefaults": listed("limits", LIMIT),
    "limits.get": listed("limits", LIMIT),
    "limits.getUsage": listed("usage", USAGE),
    "limits.set": VOID,
    "limits.delete": VOID,
    "limits.resetToDefaults": VOID,
    "webhook.get": listed("webhooks", WEBHOOK),
    "webhook.eventTypes": listed("eventTypes", WORDS),
    "webhook.delete": VOID,
    "webhook.deliveries": listed("deliveries", DELIVERY),
    "webhook.replayDelivery": VOID,
    "webhook.sendTest": VOID,
}


@given(data=st.data())
def test_results_are_those_of_the_official_client(
    method: "Method", plain: Callable[[Any], Any], data: st.DataObject
) -> None:
    """Field by field, whatever is missing, null, new or of an unknown word."""
    arguments = data.draw(method.row.arguments)
    result = data.draw(RESULTS.get(method.row.wire, ONE_WEBHOOK))
    _, theirs = method.asked(arguments, {"success": True, "result": result})

    ours = method.query(arguments).read(answer(result))

    assert plain(ours) == plain(theirs)


# ── what is not documented ──


def test_void_methods_need_no_result() -> None:
    """`{}`, nothing and null are alike where nothing is expected."""
    bodies: list[Any] = [{"success": True}, {"success": True, "result": None}, {"result": {}}]

    assert [webhooks.send_test().read(reply(body)) for body in bodies] == [None, None, None]


@pytest.mark.parametrize("body", [{}, {"ok": True}, {"success": None}, {"success": "yes"}])
def test_a_reply_that_says_nothing_proves_nothing(body: Any) -> None:
    """Somebody on the way answered; nobody knows whether the request arrived."""
    for query in (webhooks.send_test(), subscription.get_status()):
        refusal = query.read(reply(body))

        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.certainty) == ("undecodableReply", Certainty.MAYBE_ACCEPTED)


MISFITS: list[tuple[Query[Any], Any, str]] = [
    (subscription.get_status(), None, "expected object at result, got null"),
    (subscription.get_seats(), None, "expected object at result, got null"),
    (subscription.get_seats(), [], "expected object at result, got array"),
    (subscription.get_seats(), True, "expected object at result, got bool"),
    (subscription.get_seats(), {}, "expected array at result.seats, got null"),
    (
        subscription.get_seats(),
        {"seats": [{}, {"quantity": "3"}]},
        "expected int at result.seats[1].quantity, got str",
    ),
    (accounts.get_all(), {"accounts": None}, "expected array at result.accounts, got null"),
    (
        accounts.get_all(),
        {"accounts": [], "pendingConnectionSessions": {"a": 1}},
        "expected array at result.pendingConnectionSessions, got object",
    ),
    (
        accounts.get_connection_session("s"),
        {"session": []},
        "expected object at result.session, got array",
    ),
    (limits.get_usage("a"), {"usage": "x"}, "expected array at result.usage, got str"),
    (limits.get_usage("a"), {"usage": [1]}, "expected object at result.usage[0], got int"),
    (
        limits.get_usage("a"),
        {"usage": [{"currentValue": "3"}]},
        "expected int at result.usage[0].currentUsage, got str",
    ),
    (
        webhooks.event_types(),
        {"eventTypes": [1]},
        "expected str at result.eventTypes[0], got int",
    ),
    (webhooks.reveal_secret("w"), {}, "expected object at result.webhook, got null"),
]


@pytest.mark.parametrize(("query", "result", "message"), MISFITS)
def test_a_misfit_is_named_with_its_place(query: Query[Any], result: Any, message: str) -> None:
    """The service said yes in a form nobody knows: it was done, and the place is told."""
    with pytest.raises(ProtocolError) as caught:
        query.read(answer(result))

    assert caught.value.message == f"{query.name}: {message}"
    assert (caught.value.code, caught.value.certainty) == ("unreadableAnswer", Certainty.ACCEPTED)


@pytest.mark.parametrize(
    ("entry", "count"),
    [
        ({"currentUsage": 3}, 3),
        ({"currentValue": 3}, 3),
        ({"currentUsage": 0, "currentValue": 3}, 0),
        ({"currentUsage": None, "currentValue": 3}, 3),
        ({}, None),
    ],
)
def test_the_count_is_read_under_both_names(entry: dict[str, Any], count: int | None) -> None:
    """Sources differ on what the used-up count is called."""
    assert limits.get_usage("a").read(answer({"usage": [entry]})) == [
        LimitUsage(current_usage=count)
    ]


def test_pending_sessions_may_be_left_out() -> None:
    """The list of accounts alone will do."""
    empty: list[dict[str, Any]] = [
        {"accounts": []},
        {"accounts": [], "pendingConnectionSessions": None},
    ]
    for result in empty:
        told = accounts.get_all().read(answer(result))

        assert not isinstance(told, Refusal)
        assert (told.accounts, told.pending_connection_sessions) == ([], [])


@pytest.mark.parametrize(
    ("status", "word", "certainty"),
    [
        (200, "accountNotFound", Certainty.REJECTED),
        (401, "accountNotFound", Certainty.REJECTED),
        (500, "accountNotFound", Certainty.REJECTED),
        (400, "brandNewWord", Certainty.REJECTED),
        (200, "brandNewWord", Certainty.MAYBE_ACCEPTED),
        (500, "brandNewWord", Certainty.MAYBE_ACCEPTED),
    ],
)
def test_an_envelope_is_a_refusal(status: int, word: str, certainty: Certainty) -> None:
    """On any HTTP status; a known word proves that nothing was done."""
    body = {"success": False, "error": {"type": word, "message": "m"}}

    refusal = accounts.disconnect("a").read(reply(body, status))

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.message, refusal.certainty) == (word, "m", certainty)


# ── secrets ──

CANARY = "CANARY-0123456789"
LEAKS: list[bytes] = [
    b'{"success":true,"result":{"token":"%b"}',
    b'{"success":true,"result":{"token":"%b"}}}',
    b'[{"identificationToken":"%b"}]',
    b'{"success":false,"result":{"secret": "%b"}}',
    b'{"result":{"webhook":{"secret":"%b","url":3}}}',
    b'{"result":{"accounts":[{"identificationToken":"%b","id":3}]}}',
    b'{"result":{"token":["%b"]}}',
    b'{"token":"%b"}',
]


@pytest.mark.parametrize("status", [200, 307, 404, 500])
@pytest.mark.parametrize("body", LEAKS)
@pytest.mark.parametrize(
    "query",
    [accounts.get_all(), accounts.regenerate_identification_token("a"), webhooks.get()],
    ids=lambda query: query.name,
)
def test_a_broken_reply_is_told_without_its_secrets(
    query: Query[Any], body: bytes, status: int
) -> None:
    """An excerpt or a path may be told, a token may not."""
    outcome = read(query, reply(body.replace(b"%b", CANARY.encode()), status))

    shown = f"{outcome} {outcome!r}"
    if isinstance(outcome, ProtocolError):
        trace = traceback.TracebackException.from_exception(outcome, capture_locals=True)
        shown += f"{vars(outcome)} {pickle.dumps(outcome)!r} {''.join(trace.format())}"
    assert CANARY not in shown


def read(query: Query[Any], broken: Reply) -> object:
    """Return what a reply is read as, or the error it ends in, with a traceback from here."""
    try:
        return query.read(broken)
    except ProtocolError as error:
        return error


def test_a_gateway_page_is_still_shown() -> None:
    """What holds no secret helps to find out who answered."""
    refusal = accounts.get_all().read(reply(b"<h1>Bad Gateway</h1>", 502))

    assert isinstance(refusal, Refusal)
    assert "Bad Gateway" in refusal.message


@pytest.mark.parametrize(
    "held",
    [
        AdminAccount(identification_token=CANARY),
        RegenerateTokenResult(token=CANARY),
        WebhookSubscription(secret=CANARY),
    ],
)
def test_models_hide_their_secrets(held: Any) -> None:
    """Printing shows none; the text is there for whoever asks for it."""
    assert CANARY not in f"{held} {held!r}"
    assert CANARY in attrs.asdict(held).values()


# ── models ──


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("active", AdminAccountStatus.ACTIVE),
        ("frozen", AdminAccountStatus.FROZEN),
        ("reconnection_required", AdminAccountStatus.RECONNECTION_REQUIRED),
        ("melted", AdminAccountStatus.UNKNOWN),
        (None, AdminAccountStatus.UNKNOWN),
    ],
)
def test_accounts_tell_their_state(word: str | None, state: AdminAccountStatus) -> None:
    """A word newer than this version is kept beside the state `UNKNOWN`."""
    account = AdminAccount(status=word)

    assert (account.status, account.state) == (word, state)


FINAL = {"success", "expired", "error", "cancelled"}


@pytest.mark.parametrize("kind", [ConnectionSession, PendingConnectionSession])
@pytest.mark.parametrize("word", [*map(str, ConnectionSessionStatus), "dozing", None])
def test_sessions_tell_their_state(kind: Callable[..., Any], word: str | None) -> None:
    """Four words are final; an unknown one counts as under way."""
    state = kind(status=word).state

    assert state.is_final is (word in FINAL)
    assert state == (word if word in set(ConnectionSessionStatus) else "unknown")


def test_moments_are_offered() -> None:
    """Timestamps stay as sent; the aware moment stands beside them."""
    text, at = "2026-01-05T12:00:00.000Z", NOON

    assert AdminAccount(connected_at=text).connected_at_time == at
    assert WebhookSubscription(created_at=text).created_at_time == at
    assert WebhookDelivery(created_at=text).created_at_time == at
    assert WebhookDelivery(updated_at=text).updated_at_time == at


def test_an_account_is_found_by_its_id() -> None:
    """Or is not there."""
    told = accounts.get_all().read(answer({"accounts": [{"id": "a"}, {"id": "b"}]}))

    assert not isinstance(told, Refusal)
    assert told.find("b") == AdminAccount(id="b")
    assert told.find("c") is None
