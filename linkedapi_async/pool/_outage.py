"""Failures that are the service's and not a call's: patient pools wait them out."""

from linkedapi_async._types import Certainty, Disposition, Scope
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.policy import Brake, Policy

from ._lane import Entry

__all__ = ["Outage"]


class Outage:
    """Tells when starts fail because nobody's would succeed, and which calls wait for the end."""

    def __init__(self, policy: Policy) -> None:
        """Begin with a service in good health.

        Args:
            policy: Says whether outages are waited out, and how often a call is sent.
        """
        self._policy = policy
        self._brake = Brake()

    def shows_in(self, error: LinkedApiError) -> bool:
        """Return whether an error would stop every call, and is to be waited out."""
        policy = self._policy
        return (
            policy.outlast_outages
            and policy.max_attempts > 1
            and error.scope is Scope.CLIENT
            and error.disposition is Disposition.RETRYABLE
        )

    def is_outlasted(self, entry: Entry, error: LinkedApiError) -> bool:
        """Return whether a call that has no retries left waits for the end.

        What never reached the service says nothing about the call, and does not count. What did may
        have failed for what is in it.
        """
        policy, record = self._policy, entry.record
        is_repeatable = error.certainty.is_resendable or record.reads_only
        if not self.shows_in(error) or not is_repeatable or record.is_nested:
            return False
        is_unsent = error.certainty is Certainty.NOT_SENT
        is_early = is_unsent or record.attempts - record.unsent < policy.max_attempts
        return is_early and (error.retry_after or 0.0) <= policy.retry_after_cap

    def goes_on(self, *, sent_at: float, now: float, draw: float) -> bool:
        """Take in that a start has met it; return whether several in a row have.

        Args:
            sent_at: When that was sent.
            now: The current moment.
            draw: Chance, 0.0 <= draw < 1.0.
        """
        self._brake.press(sent_at=sent_at, asked=0.0, now=now, draw=draw)
        return self._brake.is_cautious

    def is_over(self) -> None:
        """Take in that the service has answered."""
        self._brake.release()
