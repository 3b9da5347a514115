"""What keeps accounts from working, who hears of it, and which call looks whether it is over."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, assert_never

import attrs

from linkedapi_async._messages import Refusal
from linkedapi_async._sharing import Coordinator, Parking, Turn
from linkedapi_async._trunk import Core, Trunk
from linkedapi_async._types import Certainty, Disposition, Remedy, Scope
from linkedapi_async.errors import (
    CATALOG,
    LinkedApiError,
    find,
)
from linkedapi_async.events import AccountParked, AccountResumed
from linkedapi_async.policy import (
    Circuit,
    Episode,
    OnUserAction,
    Policy,
    Stop,
    Verdict,
    classify,
    opening_delay,
)

from ._lane import Entry, Lane
from ._outage import Outage

__all__ = ["Barriers"]

_SIGNED_OUT: Final = next(row.type for row in CATALOG.values() if row.remedy is Remedy.RECONNECT)
_WHOLE: Final = ""
"""What coordinators call the whole client."""


class Barriers:
    """The circuits of a pool: one for each account, and one for all of them.

    Causes that wait for a person come from the executor, which announces them; those that only
    time heals come from the calls they stop, and are announced here.

    Attributes:
        whole: The circuit of the whole client.
        outage: Tells what is the service's fault alone.
    """

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        *,
        core: Core,
        trunk: Trunk,
        policy: Policy,
        coordinator: Coordinator,
        stopped: Callable[[Iterable[Lane], Stop], None],
        ended: Callable[[Iterable[Lane], Stop, str], None],
        freed: Callable[[Iterable[Lane]], None],
    ) -> None:
        """Listen to the executor.

        Args:
            lanes: The accounts, by alias.
            core: Clock and sink.
            trunk: What the accounts share.
            policy: Says what becomes of calls that a person has to help.
            coordinator: Tells other workers, and hears of them.
            stopped: Called with the lanes that a new cause stops.
            ended: Called with the lanes whose waiting calls have to end, the cause and the reason.
            freed: Called with the lanes that a cause stops no longer.
        """
        self.whole: Circuit = Circuit()
        self.outage: Outage = Outage(policy)
        self._lanes = lanes
        self._core = core
        self._executor = trunk.executor
        self._policy = policy
        self._coordinator = coordinator
        self._stopped = stopped
        self._ended = ended
        self._freed = freed
        self._executor.on_opened.append(self._open)
        self._executor.on_closed.append(self._close)
        self._executor.on_given_up.append(self._give_up)

    def of(self, lane: Lane) -> Circuit | None:
        """Return what parks a lane, `None` where nothing does."""
        if self.whole.is_parked:
            return self.whole
        return lane.circuit if lane.circuit.is_parked else None

    def fails(self, disposition: Disposition) -> bool:
        """Return whether calls that a cause stops end at once instead of waiting."""
        match disposition:
            case Disposition.FATAL:
                return True
            case Disposition.USER_ACTION:
                return self._policy.on_user_action is OnUserAction.RAISE
            case Disposition.RETRYABLE:
                return False
            case _:
                assert_never(disposition)

    # ── what calls meet ──

    def meet_at_start(self, entry: Entry, error: LinkedApiError, *, is_outlasted: bool) -> None:
        """Park a lane, or all, for what has stopped a start of one of its calls.

        Args:
            entry: The call.
            error: What its start has met.
            is_outlasted: Whether it waits for the end of an outage.
        """
        sent_at = entry.record.sent_at
        if self.outage.shows_in(error):
            clock = self._core.clock
            goes_on = self.outage.goes_on(sent_at=sent_at, now=clock.now(), draw=clock.draw())
            if goes_on or is_outlasted:
                self._stand_aside(entry.lane, error)
            return
        if error.certainty is Certainty.REJECTED:  # by a service that is back
            self._end_outage(sent_at)
        self.meet(entry.lane, error)

    def meet(self, lane: Lane, error: LinkedApiError) -> None:
        """Park a lane, or all, for what has stopped one of its calls."""
        waits_for_person = error.disposition is Disposition.USER_ACTION
        if error.scope is Scope.ACCOUNT or (error.scope is Scope.CLIENT and waits_for_person):
            self._stand_aside(lane, error)

    def _stand_aside(self, lane: Lane, error: LinkedApiError) -> None:
        waits_for_person = error.disposition is Disposition.USER_ACTION
        now, wall = self._core.clock.now(), self._core.clock.wall()
        row = find(error.code)
        known = [
            delay
            for delay in (error.retry_after, opening_delay(error.message, wall))
            if delay is not None
        ]
        stop = Stop(
            code=error.code,
            cause=error.code if row is None else row.type,
            scope=error.scope,
            disposition=error.disposition,
            hint=error.hint,
            message=error.message,
            since=now,
            since_wall=wall,
            until=now + max(known) if known else None,
            is_announced=waits_for_person,
            is_local=self.outage.shows_in(error),
            met_by=lane.alias,
        )
        policy = self._policy
        if stop.is_local:
            is_lossy = error.certainty is Certainty.MAYBE_ACCEPTED  # a look may cost one more doubt
            cap = stop.cap if is_lossy else policy.max_delay
            stop = attrs.evolve(stop, base=policy.base_delay, cap=cap, is_lossy=is_lossy)
        elif row is not None and row.is_slow:
            stop = attrs.evolve(stop, base=policy.slow_base_delay, cap=policy.slow_max_delay)
        account = _WHOLE if error.scope is Scope.CLIENT else lane.alias
        if self._park(account, stop) and not waits_for_person:
            self._core.sink.emit(
                AccountParked(
                    account=lane.alias,
                    code=stop.code,
                    scope=stop.scope,
                    hint=stop.hint,
                    message=stop.message,
                    rest=max(known) if known else None,
                )
            )

    def park_signed_out(self, account: str) -> None:
        """Park an account that is known to be signed out before any call has met it."""
        message = "The Admin API lists the account as signed out"
        refusal = Refusal(_SIGNED_OUT, message, Certainty.REJECTED, is_envelope=True)
        self._executor.park(account, refusal)

    def passed(self, lane: Lane, sent_at: float) -> None:
        """Take in that the service took a call: what was met before it was sent is over."""
        self.outage.is_over()
        for circuit, account in ((lane.circuit, lane.alias), (self.whole, _WHOLE)):
            for stop in circuit.stops:
                if stop.since <= sent_at:
                    self._lift(circuit, stop, account)

    def _end_outage(self, sent_at: float) -> None:
        """Take in that the service has answered a call."""
        self.outage.is_over()
        for stop in self.whole.stops:
            if stop.is_local and stop.since <= sent_at:
                self._lift(self.whole, stop, _WHOLE)

    def resume(self, lane: Lane | None) -> None:
        """Take for gone whatever parks a lane; of the whole client without one."""
        circuit, account = (self.whole, _WHOLE) if lane is None else (lane.circuit, lane.alias)
        for stop in circuit.stops:
            self._executor.resume(account, stop.cause)
            self._lift(circuit, stop, account)

    # ── looking whether it is over ──

    def is_looked_at(self, circuit: Circuit, lane: Lane) -> bool:
        """Return whether an accepted call, held by the executor, looks for all."""
        stop = circuit.stop
        account = "" if circuit is self.whole else lane.alias
        return stop is not None and self._executor.is_held(stop.cause, account)

    async def take_turn(self, circuit: Circuit, lane: Lane) -> Turn | None:
        """Return leave to let a call look; `None` where another worker has it.

        Args:
            circuit: Whose cause it is.
            lane: A lane that it stops.
        """
        stop = circuit.stop
        assert stop is not None  # noqa: S101 - only what is parked is looked at
        account = _WHOLE if circuit is self.whole else lane.alias
        if stop.is_local:
            number = circuit.probes + 1
            return Turn(account=account, cause=stop.cause, wait=0.0, number=number, is_local=True)
        turn = await self._coordinator.may_probe(account, stop.cause)
        if turn.wait > 0:
            circuit.postpone(self._core.clock.now() + turn.wait)
            return None
        return turn

    def give_back(self, circuit: Circuit, turn: Turn) -> None:
        """Return a turn that no call has used."""
        circuit.is_probing = False
        self._return(turn)

    def looked(self, entry: Entry) -> None:
        """Take in that a call has looked, whatever it saw."""
        circuit, turn = entry.probe, entry.turn
        entry.probe = entry.turn = None
        if circuit is not None and turn is not None:
            self.end_turn(circuit, turn)

    def end_turn(self, circuit: Circuit, turn: Turn) -> None:
        """Take in that a look is over, whatever it has shown."""
        rest = 0.0
        if circuit.is_parked:
            clock = self._core.clock
            rest = circuit.end_probe(now=clock.now(), draw=clock.draw(), number=turn.number)
        self._return(turn, rest)

    def _return(self, turn: Turn, rest: float = 0.0) -> None:
        if not turn.is_local:
            self._coordinator.probed(turn, rest=rest)

    # ── what others tell ──

    async def connect(self) -> None:
        """Begin to hear of other workers."""
        core = self._core
        await self._coordinator.open(
            clock=core.clock, emit=core.sink.emit, on_park=self._hear, on_resume=self._hear_end
        )

    def _hear(self, parking: Parking) -> bool:
        """Park what another worker has parked, in silence: it has told the person."""
        circuit = self._circuit(parking.account)
        if circuit is None:
            return False
        refusal = Refusal(parking.code, parking.message, Certainty.REJECTED, is_envelope=True)
        clock = self._core.clock
        stop = Stop(
            code=parking.code,
            cause=parking.cause,
            scope=parking.scope,
            disposition=classify(refusal, self._policy.overrides).disposition,
            hint=parking.hint,
            message=parking.message,
            since=clock.now(),
            since_wall=clock.wall(),
            is_foreign=True,
        )
        if circuit.park(stop, draw=clock.draw()):
            self._stopped(self._concerned(parking.account), stop)
        return True

    def _hear_end(self, account: str, cause: str) -> None:
        """Go on with what another worker has found to work again."""
        self._executor.resume(account, cause)
        circuit = self._circuit(account)
        if circuit is not None and circuit.lift(cause) is not None:
            self._freed(self._concerned(account))

    def _open(self, episode: Episode, verdict: Verdict) -> None:
        """Park what a cause stops that waits for a person."""
        if episode.scope is Scope.CALL:
            return
        stop = Stop(
            code=episode.code,
            cause=episode.cause,
            scope=episode.scope,
            disposition=verdict.disposition,
            hint=verdict.hint,
            message=verdict.refusal.message,
            since=episode.opened_at,
            since_wall=self._core.clock.wall(),
            is_announced=True,
        )
        self._park(_account(episode), stop)

    def _give_up(self, episode: Episode, reason: str) -> None:
        for _, stop in self._known(episode):
            self._ended(self._concerned(_account(episode)), stop, reason)

    def _close(self, episode: Episode) -> None:
        for circuit, stop in self._known(episode):
            self._lift(circuit, stop, _account(episode))

    # ── below ──

    def _known(self, episode: Episode) -> list[tuple[Circuit, Stop]]:
        """Return what an episode stops, unless it stops single calls only."""
        circuit = self._circuit(_account(episode))
        if circuit is None or episode.scope is Scope.CALL:
            return []
        return [(circuit, stop) for stop in circuit.stops if stop.cause == episode.cause]

    def _circuit(self, account: str) -> Circuit | None:
        if account == _WHOLE:
            return self.whole
        lane = self._lanes.get(account)
        return None if lane is None else lane.circuit

    def _concerned(self, account: str) -> list[Lane]:
        if account == _WHOLE:
            return list(self._lanes.values())
        lane = self._lanes.get(account)
        return [] if lane is None else [lane]

    def _park(self, account: str, stop: Stop) -> bool:
        """Park for a cause met here; return whether it is a new one."""
        circuit = self._circuit(account)
        if circuit is None or not circuit.park(stop, draw=self._core.clock.draw()):
            return False
        if not stop.is_local:
            self._coordinator.park(
                Parking(
                    account=account,
                    code=stop.code,
                    cause=stop.cause,
                    scope=stop.scope,
                    hint=stop.hint,
                    message=stop.message,
                )
            )
        self._stopped(self._concerned(account), stop)
        return True

    def _lift(self, circuit: Circuit, stop: Stop, account: str) -> None:
        """Forget a cause that was found gone here."""
        if circuit.lift(stop.cause) is None:
            return
        if not stop.is_local:
            self._coordinator.resume(account, stop.cause)
        if not (stop.is_announced or stop.is_foreign):
            self._core.sink.emit(
                AccountResumed(
                    account=stop.met_by or account,
                    code=stop.code,
                    scope=stop.scope,
                    lasted=self._core.clock.now() - stop.since,
                )
            )
        self._freed(self._concerned(account))


def _account(episode: Episode) -> str:
    """Return whom an episode stops, as coordinators call it."""
    return _WHOLE if episode.scope is Scope.CLIENT else episode.account
