"""A process that claims keys, to be killed or raced against.

Arguments: where the ledger is, its schema, a name, how many keys, and whether they are new each
time (`own`) or the same for all (`shared`). It prints a line when it is ready and begins when it
reads one; then it prints each key that it may send, as soon as it knows, and `end`.
"""

import asyncio
import sys
from datetime import UTC, datetime

from linkedapi_async._bookkeeping import Ledger
from linkedapi_async.ledger import Change, Intent, State
from linkedapi_async.stores import PostgresLedger, SqliteLedger

NOW = datetime(2026, 1, 5, tzinfo=UTC)


async def claim(ledger: Ledger, name: str, key: str) -> None:
    """Claim one key; say so, and note what came of every other."""
    intent = Intent(key=key, account="a", operation="o", payload="p", mark=f"{name}-{key}")
    row = await ledger.claim(intent, sent_at=NOW)
    if row.mark == intent.mark:
        print(key, flush=True)
        if key.endswith(("0", "2", "4", "6", "8")):
            ledger.note(Change(key=key, mark=row.mark, state=State.ACCEPTED)).cancel()


async def main(where: str, schema: str, name: str, count: str, whose: str) -> None:
    """Claim all keys, eight at a time."""
    prefix = name if whose == "own" else "k"
    ledger = PostgresLedger(where, schema=schema) if "://" in where else SqliteLedger(where)
    async with ledger:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for first in range(0, int(count), 8):
            keys = (f"{prefix}{number:06}" for number in range(first, first + 8))
            await asyncio.gather(*(claim(ledger, name, key) for key in keys))
    print("end", flush=True)


asyncio.run(main(*sys.argv[1:]))
