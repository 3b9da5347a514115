"""Conversations that a sync keeps up to date: what is asked for, and what is stored of them."""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from ._times import moment

__all__ = [
    "Conversation",
    "ConversationMessage",
    "ConversationPoll",
    "ConversationType",
    "ConversationUpdate",
]

ConversationType: TypeAlias = Literal["st", "nv"]
"""Where messages are written: LinkedIn itself, or Sales Navigator."""


@attrs.frozen(kw_only=True)
class ConversationPoll:
    """A conversation to ask for.

    Attributes:
        person_url: Public or hashed address of the other person.
        type: `st` for LinkedIn itself, `nv` for Sales Navigator.
        since: From when on, as an aware moment or ISO 8601 text; `None` is all that is stored.

    Source: https://linkedapi.io/docs/working-with-conversations
    """

    person_url: str
    type: ConversationType = "st"
    since: datetime | str | None = None


@attrs.frozen(kw_only=True)
class ConversationMessage:
    """A message of a synced conversation.

    Attributes:
        id: The message.
        sender: Who wrote it. Known: `us`, `them`.
        text: What was written.
        time: When it was written, as sent.
        thread_id: The thread it belongs to.

    Source: https://linkedapi.io/docs/working-with-conversations
    """

    id: str | None = None
    sender: str | None = None
    text: str | None = None
    time: str | None = None
    thread_id: str | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class Conversation:
    """What is stored of a conversation.

    Attributes:
        person_url: Address of the other person, as asked for.
        person_urn: URN of the other person.
        type: Where it is held. Known: `st`, `nv`.
        since: From when on, as asked for.
        sync_until: When syncing stops, as sent; what is stored then can still be read.
        messages: What was written.

    Source: https://linkedapi.io/docs/working-with-conversations
    """

    person_url: str | None = None
    person_urn: str | None = None
    type: str | None = None
    since: str | None = None
    sync_until: str | None = None
    messages: list[ConversationMessage] | None = None

    @property
    def sync_until_at(self) -> datetime | None:
        """`sync_until` as an aware moment; `None` where it cannot be read."""
        return moment(self.sync_until)


@attrs.frozen(kw_only=True)
class ConversationUpdate:
    """A message, and the conversation it came in.

    Attributes:
        conversation: Which of the conversations asked for.
        message: The message.
        person_urn: URN of the other person.
        sync_until: When syncing stops, as sent.

    Source: https://linkedapi.io/docs/working-with-conversations
    """

    conversation: ConversationPoll
    message: ConversationMessage
    person_urn: str | None = None
    sync_until: str | None = None

    @property
    def sync_until_at(self) -> datetime | None:
        """`sync_until` as an aware moment; `None` where it cannot be read."""
        return moment(self.sync_until)
