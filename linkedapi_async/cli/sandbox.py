"""`linkedapi-async sandbox`: the service in miniature, for your own tests in any language."""

import asyncio
import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from ._exits import Exit
from ._numbers import Number
from ._plain import one_line
from ._problem import Problem
from ._timeline import shorten

if TYPE_CHECKING:
    from linkedapi_async.testing import DeliveryAttempted, ReplySent, RequestReceived, Sandbox

__all__ = ["command"]

_LOOK: Final = 0.1


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--seed", default=0, show_default=True, help="Determines tokens, ids, people and companies."
)
@click.option(
    "--duration",
    type=Number(min=0),
    default=1.0,
    show_default=True,
    help="Seconds a workflow runs.",
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="NAME",
    default=("main",),
    show_default=True,
    help="A LinkedIn account; may be repeated.",
)
def command(*, port: int, host: str, seed: int, duration: float, accounts: tuple[str, ...]) -> Exit:
    """Serve a sandbox of Linked API until Ctrl-C; show each request and each webhook delivery.

    It speaks the current API and both older ones, and holds people at
    https://www.linkedin.com/in/person1 to person200. The tokens open this sandbox only; the same
    seed gives the same ones.
    """  # noqa: DOC501 - this text is the help
    server = _Server()
    try:
        asyncio.run(server.serve(port, host, seed, duration, accounts))
    except KeyboardInterrupt:
        ending = "" if server.requests == 1 else "s"
        click.echo(f"\nClosed after {server.requests} request{ending}.", err=True)
    except OSError as exc:
        if not isinstance(exc, BrokenPipeError):
            raise _refused(exc, host, port) from None
        raise
    return Exit.OK


def _refused(exc: OSError, host: str, port: int) -> Problem:
    from linkedapi_async.testing import PortInUse  # noqa: PLC0415 - heavy

    if isinstance(exc, PortInUse):
        return Problem(str(exc), code=Exit.USAGE)
    return Problem(f"Cannot listen on {host}, port {port}: {exc.strerror}.", code=Exit.USAGE)


class _Server:
    """The sandbox being served.

    Attributes:
        requests: How many requests were answered or broke off.
    """

    def __init__(self) -> None:
        self.requests = 0
        self._open: dict[int, RequestReceived] = {}

    async def serve(
        self, port: int, host: str, seed: int, duration: float, accounts: tuple[str, ...]
    ) -> None:
        from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

        async with Sandbox(
            seed=seed,
            host=host,
            port=port,
            duration=duration,
            accounts=tuple(dict.fromkeys(accounts)),
        ) as sandbox:
            _introduce(sandbox)
            while True:
                for line in self._news(sandbox):
                    click.echo(line)
                await sandbox.clock.sleep(_LOOK)

    def _news(self, sandbox: "Sandbox") -> Iterator[str]:
        """Yield a line per answered request and delivery since the last look, and forget them."""
        from linkedapi_async.testing import (  # noqa: PLC0415 - heavy
            DeliveryAttempted,
            ReplySent,
            RequestReceived,
        )

        moment = f"{sandbox.clock.wall().astimezone():%H:%M:%S}"
        for record in sandbox.log:
            if isinstance(record, RequestReceived):
                self._open[record.number] = record
                if not record.is_complete:
                    self.requests += 1
                    yield f"{moment}  {_request(self._open.pop(record.number))}  broke off"
            elif isinstance(record, ReplySent) and record.request in self._open:
                self.requests += 1
                request = self._open.pop(record.request)
                yield f"{moment}  {_request(request)}  {_reply(record, request)}"
            elif isinstance(record, DeliveryAttempted):
                yield f"{moment}  {_delivery(record)}"
        sandbox.log.clear()


def _introduce(sandbox: "Sandbox") -> None:
    click.echo(f"Sandbox of Linked API at {sandbox.base_url}; Ctrl-C ends it.\n")
    click.echo(f"export LINKED_API_BASE_URL={sandbox.base_url}")
    click.echo(f"export LINKED_API_TOKEN={sandbox.tokens.linked_api_token}")
    for account in sandbox.accounts:
        name = f"  # {one_line(account.alias)}" if len(sandbox.accounts) > 1 else ""
        click.echo(f"export IDENTIFICATION_TOKEN={account.identification_token}{name}")
    if len(sandbox.accounts) > 1:
        tokens = {one.alias: str(one.identification_token) for one in sandbox.accounts}
        told = json.dumps(tokens, separators=(",", ":"))
        click.echo(f"export LINKED_API_ACCOUNTS={shlex.quote(told)}  # for `batch`")
    click.echo(
        "# The older APIs take this one in place of LINKED_API_TOKEN:\n"
        f"# export ACCOUNT_API_TOKEN={sandbox.tokens.account_api_token}\n"
    )


def _request(request: "RequestReceived") -> str:
    if not request.method:
        return f"{'(nobody)':10}  {'(no HTTP)':35}"
    path, _, name = request.path.rpartition("/")
    shown = f"{path}/{shorten(name)}" if request.workflow_id else request.path
    return f"{request.account or '(nobody)':10}  {request.method:6} {shown:28}"


def _reply(reply: "ReplySent", request: "RequestReceived") -> str:
    told = [str(reply.status), f"{(reply.at - request.at) * 1000:.0f} ms"]
    if reply.error is not None:
        told.append(reply.error)
    if not reply.is_complete:
        told.append("(reply broke off)")
    return "  ".join(told)


def _delivery(attempt: "DeliveryAttempted") -> str:
    told = str(attempt.status) if attempt.error is None else attempt.error
    again = f"  attempt {attempt.attempt}" if attempt.attempt > 1 else ""
    return f"{'(webhook)':10}  {'event':6} {attempt.event_type:28}  {told}{again}"
