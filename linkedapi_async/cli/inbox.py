"""`linkedapi-async inbox`: the messages of watched inboxes, once or as they come."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs
import click
from rich.text import Text

from linkedapi_async._clock import SystemClock

from ._client import Target, open_client, target_options
from ._completion import files
from ._console import hang, open_console
from ._cursor_file import CursorFile
from ._exits import Exit
from ._moments import When, read_start, resolve
from ._numbers import Number
from ._people import Correspondent, handle_of
from ._plain import Lines, echo_json, local, one_line
from ._timeline import Timeline

if TYPE_CHECKING:
    from linkedapi_async import LinkedApi
    from linkedapi_async.events import Event
    from linkedapi_async.models import InboxMessage

__all__ = ["command"]

_INTERVAL: Final = 30.0
_SANDBOX_INTERVAL: Final = 1.0
_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
_EMPTY: Final = (
    "No message. An inbox holds what passed through it since a workflow put it under watch: "
    "st.syncInbox does, and nv.syncInbox for Sales Navigator."
)


@attrs.frozen(kw_only=True)
class _Request:
    """What was asked for.

    Attributes:
        target: Which service is meant.
        start: A cursor or a moment to begin at; `None` is the beginning.
        type: The one inbox that is meant.
        person: Address of the one person that is meant.
        file: Where the cursor is kept.
        interval: Seconds between polls.
        is_following: Whether to wait for more.
        as_json: Whether to print JSON.
    """

    target: Target
    start: datetime | str | None
    type: Literal["st", "nv"] | None
    person: str | None
    file: CursorFile | None
    interval: float
    is_following: bool
    as_json: bool

    @property
    def is_tracked(self) -> bool:
        """Whether each message is to come once, over any number of runs."""
        return self.is_following or self.file is not None or isinstance(self.start, str)


@click.command("inbox")
@click.option(
    "--since",
    metavar="WHEN|CURSOR",
    callback=read_start,
    help="From when on, or where to go on.  [default: the beginning]",
)
@click.option("--type", type=click.Choice(("st", "nv")), help="Only LinkedIn or Sales Navigator.")
@click.option("--person", metavar="URL", help="Only what was exchanged with one person.")
@click.option("--follow", is_flag=True, help="Wait for more, until Ctrl-C.")
@click.option(
    "--interval",
    type=Number(min=1, max=86400),
    help=f"Seconds between polls.  [default: {_INTERVAL:g}]",
)
@click.option(
    "--cursor-file", metavar="FILE", shell_complete=files, help="Remember in FILE where to go on."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@target_options
def command(
    *,
    since: When | str | None,
    type: Literal["st", "nv"] | None,  # noqa: A002 - the service's word
    person: str | None,
    follow: bool,
    interval: float | None,
    cursor_file: str | None,
    as_json: bool,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> Exit:
    """Show the messages of watched inboxes, the newest last; times are those of this machine.

    WHEN is ISO 8601 text such as 2026-01-31 or 2026-01-31T09:00+01:00 (without a zone: UTC), or a
    span such as 12h or 7d.

    With --follow each message is a line (of JSON with --json), and Ctrl-C ends it with exit code
    130. With --cursor-file each is shown once, over any number of runs, with and without --follow:
    FILE is replaced in one step after each line and counts more than --since. Keep --type the same
    for one FILE. With --person and without a cursor, what syncs have loaded is shown, too.
    """  # noqa: DOC501 - this text is the help
    file = None if cursor_file is None else CursorFile(cursor_file)
    now = SystemClock().wall()
    start = since if since is None or isinstance(since, str) else resolve(since, now)
    request = _Request(
        target=Target(wire, base_url, sandbox),
        start=(file.read() if file is not None else None) or start,
        type=type,
        person=person,
        file=file,
        interval=interval or (_SANDBOX_INTERVAL if sandbox else _INTERVAL),
        is_following=follow,
        as_json=as_json,
    )
    if not request.is_tracked:
        asyncio.run(_show_once(request))
        return Exit.OK
    from linkedapi_async.errors import LinkedApiError  # noqa: PLC0415 - `--help` does without

    tracker = _Tracker(request)
    try:
        asyncio.run(tracker.run())
    except KeyboardInterrupt:
        tracker.tell_the_end()
        return Exit.INTERRUPTED
    except LinkedApiError:
        tracker.tell_the_end()
        raise
    return Exit.OK


# ── once ──


async def _show_once(request: _Request) -> None:
    assert not isinstance(request.start, str)  # noqa: S101 - a cursor is tracked
    async with _open(request) as api:
        if request.person is None:
            messages = await api.inbox.poll(since=request.start, type=request.type)
            more = {}
        else:
            history = await api.inbox.poll_person(
                request.person, since=request.start, type=request.type
            )
            messages = [*history.messages]
            more = {"threads": [attrs.asdict(thread) for thread in history.threads]}
    messages.reverse()  # they come newest first
    messages.sort(key=lambda message: message.time_at or _EARLIEST)
    if request.as_json:
        echo_json({"messages": [attrs.asdict(message) for message in messages], **more})
    else:
        _show(messages)


def _show(messages: "Iterable[InboxMessage]") -> None:
    console = open_console()
    is_empty = True
    for message in messages:
        is_empty = False
        head = Text.assemble((_moment(message), "dim"), f"  {_route(message)} ")
        head.append(one_line(_address(message)), "bold")
        console.print(head, soft_wrap=True)
        hang(console, one_line(message.text or ""), ("    ", ""))
    if is_empty:
        hang(console, _EMPTY)


# ── each once, as they come ──


class _Tracker:
    """Prints messages one by one, and knows how to go on behind each of them."""

    def __init__(self, request: _Request) -> None:
        self._request = request
        self._printed = 0
        self._cursor = ""

    async def run(self) -> None:
        request = self._request
        lines = Lines(as_json=request.as_json)
        async with _open(request) as api:
            person = None
            if request.person is not None:
                known = await api.inbox.poll_person(request.person)
                person = Correspondent(request.person, known.messages)
            news = _followed(api, request) if request.is_following else _caught_up(api, request)
            async for message, cursor in news:
                if message is not None and (person is None or person.wrote(message)):
                    lines.tell(_line(message), attrs.asdict(message))
                    self._printed += 1
                self._cursor = cursor
                if request.file is not None:
                    request.file.write(cursor)

    def tell_the_end(self) -> None:
        ending = "" if self._printed == 1 else "s"
        told = f"\nStopped after {self._printed} message{ending}."
        if self._request.file is None and self._printed:
            told += f" Go on with: --since {self._cursor}"
        click.echo(told, err=True)


async def _followed(
    api: "LinkedApi", request: _Request
) -> "AsyncIterator[tuple[InboxMessage | None, str]]":
    """Yield messages for ever, each with the cursor behind it; first of all the cursor alone."""
    stream = api.inbox.follow(request.start, type=request.type, interval=request.interval)
    yield None, stream.cursor
    async for message in stream:
        yield message, stream.cursor


async def _caught_up(
    api: "LinkedApi", request: _Request
) -> "AsyncIterator[tuple[InboxMessage | None, str]]":
    """Yield the messages that are new now, as `_followed` does."""
    from linkedapi_async._cursor import Journal, Sighting  # noqa: PLC0415 - heavy
    from linkedapi_async.following import OVERLAP  # noqa: PLC0415 - heavy

    cursor = request.start if isinstance(request.start, str) else None
    since = None if isinstance(request.start, str) else request.start
    journal: Journal[InboxMessage] = Journal("inbox", {"": since}, overlap=OVERLAP, cursor=cursor)
    yield None, journal.cursor
    found = await api.inbox.poll(since=journal.since(""), type=request.type)
    seen = [Sighting("", one.id or repr(one), one.time_at, one) for one in found]
    journal.take(seen, now=SystemClock().wall())
    while journal.is_waiting:
        message = journal.hand_out()
        yield message, journal.cursor


def _open(request: _Request) -> "AbstractAsyncContextManager[LinkedApi]":
    """Open the client; what it waits out is told beside the messages."""
    from ._embedded import letters  # noqa: PLC0415 - heavy

    told = Timeline(open_console(stderr=True), SystemClock().now).follow("")

    def on_event(event: "Event") -> None:
        from linkedapi_async.events import BackingOff  # noqa: PLC0415 - heavy

        if isinstance(event, BackingOff):
            told(event)

    return open_client(request.target, on_event=on_event, stage=letters)


# ── words ──


def _line(message: "InboxMessage") -> tuple[str, str]:
    who = handle_of(_address(message))
    return _moment(message), f"{_route(message)} {who}: {message.text or ''}"


def _moment(message: "InboxMessage") -> str:
    return local(message.time_at) or "(when unknown)".ljust(19)


def _route(message: "InboxMessage") -> str:
    return f"{message.type or '??'} {'to  ' if message.sender == 'us' else 'from'}"


def _address(message: "InboxMessage") -> str:
    return message.person_public_url or message.person_hashed_url or "(somebody)"
