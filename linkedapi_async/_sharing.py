"""What several workers decide together: one budget, what is parked, one probe at a time.

A coordinator only carries decisions; what is parked, and what a probe is, its user knows.
"""

from collections.abc import Callable
from typing import Protocol

import attrs

from ._clock import Clock, SystemClock
from ._types import Scope
from .events import Event
from .policy import Pace

__all__ = ["Coordinator", "LocalCoordinator", "Pacer", "Parking", "Turn"]


@attrs.frozen(kw_only=True)
class Parking:
    """An account that stands aside until a person has acted.

    Attributes:
        account: Alias or fingerprint; empty for the whole client.
        code: The service's word.
        cause: The one word for all its aliases.
        scope: What it stops.
        hint: What to do, and where.
        message: The service's sentence.
    """

    account: str
    code: str
    cause: str
    scope: Scope
    hint: str
    message: str


@attrs.frozen(kw_only=True)
class Turn:
    """The answer to who may probe.

    Attributes:
        account: Whose parking it is about.
        cause: What the account is parked for.
        wait: 0.0 when the turn is yours, else seconds until asking again makes sense.
        number: Which probe of this parking it is, from 1, whoever made the others; 0 while waiting.
        holder: Tells this turn from another worker's.
        is_local: Whether nobody was asked for it, as other workers have nothing to do with it.
    """

    account: str
    cause: str
    wait: float
    number: int
    holder: str = ""
    is_local: bool = False


class Pacer(Protocol):
    """A budget of requests per second, as :class:`~linkedapi_async.policy.Pace` is one."""

    def take(self, now: float) -> float:
        """Take a permit and return 0.0, or return the seconds until asking again makes sense."""
        ...


class Coordinator(Protocol):
    """What several workers decide together; it belongs to one user on one event loop at a time.

    Nothing here raises because the others cannot be reached: decisions are then made alone.

    Attributes:
        lease: Seconds that a turn to probe lasts. A probe has to be over by then: another worker
            gets the next turn.
    """

    lease: float

    async def open(
        self,
        *,
        clock: Clock,
        emit: Callable[[Event], None],
        on_park: Callable[[Parking], bool],
        on_resume: Callable[[str, str], object],
    ) -> None:
        """Begin to hear of what the others do.

        Args:
            clock: Time and chance.
            emit: Hears when the others can no longer be reached, and when they can.
            on_park: Hears what another worker has parked, also before this one began. It returns
                whether this worker has the account, and so keeps the parking alive; one that it
                does not have may be told again.
            on_resume: Hears the account and the cause of a parking that has ended.
        """
        ...

    async def close(self) -> None:
        """Tell what is left to tell, within a short bound, and hear no more."""
        ...

    def pace(self, rate: float, *, backlog: Callable[[], int]) -> Pacer:
        """Return the budget of all workers together.

        Args:
            rate: Permits per second for all.
            backlog: Tells how many permits could be used now; as many are taken at once, within
                reason.

        Raises:
            ConfigurationError: The rate is no finite number above 0.
        """
        ...

    def park(self, parking: Parking) -> None:
        """Tell the others what has been found out here; in order, and later if need be."""
        ...

    def resume(self, account: str, cause: str) -> None:
        """Tell the others that a cause is gone, and end its turns and pauses."""
        ...

    async def may_probe(self, account: str, cause: str) -> Turn:
        """Ask for the turn to look whether a cause is gone; one worker has it at a time."""
        ...

    def probed(self, turn: Turn, *, rest: float = 0.0) -> None:
        """Give a turn back; for `rest` seconds nobody gets the next."""
        ...


@attrs.define
class _Probing:
    """The turns of one cause.

    Attributes:
        number: Turns given so far.
        until: When the next may be given, in monotonic seconds.
    """

    number: int = 0
    until: float = 0.0


class LocalCoordinator:
    """The coordinator of a worker that is alone: it decides at once, and there is nobody to tell.

    Attributes:
        lease: Seconds that a turn to probe lasts.
    """

    def __init__(self, *, lease: float = 30.0) -> None:
        """Start with nothing probed."""
        self.lease: float = lease
        self._clock: Clock = SystemClock()
        self._probing: dict[tuple[str, str], _Probing] = {}

    async def open(
        self,
        *,
        clock: Clock,
        emit: Callable[[Event], None],  # noqa: ARG002 - alone, there is nothing to tell
        on_park: Callable[[Parking], bool],  # noqa: ARG002 - as above
        on_resume: Callable[[str, str], object],  # noqa: ARG002 - as above
    ) -> None:
        """Take the clock that leases are measured with."""
        self._clock = clock

    async def close(self) -> None:
        """Forget all turns."""
        self._probing.clear()

    def pace(
        self,
        rate: float,
        *,
        backlog: Callable[[], int],  # noqa: ARG002 - permits need not be taken ahead
    ) -> Pace:
        """Return the budget, all of it."""
        return Pace(rate)

    def park(self, parking: Parking) -> None:
        """Do nothing: there is nobody to tell."""

    def resume(self, account: str, cause: str) -> None:
        """End the turns of a cause."""
        self._probing.pop((account, cause), None)

    async def may_probe(self, account: str, cause: str) -> Turn:
        """Give the turn, unless it is taken or a rest was asked for."""
        now = self._clock.now()
        probing = self._probing.setdefault((account, cause), _Probing())
        if now < probing.until:
            return Turn(account=account, cause=cause, wait=probing.until - now, number=0)
        probing.number += 1
        probing.until = now + self.lease
        return Turn(
            account=account,
            cause=cause,
            wait=0.0,
            number=probing.number,
        )

    def probed(self, turn: Turn, *, rest: float = 0.0) -> None:
        """Take a turn back; for `rest` seconds nobody gets the next."""
        probing = self._probing.get((turn.account, turn.cause))
        if probing is not None and turn.number == probing.number:
            probing.until = self._clock.now() + rest
