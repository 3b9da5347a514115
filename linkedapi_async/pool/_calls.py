"""What a pool is given and what it gives back: one call, and what became of it."""

from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar

import attrs

from linkedapi_async._bookkeeping import Fence
from linkedapi_async._options import check_operation
from linkedapi_async.errors import ConfigurationError, LinkedApiError
from linkedapi_async.operations._base import Operation, Result

__all__ = ["Call", "FencedCall", "Outcome"]

R_co = TypeVar("R_co", covariant=True)


def _is_name(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, str) or not value:
        msg = f"{field.name}={value!r} has to be the alias of an account of the pool"
        raise ConfigurationError(msg)


def _is_operation(_: object, __: object, value: object) -> None:
    check_operation(value)


def _is_whole(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"{field.name}={value!r} has to be a whole number"
        raise ConfigurationError(msg)


@attrs.frozen
class Call(Generic[R_co]):
    """One operation for one account of a pool.

    Attributes:
        account: Alias of the account.
        operation: What to do.
        key: Yours, to know the outcome by; the pool only hands it back.
        priority: Higher ones of an account go first; of equals the one that came first.
    """

    account: str = attrs.field(validator=_is_name)
    operation: Operation[R_co] = attrs.field(validator=_is_operation)
    key: Hashable | None = None
    priority: int = attrs.field(default=0, validator=_is_whole)


@attrs.frozen(kw_only=True)
class FencedCall(Call[R_co]):
    """A call that is written down before it leaves.

    Attributes:
        fence: What its start passes.
    """

    fence: Fence


@attrs.frozen
class Outcome(Generic[R_co]):
    """What became of a call: a result, or the error it ended in.

    Attributes:
        call: The call.
        result: What its workflow brought, failed actions included; `None` with an error.
        error: What `AccountPool.run` would have raised; `None` with a result.
    """

    call: Call[R_co]
    result: Result[R_co] | None = None
    error: LinkedApiError | None = None

    def __iter__(self) -> "Iterator[Call[R_co] | Result[R_co] | LinkedApiError | None]":
        """Unpack it: `call, result, error = outcome`."""
        yield from (self.call, self.result, self.error)

    def unwrap(self) -> R_co:
        """Return the data.

        Raises:
            ActionError: There is no data because actions failed; it holds every failure.
            LinkedApiError: The call ended in this error.
        """
        if self.error is not None:
            raise self.error
        assert self.result is not None  # noqa: S101 - one of the two is there
        return self.result.unwrap()
