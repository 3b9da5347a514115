"""The accounts of a pool, and the event loop it lives on."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import attrs

from linkedapi_async._bookkeeping import Fence
from linkedapi_async._credentials import Token, TokenSource
from linkedapi_async._messages import Progress, Purpose
from linkedapi_async._observer import Level
from linkedapi_async._sharing import Coordinator
from linkedapi_async._trunk import Core, Trunk
from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import ClientClosed, ConfigurationError
from linkedapi_async.policy import BackOff, OnUserAction
from linkedapi_async.quotas import Quotas

from ._allowances import Allowances
from ._desk import Desk, find
from ._lane import Lane
from ._member import Member
from ._rules import Rules

if TYPE_CHECKING:
    from linkedapi_async.receiver import WebhookReceiver

__all__ = ["House"]


class House:
    """Who belongs to a pool; opened on the first event loop that uses it.

    Attributes:
        members: Clients of the accounts, by alias.
        quotas: What each may still do; `None` where nothing is counted.
        desk: Where calls wait; `None` before it was opened.
        signed_out: Accounts that are parked from the beginning.
        closing: Called when the pool is closed, by whoever would wait for ever else.
    """

    def __init__(
        self,
        template: Member,
        *,
        rules: Rules,
        coordinator: Coordinator,
        allowances: Allowances | None,
        lane_width: int,
        queue_size: int,
        doubt: float,
    ) -> None:
        """Begin without accounts.

        Args:
            template: What all accounts have in common.
            rules: What they may do.
            coordinator: Tells other workers, and hears of them.
            allowances: Reads what accounts may do; `None` where nobody says.
            lane_width: Places an account may take at the service.
            queue_size: How many calls of an account may wait for their turn.
            doubt: Seconds a lost start keeps its place.
        """
        self.members: dict[str, Member] = {}
        self.quotas: dict[str, Quotas | None] = {}
        self.desk: Desk | None = None
        self.signed_out: Sequence[str] = ()
        self.closing: set[Callable[[], object]] = set()
        self._template = template
        self._rules = rules
        self._coordinator = coordinator
        self._allowances = allowances
        self._width = lane_width
        self._queue_size = queue_size
        self._doubt = doubt
        self._sources: dict[str, TokenSource] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._is_closed = False

    def add(self, alias: str, token: Token) -> Member:
        """Take an account in.

        Raises:
            ConfigurationError: The name is unusable or taken, the token unusable, or another
                account has the same one.
        """
        if not isinstance(cast("object", alias), str) or not alias.strip():
            msg = f"accounts: {alias!r} is no name for an account"
            raise ConfigurationError(msg)
        if alias in self.members:
            msg = f"accounts: the pool has an account {alias!r} already"
            raise ConfigurationError(msg)
        source = TokenSource(token, option=f"accounts[{alias!r}]")
        del token  # frames show their locals
        for other, known in self._sources.items():
            if source.secret is not None and known.secret == source.secret:
                msg = f"accounts: {other!r} and {alias!r} have the same token; it takes one lane"
                raise ConfigurationError(msg)
        self.quotas[alias] = self._rules.quotas(alias)
        self._sources[alias] = source
        member = self.members[alias] = self._template.member(alias, source, self._trunk)
        if self.desk is not None:
            self._add_lane(self.desk, alias, member)
        return member

    def remove(self, alias: str) -> None:
        """Take an account out.

        Raises:
            ConfigurationError: There is none of that name.
        """
        find(alias, self.members)
        del self.members[alias], self.quotas[alias], self._sources[alias]
        if self.desk is not None:
            self.desk.remove(self.desk.lanes[alias])

    async def ready(self) -> Desk:
        """Return the desk, in touch with other workers.

        Raises:
            ClientClosed: The pool was closed.
            ConfigurationError: It belongs to another event loop.
        """
        desk = self.open()
        if self._connecting is None:
            self._connecting = asyncio.create_task(desk.barriers.connect())
        if not self._connecting.done():
            await asyncio.wait((self._connecting,))
            self.open()  # it may have been closed meanwhile
        return desk

    def open(self) -> Desk:
        """Return the desk, opening it on the first event loop that asks.

        Raises:
            ClientClosed: The pool was closed.
            ConfigurationError: There is no running event loop, or it is another one.
        """
        if self._is_closed:
            msg = "The pool is closed"
            raise ClientClosed(msg)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            msg = "There is no running event loop: use the pool inside async code"
            raise ConfigurationError(msg, code="wrongLoop") from None
        if self._loop is not None and self._loop is not loop:
            msg = "The pool belongs to another event loop, the first that has used it"
            raise ConfigurationError(msg, code="wrongLoop")
        if self.desk is None:
            self._loop = loop
            core = self._template.core
            trunk = Trunk(core)
            if core.pace is not None:
                trunk.hub.pace = self._coordinator.pace(core.pace.rate, backlog=trunk.hub.backlog)
            if core.watch is not None:
                trunk.at_close(core.watch.gauge(self._levels))
            self.desk = Desk(
                core=core,
                trunk=trunk,
                policy=self._template.policy,
                queue_size=self._queue_size,
                doubt=self._doubt,
                coordinator=self._coordinator,
                allowances=self._allowances,
            )
            for alias, member in self.members.items():
                self._add_lane(self.desk, alias, member)
            for alias in self.signed_out:
                self.desk.barriers.park_signed_out(alias)
        return self.desk

    @property
    def core(self) -> Core:
        """What all accounts share."""
        return self._template.core

    @property
    def receiver(self) -> "WebhookReceiver | None":
        """What hears the webhook for all accounts, if anything does."""
        return self._template.receiver

    @contextmanager
    def occupying(self, alias: str) -> Generator[None]:
        """Take a place in an account's lane, beside those its calls have, for what runs there.

        Raises:
            ConfigurationError: The pool has no such account.
            ClientClosed: The pool was closed.
        """
        desk = self.open()
        lane = find(alias, desk.lanes)
        lane.watched += 1
        try:
            yield
        finally:
            lane.watched -= 1
            desk.pump(lane)

    async def peek(self, alias: str, workflow_id: WorkflowId) -> Progress | None:
        """Return how far a workflow is; `None` while the service does not say. Nothing is told.

        Raises:
            LinkedApiError: The account has no such workflow, or cannot be asked.
        """
        lane = find(alias, self.open().lanes)
        policy = attrs.evolve(lane.api.policy, on_user_action=OnUserAction.RAISE)
        record = lane.session.call(Purpose.POLL, "", policy, reads_only=True)
        record.is_laned, record.workflow_id = True, workflow_id
        async with lane.session.calls.enter():
            told = await lane.session.poll(record, lane.session.wire.poll(workflow_id))
        return None if isinstance(told, BackOff) else told

    def settle_doubts(self, alias: str, sent_at: float) -> None:
        """Take in that a workflow of an account has ended which was sent at a moment.

        Args:
            alias: The account.
            sent_at: Monotonic seconds; starts lost before then are over.
        """
        if self.desk is not None and (lane := self.desk.lanes.get(alias)) is not None:
            lane.settle_doubts(sent_at)
            self.desk.pump(lane)

    def settle_doubt(self, alias: str, fence: Fence) -> None:
        """Take in what became of the lost start that had passed a fence."""
        if self.desk is not None and (lane := self.desk.lanes.get(alias)) is not None:
            lane.settle_doubt(fence)
            self.desk.pump(lane)

    async def close(self) -> None:
        """End every call and close what was opened, on the event loop it was opened on."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._loop is None or self._loop is asyncio.get_running_loop():
            await self._close()
        elif self._loop.is_running():  # in another thread
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._close(), self._loop))

    async def _close(self) -> None:
        if self.desk is not None:
            self.desk.close()
        for closing in tuple(self.closing):
            closing()
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait((self._connecting,))
            await self._coordinator.close()
        if self.desk is not None:
            await self.desk.trunk.close()
        await self._template.aclose()

    def _trunk(self) -> Trunk:
        return self.open().trunk

    def _levels(self) -> list[Level]:
        """Return how many calls of each account wait, and are under way; from any thread."""
        lanes = () if self.desk is None else tuple(self.desk.lanes.values())
        return [
            level
            for lane in lanes
            for level in (
                Level("queued", lane.alias, len(lane.queue) + len(lane.door)),
                Level("started", lane.alias, lane.started),
                Level("parked", lane.alias, int(lane.circuit.is_parked)),
            )
        ]

    def _add_lane(self, desk: Desk, alias: str, member: Member) -> None:
        desk.lanes[alias] = Lane(
            alias, member, member.session(), width=self._width, quotas=self.quotas[alias]
        )
