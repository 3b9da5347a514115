import subprocess
from collections.abc import Callable
from types import ModuleType

import pytest

from linkedapi_async.testing import FakeClock, Sandbox

Example = Callable[[str], ModuleType]


def test_rehearsal_runs(script: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    """On its sandbox the bot reads everybody and tells the operator who is signed out."""
    ran = script("examples/bot.py", "--sandbox")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("OPERATOR: ben: linkedinAccountSignedOut") == 1
    assert ran.stdout.endswith("0 of 12 left undone\n")


async def test_share_of_a_signed_out_account_goes_to_others(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each profile is read once, whatever happens to one of the accounts."""
    clock = FakeClock()
    urls = [f"https://www.linkedin.com/in/person{number}" for number in range(1, 9)]
    async with Sandbox(clock=clock, accounts=("anna", "ben"), duration=10.0) as sandbox:
        sandbox.inject("linkedinAccountSignedOut", account="ben", times=None)
        tokens = {one.alias: one.identification_token for one in sandbox.accounts}
        await example("bot").main(
            urls,
            tokens,
            linked_api_token=sandbox.tokens.linked_api_token,
            base_url=sandbox.base_url,
            clock=clock,
        )

    read = [action.params["personUrl"] for action in sandbox.log.actions("st.openPersonPage")]
    assert sorted(map(str, read)) == sorted(urls)
    assert sandbox.log.max_overlap() == 1
    assert "0 of 8 left undone" in capsys.readouterr().out


async def test_missing_profile_is_told_and_the_rest_goes_on(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call that fails costs a line; the list goes on."""
    clock = FakeClock()
    urls = ["https://www.linkedin.com/in/nobody", "https://www.linkedin.com/in/person1"]
    async with Sandbox(clock=clock) as sandbox:
        sandbox.inject("invalidWorkflow", skip=1)
        await example("bot").main(
            urls, {"main": sandbox.tokens.identification_token}, clock=clock,
            linked_api_token=sandbox.tokens.linked_api_token, base_url=sandbox.base_url,
        )  # fmt: skip

    told = capsys.readouterr().out
    assert "is not an existing LinkedIn person" in told
    assert "[invalidWorkflow]" in told
    assert "0 of 2 left undone" in told
