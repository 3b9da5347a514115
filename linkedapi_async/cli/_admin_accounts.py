"""`linkedapi-async admin` on accounts: list, connect, sign in again, disconnect, tokens."""

import asyncio
from typing import TYPE_CHECKING, Final

import attrs
import click
from rich.console import Console
from rich.text import Text

from ._admin import (
    confirm,
    find_account,
    json_option,
    name_of,
    on_admin,
    without,
    yes_option,
)
from ._console import hang, open_console
from ._exits import Exit
from ._numbers import Number
from ._plain import echo_json, local, one_line, show_card
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async._types import Json
    from linkedapi_async.admin import ConnectionHandle, LinkedApiAdmin
    from linkedapi_async.models import AdminAccount

__all__ = ["COMMANDS"]

_TOKEN: Final = "identification_token"  # noqa: S105 - the name of one
_LATER: Final = (
    "The link still works; when somebody has signed in there, this shows it: linkedapi-async admin "
    "accounts"
)
_PATIENCE: Final = 900.0
_LABEL: Final = 23
_COLORS: Final = {"active": "green", "frozen": "yellow", "reconnection_required": "red"}


# ── look ──


@click.command("accounts")
@json_option
@on_admin()
async def accounts(admin: "LinkedApiAdmin", *, as_json: bool) -> None:
    """List the connected accounts, and the links under way that will connect more.

    For an account that is signed out the service gives the link to sign in again.
    """
    listed = await admin.accounts.get_all()
    if as_json:
        pending = [attrs.asdict(one) for one in listed.pending_connection_sessions]
        told = [_as_json(one) for one in listed.accounts]
        echo_json({"accounts": told, "pending_connection_sessions": pending})
        return
    console = open_console()
    for one in listed.accounts:
        _show_briefly(console, one)
    if not listed.accounts:
        console.print("No account is connected; this connects one: linkedapi-async admin connect")
    for session in listed.pending_connection_sessions:
        hang(console, f"being connected: session {session.session_id}, {session.status}")


def _show_briefly(console: Console, account: "AdminAccount") -> None:
    status = (account.status or "(unknown)", _COLORS.get(account.status or "", ""))
    head = Text.assemble((one_line(account.name or "(unnamed)"), "bold"), "  ", status)
    console.print(head, soft_wrap=True)
    for fact in filter(None, (account.id, account.url)):
        console.print(f"    {one_line(fact)}", soft_wrap=True)
    if account.reconnection_link:
        console.print(f"    sign in again at {one_line(account.reconnection_link)}", soft_wrap=True)


@click.command("account")
@click.argument("account")
@click.option("--reveal", is_flag=True, help="Show its identification token, too.")
@json_option
@on_admin()
async def one_account(
    admin: "LinkedApiAdmin", *, account: str, reveal: bool, as_json: bool
) -> None:
    """Show all that is known of one ACCOUNT."""
    found = await find_account(admin, account)
    facts = _as_json(found)
    if reveal:
        facts[_TOKEN] = found.identification_token
    if as_json:
        echo_json(facts)
        return
    facts["connected_at"] = local(found.connected_at_time) or found.connected_at
    told = [(label.replace("_", " "), str(value)) for label, value in facts.items() if value]
    show_card(open_console(), told, width=_LABEL)


def _as_json(account: "AdminAccount") -> "dict[str, Json]":
    return without(_TOKEN, attrs.asdict(account))


# ── connect ──

_timeout_option = click.option(
    "--timeout",
    type=Number(min=0, min_open=True),
    default=_PATIENCE,
    show_default=True,
    help="Seconds to wait at most.",
)


@click.command("connect")
@_timeout_option
@json_option
@on_admin()
async def connect(admin: "LinkedApiAdmin", *, timeout: float, as_json: bool) -> None:  # noqa: ASYNC109 - an option of the command
    """Print a link that connects another account, and wait until somebody has signed in there.

    After Ctrl-C or the timeout the link still works. With --json the link is one line, and the
    account that was connected another.
    """
    handle = await admin.connect_account()
    account = await _finished(handle, timeout, as_json=as_json)
    if not as_json:
        click.echo(f"{name_of(account)} is connected.")


@click.command("reconnect")
@click.argument("account")
@_timeout_option
@json_option
@on_admin()
async def reconnect(
    admin: "LinkedApiAdmin",
    *,
    account: str,
    timeout: float,  # noqa: ASYNC109 - an option of the command
    as_json: bool,
) -> None:
    """Print a link where the owner of ACCOUNT signs in again, and wait until that is done.

    After Ctrl-C or the timeout the link still works. With --json the link is one line, and the
    account another.
    """  # noqa: DOC501 - this text is the help
    found = await find_account(admin, account)
    if not found.reconnection_link:
        msg = f"{name_of(found)} needs no reconnection: it is {found.status}."
        raise Problem(msg, code=Exit.FATAL)
    handle = admin.continue_reconnection(found)
    found = await _finished(handle, timeout, as_json=as_json)
    if not as_json:
        click.echo(f"{name_of(found)} is signed in again.")


async def _finished(
    handle: "ConnectionHandle",
    timeout: float,  # noqa: ASYNC109 - an option of the command
    *,
    as_json: bool,
) -> "AdminAccount":
    """Print a link, and return the account as it is when somebody has used it.

    Raises:
        Problem: Nobody has used it yet.
        CancelledError: Ctrl-C ended the wait.
    """
    from linkedapi_async.admin import SessionTimeout  # noqa: PLC0415 - heavy

    if as_json:
        echo_json({"session_id": handle.session_id, "link": handle.link}, indent=None)
    else:
        click.echo(
            f"Open this in a browser and sign in to LinkedIn:\n\n    {one_line(handle.link)}\n"
        )
        click.echo("Waiting until that is done; Ctrl-C leaves the link open.", err=True)
    try:
        account = await handle.finished(timeout=timeout)
    except asyncio.CancelledError:
        click.echo(f"\n{_LATER}", err=True)
        raise
    except SessionTimeout as error:
        msg = f"{error.message}."
        raise Problem(msg, code=Exit.TIMEOUT, hint=_LATER) from error
    if as_json:
        echo_json({"account": _as_json(account)}, indent=None)
    return account


# ── what cannot be undone ──


@click.command("disconnect")
@click.argument("account")
@yes_option
@on_admin()
async def disconnect(admin: "LinkedApiAdmin", *, account: str, yes: bool) -> None:
    """Remove ACCOUNT with its browser profile and proxy; there is no way back."""
    found = await find_account(admin, account)
    confirm(f"Disconnect {name_of(found)} for good?", yes=yes)
    await admin.accounts.disconnect(found.id or "")
    click.echo(f"{name_of(found)} is disconnected.")


@click.command("regenerate-token")
@click.argument("account")
@yes_option
@on_admin()
async def regenerate_token(admin: "LinkedApiAdmin", *, account: str, yes: bool) -> None:
    """Replace the identification token of ACCOUNT and print the new one, alone on its line.

    The old one is dead at once: whatever still uses it is refused.
    """
    found = await find_account(admin, account)
    confirm(f"Make the token of {name_of(found)} worthless now?", yes=yes)
    made = await admin.accounts.regenerate_identification_token(found.id or "")
    click.echo(made.token)


COMMANDS: Final[tuple[click.Command, ...]] = (
    accounts,
    one_account,
    connect,
    reconnect,
    disconnect,
    regenerate_token,
)
