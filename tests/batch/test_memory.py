"""Long lists: memory does not grow with them, and progress never lies."""

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async.testing import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.batch.conftest import Hire, Line

log = logging.getLogger(__name__)

ACCOUNTS = tuple(f"a{number}" for number in range(20))
PERSON = "https://www.linkedin.com/in/person"
MOST_MORE = 60 * 1024
"""KiB that a hundred times as many calls may take."""
BREATH = 1.0


def lines_of(count: int) -> "Iterator[Line]":
    """Yield calls of three kinds, each with its key."""
    for number in range(count):
        account = ACCOUNTS[number % len(ACCOUNTS)]
        url = f"{PERSON}{1 + number % 200}"
        yield [
            (
                account,
                "SendMessage",
                {"person_url": f"{PERSON}5", "text": f"{number}"},
                f"{number}",
            ),
            (account, "CheckConnectionStatus", {"person_url": url}, f"{number}"),
            (account, "FetchPerson", {"person_url": url}, f"{number}"),
        ][number % 3]


async def forget(service: Sandbox) -> None:
    """Keep the log of a long run short; it is not what is measured."""
    while True:
        service.log.clear()
        await SystemClock().sleep(BREATH)


@pytest.mark.soak
async def test_memory_of_a_long_list(hire: "Hire", tmp_path: Path, *, soaking: bool) -> None:
    """A hundred times as many calls take next to no more memory; every count is true at any time.

    That holds for the first run and for one that finds all of them answered.

    The worker looks at the progress twenty times a second, and fails when it does not add up.
    """
    peaks: list[int] = []
    for count in (1_000, 100_000 if soaking else 4_000):
        settings: dict[str, Any] = {
            "ledger": str(tmp_path / f"{count}.ledger"),
            "uncertain": "report",
            "doubt": 5.0,
        }
        async with Sandbox(accounts=ACCOUNTS, duration=0.0) as service:
            forgetting = asyncio.create_task(forget(service))
            for is_again in (False, True):
                worker = await hire(service, lines_of(count), **settings)
                await worker.say()
                counted = await worker.end()
                log.info("%d calls: %s", count, counted)
                assert counted["done"] == count
                assert counted["replayed"] == count * is_again
                assert counted["left"] == counted["failed"] == counted["uncertain"] == 0
                assert counted["looks"] > 1
                peaks.append(counted["peak"])
            forgetting.cancel()

    few, few_again, many, many_again = peaks
    assert many - few < MOST_MORE
    assert many_again - few_again < MOST_MORE
