"""Linked API in miniature: a sandbox to test against, and a clock that tests hold in their hands.

Names resolve when they are first used, so importing this package starts no web framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ._accounts import Account, Tokens
    from ._admin import Admin
    from ._billing import Billing, SubscriptionStatus
    from ._captured import CapturedMessage, NetworkEvent
    from ._deliveries import Deliveries, Forgery
    from ._delivery import Delivery
    from ._direct import Direct
    from ._limits import Limit, Limits
    from ._mail import Message
    from ._sessions import ConnectionSession, Sessions
    from ._subscription import Webhook
    from ._usage import ExecutedAction
    from .clock import FakeClock
    from .faults import (
        Body,
        Close,
        Delay,
        Drop,
        ErrorEnvelope,
        Fault,
        Html,
        Injection,
        Null,
        Redirect,
        Reset,
        Slow,
        Stall,
        Status,
        Truncate,
    )
    from .log import (
        ActionExecuted,
        ConnectionOpened,
        DeliveryAttempted,
        DeliveryEnded,
        Log,
        Record,
        ReplySent,
        RequestReceived,
        WorkflowAccepted,
        WorkflowCancelled,
        WorkflowCompleted,
        WorkflowFailed,
        WorkflowStarted,
    )
    from .sandbox import PortInUse, Sandbox, SandboxError

_HOMES: Final = {
    "_accounts": ("Account", "Tokens"),
    "_admin": ("Admin",),
    "_billing": ("Billing", "SubscriptionStatus"),
    "_captured": ("CapturedMessage", "NetworkEvent"),
    "_deliveries": ("Deliveries", "Forgery"),
    "_delivery": ("Delivery",),
    "_direct": ("Direct",),
    "_limits": ("Limit", "Limits"),
    "_mail": ("Message",),
    "_sessions": ("ConnectionSession", "Sessions"),
    "_subscription": ("Webhook",),
    "_usage": ("ExecutedAction",),
    "clock": ("FakeClock",),
    "faults": (
        "Body",
        "Close",
        "Delay",
        "Drop",
        "ErrorEnvelope",
        "Fault",
        "Html",
        "Injection",
        "Null",
        "Redirect",
        "Reset",
        "Slow",
        "Stall",
        "Status",
        "Truncate",
    ),
    "log": (
        "ActionExecuted",
        "ConnectionOpened",
        "DeliveryAttempted",
        "DeliveryEnded",
        "Log",
        "Record",
        "ReplySent",
        "RequestReceived",
        "WorkflowAccepted",
        "WorkflowCancelled",
        "WorkflowCompleted",
        "WorkflowFailed",
        "WorkflowStarted",
    ),
    "sandbox": ("PortInUse", "Sandbox", "SandboxError"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "ActionExecuted",
    "Admin",
    "Billing",
    "Body",
    "CapturedMessage",
    "Close",
    "ConnectionOpened",
    "ConnectionSession",
    "Delay",
    "Deliveries",
    "Delivery",
    "DeliveryAttempted",
    "DeliveryEnded",
    "Direct",
    "Drop",
    "ErrorEnvelope",
    "ExecutedAction",
    "FakeClock",
    "Fault",
    "Forgery",
    "Html",
    "Injection",
    "Limit",
    "Limits",
    "Log",
    "Message",
    "NetworkEvent",
    "Null",
    "PortInUse",
    "Record",
    "Redirect",
    "ReplySent",
    "RequestReceived",
    "Reset",
    "Sandbox",
    "SandboxError",
    "Sessions",
    "Slow",
    "Stall",
    "Status",
    "SubscriptionStatus",
    "Tokens",
    "Truncate",
    "Webhook",
    "WorkflowAccepted",
    "WorkflowCancelled",
    "WorkflowCompleted",
    "WorkflowFailed",
    "WorkflowStarted",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
