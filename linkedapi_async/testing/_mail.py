"""What conversations consist of: messages and threads, on LinkedIn and in Sales Navigator."""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

__all__ = ["Channel", "Message", "Sender", "Thread"]

Channel: TypeAlias = Literal["st", "nv"]
"""Which inbox: standard LinkedIn or Sales Navigator."""

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
        synced_until: When the service stops to keep its history up to date; `None` while it has
            never been synced.
    """

    thread_id: str
    person: int
    channel: Channel = "st"
    messages: list[Message] = attrs.field(factory=list[Message])
    flags: set[str] = attrs.field(factory=set[str])
    synced_until: datetime | None = None

    @property
    def history(self) -> tuple[Message, ...]:
        """What the service has stored by syncing, oldest first.

        The last sync loaded all there was, and what came since belongs to it up to `synced_until`.
        """
        until = self.synced_until
        if until is None:
            return ()
        return tuple(message for message in self.messages if message.at <= until)

    def has_answer(self) -> bool:
        """Return whether the other person has ever written here."""
        return any(message.sender == "them" for message in self.messages)
