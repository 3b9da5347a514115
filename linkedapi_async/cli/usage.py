"""`linkedapi-async usage`: what was executed for the account."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs
import click
from rich.text import Text

from linkedapi_async._clock import SystemClock

from ._client import Target, open_client, target_options
from ._console import open_console
from ._moments import When, read_moment, resolve
from ._plain import echo_json, local, one_line

if TYPE_CHECKING:
    from linkedapi_async._types import Json
    from linkedapi_async.models import UsedAction

__all__ = ["command"]

_DAYS: Final = 7
_COLUMNS: Final = "{:34} {:>10} {:>10} {:>10}"


@click.command("usage")
@click.option(
    "--days", type=click.IntRange(1, 30), help=f"How many days, up to the end.  [default: {_DAYS}]"
)
@click.option(
    "--since",
    metavar="WHEN",
    callback=read_moment,
    help="From when on; a span counts from the end.",
)
@click.option("--until", metavar="WHEN", callback=read_moment, help="Until when.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@target_options
def command(
    *,
    days: int | None,
    since: When | None,
    until: When | None,
    as_json: bool,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> None:
    """Show which actions were executed for the account, by type, and how many of them failed.

    WHEN is ISO 8601 text such as 2026-01-31 or 2026-01-31T09:00+01:00 (without a zone: UTC), or a
    span such as 12h, 7d or 2w. The service tells of 30 days at most.
    """  # noqa: DOC501 - this text is the help
    ctx = click.get_current_context()
    if days is not None and since is not None:
        msg = "--days and --since exclude each other: both tell where it begins."
        raise click.UsageError(msg, ctx)
    span = _Span(since or timedelta(days=days or _DAYS), until)
    problem = span.problem()
    if problem:
        raise click.UsageError(problem, ctx)
    used, start, end = asyncio.run(_ask(Target(wire, base_url, sandbox), span))
    rows = _count(used)
    if as_json:
        echo_json(_as_json(rows, start, end))
    else:
        _show(rows, start, end)


@attrs.frozen
class _Span:
    """A span of time as it was asked for.

    Attributes:
        since: Where it begins, or how long it is.
        until: Where it ends, or how long ago that was; `None` is now.
    """

    since: When
    until: When | None

    def at(self, now: datetime) -> tuple[datetime, datetime]:
        """Return where it begins and ends."""
        end = now if self.until is None else resolve(self.until, now)
        return resolve(self.since, end), end

    def problem(self) -> str:
        """Return why the service would not answer; empty when it would."""
        from linkedapi_async.errors import ConfigurationError  # noqa: PLC0415 - heavy
        from linkedapi_async.wire import LinkedApiWire, direct  # noqa: PLC0415 - heavy

        try:
            start, end = self.at(SystemClock().wall())
            direct.usage(LinkedApiWire.name, start=start, end=end)
        except ConfigurationError as exc:
            return f"{exc.message}."
        return ""


@attrs.frozen
class _Row:
    """How often actions of a type were executed.

    Attributes:
        action_type: Which.
        executed: How often.
        succeeded: How often that went well.
        failed: How often it did not.
    """

    action_type: str
    executed: int
    succeeded: int
    failed: int


async def _ask(target: Target, span: _Span) -> "tuple[list[UsedAction], datetime, datetime]":
    async with open_client(target) as api:
        if target.is_sandbox:
            from ._embedded import busy_day  # noqa: PLC0415 - heavy

            await busy_day(api)
        start, end = span.at(SystemClock().wall())
        return await api.usage(start=start, end=end), start, end


def _count(used: "Sequence[UsedAction]") -> list[_Row]:
    """Return a row for each type, the busiest first."""
    executed = Counter(one.action_type or "(unnamed)" for one in used)
    succeeded = Counter(one.action_type or "(unnamed)" for one in used if one.success is True)
    failed = Counter(one.action_type or "(unnamed)" for one in used if one.success is False)
    return [
        _Row(name, number, succeeded[name], failed[name])
        for name, number in sorted(executed.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _total(rows: Sequence[_Row]) -> _Row:
    return _Row(
        "total",
        sum(row.executed for row in rows),
        sum(row.succeeded for row in rows),
        sum(row.failed for row in rows),
    )


def _show(rows: Sequence[_Row], start: datetime, end: datetime) -> None:
    console = open_console()
    console.print(Text(f"From {local(start)} to {local(end)}", style="bold"))
    if not rows:
        console.print("Nothing was executed.")
        return
    header = _COLUMNS.format("type", "executed", "succeeded", "failed")
    console.print(Text(header, style="cyan"), soft_wrap=True)
    for row in rows:
        name, *numbers = attrs.astuple(row)
        line = Text(_COLUMNS.format(one_line(name), *numbers))
        line.stylize("yellow" if row.failed else "", len(line) - 10)
        console.print(line, soft_wrap=True)
    total = Text(_COLUMNS.format(*attrs.astuple(_total(rows))), style="bold")
    console.print(total, soft_wrap=True)


def _as_json(rows: Sequence[_Row], start: datetime, end: datetime) -> "dict[str, Json]":
    total = attrs.asdict(_total(rows), filter=lambda field, _: field.name != "action_type")
    return {
        "start": start.astimezone(UTC).isoformat(),
        "end": end.astimezone(UTC).isoformat(),
        **total,
        "actions": [attrs.asdict(row) for row in rows],
    }
