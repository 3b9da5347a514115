"""Serves `accounts.*`: the connected accounts, and links that connect more of them.

Inferred, where the documentation is silent: a session that is under way is given out again, a
session holds a seat as long as it is under way, one that is over can be cancelled without harm,
and an account that is not signed out cannot be reconnected.

Source: https://linkedapi.io/docs/admin-accounts
"""

from typing import Final

from linkedapi_async._messages import State
from linkedapi_async._types import Json

from ._accounts import Account, Standing
from ._admin_calls import Call, Office, method, refuse
from ._routes import Wire
from ._sessions import ConnectionSession, SessionStatus
from ._subscription import stamp

__all__ = [
    "cancel_connection_session",
    "create_connection_session",
    "create_reconnection_session",
    "disconnect",
    "get_all",
    "get_connection_session",
    "regenerate_identification_token",
    "reparse_account_info",
]

_COUNTRY: Final = "US"
_AVATAR: Final = "https://media.licdn.com/dms/image/v2/"


@method("accounts.getAll")
def get_all(call: Call) -> dict[str, Json]:
    """List the accounts, and the links that will connect more."""
    office = call.office
    return {
        "accounts": [_told(office, one) for one in office.directory.accounts],
        "pendingConnectionSessions": [
            {"sessionId": one.session_id, "status": one.status.value}
            for one in office.admin.sessions.connecting
        ],
    }


@method("accounts.disconnect")
def disconnect(call: Call) -> dict[str, Json]:
    """Remove an account with everything it had under way."""
    account = call.account()
    call.office.engine.abandon(account)
    call.office.directory.remove(account)
    return {}


@method("accounts.reparseAccountInfo")
def reparse_account_info(call: Call) -> dict[str, Json]:
    """Read the account's own profile anew, in a workflow that holds no action."""
    account = call.account()
    workflow = call.office.engine.accept(Wire.LINKED_API, account, [], request=call.request)
    call.office.parsing[account.account_id] = workflow
    return {"workflowId": workflow.workflow_id}


@method("accounts.regenerateIdentificationToken")
def regenerate_identification_token(call: Call) -> dict[str, Json]:
    """Replace what opens an account."""
    account = call.account()
    call.office.directory.rotate(account)
    return {"token": account.identification_token}


@method("accounts.createConnectionSession")
def create_connection_session(call: Call) -> dict[str, Json]:
    """Give out a link that will connect an account to a free seat."""
    admin = call.office.admin
    if admin.billing.free_seats <= len(admin.sessions.connecting):
        refuse("noAvailableSeats")
    session = _open(call.office)
    return {"sessionId": session.session_id, "connectionLink": session.link}


@method("accounts.createReconnectionSession")
def create_reconnection_session(call: Call) -> dict[str, Json]:
    """Give out a link that will sign an account in again."""
    account = call.account()
    if account.standing is not Standing.RECONNECTION_REQUIRED:
        call.reject("accountId", f"names an account that is {account.standing}")
    session = call.office.admin.sessions.reconnecting(account) or _open(call.office, account)
    return {"reconnectionSessionId": session.session_id, "reconnectionLink": session.link}


@method("accounts.getConnectionSession")
def get_connection_session(call: Call) -> dict[str, Json]:
    """Tell how far a session is."""
    return {"session": call.session().told()}


@method("accounts.cancelConnectionSession")
def cancel_connection_session(call: Call) -> dict[str, Json]:
    """End a session, of whatever type."""
    call.session().end(SessionStatus.CANCELLED)
    return {}


def _open(office: Office, account: Account | None = None) -> ConnectionSession:
    if not office.admin.sessions.may_attempt():
        refuse("dailyConnectionAttemptsExceeded")
    return office.admin.sessions.open(account)


def _told(office: Office, account: Account) -> dict[str, Json]:
    parsing = office.parsing.get(account.account_id)
    if parsing is not None and parsing.state is State.COMPLETED:
        account.is_parsed = True
    told: dict[str, Json] = {
        "id": account.account_id,
        "name": account.name,
        "url": account.url,
        "avatarUrl": f"{_AVATAR}{account.account_id}" if account.is_parsed else None,
        "headline": account.headline if account.is_parsed else None,
        "countryCode": _COUNTRY,
        "identificationToken": account.identification_token,
        "status": account.standing.value,
        "connectedAt": stamp(account.connected_at),
    }
    if account.standing is Standing.RECONNECTION_REQUIRED:
        sessions = office.admin.sessions
        session = sessions.reconnecting(account) or sessions.open(account)
        told["reconnectionSessionId"] = session.session_id
        told["reconnectionLink"] = session.link
    return told
