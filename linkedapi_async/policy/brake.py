"""When to stop asking altogether: an outage concerns every wait, not the one that met it."""

from typing import Final

from .backoff import full_jitter

__all__ = ["Brake"]

_PATIENCE: Final = 3
_BASE: Final = 1.0
_CAP: Final = 15.0


class Brake:
    """Counts failures in a row over all waits. Moments are monotonic seconds.

    One failure among successes stops nobody: several in a row do, or the service's own word. After
    a pause a single request looks whether the service is back.

    Attributes:
        until: When the pause ends; a past moment where there is none.
    """

    __slots__ = ("_failures", "_paused_at", "until")

    def __init__(self) -> None:
        """Start with a service in good health."""
        self.until: float = -1.0
        self._paused_at = -1.0
        self._failures = 0

    @property
    def is_cautious(self) -> bool:
        """Whether only one request at a time may look how the service is."""
        return self._failures >= _PATIENCE

    def release(self) -> None:
        """Take in a request that went well."""
        self._failures = 0

    def press(self, *, sent_at: float, asked: float, now: float, draw: float) -> None:
        """Take in a failure that concerns every wait.

        Args:
            sent_at: When the request was sent; one from before the pause tells nothing new.
            asked: Seconds the service asked to wait; 0.0 where it did not.
            now: The current moment.
            draw: Chance, 0.0 <= draw < 1.0.
        """
        if asked > 0:
            self._pause(now, asked)
        if sent_at < self._paused_at:
            return
        self._failures += 1
        if self.is_cautious:
            beyond = self._failures - _PATIENCE + 1
            self._pause(now, full_jitter(beyond, base=_BASE, cap=_CAP, draw=(1 + draw) / 2))

    def _pause(self, now: float, delay: float) -> None:
        self._paused_at = now
        self.until = max(self.until, now + delay)
