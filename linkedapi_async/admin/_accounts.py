"""The connected accounts, their tokens, and the sessions that connect them."""

from linkedapi_async.models.accounts import (
    AccountsResult,
    ConnectionSession,
    CreateConnectionSessionResult,
    CreateReconnectionSessionResult,
    RegenerateTokenResult,
    ReparseAccountInfoResult,
)
from linkedapi_async.wire.admin import accounts as queries

from ._line import Access

__all__ = ["AdminAccounts"]


class AdminAccounts:
    """The LinkedIn accounts behind the main token.

    `LinkedApiAdmin.connect_account` and `.reconnect_account` put sessions together to one wait.

    Source: https://linkedapi.io/docs/admin-accounts
    """

    def __init__(self, access: Access) -> None:
        """Belong to a client; use `LinkedApiAdmin.accounts`."""
        self._access = access

    async def get_all(self) -> AccountsResult:
        """Return every account, with its identification token, and the sessions under way.

        An account that is signed out comes with a link to sign in again; the service opens a
        session for it if there is none.
        """
        return await self._access.ask(queries.get_all())

    async def disconnect(self, account_id: str) -> None:
        """Remove an account with its browser profile and proxy; there is no way back."""
        await self._access.ask(queries.disconnect(account_id))

    async def reparse_account_info(self, account_id: str) -> ReparseAccountInfoResult:
        """Let name, address, picture and headline be read anew; return the workflow that does."""
        return await self._access.ask(queries.reparse_account_info(account_id))

    async def regenerate_identification_token(self, account_id: str) -> RegenerateTokenResult:
        """Replace an account's token and return the new one; the old one is dead at once.

        After `OutcomeUnknown`, `get_all` tells the token that is good now.
        """
        return await self._access.ask(queries.regenerate_identification_token(account_id))

    async def create_connection_session(self) -> CreateConnectionSessionResult:
        """Return a link in which a person connects another account.

        After `OutcomeUnknown`, `get_all` lists the session if there is one.
        """
        return await self._access.ask(queries.create_connection_session())

    async def create_reconnection_session(self, account_id: str) -> CreateReconnectionSessionResult:
        """Return a link in which the owner of a signed-out account signs in again."""
        return await self._access.ask(queries.create_reconnection_session(account_id))

    async def get_connection_session(self, session_id: str) -> ConnectionSession:
        """Return how far a connection or reconnection is."""
        return await self._access.ask(queries.get_connection_session(session_id))

    async def cancel_connection_session(self, session_id: str) -> None:
        """End a connection or reconnection; its link is dead from then on."""
        await self._access.ask(queries.cancel_connection_session(session_id))
