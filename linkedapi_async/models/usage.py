"""What was executed for the account."""

from datetime import datetime

import attrs

from ._times import moment

__all__ = [
    "UsedAction",
]


@attrs.frozen(kw_only=True)
class UsedAction:
    """One action that was executed.

    Attributes:
        action_type: Which, as `st.openPersonPage`.
        success: Whether it succeeded.
        time: When it was executed, as sent.

    Source: https://linkedapi.io/docs/account-api/api-usage-statistics
    """

    action_type: str | None = None
    success: bool | None = None
    time: str | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)
