"""What the commands of `admin` share: the client, the account that is meant, a last question."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from ._exits import Exit
from ._people import handle_of
from ._plain import one_line
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async._types import Json
    from linkedapi_async.admin import LinkedApiAdmin
    from linkedapi_async.models import AdminAccount, WebhookSubscription

__all__ = [
    "confirm",
    "find_account",
    "json_option",
    "name_of",
    "on_admin",
    "the_webhook",
    "without",
    "yes_option",
]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask whether this is really meant.")


def on_admin(
    *, has_webhook: bool = True
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Have a command called with an open client, and add `--base-url` and `--sandbox`.

    Args:
        has_webhook: Whether the sandbox has a webhook from the first.
    """

    def decorate(function: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @wraps(function)
        def run(*, base_url: str | None, sandbox: bool, **options: Any) -> None:
            asyncio.run(call(options, base_url, is_sandbox=sandbox))

        async def call(options: dict[str, Any], base_url: str | None, *, is_sandbox: bool) -> None:
            if is_sandbox:
                async with _open_sandbox(has_webhook=has_webhook) as admin:
                    await function(admin, **options)
            else:
                async with _open_service(base_url) as admin:
                    await function(admin, **options)

        command: Callable[..., None] = run
        for option in (
            click.option(
                "--sandbox", is_flag=True, help="Use a sandbox on this machine; no token."
            ),
            click.option("--base-url", metavar="URL", help="Address of the service."),
        ):
            command = option(command)
        return command

    return decorate


def _open_service(base_url: str | None) -> "LinkedApiAdmin":
    from linkedapi_async.admin import LinkedApiAdmin  # noqa: PLC0415 - heavy

    return LinkedApiAdmin.from_env(**({} if base_url is None else {"base_url": base_url}))


@asynccontextmanager
async def _open_sandbox(*, has_webhook: bool) -> "AsyncGenerator[LinkedApiAdmin]":
    from linkedapi_async.admin import LinkedApiAdmin  # noqa: PLC0415 - heavy
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    from ._embedded import office  # noqa: PLC0415 - heavy

    async with (
        Sandbox() as sandbox,
        office(sandbox, has_webhook=has_webhook),
        LinkedApiAdmin(
            linked_api_token=sandbox.tokens.linked_api_token, base_url=sandbox.base_url
        ) as admin,
    ):
        yield admin


async def find_account(admin: "LinkedApiAdmin", word: str) -> "AdminAccount":
    """Return the account that is meant by its id, the address of its profile, or its name.

    The last part of the address will do. Names have to be given in full.

    Raises:
        Problem: It is none of these, or the name of several.
    """
    accounts = (await admin.accounts.get_all()).accounts
    found = [one for one in accounts if one.id == word]
    if not found:
        found = [one for one in accounts if one.url and handle_of(one.url) == handle_of(word)]
    if not found:
        name = word.strip().casefold()
        found = [one for one in accounts if (one.name or "").strip().casefold() == name]
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(str(one.id) for one in found)
        msg = f"{word!r} is the name of {len(found)} accounts: {told}. Give one of these ids."
        raise Problem(msg, code=Exit.USAGE)
    names = {one.name.casefold(): one.name for one in accounts if one.name}
    names |= {handle: handle for one in accounts if (handle := handle_of(one.url or ""))}
    near = [names[one] for one in get_close_matches(handle_of(word), names, n=2)]
    meant = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    hint = f"{meant}The list: linkedapi-async admin accounts"
    msg = f"No account {word!r} is connected."
    raise Problem(msg, code=Exit.USAGE, hint=hint)


async def the_webhook(admin: "LinkedApiAdmin") -> "tuple[WebhookSubscription, str]":
    """Return the webhook that is registered, and its id.

    Raises:
        Problem: None is.
    """
    for webhook in await admin.webhooks.get():
        return webhook, webhook.id or ""
    hint = "Register one with: linkedapi-async admin set-webhook URL"
    msg = "No webhook is registered."
    raise Problem(msg, code=Exit.FATAL, hint=hint)


def name_of(account: "AdminAccount") -> str:
    """Return an account's name and id."""
    return f"{one_line(account.name or '(unnamed)')} ({account.id})"


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal whether something is really meant.

    Raises:
        Problem: It is not, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        msg = "This cannot be undone, and there is no terminal to ask; nothing was changed."
        raise Problem(msg, code=Exit.USAGE, hint="Give --yes if it is really meant.")
    try:
        is_meant = click.confirm(question, err=True)
    except click.Abort:
        is_meant = False
    if not is_meant:
        msg = "Nothing was changed."
        raise Problem(msg, code=Exit.INTERRUPTED)


def without(secret: str, facts: "dict[str, Json]") -> "dict[str, Json]":
    """Return the facts about something, save its secret."""
    return {name: value for name, value in facts.items() if name != secret}
