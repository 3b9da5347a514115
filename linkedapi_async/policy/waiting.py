"""The taste of whoever waits: how soon to learn of an end, and what that may cost."""

from enum import StrEnum
from typing import Final

__all__ = ["Waiting"]


class Waiting(StrEnum):
    """How many polls a workflow may cost on average, once its operation's durations are known.

    Polls gather where ends are likely, so half as many make the end known about twice as late. For
    durations around a minute, mostly below six, the mean delay is about 2.5 s, 6.5 s or 11 s.
    """

    EAGER = "eager"
    """20 polls: somebody looks at a screen."""
    BALANCED = "balanced"
    """8 polls: many workflows at once, and what follows them should not wait."""
    THRIFTY = "thrifty"
    """5 polls: a night's work, where only the total counts."""

    @property
    def polls(self) -> float:
        """Polls that a workflow may cost on average."""
        return _POLLS[self]


_POLLS: Final = {Waiting.EAGER: 20.0, Waiting.BALANCED: 8.0, Waiting.THRIFTY: 5.0}
