"""The client of one account of a pool: it speaks over connections that all accounts share."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from linkedapi_async._bookkeeping import Fence
from linkedapi_async._call import Call as Record
from linkedapi_async._credentials import TokenSource
from linkedapi_async._identity import Identity
from linkedapi_async._messages import Request
from linkedapi_async._session import Session
from linkedapi_async._trunk import Core, Trunk
from linkedapi_async.client import LinkedApi, R
from linkedapi_async.handles import WorkflowHandle
from linkedapi_async.operations._base import Operation
from linkedapi_async.wire import IDENTIFICATION

if TYPE_CHECKING:
    from linkedapi_async.receiver import WebhookReceiver

__all__ = ["Member"]


class Member(LinkedApi):
    """A `LinkedApi` that belongs to a pool: closing it does nothing, closing the pool closes it."""

    _open_trunk: Callable[[], Trunk] | None = None

    def member(self, alias: str, token: TokenSource, open_trunk: Callable[[], Trunk]) -> "Member":
        """Return the client of another account that has everything else in common with this one.

        Args:
            alias: Its name in events and errors.
            token: Its identification token.
            open_trunk: Returns what the accounts share on the running event loop.
        """
        core = self._core.of(alias, {**self._core.tokens, IDENTIFICATION: token})
        lines: dict[asyncio.AbstractEventLoop, Session] = {}
        return self._twin(
            None,
            None,
            _core=core,
            _identity=Identity(),
            _lines=lines,
            _open_trunk=open_trunk,
        )

    @property
    def core(self) -> Core:
        """Its tokens, and what it shares."""
        return self._core

    @property
    def receiver(self) -> "WebhookReceiver | None":
        """What hears the webhook for it, if anything does."""
        return self._receiver

    def session(self) -> Session:
        """Return what speaks for it on the running event loop.

        Raises:
            ClientClosed: The pool was closed.
            ConfigurationError: The pool belongs to another event loop.
        """
        return self._line()

    def prepare(self, operation: Operation[object], fence: Fence | None) -> tuple[Request, bool]:
        """Return what starts an operation, and whether it only reads.

        Raises:
            InvalidWorkflowLocally: It breaks a rule, and preflight refuses that.
        """
        return self._prepare(operation, fence)

    async def launch(
        self, operation: Operation[R], record: Record, request: Request
    ) -> WorkflowHandle[R]:
        """Post what was prepared.

        Raises:
            LinkedApiError: It was not started, or nobody knows: see the error's certainty.
        """
        session = self._line()
        place = session.enter(record)
        try:
            if place is not None and place.told is not None:
                await place.told
            return await self._launch(session, operation, record, request, place)
        finally:
            if place is not None:
                place.leave()

    def _line(self) -> Session:
        """Return the line of the running event loop, which opening the pool opens as well.

        Raises:
            ClientClosed: The pool was closed.
            ConfigurationError: The pool belongs to another event loop.
        """
        self._shared_trunk()
        return super()._line()

    def _shared_trunk(self) -> Trunk | None:
        return None if self._open_trunk is None else self._open_trunk()
