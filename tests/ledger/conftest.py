"""Ledgers in both databases, and what is put into them."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from linkedapi_async.ledger import Intent
from linkedapi_async.stores import PostgresLedger, SqliteLedger

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

_NAMES = (f"ledger{number}" for number in itertools.count())


class MakeIntent(Protocol):
    """Makes intents that differ where a test wants it."""

    def __call__(
        self, key: str = "k", mark: str = "m", *, payload: str = "p", account: str = "acme"
    ) -> Intent:
        """Return one."""
        ...


@pytest.fixture
def schema() -> str:
    """A schema of its own."""
    return next(_NAMES)


@pytest.fixture(params=["sqlite", "postgresql"])
def make_ledger(
    request: pytest.FixtureRequest, tmp_path: Path, schema: str
) -> Callable[[], SqliteLedger | PostgresLedger]:
    """Make objects for one and the same ledger, closed."""
    if request.param == "sqlite":
        return lambda: SqliteLedger(tmp_path / "ledger.db")
    server: PostgresServer = request.getfixturevalue("shared_postgres")
    return lambda: PostgresLedger(server.dsn, schema=schema)


class Keeper:
    """A process that keeps a ledger open.

    Attributes:
        owner: Which run it is.
    """

    def __init__(self, where: object, schema: str) -> None:
        """Start it and wait until it has opened the ledger."""
        script = str(Path(__file__).with_name("keeper.py"))
        self._process = subprocess.Popen(
            [sys.executable, script, str(where), schema],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.owner: str = self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End it as nothing else would."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def keep() -> Iterator[Callable[[object, str], Keeper]]:
    """Start processes that keep a ledger open; they end with the test."""
    keepers: list[Keeper] = []

    def start(where: object, schema: str) -> Keeper:
        keepers.append(Keeper(where, schema))
        return keepers[-1]

    yield start
    for keeper in keepers:
        keeper.kill()


@pytest.fixture(scope="session")
def intent() -> MakeIntent:
    """Make an intent."""

    def make(
        key: str = "k", mark: str = "m", *, payload: str = "p", account: str = "acme"
    ) -> Intent:
        return Intent(
            key=key, account=account, operation="st.fetchPerson", payload=payload, mark=mark
        )

    return make


@pytest.fixture(scope="session")
def moment() -> datetime:
    """When everything is sent."""
    return datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
