"""Remedies that act: offers a signed-out account its way back, and shows seats where they lack.

Opt-in, and harmless by design: it never buys, never disconnects, and hands links to people only.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import attrs

from ._messages import Refusal
from ._types import Certainty, Remedy, Secret
from .admin._client import LinkedApiAdmin
from .admin._connecting import ConnectionHandle
from .errors import CATALOG, FatalError, LinkedApiError, UserActionRequired
from .events import ReconnectionEnded, ReconnectionOffered, RemedyFailed, SeatsShown
from .models.accounts import AdminAccount, AdminAccountStatus
from .policy import Episode, Verdict
from .webhooks._events import AccountActive, AccountEvent, AccountReconnectionRequired
from .wire import IDENTIFICATION

if TYPE_CHECKING:
    from ._session import Session
    from .receiver import WebhookReceiver

__all__ = ["Remedies"]

_SIGNED_OUT: Final = next(row.type for row in CATALOG.values() if row.remedy is Remedy.RECONNECT)


@attrs.frozen(kw_only=True, eq=False)
class Remedies:
    """What may be done about causes that wait for a person; give it to any number of clients.

    On `linkedinAccountSignedOut` one reconnection session is opened per account, however many calls
    wait; its link goes to `on_link` and to the event `ReconnectionOffered`. When its owner has
    signed in, held calls go on; if the session expires, fails or is cancelled, they end with the
    hint. On seat errors the event `SeatsShown` tells seats bought and accounts connected.

    Attributes:
        admin: Asks; it has to manage the same accounts. Closing it stays with you.
        on_link: Called with the offer, to bring the link to the account's owner; may be async.
            What it raises is logged.
        patience: Seconds to watch one session.
    """

    admin: LinkedApiAdmin
    on_link: Callable[[ReconnectionOffered], Awaitable[object] | object] | None = None
    patience: float = 86400.0
    _ids: dict[Secret, str] = attrs.field(factory=dict[Secret, str], init=False, repr=False)
    _turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = attrs.field(
        factory=WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock], init=False, repr=False
    )

    def attend(self, session: "Session", receiver: "WebhookReceiver | None") -> None:
        """Act for one client on the running event loop; the client does this."""
        _Desk(self, session, receiver)

    async def find(self, session: "Session") -> AdminAccount | None:
        """Return a client's account as the Admin API lists it now, `None` where it does not."""
        secret = session.core.tokens[IDENTIFICATION].secret
        if secret is None:
            return None
        found: AdminAccount | None = None
        for account in (await self.admin.accounts.get_all()).accounts:
            if account.identification_token and account.id is not None:
                self._ids[Secret(account.identification_token)] = account.id
                if account.identification_token == secret.value:
                    found = account
        return found

    async def find_id(self, session: "Session") -> str | None:
        """Return what webhooks call a client's account, asking for it once."""
        secret = session.core.tokens[IDENTIFICATION].secret
        if secret is None:
            return None
        async with self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if secret not in self._ids:  # accounts of a pool hear of an event all at once
                await self.find(session)
        return self._ids.get(secret)


class _Desk:
    """Remedies at work for one client on one event loop."""

    def __init__(
        self, remedies: Remedies, session: "Session", receiver: "WebhookReceiver | None"
    ) -> None:
        """Take over what the session cannot heal by itself, until it is closed."""
        self._remedies = remedies
        self._session = session
        session.executor.on_opened.append(self._begin)
        if receiver is not None:
            loop = asyncio.get_running_loop()
            session.trunk.at_close(
                receiver.subscribe(
                    AccountEvent, lambda event: loop.call_soon_threadsafe(self._hear, event)
                )
            )

    def _begin(self, episode: Episode, verdict: Verdict) -> None:
        """Start what may help against a cause that has just come up."""
        if episode.account != self._session.core.account:
            return  # another account's, over the same connections
        remedy = None if verdict.row is None else verdict.row.remedy
        if remedy is Remedy.RECONNECT:
            self._session.trunk.spawn(self._guarded(episode, self._reconnect(episode)))
        elif remedy is Remedy.SEATS:
            self._session.trunk.spawn(self._guarded(episode, self._show_seats(episode)))

    def _hear(self, event: AccountEvent) -> None:
        """Take in what the webhook tells of some account."""
        if isinstance(event, (AccountActive, AccountReconnectionRequired)):
            self._session.trunk.spawn(self._judge(event))

    async def _judge(self, event: AccountEvent) -> None:
        """Resume or park this client's account, if the event is about it."""
        try:
            own_id = await self._remedies.find_id(self._session)
        except LinkedApiError:
            return  # the admin client has announced it, and calls find out for themselves
        if own_id is None or own_id != event.account_id:
            return
        executor, account = self._session.executor, self._session.core.account
        if isinstance(event, AccountActive):
            executor.resume(account, _SIGNED_OUT)
        else:
            message = "The webhook told that LinkedIn has signed the account out"
            refusal = Refusal(_SIGNED_OUT, message, Certainty.REJECTED, is_envelope=True)
            executor.park(account, refusal)

    async def _guarded(self, episode: Episode, work: Awaitable[None]) -> None:
        """Do the work; if that fails, say so and leave the cause to a person."""
        try:
            await work
        except LinkedApiError as error:
            self._session.core.sink.emit(
                RemedyFailed(
                    account=episode.account,
                    cause=episode.code,
                    code=error.code,
                    message=error.message,
                    hint=error.hint,
                )
            )

    async def _reconnect(self, episode: Episode) -> None:
        """Offer the owner a link, and settle the cause by how the session ends.

        Raises:
            LinkedApiError: The Admin API could not be asked, or knows no such account.
        """
        handle = await self._open(episode)
        offer = ReconnectionOffered(
            account=episode.account, session_id=handle.session_id, link=handle.link
        )
        self._session.core.sink.emit(offer)
        if self._remedies.on_link is not None:
            await self._session.core.sink.hand(self._remedies.on_link, offer)
        executor = self._session.executor
        try:
            await handle.finished(timeout=self._remedies.patience)
        except (UserActionRequired, FatalError) as error:
            executor.give_up(episode, error.message)
            self._tell_end(episode, handle, succeeded=False)
        else:
            executor.resume(episode.account, episode.cause)
            self._tell_end(episode, handle, succeeded=True)

    async def _open(self, episode: Episode) -> ConnectionHandle:
        """Return the session that is open for the account, or a new one.

        Raises:
            UserActionRequired: The Admin API lists no such account.
            LinkedApiError: It could not be asked.
        """
        admin = self._remedies.admin
        account = await self._remedies.find(self._session)
        if account is None or account.id is None:
            msg = "The Admin API lists no account with this identification token"
            raise UserActionRequired(msg, code="accountNotFound", account=episode.account)
        has_session = account.reconnection_session_id and account.reconnection_link
        if account.state is AdminAccountStatus.RECONNECTION_REQUIRED and has_session:
            return admin.continue_reconnection(account)
        return await admin.reconnect_account(account.id)

    def _tell_end(self, episode: Episode, handle: ConnectionHandle, *, succeeded: bool) -> None:
        self._session.core.sink.emit(
            ReconnectionEnded(
                account=episode.account, session_id=handle.session_id, succeeded=succeeded
            )
        )

    async def _show_seats(self, episode: Episode) -> None:
        """Tell what is paid for beside what is in use.

        Raises:
            LinkedApiError: The Admin API could not be asked.
        """
        admin = self._remedies.admin
        seats = await admin.subscription.get_seats()
        listed = await admin.accounts.get_all()
        bought: dict[str, int] = {}
        for seat in seats:
            kind = seat.seat_type or "unknown"
            bought[kind] = bought.get(kind, 0) + (seat.quantity or 0)
        self._session.core.sink.emit(
            SeatsShown(
                account=episode.account,
                code=episode.code,
                bought=bought,
                used=len(listed.accounts),
            )
        )
