"""Every exception, and the catalogue that explains each error type."""

from ._exceptions import (
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
from ._flaw import SignatureFlaw
from ._problem import Breach, Problem
from .catalog import CATALOG, Fault, find, fold

__all__ = [
    "CATALOG",
    "ActionError",
    "ActionFailure",
    "Breach",
    "ClientClosed",
    "ConfigurationError",
    "FatalError",
    "Fault",
    "InvalidSignature",
    "InvalidWorkflowLocally",
    "LedgerError",
    "LinkedApiError",
    "OutcomeUnknown",
    "Problem",
    "ProtocolError",
    "SignatureFlaw",
    "TransientError",
    "UnsupportedByWire",
    "UserActionRequired",
    "WorkflowTimeout",
    "find",
    "fold",
]
