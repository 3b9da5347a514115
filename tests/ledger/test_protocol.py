"""What every store does, whatever its database."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from linkedapi_async import LedgerError, stores
from linkedapi_async._bookkeeping import Ledger
from linkedapi_async._types import WorkflowId
from linkedapi_async.ledger import PREDECESSORS, Change, Intent, Row, State
from linkedapi_async.stores import PostgresLedger, SqliteLedger

if TYPE_CHECKING:
    from .conftest import MakeIntent

MakeLedger = Callable[[], SqliteLedger | PostgresLedger]

STATES = list(State)
OTHERS = [state for state in State if state is not State.SENDING]


def change(state: State, key: str = "k", mark: str = "m", **facts: Any) -> Change:
    return attrs.evolve(Change(key=key, mark=mark, state=state), **facts)


async def bring_to(ledger: Ledger, state: State, intent: Intent, moment: datetime) -> None:
    """Have a row in a state."""
    await ledger.claim(intent, sent_at=moment)
    if state is not State.SENDING:
        assert await ledger.note(change(state, intent.key, intent.mark))


async def state_of(ledger: Ledger, key: str = "k") -> State:
    row = (await ledger.look([key]))[key]
    assert isinstance(row, Row)
    return row.state


async def test_a_claim_is_remembered(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """What is claimed is told by whoever opens the ledger next, to the last field."""
    async with make_ledger() as ledger:
        claimed = await ledger.claim(intent(), sent_at=moment)
        owner = ledger.owner

    async with make_ledger() as ledger:
        found = await ledger.look(["k", "unknown", "k"])

    assert found == {"k": claimed}
    assert claimed == Row(
        key="k",
        account="acme",
        operation="st.fetchPerson",
        payload="p",
        state=State.SENDING,
        mark="m",
        owner=owner,
        sent_at=moment,
    )


@pytest.mark.parametrize("other", ["mark", "payload", ""])
@pytest.mark.parametrize("state", STATES)
async def test_who_may_claim(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime, state: State, other: str
) -> None:
    """A refused row is anybody's, one that has not ended its own mark's, and its payload stays."""
    wants = {
        "mark": intent(mark="n"),
        "payload": intent(payload="q"),
        "": intent(),
    }[other]
    async with make_ledger() as ledger:
        await bring_to(ledger, state, intent(), moment)
        before = (await ledger.look(["k"]))["k"]

        row = await ledger.claim(wants, sent_at=moment + timedelta(hours=1))

        after = (await ledger.look(["k"]))["k"]
    may = state is State.REFUSED if other == "mark" else not other and not state.is_final
    assert row == after
    if may:
        assert (row.state, row.mark) == (State.SENDING, wants.mark)
        assert row.sent_at == moment + timedelta(hours=1)
    else:
        assert row == before


@pytest.mark.parametrize("new", STATES)
@pytest.mark.parametrize("old", STATES)
async def test_which_state_may_follow(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime, old: State, new: State
) -> None:
    """A change applies after the states that the table names, and does nothing after the others."""
    async with make_ledger() as ledger:
        await bring_to(ledger, old, intent(), moment)

        did_apply = await ledger.note(change(new))

        assert did_apply is (old in PREDECESSORS.get(new, ()))
        assert await state_of(ledger) is (new if did_apply else old)


async def test_a_change_may_rest_on_what_was_seen(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Somebody who proved a start not to run is too late once its owner was told an id after all.

    Both changes may follow an uncertain start; the second would have it sent again.
    """
    async with make_ledger() as ledger:
        await bring_to(ledger, State.UNCERTAIN, intent(), moment)

        told = await ledger.note(change(State.ACCEPTED, workflow_id=WorkflowId("wf-1")))
        proved = await ledger.note(change(State.REFUSED, was=State.UNCERTAIN))

        assert (told, proved) == (True, False)
        assert await state_of(ledger) is State.ACCEPTED


async def test_a_change_of_another_attempt_is_left_alone(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """What an earlier attempt learns late does not touch the row of a later one."""
    async with make_ledger() as ledger:
        await ledger.claim(intent(mark="later"), sent_at=moment)

        told = [await ledger.note(change(state, mark="earlier")) for state in OTHERS]
        unknown = await ledger.note(change(State.DONE, key="unknown"))

        assert told == [False] * len(OTHERS)
        assert not unknown
        assert await state_of(ledger) is State.SENDING
        assert "unknown" not in await ledger.look(["unknown"])


async def test_what_is_learned_is_kept(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """The workflow's id outlives a change that does not name it, and a new attempt has none."""
    text = '{"completion": "ünïcode \\u0000"}'
    async with make_ledger() as ledger:
        await ledger.claim(intent(), sent_at=moment)
        await ledger.note(change(State.ACCEPTED, workflow_id=WorkflowId("wf-1")))
        await ledger.note(change(State.DONE, outcome=text))
        await bring_to(ledger, State.ACCEPTED, intent("other"), moment)
        await ledger.note(change(State.REFUSED, key="other", outcome="{}"))

        found = await ledger.look(["k"])
        anew = await ledger.claim(intent("other", "n"), sent_at=moment)

    row = found["k"]
    assert isinstance(row, Row)
    assert (row.state, row.workflow_id, row.outcome) == (State.DONE, "wf-1", text)
    assert (anew.workflow_id, anew.outcome) == (None, None)


async def test_moments_are_the_same_in_every_zone(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """A moment of another time zone comes back as the same moment."""
    there = moment.astimezone(timezone(timedelta(hours=-7)))
    async with make_ledger() as ledger:
        await ledger.claim(intent(), sent_at=there)

        found = await ledger.look(["k"])

    row = found["k"]
    assert isinstance(row, Row)
    assert row.sent_at == moment


async def test_one_of_fifty_wins(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Of fifty that claim one key through two ledgers at once, one may send; all know which."""
    async with make_ledger() as one, make_ledger() as other:
        rows = await asyncio.gather(
            *(
                ledger.claim(intent(mark=f"m{number}"), sent_at=moment)
                for number, ledger in enumerate([one, other] * 25)
            )
        )

    assert len({row.mark for row in rows}) == 1
    assert {row.state for row in rows} == {State.SENDING}
    assert sum(row.mark == f"m{number}" for number, row in enumerate(rows)) == 1


async def test_each_of_many_wins_once(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Two ledgers that claim the same hundred keys in opposite orders share them; none waits."""
    keys = [f"k{number}" for number in range(100)]
    async with make_ledger() as one, make_ledger() as other:
        mine, others = await asyncio.gather(
            asyncio.gather(*(one.claim(intent(key, "one"), sent_at=moment) for key in keys)),
            asyncio.gather(
                *(other.claim(intent(key, "other"), sent_at=moment) for key in reversed(keys))
            ),
        )

    assert [row.mark for row in mine] == [row.mark for row in reversed(others)]


async def test_many_are_stored_together(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Two hundred claims at once take a few transactions, and each of them is stored."""
    async with make_ledger() as ledger:
        rows = await asyncio.gather(
            *(ledger.claim(intent(f"k{number}"), sent_at=moment) for number in range(200))
        )
        commits = ledger.commits

    assert commits <= 4
    async with make_ledger() as ledger:
        assert await ledger.look([row.key for row in rows]) == {row.key: row for row in rows}


async def test_what_changes_nothing_is_not_stored(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """A claim that is refused, and a change that does not apply, cost no flush of the disk."""
    async with make_ledger() as ledger:
        await ledger.claim(intent(), sent_at=moment)
        before = ledger.commits

        await ledger.claim(intent(mark="n"), sent_at=moment)
        await ledger.note(change(State.DONE, mark="n"))

        assert (before, ledger.commits) == (1, 1)


async def test_patient_changes_wait_for_company(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """What may wait is stored with the next thing that may not, and by itself where none comes."""
    async with make_ledger() as ledger:
        await asyncio.gather(
            *(ledger.claim(intent(key), sent_at=moment) for key in ("one", "other"))
        )
        before = ledger.commits

        note = ledger.note(change(State.DONE, key="one", is_patient=True))
        await ledger.claim(intent("third"), sent_at=moment)
        together = ledger.commits
        alone = await ledger.note(change(State.DONE, key="other", is_patient=True))

        assert note.done()
        assert together == before + 1
        assert alone
        assert ledger.commits == before + 2


async def test_order_is_the_order_of_the_calls(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Whatever is asked for at once is done one after the other, and told when it is stored."""
    async with make_ledger() as ledger:
        claim = asyncio.ensure_future(ledger.claim(intent(), sent_at=moment))
        await asyncio.sleep(0)  # noqa: TID251 - the claim has to be asked for first
        notes = [
            ledger.note(change(state))
            for state in (State.UNCERTAIN, State.ACCEPTED, State.UNCERTAIN, State.DONE, State.DONE)
        ]
        found = await ledger.look(["k"])
        told = [await note for note in notes]

        assert (await claim).state is State.SENDING
        assert told == [True, True, False, True, False]
        assert [row.state for row in found.values() if isinstance(row, Row)] == [State.DONE]


async def test_closing_stores_what_is_under_way(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """A change that nobody awaited is in the ledger when it is closed right after."""
    async with make_ledger() as ledger:
        await asyncio.gather(
            *(ledger.claim(intent(f"k{number}"), sent_at=moment) for number in range(50))
        )
        notes = [
            ledger.note(change(State.DONE, key=f"k{number}", is_patient=number % 2 == 0))
            for number in range(50)
        ]

    async with make_ledger() as ledger:
        assert (await ledger.counts())[State.DONE] == 50
    assert all(note.done() for note in notes)


async def test_counts(make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime) -> None:
    """Each state has its number, also nought."""
    async with make_ledger() as ledger:
        before = await ledger.counts()
        for number, state in enumerate(STATES):
            for place in range(number):
                await bring_to(ledger, state, intent(f"{state}-{place}"), moment)

        after = await ledger.counts()

    assert before == dict.fromkeys(STATES, 0)
    assert after == {state: number for number, state in enumerate(STATES)}


@pytest.mark.parametrize(
    "states", [(), (State.SENDING,), (State.DONE, State.SENDING, State.DONE), (State.FAILED,)]
)
async def test_rows_in_order(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime, states: tuple[State, ...]
) -> None:
    """Rows of the states wanted come once each, in order of keys, however many pages they fill."""
    keys = [f"{letter}{number}" for number in range(400) for letter in ("é", "Z", "a")]
    async with make_ledger() as ledger:
        await asyncio.gather(*(ledger.claim(intent(key), sent_at=moment) for key in keys))
        done = [ledger.note(change(State.DONE, key=key)) for key in keys[::2]]
        await asyncio.gather(*done)

        rows = [row async for row in ledger.rows(*states)]

    wanted = [
        key
        for place, key in enumerate(keys)
        if not states or (State.SENDING if place % 2 else State.DONE) in states
    ]
    assert [row.key for row in rows if isinstance(row, Row)] == sorted(wanted)


async def test_rows_may_change_while_they_are_read(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Reading holds nothing that would keep others from writing."""
    keys = [f"k{number:04}" for number in range(1_100)]
    async with make_ledger() as ledger, make_ledger() as other:
        await asyncio.gather(*(ledger.claim(intent(key), sent_at=moment) for key in keys))
        seen: list[str] = []
        async for row in ledger.rows(State.SENDING):
            assert isinstance(row, Row)
            seen.append(row.key)
            if row.key.endswith("00"):
                assert await other.note(change(State.DONE, key=row.key))

        left = (await ledger.counts())[State.SENDING]

    assert seen == keys
    assert left == 1_100 - 11


async def test_twins(make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime) -> None:
    """Twins are other rows of the payload, unless they are refused or known to have ended before.

    When they were sent tells nothing: what was sent before may have been carried out after.
    """
    hour = timedelta(hours=1)
    twin = {
        "sent later": (State.DONE, hour, 2 * hour),
        "ended at once": (State.FAILED, -hour, 0 * hour),
        "ended later": (State.DONE, -hour, timedelta(seconds=1)),
        "ended before by another clock": (State.DONE, -hour, -timedelta(minutes=1)),
        "ended nobody knows when": (State.DONE, -hour, None),
        "still sent": (State.SENDING, -hour, None),
        "uncertain": (State.UNCERTAIN, -hour, None),
        "running": (State.ACCEPTED, -hour, None),
    }
    strangers = {
        "ended before": (State.DONE, -hour, -timedelta(minutes=3)),
        "failed before": (State.FAILED, -2 * hour, -hour),
        "refused": (State.REFUSED, hour, None),
    }
    async with make_ledger() as ledger:
        row = await ledger.claim(intent(), sent_at=moment)
        await bring_to(ledger, State.DONE, intent("of others", payload="q"), moment)
        counted = [await ledger.twins(row)]
        for key, (state, sent, ended) in {**twin, **strangers}.items():
            await ledger.claim(intent(key), sent_at=moment + sent)
            ended_at = None if ended is None else moment + ended
            if state is not State.SENDING:
                assert await ledger.note(change(state, key, ended_at=ended_at))
            counted.append(await ledger.twins(row))

    assert counted == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8]


async def test_when_it_ended_is_kept(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """The moment of the end comes back, in whatever zone, and a new attempt has none."""
    there = moment.astimezone(timezone(timedelta(hours=-7)))
    async with make_ledger() as ledger:
        for key in "kl":
            await ledger.claim(intent(key), sent_at=moment)
        await ledger.note(change(State.DONE, ended_at=there))
        await ledger.note(change(State.REFUSED, key="l"))
        anew = await ledger.claim(intent("l", "n"), sent_at=moment)

        row = (await ledger.look(["k"]))["k"]

    assert isinstance(row, Row)
    assert (row.ended_at, anew.ended_at) == (moment, None)


async def test_who_is_alive(make_ledger: MakeLedger) -> None:
    """A run lives while its ledger is open, its own and another one's of the same process."""
    async with make_ledger() as one:
        async with make_ledger() as other:
            alive = [
                await ledger.is_alive(owner)
                for ledger in (one, other)
                for owner in (one.owner, other.owner)
            ]
        dead = [await one.is_alive(owner) for owner in (other.owner, "0123456789abcdef", "../x")]

    assert alive == [True] * 4
    assert dead == [False] * 3


async def test_a_ledger_opens_again(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """A reopened ledger is another run, its old one is over; closing what is closed is fine."""
    ledger = make_ledger()
    await ledger.open()
    first = ledger.owner
    row = await ledger.claim(intent(), sent_at=moment)
    await ledger.close()
    await ledger.close()

    await ledger.open()
    try:
        assert ledger.owner != first == row.owner
        assert not await ledger.is_alive(first)
        assert await ledger.look(["k"]) == {"k": row}
    finally:
        await ledger.close()


async def test_the_last_one_closes(make_ledger: MakeLedger) -> None:
    """Of several that open it, at once or one after the other, each may use it to its own end."""
    ledger = make_ledger()
    await asyncio.gather(ledger.open(), ledger.open())
    await ledger.open()
    owner = ledger.owner

    await ledger.close()
    await ledger.close()
    still = await ledger.look(["k"])
    await ledger.close()

    assert still == {}
    assert ledger.owner == owner
    with pytest.raises(LedgerError, match="not open"):
        await ledger.look(["k"])


@pytest.mark.parametrize("which", [0, 1])
async def test_an_opening_that_others_wait_for(make_ledger: MakeLedger, which: int) -> None:
    """Whoever is called off while two open a ledger takes it from nobody."""
    ledger = make_ledger()
    openings = [asyncio.create_task(ledger.open()) for _ in range(2)]
    await asyncio.sleep(0)  # noqa: TID251 - they have to have begun
    openings[which].cancel()
    told = await asyncio.gather(*openings, return_exceptions=True)

    counts = await ledger.counts()
    await ledger.close()

    assert [type(one) for one in told].count(asyncio.CancelledError) == 1
    assert counts[State.DONE] == 0
    with pytest.raises(LedgerError, match="not open"):
        await ledger.counts()


@pytest.mark.soak
async def test_some_create_at_once(tmp_path: Path, *, soaking: bool) -> None:
    """Ledgers that find no file and create it at the same moment do not disturb each other."""
    told: list[object] = []
    for number in range(100 if soaking else 10):
        ledgers = [SqliteLedger(tmp_path / f"{number}.db") for _ in range(4)]
        told += await asyncio.gather(*(ledger.open() for ledger in ledgers), return_exceptions=True)
        told += [await ledger.counts() for ledger in ledgers]
        await asyncio.gather(*(ledger.close() for ledger in ledgers))

    assert [one for one in told if isinstance(one, BaseException)] == []


async def test_two_create_at_once(make_ledger: MakeLedger) -> None:
    """Ledgers that find nothing and create it at the same time do not disturb each other."""
    ledgers = [make_ledger() for _ in range(4)]

    await asyncio.gather(*(ledger.open() for ledger in ledgers))

    told = [await ledger.counts() for ledger in ledgers]
    await asyncio.gather(*(ledger.close() for ledger in ledgers))
    assert told == [dict.fromkeys(STATES, 0)] * 4


def test_one_loop_after_the_other(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """A ledger that was left open serves the next event loop."""
    ledger = make_ledger()

    async def begin() -> Row:
        await ledger.open()
        row = await ledger.claim(intent(), sent_at=moment)
        ledger.note(change(State.ACCEPTED)).cancel()
        return row

    async def go_on() -> State:
        try:
            return await state_of(ledger)
        finally:
            await ledger.close()

    row = asyncio.run(begin())

    assert row.state is State.SENDING
    assert asyncio.run(go_on()) is State.ACCEPTED


async def test_a_closed_ledger_says_so(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """What is asked of a ledger that is not open is refused, by its name."""
    ledger = make_ledger()

    with pytest.raises(LedgerError, match="is not open") as caught:
        await ledger.claim(intent(), sent_at=moment)

    assert repr(ledger) in caught.value.message


def test_names_of_the_package() -> None:
    """What is resolved on first use is listed, too; what there is not, is not there."""
    assert {"SqliteLedger", "PostgresLedger", "open_ledger", "Coordinator"} <= set(dir(stores))
    assert not hasattr(stores, "MysqlLedger")


async def test_a_value_that_cannot_be_stored_harms_none(
    make_ledger: MakeLedger, intent: "MakeIntent", moment: datetime
) -> None:
    """Of claims that are stored together one that no database takes fails, the others do not."""
    names = ["good", "half \ud800 a letter", "fine"]
    async with make_ledger() as ledger:
        told = await asyncio.gather(
            *(ledger.claim(intent(name), sent_at=moment) for name in names),
            return_exceptions=True,
        )
        with pytest.raises(LedgerError, match="cannot be asked"):
            await ledger.look([names[1]])

        counts = await ledger.counts()

    kinds = [type(one) for one in told]
    assert kinds == [Row, LedgerError, Row]
    assert counts[State.SENDING] == 2
