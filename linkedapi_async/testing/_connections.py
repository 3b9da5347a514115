"""Carries out actions on connections: check, request, withdraw, remove, list."""

from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._filters import criteria_of, limit_of
from ._people import matches
from ._registry import Context, Outcome, executor, fail
from ._world import Person

__all__ = [
    "check_connection_status",
    "remove_connection",
    "retrieve_connections",
    "retrieve_pending_requests",
    "send_connection_request",
    "withdraw_connection_request",
]

_NOTE_LIMIT: Final = 200


@executor("st.checkConnectionStatus")
def check_connection_status(context: Context, params: JsonObject) -> Outcome:
    """Tell how the account is connected."""
    return Outcome({"connectionStatus": context.relation(context.person(params))})


@executor("st.sendConnectionRequest")
def send_connection_request(context: Context, params: JsonObject) -> Outcome:
    """Invite somebody; from then on the request is pending."""
    person = context.person(params)
    relation = context.relation(person)
    if relation == "connected":
        fail("alreadyConnected")
    if relation == "pending":
        fail("alreadyPending")
    if person.needs_email and not params.get("email"):
        fail("emailRequired")
    if len(str(params.get("note", ""))) > _NOTE_LIMIT:
        fail("noteTooLong", "The note is longer than LinkedIn allows this account.")
    context.account.relations[person.number] = "pending"
    return Outcome()


@executor("st.withdrawConnectionRequest")
def withdraw_connection_request(context: Context, params: JsonObject) -> Outcome:
    """Take an open request back."""
    person = context.person(params)
    if context.relation(person) != "pending":
        fail("notPending")
    context.account.relations[person.number] = "notConnected"
    return Outcome()


@executor("st.removeConnection")
def remove_connection(context: Context, params: JsonObject) -> Outcome:
    """End a connection."""
    person = context.person(params)
    if context.relation(person) != "connected":
        fail("connectionNotFound")
    context.account.relations[person.number] = "notConnected"
    return Outcome()


@executor("st.retrievePendingRequests")
def retrieve_pending_requests(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """List the requests that are still open."""
    return Outcome(
        [_item(person) | {"sentTime": "Today"} for person in _having(context, "pending")]
    )


@executor("st.retrieveConnections")
def retrieve_connections(context: Context, params: JsonObject) -> Outcome:
    """List connections, filtered."""
    criteria = criteria_of(params)
    found = [
        person for person in _having(context, "connected") if matches(context, person, criteria)
    ][: limit_of(params, context.world.size)]
    when: Json = None if criteria else "2025-06-01"
    return Outcome(
        [
            _item(person) | {"location": person.location, "connectedAt": when, "avatarUrl": None}
            for person in found
        ]
    )


def _having(context: Context, relation: str) -> list[Person]:
    return [person for person in context.world.people if context.relation(person) == relation]


def _item(person: Person) -> dict[str, Json]:
    return {
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
        "headline": person.headline,
    }
