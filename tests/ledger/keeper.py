"""A process that keeps a ledger open until it is killed.

Arguments: where the ledger is, and its schema. It prints which run it is.
"""

import asyncio
import sys

from linkedapi_async.stores import PostgresLedger, SqliteLedger


async def main(where: str, schema: str) -> None:
    """Open it and wait for the end of the input."""
    ledger = PostgresLedger(where, schema=schema) if "://" in where else SqliteLedger(where)
    async with ledger:
        print(ledger.owner, flush=True)
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(main(*sys.argv[1:]))
