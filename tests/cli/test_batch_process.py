"""Batches as processes: stopped, killed and looked at; the service's log is the judge."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

import pytest

from linkedapi_async._clock import SystemClock
from linkedapi_async.testing import Sandbox

if sys.platform != "win32":
    import pty

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "linkedapi_async", "batch"]
ACCOUNTS = tuple(f"a{number}" for number in range(6))
DURATION = 0.2
MORE_THAN_A_PIPE_HOLDS = b"\n" * 200_000
CLOCK = SystemClock()
PATIENCE = 60.0

Ending: TypeAlias = Literal["kill", "once", "twice", "term", "hup"]


def letters(path: Path, count: int) -> str:
    rows = [
        {
            "account": ACCOUNTS[number % len(ACCOUNTS)],
            "operation": "sendMessage",
            "key": f"letter-{number}",
            "parameters": {
                "personUrl": f"https://www.linkedin.com/in/person{number + 1}",
                "text": f"Hello {number}!",
            },
        }
        for number in range(count)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def variables(sandbox: Sandbox, environment: Mapping[str, str]) -> dict[str, str]:
    tokens = {one.alias: str(one.identification_token) for one in sandbox.accounts}
    return {
        **environment,
        "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
        "LINKED_API_ACCOUNTS": json.dumps(tokens),
        "LINKED_API_BASE_URL": sandbox.base_url,
    }


async def start(env: Mapping[str, str], *args: str, **options: Any) -> Process:
    given: dict[str, Any] = {"stdout": PIPE, "stderr": PIPE, "env": env, "cwd": ROOT}
    given["preexec_fn"] = heed
    return await asyncio.create_subprocess_exec(
        *RUN, *args, "--policy", "service", **{**given, **options}
    )


def heed() -> None:
    """Heed what the tests may have been started to ignore, as in the background of a script."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


async def said(process: Process, word: str) -> str:
    """Return what a process told until it said a word."""
    assert process.stderr is not None
    told = ""
    while word not in told:
        line = (await process.stderr.readline()).decode()
        assert line, f"it ended without a word of {word!r}: {told}"
        told += line
    return told


def judge(sandbox: Sandbox, out: Path, count: int) -> None:
    """Every row has its result, and nothing was done twice."""
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    states = {row["key"]: row["status"] for row in rows}
    assert len(rows) == len(states) == count
    assert set(states.values()) <= {"done", "uncertain"}
    sent = Counter(cast("Any", one.document)["text"] for one in sandbox.log.workflows())
    assert set(sent.values()) <= {1}
    done = {f"Hello {key.partition('-')[2]}!" for key, state in states.items() if state == "done"}
    assert done <= set(sent)


# ── ended before their time ──


@pytest.mark.soak
@pytest.mark.parametrize("ending", get_args(Ending))
async def test_ended_anywhere_and_run_again(
    ending: Ending, environment: dict[str, str], tmp_path: Path, *, soaking: bool
) -> None:
    """The same command goes on: every row is answered, and nothing is done twice or lost."""
    rounds = 20 if soaking else 2
    count = 120 if soaking else 24
    instants = random.Random(ending)
    jobs, out = letters(tmp_path / "jobs.jsonl", count), tmp_path / "results.jsonl"
    async with Sandbox(accounts=ACCOUNTS, duration=DURATION) as sandbox:
        env = variables(sandbox, environment)
        for _ in range(rounds):
            process = await start(env, jobs, "--out", str(out))
            told = await said(process, "answered")
            try:
                async with sandbox.clock.timer(instants.uniform(0.0, 1.5)):
                    await process.wait()
            except TimeoutError:
                code, more = await end(process, ending, instants)
                assert "Traceback" not in told + more
                if ending != "kill" and f"{count} of {count} answered" not in more:
                    assert code in {130, -signal.SIGINT}  # the latter as Python itself ends
                    assert "The same command goes on where this stopped" in more
        process = await start(env, jobs, "--out", str(out))
        async with sandbox.clock.timer(PATIENCE):
            _, errors = await process.communicate()

        assert process.returncode in {0, 1, 6}, errors
        judge(sandbox, out, count)
        if ending != "kill":
            assert process.returncode != 6, errors


async def end(process: Process, ending: Ending, instants: random.Random) -> tuple[int, str]:
    """End a process; return its exit code and what it told."""
    if ending == "kill":
        process.kill()
    elif ending == "term":
        process.terminate()
    elif ending == "hup":
        process.send_signal(signal.SIGHUP)
    else:
        process.send_signal(signal.SIGINT)
    if ending == "twice":
        try:
            async with CLOCK.timer(instants.uniform(0.0, 0.05)):
                await process.wait()
        except TimeoutError:
            process.send_signal(signal.SIGINT)
    async with CLOCK.timer(PATIENCE):
        _, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, errors.decode()


async def test_ctrl_c_says_what_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    """Once stops starting; what runs is left to the service, and the next run fetches it."""
    jobs = letters(tmp_path / "jobs.jsonl", 12)
    async with Sandbox(accounts=ACCOUNTS, duration=0.4) as sandbox:
        env = variables(sandbox, environment)
        process = await start(env, jobs)
        await said(process, "waiting")
        while not sandbox.log.workflows():
            await sandbox.clock.sleep(0)
        process.send_signal(signal.SIGINT)
        told = await said(process, "same command")
        await process.communicate()
        again = await start(env, jobs)
        output, errors = await again.communicate()

    assert process.returncode == 130
    assert "Stopping: nothing more is started" in told
    assert "Ctrl-C again leaves now" in " ".join(told.split())
    assert "Interrupted. " in told
    assert again.returncode in {0, 1}, errors  # some people take no messages of strangers
    assert len(output.splitlines()) == 12
    assert len(sandbox.log.workflows()) == 12


async def test_a_closed_terminal_loses_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    """It stops as after Ctrl-C, though nobody can be told; the next run fetches what ran."""
    jobs, out = letters(tmp_path / "jobs.jsonl", 12), tmp_path / "results.jsonl"
    shown, terminal = pty.openpty()
    async with Sandbox(accounts=ACCOUNTS, duration=0.4) as sandbox:
        env = variables(sandbox, environment) | {"TERM": "xterm"}
        process = await start(env, jobs, "--out", str(out), stdout=terminal, stderr=terminal)
        os.close(terminal)
        while not sandbox.log.workflows():
            await sandbox.clock.sleep(0)
        os.close(shown)
        process.send_signal(signal.SIGHUP)
        code = await process.wait()
        again = await start(env, jobs, "--out", str(out))
        _, errors = await again.communicate()

        assert code == 130
        assert again.returncode in {0, 1}, errors
        judge(sandbox, out, 12)


async def test_nohup_is_honoured(environment: dict[str, str], tmp_path: Path) -> None:
    """Where hanging up was to be ignored, it is."""
    jobs = letters(tmp_path / "jobs.jsonl", 6)
    async with Sandbox(accounts=ACCOUNTS, duration=0.4) as sandbox:
        process = await start(
            variables(sandbox, environment),
            jobs,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        while not sandbox.log.workflows():
            await sandbox.clock.sleep(0)
        process.send_signal(signal.SIGHUP)
        output, _ = await process.communicate()

    assert process.returncode in {0, 1}
    assert len(output.splitlines()) == 6


async def test_interrupted_while_rows_are_checked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Nothing was sent, and there is nothing to say."""
    reading, writing = os.pipe()
    process = await start(environment, "-", "--sandbox", stdin=reading)
    os.close(reading)
    await asyncio.to_thread(os.write, writing, MORE_THAN_A_PIPE_HOLDS)  # so it is being read
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    os.close(writing)

    assert process.returncode == 130
    assert errors == b""


# ── who looks ──


def test_the_reader_of_results_may_leave(environment: dict[str, str], tmp_path: Path) -> None:
    """`| head` ends the batch without a traceback, and it is told how to go on."""
    jobs = letters(tmp_path / "jobs.jsonl", 6)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [*RUN, jobs, "--sandbox"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.returncode == 130
    assert "Traceback" not in ran.stderr
    assert "Error" not in ran.stderr
    assert re.search(r"^[1-6] of 6 answered: ", ran.stderr, re.MULTILINE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_results_that_find_no_room_are_told(environment: dict[str, str], tmp_path: Path) -> None:
    """A full disk behind the standard output is no bug of ours."""
    jobs = letters(tmp_path / "jobs.jsonl", 1)
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*RUN, jobs, "--sandbox"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.returncode == 2
    assert "Error: Cannot write the standard output: No space left on device." in ran.stderr
    assert "Hint: Mend that and run the same command again" in ran.stderr


def test_nobody_has_to_look(environment: dict[str, str], tmp_path: Path) -> None:
    """A closed stderr costs the progress, not the results."""
    jobs = letters(tmp_path / "jobs.jsonl", 6)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [*RUN, jobs, "--sandbox"],
            stdout=subprocess.PIPE,
            stderr=pipe,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.returncode == 0
    assert len(ran.stdout.splitlines()) == 6


def test_a_terminal_shows_a_display_and_results(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Results stand above it, and the summary below them at the end."""
    jobs = letters(tmp_path / "jobs.jsonl", 6)
    shown, terminal = pty.openpty()
    ran = subprocess.Popen(
        [*RUN, jobs, "--sandbox"],
        stdout=terminal,
        stderr=terminal,
        env=environment | {"TERM": "xterm", "COLUMNS": "100"},
        cwd=ROOT,
    )
    os.close(terminal)
    told = everything(shown)

    assert ran.wait() == 0
    assert "of 6 answered" in told
    assert "Ctrl-C stops; the same command goes on later" in told
    assert told.count('{"key": "letter-') == 6
    assert told.rstrip().endswith("6 of 6 answered: 6 done.\x1b[0m")


def everything(shown: int) -> str:
    """Return all that a terminal was sent, until nobody holds it any more."""
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(shown, 1 << 16)
        except OSError:  # how Linux tells the end
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(shown)
    return b"".join(pieces).decode()


def test_a_terminal_is_asked_before_anything_is_marked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """A no leaves it uncertain; what somebody else has settled meanwhile is left alone."""
    where = tmp_path / "jobs.ledger"
    doubtful = (
        "import asyncio, sys\n"
        "from linkedapi_async._booking import Booking\n"
        "from linkedapi_async._clock import SystemClock\n"
        "from linkedapi_async.operations import SendMessage\n"
        "from linkedapi_async.stores import SqliteLedger\n"
        "async def main():\n"
        "    async with SqliteLedger(sys.argv[1]) as ledger:\n"
        "        message = SendMessage(text='Hello!', thread_id='t')\n"
        "        await Booking(ledger, account='main', operation=message, key='k',"
        " clock=SystemClock()).intend()\n"
        "asyncio.run(main())\n"
    )
    subprocess.run(
        [sys.executable, "-c", doubtful, str(where)], check=True, env=environment, cwd=ROOT
    )
    mark = [*RUN, "uncertain", "--ledger", str(where), "--done", "k"]

    no = answer(mark, environment, b"n\n")
    listed = subprocess.run(
        [*RUN, "uncertain", "--ledger", str(where)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )
    yes = answer(mark, environment, b"y\n", meanwhile=[*mark, "--yes"])

    assert no[0] == 130
    assert "Mark 1 call as done? [y/N]" in no[1]
    assert "Nothing was changed." in no[1]
    assert listed.returncode == 6
    assert "its process ended while it was being sent" in listed.stdout
    assert yes[0] == 0
    assert "k was settled by somebody else meanwhile" in yes[1]


def answer(
    command: list[str],
    environment: dict[str, str],
    text: bytes,
    meanwhile: list[str] | None = None,
) -> tuple[int, str]:
    """Run a command on a terminal and answer its question; return exit code and what it showed."""
    shown, terminal = pty.openpty()
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, cwd=ROOT
    )
    os.close(terminal)
    told = b""
    while b"]:" not in told:
        told += os.read(shown, 1 << 16)
    if meanwhile is not None:
        subprocess.run(meanwhile, check=True, env=environment, cwd=ROOT, capture_output=True)
    os.write(shown, text)
    rest = everything(shown)
    return process.wait(), told.decode() + rest
