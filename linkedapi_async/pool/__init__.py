"""Many LinkedIn accounts at once: a lane for each, in one process and over one set of connections.

`AccountPool` runs calls; the rest of the names here is what it takes and gives.
"""

from ._calls import Call, Outcome
from ._client import AccountPool
from ._outcomes import Outcomes
from ._stats import AccountStats, Parked, PoolStats

__all__ = [
    "AccountPool",
    "AccountStats",
    "Call",
    "Outcome",
    "Outcomes",
    "Parked",
    "PoolStats",
]
