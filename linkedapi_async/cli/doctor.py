"""`linkedapi-async doctor`: are tokens, account and connection well?"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.text import Text

from ._client import Target, target_options
from ._console import hang, open_console
from ._exits import Exit
from ._probe import Finding, probe_connection, probe_name, probe_tls, proxy_for

__all__ = ["command"]

_OK: Final = ("ok       ", "green")
_NOTE: Final = ("note     ", "cyan")
_PROBLEM: Final = ("problem  ", "bold red")
_PORTS: Final = {"http": 80, "https": 443}


@click.command("doctor")
@target_options
def command(
    *,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> Exit:
    """Check environment, connection and tokens, with a remedy for each problem.

    It asks the service one harmless question and starts no workflow. Whether LinkedIn has signed
    the account out cannot be asked: only a workflow tells.
    """
    return asyncio.run(_examine(Target(wire, base_url, sandbox)))


async def _examine(target: Target) -> Exit:
    console = open_console()
    worst = Exit.OK
    async with _environment(target) as environment:
        async for finding in _findings(environment, target):
            _show(console, finding)
            worst = worst if worst is not Exit.OK else finding.code
    verdict = "All is well." if worst is Exit.OK else "Solve the first problem, then look again."
    console.print(Text(f"\n{verdict}", style="bold"))
    return worst


@asynccontextmanager
async def _environment(target: Target) -> AsyncGenerator[Mapping[str, str]]:
    """Return the variables to examine: the real ones, or those of a sandbox."""
    if not target.is_sandbox:
        yield os.environ
        return
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    from ._stage import tokens_for  # noqa: PLC0415 - heavy

    async with Sandbox() as sandbox:
        tokens = tokens_for(target.wire, sandbox.tokens)
        yield {
            "LINKED_API_BASE_URL": sandbox.base_url,
            **{option.upper(): token for option, token in tokens.items()},
        }


async def _findings(environment: Mapping[str, str], target: Target) -> AsyncIterator[Finding]:
    """Yield what is found, until a problem makes looking further pointless."""
    from ._checkup import ask, look_at, setup_of  # noqa: PLC0415 - heavy

    is_well = True
    for finding in look_at(environment, target.base_url):
        is_well &= finding.code is Exit.OK
        yield finding
    if not is_well:
        return
    setup = setup_of(environment, target.wire, target.base_url)
    async for finding in _way(setup.base_url):
        yield finding
        if finding.code is not Exit.OK:
            return
    for finding in await ask(setup):
        yield finding
    seen = "not checked: only a running workflow tells whether LinkedIn signed the account out"
    yield Finding("LinkedIn session", seen, is_note=True)


async def _way(base_url: str) -> AsyncIterator[Finding]:
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    proxy = proxy_for(base_url)
    if proxy is not None:
        yield Finding(
            "proxy", f"requests go through {proxy}, so the way is not checked", is_note=True
        )
        return
    yield await probe_name(host, port)
    yield await probe_connection(host, port)
    if parts.scheme == "https":
        yield await probe_tls(host, port)


def _show(console: Console, finding: Finding) -> None:
    mark = _NOTE if finding.is_note else _OK if finding.code is Exit.OK else _PROBLEM
    hang(console, finding.seen, mark, (f"{finding.what:22}", "bold"))
    if finding.remedy:
        hang(console, finding.remedy, ("      -> ", ""), style="yellow")
