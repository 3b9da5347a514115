"""How much of a client's traffic may be retries."""

from typing import Final

__all__ = ["RetryBudget"]

_SHARE: Final = 0.1
_RESERVE: Final = 3.0
_CAPACITY: Final = 100.0


class RetryBudget:
    """A bucket that first attempts fill and retries empty.

    Each call adds a tenth of a retry, so that under total failure retries stay below 10 % of the
    calls plus the reserve a client starts with. What a healthy hour saves up is capped.
    """

    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        """Start with the reserve."""
        self._tokens = _RESERVE

    @property
    def tokens(self) -> float:
        """Retries affordable now, with fractions."""
        return self._tokens

    def deposit(self) -> None:
        """Account for the first attempt of a call."""
        self._tokens = min(_CAPACITY, self._tokens + _SHARE)

    def withdraw(self) -> bool:
        """Take one retry; return whether there was one."""
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
