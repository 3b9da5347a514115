"""Connecting with people, and looking after the connections there are."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.connections import (
    CheckConnectionStatusResult,
    ConnectionItem,
    ConnectionsFilter,
    PendingRequest,
)

from ._base import Action, AnyAction, Rule, Then, action

__all__ = [
    "CheckConnectionStatus",
    "RemoveConnection",
    "RetrieveConnections",
    "RetrievePendingRequests",
    "SendConnectionRequest",
    "SyncNetwork",
    "WithdrawConnectionRequest",
]


@action(
    "st.checkConnectionStatus",
    effect=Effect.READ,
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=("personNotFound",),
)
@attrs.frozen(kw_only=True)
class CheckConnectionStatus(Action[CheckConnectionStatusResult]):
    """Tell how your account is connected to a person.

    One array workflow is much faster than a workflow for each person.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.

    Source: https://linkedapi.io/docs/account-api/action-st-check-connection-status
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None


@action(
    "st.sendConnectionRequest",
    effect=Effect.WRITE,
    category="stConnectionRequests",
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=(
        "personNotFound",
        "selfProfileNotAllowed",
        "alreadyPending",
        "alreadyConnected",
        "emailRequired",
        "noteTooLong",
        "noteLimitExceeded",
        "requestNotAllowed",
    ),
)
@attrs.frozen(kw_only=True)
class SendConnectionRequest(Action[None]):
    """Ask a person to connect.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        note: Up to 300 characters; LinkedIn itself allows 200 to accounts without Premium.
        email: The person's e-mail address; some accept no request without it.

    Source: https://linkedapi.io/docs/action-st-send-connection-request
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    note: Annotated[str | None, Rule(max_length=300)] = None
    email: str | None = None


@action(
    "st.withdrawConnectionRequest",
    effect=Effect.WRITE,
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=("personNotFound", "selfProfileNotAllowed", "notPending"),
)
@attrs.frozen(kw_only=True)
class WithdrawConnectionRequest(Action[None]):
    """Take back a connection request that is still open.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        unfollow: Whether to stop following the person too; the service does so unless told
            otherwise.

    Source: https://linkedapi.io/docs/action-st-withdraw-connection-request
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    unfollow: bool | None = None


@action(
    "st.removeConnection",
    effect=Effect.WRITE,
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=("personNotFound", "connectionNotFound"),
)
@attrs.frozen(kw_only=True)
class RemoveConnection(Action[None]):
    """End the connection with a person.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.

    Source: https://linkedapi.io/docs/account-api/action-st-remove-connection
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None


@action("st.retrievePendingRequests", effect=Effect.READ, root=True)
@attrs.frozen(kw_only=True)
class RetrievePendingRequests(Action[list[PendingRequest]]):
    """List the connection requests you sent that are still open.

    Source: https://linkedapi.io/docs/action-st-retrieve-pending-requests
    """


@action(
    "st.retrieveConnections",
    effect=Effect.READ,
    root=True,
    errors=("retrievingNotAllowed", "filterNotApplied"),
)
@attrs.frozen(kw_only=True)
class RetrieveConnections(Action[list[ConnectionItem]]):
    """List your connections.

    Attributes:
        limit: How many at most: 1 to 1000; what the service takes without it differs between
            sources.
        since: Date: only connections made on or after it; not together with `filter`.
        filter: What to narrow the list to; not together with `since`.

    Source: https://linkedapi.io/docs/action-st-retrieve-connections
    """

    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    since: Annotated[
        str | None, Rule(format="iso_date", one_of_group="since_or_filter", is_exclusive=True)
    ] = None
    filter: Annotated[
        ConnectionsFilter | None, Rule(one_of_group="since_or_filter", is_exclusive=True)
    ] = None


@action("st.syncNetwork", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class SyncNetwork(Action[None]):
    """Begin to watch changes of your network; once per account.

    Changes made before it are not captured. Nothing changes on LinkedIn.

    Attributes:
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/sync_network.py
    """

    then: "Then[AnyAction] | None" = None
