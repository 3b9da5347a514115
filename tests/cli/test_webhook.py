import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from click.testing import Result

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.admin import LinkedApiAdmin
from linkedapi_async.cli.sandbox import _delivery
from linkedapi_async.testing import DeliveryAttempted, Sandbox

Invoke = Callable[..., Result]

ROOT = Path(__file__).parents[2]
VARIABLE = "LINKED_API_WEBHOOK_SECRET"
EVENTS: list[tuple[str, JsonObject, str]] = [
    ("workflow.completed", {"workflowId": "wf-1", "status": "failed"}, "wf-1 failed"),
    ("account.frozen", {"accountId": "acc-1", "status": "frozen"}, "account acc-1"),
    (
        "inbox.messageReceived",
        {"personPublicUrl": "https://www.linkedin.com/in/anna", "text": "a\x1b[2J\nb"},
        "anna: a [2J b",
    ),
    ("inbox.messageSent", {"personHashedUrl": "https://x/in/ACo", "text": "b"}, "aco: b"),
    ("inbox.messageSent", {"text": "b"}, ": b"),
    ("network.connectionAdded", {"personUrl": "https://www.linkedin.com/in/ben"}, "ben"),
    ("webhook.test", {"message": "hello"}, "hello"),
    ("something.new", {"a": 1}, ""),
]


def has_ipv6() -> bool:
    """Return whether this machine has an IPv6 address of its own."""
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


class _Listening:
    """A command that listens, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.address = ""

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().rstrip("\n")

    async def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        _, errors = await self.process.communicate()
        return errors.decode()


@asynccontextmanager
async def listening(env: dict[str, str], *args: str) -> AsyncGenerator[_Listening]:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "linkedapi_async", "webhook", "listen", "--port", "0", *args],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=env,
        cwd=ROOT,
    )
    assert process.stderr is not None
    running = _Listening(process)
    try:
        running.address = (await process.stderr.readline()).decode().split()[2]
        for _ in range(3):
            await process.stderr.readline()
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@posix
@pytest.mark.parametrize("way", ["variable", "other variable", "file"])
async def test_genuine_events_are_shown_and_others_refused(
    environment: dict[str, str], tmp_path: Path, way: str
) -> None:
    """Only what is signed with the secret counts; the reason stands beside what is refused."""
    async with Sandbox() as sandbox:
        webhook = sandbox.deliveries.subscribe("https://hooks.example.com/")
        env, args = environment, list[str]()
        if way == "variable":
            env = environment | {VARIABLE: webhook.secret}
        elif way == "other variable":
            env, args = environment | {"MINE": webhook.secret}, ["--secret-env", "MINE"]
        else:
            (tmp_path / "secret").write_text(f"{webhook.secret}\n")
            args = ["--secret-file", str(tmp_path / "secret")]
        async with listening(env, *args) as running:
            sandbox.deliveries.lead("https://hooks.example.com", running.address)
            status = await sandbox.deliveries.forge("unsigned")
            refused = await running.line()
            sandbox.deliveries.emit("webhook.test", "test-1", {"message": "hello"}, lane="")
            taken = await running.line()
            errors = await running.end()

    assert status == 401
    assert refused[8:] == "  refused with 401  linked-api-signature is missing"
    assert taken[8:] == "  webhook.test  hello  test-1"
    assert running.process.returncode == 0
    assert errors == "\nClosed after 2 deliveries, 1 refused.\n"


@posix
async def test_each_event_says_what_it_is_about(environment: dict[str, str]) -> None:
    """Type, subject and id on one line, whatever the event holds; types to come have no subject."""
    shown: list[str] = []
    async with Sandbox() as sandbox:
        webhook = sandbox.deliveries.subscribe("https://hooks.example.com/")
        async with listening(environment | {VARIABLE: webhook.secret}) as running:
            sandbox.deliveries.lead("https://hooks.example.com", running.address)
            for number, (event_type, data, _) in enumerate(EVENTS):
                sandbox.deliveries.emit(event_type, f"e-{number}", data, lane="")
                shown.append(await running.line())
            errors = await running.end()

    assert [line.split("  ")[1:] for line in shown] == [
        [part for part in (event_type, about, f"e-{number}") if part]
        for number, (event_type, _, about) in enumerate(EVENTS)
    ]
    assert errors == f"\nClosed after {len(EVENTS)} deliveries.\n"


@posix
async def test_sandbox_delivers_by_itself(environment: dict[str, str]) -> None:
    """A newcomer needs no tunnel, no token and no secret; each line is JSON for programs."""
    async with listening(environment, "--sandbox", "--json") as running:
        told: list[dict[str, Json]] = [json.loads(await running.line()) for _ in range(2)]
        one = await running.end()

    assert told[0]["status"] == 401
    assert "fits none of the secrets" in str(told[0]["refused"])
    assert told[1]["type"] == "inbox.messageReceived"
    assert list(told[1]) == ["received_at", "type", "id", "created_at", "data"]
    assert one.startswith("\nClosed after ")


@posix
async def test_one_delivery_is_counted_as_one(environment: dict[str, str]) -> None:
    """What came again is taken and not shown again."""
    async with Sandbox() as sandbox:
        webhook = sandbox.deliveries.subscribe("https://hooks.example.com/")
        async with listening(environment | {VARIABLE: webhook.secret}) as running:
            sandbox.deliveries.lead("https://hooks.example.com", running.address)
            sandbox.deliveries.emit("webhook.test", "test-1", {}, lane="")
            line = await running.line()
            sandbox.deliveries.replay(sandbox.deliveries.records[0].delivery_id)
            await sandbox.deliveries.wait_idle()
            errors = await running.end()

    assert line.endswith("  webhook.test  test-1")
    assert [attempt.status for attempt in sandbox.log.deliveries()] == [200, 200]
    assert errors == "\nClosed after 1 delivery.\n"


@posix
@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
async def test_address_in_brackets_is_told(environment: dict[str, str]) -> None:
    """An IPv6 address is shown as addresses have it."""
    env = environment | {VARIABLE: "secret"}
    async with listening(env, "--host", "::1") as running:
        await running.end()

    assert running.address.startswith("http://[::1]:")


@posix
def test_reader_may_leave(environment: dict[str, str]) -> None:
    """`| head` ends the command, without a word about that."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [sys.executable, "-m", "linkedapi_async", "webhook", "listen", "--sandbox", "--port=0"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )

    assert ran.stderr.startswith("Listening at ")
    assert ran.stderr.endswith("https://YOUR-ADDRESS/\n\n")


@posix
async def test_sandbox_command_shows_deliveries(
    environment: dict[str, str], closed_port: int
) -> None:
    """Between the requests stand the deliveries, with the answer or why there was none."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "linkedapi_async", "sandbox"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("# export"):
        lines.append((await process.stdout.readline()).decode())
    found = dict(line.removeprefix("export ").split()[0].split("=") for line in lines[2:5])
    async with LinkedApiAdmin(
        linked_api_token=found["LINKED_API_TOKEN"], base_url=found["LINKED_API_BASE_URL"]
    ) as admin:
        await admin.webhooks.set(url=f"http://127.0.0.1:{closed_port}/")
        await admin.webhooks.send_test()
        while "(webhook)" not in lines[-1]:
            lines.append((await process.stdout.readline()).decode())
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()

    assert lines[-1].split()[1:4] == ["(webhook)", "event", "webhook.test"]
    assert "ClientConnectorError" in lines[-1]
    assert errors == b"\nClosed after 2 requests.\n"


def test_delivery_is_told_in_a_line() -> None:
    """The answer, and how often it was tried when once was not enough."""
    attempt = DeliveryAttempted(
        at=1.0, delivery_id="d", event_id="e", event_type="webhook.test", attempt=2, status=500
    )

    assert _delivery(attempt).split() == [
        "(webhook)",
        "event",
        "webhook.test",
        "500",
        "attempt",
        "2",
    ]


@pytest.mark.parametrize(
    ("args", "env", "code", "sentence"),
    [
        ([], {}, 3, f"{VARIABLE} is not set"),
        ([], {VARIABLE: " "}, 3, f"{VARIABLE} is not set"),
        (["--secret-env", "MINE"], {}, 3, "MINE is not set"),
        (["--secret-file", "{tmp}/none"], {}, 2, "No such file"),
        (["--secret-file", "{tmp}/empty"], {}, 3, "empty is empty."),
        (["--secret-file", "{tmp}/binary"], {}, 2, "binary is not UTF-8 text."),
        (
            ["--secret-file", "x", "--secret-env", "y"],
            {},
            2,
            "either --secret-env or --secret-file",
        ),
        (["--secret", "hush"], {}, 2, "No such option"),
        (["--host", "203.0.113.1"], {VARIABLE: "secret"}, 2, "Cannot listen on 203.0.113.1"),
    ],
)
def test_what_makes_listening_pointless_is_told(
    invoke: Invoke,
    tmp_path: Path,
    *,
    args: list[str],
    env: dict[str, str],
    code: int,
    sentence: str,
) -> None:
    """Without a secret, or an address to listen on, it does not begin."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    given = [arg.format(tmp=tmp_path) for arg in args]

    ran = invoke("webhook", "listen", *given, env={VARIABLE: "", **env})

    assert ran.exit_code == code
    assert sentence in ran.stderr
    assert "Traceback" not in ran.output


def test_taken_port_is_told(invoke: Invoke) -> None:
    """A port where somebody else listens is one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = invoke("webhook", "listen", "--port", port, env={VARIABLE: "secret"})

    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"Error: Cannot listen on 127.0.0.1, port {port}: ")


def test_secret_is_no_argument_and_help_says_why(invoke: Invoke) -> None:
    """Arguments can be seen by everybody on the machine."""
    told = " ".join(invoke("webhook", "listen", "--help").stdout.split())

    assert "can be seen by everybody on the machine" in told


def test_help_is_the_answer_to_the_bare_group(invoke: Invoke) -> None:
    """The bare command is a question."""
    ran = invoke("webhook")

    assert ran.exit_code == 0
    assert "listen" in ran.stdout
