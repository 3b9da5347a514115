import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linkedapi_async.cli._app import app

Invoke = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

VARIABLES = ("LINKED_API_TOKEN", "ACCOUNT_API_TOKEN", "IDENTIFICATION_TOKEN", "LINKED_API_BASE_URL")


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
