"""What can go wrong, as values, and when it does.

Hand one to `Sandbox.inject`. Faults that answer in the service's stead (`ErrorEnvelope`, `Status`,
`Html`, `Null`, `Body`, `Redirect`) leave the request undone unless `runs=True`; faults of the
reply (`Truncate`, `Slow`, `Delay`, `Drop`, side `reply`) come after it was done.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Literal, Self, TypeAlias, cast

import attrs

__all__ = [
    "Body",
    "Close",
    "Delay",
    "Drop",
    "ErrorEnvelope",
    "Fault",
    "Html",
    "Injection",
    "Moment",
    "Null",
    "Redirect",
    "Reset",
    "Side",
    "Slow",
    "Stall",
    "Status",
    "Truncate",
]

Side: TypeAlias = Literal["request", "reply"]
"""Which way the bytes go: towards the sandbox, or back."""

Moment: TypeAlias = Literal[
    "start",
    "poll",
    "cancel",
    "account",
    "direct",
    "admin",
    "site",
    "result",
    "any",
    "failure",
    "action",
]
"""What a fault waits for: a request of that purpose (`poll` on any wire, `result` on result links
only, `any` request at all; `direct` is answered without a workflow), the end of a workflow
(`failure`), the execution of an `action`."""


@attrs.frozen
class ErrorEnvelope:
    """A refusal in the envelope of the wire that was asked.

    Attributes:
        type: The error word, sent as it stands; words the catalogue does not hold are welcome.
        message: The text; `None` takes the documented one.
    """

    type: str
    message: str | None = None


@attrs.frozen
class Status:
    """A bare HTTP status, as gateways answer.

    Attributes:
        code: The status.
        body: What stands below it.
    """

    code: int
    body: bytes = b""


@attrs.frozen
class Html:
    """A web page where JSON was expected: a captive portal, an error page of a proxy.

    Attributes:
        status: HTTP status; 200 is the treacherous one.
    """

    status: int = 200


@attrs.frozen
class Null:
    """The JSON value `null`.

    Attributes:
        status: HTTP status.
    """

    status: int = 200


@attrs.frozen
class Body:
    """Any bytes at all.

    Attributes:
        content: The body.
        status: HTTP status.
        content_type: What the body claims to be.
    """

    content: bytes
    status: int = 200
    content_type: str = "application/json"


@attrs.frozen
class Redirect:
    """The address of somewhere else.

    Attributes:
        to: The `Location`.
        status: HTTP status.
    """

    to: str
    status: int = 307


@attrs.frozen
class Truncate:
    """A reply whose `Content-Length` promises more than comes before the connection closes.

    Attributes:
        after: Bytes of the body that come. A body no longer than that is promised one byte more.
    """

    after: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@attrs.frozen
class Reset:
    """A TCP reset, exactly after so many bytes.

    Attributes:
        side: `request`: once the sandbox has read that many bytes of the request; it was not run,
            unless that is all of it. `reply`: once that many bytes of the reply were sent; it
            was run.
        after: How many bytes, head included; 0 is before any. More than there are means all.
    """

    side: Side = "reply"
    after: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@attrs.frozen
class Close:
    """An orderly end of the connection (FIN), exactly after so many bytes.

    Attributes:
        side: As in `Reset`.
        after: As in `Reset`.
    """

    side: Side = "reply"
    after: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@attrs.frozen
class Stall:
    """A peer that falls silent and keeps the connection, until the sandbox closes.

    Attributes:
        side: As in `Reset`.
        after: As in `Reset`.
    """

    side: Side = "reply"
    after: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@attrs.frozen
class Slow:
    """A reply that trickles.

    Attributes:
        bytes_per_second: How fast, on the sandbox's clock.
    """

    bytes_per_second: float = attrs.field(validator=attrs.validators.gt(0))


@attrs.frozen
class Delay:
    """A reply that comes late; the request was run at once.

    Attributes:
        seconds: How late, on the sandbox's clock.
    """

    seconds: float


@attrs.frozen
class Drop:
    """A request that is taken and run and never answered; the connection stays open."""


Cut: TypeAlias = Reset | Close | Stall
Answer: TypeAlias = ErrorEnvelope | Status | Html | Null | Body | Redirect
Fault: TypeAlias = Answer | Cut | Truncate | Slow | Delay | Drop
"""Everything `Sandbox.inject` takes, beside error words and status numbers."""


class Injection:
    """A fault lying in wait. As a context manager it is removed at the end of the block.

    Attributes:
        fault: What will happen.
        on: What it waits for.
        times: How often it happens; `None` until removed.
        skip: How many matching occasions it still lets pass.
        account: Alias of the only account concerned, `None` for all.
        status: HTTP status in place of the fault's own.
        headers: Extra reply headers, such as `Retry-After`.
        runs: Whether a request that gets a false answer is run all the same.
        is_legacy: Whether the error word stands in `errorType`.
        hits: How often it has happened.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        on: Moment = "start",
        times: int | None = 1,
        skip: int = 0,
        account: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        runs: bool = False,
        is_legacy: bool = False,
    ) -> None:
        self.fault = fault
        self.on = on
        self.times = times
        self.skip = skip
        self.account = account
        self.status = status
        self.headers: dict[str, str] = dict(headers or {})
        self.runs = runs
        self.is_legacy = is_legacy
        self.hits = 0
        self._is_removed = False

    @property
    def is_active(self) -> bool:
        """Whether it can still happen."""
        return not self._is_removed and (self.times is None or self.hits < self.times)

    @property
    def name(self) -> str:
        """How the log calls it: the error word, the status, or the value."""
        match self.fault:
            case ErrorEnvelope(type=word):
                return word
            case Status(code=code):
                return str(code)
            case other:
                return repr(other)

    @property
    def words(self) -> tuple[str, str | None]:
        """Error word and text of a fault that waits for a failure or an action."""
        envelope = cast("ErrorEnvelope", self.fault)
        return envelope.type, envelope.message

    def remove(self) -> None:
        """Let it not happen any more."""
        self._is_removed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"Injection({self.name}, on={self.on!r}, hits={self.hits})"
