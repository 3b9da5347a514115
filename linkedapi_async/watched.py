"""What workflows put under watch: inboxes, the network, single conversations.

Each can be polled, and followed without losing or repeating anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

import attrs

from ._cursor import Sighting
from ._messages import Refusal, Reply
from .errors import ConfigurationError, ProtocolError
from .following import INTERVAL, OVERLAP, Source, Stream, Subject
from .models.conversations import (
    Conversation,
    ConversationMessage,
    ConversationPoll,
    ConversationType,
    ConversationUpdate,
)
from .models.inbox import InboxHistory, InboxMessage
from .models.network import NetworkChange, NetworkChangeType
from .webhooks._events import InboxEvent, NetworkEvent
from .wire import Query, direct

__all__ = ["Conversations", "Inbox", "Network"]

R = TypeVar("R")
T = TypeVar("T")

Since: TypeAlias = Callable[[str], datetime | None]
"""Tells from when on to ask for a sequence."""

_ALL: Final = ""


@attrs.frozen(eq=False, repr=False)
class Inbox:
    """What passed through the watched inboxes; `LinkedApi.inbox` is one."""

    _source: Source

    async def poll(
        self,
        *,
        since: datetime | str | None = None,
        type: ConversationType | None = None,  # noqa: A002 - the service's word
        thread_id: str | None = None,
    ) -> list[InboxMessage]:
        """Return messages, newest first; whether one at `since` itself is, nobody documents.

        Args:
            since: From when on; `None` is everything since the inbox is watched.
            type: Only those of LinkedIn itself (`st`) or of Sales Navigator (`nv`).
            thread_id: Only those of one thread.

        Raises:
            UnsupportedByWire: Only the current API has inboxes; nothing was sent.
            ConfigurationError: A moment cannot be read; nothing was sent.
            LinkedApiError: As with every call.
        """
        source = self._source
        query = direct.inbox(source.wire, since=since, type=type, thread_id=thread_id)
        return await source.ask(query)

    async def poll_person(
        self,
        person_url: str,
        *,
        since: datetime | str | None = None,
        type: ConversationType | None = None,  # noqa: A002 - the service's word
        thread_id: str | None = None,
    ) -> InboxHistory:
        """Return all that is known of the exchange with one person: captured, or synced.

        Args:
            person_url: Address of the person, public or hashed.
            since: From when on.
            type: Only what was written on LinkedIn itself (`st`) or in Sales Navigator (`nv`).
            thread_id: Only one thread.

        Raises:
            UnsupportedByWire: Only the current API has inboxes; nothing was sent.
            ConfigurationError: The address is empty, or a moment cannot be read; nothing was sent.
            LinkedApiError: As with every call.
        """
        query = direct.inbox_history(
            self._source.wire, person_url, since=since, type=type, thread_id=thread_id
        )
        return await self._source.ask(query)

    def follow(
        self,
        since: datetime | str | None = None,
        *,
        type: ConversationType | None = None,  # noqa: A002 - the service's word
        thread_id: str | None = None,
        interval: float = INTERVAL,
        overlap: float = OVERLAP,
    ) -> Stream[InboxMessage]:
        """Return the messages as they are captured, each once; nothing is sent before it is asked.

        With a receiver, a webhook event makes the next poll come at once.

        Args:
            since: A `cursor` to go on from, or from when on; `None` is everything since the inbox
                is watched.
            type: Only those of LinkedIn itself (`st`) or of Sales Navigator (`nv`).
            thread_id: Only those of one thread.
            interval: Seconds between polls, give or take a fifth.
            overlap: Seconds that a message may be captured later than a newer one.

        Raises:
            UnsupportedByWire: Only the current API has inboxes.
            ConfigurationError: An option is unusable, or the cursor damaged or of another kind.
        """
        wire = self._source.wire

        def ask(begin: Since) -> Query[list[Sighting[InboxMessage]]]:
            query = direct.inbox(wire, since=begin(_ALL), type=type, thread_id=thread_id)
            return _sighted(query, _seen_messages)

        def is_about(event: InboxEvent) -> bool:
            return type in {None, event.type} and thread_id in {None, event.thread_id}

        subject = Subject(
            kind="inbox", starts={_ALL: None}, ask=ask, event=InboxEvent, is_about=is_about
        )
        return Stream(self._source, subject, since=since, interval=interval, overlap=overlap)


@attrs.frozen(eq=False, repr=False)
class Network:
    """What changed in the watched network; `LinkedApi.network` is one."""

    _source: Source

    async def poll(
        self,
        *,
        since: datetime | str | None = None,
        type: NetworkChangeType | None = None,  # noqa: A002 - the service's word
    ) -> list[NetworkChange]:
        """Return changes, newest first; whether one at `since` itself is, nobody documents.

        Args:
            since: From when on; `None` is everything since the network is watched.
            type: Only those of one kind.

        Raises:
            UnsupportedByWire: Only the current API watches networks; nothing was sent.
            ConfigurationError: A moment cannot be read; nothing was sent.
            LinkedApiError: As with every call.
        """
        return await self._source.ask(direct.network(self._source.wire, since=since, type=type))

    def follow(
        self,
        since: datetime | str | None = None,
        *,
        type: NetworkChangeType | None = None,  # noqa: A002 - the service's word
        interval: float = INTERVAL,
        overlap: float = OVERLAP,
    ) -> Stream[NetworkChange]:
        """Return the changes as they are noticed, each once; nothing is sent before it is asked.

        With a receiver, a webhook event makes the next poll come at once.

        Args:
            since: A `cursor` to go on from, or from when on; `None` is everything since the
                network is watched.
            type: Only those of one kind.
            interval: Seconds between polls, give or take a fifth.
            overlap: Seconds that a change may be noticed later than a newer one.

        Raises:
            UnsupportedByWire: Only the current API watches networks.
            ConfigurationError: An option is unusable, or the cursor damaged or of another kind.
        """
        wire = self._source.wire

        def ask(begin: Since) -> Query[list[Sighting[NetworkChange]]]:
            return _sighted(direct.network(wire, since=begin(_ALL), type=type), _seen_changes)

        def is_about(event: NetworkEvent) -> bool:
            return type is None or event.event_type == f"network.{type}"

        subject = Subject(
            kind="network", starts={_ALL: None}, ask=ask, event=NetworkEvent, is_about=is_about
        )
        return Stream(self._source, subject, since=since, interval=interval, overlap=overlap)


@attrs.frozen(eq=False, repr=False)
class Conversations:
    """What is stored of synced conversations; `LinkedApi.conversations` is one."""

    _source: Source

    async def poll(self, conversations: Sequence[ConversationPoll]) -> list[Conversation]:
        """Return what is stored of some conversations.

        The service calls this legacy on the current API: `LinkedApi.inbox.poll_person` tells more,
        and also of conversations that were never synced.

        Raises:
            FatalError: One of them was never synced (`conversationsNotSynced`).
            ConfigurationError: A moment cannot be read; nothing was sent.
            LinkedApiError: As with every call.

        Source: https://linkedapi.io/docs/working-with-conversations
        """
        return await self._source.ask(direct.conversations(self._source.wire, conversations))

    def follow(
        self,
        conversations: Sequence[ConversationPoll],
        since: datetime | str | None = None,
        *,
        interval: float = INTERVAL,
        overlap: float = OVERLAP,
    ) -> Stream[ConversationUpdate]:
        """Return the messages as they are stored, each once; nothing is sent before it is asked.

        With a receiver and a watched inbox, a webhook event makes the next poll come at once. When
        a conversation is no longer synced, nothing new comes of it.

        Args:
            conversations: Which; one `cursor` covers them all, and others it has covered before.
            since: A `cursor` to go on from, or from when on, where a conversation does not say so
                itself; `None` is all that is stored.
            interval: Seconds between polls, give or take a fifth.
            overlap: Seconds that a message may be stored later than a newer one.

        Raises:
            ConfigurationError: There are none, an option is unusable, or the cursor damaged or of
                another kind.
        """
        wire = self._source.wire
        polls = {_key(poll.type, poll.person_url): poll for poll in direct.listed(conversations)}
        if not polls:
            msg = "conversations is empty"
            raise ConfigurationError(msg)

        def ask(begin: Since) -> Query[list[Sighting[ConversationUpdate]]]:
            query = direct.conversations(
                wire, [attrs.evolve(poll, since=begin(key)) for key, poll in polls.items()]
            )
            return _sighted(query, lambda found: _seen_updates(polls, found))

        subject = Subject(
            kind="conversations",
            starts={key: _start(poll) for key, poll in polls.items()},
            ask=ask,
            event=InboxEvent,
            is_about=lambda _: True,
        )
        return Stream(self._source, subject, since=since, interval=interval, overlap=overlap)


# ── what answers show ──


def _sighted(query: Query[R], sort: Callable[[R], list[Sighting[T]]]) -> Query[list[Sighting[T]]]:
    def read(reply: Reply) -> list[Sighting[T]] | Refusal:
        found = query.read(reply)
        return found if isinstance(found, Refusal) else sort(found)

    return Query(query.name, query.request, read)


def _seen_messages(messages: list[InboxMessage]) -> list[Sighting[InboxMessage]]:
    return [Sighting(_ALL, one.id or repr(one), one.time_at, one) for one in messages]


def _seen_changes(changes: list[NetworkChange]) -> list[Sighting[NetworkChange]]:
    return [Sighting(_ALL, one.id or repr(one), one.detected_at_time, one) for one in changes]


def _seen_updates(
    polls: Mapping[str, ConversationPoll], conversations: list[Conversation]
) -> list[Sighting[ConversationUpdate]]:
    """Return the messages of some conversations, which are told apart by what they repeat.

    Raises:
        ProtocolError: One of them was not asked for.
    """
    in_turn = list(polls) if len(polls) == len(conversations) else []
    found: list[Sighting[ConversationUpdate]] = []
    for place, conversation in enumerate(conversations):
        key = _key(conversation.type, conversation.person_url)
        if key not in polls:
            if not in_turn:
                msg = f"result[{place}] is a conversation that was not asked for"
                raise ProtocolError(msg)
            key = in_turn[place]
        found += [
            Sighting(
                key,
                message.id or repr(message),
                message.time_at,
                ConversationUpdate(
                    conversation=polls[key],
                    message=message,
                    person_urn=conversation.person_urn,
                    sync_until=conversation.sync_until,
                ),
            )
            for message in _newest_first(conversation.messages or [])
        ]
    return found


def _newest_first(messages: list[ConversationMessage]) -> list[ConversationMessage]:
    """Return messages in the order of the other answers; how these are ordered is undocumented."""
    moments = [one.time_at for one in messages if one.time_at is not None]
    return messages[::-1] if moments and moments[0] < moments[-1] else messages


def _key(kind: str | None, person_url: str | None) -> str:
    return f"{kind} {person_url}"


def _start(poll: ConversationPoll) -> datetime | None:
    return None if poll.since is None else direct.instant("since", poll.since)[1]
