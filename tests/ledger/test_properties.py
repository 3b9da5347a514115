"""Any series of claims and changes has a store do what a dictionary would."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async.ledger import PREDECESSORS, Change, Intent, Row, State
from linkedapi_async.stores import PostgresLedger, SqliteLedger

_RUNS = itertools.count()

KEYS = st.sampled_from(["a", "b", "ç"])
MARKS = st.sampled_from(["m", "n"])
PAYLOADS = st.sampled_from(["p", "p", "p", "q"])
CLAIMS = st.tuples(KEYS, MARKS, PAYLOADS)
CHANGES = st.tuples(KEYS, MARKS, st.sampled_from(State), st.booleans())
STEPS = st.lists(st.one_of(CLAIMS, CHANGES, CHANGES), max_size=40)

Step: TypeAlias = tuple[str, str, str] | tuple[str, str, State, bool]


class Model:
    """The rules, over again: what `Intent` and `PREDECESSORS` say, and no more."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str, State]] = {}

    def do(self, step: Step) -> object:
        """Return what a store has to tell."""
        if len(step) == 3:
            return self.claim(*step)
        return self.change(*step[:3])

    def claim(self, key: str, mark: str, payload: str) -> tuple[str, str, State]:
        """Return the row that is there afterwards."""
        row = self.rows.get(key)
        is_free = row is None or (
            row[0] == payload
            and (row[2] is State.REFUSED or (row[1] == mark and not row[2].is_final))
        )
        if row is None or is_free:
            row = self.rows[key] = (payload, mark, State.SENDING)
        return row

    def change(self, key: str, mark: str, state: State) -> bool:
        """Return whether it applies."""
        row = self.rows.get(key)
        if row is None or row[1] != mark or row[2] not in PREDECESSORS.get(state, ()):
            return False
        self.rows[key] = (row[0], mark, state)
        return True


def told(value: object) -> object:
    return (value.payload, value.mark, value.state) if isinstance(value, Row) else value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, sizes=st.lists(st.integers(1, 8), min_size=40, max_size=40))
def test_a_store_is_a_dictionary(
    make_ledger: Callable[[], SqliteLedger | PostgresLedger],
    moment: datetime,
    steps: list[Step],
    sizes: list[int],
) -> None:
    """Through two ledgers in turn, in groups of any size, and read by a third."""
    run = f"{next(_RUNS)}-"

    async def ask(ledger: Ledger, step: Step) -> object:
        key, mark = run + step[0], step[1]
        if len(step) == 3:
            intent = Intent(key=key, account="a", operation="o", payload=step[2], mark=mark)
            return await ledger.claim(intent, sent_at=moment)
        change = Change(key=key, mark=mark, state=step[2], is_patient=step[3])
        return await ledger.note(change)

    async def play() -> tuple[list[object], dict[str, object]]:
        answers: list[object] = []
        async with make_ledger() as one, make_ledger() as other:
            left = list(steps)
            for ledger, size in zip(itertools.cycle([one, other]), sizes, strict=False):
                group, left = left[:size], left[size:]
                answers += await asyncio.gather(*(ask(ledger, step) for step in group))
        async with make_ledger() as third:
            rows = [row async for row in third.rows()]
        mine = {
            row.key.removeprefix(run): told(row)
            for row in rows
            if isinstance(row, Row) and row.key.startswith(run)
        }
        return [told(answer) for answer in answers], mine

    answers, rows = asyncio.run(play())

    model = Model()
    assert answers == [model.do(step) for step in steps]
    assert rows == model.rows
