"""What conversations consist of: messages and threads, on LinkedIn and in Sales Navigator."""

from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

import attrs

__all__ = ["Channel", "Message", "Sender", "Thread"]

Channel: TypeAlias = Literal["st", "nv"]
"""Which inbox: standard LinkedIn or Sales Navigator."""

_EVER: Final = datetime.max.replace(tzinfo=UTC)

Sender: TypeAlias = Literal["us", "them"]
"""Who wrote: the account, or the other person."""


@attrs.frozen(kw_only=True)
class Message:
    """Something written in a conversation.

    Attributes:
        message_id: As the conversation calls it.
        thread_id: Which conversation.
        sender: Who wrote it.
        text: What.
        at: When.
        subject: Heads a Sales Navigator conversation; `None` for every other message.
    """

    message_id: str
    thread_id: str
    sender: Sender
    text: str
    at: datetime
    subject: str | None = None


@attrs.define
class Thread:
    """A conversation of one account with one person.

    Attributes:
        thread_id: As the inbox calls it.
        person: Number of the person in the world.
        channel: Which inbox it stands in.
        messages: Oldest first.
        flags: What was done to it last: `archive`, `star`, `mute`.
        syncs: When its history was loaded, and up to when it is then kept up to date; oldest first.
    """

    thread_id: str
    person: int
    channel: Channel = "st"
    messages: list[Message] = attrs.field(factory=list[Message])
    flags: set[str] = attrs.field(factory=set[str])
    syncs: list[tuple[datetime, datetime]] = attrs.field(factory=list[tuple[datetime, datetime]])

    @property
    def synced_until(self) -> datetime | None:
        """When the service stops to keep its history up to date; `None` before the first sync."""
        return self.synced_until_at(_EVER)

    def synced_until_at(self, moment: datetime) -> datetime | None:
        """Return the same as it is known at a moment."""
        return next((until for at, until in reversed(self.syncs) if at <= moment), None)

    @property
    def history(self) -> tuple[Message, ...]:
        """What the service has stored by syncing, oldest first."""
        return self.history_at(_EVER)

    def history_at(self, moment: datetime) -> tuple[Message, ...]:
        """Return what the service has stored by then, oldest first.

        The last sync loaded all there was, and what came since belongs to it up to `synced_until`.
        """
        until = self.synced_until_at(moment)
        if until is None:
            return ()
        return tuple(message for message in self.messages if message.at <= min(until, moment))

    def has_answer(self) -> bool:
        """Return whether the other person has ever written here."""
        return any(message.sender == "them" for message in self.messages)
