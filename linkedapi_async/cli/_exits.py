"""Exit codes: one table, shown by `--help`, so that scripts can tell failures apart."""

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from linkedapi_async._types import Disposition

if TYPE_CHECKING:
    from linkedapi_async.errors import LinkedApiError

__all__ = ["BY_DISPOSITION", "MEANINGS", "Exit", "exit_of"]


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED_ACTIONS = 1
    USAGE = 2
    FATAL = 3
    USER_ACTION = 4
    TRANSIENT = 5
    UNKNOWN = 6
    TIMEOUT = 7
    BUG = 70
    INTERRUPTED = 130


MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.OK: "well",
    Exit.FAILED_ACTIONS: "completed, but actions in it failed; demo: an ending differs",
    Exit.USAGE: "the command line or its input makes no sense",
    Exit.FATAL: "the call or the configuration is wrong; validate: a rule is broken",
    Exit.USER_ACTION: "a person has to act first; the hint says what",
    Exit.TRANSIENT: "gave up on something that time heals",
    Exit.UNKNOWN: "nobody knows whether it runs; look before starting it again",
    Exit.TIMEOUT: "the deadline came first; the workflow or the session runs on",
    Exit.BUG: "a bug in linkedapi-async; --debug shows where",
    Exit.INTERRUPTED: "interrupted (Ctrl-C, SIGTERM), or a question was answered with no",
}

BY_DISPOSITION: Final[Mapping[Disposition, Exit]] = {
    Disposition.FATAL: Exit.FATAL,
    Disposition.USER_ACTION: Exit.USER_ACTION,
    Disposition.RETRYABLE: Exit.TRANSIENT,
}


def exit_of(error: "LinkedApiError") -> Exit:
    """Return the exit code for an error: by family where that says more than disposition."""
    from linkedapi_async.errors import (  # noqa: PLC0415 - only failures need them
        ActionError,
        OutcomeUnknown,
        WorkflowTimeout,
    )

    match error:
        case OutcomeUnknown():
            return Exit.UNKNOWN
        case WorkflowTimeout():
            return Exit.TIMEOUT
        case ActionError():
            return Exit.FAILED_ACTIONS
        case _:
            return BY_DISPOSITION[error.disposition]
