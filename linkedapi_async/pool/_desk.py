"""Everything of a pool on its event loop: lets calls wait, and gives them their turns.

A waiting call costs an entry in one or two heaps; moments to come share a single alarm.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any, Final, TypeVar, cast

import attrs

from linkedapi_async._call import Call as Record
from linkedapi_async._messages import Purpose, Request
from linkedapi_async._sharing import Coordinator
from linkedapi_async._trunk import Core, Trunk
from linkedapi_async._types import Disposition
from linkedapi_async.errors import ClientClosed, ConfigurationError, LinkedApiError
from linkedapi_async.policy import BackOff, Circuit, OnUserAction, Policy, Stop
from linkedapi_async.quotas import costs_of
from linkedapi_async.wire.direct import account_info

from ._allowances import Allowances
from ._barriers import Barriers
from ._bell import Bell
from ._calls import Call, FencedCall
from ._lane import Doubt, Entry, Lane
from ._refusals import parked, removed, shortage, too_late, until_allowed
from ._scouting import choose_scout

__all__ = ["Desk", "find"]

E = TypeVar("E", bound=Entry)
T = TypeVar("T")

_NAMED: Final = 5
_NEVER: Final = float("inf")


def find(alias: str, known: Mapping[str, T]) -> T:
    """Return what stands under an account's name.

    Raises:
        ConfigurationError: The pool has no such account; the message names those it has.
    """
    found = known.get(alias)
    if found is not None:
        return found
    names = sorted(known)
    near = get_close_matches(alias, names, _NAMED) or names[:_NAMED]
    told = ", ".join(map(repr, near))
    more = f" and {len(names) - len(near)} more" if len(names) > len(near) else ""
    has = f"it has {told}{more}" if names else "it has none"
    msg = f"The pool has no account {alias!r}; {has}"
    raise ConfigurationError(msg)


class Desk:
    """The lanes of a pool, and whose turn it is.

    Attributes:
        lanes: The accounts, by alias.
        barriers: What keeps them from working.
        core: What they share.
        trunk: What they share on this event loop.
        policy: What is done about failures of a call, unless it looks.
    """

    def __init__(
        self,
        *,
        core: Core,
        trunk: Trunk,
        policy: Policy,
        queue_size: int,
        doubt: float,
        coordinator: Coordinator,
        allowances: Allowances | None,
    ) -> None:
        """Open without lanes.

        Args:
            core: What the accounts share.
            trunk: What they share on this event loop.
            policy: What is done about failures.
            queue_size: How many calls of an account may wait for their turn.
            doubt: Seconds a lost start keeps its place.
            coordinator: Tells other workers, and hears of them.
            allowances: Reads what accounts may do; `None` where nobody says.
        """
        self.lanes: dict[str, Lane] = {}
        self.core: Core = core
        self.trunk: Trunk = trunk
        self._clock = core.clock
        self.policy: Policy = attrs.evolve(policy, on_user_action=OnUserAction.RAISE)
        self._once = attrs.evolve(self.policy, max_attempts=1)
        self._scouting = attrs.evolve(
            self._once,
            connect_timeout=min(policy.connect_timeout, coordinator.lease / 3),
            read_timeout=min(policy.read_timeout, coordinator.lease / 2),
        )
        self._queue_size = queue_size
        self._allowances = allowances
        self._doubt = doubt
        self._bell = Bell(core.clock, expire=self._expire, look=self.pump)
        self._count = 0
        self._is_closed = False
        self.barriers: Barriers = Barriers(
            self.lanes,
            core=core,
            trunk=trunk,
            policy=policy,
            coordinator=coordinator,
            stopped=self._stop,
            ended=self._end,
            freed=self._free,
        )

    # ── handing in ──

    def enter(self, call: Call[Any], make: "Callable[[Call[Any], Lane, Record, Request], E]") -> E:
        """Check a call and hand it in: it waits for its turn, which may come at once.

        Args:
            call: The call.
            make: Makes its entry.

        Raises:
            ConfigurationError: It is no call, or the pool has no such account.
            InvalidWorkflowLocally: It breaks a rule, and preflight refuses that.
            ClientClosed: The pool was closed.
        """
        if self._is_closed:
            raise self._closed_error()
        if not isinstance(cast("object", call), Call):
            msg = f"{call!r} is no Call(account, operation)"
            raise ConfigurationError(msg)
        lane = find(call.account, self.lanes)
        operation = call.operation
        fence = call.fence if isinstance(call, FencedCall) else None
        request, reads_only = lane.api.prepare(operation, fence)
        record = lane.session.call(
            Purpose.START, operation.name, self.policy, reads_only=reads_only
        )
        record.is_laned, record.fence = True, fence
        self._count += 1
        entry = make(call, lane, record, request)
        entry.rank = (-call.priority, self._count)
        if lane.quotas is not None:
            entry.costs = costs_of(operation)
            entry.shelf = frozenset(entry.costs.items())
        refusal = self._refusal(entry)
        if refusal is None:
            self._let_wait(entry)
            self._mind(entry)
        else:
            self.fail(entry, refusal)
        return entry

    def hand_back(self, entry: Entry) -> None:
        """Let a call wait once more, at its old place."""
        entry.record.policy = self.policy
        refusal = self._closed_error() if self._is_closed else self._refusal(entry)
        if refusal is not None:
            self.fail(entry, refusal)
            return
        self._bell.join()
        entry.lane.queue.put(entry)
        self._mind(entry)

    def withdraw(self, *entries: Entry) -> None:
        """Forget calls that wait, and nobody for them."""
        self.set_aside(*entries)
        for entry in entries:
            entry.lane.cancelled += 1

    def set_aside(self, *entries: Entry) -> None:
        """Take calls that wait out of their lanes, until `hand_back`."""
        for entry in entries:
            self._take_out(entry)
        for lane in {entry.lane for entry in entries}:
            self.pump(lane)

    def fail(self, entry: Entry, error: LinkedApiError) -> None:
        """End a call that waits, or would have."""
        self.tell(entry, error)
        entry.fail(error)

    def tell(self, entry: Entry, error: LinkedApiError) -> None:
        """Announce and count an error that a call ends in before it was accepted."""
        if not isinstance(error, ClientClosed):
            self.trunk.executor.announce_error(error)
        entry.lane.failed[error.disposition] += 1

    # ── places ──

    def forgo(self, entry: Entry) -> None:
        """Take in that a call whose turn had come was not sent."""
        self._undo(entry)
        self.pump(entry.lane)

    def leave(self, lane: Lane) -> None:
        """Take in that a call has given its place back."""
        lane.started -= 1
        self.pump(lane)

    def doubt(self, entry: Entry) -> None:
        """Let a start whose reply was lost keep its place, until it is over as far as one knows."""
        lane = entry.lane
        doubt = Doubt(self._clock.now(), entry.record.fence)

        def settle() -> None:
            lane.doubts.remove(doubt)
            self.pump(lane)

        lane.doubts.append(doubt)
        doubt.alarm = self._clock.call_later(self._doubt, settle)

    def looked(self, entry: Entry) -> None:
        """Take in that a call which was sent to look has come back, whatever it saw."""
        circuit = entry.probe
        self.barriers.looked(entry)
        if circuit is self.barriers.whole:
            self._free(list(self.lanes.values()))

    # ── whose turn it is ──

    def pump(self, lane: Lane) -> None:
        """Start what may be started."""
        while not self._is_closed:
            self._let_in(lane)
            if lane.is_paused or not lane.queue or self._is_unread(lane):
                return
            circuit = self.barriers.of(lane)
            if circuit is not None:
                self._consider(circuit, lane)
                return
            entry = self._next(lane) if lane.has_place else None
            if entry is None:
                return
            self._grant(entry)

    def _is_unread(self, lane: Lane) -> bool:
        """See that an account's limits are read anew now and then; return whether to wait.

        A service that answers nobody is not asked again for every account.
        """
        is_wanted = lane.is_unread is None or not self.barriers.whole.is_parked
        if is_wanted and self._allowances is not None and self._allowances.is_due(lane):
            lane.is_unread = lane.is_unread is None
            self.trunk.spawn(self._read(self._allowances, lane))
        return bool(lane.is_unread)

    async def _read(self, allowances: Allowances, lane: Lane) -> None:
        await allowances.read(lane)
        lane.is_unread = False
        self.pump(lane)

    def close(self) -> None:
        """End every call that waits."""
        self._is_closed = True
        for lane in self.lanes.values():
            for doubt in lane.doubts:
                doubt.alarm.cancel()
            self._fail_all(lane, lambda _: self._closed_error())
        self._bell.silence()

    def remove(self, lane: Lane) -> None:
        """Take an account out: what waits for it fails, what was sent goes on."""
        del self.lanes[lane.alias]
        lane.is_removed = True
        self._fail_all(lane, lambda entry: removed(entry, now=self._clock.now()))

    # ── below: the queue ──

    def _let_wait(self, entry: Entry) -> None:
        lane = entry.lane
        self._bell.join()
        if len(lane.queue) < self._queue_size:
            lane.queue.put(entry)
        else:
            entry.is_outside = True
            lane.door[entry] = None

    def _mind(self, entry: Entry) -> None:
        """Start a call that has just begun to wait, or note when it has to end at the latest."""
        self.pump(entry.lane)
        if entry.is_waiting:
            self._bell.mind(entry)

    def _take_out(self, entry: Entry) -> None:
        lane = entry.lane
        if entry.is_outside:
            entry.is_outside = False
            del lane.door[entry]
        else:
            lane.queue.remove(entry)
        self._bell.leave()

    def _let_in(self, lane: Lane) -> None:
        """Let calls into the queue as far as there is room."""
        while lane.door and len(lane.queue) < self._queue_size:
            entry = next(iter(lane.door))
            del lane.door[entry]
            entry.is_outside = False
            lane.queue.put(entry)
            entry.admit()

    def _fail_all(self, lane: Lane, error: "Callable[[Entry], LinkedApiError | None]") -> None:
        """End the waiting calls that have an error to end in."""
        for entry in lane.waiting():
            refusal = error(entry)
            if refusal is not None and entry.is_waiting:
                self._take_out(entry)
                self.fail(entry, refusal)

    def _grant(self, entry: Entry) -> None:
        lane = entry.lane
        self._take_out(entry)
        lane.started += 1
        if lane.quotas is not None:
            entry.spent = lane.quotas.spend(
                entry.costs, self._clock.wall(), draw=self._clock.draw()
            )
        if not entry.begin():
            self._undo(entry)

    def _undo(self, entry: Entry) -> None:
        """Take back a turn that nobody took."""
        lane = entry.lane
        if lane.quotas is not None and entry.spent is not None:
            lane.quotas.refund(entry.spent)
        lane.started -= 1
        lane.cancelled += 1
        self.looked(entry)

    def _next(self, lane: Lane) -> Entry | None:
        """Return the first call that may start now; else see that somebody looks in time."""
        if lane.quotas is None:
            return next(iter(lane.queue.heads()), None)
        wall = self._clock.wall()
        earliest = _NEVER
        for entry in lane.queue.heads():
            delay = until_allowed(entry, wall)
            if delay <= 0:
                return entry
            hopeless = lane.quotas.refusal(entry.costs)  # since its limits were read anew
            if hopeless is not None:
                self._take_out(entry)
                self.fail(entry, hopeless)
                return self._next(lane)
            earliest = min(earliest, delay)
        self._bell.look_in(lane, earliest, lanes=len(self.lanes))
        return None

    # ── below: what stands in the way ──

    def _refusal(self, entry: Entry) -> LinkedApiError | None:
        """Return the error for a call that would wait in vain; `None` where there is hope."""
        lane = entry.lane
        if lane.is_removed:
            return removed(entry, now=self._clock.now())
        now = self._clock.now()
        circuit = self.barriers.of(lane)
        stop = None if circuit is None else circuit.stop
        if circuit is not None and stop is not None:
            is_early = not circuit.may_probe(now)
            if self.barriers.fails(stop.disposition) and (is_early or lane.has_waiting):
                return self._parked(stop, entry)
            if stop.until is not None and is_early and entry.deadline_at <= stop.until:
                return self._parked(stop, entry)
        return shortage(entry, now=now, wall=self._clock.wall())

    def _stop(self, lanes: Iterable[Lane], stop: Stop) -> None:
        """End what a new cause makes pointless; let the rest wait."""
        for lane in lanes:
            if self.barriers.fails(stop.disposition):
                self._fail_all(lane, partial(self._parked, stop))
            elif stop.until is not None:
                until = stop.until

                def error(entry: Entry, until: float = until) -> LinkedApiError | None:
                    return self._parked(stop, entry) if entry.deadline_at <= until else None

                self._fail_all(lane, error)
            self.pump(lane)

    def _end(self, lanes: Iterable[Lane], stop: Stop, reason: str) -> None:
        """End what waited for a cause that nobody removed."""
        for lane in lanes:
            self._fail_all(lane, lambda entry: self._parked(stop, entry, reason))

    def _free(self, lanes: Iterable[Lane]) -> None:
        """Start what a cause stops no longer; end what another one makes pointless."""
        for lane in lanes:
            circuit = self.barriers.of(lane)
            stop = None if circuit is None else circuit.stop
            if stop is not None and self.barriers.fails(stop.disposition):
                self._fail_all(lane, partial(self._parked, stop))
            self.pump(lane)

    def _consider(self, circuit: Circuit, lane: Lane) -> None:
        """Let a call look whether its lane may work again, if it is time for that."""
        now = self._clock.now()
        if not circuit.may_probe(now):
            if not circuit.is_probing:
                self._bell.look_in(lane, circuit.probe_at - now, lanes=len(self.lanes))
            return
        if self.barriers.is_looked_at(circuit, lane):
            pause = circuit.end_probe(now=now, draw=self._clock.draw(), number=circuit.probes)
            self._bell.look_in(lane, pause, lanes=len(self.lanes))
            return
        if not lane.has_place or self._next(lane) is None:
            return  # lanes that can send a call ask for themselves: many need not compare them all
        circuit.begin_probe()
        self.trunk.spawn(self._probe(circuit, lane))

    async def _probe(self, circuit: Circuit, lane: Lane) -> None:
        """Send one call to look, if no other worker does."""
        turn = await self.barriers.take_turn(circuit, lane)
        if turn is not None and not await self._may_risk(circuit, lane):
            self.barriers.end_turn(circuit, turn)
            self._free(list(self.lanes.values()))
            return
        scout = None if turn is None or not circuit.is_parked else self._scout(circuit, lane)
        if scout is not None:
            scout.probe, scout.turn = circuit, turn
            if turn is not None and turn.is_local:
                scout.record.policy = self._once
            elif not self.barriers.fails(Disposition.USER_ACTION):
                scout.record.policy = self._scouting
            self._grant(scout)
            self.pump(lane)
            return
        if turn is not None:
            self.barriers.give_back(circuit, turn)
        stop = circuit.stop
        lanes = list(self.lanes.values()) if circuit is self.barriers.whole else [lane]
        for one in lanes:
            if stop is not None and self.barriers.fails(stop.disposition):
                self._fail_all(one, partial(self._parked, stop))
            self.pump(one)

    async def _may_risk(self, circuit: Circuit, lane: Lane) -> bool:
        """Return whether a call may look; a write that may be lost, if a question is answered."""
        stop, scout = circuit.stop, self._scout(circuit, lane)
        if stop is None or not stop.is_lossy or scout is None or scout.record.reads_only:
            return True
        session = scout.lane.session
        record = session.call(Purpose.POLL, "", self._once, reads_only=True)
        record.is_laned = record.is_query = True
        try:
            async with session.calls.enter():
                told = await session.look(record, account_info(session.wire.name))
        except LinkedApiError:  # the service has answered, or none of its answers can be had
            return True
        return not isinstance(told, BackOff)

    def _scout(self, circuit: Circuit, lane: Lane) -> Entry | None:
        is_whole = circuit is self.barriers.whole
        lanes = self.lanes.values() if is_whole else (lane,)
        is_outage = circuit.stop is not None and circuit.stop.is_local
        return choose_scout(lanes, self._clock.wall(), is_whole=is_whole, is_outage=is_outage)

    def _expire(self, entry: Entry) -> None:
        """End a call whose deadline has come while it waited."""
        lane = entry.lane
        circuit = self.barriers.of(lane)
        stop = None if circuit is None else circuit.stop
        self._take_out(entry)
        if stop is not None:
            self.fail(entry, self._parked(stop, entry))
        else:
            now, wall = self._clock.now(), self._clock.wall()
            self.fail(entry, shortage(entry, now=now, wall=wall) or too_late(entry, now=now))
        self.pump(lane)

    def _parked(self, stop: Stop, entry: Entry, reason: str = "") -> LinkedApiError:
        return parked(stop, entry, now=self._clock.now(), reason=reason)

    def _closed_error(self) -> ClientClosed:
        return ClientClosed("The pool is closed")
