"""Limits, working hours and pauses, reckoned at home: what an account may do, and when.

A call that would meet a limit of the service, or come at night, need not be sent to find out.
Nothing here waits, sends or knows what time it is.
"""

from ._book import Spent
from ._costs import Costs, costs_in, costs_of
from ._hours import Weekday, WorkingHours
from ._obstacles import Obstacle, ObstacleKind
from ._pacing import Pacing
from ._periods import Period
from ._quotas import Quotas

__all__ = [
    "Costs",
    "Obstacle",
    "ObstacleKind",
    "Pacing",
    "Period",
    "Quotas",
    "Spent",
    "Weekday",
    "WorkingHours",
    "costs_in",
    "costs_of",
]
