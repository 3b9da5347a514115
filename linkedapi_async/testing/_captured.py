"""What is caught once an inbox or the network is watched: the stuff of polls and webhooks."""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from ._mail import Channel, Sender

__all__ = ["Captured", "CapturedMessage", "Monitor", "NetworkChange", "NetworkEvent"]

Monitor: TypeAlias = Literal["st", "nv", "network"]
"""What can be watched: either inbox, or the network."""

NetworkChange: TypeAlias = Literal[
    "connectionAccepted", "connectionAdded", "connectionRequestReceived"
]
"""Your request was accepted, a connection appeared in another way, or somebody invited you."""


@attrs.frozen(kw_only=True)
class CapturedMessage:
    """A message that arrived or was sent while its inbox was watched.

    Attributes:
        inbox_message_id: As the captured inbox calls it.
        message_id: As its conversation calls it.
        channel: Which inbox: `st` or `nv`.
        thread_id: Which conversation.
        person_urn: The other person.
        person_hashed_url: Their hashed address.
        person_public_url: Their public address.
        sender: `us` or `them`.
        text: What was written.
        at: When.
    """

    inbox_message_id: str
    message_id: str
    channel: Channel
    thread_id: str
    person_urn: str
    person_hashed_url: str
    person_public_url: str
    sender: Sender
    text: str
    at: datetime

    @property
    def event_type(self) -> str:
        """What webhooks call it."""
        return f"inbox.message{'Sent' if self.sender == 'us' else 'Received'}"


@attrs.frozen(kw_only=True)
class NetworkEvent:
    """A change of the network while it was watched.

    Attributes:
        event_id: Its name.
        change: What happened.
        person_urn: With whom.
        person_url: Their public address.
        at: When it was detected.
    """

    event_id: str
    change: NetworkChange
    person_urn: str
    person_url: str
    at: datetime

    @property
    def event_type(self) -> str:
        """What webhooks call it."""
        return f"network.{self.change}"


Captured: TypeAlias = CapturedMessage | NetworkEvent
"""One caught item."""
