"""The policy engine: refusal → verdict → decision, every step a pure function."""

from ._policy import OnUserAction, Policy
from .backoff import full_jitter, poll_pause
from .budget import RetryBudget
from .classify import Verdict, classify
from .decide import BackOff, Decision, Emit, Hold, Raise, Situation, decide
from .episodes import Episode, Episodes
from .explain import Explanation
from .hours import opening_delay
from .schedule import PollSchedule
from .window import Window

__all__ = [
    "BackOff",
    "Decision",
    "Emit",
    "Episode",
    "Episodes",
    "Explanation",
    "Hold",
    "OnUserAction",
    "Policy",
    "PollSchedule",
    "Raise",
    "RetryBudget",
    "Situation",
    "Verdict",
    "Window",
    "classify",
    "decide",
    "full_jitter",
    "opening_delay",
    "poll_pause",
]
