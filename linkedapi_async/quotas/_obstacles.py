"""What keeps a call from starting, told so that a person understands it."""

from datetime import datetime
from enum import StrEnum
from typing import assert_never

import attrs

from ._periods import Period

__all__ = ["Obstacle", "ObstacleKind"]


class ObstacleKind(StrEnum):
    """What stands in the way."""

    LIMIT = "limit"
    """A limit is used up, or too small for the call."""
    REFUSED = "refused"
    """The service has said that a limit is used up, whatever is counted here."""
    HOURS = "hours"
    """It is outside working hours."""
    PACING = "pacing"
    """The start before this one was only just now."""


@attrs.frozen(kw_only=True)
class Obstacle:
    """One thing that keeps a call from starting; `str` tells it in a sentence.

    Attributes:
        kind: What stands in the way.
        until: When it gives way; `None` is never.
        category: What the limit counts, as `stMessages`; `None` where it is no limit.
        period: How long the limit counts; `None` where it is no limit, or nobody knows which.
        cost: How many actions the call may do, of that category.
        used: How many the period has seen, with those that are under way.
        limit: How many it allows.
    """

    kind: ObstacleKind
    until: datetime | None
    category: str | None = None
    period: Period | None = None
    cost: int = 0
    used: int = 0
    limit: int = 0

    def __str__(self) -> str:
        """Return it as a sentence."""
        until = "never" if self.until is None else f"{self.until:%Y-%m-%d %H:%M:%S %Z}"
        match self.kind:
            case ObstacleKind.LIMIT if self.until is None:
                return (
                    f"{self.category}: the call may need {self.cost}, and the {self.period} limit "
                    f"is {self.limit}"
                )
            case ObstacleKind.LIMIT:
                return (
                    f"{self.category}: {self.used} of {self.limit} ({self.period}) are used, the "
                    f"call may need {self.cost}; counted anew from {until}"
                )
            case ObstacleKind.REFUSED:
                return (
                    f"{self.category}: the service said that the limit is used up; to be tried "
                    f"again from {until}"
                )
            case ObstacleKind.HOURS:
                return f"Outside working hours; they open at {until}"
            case ObstacleKind.PACING:
                return f"Too soon after the start before; the next may be at {until}"
            case _:
                assert_never(self.kind)
