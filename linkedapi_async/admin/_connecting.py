"""A person connects an account: give out the link, wait for the end, find the account."""

import asyncio
from typing import ClassVar, Final

from linkedapi_async._types import Certainty
from linkedapi_async.errors import (
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.models.accounts import (
    AccountsResult,
    AdminAccount,
    ConnectionSession,
    ConnectionSessionStatus,
)
from linkedapi_async.wire.admin import accounts as queries

from ._line import Access, AdminLine
from ._newcomers import Finder

__all__ = ["ConnectionHandle", "SessionTimeout"]

_LOOKS: Final = 5
"""How often the list is looked at, should it know of an account later than the session does."""

_ENDS: Final[dict[ConnectionSessionStatus, tuple[type[LinkedApiError], str, str]]] = {
    ConnectionSessionStatus.EXPIRED: (
        UserActionRequired,
        "connectionSessionExpired",
        "expired before the person had signed in",
    ),
    ConnectionSessionStatus.ERROR: (
        UserActionRequired,
        "connectionSessionFailed",
        "ended in an error",
    ),
    ConnectionSessionStatus.CANCELLED: (
        FatalError,
        "connectionSessionCancelled",
        "was cancelled",
    ),
}


class SessionTimeout(TransientError, TimeoutError):
    """The person has not finished in time; the session goes on, and its link still works."""

    default_code: ClassVar[str] = "connectionSessionOpen"


class ConnectionHandle:
    """One session in which a person connects or reconnects an account.

    It holds no task: whoever waits asks. Nothing ends with it: the service keeps the session.

    Attributes:
        session_id: What the service names it by.
        link: What the person has to open in a browser. It is good for this session alone.
    """

    def __init__(
        self, access: Access, *, session_id: str, link: str, find: Finder, claimed: set[str]
    ) -> None:
        """Take over from the client; use `LinkedApiAdmin.connect_account`.

        Args:
            access: Where to ask.
            session_id: What the service names the session by.
            link: What the person has to open.
            find: Returns the account in a list.
            claimed: Learns the account's id, for the sake of other sessions.
        """
        self.session_id: str = session_id
        self.link: str = link
        self._access = access
        self._find = find
        self._claimed = claimed
        self._began_at = access.line().core.clock.now()
        self._turn = asyncio.Lock()
        self._account: AdminAccount | None = None
        self._error: LinkedApiError | None = None

    def __repr__(self) -> str:
        """Show the session's id."""
        return f"<ConnectionHandle {self.session_id}>"

    async def status(self) -> ConnectionSessionStatus:
        """Return how far the person is, asking the service once (and again if that fails).

        Raises:
            LinkedApiError: The service could not be asked; the session is not touched by that.
        """
        told = await self._access.ask(queries.get_connection_session(self.session_id))
        return self._read(self._access.line(), told)

    async def finished(self, *, timeout: float | None = None) -> AdminAccount:  # noqa: ASYNC109 - public
        """Return the account that was connected, waiting until the person is done.

        Asks every 3 seconds, less often while more than two sessions are awaited. Passing failures
        of the network, throttling and unreadable replies do not end the wait. Cancelling the wait,
        or letting it time out, leaves the session open: await it again, or `cancel` it.

        A new account is told by its id: it was not there when the session began, and no other
        session of this client brought it in.

        Args:
            timeout: Seconds; `None` is the deadline of the client's policy.

        Raises:
            SessionTimeout: The person has not finished yet; a `TimeoutError`, too.
            UserActionRequired: The session expired or failed; the hint says what to do.
            FatalError: The session was cancelled.
            OutcomeUnknown: It succeeded, and the list of accounts does not tell which is the one.
            ClientClosed: The client was closed meanwhile; the session goes on.
        """
        line = self._access.line()
        limit = self._access.policy.deadline if timeout is None else timeout
        try:
            async with line.calls.enter(), line.core.clock.timer(limit), self._turn:
                if self._account is None and self._error is None:
                    await self._await_end(line)
        except TimeoutError:
            message = f"nobody has finished it within {limit:.6g} s"
            raise self._failed(line, SessionTimeout, "connectionSessionOpen", message) from None
        if self._error is not None:
            raise self._error.clone()
        assert self._account is not None  # noqa: S101 - the wait ends with one or the other
        return self._account

    async def cancel(self) -> None:
        """End the session; its link is dead, and whoever waits gets a `FatalError`.

        Raises:
            OutcomeUnknown: The reply was lost; `status` tells.
            LinkedApiError: The service could not be asked.
        """
        await self._access.ask(queries.cancel_connection_session(self.session_id))

    def _read(self, line: AdminLine, session: ConnectionSession) -> ConnectionSessionStatus:
        if session.state is ConnectionSessionStatus.UNKNOWN:
            line.executor.drift(line.core.account, "status", session.status or "")
        return session.state

    async def _await_end(self, line: AdminLine) -> None:
        """Learn how the session ends, and whom it connected."""

        def is_over(session: ConnectionSession) -> bool:
            return self._read(line, session).is_final

        query = queries.get_connection_session(self.session_id)
        session = await line.watch(query, self._access.policy, is_over)
        if session.state in _ENDS:
            self._error = self._failed(line, *_ENDS[session.state])
            return
        found = await self._look_for_account(line)
        if len(found) == 1:
            (self._account,) = found
            self._claimed.update(account.id for account in found if account.id is not None)
            return
        told = ", ".join(str(account.id) for account in found) or "no new one"
        message = f"succeeded, and it cannot be told which account it connected: {told}"
        self._error = self._failed(line, OutcomeUnknown, "connectedAccountUnclear", message)

    async def _look_for_account(self, line: AdminLine) -> tuple[AdminAccount, ...]:
        """Return the accounts that this session may have connected."""
        looks = 0
        found: tuple[AdminAccount, ...] = ()

        def has_seen(listed: AccountsResult) -> bool:
            nonlocal looks, found
            looks += 1
            found = self._find(listed)
            return bool(found) or looks == _LOOKS

        await line.watch(queries.get_all(), self._access.policy, has_seen)
        return found

    def _failed(
        self, line: AdminLine, kind: type[LinkedApiError], code: str, message: str
    ) -> LinkedApiError:
        """Return an error about this session, and announce it."""
        error = kind(
            f"The connection session {self.session_id} {message}",
            code=code,
            certainty=Certainty.ACCEPTED,
            elapsed=line.core.clock.now() - self._began_at,
            account=line.core.account,
        )
        line.executor.announce_error(error)
        return error
