"""Moments as people give them on a command line: a date, a time, or how long ago."""

import re
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import click

__all__ = ["When", "read_moment", "read_start", "resolve"]

When: TypeAlias = datetime | timedelta
"""A moment, or how long before another one it was."""

_AGO: Final = re.compile(r"(\d{1,4})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_YEARS: Final = range(1971, 9999)  # no zone and no subtraction leads out of the calendar from there


def resolve(when: When, now: datetime) -> datetime:
    """Return the moment that is meant."""
    return now - when if isinstance(when, timedelta) else when


def read_moment(ctx: click.Context, param: click.Parameter, value: str | None) -> When | None:
    """Return what an option gives: ISO 8601 text (without a zone: UTC), or a span such as `12h`.

    Raises:
        BadParameter: It is neither.
    """
    from linkedapi_async.models._times import moment  # noqa: PLC0415 - `--help` does without

    if value is None:
        return None
    ago = _AGO.fullmatch(value)
    if ago is not None:
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    found = moment(value)
    if found is None or found.year not in _YEARS:
        msg = (
            f"{value!r} is neither a moment such as 2026-01-31T09:00+01:00 nor a span such as "
            "12h or 7d."
        )
        raise click.BadParameter(msg, ctx, param)
    return found


def read_start(ctx: click.Context, param: click.Parameter, value: str | None) -> When | str | None:
    """Return what an option gives: a cursor as it is, or what `read_moment` takes."""
    from linkedapi_async._cursor import is_cursor  # noqa: PLC0415 - `--help` does without

    if value is not None and is_cursor(value):
        return value
    return read_moment(ctx, param, value)
