import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from linkedapi_async import Policy
from linkedapi_async.testing import FakeClock, Reset, Sandbox

Example = Callable[[str], ModuleType]
Night = Callable[..., Any]

QUICK = attrs.evolve(Policy.batch(), waiting="eager", poll_base=0.05, poll_max=0.2)


@pytest.fixture
def night(example: Example, tmp_path: Path) -> Night:
    """Run the example on a sandbox, with one ledger for all runs."""
    module = example("scheduler")

    def run(sandbox: Sandbox, **options: Any) -> Any:
        return module.main(
            tmp_path / "night.ledger",
            tmp_path / "results.jsonl",
            {"main": sandbox.tokens.identification_token},
            linked_api_token=sandbox.tokens.linked_api_token,
            base_url=sandbox.base_url,
            **{"policy": QUICK, **options},
        )

    return run


@pytest.fixture
def results(tmp_path: Path) -> Callable[[], list[str]]:
    """Return how each call of the last run ended."""

    def read() -> list[str]:
        lines = (tmp_path / "results.jsonl").read_text().splitlines()
        return sorted(json.loads(line)["state"] for line in lines)

    return read


def test_script_runs(
    script: "Callable[..., subprocess.CompletedProcess[str]]", tmp_path: Path
) -> None:
    """On its sandbox the night's list is worked through and written down."""
    ran = script(
        "examples/scheduler.py", str(tmp_path / "l"), str(tmp_path / "r.jsonl"), "--sandbox"
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(": invited") == 5
    assert ran.stdout.endswith("5 done, 0 failed, 0 in doubt\n")


async def test_restart_invites_nobody_twice(night: Night, results: Callable[[], list[str]]) -> None:
    """Cut off in the middle and started again, everybody is invited exactly once."""
    async with Sandbox(duration=0.1) as sandbox:
        first = asyncio.create_task(night(sandbox))
        while len(sandbox.log.effects()) < 2:
            await sandbox.clock.sleep(0.01)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await night(sandbox)

    assert len(sandbox.log.effects()) == 5
    assert results() == ["invited"] * 5


async def test_overlapping_runs(
    night: Night, results: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that cron starts while another is at work leaves everything to that."""
    async with Sandbox(duration=0.1) as sandbox:
        first = asyncio.create_task(night(sandbox))
        while not sandbox.log.effects():
            await sandbox.clock.sleep(0.01)
        await night(sandbox)
        assert "Another run" in capsys.readouterr().out
        await first

    assert len(sandbox.log.effects()) == 5
    assert results() == ["invited"] * 5


async def test_lost_replies_are_looked_into(night: Night, results: Callable[[], list[str]]) -> None:
    """Whether a start whose reply was lost was carried out is asked, and it is not repeated."""
    clock = FakeClock()
    async with Sandbox(duration=0.1, clock=clock) as sandbox:
        sandbox.inject(Reset("reply", 0), on="start")
        sandbox.inject(Reset("request", 20), on="start")
        await night(sandbox, clock=clock)

    assert len(sandbox.log.effects()) == 5
    assert results() == ["invited"] * 5
