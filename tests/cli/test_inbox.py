import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async.cli._cursor_file import CursorFile
from linkedapi_async.cli._people import Correspondent, handle_of
from linkedapi_async.cli._problem import Problem
from linkedapi_async.models import InboxMessage
from linkedapi_async.testing import CapturedMessage, Sandbox

Invoke = Callable[..., Result]

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "linkedapi_async", "inbox"]
PERSON = "https://www.linkedin.com/in/person"

posix = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


def variables(sandbox: Sandbox) -> dict[str, str]:
    return {
        "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
        "IDENTIFICATION_TOKEN": sandbox.tokens.identification_token,
        "LINKED_API_BASE_URL": sandbox.base_url,
    }


def watch(sandbox: Sandbox, *inboxes: str) -> None:
    for inbox in inboxes or ("st",):
        sandbox.account().watch(inbox, sandbox.clock.wall())  # type: ignore[arg-type]  # `st` or `nv` - as the tests say


async def inbox(invoke: Invoke, sandbox: Sandbox, *args: str) -> Result:
    return await asyncio.to_thread(invoke, "inbox", *args, env=variables(sandbox))


async def texts(invoke: Invoke, sandbox: Sandbox, *args: str) -> list[str]:
    """Run the command with `--json` and return the texts it shows."""
    ran = await inbox(invoke, sandbox, *args, "--json")
    assert ran.exit_code == 0, ran.stderr
    if ran.stdout.startswith("{\n"):
        return [message["text"] for message in json.loads(ran.stdout)["messages"]]
    return [json.loads(line)["text"] for line in ran.stdout.splitlines()]


# ── once ──


async def test_messages_are_shown_newest_last(invoke: Invoke) -> None:
    """When, where, whose, and the whole text, wrapped."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "first " * 30)
        sandbox.receive_message(2, "second")
        ran = await inbox(invoke, sandbox)

    lines = ran.stdout.splitlines()
    assert ran.exit_code == 0
    assert lines[0].endswith(f"  st from {PERSON}1")
    assert [line for line in lines if "st from" in line] == [lines[0], lines[-2]]
    assert lines[-1] == "    second"
    assert " ".join(ran.stdout.split()).count("first") == 30
    assert max(map(len, lines)) <= 80


async def test_messages_can_be_narrowed(invoke: Invoke) -> None:
    """By inbox, by person, and by when they came."""
    async with Sandbox() as sandbox:
        watch(sandbox, "st", "nv")
        sandbox.receive_message(1, "standard")
        sandbox.receive_message(2, "navigator", channel="nv")
        everything = await texts(invoke, sandbox)
        navigator = await texts(invoke, sandbox, "--type", "nv")
        person = await texts(invoke, sandbox, "--person", f"{PERSON}1")
        recent = await texts(invoke, sandbox, "--since", "1h")
        later = await texts(invoke, sandbox, "--since", "2100-01-01")

    assert everything == recent == ["standard", "navigator"]
    assert (navigator, person, later) == (["navigator"], ["standard"], [])


async def test_person_brings_threads(invoke: Invoke) -> None:
    """With `--person` the JSON tells how much is known of each thread."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "hello")
        ran = await inbox(invoke, sandbox, "--person", f"{PERSON}1", "--json")

    told = json.loads(ran.stdout)
    assert [message["inbox_message_id"] is None for message in told["messages"]] == [False]
    assert len(told["threads"]) == 1


async def test_own_message_goes_to_somebody(invoke: Invoke) -> None:
    """What the account wrote is told from what it received."""
    message = {"actionType": "st.sendMessage", "personUrl": f"{PERSON}10", "text": "hello"}
    async with Sandbox() as sandbox:
        watch(sandbox)
        async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens) as api:
            await api.run(CustomWorkflow({**message}))
        ran = await inbox(invoke, sandbox)

    assert ran.stdout.splitlines()[0].endswith(f"  st to   {PERSON}10")


async def test_empty_inbox_says_what_fills_it(invoke: Invoke) -> None:
    """Nothing to show is told with the workflow that changes it; JSON is just empty."""
    async with Sandbox() as sandbox:
        ran = await inbox(invoke, sandbox)
        told = await texts(invoke, sandbox)

    assert "No message." in ran.stdout
    assert "st.syncInbox" in ran.stdout
    assert told == []


async def test_messages_cannot_steer_the_terminal(invoke: Invoke) -> None:
    """Escape sequences and line breaks that somebody wrote are nothing but blanks."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a\x1b]0;owned\x07\r\nb\u202ec \U0001f469\u200d\U0001f4bb")
        once = await inbox(invoke, sandbox)
        ran = await inbox(invoke, sandbox, "--since", await beginning(sandbox))

    assert once.stdout.splitlines()[1] == "    a ]0;owned b c \U0001f469\u200d\U0001f4bb"
    assert len(ran.stdout.splitlines()) == 1
    assert "\x1b" not in ran.stdout + once.stdout


async def beginning(sandbox: Sandbox) -> str:
    """Return the cursor of somebody who has seen nothing."""
    async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens) as api:
        return api.inbox.follow().cursor


# ── each once ──


async def test_cursor_file_shows_each_message_once(invoke: Invoke, tmp_path: Path) -> None:
    """Run after run shows what is new, however many share a moment, and no more."""
    path = str(tmp_path / "cursor")
    async with Sandbox() as sandbox:
        watch(sandbox)
        runs = [await texts(invoke, sandbox, "--cursor-file", path)]
        for batch in (["a", "b", "c"], [], ["d"]):
            for text in batch:
                sandbox.receive_message(1, text)
            runs.append(await texts(invoke, sandbox, "--cursor-file", path))

    assert runs == [[], ["a", "b", "c"], [], ["d"]]


async def test_cursor_goes_between_command_and_library(invoke: Invoke, tmp_path: Path) -> None:
    """A program goes on where the command stopped, and the command where a program did."""
    path = tmp_path / "cursor"
    async with Sandbox() as sandbox:
        watch(sandbox)
        for text in ("a", "b", "c"):
            sandbox.receive_message(1, text)
        async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens) as api:
            stream = api.inbox.follow()
            await anext(stream)
            rest = await texts(
                invoke, sandbox, "--since", stream.cursor, "--cursor-file", str(path)
            )
            sandbox.receive_message(2, "d")
            last = await anext(api.inbox.follow(path.read_text().strip()))

    assert rest == ["b", "c"]
    assert last.text == "d"


async def test_file_counts_more_than_since(invoke: Invoke, tmp_path: Path) -> None:
    """`--since` says where to begin when there is no file yet."""
    path = str(tmp_path / "cursor")
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        first = await texts(invoke, sandbox, "--since", "2100-01-01", "--cursor-file", path)
        again = await texts(invoke, sandbox, "--since", "1h", "--cursor-file", path)

    assert (first, again) == ([], [])


async def test_person_is_recognised_by_any_address(invoke: Invoke, tmp_path: Path) -> None:
    """With a cursor `--person` shows that person's messages, and goes on behind the others'."""
    path = str(tmp_path / "cursor")
    async with Sandbox() as sandbox:
        watch(sandbox)
        for person, text in ((1, "a"), (2, "b"), (1, "c")):
            sandbox.receive_message(person, text)
        caught = sandbox.account().captured[0]
        assert isinstance(caught, CapturedMessage)
        hashed = caught.person_hashed_url
        shown = await texts(invoke, sandbox, "--cursor-file", path, "--person", hashed)
        again = await texts(invoke, sandbox, "--cursor-file", path)

    assert (shown, again) == (["a", "c"], [])


@pytest.mark.parametrize("address", ["linkedin.com/in/Anna-B", f"{PERSON[:-6]}anna%2Db/?x=1#y"])
def test_address_may_be_written_any_way(address: str) -> None:
    """Scheme, case, escapes, query and a last slash do not matter."""
    assert handle_of(address) == "anna-b"


def test_person_is_followed_from_name_to_name() -> None:
    """A person that one message shows under two names is known by the second from then on."""
    anna = Correspondent("linkedin.com/in/anna", [])

    both = InboxMessage(person_public_url="linkedin.com/in/anna", person_urn="urn:1")
    later = InboxMessage(person_urn="urn:1", person_hashed_url="linkedin.com/in/ACoA")

    assert not anna.wrote(later)
    assert anna.wrote(both)
    assert anna.wrote(later)
    assert not anna.wrote(InboxMessage())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "holds no cursor"),
        (b"inbox1.AAAA", "is damaged; perhaps it was stored cut off"),
        (b"network1.AAAA", "is no cursor of inbox"),
    ],
)
async def test_damaged_file_is_told_and_kept(
    invoke: Invoke, tmp_path: Path, content: bytes, sentence: str
) -> None:
    """A file that holds something else is neither believed nor replaced."""
    path = tmp_path / "cursor"
    path.write_bytes(content)
    async with Sandbox() as sandbox:
        ran = await inbox(invoke, sandbox, "--cursor-file", str(path))

    assert ran.exit_code in {2, 3}
    assert sentence in ran.stderr
    assert path.read_bytes() == content
    assert sandbox.log.requests() == ()


@pytest.mark.parametrize("follow", [[], ["--follow"]])
async def test_file_that_cannot_be_written_is_told_first(
    invoke: Invoke, tmp_path: Path, follow: list[str]
) -> None:
    """Before anything is shown, so that nothing is shown that will come again."""
    path = str(tmp_path / "nowhere" / "cursor")
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        ran = await inbox(invoke, sandbox, "--cursor-file", path, *follow)

    assert ran.exit_code == 2
    assert ran.stderr == f"Error: Cannot write {path}: No such file or directory.\n"
    assert ran.stdout == ""


def test_directory_is_no_cursor_file(invoke: Invoke, tmp_path: Path) -> None:
    """What cannot be read is told before a client is opened."""
    ran = invoke("inbox", "--cursor-file", str(tmp_path))

    assert ran.exit_code == 2
    assert "Cannot read" in ran.stderr


def test_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """It holds one cursor at any moment, a link to it stays one, and nothing is left beside it."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old\n")
    link.symlink_to(real)
    file = CursorFile(str(link))

    file.write("new")
    file.write("new")

    assert (file.read(), real.read_text(), link.is_symlink()) == ("new", "new\n", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_failed_replacement_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where the last step is refused, the draft goes."""
    (tmp_path / "taken" / "inside").mkdir(parents=True)

    with pytest.raises(Problem, match="Cannot write"):
        CursorFile(str(tmp_path / "taken")).write("new")

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


# ── following ──


@posix
async def test_follow_goes_on_until_interrupted(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Messages come as lines while they arrive, and a second run begins behind the first."""
    path = tmp_path / "cursor"
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        env = environment | variables(sandbox)
        args = ["--follow", "--interval", "1", "--json", "--cursor-file", str(path)]
        first = await started(env, *args)
        lines = [await read_line(first)]
        sandbox.receive_message(2, "b")
        lines.append(await read_line(first))
        stopped = await interrupted(first)
        sandbox.receive_message(3, "c")
        second = await started(env, *args)
        lines.append(await read_line(second))
        stopped_again = await interrupted(second)

    assert [json.loads(line)["text"] for line in lines] == ["a", "b", "c"]
    assert stopped == (130, "\nStopped after 2 messages.\n")
    assert stopped_again == (130, "\nStopped after 1 message.\n")


@posix
async def test_follow_without_file_tells_where_to_go_on(
    invoke: Invoke, environment: dict[str, str]
) -> None:
    """The cursor is shown at the end, and shows what came since."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        running = await started(environment | variables(sandbox), "--follow")
        line = await read_line(running)
        code, errors = await interrupted(running)
        sandbox.receive_message(1, "b")
        news = await texts(invoke, sandbox, "--since", errors.split()[-1])

    assert line.split(maxsplit=2)[2] == "st from person1: a\n"
    assert code == 130
    assert "Stopped after 1 message. Go on with: --since inbox1." in errors
    assert news == ["b"]


async def started(env: dict[str, str], *args: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *RUN,
        *args,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=env,
        cwd=ROOT,
    )


async def read_line(running: asyncio.subprocess.Process) -> str:
    assert running.stdout is not None
    return (await running.stdout.readline()).decode()


async def interrupted(running: asyncio.subprocess.Process) -> tuple[int | None, str]:
    running.send_signal(signal.SIGINT)
    _, errors = await running.communicate()
    return running.returncode, errors.decode()


async def test_follow_ends_when_a_person_has_to_act(invoke: Invoke) -> None:
    """A token that dies ends it with a sentence, and with where to go on."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        env = variables(sandbox)
        sandbox.inject("invalidIdentificationToken", on="direct", skip=1, times=None)
        running = asyncio.to_thread(invoke, "inbox", "--follow", "--interval", "1", env=env)
        ran = await running

    assert ran.exit_code == 4
    assert len(ran.stdout.splitlines()) == 1
    assert "Stopped after 1 message. Go on with: --since inbox1." in ran.stderr
    assert "[invalidIdentificationToken]" in ran.stderr


async def test_outage_is_waited_out_aloud(invoke: Invoke) -> None:
    """A question that fails in passing is told beside the messages, and asked again."""
    async with Sandbox() as sandbox:
        watch(sandbox)
        sandbox.receive_message(1, "a")
        sandbox.inject(503, on="direct")
        sandbox.inject("invalidIdentificationToken", on="direct", skip=1, times=None)
        ran = await asyncio.to_thread(
            invoke, "inbox", "--follow", "--interval", "1", env=variables(sandbox)
        )

    assert "asking for news failed: " in ran.stderr
    assert len(ran.stdout.splitlines()) == 1


@posix
def test_reader_that_leaves_misses_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    """What was printed for nobody comes again."""
    path = tmp_path / "cursor"
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        ran = subprocess.run(
            [*RUN, "--sandbox", "--follow", "--cursor-file", str(path)],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
            cwd=ROOT,
        )
    rest = subprocess.run(
        [*RUN, "--sandbox", "--cursor-file", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
    )

    assert ran.stderr == ""
    assert len(rest.stdout.splitlines()) == 3


@posix
def test_line_is_cut_to_the_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    """On a terminal one message is one row, whatever its width."""
    import pty  # noqa: PLC0415 - Windows has none

    shown, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stdout:
        subprocess.run(
            [*RUN, "--sandbox", "--cursor-file", str(tmp_path / "cursor")],
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=True,
            env=environment | {"TERM": "xterm", "COLUMNS": "50"},
            cwd=ROOT,
        )
    told = os.read(shown, 1 << 16).decode()
    os.close(shown)

    lines = told.splitlines()
    assert len(lines) == 3
    assert all(len(line) == 50 and line.endswith("\u2026") for line in lines)


@pytest.mark.parametrize("wire", ["linked_api_v3", "account_api"])
@pytest.mark.parametrize("follow", [[], ["--follow"]])
def test_wire_without_inbox_is_told(invoke: Invoke, wire: str, follow: list[str]) -> None:
    """Only the current API watches inboxes."""
    ran = invoke("inbox", "--sandbox", "--wire", wire, *follow)

    assert ran.exit_code == 3
    assert f"The {wire} generation of the API has no pollInbox" in ran.stderr


def test_help_tells_the_exit_code(invoke: Invoke) -> None:
    """How Ctrl-C ends it is documented where it is looked for."""
    assert "Ctrl-C ends it with exit code 130" in " ".join(invoke("inbox", "--help").stdout.split())
