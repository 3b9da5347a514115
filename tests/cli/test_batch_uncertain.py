import asyncio
import json
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from linkedapi_async._booking import Booking
from linkedapi_async._clock import SystemClock
from linkedapi_async.cli._batch_accounts import Accounts
from linkedapi_async.cli._batch_inquiry import Inquiry
from linkedapi_async.cli._client import Target
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.stores import SqliteLedger
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Reset

Invoke = Callable[..., Result]
Carry = Callable[..., Awaitable[Any]]
Settle = Callable[..., Awaitable[tuple[int, str]]]

PERSON = "https://www.linkedin.com/in/person"


def letter(number: int) -> dict[str, Any]:
    return {
        "account": "main",
        "operation": "sendMessage",
        "key": f"letter-{number}",
        "parameters": {"personUrl": f"{PERSON}{number}", "text": f"Hello {number}!"},
    }


def add(jobs: str, row: dict[str, Any], *, is_alone: bool = False) -> None:
    with Path(jobs).open("w" if is_alone else "a") as file:
        file.write(json.dumps(row))


@pytest.fixture
def jobs(tmp_path: Path) -> str:
    """Three messages, one of which never leaves while the first ones are in doubt."""
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(f"{json.dumps(letter(number))}\n" for number in range(1, 4)))
    return str(path)


@pytest.fixture
async def doubtful(sandbox: Sandbox, carry: Carry, jobs: str) -> str:
    """The ledger of a batch whose first reply was lost, although the service runs the workflow."""
    sandbox.inject(Reset(side="reply", after=0), times=1)
    assert (await carry(sandbox, jobs)).code == 6
    return jobs.replace(".jsonl", ".ledger")


@pytest.fixture
async def refused(sandbox: Sandbox, carry: Carry, jobs: str) -> str:
    """The ledger of a batch whose first request was cut off before the service had read it."""
    sandbox.inject(Reset(side="request", after=0), times=1)
    assert (await carry(sandbox, jobs)).code == 6
    return jobs.replace(".jsonl", ".ledger")


@pytest.fixture
def settle(
    sandbox: Sandbox, clock: FakeClock, jobs: str, capsys: pytest.CaptureFixture[str]
) -> Settle:
    """Ask the service as `--reconcile` does."""

    async def call(where: str, path: str = jobs, **options: bool) -> tuple[int, str]:
        tokens = {"main": str(sandbox.tokens.identification_token)}
        target = Target(None, sandbox.base_url, is_sandbox=False)
        inquiry = Inquiry(
            target, Accounts(("main",), tokens), as_json=options.get("as_json", False)
        )
        capsys.readouterr()
        code = await inquiry.ask(path, where, clock=clock)
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return call


async def invoked(invoke: Invoke, *args: str) -> Result:
    return await asyncio.to_thread(invoke, "batch", *args)


# ── where calls stand ──


async def test_status_counts_the_rows_of_a_file(
    sandbox: Sandbox, carry: Carry, invoke: Invoke, jobs: str, doubtful: str
) -> None:
    """Each where the ledger has it, those that were never begun included."""
    add(jobs, letter(4))

    ran = await invoked(invoke, "status", jobs)
    told = json.loads((await invoked(invoke, "status", jobs, "--json")).stdout)
    whole = json.loads((await invoked(invoke, "status", "--ledger", doubtful, "--json")).stdout)

    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[:3] == [
        "        2  done",
        "        1  uncertain: may have been carried out",
        "        1  not begun",
    ]
    assert "2 of 4 calls answered." in ran.stdout
    assert f"See: linkedapi-async batch uncertain {jobs}" in ran.stdout
    assert {word: number for word, number in told.items() if number} == {
        "total": 4,
        "done": 2,
        "uncertain": 1,
        "new": 1,
    }
    assert {word: number for word, number in whole.items() if number} == {
        "total": 3,
        "done": 2,
        "uncertain": 1,
    }


def test_the_help_tells_what_programs_read(invoke: Invoke, jobs: str) -> None:
    """Each number by its name, and what exit statuses do not tell."""
    Path(ledger_of(jobs)).touch()

    told = invoke("batch", "status", jobs, "--json").stdout
    shown = " ".join(invoke("batch", "status", "--help").stdout.split())

    for word in json.loads(told):
        assert f'"{word}": N' in shown
    assert "exits with 0 whatever it finds" in shown


async def test_status_of_what_runs_elsewhere(invoke: Invoke, jobs: str) -> None:
    """A row that a living process is sending is told so; a dead one's is uncertain, or free."""
    ledger = SqliteLedger(jobs.replace(".jsonl", ".ledger"))
    write = SendMessage(text="Hello 1!", person_url=f"{PERSON}1")
    read = FetchPerson(person_url=f"{PERSON}1")
    async with ledger:
        for key, operation in (("letter-1", write), ("look", read)):
            await Booking(
                ledger, account="main", operation=operation, key=key, clock=SystemClock()
            ).intend()
        alive = json.loads((await invoked(invoke, "status", jobs, "--json")).stdout)
        listed = await invoked(invoke, "uncertain", jobs)
    dead = json.loads((await invoked(invoke, "status", jobs, "--json")).stdout)
    after = json.loads((await invoked(invoke, "uncertain", jobs, "--json")).stdout)
    whole = json.loads(
        (await invoked(invoke, "status", "--ledger", ledger_of(jobs), "--json")).stdout
    )

    assert (alive["sending"], alive["uncertain"]) == (1, 0)
    assert listed.exit_code == 0
    assert (dead["sending"], dead["uncertain"]) == (0, 1)
    assert after["why"] == "its process ended while it was being sent"
    assert (whole["uncertain"], whole["refused"]) == (1, 1)


def ledger_of(jobs: str) -> str:
    return jobs.replace(".jsonl", ".ledger")


@pytest.mark.parametrize("command", ["status", "uncertain"])
def test_a_ledger_that_is_not_there_is_not_made(invoke: Invoke, jobs: str, command: str) -> None:
    """Looking changes nothing."""
    ran = invoke("batch", command, jobs)

    assert ran.exit_code == 2
    assert "There is no ledger" in ran.stderr
    assert list(Path(jobs).parent.iterdir()) == [Path(jobs)]


def test_accounts_that_are_named_have_to_be_readable(
    invoke: Invoke, jobs: str, tmp_path: Path
) -> None:
    """Without any it does, and with a file that is not there it does not."""
    Path(ledger_of(jobs)).touch()

    ran = invoke("batch", "status", jobs, "--accounts", str(tmp_path / "missing.json"))

    assert ran.exit_code == 2
    assert "missing.json" in ran.stderr


# ── listing ──


async def test_uncertain_calls_are_listed(invoke: Invoke, jobs: str, doubtful: str) -> None:
    """Which, for whom, since when, and why nobody knows."""
    ran = await invoked(invoke, "uncertain", jobs)
    told = json.loads((await invoked(invoke, "uncertain", jobs, "--json")).stdout)

    assert ran.exit_code == 6
    assert "letter-1  sendMessage for main, since 20" in ran.stdout
    assert "no reply came" in ran.stdout
    assert "1 call uncertain." in ran.stdout
    assert "--reconcile" in ran.stdout
    assert told["key"] == "letter-1"
    assert told["why"] == "no reply came"


async def test_damaged_rows_are_listed(invoke: Invoke, jobs: str, doubtful: str) -> None:
    """Nobody can tell what becomes of them, so they are shown as they are."""
    with closing(sqlite3.connect(doubtful)) as database:
        database.execute("UPDATE calls SET sent_at = 'never' WHERE key = 'letter-1'")
        database.commit()

    ran = await invoked(invoke, "uncertain", jobs)
    told = json.loads((await invoked(invoke, "uncertain", jobs, "--json")).stdout)
    status = json.loads((await invoked(invoke, "status", jobs, "--json")).stdout)
    whole = json.loads((await invoked(invoke, "status", "--ledger", doubtful, "--json")).stdout)

    assert ran.exit_code == 6
    assert "letter-1" in ran.stdout
    assert "damaged" in told
    assert status["damaged"] == whole["damaged"] == 1


# ── saying what is known ──


async def test_a_person_says_that_it_was_done(
    sandbox: Sandbox, carry: Carry, invoke: Invoke, jobs: str, doubtful: str
) -> None:
    """The next run answers it so, and sends nothing."""
    ran = await invoked(invoke, "uncertain", jobs, "--done", "letter-1", "--yes")
    again = await carry(sandbox, jobs)

    assert ran.stdout == "letter-1 counts as done\n"
    assert again.code == 0
    assert len(sandbox.log.workflows()) == 3


async def test_a_person_has_it_sent_again(
    sandbox: Sandbox, carry: Carry, invoke: Invoke, jobs: str, refused: str
) -> None:
    """The next run sends it, and nothing else."""
    ran = await invoked(invoke, "uncertain", jobs, "--send-again", "letter-1", "--yes")
    again = await carry(sandbox, jobs)

    assert ran.stdout == "letter-1 is sent again by the next run\n"
    assert again.code == 0
    assert len(sandbox.log.effects("st.sendMessage")) == 3


async def test_what_was_said_is_json_for_programs(invoke: Invoke, jobs: str, doubtful: str) -> None:
    """A line for each call."""
    ran = await invoked(invoke, "uncertain", jobs, "--send-again", "letter-1", "--yes", "--json")

    assert json.loads(ran.stdout) == {"key": "letter-1", "settled": "send_again"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks a shell")
@pytest.mark.parametrize(
    "key", ["plain", "two words", "it's", "a\nb", "\x1b]0;t\x07\\'\u202e", "日本", "$HOME"]
)
async def test_keys_are_shown_as_they_are_typed(invoke: Invoke, jobs: str, key: str) -> None:
    """On one line, steering no terminal: what is copied into a shell names the call."""
    async with SqliteLedger(ledger_of(jobs)) as ledger:
        write = SendMessage(text="Hi", thread_id="t")
        await Booking(
            ledger, account="main", operation=write, key=key, clock=SystemClock()
        ).intend()

    listed = (await invoked(invoke, "uncertain", jobs)).stdout.splitlines()
    word = listed[0].partition("  sendMessage for main")[0]
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", f"printf %s {word}", stdout=asyncio.subprocess.PIPE, env={"LC_ALL": "C.UTF-8"}
    )
    typed, _ = await shell.communicate()

    assert typed.decode() == key
    assert (await invoked(invoke, "uncertain", jobs, "--done", key, "--yes")).exit_code == 0


async def test_what_is_not_uncertain_cannot_be_said(
    invoke: Invoke, jobs: str, doubtful: str
) -> None:
    """A slip of the key changes nothing, not even for the others."""
    ran = await invoked(
        invoke, "uncertain", jobs, "--done", "letter-1", "--send-again", "letter-2", "--yes"
    )
    listed = await invoked(invoke, "uncertain", jobs, "--json")

    assert ran.exit_code == 2
    assert "'letter-2' is not uncertain; nothing was changed." in ran.stderr
    assert f"Hint: The list: linkedapi-async batch uncertain --ledger {doubtful}" in ran.stderr
    assert json.loads(listed.stdout)["key"] == "letter-1"


async def test_it_is_asked_whether_that_is_meant(invoke: Invoke, jobs: str, doubtful: str) -> None:
    """Without a terminal and without `--yes` nothing is written."""
    ran = await invoked(invoke, "uncertain", jobs, "--done", "letter-1")

    assert ran.exit_code == 2
    assert "--yes" in ran.stderr
    assert (await invoked(invoke, "uncertain", jobs)).exit_code == 6


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("{jobs}", "--sandbox"), "An embedded sandbox forgets"),
        (("--ledger", "x", "--reconcile"), "--reconcile needs JOBS"),
        (("{jobs}", "--reconcile", "--done", "k"), "neither --done nor --send-again"),
        (("{jobs}", "--done", "k", "--send-again", "k"), "'k' cannot be done and"),
        ((), "Give --ledger: without JOBS"),
    ],
)
def test_options_that_make_no_sense(
    invoke: Invoke, jobs: str, args: tuple[str, ...], message: str
) -> None:
    """They are refused before anything is opened."""
    ran = invoke("batch", "uncertain", *(arg.format(jobs=jobs) for arg in args))

    assert ran.exit_code == 2
    assert message in ran.stderr


# ── asking the service ──


async def test_the_service_says_that_it_was_done(
    sandbox: Sandbox, carry: Carry, settle: Settle, jobs: str, doubtful: str
) -> None:
    """The evidence is shown, and the ledger knows from then on."""
    code, shown = await settle(doubtful)
    again = await carry(sandbox, jobs)

    assert code == 0
    assert "letter-1 was done: " in shown
    assert "1 call asked about: 1 done." in shown
    assert again.code == 0
    assert len(sandbox.log.effects("st.sendMessage")) == 3


async def test_the_service_says_that_it_was_not_done(
    sandbox: Sandbox, carry: Carry, settle: Settle, jobs: str, refused: str
) -> None:
    """It stays uncertain until somebody allows to send it again; then it is sent once."""
    code, shown = await settle(refused)
    sent = len(sandbox.log.effects("st.sendMessage"))
    again = await carry(sandbox, jobs, uncertain="resend")

    assert code == 6
    assert "letter-1 was not done: " in shown
    assert "1 call asked about: 1 not done." in shown
    assert "batch JOBS --uncertain resend" in " ".join(shown.split())
    assert sent == 2
    assert again.code == 0
    assert len(sandbox.log.effects("st.sendMessage")) == 3


async def test_what_stays_open_is_for_a_person(
    sandbox: Sandbox, settle: Settle, doubtful: str
) -> None:
    """A service that does not answer proves nothing, and the next step is told."""
    sandbox.inject("accountNotFound", times=50)

    code, shown = await settle(doubtful)

    assert code == 6
    assert "letter-1 stays open: " in shown
    assert "1 call asked about: 1 open." in shown
    assert "--send-again KEY" in " ".join(shown.split())


async def test_accounts_are_needed_to_ask(invoke: Invoke, jobs: str, doubtful: str) -> None:
    """It is told which ways there are to name them."""
    ran = await invoked(invoke, "uncertain", jobs, "--reconcile")

    assert ran.exit_code == 2
    assert "No account is known to work with." in ran.stderr
    assert "Give --accounts FILE, --discover" in ran.stderr


async def test_findings_are_json_for_programs(
    sandbox: Sandbox, settle: Settle, doubtful: str
) -> None:
    """One line each."""
    _, shown = await settle(doubtful, as_json=True)

    told = json.loads(shown)
    assert (told["key"], told["status"], told["verdict"]) == ("letter-1", "done", "done")
    assert told["evidence"]


async def test_rows_that_the_file_lacks_are_not_asked_about(
    settle: Settle, tmp_path: Path, doubtful: str
) -> None:
    """The ledger holds no payload; who has lost the file has to look."""
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(letter(9)))

    code, shown = await settle(doubtful, str(other))

    assert code == 6
    assert "1 uncertain call not in" in shown


async def test_only_what_is_named_is_marked(invoke: Invoke, jobs: str) -> None:
    """Other uncertain calls stay so, and those of a rehearsal or that only read are none."""
    ledger = SqliteLedger(ledger_of(jobs))
    read, write = FetchPerson(person_url=f"{PERSON}1"), SendMessage(text="Hi", thread_id="t")
    work = {"one": write, "two": write, "look": read, "sandbox:three": write}
    async with ledger:
        for key, operation in work.items():
            await Booking(
                ledger, account="main", operation=operation, key=key, clock=SystemClock()
            ).intend()

    await invoked(invoke, "uncertain", jobs, "--done", "one", "--yes")
    left = await invoked(invoke, "uncertain", jobs, "--json")

    assert json.loads(left.stdout)["key"] == "two"


async def test_nothing_is_asked_where_nothing_is_uncertain(
    sandbox: Sandbox, carry: Carry, settle: Settle, jobs: str
) -> None:
    """No request leaves for it."""
    await carry(sandbox, jobs)
    before = len(sandbox.log.requests())

    code, shown = await settle(ledger_of(jobs))

    assert (code, shown) == (0, "No call is uncertain.\n")
    assert len(sandbox.log.requests()) == before


async def test_status_of_what_is_done(
    sandbox: Sandbox, carry: Carry, invoke: Invoke, jobs: str
) -> None:
    """There is nothing to settle, and nothing says so."""
    await carry(sandbox, jobs)

    ran = await invoked(invoke, "status", jobs)

    assert ran.stdout == "        3  done\n\n3 of 3 calls answered.\n"


async def test_reconciling_from_the_command_line(invoke: Invoke, jobs: str, tmp_path: Path) -> None:
    """Tokens come from where a run takes them."""
    async with Sandbox() as sandbox:
        env = {
            "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
            "IDENTIFICATION_TOKEN": sandbox.tokens.identification_token,
            "LINKED_API_BASE_URL": sandbox.base_url,
        }
        add(jobs, {"operation": "retrieveSSI"}, is_alone=True)
        first = await asyncio.to_thread(invoke, "batch", jobs, "--policy", "service", env=env)
        ran = await asyncio.to_thread(invoke, "batch", "uncertain", jobs, "--reconcile", env=env)

    assert (first.exit_code, ran.exit_code) == (0, 0)
    assert ran.stderr == "No call is uncertain.\n"
