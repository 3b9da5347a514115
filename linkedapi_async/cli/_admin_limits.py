"""`linkedapi-async admin` on limits: what an account may do how often, and has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import attrs
import click
from rich.console import Console
from rich.text import Text

from ._admin import find_account, json_option, name_of, on_admin
from ._console import open_console
from ._plain import echo_json, one_line

if TYPE_CHECKING:
    from linkedapi_async.admin import LinkedApiAdmin
    from linkedapi_async.models import Limit, LimitPeriod, LimitUsage

__all__ = ["COMMANDS"]

_COLUMNS: Final = "{:24} {:8} {:>10}  {}"
_USAGE: Final = "{:24} {:8} {:>10} {:>10} {:>10}  {}"


@click.command("limits")
@click.argument("account")
@json_option
@on_admin()
async def limits(admin: "LinkedApiAdmin", *, account: str, as_json: bool) -> None:
    """Show how often ACCOUNT may do what."""
    owner = await find_account(admin, account)
    found = await admin.limits.get(owner.id or "")
    if as_json:
        echo_json([attrs.asdict(one) for one in found])
        return
    rows = [(*_words(one.category, one.period, one.max_value), _note(one)) for one in found]
    _show(open_console(), _COLUMNS, ("category", "period", "at most", ""), rows)


@click.command("usage")
@click.argument("account")
@json_option
@on_admin()
async def usage(admin: "LinkedApiAdmin", *, account: str, as_json: bool) -> None:
    """Show how much of the limits of ACCOUNT is used up in the periods under way."""
    owner = await find_account(admin, account)
    found = await admin.limits.get_usage(owner.id or "")
    if as_json:
        echo_json([attrs.asdict(one) for one in found])
        return
    header = ("category", "period", "used", "at most", "left", "")
    _show(open_console(), _USAGE, header, [_used(one) for one in found])


def _used(one: "LimitUsage") -> tuple[str, ...]:
    left = None
    if one.max_value is not None and one.current_usage is not None:
        left = max(0, one.max_value - one.current_usage)
    words = _words(one.category, one.period, one.current_usage, one.max_value, left)
    return (*words, _note(one))


def _note(one: "Limit | LimitUsage") -> str:
    return "not enforced" if one.is_enabled is False else ""


@click.command("set-limit")
@click.argument("account")
@click.argument("category")
@click.argument("period", type=click.Choice(("daily", "weekly", "monthly")))
@click.argument("value", type=click.IntRange(min=0))
@click.option("--disabled", is_flag=True, help="Set it, and do not enforce it.")
@on_admin()
async def set_limit(
    admin: "LinkedApiAdmin",
    *,
    account: str,
    category: str,
    period: "LimitPeriod",
    value: int,
    disabled: bool,
) -> None:
    """Let ACCOUNT do something VALUE times in a PERIOD at most.

    CATEGORY is a word such as stMessages; `admin limits ACCOUNT` lists them. Other limits stay as
    they are.
    """
    from linkedapi_async.models import SetLimitEntry  # noqa: PLC0415 - heavy

    owner = await find_account(admin, account)
    is_enabled = False if disabled else None
    entry = SetLimitEntry(category=category, period=period, max_value=value, is_enabled=is_enabled)
    await admin.limits.set(account_id=owner.id or "", limits=[entry])
    note = ", not enforced" if disabled else ""
    click.echo(f"{name_of(owner)}: {category}, {period}: {value} at most{note}.")


def _words(*values: str | int | None) -> tuple[str, ...]:
    """Return values for a table."""
    return tuple(
        "?" if one is None else f"{one:,}" if isinstance(one, int) else one_line(one)
        for one in values
    )


def _show(
    console: Console, columns: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> None:
    if not rows:
        console.print("There are none.")
        return
    console.print(Text(columns.format(*header).rstrip(), style="cyan"), soft_wrap=True)
    for row in rows:
        console.print(columns.format(*row).rstrip(), soft_wrap=True)


COMMANDS: Final[tuple[click.Command, ...]] = (limits, usage, set_limit)
