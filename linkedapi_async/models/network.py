"""Changes among the connections that a workflow put under watch."""

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from ._times import moment

__all__ = [
    "NetworkChange",
    "NetworkChangeType",
]

NetworkChangeType: TypeAlias = Literal[
    "connectionAccepted", "connectionAdded", "connectionRequestReceived"
]
"""Your request was accepted, a connection appeared in another way, or somebody invited you."""


@attrs.frozen(kw_only=True)
class NetworkChange:
    """A change that was noticed; webhooks tell of it as a `NetworkEvent`.

    Attributes:
        id: The change.
        type: What happened. Known: `connectionAccepted` (your request was accepted),
            `connectionAdded` (a new connection), `connectionRequestReceived` (an invitation).
        person_urn: URN of the other person; `None` for changes older than its capture.
        person_url: Address of the other person.
        detected_at: When it was noticed, as sent.

    Source: pypi:linkedapi==1.4.7 types/network.py
    """

    id: str | None = None
    type: str | None = None
    person_urn: str | None = None
    person_url: str | None = None
    detected_at: str | None = None

    @property
    def detected_at_time(self) -> datetime | None:
        """`detected_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.detected_at)
