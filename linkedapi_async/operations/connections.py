"""Connecting with people, and looking after the connections there are."""

from datetime import datetime
from typing import ClassVar

import attrs

from linkedapi_async.actions import connections as actions_connections
from linkedapi_async.models.connections import (
    CheckConnectionStatusResult,
    ConnectionItem,
    ConnectionsFilter,
    PendingRequest,
)

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    ObjectOperation,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._findings import Verdict
from ._recipes import by_standing

__all__ = [
    "CheckConnectionStatus",
    "RemoveConnection",
    "RetrieveConnections",
    "RetrievePendingRequests",
    "SendConnectionRequest",
    "SyncNetwork",
    "WithdrawConnectionRequest",
]


@operation("syncNetwork")
@attrs.frozen(kw_only=True)
class SyncNetwork(VoidOperation):
    """Begin to watch changes of your network; once per account.

    Source: pypi:linkedapi==1.4.7 operations/sync_network.py
    """

    root: ClassVar[ActionClass] = actions_connections.SyncNetwork


@operation("checkConnectionStatus")
@attrs.frozen(kw_only=True)
class CheckConnectionStatus(ObjectOperation[CheckConnectionStatusResult]):
    """Tell how your account is connected to a person.

    Attributes:
        person_url: Public or hashed address of the person.

    Source: https://linkedapi.io/docs/account-api/action-st-check-connection-status
    """

    root: ClassVar[ActionClass] = actions_connections.CheckConnectionStatus
    model: ClassVar[ModelClass] = CheckConnectionStatusResult

    person_url: str


@operation("sendConnectionRequest")
@attrs.frozen(kw_only=True)
class SendConnectionRequest(VoidOperation):
    """Ask a person to connect.

    Attributes:
        person_url: Public or hashed address of the person.
        note: Up to 300 characters; LinkedIn itself allows 200 to accounts without Premium.
        email: The person's e-mail address; some accept no request without it.

    Source: https://linkedapi.io/docs/action-st-send-connection-request
    """

    root: ClassVar[ActionClass] = actions_connections.SendConnectionRequest

    person_url: str
    note: str | None = None
    email: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask how you stand to the person.

        Without a request or connection it counts as not done, although it may have been declined or
        withdrawn since: LinkedIn takes no second request for weeks then, and the service says so.
        """
        return by_standing(
            self.person_url,
            {
                "connected": Verdict.DONE,
                "pending": Verdict.DONE,
                "incoming": Verdict.NOT_DONE,
                "notConnected": Verdict.NOT_DONE,
            },
            action=self.root.action_type,
            read=CheckConnectionStatus(person_url=self.person_url),
            since=since,
        )


@operation("withdrawConnectionRequest")
@attrs.frozen(kw_only=True)
class WithdrawConnectionRequest(VoidOperation):
    """Take back a connection request that is still open.

    Attributes:
        person_url: Public or hashed address of the person.
        unfollow: Whether to stop following the person too; the service does so unless told
            otherwise.

    Source: https://linkedapi.io/docs/action-st-withdraw-connection-request
    """

    root: ClassVar[ActionClass] = actions_connections.WithdrawConnectionRequest

    person_url: str
    unfollow: bool | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask how you stand to the person.

        A connection shows that the request was not taken back but accepted.
        """
        return by_standing(
            self.person_url,
            {
                "connected": Verdict.NOT_DONE,
                "pending": Verdict.NOT_DONE,
                "incoming": Verdict.DONE,
                "notConnected": Verdict.DONE,
            },
            action=self.root.action_type,
            read=CheckConnectionStatus(person_url=self.person_url),
            since=since,
        )


@operation("retrievePendingRequests")
@attrs.frozen(kw_only=True)
class RetrievePendingRequests(ListOperation[PendingRequest]):
    """List the connection requests you sent that are still open.

    Source: https://linkedapi.io/docs/action-st-retrieve-pending-requests
    """

    root: ClassVar[ActionClass] = actions_connections.RetrievePendingRequests
    model: ClassVar[ModelClass] = PendingRequest


@operation("retrieveConnections")
@attrs.frozen(kw_only=True)
class RetrieveConnections(ListOperation[ConnectionItem]):
    """List your connections.

    Attributes:
        limit: How many at most: 1 to 1000; what the service takes without it differs between
            sources.
        since: Date: only connections made on or after it; not together with `filter`.
        filter: What to narrow the list to; not together with `since`.

    Source: https://linkedapi.io/docs/action-st-retrieve-connections
    """

    root: ClassVar[ActionClass] = actions_connections.RetrieveConnections
    model: ClassVar[ModelClass] = ConnectionItem

    limit: int | None = None
    since: str | None = None
    filter: ConnectionsFilter | None = None


@operation("removeConnection")
@attrs.frozen(kw_only=True)
class RemoveConnection(VoidOperation):
    """End the connection with a person.

    Attributes:
        person_url: Public or hashed address of the person.

    Source: https://linkedapi.io/docs/account-api/action-st-remove-connection
    """

    root: ClassVar[ActionClass] = actions_connections.RemoveConnection

    person_url: str

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask how you stand to the person."""
        return by_standing(
            self.person_url,
            {
                "connected": Verdict.NOT_DONE,
                "pending": Verdict.DONE,
                "incoming": Verdict.DONE,
                "notConnected": Verdict.DONE,
            },
            action=self.root.action_type,
            read=CheckConnectionStatus(person_url=self.person_url),
            since=since,
        )
