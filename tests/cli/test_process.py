"""The command line as a process: signals, pipes, missing extras, servers."""

import json
import os
import pty
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "linkedapi_async"]
WITHOUT_EXTRA = """
import sys
sys.modules[sys.argv.pop()] = None
from linkedapi_async.cli import main
main()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@contextmanager
def serving(environment: dict[str, str], *args: str) -> Generator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [*RUN, "sandbox", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def variables_of(process: "subprocess.Popen[str]") -> dict[str, str]:
    """Read the lines a sandbox introduces itself with."""
    found: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if "export " in line:
            name, _, value = line.partition("export ")[2].split()[0].partition("=")
            found[name] = value
        if line.startswith("# export"):
            break
    return found


def test_sandbox_serves_until_interrupted(environment: dict[str, str]) -> None:
    """It prints what a client needs, shows each request, and ends cleanly on Ctrl-C."""
    with serving(environment) as process:
        found = variables_of(process)
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            f"{found['LINKED_API_BASE_URL']}/account",
            headers={
                "linked-api-token": found["LINKED_API_TOKEN"],
                "identification-token": found["IDENTIFICATION_TOKEN"],
            },
        )
        with urllib.request.urlopen(request) as reply:  # noqa: S310 - as above
            assert json.load(reply)["success"] is True
        assert process.stdout is not None
        process.stdout.readline()
        shown = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "main        GET    /account" in shown
    assert "200" in shown
    assert errors == "\nClosed after 1 request.\n"


def test_sandbox_shows_what_went_wrong(environment: dict[str, str]) -> None:
    """Error words, requests that broke off and bytes that are no HTTP have their lines."""
    with serving(environment, "--account", "anna", "--account", "ben") as process:
        found = variables_of(process)
        port = int(found["LINKED_API_BASE_URL"].rpartition(":")[2])
        held = (
            b"POST /account/workflow HTTP/1.1\r\nHost: x\r\naccount-api-token: %s\r\n"
            b"identification-token: %s\r\nContent-Length: 31\r\n\r\n"
            b'{"actionType":"st.retrieveSSI"}'
        ) % (found["ACCOUNT_API_TOKEN"].encode(), found["IDENTIFICATION_TOKEN"].encode())
        told: list[str] = []
        assert process.stdout is not None
        process.stdout.readline()
        for sent in (b"junk", b"GET /account HTTP/1.1\r\nHost: x\r\n\r\n", held):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1 << 16)
            told.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)

    assert "(no HTTP)" in told[0]
    assert "linkedApiTokenRequired" in told[1]
    assert "ben" in told[2]
    assert "(reply broke off)" in told[2]
    assert set(json.loads(shlex.split(found["LINKED_API_ACCOUNTS"])[0])) == {"anna", "ben"}
    assert errors.endswith("Closed after 3 requests.\n")


def test_run_interrupted_tells_the_workflow(environment: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C leaves the workflow running and says how to fetch its result; attaching does."""
    path = tmp_path / "workflow.json"
    path.write_text('{"actionType": "st.retrieveSSI"}')
    with serving(environment, "--duration", "1.5") as process:
        env = environment | variables_of(process)
        del env["ACCOUNT_API_TOKEN"]
        with subprocess.Popen(
            [*RUN, "run", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
            cwd=ROOT,
        ) as running:
            assert running.stderr is not None
            assert "accepted as" in running.stderr.readline()
            running.send_signal(signal.SIGINT)
            output, errors = running.communicate(timeout=30)
        workflow_id = errors.split()[-1]
        attached = subprocess.run(
            [*RUN, "run", "--attach", workflow_id],
            capture_output=True,
            text=True,
            check=False,
            env=env,
            cwd=ROOT,
        )

    assert running.returncode == 130
    assert output == ""
    assert "Traceback" not in errors
    assert workflow_id.startswith("wf-")
    assert attached.returncode == 0
    assert json.loads(attached.stdout)["workflow_id"] == workflow_id


def test_port_in_use_is_told(command: Command) -> None:
    """A taken port is one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = command("sandbox", "--port", str(port))

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"Error: Port {port} of 127.0.0.1 is taken")
    assert ran.stderr.count("\n") == 1


def test_impossible_address_is_told(command: Command) -> None:
    """An address that is not of this machine is one sentence."""
    ran = command("sandbox", "--host", "203.0.113.1")

    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: Cannot listen on 203.0.113.1, port 0: ")


@pytest.mark.parametrize(
    "args",
    [
        ["errors"],
        ["errors", "--json"],
        ["actions"],
        ["operations", "fetchPerson"],
        ["demo", "--speed", "40"],
        ["sandbox"],
        ["account", "--sandbox"],
        ["usage", "--sandbox"],
        ["inbox", "--sandbox"],
        ["admin", "accounts", "--sandbox"],
    ],
)
def test_reader_may_leave(environment: dict[str, str], args: list[str]) -> None:
    """`| head` ends the command without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [*RUN, *args],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.stderr.strip() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.parametrize("args", [["--help"], ["errors"], ["operations", "--json"]])
def test_a_full_disk_is_told(environment: dict[str, str], args: list[str]) -> None:
    """It is no bug of ours."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*RUN, *args],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.returncode == 2
    assert ran.stderr == "Error: Cannot write the standard output: No space left on device.\n"


def test_closed_streams_are_nobody(environment: dict[str, str], tmp_path: Path) -> None:
    """No file takes the number of one that is closed, so that nothing is told into it."""
    jobs = ROOT / "examples" / "jobs.jsonl"
    command = [*RUN, "batch", str(jobs), "--sandbox", "--out", "out", "--ledger", "ledger"]
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.join(command)} <&- >&- 2>&-"],
        check=False,
        env=environment,
        cwd=tmp_path,
    )
    nothing = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.join([*RUN, 'batch', '-', '--sandbox'])} <&-"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )

    assert ran.returncode == 0
    assert len((tmp_path / "out").read_text().splitlines()) == 6
    assert (tmp_path / "ledger").read_bytes().startswith(b"SQLite format 3\0")
    assert nothing.returncode == 2
    assert "standard input holds no rows" in nothing.stderr


def test_nobody_has_to_listen_to_progress(environment: dict[str, str]) -> None:
    """A closed stderr costs the progress, not the result."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [*RUN, "run", "--sandbox", "-"],
            input='{"actionType": "st.retrieveSSI"}',
            stdout=subprocess.PIPE,
            stderr=pipe,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.returncode == 0
    assert json.loads(ran.stdout)["errors"] == []


def test_terminal_shows_that_something_goes_on(environment: dict[str, str]) -> None:
    """On a terminal a line says what is waited for, and what Ctrl-C would do."""
    shown, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stderr:
        ran = subprocess.run(
            [*RUN, "run", "--sandbox", "-"],
            input='{"actionType": "st.retrieveSSI"}',
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            check=False,
            env=environment | {"TERM": "xterm"},
            cwd=ROOT,
        )
    told = os.read(shown, 1 << 16).decode()
    os.close(shown)

    assert ran.returncode == 0
    assert "Ctrl-C leaves the workflow running" in told


def test_interrupted_before_an_answer(environment: dict[str, str]) -> None:
    """Ctrl-C before the service has named a workflow says that nothing is known of it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        tokens = {"LINKED_API_TOKEN": "linked_1", "IDENTIFICATION_TOKEN": "id_1"}
        with subprocess.Popen(
            [*RUN, "run", "--base-url", address, "-"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | tokens,
            cwd=ROOT,
        ) as running:
            assert running.stdin is not None
            running.stdin.write('{"actionType": "st.retrieveSSI"}')
            running.stdin.close()
            running.stdin = None
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                running.send_signal(signal.SIGINT)
                _, errors = running.communicate(timeout=30)

    assert running.returncode == 130
    assert errors == "Error: Interrupted before the service named a workflow.\n"


@pytest.mark.parametrize("name", ["click", "rich"])
def test_missing_extra_is_one_sentence(environment: dict[str, str], name: str) -> None:
    """Without the extra installed the command line says what to install."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA, name],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )

    assert ran.returncode == 2
    assert ran.stderr == (
        "The command line needs click and rich: pip install 'linkedapi-async[cli]'\n"
    )


def test_broken_installation_is_not_blamed_on_the_extra(environment: dict[str, str]) -> None:
    """A module of the package that is missing shows as what it is."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA, "linkedapi_async._version"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )

    assert "ModuleNotFoundError" in ran.stderr
    assert "pip install" not in ran.stderr


def test_importing_the_command_line_is_light(environment: dict[str, str]) -> None:
    """`linkedapi_async.cli` loads neither click nor anything of the client."""
    code = "import sys, linkedapi_async.cli; print({'click', 'rich', 'aiohttp'} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
    )

    assert ran.stdout == "set()\n"


def test_debug_shows_the_traceback(command: Command) -> None:
    """`--debug` adds the traceback that is left out otherwise."""
    env = {"LINKED_API_TOKEN": "linked_1", "IDENTIFICATION_TOKEN": "id_1"}
    args = ["run", "--base-url", "nonsense", "--attach", "wf-1"]

    plain, told = command(*args, env=env), command("--debug", *args, env=env)

    assert plain.returncode == told.returncode == 3
    assert "Traceback" not in plain.stderr
    assert "Traceback" in told.stderr


def test_version_is_told(command: Command) -> None:
    """`--version` names the package and its version."""
    assert command("--version").stdout.startswith("linkedapi-async ")


def test_no_color_is_honoured(command: Command) -> None:
    """NO_COLOR wins over a terminal that could."""
    ran = command("errors", env={"NO_COLOR": "1", "FORCE_COLOR": "1"})

    assert "\x1b[3" not in ran.stdout


def test_a_stdout_without_letters_gets_ascii(environment: dict[str, str]) -> None:
    """A result is JSON wherever it goes: what stdout cannot carry is escaped."""
    ran = subprocess.run(
        [*RUN, "run", "--sandbox", "-"],
        input='{"actionType": "st.retrieveSSI", "label": "Zo\\u00eb"}',
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        cwd=ROOT,
    )

    assert '"Zo\\u00eb"' in ran.stdout
