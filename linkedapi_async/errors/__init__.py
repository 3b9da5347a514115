"""Every exception, and the catalogue that explains each error type."""

from ._exceptions import (
    ActionError,
    ActionFailure,
    ClientClosed,
    ConfigurationError,
    FatalError,
    InvalidWorkflowLocally,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    TransientError,
    UnsupportedByWire,
    UserActionRequired,
    WorkflowTimeout,
)
from .catalog import CATALOG, Fault, find, fold

__all__ = [
    "CATALOG",
    "ActionError",
    "ActionFailure",
    "ClientClosed",
    "ConfigurationError",
    "FatalError",
    "Fault",
    "InvalidWorkflowLocally",
    "LinkedApiError",
    "OutcomeUnknown",
    "ProtocolError",
    "TransientError",
    "UnsupportedByWire",
    "UserActionRequired",
    "WorkflowTimeout",
    "find",
    "fold",
]
