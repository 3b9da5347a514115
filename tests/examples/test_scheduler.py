import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.testing import FakeClock, Reset, Sandbox

Example = Callable[[str], ModuleType]


def test_script_runs(
    script: "Callable[..., subprocess.CompletedProcess[str]]", tmp_path: Path
) -> None:
    """On its sandbox the night's list is worked through and written down."""
    path = tmp_path / "state.json"

    ran = script("examples/scheduler.py", str(path), "--sandbox")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(": invited") == 5
    assert set(json.loads(path.read_text()).values()) == {"invited"}


async def test_restart_attaches_and_invites_nobody_twice(example: Example, tmp_path: Path) -> None:
    """Stopped in the middle and started again, everybody is invited exactly once."""
    module, path = example("scheduler"), tmp_path / "state.json"
    clock = FakeClock()
    async with Sandbox(clock=clock, duration=30.0) as sandbox:
        options: dict[str, Any] = {"base_url": sandbox.base_url, **sandbox.tokens}
        async with LinkedApi(**options, policy=Policy.batch(), clock=clock) as api:
            night = asyncio.create_task(module.main(module.State(path), api))
            while not sandbox.log.effects():
                await clock.sleep(1.0)
            night.cancel()
            await asyncio.gather(night, return_exceptions=True)
        first = json.loads(path.read_text())
        async with LinkedApi(**options, policy=Policy.batch(), clock=clock) as api:
            await module.main(module.State(path), api)

    invited = [action.params["personUrl"] for action in sandbox.log.effects()]
    assert any(str(known).startswith("wf-") for known in first.values())
    assert sorted(map(str, invited)) == sorted(module.PEOPLE)
    assert set(json.loads(path.read_text()).values()) == {"invited"}


async def test_doubt_is_left_to_a_person(example: Example, tmp_path: Path) -> None:
    """A lost reply is noted as doubt, and no later run sends that invitation again."""
    module, path = example("scheduler"), tmp_path / "state.json"
    clock = FakeClock()
    async with Sandbox(clock=clock) as sandbox:
        sandbox.inject(Reset(side="reply"))
        sandbox.inject("invalidWorkflow")
        options: dict[str, Any] = {"base_url": sandbox.base_url, **sandbox.tokens}
        async with LinkedApi(**options, clock=clock) as api:
            await module.main(module.State(path), api)
            await module.main(module.State(path), api)

    endings = sorted(json.loads(path.read_text()).values())
    assert endings[0] == "failed: invalidWorkflow"
    assert endings[1].startswith("in doubt: ")
    assert endings[2:] == ["invited"] * 3
    assert len(sandbox.log.requests("start")) == 5
