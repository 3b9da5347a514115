"""How far a batch has come: every call that was read stands in exactly one place."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto

import attrs

from linkedapi_async._types import Disposition
from linkedapi_async.errors import OutcomeUnknown
from linkedapi_async.pool import Outcome

__all__ = ["BatchProgress", "Place", "Tally"]


class Place(Enum):
    """Where a call stands."""

    WAITING = auto()
    RUNNING = auto()
    ENDED = auto()


@attrs.frozen(kw_only=True)
class BatchProgress:
    """A batch at a moment.

    `read` is the sum of `done`, `failed`, `uncertain`, `running`, `parked` and `waiting`.

    Attributes:
        total: How many calls there are; `None` where the list does not say.
        read: How many were read so far.
        done: How many brought a result, with failed actions or without.
        failed: How many ended in an error, by what that asks for.
        uncertain: How many may have been carried out, and nobody knows.
        running: How many the service has accepted, and not ended.
        parked: How many wait for an account that stands aside.
        waiting: How many wait for their turn, are being sent, or are being looked into.
        replayed: How many of the done and failed ones the ledger knew from before.
        is_paused: Whether nothing new is started, until `resume`.
        is_stopping: Whether nothing new is started any more.
        earliest_feasible_at: When the last of the waiting calls may start, as limits, hours and
            pauses are known now; `None` where a call needs more than a whole limit.
    """

    total: int | None
    read: int
    done: int
    failed: Mapping[Disposition, int]
    uncertain: int
    running: int
    parked: int
    waiting: int
    replayed: int
    is_paused: bool
    is_stopping: bool
    earliest_feasible_at: datetime | None

    @property
    def failures(self) -> int:
        """How many ended in an error, uncertain ones not counted."""
        return sum(self.failed.values())

    @property
    def answered(self) -> int:
        """How many have an outcome."""
        return self.done + self.failures + self.uncertain


class Tally:
    """Counts calls as they move from place to place.

    Attributes:
        read: How many were read.
        done: How many brought a result.
        failed: How many ended in an error.
        uncertain: How many may have been carried out.
        running: How many were accepted.
        replayed: How many outcomes came from the ledger.
        waiting: How many wait, by account.
    """

    __slots__ = ("done", "failed", "read", "replayed", "running", "uncertain", "waiting")

    def __init__(self) -> None:
        """Start at nothing."""
        self.read: int = 0
        self.done: int = 0
        self.failed: Counter[Disposition] = Counter()
        self.uncertain: int = 0
        self.running: int = 0
        self.replayed: int = 0
        self.waiting: Counter[str] = Counter()

    def enter(self, account: str) -> None:
        """Count a call that was read."""
        self.read += 1
        self.waiting[account] += 1

    def move(self, account: str, old: Place, new: Place) -> None:
        """Count a call in another place; its end is counted by `end`."""
        for place, step in ((old, -1), (new, 1)):
            if place is Place.WAITING:
                self.waiting[account] += step
            elif place is Place.RUNNING:
                self.running += step

    def end(self, outcome: Outcome[object], *, is_replayed: bool) -> None:
        """Count an outcome."""
        if isinstance(outcome.error, OutcomeUnknown):
            self.uncertain += 1
            return
        if outcome.error is None:
            self.done += 1
        else:
            self.failed[outcome.error.disposition] += 1
        self.replayed += is_replayed
