"""A ledger on a disk that fills up, in a process of its own.

Arguments: the ledger's path, and by how many bytes any file may grow; `fill` writes the disk full
with another file instead. It prints what became of claims and notes, before and after there is
room again.
"""

import asyncio
import resource
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from linkedapi_async import LedgerError
from linkedapi_async.ledger import Change, Intent, Row, State
from linkedapi_async.stores import SqliteLedger

NOW = datetime(2026, 1, 5, tzinfo=UTC)
BALLAST = Path(sys.argv[1]).with_name("ballast")


def fill(path: Path, spare: str) -> None:
    """Leave no room, or hardly any."""
    if spare == "fill":
        with suppress(OSError), BALLAST.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 1024)
        return
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    largest = max(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    limit = largest + int(spare)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def make_room() -> None:
    """Undo that."""
    BALLAST.unlink(missing_ok=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


async def main(path: Path, spare: str) -> None:
    """Claim until nothing fits."""
    async with SqliteLedger(path) as ledger:
        keys: list[str] = []

        async def claim() -> None:
            key = f"k{len(keys):05}"
            intent = Intent(key=key, account="a", operation="o", payload="p" * 64, mark="m")
            await ledger.claim(intent, sent_at=NOW)
            keys.append(key)

        await claim()
        fill(path, spare)
        try:
            while True:
                await claim()
        except LedgerError as exc:
            print(f"refused={exc.message}")
            print(f"code={exc.code}")
        note = ledger.note(Change(key="k00000", mark="m", state=State.DONE, outcome="x" * 300_000))
        try:
            await note
        except LedgerError as exc:
            print(f"noted={type(exc).__name__}")
        make_room()
        for _ in range(5):
            await claim()
        row = (await ledger.look(["k00000"]))["k00000"]
        print(f"kept={row.state if isinstance(row, Row) else row}")
    async with SqliteLedger(path) as ledger:
        stored = [row.key async for row in ledger.rows() if isinstance(row, Row)]
    print(f"claimed={len(keys)}")
    print(f"stored={len(stored) if stored == keys else stored}")


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
