"""A process that has a ledger in PostgreSQL open when it can open nothing more.

Arguments: where the ledger is, and its schema. It prints a line when it is starved and goes on when
it reads one; then it prints what becomes of a claim and a note, and of both with room again.
"""

import asyncio
import resource
import sys
from datetime import UTC, datetime

from linkedapi_async import LedgerError
from linkedapi_async._clock import SystemClock
from linkedapi_async.ledger import Change, Intent, Row, State
from linkedapi_async.stores import PostgresLedger

NOW = datetime(2026, 1, 5, tzinfo=UTC)
IDLE = 0.7
"""Seconds after which the ledger has looked after its connection by itself."""


def intent(key: str) -> Intent:
    """Return what is about to be sent."""
    return Intent(key=key, account="a", operation="o", payload="p", mark="m")


async def main(where: str, schema: str) -> None:
    """Claim and note without a single file to spare, then with some."""
    async with PostgresLedger(where, schema=schema, patience=1.0) as ledger:
        await ledger.claim(intent("k"), sent_at=NOW)
        room = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, room[1]))  # what is open stays so
        print("starved", flush=True)
        sys.stdin.readline()
        await SystemClock().sleep(IDLE)
        done = Change(key="k", mark="m", state=State.DONE)
        told = await asyncio.gather(
            ledger.claim(intent("l"), sent_at=NOW), ledger.note(done), return_exceptions=True
        )
        print(*("refused" if isinstance(one, LedgerError) else type(one).__name__ for one in told))
        resource.setrlimit(resource.RLIMIT_NOFILE, room)
        await ledger.claim(intent("m"), sent_at=NOW)
        row = (await ledger.look(["k"]))["k"]
        print(row.state if isinstance(row, Row) else row)


asyncio.run(main(*sys.argv[1:]))
