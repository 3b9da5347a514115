"""Carries out actions on connections: check, request, withdraw, remove, list, watch."""

from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._filters import begin_list, criteria_of, limit_of, require_offered
from ._moments import ago, read
from ._people import matches
from ._registry import Context, Outcome, executor, fail
from ._world import Person

__all__ = [
    "check_connection_status",
    "remove_connection",
    "retrieve_connections",
    "retrieve_pending_requests",
    "send_connection_request",
    "sync_network",
    "withdraw_connection_request",
]

_NOTE_LIMIT: Final = 200
_PREMIUM_NOTE_LIMIT: Final = 300


@executor("st.checkConnectionStatus")
def check_connection_status(context: Context, params: JsonObject) -> Outcome:
    """Tell how the account is connected."""
    return Outcome({"connectionStatus": context.relation(context.person(params))})


@executor("st.sendConnectionRequest")
def send_connection_request(context: Context, params: JsonObject) -> Outcome:
    """Invite somebody; from then on the request is pending.

    Inferred: asking somebody who has asked you makes the connection at once.
    """
    person = context.person(params)
    relation = context.relation(person)
    if relation == "connected":
        fail("alreadyConnected")
    if relation == "pending":
        fail("alreadyPending")
    note = str(params.get("note") or "")
    _insist_on_request(context, person, note, params)
    day = context.moment.date()
    context.account.use("requests", day)
    if note:
        context.account.use("notes", day)
    if relation == "incoming":
        context.life.connect(person, "connectionAdded")
    else:
        context.life.request(person, note or None)
    return Outcome()


@executor("st.withdrawConnectionRequest")
def withdraw_connection_request(context: Context, params: JsonObject) -> Outcome:
    """Take an open request back; the person is followed no longer, unless told otherwise."""
    person = context.person(params)
    if context.relation(person) != "pending":
        fail("notPending")
    context.life.part(person, follows=params.get("unfollow") is False)
    return Outcome()


@executor("st.removeConnection")
def remove_connection(context: Context, params: JsonObject) -> Outcome:
    """End a connection."""
    person = context.person(params)
    if context.relation(person) != "connected":
        fail("connectionNotFound")
    context.life.part(person)
    return Outcome()


@executor("st.retrievePendingRequests")
def retrieve_pending_requests(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """List the requests that are still open, latest first."""
    found = context.life.related("pending")
    return Outcome(
        [
            _item(person) | {"sentTime": ago(context.moment - relation.since)[0]}
            for person, relation in found
        ],
        subjects=tuple(person for person, _ in found),
    )


@executor("st.retrieveConnections")
def retrieve_connections(context: Context, params: JsonObject) -> Outcome:
    """List connections, filtered or from a day on, latest first."""
    criteria = criteria_of(params)
    begin_list(context)
    require_offered(criteria)
    since = params.get("since")
    first_day = read(since).date() if isinstance(since, str) else None
    found = [
        (person, relation)
        for person, relation in context.life.related("connected")
        if matches(context, person, criteria)
        and (first_day is None or relation.since.date() >= first_day)
    ][: limit_of(params, context.world.size)]
    return Outcome(
        [
            _item(person)
            | {
                "location": person.location,
                "connectedAt": None if criteria else relation.since.date().isoformat(),
                "avatarUrl": None,
            }
            for person, relation in found
        ],
        subjects=tuple(person for person, _ in found),
    )


@executor("st.syncNetwork")
def sync_network(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """Begin to watch the network."""
    context.account.watch("network", context.moment)
    return Outcome()


def _insist_on_request(context: Context, person: Person, note: str, params: JsonObject) -> None:
    account, day = context.account, context.moment.date()
    if len(note) > (_PREMIUM_NOTE_LIMIT if account.has_premium else _NOTE_LIMIT):
        fail("noteTooLong")
    if not person.takes_requests or not account.affords("requests", day):
        fail("requestNotAllowed")
    if person.needs_email and not params.get("email"):
        fail("emailRequired")
    if note and not account.affords("notes", day):
        fail("noteLimitExceeded")


def _item(person: Person) -> dict[str, Json]:
    return {
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
        "headline": person.headline,
    }
