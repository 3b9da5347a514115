"""Connections and open requests of your account."""

from collections.abc import Sequence

import attrs

__all__ = [
    "CheckConnectionStatusResult",
    "ConnectionItem",
    "ConnectionsFilter",
    "PendingRequest",
]


@attrs.frozen(kw_only=True)
class CheckConnectionStatusResult:
    """How your account is connected to a person.

    Attributes:
        connection_status: How your account is connected to the person. Known: `connected`,
            `pending`, `incoming`, `notConnected`.

    Source: https://linkedapi.io/docs/account-api/action-st-check-connection-status
    """

    connection_status: str | None = None


@attrs.frozen(kw_only=True)
class PendingRequest:
    """A connection request you sent that is still open.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        headline: The line below the name.
        sent_time: Age as text, such as `2 weeks ago`; not a timestamp.

    Source: https://linkedapi.io/docs/action-st-retrieve-pending-requests
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    sent_time: str | None = None


@attrs.frozen(kw_only=True)
class ConnectionItem:
    """One of your connections.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        headline: The line below the name.
        location: Place as shown.
        connected_at: When you connected, as the service writes it; only in lists without a filter.
        avatar_url: Address of the profile picture.

    Source: https://linkedapi.io/docs/action-st-retrieve-connections
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    location: str | None = None
    connected_at: str | None = None
    avatar_url: str | None = None


@attrs.frozen(kw_only=True)
class ConnectionsFilter:
    """Which connections to list; every field given has to match.

    Attributes:
        first_name: First name.
        last_name: Last name.
        position: Job title.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        current_companies: Names of present employers; any may match.
        previous_companies: Names of former employers; any may match.
        schools: Names of schools; any may match.

    Source: https://linkedapi.io/docs/action-st-retrieve-connections
    """

    first_name: str | None = None
    last_name: str | None = None
    position: str | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    current_companies: Sequence[str] | None = None
    previous_companies: Sequence[str] | None = None
    schools: Sequence[str] | None = None
