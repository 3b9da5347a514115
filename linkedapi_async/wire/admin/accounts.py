"""`accounts.*`: the connected accounts, their tokens, and the sessions that connect them.

Source: https://linkedapi.io/docs/admin-accounts
"""

from linkedapi_async._convert import structure
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.models.accounts import (
    AccountsResult,
    AdminAccount,
    ConnectionSession,
    CreateConnectionSessionResult,
    CreateReconnectionSessionResult,
    PendingConnectionSession,
    RegenerateTokenResult,
    ReparseAccountInfoResult,
)
from linkedapi_async.wire._query import Query

from . import _checks as checks
from ._base import Repeat, facts_of, member, nothing, query, whole

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


def get_all() -> Query[AccountsResult]:
    """Ask for the accounts, and for the sessions that will add some."""
    return query("accounts.getAll", None, _read_accounts, Repeat.READS)


def disconnect(account_id: str) -> Query[None]:
    """Ask to remove an account for good."""
    return query("accounts.disconnect", _account(account_id), nothing, Repeat.NEVER)


def reparse_account_info(account_id: str) -> Query[ReparseAccountInfoResult]:
    """Ask to read an account's own profile anew."""
    return query(
        "accounts.reparseAccountInfo",
        _account(account_id),
        whole(ReparseAccountInfoResult),
        Repeat.SETTLES,
    )


def regenerate_identification_token(account_id: str) -> Query[RegenerateTokenResult]:
    """Ask for another token of an account."""
    return query(
        "accounts.regenerateIdentificationToken",
        _account(account_id),
        whole(RegenerateTokenResult),
        Repeat.NEVER,
    )


def create_connection_session() -> Query[CreateConnectionSessionResult]:
    """Ask for a link that connects an account."""
    return query(
        "accounts.createConnectionSession",
        None,
        whole(CreateConnectionSessionResult),
        Repeat.NEVER,
    )


def create_reconnection_session(account_id: str) -> Query[CreateReconnectionSessionResult]:
    """Ask for a link that signs an account in again."""
    return query(
        "accounts.createReconnectionSession",
        _account(account_id),
        whole(CreateReconnectionSessionResult),
        Repeat.NEVER,
    )


def get_connection_session(session_id: str) -> Query[ConnectionSession]:
    """Ask how far a session is."""
    return query(
        "accounts.getConnectionSession",
        _session(session_id),
        member("session", ConnectionSession),
        Repeat.READS,
    )


def cancel_connection_session(session_id: str) -> Query[None]:
    """Ask to end a session."""
    return query("accounts.cancelConnectionSession", _session(session_id), nothing, Repeat.NEVER)


def _account(account_id: object) -> JsonObject:
    return {"accountId": checks.text("account_id", account_id)}


def _session(session_id: object) -> JsonObject:
    return {"sessionId": checks.text("session_id", session_id)}


def _read_accounts(result: Json) -> AccountsResult:
    """Read both lists; the accounts have to be there, the sessions may be left out."""
    facts = facts_of(result)
    return AccountsResult(
        accounts=structure(facts.get("accounts"), list[AdminAccount], path="result.accounts"),
        pending_connection_sessions=structure(
            facts.get("pendingConnectionSessions") or [],
            list[PendingConnectionSession],
            path="result.pendingConnectionSessions",
        ),
    )
