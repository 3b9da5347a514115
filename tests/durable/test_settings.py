"""What is refused before anything starts, and the lock that only one process holds."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from dbos import DBOSConfig

from linkedapi_async import ConfigurationError
from linkedapi_async.durable import DurableOperations
from linkedapi_async.durable._lock import PostgresLock, SqliteLock
from linkedapi_async.durable._settings import Settings, suits
from linkedapi_async.stores import PostgresLedger, SqliteLedger

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

    from .conftest import Base


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of DBOS from outside."""
    for name in ("DBOS__APPVERSION", "DBOS__VMID"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("python", "sqlite", "does"),
    [
        ((3, 11), (3, 40, 1), True),
        ((3, 12), (3, 40, 1), False),
        ((3, 13), (3, 41, 2), False),
        ((3, 12), (3, 42, 0), True),
        ((3, 14), (3, 50, 4), True),
    ],
)
def test_which_sqlite_suits(
    python: tuple[int, ...], sqlite: tuple[int, ...], *, does: bool
) -> None:
    """DBOS decides by the Python what it asks of SQLite, which may be older."""
    assert suits(python, sqlite) is does


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"application_version": None}, "application_version"),
        ({"executor_id": ""}, "executor_id"),
        ({"system_database_url": None}, "system_database_url"),
        ({"system_database_url": "not an address"}, "no address"),
        ({"system_database_url": "sqlite://"}, "has to name a file"),
        ({"system_database_url": "sqlite:///:memory:"}, "has to name a file"),
        ({"system_database_url": "mysql://host/base"}, "has to name a file"),
        ({"conductor_key": "key"}, "conductor_key"),
    ],
)
def test_unsafe_configurations(sqlite_base: "Base", change: dict[str, Any], words: str) -> None:
    """What could double or forget work is refused, with what to do."""
    with pytest.raises(ConfigurationError, match=words):
        Settings.of(cast("DBOSConfig", sqlite_base.config() | change))


def test_the_environment_counts(sqlite_base: "Base", monkeypatch: pytest.MonkeyPatch) -> None:
    """Version and executor id may come from where DBOS takes them too."""
    config = sqlite_base.config()
    del config["application_version"], config["executor_id"]
    monkeypatch.setenv("DBOS__APPVERSION", "7")
    monkeypatch.setenv("DBOS__VMID", "worker-7")

    assert Settings.of(cast("DBOSConfig", config)).executor_id == "worker-7"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("name", ""),
        ("name", "_dbos_queue"),
        ("uncertain", "hope"),
        ("rate", (0, 1.0)),
        ("rate", (1, float("inf"))),
        ("queue_interval", 0),
    ],
)
def test_options(sqlite_base: "Base", option: str, value: object) -> None:
    """An option that cannot be used is named."""
    options: dict[str, Any] = {"accounts": print, "ledger": sqlite_base.ledger, option: value}
    with pytest.raises(ConfigurationError, match=option):
        DurableOperations(cast("DBOSConfig", sqlite_base.config()), **options)


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("postgresql:///base", True),
        ("postgresql://user@/base?host=/run/postgresql", True),
        ("postgresql://user@host/base", False),
        ("postgresql://user@/base?host=host", False),
        ("postgresql:///base?host=one&host=two", False),
    ],
)
def test_sockets(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """A PostgreSQL whose restart DBOS would not survive is told, with what to do."""
    monkeypatch.delenv("PGHOST", raising=False)
    config: Any = {"application_version": "1", "executor_id": "w", "system_database_url": url}

    Settings.of(config)

    assert ("such as localhost" in caplog.text) is is_told


def test_a_ledger_that_stays_behind() -> None:
    """What may move to another host is refused a ledger that would not move with it."""
    config: Any = {
        "application_version": "1",
        "executor_id": "w",
        "system_database_url": "postgresql://host/base",
    }
    settings = Settings.of(config)

    settings.check_ledger(PostgresLedger("postgresql://host/base"))
    with pytest.raises(ConfigurationError, match="The ledger is a file"):
        settings.check_ledger(SqliteLedger("ledger"))
    options: dict[str, Any] = {"accounts": print, "ledger": "ledger"}
    with pytest.raises(ConfigurationError, match="The ledger is a file"):
        DurableOperations(config, **options)


def test_lock_in_a_file(tmp_path: Path) -> None:
    """One at a time holds it, and each id has its own."""
    first, second, other = (SqliteLock(tmp_path / "db", name) for name in ("w", "w", "v"))

    assert first.acquire()
    assert first.is_held()
    assert not second.acquire()
    assert not second.is_held()
    assert other.acquire()
    first.release()
    first.release()
    assert second.acquire()
    second.release()
    other.release()
    with pytest.raises(ConfigurationError, match="nowhere"):
        SqliteLock(tmp_path / "nowhere" / "db", "w").acquire()


def test_lock_in_a_database(shared_postgres: "PostgresServer", database: str) -> None:
    """One session holds it; one that was cut off takes it again, unless another was quicker."""
    config: Any = {
        "application_version": "1",
        "executor_id": "w",
        "system_database_url": database,
    }
    first, second = (Settings.of(config).lock for _ in range(2))
    assert isinstance(first, PostgresLock)
    assert first.acquire()
    assert first.is_held()
    assert not second.acquire()

    cut_off(shared_postgres)
    assert first.is_held(), "it was free, and is held again"
    cut_off(shared_postgres)
    assert second.acquire()
    assert not first.is_held()
    second.release()
    second.release()
    assert first.is_held()
    first.release()


def test_lock_without_a_server() -> None:
    """A database that cannot be reached is named, its password is not."""
    url = "postgresql://user:secret@/base?host=/nowhere"
    config: Any = {"application_version": "1", "executor_id": "w", "system_database_url": url}
    lock = Settings.of(config).lock

    assert not lock.is_held()
    with pytest.raises(ConfigurationError, match="cannot be used") as caught:
        lock.acquire()
    assert "secret" not in str(caught.value)


def cut_off(postgres: "PostgresServer") -> None:
    """End every session that holds a lock."""
    postgres.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'linkedapi_async executor'"
    )


WITHOUT = """
import sys

sys.modules[{missing!r}] = None
try:
    import linkedapi_async.durable
except ModuleNotFoundError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("dbos", "pip install 'linkedapi-async[durable]'"),
        ("linkedapi_async.durable._engine", "import of linkedapi_async.durable._engine halted"),
    ],
)
def test_a_missing_extra_is_named(missing: str, said: str) -> None:
    """Where DBOS is not installed, one sentence says what to do, and only there."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said in ran.stdout
