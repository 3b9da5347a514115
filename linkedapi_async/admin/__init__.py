"""The Admin API: subscription, accounts, limits and the webhook of one main token."""

from ._accounts import AdminAccounts
from ._client import LinkedApiAdmin
from ._connecting import ConnectionHandle, SessionTimeout
from ._limits import AdminLimits
from ._subscription import AdminSubscription
from ._webhooks import AdminWebhooks

__all__ = [
    "AdminAccounts",
    "AdminLimits",
    "AdminSubscription",
    "AdminWebhooks",
    "ConnectionHandle",
    "LinkedApiAdmin",
    "SessionTimeout",
]
