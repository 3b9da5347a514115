"""Linked API in miniature: a sandbox to test against, and a clock that tests hold in their hands.

Names resolve when they are first used, so importing this package starts no web framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ._accounts import Account, Tokens
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
    "Body",
    "Close",
    "ConnectionOpened",
    "Delay",
    "Drop",
    "ErrorEnvelope",
    "FakeClock",
    "Fault",
    "Html",
    "Injection",
    "Log",
    "Null",
    "PortInUse",
    "Record",
    "Redirect",
    "ReplySent",
    "RequestReceived",
    "Reset",
    "Sandbox",
    "SandboxError",
    "Slow",
    "Stall",
    "Status",
    "Tokens",
    "Truncate",
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
