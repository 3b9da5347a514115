"""The admin client: one object for one main token, usable from any number of tasks."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from linkedapi_async._client import Client
from linkedapi_async._clock import Clock
from linkedapi_async._credentials import Token, TokenSource
from linkedapi_async._observer import Observer
from linkedapi_async._options import BASE_URL
from linkedapi_async.errors import ConfigurationError, ProtocolError
from linkedapi_async.events import Event
from linkedapi_async.models.accounts import AdminAccount
from linkedapi_async.policy import Policy
from linkedapi_async.wire import LinkedApiWire

from ._accounts import AdminAccounts
from ._connecting import ConnectionHandle
from ._limits import AdminLimits
from ._line import Access, AdminLine, open_window
from ._newcomers import Finder, by_id, newcomers
from ._subscription import AdminSubscription
from ._webhooks import AdminWebhooks

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

__all__ = ["LinkedApiAdmin"]


class LinkedApiAdmin(Client[AdminLine]):
    """Manages what belongs to one main token: subscription, accounts, limits and the webhook.

    Opened lazily, so it may be created anywhere; close it, or use it as a context manager. Calls
    keep to the documented 100 requests in 60 seconds by themselves: those above wait their turn
    within their deadline. What is refused, lost or answered strangely ends as it does for
    workflows: `TransientError`, `UserActionRequired`, `FatalError`, `OutcomeUnknown`,
    `ProtocolError`, `ClientClosed`. A parameter that cannot be right is a `ConfigurationError`
    before anything is sent.

    Source: https://linkedapi.io/docs/admin-overview
    """

    def __init__(
        self,
        *,
        linked_api_token: Token,
        base_url: str = BASE_URL,
        policy: Policy | None = None,
        deadline: float | None = None,
        on_event: Callable[[Event], object] | None = None,
        session: "aiohttp.ClientSession | None" = None,
        proxy: str | None = None,
        ssl: "tls.SSLContext | aiohttp.Fingerprint | bool | None" = None,
        trust_env: bool = True,
        max_connections: int = 100,
        max_reply_bytes: int = 64 * 1024 * 1024,
        alias: str | None = None,
        observer: Observer | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check every option; nothing is opened or sent.

        Args:
            linked_api_token: The main token, or a callable that returns it.
            base_url: Where the service is.
            policy: What to do about failures; `Policy.service()` when left out.
            deadline: Seconds for one call, in place of the policy's.
            on_event: Called synchronously with every event; what it raises is logged.
            session: Your own aiohttp session. It stays open, binds the client to its event loop,
                and hides what was written, so that a failed write is always of unknown outcome.
            proxy: Proxy address, for requests of sessions opened here and of yours.
            ssl: An SSL context, a fingerprint, or `False` to check no certificates.
            trust_env: Whether proxy variables of the environment count.
            max_connections: Requests in flight at once; further ones queue within their deadline.
            max_reply_bytes: Largest reply read.
            alias: Your name for the main token in events and errors; else its fingerprint.
            observer: Watches requests, such as `telemetry.Telemetry()`.
            clock: Time and chance, for tests.

        Raises:
            ConfigurationError: An option is missing or unusable; the message names it.
        """
        main = TokenSource(linked_api_token, option="linked_api_token")
        del linked_api_token  # frames show their locals
        super().__init__(
            tokens={LinkedApiWire.token_header: main},
            base_url=base_url,
            alias=alias,
            policy=policy,
            deadline=deadline,
            on_event=on_event,
            session=session,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            max_connections=max_connections,
            max_reply_bytes=max_reply_bytes,
            observer=observer,
            clock=clock,
            window=open_window(),
        )
        self._claimed = set[str]()

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Return a client whose token and address come from the environment.

        Reads `LINKED_API_TOKEN`, and `LINKED_API_BASE_URL` if set. Any option of the class may be
        given beside them, and counts more than the environment.

        Raises:
            ConfigurationError: The token's variable is missing or empty.
        """
        names = {"linked_api_token": "LINKED_API_TOKEN", "base_url": "LINKED_API_BASE_URL"}
        found: dict[str, Any] = {
            option: os.environ[name] for option, name in names.items() if os.environ.get(name)
        }
        found.update(options)
        if "linked_api_token" not in found:
            msg = "LINKED_API_TOKEN is not set: the Admin API takes the main token of the platform"
            raise ConfigurationError(msg)
        return cls(**found)

    def __repr__(self) -> str:
        """Show where and for whom, without tokens."""
        return f"<LinkedApiAdmin {self._core.settings.base_url} account={self._core.account}>"

    @property
    def account(self) -> str:
        """The main token's name in events and errors: the alias or its fingerprint."""
        return self._core.account

    @property
    def subscription(self) -> AdminSubscription:
        """The subscription and its seats."""
        return AdminSubscription(self._access)

    @property
    def accounts(self) -> AdminAccounts:
        """The connected accounts and the sessions that connect them."""
        return AdminAccounts(self._access)

    @property
    def limits(self) -> AdminLimits:
        """The limits of accounts."""
        return AdminLimits(self._access)

    @property
    def webhooks(self) -> AdminWebhooks:
        """The webhook and its deliveries."""
        return AdminWebhooks(self._access)

    def with_options(
        self, *, policy: Policy | None = None, deadline: float | None = None
    ) -> "LinkedApiAdmin":
        """Return a sibling with a policy or deadline of its own and everything else shared.

        Connections, retry budget, announced episodes and the 100 requests a minute are common;
        closing the sibling does nothing, closing the original closes both.
        """
        return self._twin(policy, deadline)

    async def connect_account(self) -> ConnectionHandle:
        """Open a session for a person who wants to connect an account, and return its handle.

        Give the person `link`, then await `finished()`. Sessions that end at the same time are
        told apart where that is certain; connecting one account after the other always is.

        Raises:
            UserActionRequired: Every seat is taken, for one; the hint says what to do.
            OutcomeUnknown: The reply was lost; `accounts.get_all` lists the session if there is
                one.
            ProtocolError: The reply names no session or no link.
            LinkedApiError: It was not opened.
        """
        before = await self.accounts.get_all()
        made = await self.accounts.create_connection_session()
        find = newcomers(before, self._claimed)
        return self._handle(made.session_id, made.connection_link, find)

    async def reconnect_account(self, account_id: str) -> ConnectionHandle:
        """Open a session for the owner of a signed-out account, and return its handle.

        Give the owner `link`, then await `finished()`, which returns the account as it is listed
        afterwards.

        Args:
            account_id: The account, whose status is `reconnection_required`.

        Raises:
            FatalError: There is no such account, or it needs no reconnection.
            OutcomeUnknown: The reply was lost; `accounts.get_all` gives the session and its link.
            ProtocolError: The reply names no session or no link.
            LinkedApiError: It was not opened.
        """
        made = await self.accounts.create_reconnection_session(account_id)
        return self._handle(made.reconnection_session_id, made.reconnection_link, by_id(account_id))

    def continue_reconnection(self, account: AdminAccount) -> ConnectionHandle:
        """Return the handle of the session that the service keeps open for a signed-out account.

        Nothing is sent: listing the accounts has opened the session, if there was none.

        Args:
            account: As `accounts.get_all` lists it.

        Raises:
            ConfigurationError: It needs no reconnection, or the list names no session for it.
        """
        session_id, link = account.reconnection_session_id, account.reconnection_link
        if not account.id or not session_id or not link:
            msg = (
                f"account {account.id} is listed with no session to reconnect ({account.status!r})"
            )
            raise ConfigurationError(msg)
        return self._handle(session_id, link, by_id(account.id))

    def _open_line(self) -> AdminLine:
        return AdminLine(self._core)

    @property
    def _access(self) -> Access:
        return Access(self._line, self._policy)

    def _handle(self, session_id: str | None, link: str | None, find: Finder) -> ConnectionHandle:
        """Return the handle of a session that the service has opened.

        Raises:
            ProtocolError: The reply names no session or no link.
        """
        if not session_id or not link:
            msg = "The session was opened, and the reply names no session or no link"
            error = ProtocolError(msg, code="unreadableAnswer", account=self._core.account)
            self._line().executor.announce_error(error)
            raise error
        return ConnectionHandle(
            self._access, session_id=session_id, link=link, find=find, claimed=self._claimed
        )
