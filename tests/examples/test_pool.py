import subprocess
from collections.abc import Callable
from types import ModuleType

import pytest

from linkedapi_async.testing import FakeClock, Sandbox

Example = Callable[[str], ModuleType]


def test_rehearsal_runs(script: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    """On its sandbox everybody is visited, and the operator hears once who is signed out."""
    ran = script("examples/pool.py", "--sandbox")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("OPERATOR: ben: linkedinAccountSignedOut") == 1
    assert ran.stdout.endswith("done: 12, parked: ben\n")


async def test_each_person_is_visited_once(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a signed-out account cannot do others do; a call that cannot be done costs a line."""
    clock = FakeClock()
    urls = [f"https://www.linkedin.com/in/person{number}" for number in range(1, 12)]
    async with Sandbox(clock=clock, accounts=("anna", "ben", "cleo"), duration=10.0) as sandbox:
        sandbox.sign_out(account="anna")
        sandbox.inject("invalidWorkflow", account="cleo")
        sandbox.inject("outsideWorkingHours", account="ben", headers={"Retry-After": "1800"})
        shift = example("pool")
        await shift.main(
            [*urls, "https://www.linkedin.com/in/nobody"],
            {one.alias: one.identification_token for one in sandbox.accounts},
            **shift.NIGHT,
            linked_api_token=sandbox.tokens.linked_api_token,
            base_url=sandbox.base_url,
            clock=clock,
        )

    told = capsys.readouterr().out
    read = [str(action.params["personUrl"]) for action in sandbox.log.actions("st.openPersonPage")]
    assert len(read) == len(set(read)) == 11
    assert "is not an existing LinkedIn person" in told
    assert "[invalidWorkflow]" in told
    assert "ben rests (outsideWorkingHours)" in told
    assert "12 calls; limits and pauses let the last start at 09:02 UTC" in told
    assert told.endswith("parked: anna\n")


async def test_nobody_left(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    """When no account can work any more, the shift ends."""
    clock = FakeClock()
    async with Sandbox(clock=clock) as sandbox:
        sandbox.sign_out()
        shift = example("pool")
        await shift.main(
            ["https://www.linkedin.com/in/person1"],
            {"main": sandbox.tokens.identification_token},
            **shift.NIGHT,
            linked_api_token=sandbox.tokens.linked_api_token,
            base_url=sandbox.base_url,
            clock=clock,
        )

    assert capsys.readouterr().out.endswith("done: 0, parked: main\n")
