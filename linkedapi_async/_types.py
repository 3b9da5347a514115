"""The words every layer shares: ids, verdict enums, secrets.

Nothing here knows of the wire, of time or of sockets.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import NewType, TypeAlias

import attrs

__all__ = [
    "Certainty",
    "Disposition",
    "Effect",
    "Fixer",
    "Json",
    "JsonObject",
    "Plan",
    "Plane",
    "Remedy",
    "Scope",
    "Secret",
    "WorkflowId",
]

WorkflowId = NewType("WorkflowId", str)
"""What names a running workflow: `wf-…` on the current API, a result link on the Account API."""

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""Any JSON value, as :mod:`json` reads and writes it."""

JsonObject: TypeAlias = Mapping[str, "Json"]
"""A JSON object: an action, a report, an envelope."""


class Disposition(StrEnum):
    """What a failure asks for."""

    RETRYABLE = "retryable"
    """Time heals it: the same request may succeed later."""
    USER_ACTION = "user_action"
    """A person has to act first: sign in, pay, replace a token."""
    FATAL = "fatal"
    """The call or the configuration is wrong; repeating it changes nothing."""


class Scope(StrEnum):
    """What else the same cause dooms."""

    CALL = "call"
    ACCOUNT = "account"
    CLIENT = "client"


class Certainty(StrEnum):
    """What is known about a request that failed."""

    NOT_SENT = "not_sent"
    """No byte of the request can have reached the service."""
    REJECTED = "rejected"
    """The service answered that it will not run it."""
    MAYBE_ACCEPTED = "maybe_accepted"
    """The request may have been read; nobody can say whether it runs."""
    ACCEPTED = "accepted"
    """The service took it: the workflow ran, runs or will run."""

    @property
    def is_resendable(self) -> bool:
        """Whether it is proved not to run, so that sending it again does nothing twice."""
        return self in {Certainty.NOT_SENT, Certainty.REJECTED}


class Effect(StrEnum):
    """Whether an action changes anything on LinkedIn."""

    READ = "read"
    WRITE = "write"


class Plan(StrEnum):
    """The seat an action needs."""

    CORE = "core"
    PLUS = "plus"


class Plane(StrEnum):
    """Where an error type lives."""

    REQUEST = "request"
    """Stops a whole call; ends as an exception."""
    ACTION = "action"
    """A result of one action inside a completed workflow; ends in `Result.errors`."""
    CLIENT = "client"
    """Named by this library: the service never sends it."""


class Fixer(StrEnum):
    """Who can remove the cause."""

    TIME = "time"
    OWNER = "owner"
    DEVELOPER = "developer"
    SUPPORT = "support"


class Remedy(StrEnum):
    """A cure that a program can help with."""

    RECONNECT = "reconnect"
    SEATS = "seats"
    TOKEN = "token"  # noqa: S105 - the name of a cure, not a credential


class _Hidden(str):
    """Text whose `repr` tells nothing: frames and header dumps of other libraries show that."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


@attrs.frozen(repr=False)
class Secret:
    """A token that never shows itself.

    Attributes:
        value: The token as the service issued it, as text whose `repr` hides it too.
    """

    value: str = attrs.field(converter=_Hidden)

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell two tokens apart and reveal neither."""
        return blake2b(self.value.encode(), digest_size=4).hexdigest()

    def __repr__(self) -> str:
        """Show the fingerprint alone."""
        return f"Secret({self.fingerprint})"
