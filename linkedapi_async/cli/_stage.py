"""Sets a sandbox up for people: accounts, tokens per wire, and what is to go wrong."""

from typing import TYPE_CHECKING, Any

from linkedapi_async._types import Plan
from linkedapi_async.testing import faults

from ._documents import STEPS, not_a_demo_file

if TYPE_CHECKING:
    from linkedapi_async.testing import Account, Sandbox, Tokens

    from ._documents import Scene, Step

__all__ = ["play", "prepare", "tokens_for"]


def tokens_for(wire: str | None, tokens: "Tokens") -> dict[str, Any]:
    """Return the client options that open a sandbox account on a wire (`None`: the current)."""
    if wire in {None, "linked_api"}:
        return dict(tokens)
    return {
        "account_api_token": tokens.account_api_token,
        "identification_token": tokens.identification_token,
    }


def prepare(sandbox: "Sandbox", scene: "Scene") -> "Account":
    """Give a scene an account of its own, with its faults lying in wait.

    Raises:
        Problem: No sandbox knows such a fault.
    """
    account = sandbox.add_account(scene.name, plan=Plan(scene.plan))
    try:
        for mishap in scene.faults:
            kind = getattr(faults, str(mishap.fault), None)
            fault = mishap.fault if kind is None else kind(**mishap.given)
            sandbox.inject(fault, account=account, **mishap.options)
    except (TypeError, ValueError) as exc:
        problem = not_a_demo_file(scene.name, exc)
        raise problem from None
    return account


def play(sandbox: "Sandbox", account: "Account", step: "Step") -> str:
    """Do one thing to an account; return what it was, in words."""
    given = dict(step.given)
    if step.do == "close_hours":
        # The service tells the opening by the minute, so hours open at a full one.
        moment = sandbox.clock.wall().timestamp() + given["opens_in"]
        given["opens_in"] += -moment % 60
    getattr(sandbox, step.do)(account=account, **given)
    return STEPS[step.do]
