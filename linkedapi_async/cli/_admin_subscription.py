"""`linkedapi-async admin` on what was bought: the subscription and its seats."""

from typing import TYPE_CHECKING, Final

import attrs
import click
from rich.text import Text

from ._admin import json_option, on_admin
from ._console import open_console
from ._plain import echo_json, one_line, show_card

if TYPE_CHECKING:
    from linkedapi_async.admin import LinkedApiAdmin

__all__ = ["COMMANDS"]

_COLUMNS: Final = "{:12} {:>8}  {}"
_ANSWERS: Final = {True: "yes", False: "no", None: "not told"}


@click.command("status")
@json_option
@on_admin()
async def status(admin: "LinkedApiAdmin", *, as_json: bool) -> None:
    """Show how the subscription stands."""
    told = await admin.subscription.get_status()
    if as_json:
        echo_json(attrs.asdict(told))
        return
    facts = [
        ("status", told.status or "no subscription"),
        ("ends", f"with the paid period: {_ANSWERS[told.cancel_at_period_end]}"),
        ("free trial", f"on offer: {_ANSWERS[told.eligible_for_trial]}"),
    ]
    show_card(open_console(), facts)


@click.command("seats")
@json_option
@on_admin()
async def seats(admin: "LinkedApiAdmin", *, as_json: bool) -> None:
    """Show the seats by kind, and how many accounts take one."""
    bought = await admin.subscription.get_seats()
    used = len((await admin.accounts.get_all()).accounts)
    if as_json:
        echo_json({"seats": [attrs.asdict(one) for one in bought], "accounts": used})
        return
    console = open_console()
    header = _COLUMNS.format("seat", "quantity", "paid by the")
    console.print(Text(header, style="cyan"), soft_wrap=True)
    for one in bought:
        words = (one.seat_type, one.quantity, one.billing_period)
        told = _COLUMNS.format(*("?" if word is None else one_line(str(word)) for word in words))
        console.print(told, soft_wrap=True)
    console.print(f"Accounts connected: {used}")


COMMANDS: Final[tuple[click.Command, ...]] = (seats, status)
