"""The ledger in a file: what it refuses, and what it survives."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedapi_async import ConfigurationError, LedgerError
from linkedapi_async.ledger import Change, Row, State
from linkedapi_async.stores import SqliteLedger, open_ledger
from linkedapi_async.stores._rows import PAGE

if TYPE_CHECKING:
    from .conftest import Keeper, MakeIntent

FULL = Path(__file__).with_name("full.py")
DONE = Change(key="k", mark="m", state=State.DONE)


def ask(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """Have SQLite itself do something to a file; return what the last statement finds."""
    found: list[tuple[object, ...]] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            found = connection.execute(statement).fetchall()
    return found


def join(folder: Path, link: Path) -> None:
    """Make a folder and a link to it."""
    folder.mkdir()
    link.symlink_to(folder)


def touch(path: Path) -> None:
    """Make an empty file."""
    path.touch()


def content(path: Path) -> bytes:
    """Return what a file holds."""
    return path.read_bytes()


def allow(path: Path, mode: int) -> None:
    """Say who may do what with a file or folder."""
    path.chmod(mode)


def remove(path: Path) -> None:
    """Remove a file."""
    path.unlink()


def spoil(path: Path, rubbish: bytes) -> None:
    """Write something else over a file."""
    path.write_bytes(rubbish)


def names_in(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(file.name for file in folder.iterdir())


def modes_in(folder: Path) -> dict[str, int]:
    """Return who may do what with the files of a folder."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def refused(path: Path | str, **options: float) -> str:
    """Return why a ledger cannot be opened."""
    with pytest.raises(LedgerError) as caught:
        await SqliteLedger(path, **options).open()
    assert caught.value.code == "ledgerUnusable"
    assert repr(str(path)) in caught.value.message
    return caught.value.message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is."""
    return tmp_path / "my ledger%20?.db"


@pytest.fixture
def common_user() -> Iterator[Path]:
    """A folder of a user who is not above permissions, as whom the test runs."""
    folder = Path(tempfile.mkdtemp(prefix="ledger"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    folder.chmod(0o700)
    shutil.rmtree(folder)


async def test_only_its_user_may_read_it(
    path: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """All files that a new ledger consists of are closed to others; one is left in the end."""
    old = os.umask(0)
    try:
        async with SqliteLedger(path) as ledger:
            await ledger.claim(intent(), sent_at=moment)
            modes = modes_in(path.parent)
    finally:
        os.umask(old)

    name = path.name
    names = {name, f"{name}-wal", f"{name}-shm", f"{name}-run-{ledger.owner}"}
    assert modes == dict.fromkeys(names, 0o600)
    assert names_in(path.parent) == [name]


async def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    """What `touch` or `mktemp` made will do."""
    touch(path)

    async with SqliteLedger(path) as ledger:
        assert await ledger.look(["k"]) == {}

    (found,) = ask(path, "PRAGMA journal_mode")
    assert found == ("wal",)


async def test_another_way_to_the_same_file(path: Path, tmp_path: Path) -> None:
    """Runs that reach the ledger through a link and without it know of each other."""
    link = tmp_path / "elsewhere"
    here = tmp_path / "here"
    join(here, link)
    async with SqliteLedger(here / "l.db") as one, SqliteLedger(link / "l.db") as other:
        alive = [await one.is_alive(other.owner), await other.is_alive(one.owner)]

    assert alive == [True, True]


async def test_a_missing_folder(path: Path) -> None:
    """It is named, and nothing is created."""
    told = await refused(path.parent / "missing" / "ledger.db")

    assert "no folder" in told
    assert not (path.parent / "missing").exists()


async def test_a_folder_in_its_place(tmp_path: Path) -> None:
    """A folder is no ledger."""
    assert "it is a folder" in await refused(tmp_path)


async def test_what_no_file_can_be(tmp_path: Path) -> None:
    """Links that lead nowhere, devices and pipes, and names that are too long are told as that."""
    loop, pipe = tmp_path / "loop", tmp_path / "pipe"
    loop.symlink_to(loop)
    os.mkfifo(pipe)

    assert "cannot be opened" in await refused(loop)
    assert "no ordinary file" in await refused(pipe)
    assert "no ordinary file" in await refused("/dev/null")
    assert "choose a shorter name" in await refused(tmp_path / ("x" * 240))


@pytest.mark.parametrize("path", ["a\0b", "half \ud800 a letter"])
def test_what_no_name_can_be(path: str) -> None:
    """A name that no file can have is refused at once."""
    with pytest.raises(ConfigurationError, match="names no file"):
        SqliteLedger(path)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """Whoever stands in a folder that was removed has to name the whole path."""
    with contextlib.chdir(tmp_path):
        tmp_path.rmdir()

        with pytest.raises(ConfigurationError, match="whole path"):
            SqliteLedger("tonight.ledger")


async def test_where_it_was_named_is_where_it_is(tmp_path: Path) -> None:
    """A relative path is one of the folder in which the ledger was made, wherever it is opened."""
    other = tmp_path / "other"
    other.mkdir()
    with contextlib.chdir(tmp_path):
        ledger = SqliteLedger("tonight.ledger")
    with contextlib.chdir(other):
        async with ledger:
            pass

    assert names_in(tmp_path) == ["other", "tonight.ledger"]
    assert names_in(other) == []


async def test_a_file_that_is_no_database(path: Path) -> None:
    """It is refused, and stays as it is."""
    touch(path)
    spoil(path, b"an important letter\n" * 500)
    before = content(path)

    assert "no SQLite database" in await refused(path)
    assert content(path) == before


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE calls (key TEXT)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"],
)
async def test_a_database_of_something_else(path: Path, statement: str) -> None:
    """It is refused, and stays as it is."""
    ask(path, statement)
    before = content(path)

    assert "database of something else" in await refused(path)
    assert content(path) == before


async def test_another_version(path: Path) -> None:
    """Both versions are named, and the file stays as it is."""
    async with SqliteLedger(path):
        pass
    ask(path, "PRAGMA user_version = 7")
    before = content(path)

    told = await refused(path)

    assert "of version 7" in told
    assert "writes 1" in told
    assert content(path) == before


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_folder_that_cannot_be_written(common_user: Path, *, is_new: bool) -> None:
    """Neither can a ledger be made there nor used, since SQLite needs files beside it."""
    path = common_user / "ledger.db"
    if not is_new:
        async with SqliteLedger(path):
            pass
    allow(common_user, 0o500)

    assert "allow this user" in await refused(path)


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_file_that_cannot_be_written(common_user: Path, *, is_new: bool) -> None:
    """A ledger that is read-only is refused when it is opened, an empty file too."""
    path = common_user / "ledger.db"
    touch(path)
    if not is_new:
        async with SqliteLedger(path):
            pass
    allow(path, 0o400)

    assert "allow this user to write" in await refused(path)


async def test_a_file_that_cannot_be_read(common_user: Path) -> None:
    """A file of somebody else is refused."""
    path = common_user / "ledger.db"
    path.touch(0o000)

    assert "allow this user" in await refused(path)


async def test_a_file_that_is_locked(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """Whoever writes for too long is told of, and once it has ended the same ledger works on."""
    async with SqliteLedger(path, busy_timeout=0.1) as ledger:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            opening = await refused(path, busy_timeout=0.1)
            with pytest.raises(LedgerError, match="another process") as caught:
                await ledger.claim(intent(), sent_at=moment)

        row = await ledger.claim(intent(), sent_at=moment)

    assert "another process" in opening
    assert caught.value.code == "ledgerUnusable"
    assert row.mark == "m"


async def test_a_database_that_is_turned_into_a_ledger_while_locked(path: Path) -> None:
    """Whoever makes a ledger of an empty file is waited for, but not for ever."""
    touch(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert "another process" in await refused(path, busy_timeout=0.1)

    async with SqliteLedger(path) as ledger:
        assert await ledger.look(["k"]) == {}


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE"])
async def test_somebody_who_keeps_the_old_mode(path: Path, begin: str) -> None:
    """A file that somebody reads or writes cannot change its mode; that is waited for, too."""
    async with SqliteLedger(path):
        pass
    ask(path, "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(begin)
        other.execute("SELECT * FROM calls").fetchall()

        assert "another process" in await refused(path, busy_timeout=0.1)

    async with SqliteLedger(path) as ledger:
        assert await ledger.look(["k"]) == {}


async def test_a_ledger_that_is_removed(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """What would be written to a file that nobody can find again is refused."""
    async with SqliteLedger(path) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        remove(path)

        with pytest.raises(LedgerError, match="was removed"):
            await ledger.claim(intent("l"), sent_at=moment)

        touch(path)
        with pytest.raises(LedgerError, match="another file"):
            await ledger.claim(intent("l"), sent_at=moment)


async def test_a_log_that_is_removed(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """What would be written to a log that nobody reads again is refused, and not told as stored."""
    async with SqliteLedger(path) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        remove(path.with_name(f"{path.name}-wal"))

        with pytest.raises(LedgerError, match="-wal' was removed"):
            await ledger.claim(intent("l"), sent_at=moment)


async def test_a_sign_that_is_removed(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """A run that somebody tidied up after shows itself again before it sends the next time."""
    async with SqliteLedger(path) as ledger, SqliteLedger(path) as other:
        remove(path.with_name(f"{path.name}-run-{ledger.owner}"))
        before = await other.is_alive(ledger.owner)

        row = await ledger.claim(intent(), sent_at=moment)

        after = await other.is_alive(row.owner)
    assert (before, after) == (False, True)
    assert names_in(path.parent) == [path.name]


async def test_a_folder_that_is_closed(
    common_user: Path, intent: "MakeIntent", moment: datetime
) -> None:
    """A file that cannot be looked at any more is not told as removed."""
    path = common_user / "ledger.db"
    async with SqliteLedger(path) as ledger:
        await ledger.claim(intent(), sent_at=moment)
        allow(common_user, 0o000)
        with pytest.raises(LedgerError, match="Permission denied; allow this user"):
            await ledger.claim(intent("l"), sent_at=moment)
        allow(common_user, 0o700)

        row = await ledger.claim(intent("l"), sent_at=moment)

    assert row.state is State.SENDING


async def test_a_corrupt_file(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """Pages full of rubbish are told as that."""
    async with SqliteLedger(path) as ledger:
        await ledger.claim(intent(), sent_at=moment)
    spoil(path, content(path)[:4096] + b"\xa5" * 40_000)

    async with SqliteLedger(path) as ledger:
        with pytest.raises(LedgerError, match="corrupt"):
            await ledger.claim(intent("l"), sent_at=moment)
        with pytest.raises(LedgerError, match="corrupt"):
            await ledger.look(["k"])


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("state = 'maybe'", "'maybe' is not a valid State"),
        ("sent_at = 'yesterday'", "yesterday"),
        ("sent_at = '2026-01-05T09:00:00'", "no time zone"),
        ("mark = ''", "mark is ''"),
        ("mark = x'00ff'", "mark is b"),
        ("payload = x'00ff'", "payload is b"),
        ("mark = CAST(x'ff' AS TEXT)", r"mark is '\udcff'"),
        ("state = printf('%.*c', 9999, 'x')", "xxxx"),
        ("sent_at = '0001-01-01T00:00:00+14:00'", "out of range"),
        ("ended_at = 'tomorrow'", "tomorrow"),
        ("ended_at = x'00ff'", "ended_at is b"),
        ("workflow_id = x'00ff'", "workflow_id is b"),
        ("workflow_id = CAST(x'ff' AS TEXT)", r"workflow_id is '\udcff'"),
        ("workflow_id = ''", "workflow_id is ''"),
        ("outcome = x'00ff'", "outcome is b"),
    ],
)
async def test_a_damaged_row(
    path: Path, intent: "MakeIntent", moment: datetime, assignment: str, told: str
) -> None:
    """A row that cannot be read is never sent; the others are not affected."""
    async with SqliteLedger(path) as ledger:
        for key in ("j", "k", "l"):
            await ledger.claim(intent(key), sent_at=moment)
        ask(path, f"UPDATE calls SET {assignment} WHERE key = 'k'")  # noqa: S608 - of this test

        found = await ledger.look(["j", "k"])
        everything = [row async for row in ledger.rows()]
        damage = found["k"]
        with pytest.raises(LedgerError, match="is damaged") as claimed:
            await ledger.claim(intent(), sent_at=moment)
        with pytest.raises(LedgerError, match="is damaged"):
            await ledger.note(DONE)
        others = await ledger.claim(intent("m"), sent_at=moment)

    assert isinstance(damage, LedgerError)
    assert damage.code == claimed.value.code == "ledgerDamaged"
    assert told in damage.message
    assert "'k'" in damage.message
    assert len(damage.message) < 250
    assert [type(row) for row in everything] == [Row, LedgerError, Row]
    assert isinstance(found["j"], Row)
    assert others.state is State.SENDING


async def test_letters_that_are_none(path: Path, intent: "MakeIntent", moment: datetime) -> None:
    """A text that is no UTF-8 hides no other row, and reading never goes round in circles."""
    async with SqliteLedger(path) as ledger:
        keys = [f"k{number:03}" for number in range(PAGE - 1)]
        await asyncio.gather(*(ledger.claim(intent(key), sent_at=moment) for key in keys))
        columns = "account, operation, payload, state, mark, owner, sent_at"
        ask(
            path,
            f"INSERT INTO calls (key, {columns}) "  # noqa: S608 - of this test
            f"SELECT CAST(x'6bff' AS TEXT), {columns} FROM calls WHERE key = 'k000'",
        )

        with pytest.raises(LedgerError, match="cannot be asked"):
            assert [row async for row in ledger.rows()]
        counts = await ledger.counts()

    assert counts[State.SENDING] == PAGE


async def test_reading_takes_little_memory(path: Path) -> None:
    """Rows that hold long searches are read some at a time, and let go of."""
    async with SqliteLedger(path) as ledger:
        ask(
            path,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
            "INSERT INTO calls SELECT printf('k%07d', i), 'a', 'o', 'p', 'done', 'm', 'o', "
            "'2026-01-05T09:00:00.000000+00:00', NULL, 'wf', printf('%.*c', 100000, 'x') FROM n",
        )
        tracemalloc.start()
        try:
            lengths = [len(row.outcome or "") async for row in ledger.rows() if type(row) is Row]
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert lengths == [100_000] * 1_000
    assert peak < 30_000_000


async def test_the_dead_are_cleared_away(
    path: Path, keep: "Callable[[object, str], Keeper]"
) -> None:
    """What a killed run has left is removed by whoever asks for it, and what is alive stays."""
    keeper = keep(path, "")
    async with SqliteLedger(path) as ledger:
        before = await ledger.is_alive(keeper.owner)
        keeper.kill()

        after = await ledger.is_alive(keeper.owner)
        left = [name for name in names_in(path.parent) if "-run-" in name]

    assert before
    assert not after
    assert left == [f"{path.name}-run-{ledger.owner}"]


async def test_opening_clears_away_the_dead(
    path: Path, keep: "Callable[[object, str], Keeper]"
) -> None:
    """What runs left that were killed long ago is removed; living and young ones keep theirs."""
    living, killed, broken, young = keep(path, "").owner, "0" * 16, "1" * 16, "2" * 16
    for owner in (living, killed, broken, young):
        sign = path.with_name(f"{path.name}-run-{owner}")
        if owner == broken:
            sign.write_bytes(b"no database" * 100)
        sign.touch()
        if owner != young:
            os.utime(sign, (0, 0))

    async with SqliteLedger(path) as ledger:
        left = {name for name in names_in(path.parent) if "-run-" in name}

    kept = {living, broken, young, ledger.owner}
    assert left == {f"{path.name}-run-{owner}" for owner in kept}


@pytest.mark.parametrize("name", ["tonight-run-2", "tonight-run-0123456789abcdef"])
async def test_opening_clears_away_no_other_ledger(
    tmp_path: Path, intent: "MakeIntent", moment: datetime, name: str
) -> None:
    """A ledger may have whatever name: one that looks like the sign of a run loses nothing."""
    async with SqliteLedger(tmp_path / name) as ledger:
        await ledger.claim(intent(), sent_at=moment)
    os.utime(tmp_path / name, (0, 0))

    async with SqliteLedger(tmp_path / "tonight") as ledger:
        alive = await ledger.is_alive(name.removeprefix("tonight-run-"))

    assert not alive
    assert names_in(tmp_path) == ["tonight", name]
    async with SqliteLedger(tmp_path / name) as ledger:
        assert (await ledger.counts())[State.SENDING] == 1


async def test_a_sign_that_cannot_be_judged(path: Path) -> None:
    """Whether a run works is never guessed."""
    async with SqliteLedger(path) as ledger:
        path.with_name(f"{path.name}-run-{'0' * 16}").write_bytes(b"no database" * 100)

        with pytest.raises(LedgerError, match="no SQLite database"):
            await ledger.is_alive("0" * 16)


@pytest.mark.parametrize("spare", [0, 3_000, 6_000, 20_000, 200_000])
def test_a_full_disk(path: Path, spare: int) -> None:
    """A claim that does not fit is refused; with room again the same ledger loses nothing.

    The file may grow by `spare` bytes, as the system enforces it for one process.
    """
    line = [sys.executable, str(FULL), str(path), str(spare)]

    ran = subprocess.run(line, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    told = dict(word.split("=", 1) for word in ran.stdout.splitlines())
    assert "the disk" in told["refused"]
    assert told["code"] == "ledgerUnusable"
    assert told["noted"] == "LedgerError"
    assert told["kept"] == "done"
    assert told["stored"] == told["claimed"]


@pytest.mark.skipif(
    os.geteuid() != 0 or not sys.platform.startswith("linux"), reason="mounts a disk"
)
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """The same on a file system of a few pages."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        line = [sys.executable, str(FULL), str(disk / "ledger.db"), "fill"]
        ran = subprocess.run(line, capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["/bin/umount", str(disk)], check=True)

    assert ran.returncode == 0, ran.stderr
    told = dict(word.split("=", 1) for word in ran.stdout.splitlines())
    assert "the disk is full" in told["refused"]
    assert told["noted"] == "LedgerError"
    assert told["kept"] == "done"
    assert told["stored"] == told["claimed"]


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_ledger_that_would_be_forgotten(path: str) -> None:
    """A ledger in memory is refused at once."""
    with pytest.raises(ConfigurationError, match="outlives no process"):
        SqliteLedger(path)


@pytest.mark.parametrize("make", [str, Path], ids=["text", "path"])
async def test_open_ledger_takes_a_path(path: Path, make: Callable[[Path], str | Path]) -> None:
    """A path is a file."""
    ledger = open_ledger(make(path))

    assert isinstance(ledger, SqliteLedger)
    assert repr(ledger) == f"SqliteLedger({str(path)!r})"


def test_open_ledger_refuses_what_it_does_not_know() -> None:
    """An address of something else is named by its kind alone."""
    with pytest.raises(ConfigurationError, match="mysql://…") as caught:
        open_ledger("mysql://root:secret@host/db")

    assert "secret" not in str(caught.value)
