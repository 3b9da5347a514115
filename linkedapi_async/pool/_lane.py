"""One account of a pool: the calls that wait for it, and the places it takes at the service."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from linkedapi_async._bookkeeping import Fence
from linkedapi_async._call import Call as Record
from linkedapi_async._clock import Alarm
from linkedapi_async._messages import Request
from linkedapi_async._session import Session
from linkedapi_async._sharing import Turn
from linkedapi_async._types import Certainty, Disposition
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.policy import Circuit
from linkedapi_async.quotas import Costs, Quotas, Spent

from ._calls import Call
from ._member import Member
from ._queue import Queue, Shelf
from ._stats import AccountStats, Parked

__all__ = ["Doubt", "Entry", "Lane"]

_NEVER: Final = float("inf")
_FREE: Final[Costs] = MappingProxyType({})


class Entry(ABC):
    """One call of a lane; whoever handed it in decides what its turn means.

    Attributes:
        call: What is wanted.
        lane: Whose turn it waits for.
        record: Its start, over all attempts.
        request: What starts it.
        rank: Its place in the lane.
        shelf: Which others could start when it can.
        costs: What it may do, by the limit that counts it; empty where nothing is counted.
        spent: What was counted at its start.
        ticket: Its entry in the lane's queue; 0 while it has none.
        is_outside: Whether it waits for room in the queue.
        certainty: What is known of the requests sent for it so far.
        was_held: Whether it was told already that it waits for a person.
        probe: The circuit it looks for, while it does.
        turn: The turn to look that it was given.
    """

    __slots__ = (
        "call",
        "certainty",
        "costs",
        "is_outside",
        "lane",
        "probe",
        "rank",
        "record",
        "request",
        "shelf",
        "spent",
        "ticket",
        "turn",
        "was_held",
    )

    def __init__(self, call: Call[Any], lane: "Lane", record: Record, request: Request) -> None:
        """Prepare to wait.

        Args:
            call: What is wanted.
            lane: Of which account.
            record: Its start.
            request: What starts it.
        """
        self.call = call
        self.lane = lane
        self.record = record
        self.request = request
        self.rank: tuple[int, int] = (-call.priority, 0)
        self.shelf: Shelf = ()
        self.costs: Costs = _FREE
        self.spent: Spent | None = None
        self.ticket: int = 0
        self.is_outside: bool = False
        self.certainty: Certainty = Certainty.NOT_SENT
        self.was_held: bool = False
        self.probe: Circuit | None = None
        self.turn: Turn | None = None

    def __lt__(self, other: "Entry") -> bool:
        """Break ties of equal moments by who came first."""
        return self.rank[1] < other.rank[1]

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its turn, or for room."""
        return self.ticket != 0 or self.is_outside

    @property
    def deadline_at(self) -> float:
        """When it ends at the latest, in monotonic seconds; infinite for never."""
        deadline_at = self.record.deadline_at
        return _NEVER if deadline_at is None else deadline_at

    @abstractmethod
    def begin(self) -> bool:
        """Take its turn; return whether anybody still wants that."""

    @abstractmethod
    def fail(self, error: LinkedApiError) -> None:
        """End in an error instead of getting a turn."""

    @abstractmethod
    def admit(self) -> None:
        """Take in that there was room in the queue."""

    def accepted(self) -> None:  # noqa: B027 - most have nothing to do then
        """Take in that the service has named the workflow."""


class Doubt:
    """A start whose reply was lost: a workflow may stand behind it.

    Attributes:
        since: When nobody could say any more, in monotonic seconds.
        fence: What the start had passed.
        alarm: Ends it.
    """

    __slots__ = ("alarm", "fence", "since")

    alarm: Alarm

    def __init__(self, since: float, fence: Fence | None) -> None:
        self.since: float = since
        self.fence: Fence | None = fence


class Lane:
    """The calls of one account.

    Attributes:
        alias: The account's name.
        api: Its client.
        session: Speaks for it.
        circuit: Whether it stands aside.
        quotas: What it may still do today; `None` where nothing is counted.
        queue: Calls that wait for their turn.
        door: Calls that wait for room in the queue, in order.
        started: Calls that were sent and have not ended.
        watched: Workflows that nobody waits for any more.
        doubts: Starts whose reply was lost.
        done: Calls that brought a result.
        failed: Calls that ended in an error.
        cancelled: Calls whose waiter was cancelled.
        is_paused: Whether the application holds it.
        is_removed: Whether it was taken out of the pool.
        is_unread: Whether its limits are being read for the first time; `None` before that.
        look_at: When to look whether more can be started; infinite for no such moment.
    """

    __slots__ = (
        "alias",
        "api",
        "cancelled",
        "circuit",
        "done",
        "door",
        "doubts",
        "failed",
        "is_paused",
        "is_removed",
        "is_unread",
        "look_at",
        "queue",
        "quotas",
        "session",
        "started",
        "watched",
        "width",
    )

    def __init__(
        self, alias: str, api: Member, session: Session, *, width: int, quotas: Quotas | None
    ) -> None:
        """Start empty.

        Args:
            alias: The account's name.
            api: Its client.
            session: Speaks for it.
            width: Places it may take at the service.
            quotas: What it may do.
        """
        self.alias: str = alias
        self.api: Member = api
        self.session: Session = session
        self.width = width
        self.quotas: Quotas | None = quotas
        self.circuit: Circuit = Circuit()
        self.queue: Queue[Entry] = Queue()
        self.door: dict[Entry, None] = {}
        self.started: int = 0
        self.watched: int = 0
        self.doubts: list[Doubt] = []
        self.done: int = 0
        self.failed: Counter[Disposition] = Counter()
        self.cancelled: int = 0
        self.is_paused: bool = False
        self.is_removed: bool = False
        self.is_unread: bool | None = None
        self.look_at: float = _NEVER

    def __lt__(self, other: "Lane") -> bool:
        """Break ties of equal moments, in no order."""
        return False

    @property
    def lingering(self) -> int:
        """Places taken by what nobody waits for."""
        return self.watched + len(self.doubts)

    @property
    def has_place(self) -> bool:
        """Whether another call may be sent."""
        return self.started + self.lingering < self.width

    @property
    def has_waiting(self) -> bool:
        """Whether any call waits for its turn."""
        return bool(self.queue) or bool(self.door)

    def waiting(self) -> list[Entry]:
        """Return every call that waits, in order."""
        return [*self.queue, *self.door]

    def settle_doubts(self, sent_at: float) -> None:
        """Forget lost starts that were over when another was sent, which has ended now.

        Inferred: the service runs the workflows of an account one after the other, and so far in
        the order they came.
        """
        self._forget([one for one in self.doubts if one.since < sent_at])

    def settle_doubt(self, fence: Fence) -> None:
        """Forget a lost start of which more is known by now."""
        self._forget([one for one in self.doubts if one.fence is fence])

    def _forget(self, doubts: Iterable[Doubt]) -> None:
        for doubt in doubts:
            self.doubts.remove(doubt)
            doubt.alarm.cancel()

    def stats(self, now: float, whole: Circuit) -> AccountStats:
        """Return it at a moment.

        Args:
            now: The moment.
            whole: The circuit of the whole client.
        """
        stopped = whole if whole.is_parked else self.circuit
        return AccountStats(
            queued=len(self.queue),
            waiting=len(self.door),
            started=self.started,
            lingering=self.lingering,
            done=self.done,
            failed=dict(self.failed),
            cancelled=self.cancelled,
            is_paused=self.is_paused,
            parked=_parked(stopped, now),
        )


def _parked(circuit: Circuit, now: float) -> Parked | None:
    stop = circuit.stop
    if stop is None:
        return None
    return Parked(
        code=stop.code,
        scope=stop.scope,
        hint=stop.hint,
        message=stop.message,
        since=stop.since_wall,
        probes=circuit.probes,
        next_probe_in=None if circuit.is_probing else max(0.0, circuit.probe_at - now),
    )
