import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from click.testing import CliRunner, Result

from linkedapi_async.cli._app import app
from linkedapi_async.cli._batch_accounts import Accounts
from linkedapi_async.cli._batch_check import examine
from linkedapi_async.cli._batch_jobs import Jobs
from linkedapi_async.cli._batch_options import ledger_of, settle_with
from linkedapi_async.cli._batch_rows import Reader
from linkedapi_async.cli._batch_run import Order, carry_out, signals_restored
from linkedapi_async.cli._client import Target

if TYPE_CHECKING:
    from linkedapi_async.testing import FakeClock, Sandbox

Invoke = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

VARIABLES = (
    "LINKED_API_TOKEN",
    "ACCOUNT_API_TOKEN",
    "IDENTIFICATION_TOKEN",
    "LINKED_API_BASE_URL",
    "LINKED_API_ACCOUNTS",
    "LINKED_API_LEDGER",
)


@pytest.fixture
def invoke() -> Invoke:
    """Run a command in this process; `env` adds variables, and the machine's own do not count."""

    def call(*args: str, env: dict[str, str] | None = None, text: str | None = None) -> Result:
        bare: dict[str, str] = dict.fromkeys(VARIABLES, "")
        return CliRunner().invoke(app, args, env=bare | (env or {}), input=text)

    return call


@pytest.fixture
def environment() -> dict[str, str]:
    """Variables for a child: the machine's own, without tokens."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES}


@pytest.fixture
def command(environment: dict[str, str]) -> Command:
    """Run a command as users do, in a process of its own."""

    def call(*args: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "linkedapi_async", *args],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment | (env or {}),
            cwd=Path(__file__).parents[2],
        )

    return call


@pytest.fixture
def closed_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


# ── batches, on the clock of the test ──


@attrs.frozen
class Ran:
    """How a batch ended.

    Attributes:
        code: How the command would exit.
        lines: What it printed as results, or in words.
        told: What it told meanwhile and at the end.
    """

    code: int
    lines: str
    told: str


Carry = Callable[..., Awaitable[Ran]]


@pytest.fixture
def carry(
    clock: "FakeClock", capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Carry]:
    """Carry out a jobs file as the command does, on an open sandbox with the test's clock."""

    async def call(sandbox: "Sandbox", path: str, **options: Any) -> Ran:
        tokens = {one.alias: str(one.identification_token) for one in sandbox.accounts}
        accounts = Accounts(tuple(tokens), tokens)
        ledger = options.pop("ledger", None)
        given: dict[str, Any] = {
            "target": Target(None, sandbox.base_url, is_sandbox=False),
            "ledger": ledger_of(path, ledger),
            "out": None,
            "uncertain": "report",
            "stop_after": None,
            "policy": "batch",
            "is_holding": False,
            "settle": settle_with(path, ledger),
        }
        order = Order(**{**given, **options})
        monkeypatch.setenv("LINKED_API_TOKEN", sandbox.tokens.linked_api_token)
        capsys.readouterr()
        with Jobs(path) as jobs:
            examine(jobs, Reader(accounts.aliases, default=accounts.default))
            code = await carry_out(order, jobs, accounts, clock=clock)
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    with signals_restored():
        yield call
