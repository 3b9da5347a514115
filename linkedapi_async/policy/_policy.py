"""How patient a client is, and with what: one frozen value, three presets."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self, TypeGuard

import attrs

from linkedapi_async._types import Disposition
from linkedapi_async.errors import ConfigurationError, fold

from .explain import Explanation, explain
from .waiting import Waiting

__all__ = ["OnUserAction", "Policy"]


class OnUserAction(StrEnum):
    """What becomes of a call that a person has to help."""

    RAISE = "raise"
    HOLD = "hold"


def _above_zero(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if value is None and field.name == "deadline":
        return
    if not (_is_number(value) and value > 0):
        msg = f"{field.name}={value!r} has to be a number above 0"
        raise ConfigurationError(msg)


def _not_negative(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not (_is_number(value) and value >= 0):
        msg = f"{field.name}={value!r} has to be a number, 0 or more"
        raise ConfigurationError(msg)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _folded(overrides: Mapping[str, Disposition]) -> Mapping[str, Disposition]:
    """Return the overrides by the one word that stands for all aliases."""
    return {fold(code): _disposition(code, value) for code, value in overrides.items()}


def _disposition(code: str, value: str) -> Disposition:
    try:
        return Disposition(value)
    except ValueError:
        msg = f"disposition={value!r} for {code!r} is not one of {', '.join(Disposition)}"
        raise ConfigurationError(msg) from None


def _on_user_action(value: str) -> OnUserAction:
    try:
        return OnUserAction(value)
    except ValueError:
        msg = f"on_user_action={value!r} is neither 'raise' nor 'hold'"
        raise ConfigurationError(msg) from None


def _waiting(value: str) -> Waiting:
    try:
        return Waiting(value)
    except ValueError:
        msg = f"waiting={value!r} is not one of {', '.join(Waiting)}"
        raise ConfigurationError(msg) from None


@attrs.frozen(kw_only=True)
class Policy:
    """What a client does about failures. All times are seconds.

    Use a preset, `attrs.evolve` to change a number, `override` to change a verdict.

    Attributes:
        max_attempts: Requests sent for one start or direct call, the first included; 1 is never
            to send again. Polls are scheduled and do not count.
        base_delay: Upper bound of the first back-off; it doubles from one attempt to the next and
            each delay is drawn evenly below the bound (full jitter).
        max_delay: Where the doubling ends.
        slow_base_delay: The same for causes that need hours, such as closed working hours.
        slow_max_delay: The same for causes that need hours.
        retry_after_cap: The longest wait the service may ask for; above it the call gives up at
            once and says when to come back.
        connect_timeout: For name resolution, connecting and TLS of one attempt.
        read_timeout: From a written request to its whole reply.
        deadline: For one call, from `run` or `start` to the result; `None` is for ever.
        on_user_action: `raise` at once, or `hold` what was proved refused until it is healed.
        restart_expired: Start a workflow again that the service gave up before it ran.
        outlast_outages: Calls of a pool that were proved not to run, or only read, wait until their
            deadline for a service that cannot be reached or refuses everybody, when the retries
            that they share are used up; one of them looks now and then. Each is refused
            `max_attempts` times at most; what never left does not count. Without it they fail then.
        waiting: How soon an end should be known, and what that may cost: `eager`, `balanced` or
            `thrifty`, about 20, 8 or 5 polls for each workflow.
        poll_base: The shortest pause between polls, before a jitter of 15 %; in between, pauses
            follow what was learned about the operation's durations.
        poll_max: The longest pause between polls, before jitter, unless the workflow stands behind
            others or its account rests.
        overrides: Dispositions by error type, filled by `override`.
    """

    max_attempts: int = attrs.field(default=3, validator=_above_zero)
    base_delay: float = attrs.field(default=0.25, validator=_not_negative)
    max_delay: float = attrs.field(default=5.0, validator=_not_negative)
    slow_base_delay: float = attrs.field(default=60.0, validator=_not_negative)
    slow_max_delay: float = attrs.field(default=900.0, validator=_not_negative)
    retry_after_cap: float = attrs.field(default=30.0, validator=_not_negative)
    connect_timeout: float = attrs.field(default=5.0, validator=_above_zero)
    read_timeout: float = attrs.field(default=20.0, validator=_above_zero)
    deadline: float | None = attrs.field(default=600.0, validator=_above_zero)
    on_user_action: OnUserAction = attrs.field(
        default=OnUserAction.RAISE, converter=_on_user_action
    )
    restart_expired: bool = False
    outlast_outages: bool = False
    waiting: Waiting = attrs.field(default=Waiting.EAGER, converter=_waiting)
    poll_base: float = attrs.field(default=1.0, validator=_above_zero)
    poll_max: float = attrs.field(default=30.0, validator=_above_zero)
    overrides: Mapping[str, Disposition] = attrs.field(
        factory=dict[str, Disposition], converter=_folded
    )

    @classmethod
    def service(cls) -> Self:
        """Return the default: somebody waits for the answer, so be quick to give up."""
        return cls()

    @classmethod
    def bot(cls) -> Self:
        """Return patience for many calls at once: more attempts, wider spread, calmer polling."""
        return cls(
            max_attempts=5,
            base_delay=0.5,
            max_delay=30.0,
            retry_after_cap=120.0,
            connect_timeout=10.0,
            read_timeout=30.0,
            deadline=3600.0,
            outlast_outages=True,
            waiting=Waiting.BALANCED,
            poll_base=2.0,
            poll_max=300.0,
        )

    @classmethod
    def batch(cls) -> Self:
        """Return patience for a night's work: a day for each call, and every wait worth it."""
        return cls(
            max_attempts=10,
            base_delay=1.0,
            max_delay=120.0,
            slow_base_delay=300.0,
            slow_max_delay=3600.0,
            retry_after_cap=1800.0,
            connect_timeout=15.0,
            read_timeout=60.0,
            deadline=86400.0,
            outlast_outages=True,
            waiting=Waiting.THRIFTY,
            poll_base=3.0,
            poll_max=900.0,
        )

    def override(self, code: str, disposition: Disposition) -> Self:
        """Return a policy that judges an error type, with all its aliases, your way.

        What a failure proves about delivery stays as it is: a write that may run is never sent
        again, whatever its type is called.

        Raises:
            ConfigurationError: `disposition` is none of the three.
        """
        return attrs.evolve(self, overrides={**self.overrides, code: disposition})

    def explain(self, code: str) -> Explanation:
        """Return what this policy makes of an error type; `print` it for a person."""
        return explain(code, self.overrides)
