"""What is answered at once, without a workflow, in every generation that answers it.

One function for each question returns what is sent and how the reply is read. Moments are aware
datetimes or ISO 8601 text; text goes over the wire as it is given.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode

from linkedapi_async._convert import structure
from linkedapi_async._messages import Refusal, Reply, Request
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import (
    ConfigurationError,
    InvalidWorkflowLocally,
    UnsupportedByWire,
)
from linkedapi_async.models._rules import meant
from linkedapi_async.models._times import moment
from linkedapi_async.models.account_info import AccountInfo
from linkedapi_async.models.changelog import Changelog, ChangelogRelease
from linkedapi_async.models.conversations import Conversation, ConversationPoll
from linkedapi_async.models.inbox import (
    InboxHistory,
    InboxHistoryMessage,
    InboxMessage,
    InboxThread,
)
from linkedapi_async.models.network import NetworkChange
from linkedapi_async.models.usage import UsedAction

from ._envelope import as_object, encode, read_body, refuse
from ._query import Query
from .account_api import AccountApiWire

__all__ = [
    "account_info",
    "changelog",
    "conversations",
    "feedback",
    "inbox",
    "inbox_history",
    "instant",
    "listed",
    "network",
    "usage",
]

R = TypeVar("R")
T = TypeVar("T")

_OBJECT: Final[type[dict[str, Json]]] = dict
_ARRAY: Final[type[list[Json]]] = list
_LONGEST: Final = timedelta(days=30)
_CHANNELS: Final = {"st": "standard", "nv": "salesNavigator"}
_PATHS: Final[Mapping[str, Mapping[str, str]]] = {
    "accountInfo": {"linked_api": "/account"},
    "pollConversations": {
        "linked_api": "/conversations/poll",
        "linked_api_v3": "/account/conversations/poll",
        "account_api": "/account/conversations/poll",
    },
    "pollInbox": {"linked_api": "/inbox/poll"},
    "pollNetwork": {"linked_api": "/network/poll"},
    "usage": {"linked_api": "/stats/actions", "linked_api_v3": "/account/stats/actions"},
    "sendFeedback": {"linked_api": "/feedback"},
}


def account_info(wire: str) -> Query[AccountInfo]:
    """Ask whose account the tokens open.

    Raises:
        UnsupportedByWire: This generation does not answer it.
    """
    return _get("accountInfo", wire, lambda result: structure(result, AccountInfo, path="result"))


def conversations(wire: str, polls: Sequence[ConversationPoll]) -> Query[list[Conversation]]:
    """Ask for what is stored of some conversations.

    Args:
        wire: Name of the generation.
        polls: Which of them, and from when on.

    Raises:
        ConfigurationError: A moment cannot be read, or one of them is something else.

    Source: https://linkedapi.io/docs/working-with-conversations
    """
    entries = [
        _without_none(personUrl=poll.person_url, type=poll.type, since=_since(poll.since))
        for poll in listed(polls)
    ]
    if wire == AccountApiWire.name:
        request = Request("POST", _path("pollConversations", wire), _bytes(_by_channel(entries)))
        return Query("pollConversations", request, _read_channels)
    return _post(
        "pollConversations",
        wire,
        entries,
        lambda found: structure(found, list[Conversation], path="result"),
    )


def listed(polls: Sequence[object]) -> list[ConversationPoll]:
    """Return conversations to ask for, mappings among them as what they stand for.

    Raises:
        ConfigurationError: One of them is something else.
    """
    found: list[ConversationPoll] = []
    for index, given in enumerate(polls):
        poll = meant(given, ConversationPoll)
        if not isinstance(poll, ConversationPoll):
            msg = f"conversations[{index}]={poll!r} has to be a ConversationPoll"
            raise ConfigurationError(msg)
        found.append(poll)
    return found


def inbox(
    wire: str,
    *,
    since: datetime | str | None = None,
    type: str | None = None,  # noqa: A002 - the service's word
    thread_id: str | None = None,
) -> Query[list[InboxMessage]]:
    """Ask for messages of the watched inboxes, newest first.

    Raises:
        UnsupportedByWire: This generation does not answer it.
        ConfigurationError: A moment cannot be read.
    """
    body = _without_none(since=_since(since), type=type, threadId=thread_id)
    return _post(
        "pollInbox", wire, body, lambda found: _part(found, "messages", list[InboxMessage])
    )


def inbox_history(
    wire: str,
    person_url: str,
    *,
    since: datetime | str | None = None,
    type: str | None = None,  # noqa: A002 - the service's word
    thread_id: str | None = None,
) -> Query[InboxHistory]:
    """Ask for all that is known of the exchange with one person.

    Raises:
        UnsupportedByWire: This generation does not answer it.
        ConfigurationError: The person or a moment cannot be used.
    """
    if not person_url.strip():
        msg = "person_url is empty"
        raise ConfigurationError(msg)
    body = _without_none(since=_since(since), type=type, threadId=thread_id, personUrl=person_url)
    return _post("pollInbox", wire, body, _history)


def network(
    wire: str,
    *,
    since: datetime | str | None = None,
    type: str | None = None,  # noqa: A002 - the service's word
) -> Query[list[NetworkChange]]:
    """Ask for changes of the watched network, newest first.

    Raises:
        UnsupportedByWire: This generation does not answer it.
        ConfigurationError: A moment cannot be read.
    """
    body = _without_none(since=_since(since), type=type)
    return _post(
        "pollNetwork", wire, body, lambda found: _part(found, "events", list[NetworkChange])
    )


def usage(wire: str, *, start: datetime | str, end: datetime | str) -> Query[list[UsedAction]]:
    """Ask which actions were executed in a span of time.

    Raises:
        UnsupportedByWire: This generation does not answer it.
        ConfigurationError: A moment cannot be read, or the span ends before it begins or is longer
            than 30 days.

    Source: https://linkedapi.io/docs/account-api/api-usage-statistics
    """
    begin, begun_at = instant("start", start)
    finish, ended_at = instant("end", end)
    if begun_at >= ended_at:
        msg = f"start={begin!r} has to lie before end={finish!r}"
        raise ConfigurationError(msg)
    if ended_at - begun_at > _LONGEST:
        msg = f"From start={begin!r} to end={finish!r} it is more than 30 days"
        raise ConfigurationError(msg)
    return _get(
        "usage",
        wire,
        lambda found: structure(found, list[UsedAction], path="result"),
        {"start": begin, "end": finish},
    )


def feedback(
    wire: str,
    message: str,
    *,
    type: str,  # noqa: A002 - the service's word
    context: JsonObject,
) -> Query[str]:
    """Tell the makers of the service something; the answer is the id of the feedback.

    Raises:
        UnsupportedByWire: This generation does not take it.
        ConfigurationError: The message is empty.
    """
    if not message.strip():
        msg = "message is empty"
        raise ConfigurationError(msg)
    body: JsonObject = {"type": type, "message": message, "context": _without_none(**context)}
    return _post("sendFeedback", wire, body, _feedback_id, reads_only=False)


def changelog(since: date | str | None = None) -> Query[Changelog]:
    """Ask the public site what changed at the service; it takes no tokens.

    Raises:
        ConfigurationError: The moment cannot be read.
    """
    if isinstance(since, date) and not isinstance(since, datetime):
        since = since.isoformat()
    text = _since(since)
    query = "" if text is None else f"?{urlencode({'since': text})}"
    return Query("changelog", Request("GET", f"/api/changelog{query}"), _read_changelog)


def instant(option: str, value: date | str) -> tuple[str, datetime]:
    """Return a moment as it is sent, and as it is compared; text without a zone is UTC.

    Args:
        option: What it is called where it was given.
        value: An aware datetime, or ISO 8601 text.

    Raises:
        ConfigurationError: It names no moment.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z"), value
    at = moment(value) if isinstance(value, str) else None
    if at is None:
        msg = f"{option}={value!r} is neither an aware datetime nor ISO 8601 text"
        raise ConfigurationError(msg)
    return str(value), at


# ── requests ──


def _get(
    name: str, wire: str, read: Callable[[Json], R], params: Mapping[str, str] | None = None
) -> Query[R]:
    path = _path(name, wire)
    query = f"?{urlencode(params)}" if params else ""
    return Query(name, Request("GET", f"{path}{query}"), lambda reply: _read(reply, read))


def _post(
    name: str, wire: str, body: Json, read: Callable[[Json], R], *, reads_only: bool = True
) -> Query[R]:
    request = Request("POST", _path(name, wire), _bytes(body))
    return Query(name, request, lambda reply: _read(reply, read), reads_only=reads_only)


def _path(name: str, wire: str) -> str:
    path = _PATHS[name].get(wire)
    if path is None:
        msg = f"The {wire} generation of the API has no {name}"
        raise UnsupportedByWire(msg)
    return path


def _bytes(body: Json) -> bytes:
    try:
        return encode(body)
    except InvalidWorkflowLocally:
        msg = "A value of the request is nothing that JSON can carry"
        raise ConfigurationError(msg) from None


def _without_none(**entries: Json) -> JsonObject:
    return {key: value for key, value in entries.items() if value is not None}


def _by_channel(entries: Sequence[JsonObject]) -> JsonObject:
    """Return conversations as the Account API wants them: by channel, under other names.

    Raises:
        ConfigurationError: One of them is of no known channel.
    """
    groups: dict[str, list[Json]] = {channel: [] for channel in _CHANNELS.values()}
    for entry in entries:
        channel = _CHANNELS.get(str(entry["type"]))
        if channel is None:
            msg = f"type={entry['type']!r} is neither 'st' nor 'nv'"
            raise ConfigurationError(msg)
        groups[channel].append(_without_none(person=entry["personUrl"], since=entry.get("since")))
    return groups


def _since(value: date | str | None) -> str | None:
    return None if value is None else instant("since", value)[0]


# ── replies ──


def _read(reply: Reply, read: Callable[[Json], R]) -> R | Refusal:
    body = read_body(reply, trusts_type=True)
    if isinstance(body, Refusal):
        return body
    result = body.get("result")
    if result is None:
        return refuse(reply, "undecodableReply", "The reply holds no result")
    return read(result)


def _entry(result: Json, key: str) -> Json:
    return structure(result, _OBJECT, path="result").get(key)


def _part(result: Json, key: str, kind: type[list[T]]) -> list[T]:
    found = _entry(result, key)
    return [] if found is None else structure(found, kind, path=f"result.{key}")


def _history(result: Json) -> InboxHistory:
    return InboxHistory(
        messages=_part(result, "messages", list[InboxHistoryMessage]),
        threads=_part(result, "threads", list[InboxThread]),
    )


def _feedback_id(result: Json) -> str:
    return structure(_entry(result, "feedbackId"), str, path="result.feedbackId")


def _read_channels(reply: Reply) -> list[Conversation] | Refusal:
    """Return conversations as the Account API groups them.

    Of its answers only the envelope and the two groups are known, the latter from the generation
    before, so their entries may use the names of the request or those of later generations.
    """
    body = read_body(reply, trusts_type=True)
    if isinstance(body, Refusal):
        return body
    groups = as_object(body.get("completion")) or body
    found: list[Json] = []
    for word, channel in _CHANNELS.items():
        for entry in structure(groups.get(channel, []), _ARRAY, path=channel):
            facts = structure(entry, _OBJECT, path=f"{channel}[]")
            found.append({"personUrl": facts.get("person"), "type": word, **facts})
    if not groups.keys() & set(_CHANNELS.values()):
        return refuse(reply, "undecodableReply", "The reply holds no conversations")
    return structure(found, list[Conversation], path="completion")


def _read_changelog(reply: Reply) -> Changelog | Refusal:
    body = read_body(reply, trusts_type=False)
    if isinstance(body, Refusal):
        return body
    since, count = body.get("since"), body.get("count")
    return Changelog(
        since=None if since is None else structure(since, str, path="since"),
        count=None if count is None else structure(count, int, path="count"),
        entries=structure(body.get("entries"), list[ChangelogRelease], path="entries"),
    )
