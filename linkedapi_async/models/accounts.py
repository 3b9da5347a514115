"""The LinkedIn accounts of a client, and the sessions in which people connect them.

Identification tokens are plain text, left out of every `repr`: `LinkedApi` takes them as they are.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from ._times import moment

__all__ = [
    "AccountsResult",
    "AdminAccount",
    "AdminAccountStatus",
    "ConnectionSession",
    "ConnectionSessionStatus",
    "CreateConnectionSessionResult",
    "CreateReconnectionSessionResult",
    "PendingConnectionSession",
    "RegenerateTokenResult",
    "ReparseAccountInfoResult",
]


class AdminAccountStatus(StrEnum):
    """How an account stands."""

    ACTIVE = "active"
    FROZEN = "frozen"
    """The subscription was downgraded or ended: no seat covers it."""
    RECONNECTION_REQUIRED = "reconnection_required"
    """LinkedIn signed it out; its owner has to sign in again."""
    UNKNOWN = "unknown"
    """A word this version does not know, or none."""


class ConnectionSessionStatus(StrEnum):
    """How far a person is with connecting an account."""

    PENDING = "pending"
    PREPARING = "preparing"
    SERVING = "serving"
    STREAMING = "streaming"
    SUCCESS = "success"
    EXPIRED = "expired"
    ERROR = "error"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """A word this version does not know; counts as under way."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self in _FINAL


_FINAL: Final = frozenset(
    {
        ConnectionSessionStatus.SUCCESS,
        ConnectionSessionStatus.EXPIRED,
        ConnectionSessionStatus.ERROR,
        ConnectionSessionStatus.CANCELLED,
    }
)
_ACCOUNT_STATES: Final = {str(state): state for state in AdminAccountStatus}
_SESSION_STATES: Final = {str(state): state for state in ConnectionSessionStatus}


@attrs.frozen(kw_only=True)
class AdminAccount:
    """A connected LinkedIn account.

    Attributes:
        id: What the Admin API and webhooks name it by, a UUID.
        name: Name of the member.
        url: Address of the profile.
        avatar_url: Address of the profile picture; `None` until the service has read it.
        headline: The line below the name; `None` until the service has read it.
        country_code: Two-letter code of the country.
        identification_token: What `LinkedApi` needs to work with it; a secret.
        status: How it stands. Known: `active`, `frozen`, `reconnection_required`.
        connected_at: When it was connected, as sent.
        reconnection_session_id: The session that signs it in again; only for
            `reconnection_required`.
        reconnection_link: What its owner opens to sign in again; only for
            `reconnection_required`.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    id: str | None = None
    name: str | None = None
    url: str | None = None
    avatar_url: str | None = None
    headline: str | None = None
    country_code: str | None = None
    identification_token: str | None = attrs.field(default=None, repr=False)
    status: str | None = None
    connected_at: str | None = None
    reconnection_session_id: str | None = None
    reconnection_link: str | None = None

    @property
    def state(self) -> AdminAccountStatus:
        """`status` as one of the words known."""
        return _ACCOUNT_STATES.get(self.status or "", AdminAccountStatus.UNKNOWN)

    @property
    def connected_at_time(self) -> datetime | None:
        """`connected_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.connected_at)


@attrs.frozen(kw_only=True)
class PendingConnectionSession:
    """A link that was given out and will connect an account once a person has signed in.

    Attributes:
        session_id: The session.
        status: How far it is. Known: `pending`, `preparing`, `serving`, `streaming`.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    session_id: str | None = None
    status: str | None = None

    @property
    def state(self) -> ConnectionSessionStatus:
        """`status` as one of the words known."""
        return _SESSION_STATES.get(self.status or "", ConnectionSessionStatus.UNKNOWN)


@attrs.frozen(kw_only=True)
class AccountsResult:
    """Every account of the client, and the sessions that will add some.

    Attributes:
        accounts: The connected accounts, frozen and signed-out ones included.
        pending_connection_sessions: Sessions under way that will add an account.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    accounts: list[AdminAccount]
    pending_connection_sessions: list[PendingConnectionSession]

    def find(self, account_id: str) -> AdminAccount | None:
        """Return the account of that id; `None` if there is none."""
        return next((one for one in self.accounts if one.id == account_id), None)


@attrs.frozen(kw_only=True)
class ReparseAccountInfoResult:
    """The workflow that reads an account's own profile anew.

    Attributes:
        workflow_id: The workflow.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    workflow_id: str | None = None


@attrs.frozen(kw_only=True)
class RegenerateTokenResult:
    """What opens an account from now on.

    Attributes:
        token: The new identification token; a secret.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    token: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class CreateConnectionSessionResult:
    """A session in which a person connects an account.

    Attributes:
        session_id: The session.
        connection_link: What the person opens in a browser.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    session_id: str | None = None
    connection_link: str | None = None


@attrs.frozen(kw_only=True)
class CreateReconnectionSessionResult:
    """A session in which the owner of an account signs in again.

    Attributes:
        reconnection_session_id: The session.
        reconnection_link: What the owner opens in a browser.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    reconnection_session_id: str | None = None
    reconnection_link: str | None = None


@attrs.frozen(kw_only=True)
class ConnectionSession:
    """How far a connection or reconnection is.

    Attributes:
        session_id: The session.
        status: How far it is. Known: under way `pending`, `preparing`, `serving`, `streaming`;
            over `success`, `expired`, `error`, `cancelled`.
        type: What it is for; no source lists the words.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    session_id: str | None = None
    status: str | None = None
    type: str | None = None

    @property
    def state(self) -> ConnectionSessionStatus:
        """`status` as one of the words known."""
        return _SESSION_STATES.get(self.status or "", ConnectionSessionStatus.UNKNOWN)
