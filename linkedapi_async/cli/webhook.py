"""`linkedapi-async webhook`: receive deliveries, prove them, show what they tell."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import click

from linkedapi_async._clock import SystemClock
from linkedapi_async._types import Secret

from ._completion import files
from ._embedded import HOOK, events
from ._exits import Exit
from ._people import handle_of
from ._plain import Lines, clock_of
from ._problem import Problem

if TYPE_CHECKING:
    from aiohttp import web

    from linkedapi_async._types import Json
    from linkedapi_async.events import Event
    from linkedapi_async.testing import Sandbox
    from linkedapi_async.webhooks import WebhookEvent

__all__ = ["command"]

_VARIABLE: Final = "LINKED_API_WEBHOOK_SECRET"
_PATIENCE: Final = 1.0
_INTRODUCTION: Final = """\
Listening at {address} for signed deliveries; Ctrl-C ends it.
The service delivers to public HTTPS addresses. Lead one here with a tunnel, and register it:
  linkedapi-async admin set-webhook https://YOUR-ADDRESS/
"""


@click.group("webhook", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Receive deliveries of the webhook. To register it and list deliveries there is `admin`."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("listen")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--secret-env", metavar="NAME", help=f"Variable with the secret.  [default: {_VARIABLE}]"
)
@click.option(
    "--secret-file", metavar="FILE", shell_complete=files, help="File with the secret, instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each delivery.")
@click.option("--sandbox", is_flag=True, help="Have a sandbox deliver; no tokens, no secret.")
def listen(
    *,
    port: int,
    host: str,
    secret_env: str | None,
    secret_file: str | None,
    as_json: bool,
    sandbox: bool,
) -> None:
    """Take deliveries until Ctrl-C: show each event once, and whatever is refused with the reason.

    A line holds the type, what it is about, and the id of the event. Deliveries count only when
    they are signed with the secret, which `linkedapi-async admin webhook --reveal` shows.

    The secret is read from an environment variable or a file. There is no option for the secret
    itself: the command line of a process can be seen by everybody on the machine, and stays in the
    history of the shell.
    """  # noqa: DOC501 - this text is the help
    if secret_env is not None and secret_file is not None:
        msg = "Give either --secret-env or --secret-file."
        raise click.UsageError(msg, click.get_current_context())
    secret = None if sandbox else _read_secret(secret_env or _VARIABLE, secret_file)
    listener = _Listener(Lines(as_json=as_json))
    try:
        asyncio.run(listener.listen(host, port, secret))
    except KeyboardInterrupt:
        listener.sum_up()


def _read_secret(name: str, file: str | None) -> Secret:
    """Return the secret.

    Raises:
        Problem: There is none.
    """
    try:
        held = os.environ.get(name, "") if file is None else Path(file).read_text(encoding="utf-8")
    except OSError as exc:
        msg = f"Cannot read {file}: {exc.strerror}."
        raise Problem(msg, code=Exit.USAGE) from None
    except UnicodeDecodeError:
        msg = f"{file} is not UTF-8 text."
        raise Problem(msg, code=Exit.USAGE) from None
    if held.strip():
        return Secret(held.strip())
    msg = f"{file} is empty." if file is not None else f"{name} is not set: it holds the secret."
    hint = "This shows it: linkedapi-async admin webhook --reveal"
    raise Problem(msg, code=Exit.FATAL, hint=hint)


@attrs.frozen
class _Arrival:
    """Something that was delivered.

    Attributes:
        at: When.
        words: It, for people.
        facts: It, for programs.
        is_refused: Whether it was not believed.
    """

    at: datetime
    words: tuple[str, ...]
    facts: "dict[str, Json]"
    is_refused: bool = False


class _Listener:
    """Takes deliveries and prints them."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._arrivals = asyncio.Queue[_Arrival]()
        self._clock = SystemClock()
        self._taken = 0
        self._refused = 0

    async def listen(self, host: str, port: int, secret: Secret | None) -> None:
        """Print what is delivered, without end; without a secret a sandbox delivers."""
        from linkedapi_async import WebhookReceiver  # noqa: PLC0415 - heavy
        from linkedapi_async.webhooks import WebhookEvent  # noqa: PLC0415 - heavy

        async with AsyncExitStack() as stack:
            sandbox = None
            if secret is None:
                sandbox = await stack.enter_async_context(_sandbox())
                secret = Secret(sandbox.deliveries.subscribe(HOOK).secret)
            receiver = WebhookReceiver(secrets=[secret], on_event=self._take_refusal)
            receiver.subscribe(WebhookEvent, self._take)
            address = await stack.enter_async_context(_serve(receiver.app(), host, port))
            click.echo(_INTRODUCTION.format(address=address), err=True)
            if sandbox is not None:
                sandbox.deliveries.lead(HOOK, address)
                await stack.enter_async_context(events(sandbox))
            while True:
                arrival = await self._arrivals.get()
                moment = arrival.at.astimezone(UTC).isoformat()
                words = (clock_of(arrival.at), *arrival.words)
                self._lines.tell(words, {"received_at": moment, **arrival.facts})
                self._taken += 1
                self._refused += arrival.is_refused

    def sum_up(self) -> None:
        """Print how much was delivered."""
        ending = "y" if self._taken == 1 else "ies"
        refused = f", {self._refused} refused" if self._refused else ""
        click.echo(f"\nClosed after {self._taken} deliver{ending}{refused}.", err=True)

    def _take(self, event: "WebhookEvent") -> None:
        facts: dict[str, Json] = {
            "type": event.event_type,
            "id": event.id,
            "created_at": event.created_at,
            "data": event.data,
        }
        words = (event.event_type, _about(event), event.id)
        self._arrivals.put_nowait(_Arrival(self._clock.wall(), words, facts))

    def _take_refusal(self, event: "Event") -> None:
        from linkedapi_async.events import DeliveryRefused  # noqa: PLC0415 - heavy

        assert isinstance(event, DeliveryRefused)  # noqa: S101 - receivers announce nothing else
        facts: dict[str, Json] = {"refused": event.reason, "status": event.status}
        words = (f"refused with {event.status}", event.reason)
        self._arrivals.put_nowait(_Arrival(self._clock.wall(), words, facts, is_refused=True))


def _sandbox() -> "Sandbox":
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    return Sandbox()


def _about(event: "WebhookEvent") -> str:
    """Return what an event is about, in few words; empty where nobody knows."""
    from linkedapi_async import webhooks  # noqa: PLC0415 - heavy

    match event:
        case webhooks.WorkflowEvent():
            return f"{event.workflow_id} {event.status}"
        case webhooks.AccountEvent():
            return f"account {event.account_id}"
        case webhooks.InboxEvent():
            address = event.person_public_url or event.person_hashed_url or ""
            return f"{handle_of(address)}: {event.text}"
        case webhooks.NetworkEvent():
            return handle_of(event.person_url or "")
        case webhooks.WebhookTest():
            return event.message or ""
        case _:
            return ""


@asynccontextmanager
async def _serve(app: "web.Application", host: str, port: int) -> AsyncGenerator[str]:
    """Serve an application and return where.

    Raises:
        Problem: Nobody can listen there.
    """
    from aiohttp import web  # noqa: PLC0415 - heavy

    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as exc:
            msg = f"Cannot listen on {host}, port {port}: {exc.strerror}."
            raise Problem(msg, code=Exit.USAGE) from None
        taken = runner.addresses[0]
        shown = f"[{taken[0]}]" if ":" in taken[0] else taken[0]
        yield f"http://{shown}:{taken[1]}/"
    finally:
        await runner.cleanup()
