"""`linkedapi-async account`: whose account the tokens open."""

import asyncio
from typing import TYPE_CHECKING

import click

from ._client import Target, open_client, target_options
from ._console import open_console
from ._plain import echo_json, show_card

if TYPE_CHECKING:
    from linkedapi_async._types import Json

__all__ = ["command"]


@click.command("account")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@target_options
def command(*, as_json: bool, wire: str | None, base_url: str | None, sandbox: bool) -> None:
    """Show whose LinkedIn account the tokens open.

    The tokens come from the environment: LINKED_API_TOKEN and IDENTIFICATION_TOKEN. The older
    generations of the API cannot tell; `doctor` checks their tokens, too.
    """
    facts = asyncio.run(_ask(Target(wire, base_url, sandbox)))
    if as_json:
        echo_json(facts)
        return
    known = [(label, str(value)) for label, value in facts.items() if value is not None]
    show_card(open_console(), known)


async def _ask(target: Target) -> "dict[str, Json]":
    from linkedapi_async.wire import LinkedApiWire  # noqa: PLC0415 - heavy

    async with open_client(target) as api:
        info = await api.account_info()
        # Of all generations this one alone answers.
        return {
            "name": info.name,
            "url": info.url,
            "account": api.account,
            "wire": LinkedApiWire.name,
        }
