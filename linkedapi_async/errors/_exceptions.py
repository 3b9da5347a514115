"""What a caller catches: families that are handled differently.

The service's own word stays in `code`; what a person should do next stands in `hint`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import attrs

from linkedapi_async._types import Certainty, Disposition, Json, Scope, WorkflowId

from ._flaw import SignatureFlaw
from ._problem import Problem
from .catalog import find

__all__ = [
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
]


_TOLD: Final = 3
"""How many problems a message names."""


def _rebuild(kind: type["LinkedApiError"], message: str, facts: Mapping[str, Any]) -> Any:
    error = kind.__new__(kind, message)
    Exception.__init__(error, message)
    error.__dict__.update(facts)
    return error


class LinkedApiError(Exception):
    """Everything this library raises on purpose.

    Attributes:
        code: The service's own word, or one of ours (`linkedapi-async errors` lists both).
        message: What happened, in a sentence.
        disposition: What the failure asks for.
        scope: What else the same cause dooms.
        hint: What a person should do next, and where.
        certainty: What is known about the request: whether it may run all the same.
        workflow_id: The workflow concerned, `None` when none is known.
        attempts: How many requests were sent for this call.
        elapsed: Seconds from the call to this error.
        retry_after: Seconds the service asked to wait, `None` when it did not.
        status: HTTP status of the last reply, `None` when there was none.
        account: The account's alias or fingerprint; never a token.
    """

    default_code: ClassVar[str] = "unknownError"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        disposition: Disposition | None = None,
        scope: Scope | None = None,
        hint: str | None = None,
        certainty: Certainty = Certainty.NOT_SENT,
        workflow_id: WorkflowId | None = None,
        attempts: int = 0,
        elapsed: float = 0.0,
        retry_after: float | None = None,
        status: int | None = None,
        account: str | None = None,
    ) -> None:
        """Fill what is not given from the catalogue row of the code."""
        super().__init__(message)
        self.code: str = code or self.default_code
        row = find(self.code)
        self.message: str = message
        self.disposition: Disposition = disposition or (
            row.disposition if row else Disposition.FATAL
        )
        self.scope: Scope = scope or (row.scope if row else Scope.CALL)
        self.hint: str = hint if hint is not None else (row.hint if row else "")
        self.certainty: Certainty = certainty
        self.workflow_id: WorkflowId | None = workflow_id
        self.attempts: int = attempts
        self.elapsed: float = elapsed
        self.retry_after: float | None = retry_after
        self.status: int | None = status
        self.account: str | None = account

    def __str__(self) -> str:
        """Return message, code and hint: all a log line needs to be acted on."""
        told = f"{self.message} [{self.code}]"
        return f"{told} {self.hint}" if self.hint else told

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by the facts, not by the constructor."""
        return _rebuild, (type(self), self.message, dict(self.__dict__))

    def clone(self) -> Self:
        """Return an equal error without traceback, for one more of several waiters."""
        twin: Self = _rebuild(type(self), self.message, self.__dict__)
        twin.__cause__ = self.__cause__
        return twin


class TransientError(LinkedApiError):
    """Time would have healed it, and the policy's patience ended first.

    Before acceptance, nothing runs because of this call: every attempt was unsent, refused or only
    reading. With `certainty` accepted, the workflow itself ended in a failure that time heals.
    """

    default_code: ClassVar[str] = "connectionFailed"


class UserActionRequired(LinkedApiError):
    """A person has to act before this can succeed; `hint` says what and where."""


class FatalError(LinkedApiError):
    """The call or the configuration is wrong; repeating it changes nothing."""


class OutcomeUnknown(LinkedApiError):
    """A writing workflow may or may not run, and sending it again might do it twice.

    Look at LinkedIn (or ask with a reading workflow) before starting it again.
    """


class WorkflowTimeout(LinkedApiError, TimeoutError):
    """The deadline came before the end; the workflow runs on under `workflow_id`."""

    default_code: ClassVar[str] = "workflowTimeout"


class ProtocolError(LinkedApiError):
    """A reply is not of the documented form; the message names the place.

    Attributes:
        completion: The raw report tree, when there was one: nothing is lost.
    """

    default_code: ClassVar[str] = "unreadableResult"

    def __init__(self, message: str, *, completion: Json = None, **facts: Any) -> None:
        """Keep the raw completion beside the common facts."""
        facts.setdefault("certainty", Certainty.ACCEPTED)
        super().__init__(message, **facts)
        self.completion: Json = completion


class InvalidSignature(LinkedApiError):
    """A delivery does not prove that it comes from Linked API; none of it may be used.

    Neither the secret nor the signature that was expected is in it.

    Attributes:
        reason: What was wrong.
    """

    default_code: ClassVar[str] = "invalidSignature"

    def __init__(self, message: str, *, reason: SignatureFlaw, **facts: Any) -> None:
        """Keep the reason beside the common facts."""
        super().__init__(message, **facts)
        self.reason: SignatureFlaw = reason


class ClientClosed(LinkedApiError):
    """The client was closed, or is used where it cannot work.

    Attributes:
        workflow_ids: Workflows whose waits were open; they run on and can be attached again.
    """

    default_code: ClassVar[str] = "clientClosed"

    def __init__(
        self, message: str, *, workflow_ids: tuple[WorkflowId, ...] = (), **facts: Any
    ) -> None:
        """Keep the ids of the open waits beside the common facts."""
        super().__init__(message, **facts)
        self.workflow_ids: tuple[WorkflowId, ...] = workflow_ids


class ConfigurationError(FatalError, ValueError):
    """An option of the client is missing or unusable; nothing was sent."""

    default_code: ClassVar[str] = "invalidConfiguration"


class LedgerError(FatalError):
    """The ledger cannot be used, or not for this call; what it was asked for was not sent."""

    default_code: ClassVar[str] = "ledgerUnusable"


class InvalidWorkflowLocally(FatalError):
    """The workflow breaks documented rules; nothing was sent.

    Attributes:
        problems: Every rule broken, in the order of the document; empty where the workflow is no
            JSON at all.
    """

    default_code: ClassVar[str] = "invalidWorkflow"

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), **facts: Any) -> None:
        """Keep what is wrong, beside the facts of every error."""
        super().__init__(message, **facts)
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def of(cls, problems: tuple[Problem, ...], **facts: Any) -> Self:
        """Return the error for some problems, the first of them named in its message."""
        told = "; ".join(str(problem) for problem in problems[:_TOLD])
        more = f"; and {len(problems) - _TOLD} more problems" if len(problems) > _TOLD else ""
        return cls(f"The workflow breaks a rule: {told}{more}", problems=problems, **facts)


class UnsupportedByWire(FatalError):
    """This generation of the API has no such call; nothing was sent."""

    default_code: ClassVar[str] = "unsupportedByWire"


@attrs.frozen
class ActionFailure:
    """One action of a completed workflow that failed.

    Attributes:
        type: The service's word; `linkedapi-async errors TYPE` explains it.
        message: The service's sentence.
        action_type: Which action failed, as `st.sendMessage`; empty when the report does not say.
        label: The label the action was sent with.
    """

    type: str
    message: str
    action_type: str = ""
    label: str | None = None

    @property
    def hint(self) -> str:
        """What a person should do next; empty for a type the catalogue does not hold."""
        row = find(self.type)
        return row.hint if row else ""


class ActionError(LinkedApiError):
    """A completed workflow holds failed actions, and their data was asked for.

    Attributes:
        failures: Every failed action, in the order of the report.
    """

    def __init__(self, failures: tuple[ActionFailure, ...], **facts: Any) -> None:
        """Speak for the first failure and keep all."""
        first = failures[0]
        more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        where = f"{first.action_type}: " if first.action_type else ""
        facts.setdefault("code", first.type)
        facts.setdefault("certainty", Certainty.ACCEPTED)
        super().__init__(f"{where}{first.message}{more}", **facts)
        self.failures: tuple[ActionFailure, ...] = failures
