"""Options every command that talks to the service has, and the client they describe."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import attrs
import click

from linkedapi_async._types import Plan

from ._stage import tokens_for

if TYPE_CHECKING:
    from linkedapi_async import LinkedApi, Policy
    from linkedapi_async.events import Event
    from linkedapi_async.testing import Sandbox

__all__ = ["WIRES", "Target", "open_client", "policy_of", "target_options"]

WIRES = ("linked_api", "linked_api_v3", "account_api")
_SANDBOX_DURATION = 0.5


@attrs.frozen
class Target:
    """Which service is meant.

    Attributes:
        wire: Generation of the API; `None` is guessed from the token.
        base_url: Its address; `None` is the environment's, else the real one.
        is_sandbox: Whether a sandbox is started instead, for as long as the command runs.
    """

    wire: str | None
    base_url: str | None
    is_sandbox: bool


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--wire`, `--base-url` and `--sandbox`."""
    for option in (
        click.option("--sandbox", is_flag=True, help="Use a sandbox on this machine; no tokens."),
        click.option("--base-url", metavar="URL", help="Address of the service."),
        click.option("--wire", type=click.Choice(WIRES), help="Generation of the API."),
    ):
        command = option(command)
    return command


def policy_of(name: str) -> "Policy":
    """Return a preset by its name."""
    from linkedapi_async import Policy  # noqa: PLC0415 - heavy

    presets = {"service": Policy.service, "bot": Policy.bot, "batch": Policy.batch}
    return presets[name]()


@asynccontextmanager
async def open_client(
    target: Target,
    *,
    policy: str = "service",
    deadline: float | None = None,
    on_event: "Callable[[Event], object] | None" = None,
    stage: "Callable[[Sandbox], AbstractAsyncContextManager[object]]" = nullcontext,
) -> "AsyncGenerator[LinkedApi]":
    """Open the client a command asked for, and the sandbox if that is what it asked for.

    Args:
        target: Which service is meant.
        policy: How patient to be: the name of a preset.
        deadline: Seconds for one call, in place of the policy's.
        on_event: Called with every event.
        stage: What goes on in the sandbox meanwhile.
    """
    from linkedapi_async import LinkedApi  # noqa: PLC0415 - heavy

    options: dict[str, Any] = {"policy": policy_of(policy), "deadline": deadline}
    options |= {"on_event": on_event, "wire": target.wire}
    if not target.is_sandbox:
        given = {} if target.base_url is None else {"base_url": target.base_url}
        async with LinkedApi.from_env(**options, **given) as api:
            yield api
        return
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    async with (
        Sandbox(duration=_SANDBOX_DURATION, plan=Plan.PLUS) as sandbox,
        stage(sandbox),
        LinkedApi(
            base_url=sandbox.base_url, **tokens_for(target.wire, sandbox.tokens), **options
        ) as api,
    ):
        yield api
