import asyncio
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from linkedapi_async.cli._admin_limits import _used
from linkedapi_async.cli._app import app
from linkedapi_async.cli.admin import command
from linkedapi_async.models import LimitUsage
from linkedapi_async.testing import Sandbox

Invoke = Callable[..., Result]
Admin = Callable[..., Any]

ROOT = Path(__file__).parents[2]
HOOK = "https://hooks.example.com/linked-api"
READING = [
    ["accounts"],
    ["account", "anna"],
    ["limits", "anna"],
    ["usage", "anna"],
    ["seats"],
    ["status"],
    ["webhook"],
    ["deliveries"],
]
LOADED = """
import sys
from linkedapi_async.cli._app import app
try:
    app.main(sys.argv[1:])
except SystemExit:
    print(*sys.modules)
"""


class _Terminal(io.BytesIO):
    """An input that a person types."""

    def isatty(self) -> bool:
        return True


def variables(sandbox: Sandbox) -> dict[str, str]:
    return {
        "LINKED_API_TOKEN": sandbox._vault.linked_api,
        "ACCOUNT_API_TOKEN": "",
        "IDENTIFICATION_TOKEN": "",
        "LINKED_API_BASE_URL": sandbox.base_url,
    }


async def admin(sandbox: Sandbox, *args: str, typed: str | None = None) -> Result:
    """Run a command; with `typed` there is a terminal, where a person answers that."""
    given = None if typed is None else _Terminal(typed.encode())
    return await asyncio.to_thread(
        CliRunner().invoke, app, ["admin", *args], env=variables(sandbox), input=given
    )


def methods(sandbox: Sandbox) -> list[str | None]:
    return [request.admin_method for request in sandbox.log.requests("admin")]


# ── all of them ──


@pytest.mark.parametrize("args", READING, ids=lambda args: args[0])
def test_newcomers_can_try_each(invoke: Invoke, args: list[str]) -> None:
    """With `--sandbox` it needs no token, fits 80 columns but for addresses, and is plain text."""
    ran = invoke("admin", *args, "--sandbox")

    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout
    wide = [line for line in ran.stdout.splitlines() if len(line) > 80]
    assert [line for line in wide if "https://" not in line] == []
    assert "\x1b" not in ran.stdout


@pytest.mark.parametrize("args", READING, ids=lambda args: args[0])
async def test_json_is_for_programs_and_holds_no_secret(args: list[str]) -> None:
    """`--json` is one document; tokens and secrets stay out of it, as they do out of tables."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        secrets = [account.identification_token for account in sandbox.accounts]
        secrets += [sandbox.deliveries.subscribe(HOOK).secret, sandbox.tokens.linked_api_token]
        told = await admin(sandbox, *args)
        ran = await admin(sandbox, *args, "--json")

    assert json.loads(ran.stdout) is not None
    assert not any(secret in told.output + ran.output for secret in secrets)


def test_help_is_the_answer_to_the_bare_group(invoke: Invoke) -> None:
    """Every command has its sentence in full, in the order a newcomer needs them."""
    ran = invoke("admin")

    told = " ".join(ran.stdout.split())
    names = command.list_commands(click.Context(command))
    assert ran.exit_code == 0
    assert names[0] == "accounts"
    assert told.count("...") == 1  # of the line of usage
    assert all(f" {name} " in told for name in names)


def test_mistyped_command_is_told(invoke: Invoke) -> None:
    """An unknown command exits as what makes no sense."""
    ran = invoke("admin", "acounts")

    assert ran.exit_code == 2
    assert "No such command 'acounts'" in ran.stderr
    assert "Traceback" not in ran.output


def test_token_is_needed(invoke: Invoke) -> None:
    """Without a token nothing is sent, and the variable is named."""
    ran = invoke("admin", "seats", "--base-url", "http://127.0.0.1:1")

    assert ran.exit_code == 3
    assert "LINKED_API_TOKEN is not set" in ran.stderr


@pytest.mark.parametrize(
    "args",
    [["admin"], ["admin", "connect"], ["account"], ["usage"], ["inbox"], ["webhook", "listen"]],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(environment: dict[str, str], args: list[str]) -> None:
    """`--help` opens no client and no sandbox."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *args, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
    )

    loaded = set(ran.stdout.splitlines()[-1].split())
    assert loaded & {"aiohttp", "linkedapi_async.admin", "linkedapi_async.testing.sandbox"} == set()


# ── which account ──


@pytest.mark.parametrize(
    "word",
    [
        "anna",
        "Anna Member",
        "anna member",
        "https://www.linkedin.com/in/anna/",
        "linkedin.com/in/Anna",
    ],
)
async def test_account_is_named_in_any_way(word: str) -> None:
    """By address, by the last part of it, by the name in full, and by id."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        account_id = sandbox.account("anna").account_id
        ran = await admin(sandbox, "account", word, "--json")
        by_id = await admin(sandbox, "account", account_id, "--json")

    assert json.loads(ran.stdout)["id"] == account_id
    assert by_id.stdout == ran.stdout


async def test_ambiguous_name_is_told_with_ids() -> None:
    """A name that two accounts have means neither."""
    async with Sandbox(accounts=()) as sandbox:
        for alias in ("anna1", "anna2"):
            sandbox.add_account(alias, name="Anna")
        ids = [account.account_id for account in sandbox.accounts]
        ran = await admin(sandbox, "disconnect", "Anna", "--yes")

    assert ran.exit_code == 2
    assert f"'Anna' is the name of 2 accounts: {', '.join(ids)}" in ran.stderr
    assert methods(sandbox) == ["accounts.getAll"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("Ana Member", "Did you mean 'Anna Member'"),
        ("annna", "Did you mean 'anna'"),
        ("7801c8e9", "Hint: The list: linkedapi-async admin accounts"),
    ],
)
async def test_unknown_account_brings_near_ones(word: str, hint: str) -> None:
    """What means no account is told with what may be meant."""
    async with Sandbox(accounts=("anna",)) as sandbox:
        ran = await admin(sandbox, "limits", word)

    assert ran.exit_code == 2
    assert f"No account {word!r} is connected." in ran.stderr
    assert hint in ran.stderr


# ── accounts ──


async def test_accounts_are_listed_with_links() -> None:
    """Who is connected, how they stand, and where those who are signed out sign in again."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        sandbox.sign_out(account="ben")
        sandbox.admin.sessions.open()
        ran = await admin(sandbox, "accounts")

    lines = ran.stdout.splitlines()
    assert lines[0] == "Anna Member  active"
    assert "Ben Member  reconnection_required" in lines
    assert (
        sum("sign in again at https://app.linkedapi.io/connection/" in line for line in lines) == 1
    )
    assert "being connected: session" in lines[-1]


async def test_no_account_is_said() -> None:
    """An empty list says how it is filled."""
    async with Sandbox(accounts=()) as sandbox:
        ran = await admin(sandbox, "accounts")

    assert "No account is connected" in ran.stdout


async def test_token_is_shown_where_it_is_asked_for() -> None:
    """`--reveal` alone brings an account's token, as text and as JSON."""
    async with Sandbox() as sandbox:
        token = sandbox.tokens.identification_token
        hidden = await admin(sandbox, "account", "main")
        shown = await admin(sandbox, "account", "main", "--reveal")
        told = await admin(sandbox, "account", "main", "--reveal", "--json")

    assert token not in hidden.output
    assert f"identification token    {token}" in shown.stdout
    assert json.loads(told.stdout)["identification_token"] == token


async def test_account_that_is_signed_in_needs_no_link() -> None:
    """Reconnecting what works is refused before a session is opened."""
    async with Sandbox() as sandbox:
        ran = await admin(sandbox, "reconnect", "main")

    assert ran.exit_code == 3
    assert "needs no reconnection: it is active" in ran.stderr
    assert methods(sandbox) == ["accounts.getAll"]


@pytest.mark.parametrize(
    ("args", "told"),
    [(["connect"], "is connected."), (["reconnect", "anna"], "is signed in again.")],
)
def test_link_is_printed_and_waited_for(invoke: Invoke, args: list[str], told: str) -> None:
    """The link comes first, then, when the person is done, the account."""
    ran = invoke("admin", *args, "--sandbox")

    assert ran.exit_code == 0, ran.stderr
    assert "    https://app.linkedapi.io/connection/" in ran.stdout
    assert told in ran.stdout.splitlines()[-1]
    assert "Ctrl-C leaves the link open" in ran.stderr


@pytest.mark.parametrize("args", [["connect"], ["reconnect", "anna"]])
def test_link_and_account_are_lines_of_json(invoke: Invoke, args: list[str]) -> None:
    """Programs get the link at once, and the account, without its token, at the end."""
    ran = invoke("admin", *args, "--sandbox", "--json")

    link, account = map(json.loads, ran.stdout.splitlines())
    assert link["link"].endswith(link["session_id"])
    assert account["account"]["status"] == "active"
    assert "identification_token" not in account["account"]


async def test_timeout_leaves_the_link_open() -> None:
    """Who takes longer than that is not waited for, and may finish all the same."""
    async with Sandbox() as sandbox:
        sandbox.sign_out()
        ran = await admin(sandbox, "reconnect", "main", "--timeout", "0.1")
        (session,) = sandbox.admin.sessions.all

    assert ran.exit_code == 7
    assert "nobody has finished it within 0.1 s" in ran.stderr
    assert "The link still works" in ran.stderr
    assert not session.status.is_final


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
async def test_interrupted_wait_leaves_the_link_open(environment: dict[str, str]) -> None:
    """Ctrl-C says that the link still works, and exits as interrupted."""
    async with Sandbox() as sandbox:
        sandbox.sign_out()
        running = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "linkedapi_async", "admin", "reconnect", "main", "--json"],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment | variables(sandbox),
            cwd=ROOT,
        )
        assert running.stdout is not None
        link = json.loads(await running.stdout.readline())
        running.send_signal(signal.SIGINT)
        _, errors = await running.communicate()
        (session,) = sandbox.admin.sessions.all

    assert running.returncode == 130
    assert link["session_id"] == session.session_id
    assert errors.decode().startswith("\nThe link still works")
    assert not session.status.is_final


async def test_full_house_asks_for_a_person() -> None:
    """Without a free seat nobody can be connected, and the hint says where seats are bought."""
    async with Sandbox() as sandbox:
        ran = await admin(sandbox, "connect")

    assert ran.exit_code == 4
    assert "[noAvailableSeats]" in ran.stderr


# ── what cannot be undone ──

FINAL = [
    ["disconnect", "main"],
    ["regenerate-token", "main"],
    ["rotate-secret"],
    ["delete-webhook"],
]
CHANGES = {
    "accounts.disconnect",
    "accounts.regenerateIdentificationToken",
    "webhook.rotateSecret",
    "webhook.delete",
}


@pytest.mark.parametrize("args", FINAL, ids=lambda args: args[0])
@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (None, 2, "Give --yes if it is really meant."),
        ("n\n", 130, "Nothing was changed."),
        ("\n", 130, "Nothing was changed."),
        ("", 130, "Nothing was changed."),
    ],
)
async def test_nothing_is_lost_by_accident(
    args: list[str], typed: str | None, code: int, sentence: str
) -> None:
    """No terminal, a no, a bare Enter and a closed input all leave things as they are."""
    async with Sandbox() as sandbox:
        sandbox.deliveries.subscribe(HOOK)
        ran = await admin(sandbox, *args, typed=typed)

    assert ran.exit_code == code
    assert sentence in ran.stderr
    assert CHANGES.isdisjoint(methods(sandbox))


@pytest.mark.parametrize("args", FINAL, ids=lambda args: args[0])
@pytest.mark.parametrize(("more", "typed"), [(["--yes"], None), ([], "y\n")])
async def test_what_is_meant_is_done(args: list[str], more: list[str], typed: str | None) -> None:
    """`--yes`, or a yes on the terminal, does it once."""
    async with Sandbox() as sandbox:
        sandbox.deliveries.subscribe(HOOK)
        ran = await admin(sandbox, *args, *more, typed=typed)

    assert ran.exit_code == 0, ran.stderr
    assert len(CHANGES.intersection(methods(sandbox))) == 1


async def test_question_names_what_it_is_about() -> None:
    """Who answers has seen whose account it is."""
    async with Sandbox() as sandbox:
        account_id = sandbox.account().account_id
        ran = await admin(sandbox, "disconnect", "main", typed="n\n")

    assert f"Disconnect Main Member ({account_id}) for good? [y/N]" in ran.stderr


async def test_new_secrets_stand_alone() -> None:
    """What replaces a token or a secret is the only thing on stdout, to be put into a file."""
    async with Sandbox() as sandbox:
        webhook = sandbox.deliveries.subscribe(HOOK)
        token = await admin(sandbox, "regenerate-token", "main", "--yes")
        secret = await admin(sandbox, "rotate-secret", "--yes")

    assert token.stdout == f"{sandbox.tokens.identification_token}\n"
    assert secret.stdout == f"{webhook.secret}\n"


# ── limits ──


async def test_limit_is_set_and_shown() -> None:
    """One limit changes, the defaults stay; usage tells what is left."""
    async with Sandbox() as sandbox:
        done = await admin(sandbox, "set-limit", "main", "stReactions", "weekly", "1500")
        off = await admin(sandbox, "set-limit", "main", "stPosts", "daily", "0", "--disabled")
        limits = await admin(sandbox, "limits", "main")
        usage = await admin(sandbox, "usage", "main")

    assert "stReactions, weekly: 1500 at most." in done.stdout
    assert "stPosts, daily: 0 at most, not enforced." in off.stdout
    rows = {line.split()[0]: line.split()[1:] for line in limits.stdout.splitlines()}
    left = {line.split()[0]: line.split()[1:] for line in usage.stdout.splitlines()}
    assert rows["stReactions"] == ["weekly", "1,500"]
    assert rows["stPosts"] == ["daily", "0", "not", "enforced"]
    assert left["stReactions"] == ["weekly", "0", "1,500", "1,500"]
    assert "stMessages" in rows


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["stMessages", "hourly", "1"], 2, "'hourly' is not one of"),
        (["stMessages", "daily", "-1"], 2, "No such option"),
        (["stMessages", "daily", "many"], 2, "'many' is not a valid integer"),
        (["stNonsense", "daily", "1"], 3, "[invalidRequestPayload]"),
    ],
)
def test_impossible_limit_is_told(
    invoke: Invoke, args: list[str], code: int, sentence: str
) -> None:
    """Words and numbers that no limit has cost a sentence; new categories are the service's say."""
    ran = invoke("admin", "set-limit", "main", *args, "--sandbox")

    assert ran.exit_code == code
    assert sentence in ran.stderr


async def test_account_without_limits_is_said() -> None:
    """An empty table says so."""
    async with Sandbox() as sandbox:
        sandbox._directory.default_limits.clear()
        ran = await admin(sandbox, "limits", "main")

    assert ran.stdout == "There are none.\n"


def test_limit_without_figures_is_shown() -> None:
    """What the service leaves out is a question mark; more used than allowed leaves nothing."""
    assert _used(LimitUsage()) == ("?", "?", "?", "?", "?", "")
    over = LimitUsage(category="c", period="daily", max_value=1, current_usage=3)
    assert _used(over) == ("c", "daily", "3", "1", "0", "")


# ── the subscription ──


async def test_seats_and_status_are_shown() -> None:
    """What was bought, what of it is used, and how the subscription stands."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        seats = await admin(sandbox, "seats")
        told = await admin(sandbox, "seats", "--json")
        status = await admin(sandbox, "status")
        sandbox.admin.billing.lapse()
        lapsed = await admin(sandbox, "status")

    assert [line.split() for line in seats.stdout.splitlines()] == [
        ["seat", "quantity", "paid", "by", "the"],
        ["plus", "2", "month"],
        ["Accounts", "connected:", "2"],
    ]
    assert json.loads(told.stdout)["accounts"] == 2
    assert status.stdout.split()[:2] == ["status", "active"]
    assert lapsed.stdout.split()[:2] != ["status", "active"]


# ── the webhook ──


async def test_webhook_is_registered_signed() -> None:
    """Deliveries are signed unless that is declined; the secret shows with `--reveal` alone."""
    async with Sandbox() as sandbox:
        quiet = await admin(sandbox, "set-webhook", HOOK, "--thin", "--event", "account.*")
        webhook = sandbox.deliveries.webhook
        assert webhook is not None
        hidden = await admin(sandbox, "webhook", "--json")
        shown = await admin(sandbox, "webhook", "--reveal")
        told = await admin(sandbox, "webhook", "--reveal", "--json")
        taken = await admin(sandbox, "set-webhook", HOOK)

    assert (webhook.is_signed, webhook.payload_mode, webhook.events) == (
        True,
        "thin",
        ("account.*",),
    )
    assert webhook.secret not in quiet.output + hidden.output
    assert f"  secret       {webhook.secret}\n" in shown.stdout
    assert json.loads(told.stdout)["secret"] == webhook.secret
    assert taken.exit_code == 3
    assert "admin delete-webhook" in taken.stderr


def test_webhook_can_be_tried_and_be_unsigned(invoke: Invoke) -> None:
    """In the sandbox of `set-webhook` there is none yet; what is not signed is warned of."""
    ran = invoke("admin", "set-webhook", HOOK, "--unsigned", "--sandbox")

    assert ran.exit_code == 0, ran.stderr
    assert "no: receivers cannot tell forgeries" in ran.stdout


async def test_webhook_needs_https() -> None:
    """An address nobody delivers to is refused before anything is changed."""
    async with Sandbox() as sandbox:
        ran = await admin(sandbox, "set-webhook", "http://hooks.example.com/")

    assert ran.exit_code == 3
    assert "has to be HTTPS" in ran.stderr
    assert "webhook.set" not in methods(sandbox)


@pytest.mark.parametrize(
    "args", [["webhook"], ["rotate-secret", "--yes"], ["delete-webhook", "--yes"]]
)
async def test_missing_webhook_is_told(args: list[str]) -> None:
    """Where none is registered, the way to register one is."""
    async with Sandbox() as sandbox:
        ran = await admin(sandbox, *args)

    assert ran.exit_code == 3
    assert ran.stderr == (
        "Error: No webhook is registered.\n"
        "Hint: Register one with: linkedapi-async admin set-webhook URL\n"
    )


async def test_deliveries_are_listed_and_repeated() -> None:
    """A test event is delivered, fails here for want of a way, and can be sent once more."""
    async with Sandbox() as sandbox:
        empty = await admin(sandbox, "deliveries")
        sandbox.deliveries.subscribe(HOOK)
        sent = await admin(sandbox, "test-webhook")
        (delivery,) = sandbox.deliveries.records
        again = await admin(sandbox, "replay", delivery.delivery_id)
        ran = await admin(sandbox, "deliveries")
        last = await admin(sandbox, "deliveries", "--limit", "1", "--json")

    assert empty.stdout == "Nothing was delivered yet.\n"
    assert (sent.exit_code, again.exit_code) == (0, 0)
    assert ran.stdout.count("webhook.test") == 2
    assert "    The sandbox delivers on its own machine only." in ran.stdout
    assert ran.stdout.index(delivery.delivery_id) < ran.stdout.index("attempts", 150)
    (newest,) = json.loads(last.stdout)
    assert newest["id"] != delivery.delivery_id


async def test_answers_of_the_receiver_are_shown() -> None:
    """What the webhook answered stands beside the attempt."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 16)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with Sandbox() as sandbox, await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sandbox.deliveries.subscribe(f"http://127.0.0.1:{port}/")
        await admin(sandbox, "test-webhook")
        await sandbox.deliveries.wait_idle()
        ran = await admin(sandbox, "deliveries")

    assert "  success   webhook.test\n" in ran.stdout
    assert "  attempts: 1, HTTP 204\n" in ran.stdout
