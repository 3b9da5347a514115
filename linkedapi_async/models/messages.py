"""What conversations report."""

from datetime import datetime

import attrs

from ._times import moment

__all__ = [
    "SyncConversationResult",
]


@attrs.frozen(kw_only=True)
class SyncConversationResult:
    """A conversation that is kept up to date from now on.

    Attributes:
        sync_until: Until when the conversation stays synced, as sent.

    Source: https://linkedapi.io/docs/action-st-sync-conversation
    """

    sync_until: str | None = None

    @property
    def sync_until_at(self) -> datetime | None:
        """`sync_until` as an aware moment; `None` where it cannot be read."""
        return moment(self.sync_until)
