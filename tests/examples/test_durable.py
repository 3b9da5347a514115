"""Invitations as workflows of DBOS, on a file and on a PostgreSQL."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedapi_async.durable._settings import suits

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

ROOT = Path(__file__).parents[2]

Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path, namespace: str) -> str:
    """Where an empty store is."""
    if request.param == "sqlite":
        if not suits(sys.version_info[:2], sqlite3.sqlite_version_info):
            pytest.skip(f"DBOS cannot use SQLite {sqlite3.sqlite_version} from Python 3.12 on")
        return str(tmp_path)
    server: PostgresServer = request.getfixturevalue("shared_postgres")
    server.ask(f"CREATE DATABASE {namespace}")
    return server.dsn.replace("/postgres?", f"/{namespace}?")


def test_script_runs(script: Script, store: str) -> None:
    """Everybody is invited; started again, the answers are the same, and nothing is sent."""
    first = script("examples/durable_dbos.py", store, "--sandbox")
    second = script("examples/durable_dbos.py", store, "worker-1", "--sandbox")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.count(": invited") == second.stdout.count(": invited") == 5
    assert first.stdout.endswith("5 invitations were sent in this run\n")
    assert second.stdout.endswith("0 invitations were sent in this run\n")


def test_terminated(tmp_path: Path) -> None:
    """Ended by its service manager, it closes in good order."""
    if not suits(sys.version_info[:2], sqlite3.sqlite_version_info):
        pytest.skip(f"DBOS cannot use SQLite {sqlite3.sqlite_version} from Python 3.12 on")
    with subprocess.Popen(
        [sys.executable, "-u", "examples/durable_dbos.py", str(tmp_path), "--sandbox"],
        cwd=ROOT,
        env={**os.environ, **({} if sys.flags.safe_path else {"PYTHONPATH": str(ROOT)})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.terminate()
        _, told = process.communicate(timeout=60)

    assert first.endswith(": invited\n"), told
    assert process.returncode == 0, told
    assert "Traceback" not in told
