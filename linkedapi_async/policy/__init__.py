"""The policy engine: refusal → verdict → decision, every step a pure function."""

from ._policy import OnUserAction, Policy
from .backoff import full_jitter, poll_pause
from .brake import Brake
from .budget import RetryBudget
from .circuit import Circuit, Stop
from .classify import Verdict, classify
from .decide import BackOff, Decision, Emit, Hold, Raise, Situation, decide, error_of
from .durations import Durations, Rhythm
from .episodes import Episode, Episodes
from .explain import Explanation
from .hours import opening_delay
from .pace import Pace
from .schedule import PollSchedule
from .timetable import Timetable
from .waiting import Waiting
from .window import Window

__all__ = [
    "BackOff",
    "Brake",
    "Circuit",
    "Decision",
    "Durations",
    "Emit",
    "Episode",
    "Episodes",
    "Explanation",
    "Hold",
    "OnUserAction",
    "Pace",
    "Policy",
    "PollSchedule",
    "Raise",
    "RetryBudget",
    "Rhythm",
    "Situation",
    "Stop",
    "Timetable",
    "Verdict",
    "Waiting",
    "Window",
    "classify",
    "decide",
    "error_of",
    "full_jitter",
    "opening_delay",
    "poll_pause",
]
