"""The ledger in PostgreSQL: what it refuses, and what it survives."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import ConfigurationError, LedgerError
from linkedapi_async._clock import SystemClock
from linkedapi_async.ledger import Change, Row, State
from linkedapi_async.stores import PostgresLedger, open_ledger

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

    from .conftest import Keeper, MakeIntent

CLOCK = SystemClock()
WHO = "SELECT pid FROM pg_stat_activity WHERE application_name = 'linkedapi_async'"


async def refused(ledger: PostgresLedger) -> str:
    """Return why a ledger cannot be opened."""
    with pytest.raises(LedgerError) as caught:
        await ledger.open()
    assert caught.value.code == "ledgerUnusable"
    return str(caught.value)


@pytest.fixture
def someone(shared_postgres: "PostgresServer", schema: str) -> Iterator[str]:
    """A user who may do nothing, and whose password is the server's."""
    user = f"{schema}_user"
    shared_postgres.ask(f"CREATE USER {user} PASSWORD '{shared_postgres.password}'")
    yield user
    shared_postgres.ask(f"DROP OWNED BY {user}")
    shared_postgres.ask(f"DROP USER {user}")


async def test_a_wrong_password(shared_postgres: "PostgresServer") -> None:
    """The server's words are told, and neither the password nor its encoded form."""
    ledger = PostgresLedger(shared_postgres.dsn_of("not%2Fthis%2Fone"))

    told = await refused(ledger)

    assert "password authentication failed" in told
    for text in (told, repr(ledger)):
        assert "not/this" not in text
        assert "not%2Fthis" not in text


async def test_a_password_that_would_be_told(shared_postgres: "PostgresServer") -> None:
    """Where the server's words hold the password by chance, it is taken out of them."""
    told = await refused(PostgresLedger(shared_postgres.dsn_of("authentication")))

    assert "password … failed" in told


POOLER = """
[databases]
postgres = host={server.folder} user=postgres password={server.password}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
"""


@pytest.fixture(params=["session", "transaction"])
def pooled(
    request: pytest.FixtureRequest, shared_postgres: "PostgresServer"
) -> Iterator[tuple[str, str]]:
    """Where a pooler leads to the server, and what it pools."""
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if binary is None:
        pytest.fail("This test needs a real pgbouncer: apt-get install pgbouncer", pytrace=False)
    user: dict[str, Any] = {} if os.geteuid() else {"user": "postgres", "group": "postgres"}
    with tempfile.TemporaryDirectory(prefix="pool") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings, socket = folder / "settings", folder / ".s.PGSQL.6432"
        told = POOLER.format(server=shared_postgres, folder=folder, mode=request.param)
        settings.write_text(told, "utf-8")
        if user:
            shutil.chown(folder, **user)
        line = [binary, str(settings)]
        pipes: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(line, **pipes, **user) as process:
            assert process.stderr is not None
            assert any("process up" in line for line in process.stderr)
            assert socket.exists()
            yield f"postgresql://postgres@/postgres?host={folder}&port=6432", request.param
            process.kill()


async def test_a_pooler(
    pooled: tuple[str, str], schema: str, intent: "MakeIntent", moment: datetime
) -> None:
    """One that leaves sessions alone is fine; another is refused before anything is sent twice."""
    dsn, mode = pooled
    ledgers = [PostgresLedger(dsn, schema=schema) for _ in range(4)]
    told: list[object] = []
    for ledger in ledgers:
        await ledger.open()
    for number in range(20):
        told += await asyncio.gather(
            *(
                ledger.claim(intent(f"k{number}", f"m{place}"), sent_at=moment)
                for place, ledger in enumerate(ledgers)
            ),
            return_exceptions=True,
        )
    for ledger in ledgers:
        await ledger.close()

    marks = {(one.key, one.mark) for one in told if isinstance(one, Row)}
    refusals = [str(one) for one in told if not isinstance(one, Row)]
    assert len(marks) == len({key for key, _ in marks})
    assert all("a pooler mixes its sessions up" in refusal for refusal in refusals)
    assert bool(refusals) is (mode == "transaction")


async def test_no_server(tmp_path: object) -> None:
    """Where nobody listens, the place is named."""
    told = await refused(PostgresLedger(f"postgresql://me:secret@/db?host={tmp_path}&port=5433"))

    assert f"'db' at {tmp_path}:5433, schema 'linkedapi'" in told
    assert "cannot be reached" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://me:se@cret@host/db",
        "postgresql://me:se/cret@host/db",
        "postgresql://me:se#cret@host:x/db",
        "host=a password=secret nonsense",
        "host=a b@c=secret",
        "postgresql://me:secret@host/half \ud800 a letter",
        "secret",
    ],
)
def test_an_address_that_cannot_be_read(dsn: str) -> None:
    """It is refused at once; nothing of it is told, for any of it may be the password."""
    with pytest.raises(ConfigurationError, match="percent-encoded") as caught:
        PostgresLedger(dsn)

    told = str(caught.value)
    assert not any(part in told for part in ("secret", "cret@", "me:"))
    assert caught.value.__cause__ is None


def test_a_user_who_is_an_address() -> None:
    """Some services name their users by e-mail address, percent-encoded; none is told of."""
    ledger = PostgresLedger("postgresql://me%40example.com:secret@host/db")

    assert repr(ledger) == "PostgresLedger('db' at host, schema 'linkedapi')"


@pytest.mark.parametrize("schema", ["", "a b", 'a"b', "ä", "x" * 64, "7up"])
def test_a_schema_that_is_no_word(schema: str) -> None:
    """A name that would have to be quoted is refused."""
    with pytest.raises(ConfigurationError, match="schema="):
        PostgresLedger("postgresql://host/db", schema=schema)


@pytest.mark.parametrize("patience", [0.0, -1.0, float("inf"), float("nan")])
def test_patience_is_a_number_of_seconds(patience: float) -> None:
    """There is no waiting for ever."""
    with pytest.raises(ConfigurationError, match="patience="):
        PostgresLedger("postgresql://host/db", patience=patience)


def test_open_ledger_takes_an_address() -> None:
    """Both spellings that libpq knows are PostgreSQL; without a host it is this machine."""
    told = [repr(open_ledger(f"{scheme}:///db")) for scheme in ("postgresql", "postgres")]

    assert told == ["PostgresLedger('db' at this machine, schema 'linkedapi')"] * 2


@pytest.mark.parametrize(("missing", "told"), [("psycopg", "[durable]"), ("zlib", "zlib")])
def test_without_the_extra(missing: str, told: str) -> None:
    """Where psycopg is not installed, the extra is named; what else is broken shows itself."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from linkedapi_async.stores import PostgresLedger\n"
        "PostgresLedger('postgresql://host/db')\n"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert told in ran.stderr.splitlines()[-1]


async def test_another_version(shared_postgres: "PostgresServer", schema: str) -> None:
    """Both versions are named."""
    ledger = PostgresLedger(shared_postgres.dsn, schema=schema)
    async with ledger:
        pass
    shared_postgres.ask(f"ALTER TABLE {schema}.ledger ALTER version TYPE int USING 7")

    told = await refused(ledger)

    assert "of version 7" in told
    assert "writes 1" in told


async def test_a_version_that_is_missing(shared_postgres: "PostgresServer", schema: str) -> None:
    """A ledger without a version is of none."""
    shared_postgres.ask(f"CREATE SCHEMA {schema}")
    shared_postgres.ask(f"CREATE TABLE {schema}.ledger (version int)")

    assert "of version none" in await refused(PostgresLedger(shared_postgres.dsn, schema=schema))


async def test_a_schema_of_something_else(shared_postgres: "PostgresServer", schema: str) -> None:
    """Where a table has one of our names, everything stays as it is."""
    shared_postgres.ask(f"CREATE SCHEMA {schema}")
    shared_postgres.ask(f"CREATE TABLE {schema}.runs (name text)")

    told = await refused(PostgresLedger(shared_postgres.dsn, schema=schema))

    listed = "SELECT count(*) FROM pg_tables WHERE schemaname = "
    assert "belongs to something else" in told
    assert shared_postgres.ask(f"{listed}'{schema}'") == [(1,)]


async def test_a_user_without_rights(
    shared_postgres: "PostgresServer", schema: str, someone: str
) -> None:
    """Who may not create a schema is told so; given one, nothing more is needed."""
    dsn = shared_postgres.dsn_of("open%2Fsesame", user=someone)
    ledger = PostgresLedger(dsn, schema=schema)
    told = await refused(ledger)
    shared_postgres.ask(f"CREATE SCHEMA {schema} AUTHORIZATION {someone}")

    async with ledger:
        counts = await ledger.counts()

    assert "grant what is missing" in told
    assert counts[State.DONE] == 0


async def test_a_server_that_takes_no_writes(
    shared_postgres: "PostgresServer",
    schema: str,
    someone: str,
    intent: "MakeIntent",
    moment: datetime,
) -> None:
    """A standby is refused before anything is sent."""
    shared_postgres.ask(f"CREATE SCHEMA {schema} AUTHORIZATION {someone}")
    shared_postgres.ask(f"ALTER USER {someone} SET default_transaction_read_only = on")
    dsn = shared_postgres.dsn_of("open%2Fsesame", user=someone)

    assert "takes no writes" in await refused(PostgresLedger(dsn, schema=schema))


async def test_a_server_that_takes_no_writes_for_a_while(
    shared_postgres: "PostgresServer",
    schema: str,
    someone: str,
    intent: "MakeIntent",
    moment: datetime,
) -> None:
    """After a change of the primary the first connection that may write is used, and kept."""
    shared_postgres.ask(f"CREATE SCHEMA {schema} AUTHORIZATION {someone}")
    mine = f"FROM pg_stat_activity WHERE usename = '{someone}'"
    dsn = shared_postgres.dsn_of("open%2Fsesame", user=someone)
    async with PostgresLedger(dsn, schema=schema, patience=0.5) as ledger:
        shared_postgres.ask(f"ALTER USER {someone} SET default_transaction_read_only = on")
        shared_postgres.ask(f"SELECT pg_terminate_backend(pid) {mine}")
        with pytest.raises(LedgerError, match="takes no writes"):
            await ledger.claim(intent(), sent_at=moment)
        shared_postgres.ask(f"ALTER USER {someone} RESET default_transaction_read_only")

        rows = [await ledger.claim(intent(key), sent_at=moment) for key in "kl"]
        (connections,) = shared_postgres.ask(f"SELECT count(*) {mine}")

    assert [row.state for row in rows] == [State.SENDING] * 2
    assert connections == (1,)


@pytest.mark.parametrize(
    ("is_cut", "printed"), [(False, "Row bool\ndone\n"), (True, "refused refused\ndone\n")]
)
def test_a_process_that_can_open_nothing_more(
    postgres_server: "PostgresServer", schema: str, *, is_cut: bool, printed: str
) -> None:
    """What it has open works on; what it cannot store meanwhile is kept until there is room."""
    script = str(Path(__file__).with_name("starved.py"))
    line = [sys.executable, script, postgres_server.dsn, schema]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "starved\n"
        if is_cut:
            postgres_server.ask(WHO.replace("pid", "pg_terminate_backend(pid)"))

        try:
            told = process.communicate("\n", 30)
        finally:
            process.kill()

    assert told == (printed, "")


async def test_tables_that_vanish(
    shared_postgres: "PostgresServer", schema: str, intent: "MakeIntent", moment: datetime
) -> None:
    """Whoever drops the tables of a ledger that is in use is told of."""
    async with PostgresLedger(shared_postgres.dsn, schema=schema) as ledger:
        shared_postgres.ask(f"DROP TABLE {schema}.calls")

        with pytest.raises(LedgerError, match="its tables are gone"):
            await ledger.claim(intent(), sent_at=moment)
        with pytest.raises(LedgerError, match="its tables are gone"):
            await ledger.look(["k"])


async def test_another_error_of_the_server(
    shared_postgres: "PostgresServer", schema: str, intent: "MakeIntent", moment: datetime
) -> None:
    """What has no name here is told in the server's words."""
    async with PostgresLedger(shared_postgres.dsn, schema=schema) as ledger:
        shared_postgres.ask(f"ALTER TABLE {schema}.calls DROP COLUMN outcome")

        with pytest.raises(LedgerError, match=r"it refuses .*outcome"):
            await ledger.claim(intent(), sent_at=moment)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
async def test_a_database_of_another_encoding(
    shared_postgres: "PostgresServer",
    schema: str,
    intent: "MakeIntent",
    moment: datetime,
    encoding: str,
) -> None:
    """What is claimed stays claimed, however the server spells it."""
    name = f"{schema}_{encoding}".lower()
    locale = "TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    shared_postgres.ask(f"CREATE DATABASE {name} {locale} ENCODING '{encoding}'")
    async with PostgresLedger(shared_postgres.dsn.replace("/postgres?", f"/{name}?")) as ledger:
        rows = [
            await ledger.claim(intent(key, mark), sent_at=moment) for key in "kç" for mark in "mn"
        ]
        found = await ledger.look(["k", "ç"])

    assert [(row.key, row.mark) for row in rows] == [("k", "m"), ("k", "m"), ("ç", "m"), ("ç", "m")]
    assert found == {"k": rows[0], "ç": rows[2]}


async def test_letters_that_are_none(
    shared_postgres: "PostgresServer", schema: str, intent: "MakeIntent", moment: datetime
) -> None:
    """Where a database takes any bytes for text, what is no UTF-8 is refused in a sentence."""
    locale = "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    shared_postgres.ask(f"CREATE DATABASE {schema}_bytes {locale}")
    dsn = shared_postgres.dsn.replace("/postgres?", f"/{schema}_bytes?")
    async with PostgresLedger(dsn) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        import psycopg  # noqa: PLC0415 - what comes before needs none

        with psycopg.connect(dsn) as other:
            other.execute("UPDATE linkedapi.calls SET outcome = E'\\xff'")

        with pytest.raises(LedgerError, match="cannot be asked"):
            await ledger.look(["k"])
        with pytest.raises(LedgerError, match="cannot be written down"):
            await ledger.claim(intent(), sent_at=moment)
        row = await ledger.claim(intent("l"), sent_at=moment)

    assert row.state is State.SENDING


async def test_keys_that_are_too_long_harm_none(
    shared_postgres: "PostgresServer", schema: str, intent: "MakeIntent", moment: datetime
) -> None:
    """What the server alone finds unfit fails by itself."""
    long = "".join(chr(65 + number * number * 7 % 5_003) for number in range(9_000))
    async with PostgresLedger(shared_postgres.dsn, schema=schema) as ledger:
        told = await asyncio.gather(
            *(ledger.claim(intent(key), sent_at=moment) for key in ("a", long, "nul\0", "b")),
            return_exceptions=True,
        )

    assert [type(one) for one in told] == [Row, LedgerError, LedgerError, Row]


@pytest.mark.parametrize("what", ["state = 'maybe'", "sent_at = 'yesterday'", "mark = ''"])
async def test_a_damaged_row(
    shared_postgres: "PostgresServer",
    schema: str,
    intent: "MakeIntent",
    moment: datetime,
    what: str,
) -> None:
    """A row that cannot be read is never sent; the others are not affected."""
    async with PostgresLedger(shared_postgres.dsn, schema=schema) as ledger:
        await asyncio.gather(*(ledger.claim(intent(key), sent_at=moment) for key in "jk"))
        shared_postgres.ask(f"UPDATE {schema}.calls SET {what} WHERE key = 'k'")  # noqa: S608 - of this test

        told = await asyncio.gather(
            *(ledger.claim(intent(key, "m"), sent_at=moment) for key in "jkl"),
            return_exceptions=True,
        )

    assert [type(one) for one in told] == [Row, LedgerError, Row]


async def test_a_restart_under_load(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """While the server is killed and started again, calls wait; what was told as stored is there.

    Every run that was open is alive afterwards, also one that had nothing to do.
    """
    idle = PostgresLedger(postgres_server.dsn)
    claimed: list[str] = []

    async def claim(ledger: PostgresLedger, name: str) -> None:
        for number in range(100):
            row = await ledger.claim(intent(f"{name}{number}", name), sent_at=moment)
            assert (row.state, row.mark) == (State.SENDING, name)
            claimed.append(row.key)
            assert await ledger.note(Change(key=row.key, mark=name, state=State.DONE))

    async with idle, PostgresLedger(postgres_server.dsn) as ledger:
        work = [asyncio.create_task(claim(ledger, name)) for name in "abcd"]
        for _ in range(2):
            target = len(claimed) + 50
            while len(claimed) < target:
                await CLOCK.sleep(0.001)
            await asyncio.to_thread(postgres_server.stop)
            await asyncio.to_thread(postgres_server.start)
        await asyncio.gather(*work)
        alive = [await ledger.is_alive(idle.owner), await idle.is_alive(ledger.owner)]
        counts = await idle.counts()

    assert len(claimed) == 400
    assert counts[State.DONE] == 400
    assert alive == [True, True]


async def test_a_server_that_stays_away(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """After its patience a call fails; notes are kept, and stored when the server is back."""
    async with PostgresLedger(postgres_server.dsn, patience=0.5) as ledger:
        row = await ledger.claim(intent(), sent_at=moment)
        await asyncio.to_thread(postgres_server.stop)
        began = CLOCK.now()

        with pytest.raises(LedgerError, match="cannot be reached"):
            await ledger.claim(intent("l"), sent_at=moment)
        took = CLOCK.now() - began
        with pytest.raises(LedgerError, match="cannot be reached"):
            await ledger.note(Change(key="k", mark=row.mark, state=State.DONE))
        await asyncio.to_thread(postgres_server.start)
        row = await ledger.claim(intent("l"), sent_at=moment)
        counts = await ledger.counts()

    assert took < 5
    assert row.state is State.SENDING
    assert counts[State.DONE] == 1


async def test_closing_while_the_server_is_away(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """What could not be stored in the end is told when the ledger is closed."""
    ledger = PostgresLedger(postgres_server.dsn, patience=0.3)
    await ledger.open()
    await ledger.claim(intent(), sent_at=moment)
    await asyncio.to_thread(postgres_server.stop)
    note = ledger.note(Change(key="k", mark="m", state=State.DONE))

    with pytest.raises(LedgerError, match="cannot be reached"):
        await ledger.close()

    assert isinstance(note.exception(), LedgerError)
    await asyncio.to_thread(postgres_server.start)
    async with ledger:
        assert (await ledger.counts())[State.SENDING] == 1


@contextlib.contextmanager
def frozen(server: "PostgresServer", *, is_whole: bool) -> Generator[None]:
    """Have every connection of a ledger wait for its server, and new ones too if it is whole."""
    pids = [pid for (pid,) in server.ask(WHO)]
    assert pids
    if is_whole:
        pids.append(int((server.folder / "data" / "postmaster.pid").read_text("utf-8").split()[0]))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_connection_that_is_dead(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """A connection that only seems to be there is left for another one within the patience."""
    async with PostgresLedger(postgres_server.dsn, patience=1.0) as ledger:
        await ledger.claim(intent("j"), sent_at=moment)

        with frozen(postgres_server, is_whole=False):
            row = await ledger.claim(intent(), sent_at=moment)

        counts = await ledger.counts()

    assert (row.state, row.mark) == (State.SENDING, "m")
    assert counts[State.SENDING] == 2


async def test_a_server_that_does_not_answer(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """After its patience a call fails, though the server seems to be there; then all goes on."""
    async with PostgresLedger(postgres_server.dsn, patience=0.5) as ledger:
        await ledger.claim(intent("j"), sent_at=moment)

        with (
            frozen(postgres_server, is_whole=True),
            pytest.raises(LedgerError, match=r"no answer|timeout"),
        ):
            await ledger.claim(intent(), sent_at=moment)

        row = await ledger.claim(intent(mark="n"), sent_at=moment)

    assert row.state is State.SENDING


async def test_a_holder_that_is_stuck(
    postgres_server: "PostgresServer", intent: "MakeIntent", moment: datetime
) -> None:
    """Who stands in the middle of a transaction for too long keeps others waiting, not for ever."""
    import psycopg  # noqa: PLC0415 - what comes before needs none

    async with PostgresLedger(postgres_server.dsn, patience=0.5) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        with psycopg.connect(postgres_server.dsn) as other:
            other.execute("SELECT * FROM linkedapi.calls FOR UPDATE")
            with pytest.raises(LedgerError, match=r"locked|too long|no answer"):
                await ledger.note(Change(key="k", mark="m", state=State.UNCERTAIN))

        row = await ledger.claim(intent("l"), sent_at=moment)
        found = await ledger.look(["k"])

    late = found["k"]
    assert row.state is State.SENDING
    assert isinstance(late, Row)
    assert late.state is State.UNCERTAIN


async def test_a_connection_that_is_lost_while_idle(
    postgres_server: "PostgresServer", schema: str
) -> None:
    """A run whose connection is cut lives on, though nobody asks anything of it."""
    async with (
        PostgresLedger(postgres_server.dsn, schema=schema) as one,
        PostgresLedger(postgres_server.dsn, schema=schema) as other,
    ):
        await one.is_alive(other.owner)
        cut = postgres_server.ask(WHO.replace("pid", "pg_terminate_backend(pid)"))
        alive: list[bool] = []
        ends_at = CLOCK.now() + 3.0
        while CLOCK.now() < ends_at:
            alive.append(await one.is_alive(other.owner))
            await CLOCK.sleep(0.05)

    assert cut == [(True,)] * 2
    assert all(alive)


async def test_a_connection_that_is_cut_while_it_writes(
    shared_postgres: "PostgresServer",
    schema: str,
    intent: "MakeIntent",
    moment: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was in the midst of being stored is stored over another connection, as if at once."""
    import psycopg  # noqa: PLC0415 - what comes before needs none

    mine = f"query LIKE '%{schema}%' AND application_name = 'linkedapi_async'"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"  # noqa: S608 - of this test
    async with PostgresLedger(shared_postgres.dsn, schema=schema) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        with psycopg.connect(shared_postgres.dsn) as other:
            other.execute(f"SELECT * FROM {schema}.calls FOR UPDATE".encode())  # noqa: S608 - of this test
            note = ledger.note(Change(key="k", mark="m", state=State.DONE))
            while not shared_postgres.ask(f"{cut} AND wait_event_type = 'Lock'"):
                await CLOCK.sleep(0.01)

        did_apply = await note
        row = await ledger.claim(intent("l"), sent_at=moment)

    assert did_apply
    assert row.state is State.SENDING
    assert caplog.messages == []


@pytest.mark.soak
async def test_connections_that_are_cut_at_any_moment(
    shared_postgres: "PostgresServer",
    schema: str,
    intent: "MakeIntent",
    moment: datetime,
    caplog: pytest.LogCaptureFixture,
    *,
    soaking: bool,
) -> None:
    """However often the server ends a connection, all is claimed once, and noted; none seems dead.

    Nothing is told of it but what it costs: time.
    """
    import psycopg  # noqa: PLC0415 - what comes before needs none

    ledgers = [PostgresLedger(shared_postgres.dsn, schema=schema) for _ in range(2)]
    for ledger in ledgers:
        await ledger.open()
    won: list[str] = []
    alive: list[bool] = []
    cut = WHO.replace("pid", "pg_terminate_backend(pid)") + " ORDER BY random() LIMIT 1"
    chance = random.Random(0)

    async def send(ledger: PostgresLedger, key: str) -> None:
        row = await ledger.claim(intent(key, ledger.owner), sent_at=moment)
        if row.mark == ledger.owner and row.state is State.SENDING:
            won.append(row.key)
            assert await ledger.note(Change(key=key, mark=row.mark, state=State.ACCEPTED))
            assert await ledger.note(Change(key=key, mark=row.mark, state=State.DONE))

    async def work(ledger: PostgresLedger) -> None:
        for number in range(100 if soaking else 5):
            await asyncio.gather(*(send(ledger, f"k{number}-{place}") for place in range(20)))
            alive.extend([await ledger.is_alive(other.owner) for other in ledgers])

    working = asyncio.gather(*(work(ledger) for ledger in ledgers))
    with psycopg.connect(shared_postgres.dsn, autocommit=True) as other:
        before = 0
        while not working.done():
            await CLOCK.sleep(chance.uniform(0, 0.03))
            if len(won) + len(alive) > before:  # else nobody would ever get anywhere
                before = len(won) + len(alive)
                other.execute(cut.encode())
    await working
    counts = await ledgers[0].counts()
    for ledger in ledgers:
        await ledger.close()

    assert len(won) == len(set(won)) == counts[State.DONE]
    assert all(alive)
    assert caplog.messages == []


async def test_the_dead_are_found_out(
    shared_postgres: "PostgresServer", schema: str, keep: "Callable[[object, str], Keeper]"
) -> None:
    """A killed run is taken for alive for a moment, and dead then, for everybody at once."""
    keeper = keep(shared_postgres.dsn, schema)
    async with (
        PostgresLedger(shared_postgres.dsn, schema=schema) as one,
        PostgresLedger(shared_postgres.dsn, schema=schema) as other,
    ):
        before = await one.is_alive(keeper.owner)
        keeper.kill()
        began = CLOCK.now()
        async with CLOCK.timer(20):
            while await one.is_alive(keeper.owner):
                await CLOCK.sleep(0.05)
        took = CLOCK.now() - began
        after = [await ledger.is_alive(keeper.owner) for ledger in (one, other)]

    assert before
    assert after == [False, False]
    assert 1.5 < took < 10


async def test_a_run_that_comes_back_lives(shared_postgres: "PostgresServer", schema: str) -> None:
    """Once its lock is held again, a run that was found lost is as good as new."""
    async with (
        PostgresLedger(shared_postgres.dsn, schema=schema) as one,
        PostgresLedger(shared_postgres.dsn, schema=schema) as other,
    ):
        lost = "ALTER TABLE {}.runs ALTER lost_at TYPE timestamptz USING now() - interval '1 day'"
        shared_postgres.ask(lost.format(schema))

        alive = await one.is_alive(other.owner)

        left = shared_postgres.ask(f"TABLE {schema}.runs")
    assert alive
    assert {owner: lost_at is None for owner, lost_at in left} == {
        one.owner: False,
        other.owner: True,
    }
