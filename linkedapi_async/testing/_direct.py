"""Answers what needs no workflow: polls of what is stored, usage, feedback.

Inferred, where the documentation is silent: an inbox or network that nobody watches is empty; a
frozen account is refused; the Account API answers conversations in the groups they are asked for;
both ends belong to the span that usage is asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NoReturn, TypeAlias
from urllib.parse import parse_qsl

from linkedapi_async._clock import Clock
from linkedapi_async._types import Json, JsonObject

from ._accounts import SEAT, Account
from ._captured import Captured, CapturedMessage, NetworkEvent
from ._envelopes import Answer, refusal, success, word_for
from ._exchange import Exchange
from ._mail import Message, Thread
from ._moments import read
from ._routes import Wire
from ._subscription import stamp
from ._world import Person, World

__all__ = ["Direct"]

_CHANNELS: Final = ("st", "nv")
_CHANGES: Final = ("connectionAccepted", "connectionAdded", "connectionRequestReceived")
_FEEDBACK: Final = ("bug", "feature", "praise", "other")
_GROUPS: Final = {"standard": "st", "salesNavigator": "nv"}
_LONGEST: Final = timedelta(days=30)
_BAD: Final = "invalidRequestPayload"
_NOT_SYNCED: Final = "conversationsNotSynced"

_Question: TypeAlias = Callable[[Account, Exchange], Json]


class _RefusedError(Exception):
    """A question that is not answered.

    Attributes:
        word: The error word.
        details: What is wrong.
    """

    def __init__(self, word: str, details: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.details = details


class Direct:
    """What is answered at once.

    Attributes:
        includes_edge: Whether `since` includes an item of that very millisecond. Nobody documents
            it, so that clients have to cope with either.
        lag: Seconds until what workflows have loaded or executed is told of: in histories, and in
            usage statistics. Nobody documents that there is none.
    """

    def __init__(self, world: World, clock: Clock) -> None:
        """Answer from what accounts hold; people are those of the world."""
        self.includes_edge: bool = True
        self.lag: float = 0.0
        self._clock = clock
        self._world = world
        self._feedback = 0
        self._questions: Mapping[str, _Question] = {
            "conversations": self._conversations,
            "inbox": self._inbox,
            "network": self._network,
            "usage": self._usage,
            "feedback": self._take_feedback,
        }

    def serve(self, exchange: Exchange, wire: Wire, account: Account) -> Answer:
        """Return the answer to a question with good tokens."""
        if SEAT in account.blocks:
            return refusal(wire, word_for(wire, SEAT))
        try:
            found = self._questions[exchange.route.question or ""](account, exchange)
        except _RefusedError as refused:
            return refusal(wire, word_for(wire, refused.word), details=refused.details)
        if exchange.route.question == "conversations" and isinstance(found, dict):
            return success(Wire.ACCOUNT_API, {"status": "completed", "completion": found})
        return success(wire, found)

    # ── conversations ──

    def _conversations(self, account: Account, exchange: Exchange) -> Json:
        """Answer a list by a list, and groups, as the Account API asks, by groups."""
        document = exchange.document
        if not isinstance(document, dict):
            return [self._conversation(account, _object(one)) for one in _array(document)]
        return {
            group: [
                _ungrouped(self._conversation(account, _grouped(_object(one), channel)))
                for one in _array(document.get(group, []))
            ]
            for group, channel in _GROUPS.items()
        }

    def _conversation(self, account: Account, asked: JsonObject) -> JsonObject:
        url, channel = _text(asked, "personUrl"), _choice(asked, "type", _CHANNELS)
        if url is None or channel is None:
            _complain("personUrl and type are required")
        since = _moment(asked, "since")
        person = self._world.find_person(url)
        threads = [] if person is None else _threads(account, person, channel)
        known_at = self._known_at
        synced = ((one, one.synced_until_at(known_at)) for one in threads)
        thread, until = next(((one, at) for one, at in synced if at is not None), (None, None))
        if person is None or thread is None or until is None:
            raise _RefusedError(_NOT_SYNCED)
        return {
            **asked,
            "personUrn": person.urn,
            "syncUntil": stamp(until),
            "messages": [
                _stored(one) for one in thread.history_at(known_at) if self._is_since(one.at, since)
            ],
        }

    # ── inboxes ──

    def _inbox(self, account: Account, exchange: Exchange) -> Json:
        asked = _object(exchange.document)
        since = _moment(asked, "since")
        channel, thread_id = _choice(asked, "type", _CHANNELS), _text(asked, "threadId")
        url = _text(asked, "personUrl")

        def is_asked_for(one: Message | CapturedMessage, where: str) -> bool:
            is_there = channel in {None, where} and thread_id in {None, one.thread_id}
            return is_there and self._is_since(one.at, since)

        captured = [
            one
            for one in _newest_first(account.captured)
            if isinstance(one, CapturedMessage) and is_asked_for(one, one.channel)
        ]
        if url is None:
            return {"messages": [_captured(one) for one in captured]}
        person = self._world.find_person(url)
        if person is None:
            return {"messages": [], "threads": []}
        known: dict[str, tuple[datetime, JsonObject]] = {
            one.message_id: (one.at, _of_person(one))
            for one in captured
            if one.person_urn == person.urn
        }
        known_at = self._known_at
        threads = _threads(account, person, channel)
        for thread in threads:
            for one in reversed(thread.history_at(known_at)):
                if is_asked_for(one, thread.channel):
                    known.setdefault(one.message_id, (one.at, _loaded(one, thread, person)))
        told = sorted(known.values(), key=lambda pair: pair[0], reverse=True)
        seen = {str(one["threadId"]) for _, one in told}
        return {
            "messages": [one for _, one in told],
            "threads": [_thread(one, person, known_at) for one in threads if one.thread_id in seen],
        }

    # ── the network ──

    def _network(self, account: Account, exchange: Exchange) -> Json:
        asked = _object(exchange.document)
        since, change = _moment(asked, "since"), _choice(asked, "type", _CHANGES)
        return {
            "events": [
                {
                    "id": one.event_id,
                    "type": one.change,
                    "personUrn": one.person_urn,
                    "personUrl": one.person_url,
                    "detectedAt": stamp(one.at),
                }
                for one in _newest_first(account.captured)
                if isinstance(one, NetworkEvent)
                and change in {None, one.change}
                and self._is_since(one.at, since)
            ]
        }

    # ── usage and feedback ──

    def _usage(self, account: Account, exchange: Exchange) -> Json:
        asked = dict(parse_qsl(exchange.target.partition("?")[2]))
        start, end = _moment(asked, "start"), _moment(asked, "end")
        if start is None or end is None:
            _complain("start and end are required")
        if not timedelta() < end - start <= _LONGEST:
            _complain("the span has to be of 30 days at most")
        return [
            {"actionType": one.action_type, "success": one.success, "time": stamp(one.at)}
            for one in account.executed
            if start <= one.at <= min(end, self._known_at)
        ]

    def _take_feedback(self, account: Account, exchange: Exchange) -> Json:  # noqa: ARG002 - called as all are
        asked = _object(exchange.document)
        if _choice(asked, "type", _FEEDBACK) is None or not _text(asked, "message"):
            _complain("type and message are required")
        self._feedback += 1
        return {"feedbackId": f"feedback-{self._feedback}"}

    @property
    def _known_at(self) -> datetime:
        """The moment up to which everything is known."""
        return self._clock.wall() - timedelta(seconds=self.lag)

    def _is_since(self, at: datetime, since: datetime | None) -> bool:
        if since is None:
            return True
        told = read(stamp(at))  # as clients know it
        return told >= since if self.includes_edge else told > since


# ── what is asked ──


def _complain(details: str) -> NoReturn:
    raise _RefusedError(_BAD, details)


def _object(value: Json) -> JsonObject:
    if isinstance(value, dict):
        return value
    _complain("a JSON object was expected")


def _array(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    _complain("a JSON array was expected")


def _text(asked: JsonObject, key: str) -> str | None:
    value = asked.get(key)
    if value is None or isinstance(value, str):
        return value
    _complain(f"{key} must be a string")


def _choice(asked: JsonObject, key: str, choices: Iterable[str]) -> str | None:
    value = _text(asked, key)
    if value is None or value in choices:
        return value
    _complain(f"{key} must be one of {', '.join(choices)}")


def _moment(asked: JsonObject, key: str) -> datetime | None:
    value = _text(asked, key)
    try:
        return None if value is None else read(value)
    except ValueError:
        _complain(f"{key} must be ISO 8601")


def _grouped(asked: JsonObject, channel: str) -> JsonObject:
    since = asked.get("since")
    return {
        "personUrl": asked.get("person"),
        "type": channel,
        **({} if since is None else {"since": since}),
    }


# ── what is told ──


def _ungrouped(told: JsonObject) -> JsonObject:
    rest = {key: value for key, value in told.items() if key not in {"personUrl", "type"}}
    return {"person": told["personUrl"], **rest}


def _threads(account: Account, person: Person, channel: str | None) -> list[Thread]:
    return [
        one
        for one in account.threads.values()
        if one.person == person.number and channel in {None, one.channel}
    ]


def _newest_first(items: list[Captured]) -> list[Captured]:
    """Return items by time; of those of one moment the one captured last comes first."""
    return sorted(items, key=lambda one: one.at)[::-1]


def _stored(one: Message) -> JsonObject:
    return {
        "id": one.message_id,
        "sender": one.sender,
        "text": one.text,
        "time": stamp(one.at),
        "threadId": one.thread_id,
    }


def _captured(one: CapturedMessage) -> JsonObject:
    return {
        "id": one.inbox_message_id,
        "type": one.channel,
        "threadId": one.thread_id,
        "personUrn": one.person_urn,
        "personHashedUrl": one.person_hashed_url,
        "personPublicUrl": one.person_public_url,
        "personUrl": one.person_hashed_url,
        "sender": one.sender,
        "text": one.text,
        "time": stamp(one.at),
    }


def _of_person(one: CapturedMessage) -> JsonObject:
    return {**_captured(one), "id": one.message_id, "inboxMessageId": one.inbox_message_id}


def _loaded(one: Message, thread: Thread, person: Person) -> JsonObject:
    return {
        **_stored(one),
        "type": thread.channel,
        "personUrn": person.urn,
        "personHashedUrl": person.hashed_url,
        "personPublicUrl": person.url,
        "personUrl": person.hashed_url,
        "inboxMessageId": None,
    }


def _thread(one: Thread, person: Person, known_at: datetime) -> JsonObject:
    history = one.history_at(known_at)
    return {
        "threadId": one.thread_id,
        "type": one.channel,
        "personUrn": person.urn,
        "historyFrom": stamp(history[0].at) if history else None,
        "historyComplete": one.synced_until_at(known_at) is not None,
    }
