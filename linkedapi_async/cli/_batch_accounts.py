"""The accounts of a batch and their tokens: from a file, the environment, or the Admin API."""

import json
import os
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs

from linkedapi_async._clock import Clock
from linkedapi_async._types import Plan

from ._client import Target, policy_of
from ._documents import parse_json, read_text
from ._exits import Exit
from ._problem import Problem
from ._stage import tokens_for

if TYPE_CHECKING:
    from linkedapi_async import AccountPool, LinkedApiAdmin
    from linkedapi_async.events import Event
    from linkedapi_async.testing import Sandbox

__all__ = ["Accounts", "find_accounts", "open_pool"]

_VARIABLE: Final = "LINKED_API_ACCOUNTS"
_FORM: Final = 'It holds a name and an identification token for each: {"anna": "id_…"}.'
_REHEARSAL: Final[Mapping[str, Any]] = {"poll_base": 0.1, "poll_max": 1.0}
_DURATION: Final = 0.5


@attrs.frozen
class Accounts:
    """Which accounts there are.

    Attributes:
        aliases: Their names; `None` for whatever the file names.
        tokens: Their identification tokens; `None` where the Admin API tells them.
    """

    aliases: Sequence[str] | None
    tokens: Mapping[str, str] | None = attrs.field(default=None, repr=False)

    @property
    def default(self) -> str | None:
        """The one that need not be named, where there is but one."""
        if self.aliases is None:
            return "main"
        return self.aliases[0] if len(self.aliases) == 1 else None


async def find_accounts(target: Target, path: str | None, *, is_discovering: bool) -> Accounts:
    """Return which accounts there are.

    Args:
        target: Which service is meant.
        path: A file that names them.
        is_discovering: Whether the service is asked for them.

    Raises:
        Problem: Nothing names any, or what does cannot be used.
        LinkedApiError: The service does not tell them.
    """
    if target.is_sandbox:
        return Accounts(None)
    if is_discovering:
        from linkedapi_async import AccountPool  # noqa: PLC0415 - heavy

        async with _admin(target) as admin, await _discover(admin, target) as pool:
            assert isinstance(pool, AccountPool)  # noqa: S101 - for type checkers
            return Accounts(pool.accounts)
    if path is not None:
        tokens = _tokens_in(read_text(path), path)
    elif text := os.environ.get(_VARIABLE):
        tokens = _tokens_in(text, _VARIABLE)
    elif token := os.environ.get("IDENTIFICATION_TOKEN"):
        tokens = {"main": token}
    else:
        problem = _nobody()
        raise problem
    return Accounts(tuple(tokens), tokens)


def _tokens_in(text: str, name: str) -> Mapping[str, str]:
    """Return the tokens in a document, which no message shows.

    Raises:
        Problem: It holds something else.
    """
    value = parse_json(text, name)
    if not isinstance(value, dict) or not value:
        msg = f"{name} names no accounts."
        raise Problem(msg, code=Exit.USAGE, hint=_FORM)
    for alias, number in Counter(_names_in(text)).items():
        if number > 1:
            msg = f"{name} names {alias!r} twice."
            raise Problem(msg, code=Exit.USAGE, hint="Keep one of them.")
    for alias, token in value.items():
        if not alias or not isinstance(token, str) or not token.strip():
            msg = f"{name} has no token for {alias!r}."
            raise Problem(msg, code=Exit.USAGE, hint=_FORM)
    return {alias: str(token).strip() for alias, token in value.items()}


def _names_in(text: str) -> list[str]:
    """Return the names of an object, those that stand there twice as well."""
    pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list)
    return [name for name, _ in pairs]


def _nobody() -> Problem:
    return Problem(
        "No account is known to work with.",
        code=Exit.USAGE,
        hint=(
            f"Give --accounts FILE, --discover, {_VARIABLE}, or IDENTIFICATION_TOKEN for a single "
            "one; --sandbox needs none."
        ),
    )


@asynccontextmanager
async def open_pool(
    target: Target,
    accounts: Accounts,
    *,
    policy: str,
    is_holding: bool,
    on_event: "Callable[[Event], object]",
    clock: Clock,
) -> "AsyncGenerator[AccountPool]":
    """Open a pool of the accounts, and the sandbox if that is meant.

    Args:
        target: Which service is meant.
        accounts: Which accounts there are.
        policy: How patient to be: the name of a preset.
        is_holding: Whether calls wait for a person, where one has to act.
        on_event: Called with every event.
        clock: Tells the time.

    Raises:
        ConfigurationError: A token is missing or unusable.
    """
    from linkedapi_async import AccountPool  # noqa: PLC0415 - heavy

    wanted = policy_of(policy)
    if is_holding:
        wanted = attrs.evolve(wanted, on_user_action="hold")
    options: dict[str, Any] = {"on_event": on_event, "clock": clock}
    async with AsyncExitStack() as stack:
        if target.is_sandbox:
            sandbox = await stack.enter_async_context(_sandbox(accounts, clock))
            main = tokens_for(target.wire, sandbox.tokens)
            options |= {"base_url": sandbox.base_url, "wire": target.wire}
            options |= {name: value for name, value in main.items() if name.endswith("api_token")}
            options["accounts"] = {one.alias: one.identification_token for one in sandbox.accounts}
            options["policy"] = attrs.evolve(wanted, **_REHEARSAL)
            pool = AccountPool(**options)
        elif accounts.tokens is None:
            admin = await stack.enter_async_context(_admin(target))
            pool = await _discover(admin, target, policy=wanted, **options)
        else:
            pool = AccountPool(
                accounts=accounts.tokens, policy=wanted, **_service(target), **options
            )
        yield await stack.enter_async_context(pool)


def _sandbox(accounts: Accounts, clock: Clock) -> "Sandbox":
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    return Sandbox(
        accounts=tuple(accounts.aliases or ()), duration=_DURATION, plan=Plan.PLUS, clock=clock
    )


def _admin(target: Target) -> "LinkedApiAdmin":
    from linkedapi_async import LinkedApiAdmin  # noqa: PLC0415 - heavy

    return LinkedApiAdmin.from_env(**_address(target))


async def _discover(admin: "LinkedApiAdmin", target: Target, **options: Any) -> "AccountPool":
    from linkedapi_async import AccountPool  # noqa: PLC0415 - heavy

    return await AccountPool.discover(admin, **_service(target), **options)


def _address(target: Target) -> dict[str, str]:
    address = target.base_url or os.environ.get("LINKED_API_BASE_URL")
    return {"base_url": address} if address else {}


def _service(target: Target) -> dict[str, Any]:
    """Return the options of a pool that the environment decides.

    Raises:
        ConfigurationError: There is no main token, or one too many.
    """
    from linkedapi_async.errors import ConfigurationError  # noqa: PLC0415 - heavy

    mains = {
        option: token
        for option in ("linked_api_token", "account_api_token")
        if (token := os.environ.get(option.upper()))
    }
    if len(mains) > 1:
        msg = "LINKED_API_TOKEN and ACCOUNT_API_TOKEN are both set; keep the one to be used"
        raise ConfigurationError(msg)
    if not mains:
        msg = "LINKED_API_TOKEN is not set (nor ACCOUNT_API_TOKEN, for the older API)"
        raise ConfigurationError(msg)
    return {**mains, **_address(target), "wire": target.wire}
