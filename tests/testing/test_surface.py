"""What the package offers, and what it costs to offer it."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from linkedapi_async import testing

SUITE = """
async def test_hours_pass(linkedapi_sandbox, linkedapi_clock):
    before = linkedapi_clock.now()
    await linkedapi_clock.sleep(3600)
    assert linkedapi_clock.now() - before == 3600
    assert linkedapi_sandbox.clock is linkedapi_clock

async def test_a_client_is_ready(linkedapi_api, linkedapi_sandbox):
    from linkedapi_async.operations import RetrieveSSI
    result = await linkedapi_api.run(RetrieveSSI())
    assert result.unwrap().ssi
    assert len(linkedapi_sandbox.log.workflows()) == 1
"""


@pytest.mark.parametrize("name", testing.__all__)
def test_every_name_resolves(name: str) -> None:
    """`__all__` is exact."""
    assert getattr(testing, name) is not None
    assert name in dir(testing)


def test_other_names_do_not() -> None:
    """A name nobody offers is an `AttributeError`."""
    name = "nothing"
    with pytest.raises(AttributeError, match="nothing"):
        _ = getattr(testing, name)


def test_faults_export_the_values() -> None:
    """The values at the top are those of `faults`."""
    faults = import_module("linkedapi_async.testing.faults")
    assert {"Reset", "Close", "Stall", "Html"} <= set(faults.__all__) & set(testing.__all__)


def test_the_plugin_is_light() -> None:
    """Pytest loads it in every run of a user: no web framework, no client."""
    code = (
        "import sys, linkedapi_async.testing.plugin\n"
        "heavy = {'aiohttp', 'attrs', 'linkedapi_async.client', 'linkedapi_async.testing.faults'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_fixtures_work(tmp_path: Path) -> None:
    """They come with the package: nothing to import, nothing to register."""
    (tmp_path / "test_user.py").write_text(SUITE)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto"),
            *("-p", "no:cacheprovider", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in ran.stdout, ran.stdout
