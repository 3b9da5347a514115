"""When an account stands aside, and when somebody may look whether it still has to.

Nothing here sends or waits: moments are monotonic seconds of whoever asks.
"""

from datetime import datetime
from typing import Final

import attrs

from linkedapi_async._types import Disposition, Scope

from .backoff import full_jitter

__all__ = ["Circuit", "Stop"]

_BASE: Final = 5.0
_CAP: Final = 300.0
_LEAST_BASE: Final = 0.25
_LEAST_CAP: Final = 5.0
_NEVER: Final = float("inf")


@attrs.frozen(kw_only=True, eq=False)
class Stop:
    """Why an account, or a whole client, stands aside.

    Attributes:
        code: The service's word.
        cause: The one word for all its aliases.
        scope: What it stops.
        disposition: What it asks for.
        hint: What to do, and where.
        message: The service's sentence.
        since: When it was met, in monotonic seconds.
        since_wall: The same, as an aware moment.
        until: When the service said it ends, in monotonic seconds; `None` where it did not.
        base: Longest pause before the first look, in seconds; it doubles from look to look. A
            quarter of a second at least: who waits for nothing would look without a pause.
        cap: Where the doubling ends; 5.0 at least.
        is_announced: Whether an episode tells of it, so that nobody else has to.
        is_foreign: Whether another worker met it.
        is_local: Whether it is no news for other workers: an outage, as far as it reaches.
        is_lossy: Whether nobody can say what became of what was sent.
        met_by: Alias of the account that met it; empty where another worker did, or nobody here.
    """

    code: str
    cause: str
    scope: Scope
    disposition: Disposition
    hint: str
    message: str
    since: float
    since_wall: datetime
    until: float | None = None
    base: float = _BASE
    cap: float = _CAP
    is_announced: bool = False
    is_foreign: bool = False
    is_local: bool = False
    is_lossy: bool = False
    met_by: str = ""


class Circuit:
    """The stops of one account or client; parked while there are any.

    While it is parked one call at a time may look whether things have changed: a probe. Pauses
    between probes grow, and each is drawn from the upper half of what it may be.

    Attributes:
        probe_at: When the next probe may go out; infinite where nothing is parked.
        probes: How many have come back refused since it was parked.
        is_probing: Whether one is under way.
    """

    __slots__ = ("_stops", "is_probing", "probe_at", "probes")

    def __init__(self) -> None:
        """Start with nothing in the way."""
        self._stops: dict[str, Stop] = {}
        self.probe_at: float = _NEVER
        self.probes: int = 0
        self.is_probing: bool = False

    @property
    def is_parked(self) -> bool:
        """Whether anything stands in the way."""
        return bool(self._stops)

    @property
    def stop(self) -> Stop | None:
        """What was met last, `None` where nothing stands in the way."""
        return next(reversed(self._stops.values()), None)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """All that stands in the way, in the order it was met."""
        return tuple(self._stops.values())

    def park(self, stop: Stop, *, draw: float) -> bool:
        """Take in a reason to stand aside; return whether it is a new one.

        What is known already stays as it is, but for the end the service names; it was met last.

        Args:
            stop: The reason.
            draw: Chance, 0.0 <= draw < 1.0.
        """
        known = self._stops.pop(stop.cause, None)
        self._stops[stop.cause] = known or stop
        if known is None:
            self._plan(stop.since, draw)
        elif stop.until is not None:
            self._stops[stop.cause] = attrs.evolve(known, until=stop.until)
            self._plan(stop.since, draw)
        return known is None

    def lift(self, cause: str) -> Stop | None:
        """Forget a reason and return it, if it stood in the way."""
        stop = self._stops.pop(cause, None)
        if not self._stops:
            self.probe_at, self.probes, self.is_probing = _NEVER, 0, False
        return stop

    def may_probe(self, now: float) -> bool:
        """Return whether it is time for a call to look, and none does."""
        return self.is_parked and not self.is_probing and now >= self.probe_at

    def begin_probe(self) -> None:
        """Take in that a call goes out to look."""
        self.is_probing = True

    def end_probe(self, *, now: float, draw: float, number: int | None = None) -> float:
        """Take in that a look changed nothing; return the pause before the next.

        Args:
            now: The current moment.
            draw: Chance, 0.0 <= draw < 1.0.
            number: Which look it was, where others look as well; from 1.
        """
        self.is_probing = False
        self.probes = self.probes + 1 if number is None else number
        self._plan(now, draw)
        return max(0.0, self.probe_at - now)

    def postpone(self, until: float) -> None:
        """Take in that nobody may look before a moment: somebody else does."""
        self.is_probing = False
        if self._stops:
            self.probe_at = until

    def _plan(self, now: float, draw: float) -> None:
        """Set the moment of the next look."""
        stop = self.stop
        if stop is None:
            return
        base, cap = max(stop.base, _LEAST_BASE), max(stop.cap, _LEAST_CAP)
        pause = full_jitter(self.probes + 1, base=base, cap=cap, draw=(1 + draw) / 2)
        self.probe_at = now + pause
        if stop.until is not None and stop.until > now:  # at the end that is named, not before
            self.probe_at = max(self.probe_at, stop.until + draw * min(base, cap))
