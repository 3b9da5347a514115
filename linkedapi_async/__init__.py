"""An async client for Linked API: nothing sent twice, nothing lost, every failure explained.

Names resolve on first use, so importing the package is cheap. Operations live in
`linkedapi_async.operations`, actions in `.actions`, results in `.models`, events in `.events`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._call import single_attempt
    from ._hub import ClientStats
    from ._messages import State
    from ._types import Certainty, Disposition, Scope
    from .admin import LinkedApiAdmin
    from .batch import Batch, BatchProgress
    from .client import LinkedApi
    from .errors import (
        ActionError,
        ActionFailure,
        ClientClosed,
        ConfigurationError,
        FatalError,
        InvalidSignature,
        InvalidWorkflowLocally,
        LedgerError,
        LinkedApiError,
        OutcomeUnknown,
        ProtocolError,
        TransientError,
        UnsupportedByWire,
        UserActionRequired,
        WorkflowTimeout,
    )
    from .following import Stream
    from .handles import WorkflowHandle, WorkflowStatus
    from .operations._base import Result
    from .operations.custom import CustomWorkflow
    from .policy import Explanation, Policy
    from .pool import AccountPool, Call, Outcome
    from .receiver import WebhookReceiver
    from .remedies import Remedies

    __version__: str

__all__ = [
    "AccountPool",
    "ActionError",
    "ActionFailure",
    "Batch",
    "BatchProgress",
    "Call",
    "Certainty",
    "ClientClosed",
    "ClientStats",
    "ConfigurationError",
    "CustomWorkflow",
    "Disposition",
    "Explanation",
    "FatalError",
    "InvalidSignature",
    "InvalidWorkflowLocally",
    "LedgerError",
    "LinkedApi",
    "LinkedApiAdmin",
    "LinkedApiError",
    "Outcome",
    "OutcomeUnknown",
    "Policy",
    "ProtocolError",
    "Remedies",
    "Result",
    "Scope",
    "State",
    "Stream",
    "TransientError",
    "UnsupportedByWire",
    "UserActionRequired",
    "WebhookReceiver",
    "WorkflowHandle",
    "WorkflowStatus",
    "WorkflowTimeout",
    "__version__",
    "single_attempt",
]

_HOMES = {
    "._hub": ("ClientStats",),
    "._messages": ("State",),
    "._call": ("single_attempt",),
    "._types": ("Certainty", "Disposition", "Scope"),
    ".admin": ("LinkedApiAdmin",),
    ".batch": ("Batch", "BatchProgress"),
    ".client": ("LinkedApi",),
    ".errors": (
        "ActionError",
        "ActionFailure",
        "ClientClosed",
        "ConfigurationError",
        "FatalError",
        "InvalidSignature",
        "InvalidWorkflowLocally",
        "LedgerError",
        "LinkedApiError",
        "OutcomeUnknown",
        "ProtocolError",
        "TransientError",
        "UnsupportedByWire",
        "UserActionRequired",
        "WorkflowTimeout",
    ),
    ".following": ("Stream",),
    ".handles": ("WorkflowHandle", "WorkflowStatus"),
    ".operations._base": ("Result",),
    ".operations.custom": ("CustomWorkflow",),
    ".policy": ("Explanation", "Policy"),
    ".pool": ("AccountPool", "Call", "Outcome"),
    ".receiver": ("WebhookReceiver",),
    ".remedies": ("Remedies",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = import_module("._version", __name__).read_version()
    elif name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name], __name__), name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
