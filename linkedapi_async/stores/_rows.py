"""Rows as tables hold them, and what becomes of them.

Databases load and store whole rows and decide nothing. Which operation may change which row stands
here, by the tables of `ledger`; a transaction makes it one step.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

import attrs

from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import LedgerError
from linkedapi_async.ledger import PREDECESSORS, Change, Intent, Row, State, damaged

__all__ = [
    "PAGE",
    "Claim",
    "Database",
    "Source",
    "Statements",
    "Unfit",
    "Write",
    "Written",
    "changed",
    "claimed",
    "count",
    "key_of",
    "look",
    "page",
    "twins",
    "write",
]

PAGE: Final = 100
"""Rows that are read at once: with long searches as outcomes they are some megabytes."""
_NAMED: Final = 500
"""Keys that one statement names."""

_COLUMNS: Final = (
    "key",
    "account",
    "operation",
    "payload",
    "state",
    "mark",
    "owner",
    "sent_at",
    "ended_at",
    "workflow_id",
    "outcome",
)
_NEEDED: Final = _COLUMNS[:-3]
_SKEW: Final = timedelta(minutes=2)
"""By how much the clocks of two machines that share a ledger may differ."""


class Unfit(Exception):
    """A value cannot be stored, while the store itself is well; others must not suffer from it."""


@attrs.frozen
class Claim:
    """Somebody wants to send.

    Attributes:
        intent: What.
        sent_at: When.
    """

    intent: Intent
    sent_at: datetime


Write: TypeAlias = Claim | Change
Written: TypeAlias = Row | bool | LedgerError
"""What a claim finds, whether a change applied, or why neither can be told."""


class Source(Protocol):
    """What rows are read from."""

    @property
    def statements(self) -> "Statements":
        """The statements in its dialect."""
        ...

    def fetch(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        """Return the rows that a statement finds."""
        ...


class Database(Source, Protocol):
    """A connection, used by one thread alone.

    What it raises is a `LedgerError` where the store cannot be used, else `Unfit`.
    """

    def open(self, owner: str) -> None:
        """Connect, and show that this run lives."""
        ...

    def close(self) -> None:
        """Let go; safe at any time."""
        ...

    def tend(self) -> None:
        """Do what has to be done now and then while nobody asks for anything."""
        ...

    def transact(self, writes: Sequence[Write], owner: str) -> tuple[Sequence[Written], bool]:
        """Make writes in one transaction (see `write`); tell, too, whether anything was stored."""
        ...

    def is_alive(self, owner: str) -> bool:
        """Return whether another run still works."""
        ...


class Statements:
    """The statements that all dialects share.

    Attributes:
        save: Stores rows, new or not: one by its columns, or many by one list for each column.
        count: Counts rows by state.
        twins: Counts the rows of a payload, but for one key, that may have left a trace since.
    """

    def __init__(self, table: str, *, place: str = "?", many: str = "") -> None:
        """Spell them.

        Args:
            table: Where the rows are, as the dialect spells it.
            place: Stands for a value.
            many: Stands for the values of a column, where the dialect takes many rows at once.
        """
        columns = ", ".join(_COLUMNS)
        places = ", ".join((many or place) for _ in _COLUMNS)
        given = f"SELECT * FROM unnest({places})" if many else f"VALUES ({places})"  # noqa: S608 - names, no values
        news = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        self._place = place
        self._read = f"SELECT {columns} FROM {table}"  # noqa: S608 - names, no values
        self.save: str = (
            f"INSERT INTO {table} ({columns}) {given} ON CONFLICT (key) DO UPDATE SET {news}"
        )
        self.count: str = f"SELECT state, count(*) FROM {table} GROUP BY state"  # noqa: S608 - names, no values
        self.twins: str = (
            f"SELECT count(*) FROM {table} "  # noqa: S608 - names, no values
            f"WHERE payload = {place} AND key <> {place} AND state <> '{State.REFUSED.value}' "
            f"AND (ended_at IS NULL OR ended_at >= {place})"
        )

    def look(self, count: int) -> str:
        """Return what finds the rows of some keys."""
        return f"{self._read} WHERE key IN ({', '.join([self._place] * count)})"

    def page(self, states: int) -> str:
        """Return what finds the next rows after a key, in order; for each state a pair of values.

        Without states, the key alone is the value. Each part runs along an index.
        """
        rest = f"key > {self._place} ORDER BY key LIMIT {PAGE}"
        if not states:
            return f"{self._read} WHERE {rest}"
        of_one = f"{self._read} WHERE state = {self._place} AND {rest}"
        part = f"SELECT * FROM ({of_one}) AS part"  # noqa: S608 - names, no values
        return f"{' UNION ALL '.join([part] * states)} ORDER BY key LIMIT {PAGE}"


# ── What decides ────────────────────────────────────────────────────────────────────────────────


def claimed(row: Row | None, claim: Claim, *, owner: str) -> Row:
    """Return the row that lets an intent be sent, or the present one, where that forbids it."""
    intent = claim.intent
    if row is not None:
        is_own = row.mark == intent.mark and not row.state.is_final
        if row.payload != intent.payload or not (is_own or row.state is State.REFUSED):
            return row
    return Row(
        key=intent.key,
        account=intent.account,
        operation=intent.operation,
        payload=intent.payload,
        state=State.SENDING,
        mark=intent.mark,
        owner=owner,
        sent_at=claim.sent_at,
    )


def changed(row: Row | None, change: Change) -> Row | None:
    """Return what a change makes of a row; `None` where it does nothing."""
    if row is None or row.mark != change.mark:
        return None
    if row.state not in PREDECESSORS.get(change.state, ()) or change.was not in {None, row.state}:
        return None
    return attrs.evolve(
        row,
        state=change.state,
        ended_at=change.ended_at,
        workflow_id=change.workflow_id or row.workflow_id,
        outcome=row.outcome if change.outcome is None else change.outcome,
    )


# ── Reading and writing ─────────────────────────────────────────────────────────────────────────


def key_of(one: Write) -> str:
    """Return the key that a write is about."""
    return one.intent.key if isinstance(one, Claim) else one.key


def look(source: Source, keys: Sequence[str]) -> dict[str, Row | LedgerError]:
    """Return what stands under some keys."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, Row | LedgerError] = {}
    for first in range(0, len(wanted), _NAMED):
        part = wanted[first : first + _NAMED]
        for columns in source.fetch(source.statements.look(len(part)), part):
            found[columns[0]] = _read(columns)
    return found


def page(
    source: Source, states: Sequence[State], after: str
) -> tuple[Sequence[Row | LedgerError], str | None]:
    """Return the next rows in order of keys, and the key to go on after; `None` at the end."""
    values = [value for state in states for value in (state.value, after)] or [after]
    found = source.fetch(source.statements.page(len(states)), values)
    return [_read(columns) for columns in found], found[-1][0] if len(found) == PAGE else None


def count(source: Source) -> Mapping[State, int]:
    """Return how many rows there are in each state; of none, where its word is unknown."""
    told = dict(map(tuple, source.fetch(source.statements.count, ())))
    return {state: told.get(state.value, 0) for state in State}


def twins(source: Source, row: Row) -> int:
    """Return how many other rows of the same payload may have left a trace since a row did."""
    values = (row.payload, row.key, _moment(row.sent_at - _SKEW))
    ((told,),) = source.fetch(source.statements.twins, values)
    return int(told)


def write(
    found: Mapping[str, Row | LedgerError],
    writes: Sequence[Write],
    *,
    owner: str,
    is_repeated: bool = False,
) -> tuple[Sequence[Written], Sequence[Sequence[object]]]:
    """Return what writes come to, made in their order, and the rows to be saved.

    Args:
        found: What stands under their keys.
        writes: Claims and changes.
        owner: Whose claims they are.
        is_repeated: Whether all of them may have been made before; claims find their own mark then.
    """
    rows = dict(found)
    dirty: dict[str, Row] = {}
    told: list[Written] = []
    for one in writes:
        key = key_of(one)
        row = rows.get(key)
        if isinstance(row, LedgerError):
            told.append(row)
            continue
        new: Row | None
        if isinstance(one, Claim):
            new = claimed(row, one, owner=owner)
            told.append(new)
        else:
            new = changed(row, one)
            told.append(new is not None or (is_repeated and _is_made(row, one)))
        if new is not None and new is not row:
            rows[key] = dirty[key] = new
    return told, [_columns(row) for row in dirty.values()]


def _is_made(row: Row | None, change: Change) -> bool:
    return row is not None and row.mark == change.mark and row.state is change.state


def _columns(row: Row) -> Sequence[object]:
    return (
        row.key,
        row.account,
        row.operation,
        row.payload,
        row.state.value,
        row.mark,
        row.owner,
        _moment(row.sent_at),
        None if row.ended_at is None else _moment(row.ended_at),
        row.workflow_id,
        row.outcome,
    )


def _moment(moment: datetime) -> str:
    """Return a moment as text; a later one is greater."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read(columns: Sequence[Any]) -> Row | LedgerError:
    """Return a row, or what is wrong with it: a database holds whatever somebody put there."""
    told = dict(zip(_COLUMNS, columns, strict=True))
    key = str(told["key"])
    for name in _COLUMNS:
        if name in _NEEDED or told[name] is not None:
            text = told[name]
            if not (isinstance(text, str) and text and _is_spelled(text)):
                return damaged(key, f"{name} is {text!r:.80}")
    try:
        state = State(told["state"])
        sent_at = _instant(told["sent_at"])
        ended_at = None if told["ended_at"] is None else _instant(told["ended_at"])
    except (ValueError, OverflowError) as exc:
        return damaged(key, f"{exc!s:.160}")
    workflow_id = told["workflow_id"]
    return Row(
        key=key,
        account=told["account"],
        operation=told["operation"],
        payload=told["payload"],
        state=state,
        mark=told["mark"],
        owner=told["owner"],
        sent_at=sent_at,
        ended_at=ended_at,
        workflow_id=None if workflow_id is None else WorkflowId(workflow_id),
        outcome=told["outcome"],
    )


def _instant(text: str) -> datetime:
    """Return the moment that a text tells.

    Raises:
        ValueError: It tells none, or leaves its zone open.
        OverflowError: It is beyond all calendars.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = f"{text!r} is of no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def _is_spelled(text: str) -> bool:
    """Return whether a text is made of letters alone, and can be sent and printed."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
