"""The sandbox as its users hold it: opening, closing, accounts, faults, the log."""

import asyncio
import json
import re
import socket
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from linkedapi_async._types import Plan
from linkedapi_async.testing import (
    Body,
    Close,
    Delay,
    Drop,
    ErrorEnvelope,
    FakeClock,
    Fault,
    Html,
    Null,
    PortInUse,
    Redirect,
    Reset,
    Sandbox,
    SandboxError,
    Slow,
    Stall,
    Truncate,
)

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

READ = {"actionType": "st.retrieveSSI"}
SEND = {
    "actionType": "st.sendMessage",
    "personUrl": "https://www.linkedin.com/in/person1",
    "text": "Hi",
}


async def test_closing_leaves_nothing_behind() -> None:
    """Held replies, stalls, trickles, queues and idle connections all end with the block."""
    before = asyncio.all_tasks()
    async with Sandbox(duration=3600) as sandbox:
        tokens = sandbox.tokens
        port = int(sandbox.base_url.rpartition(":")[2])
        body = json.dumps(READ)
        clients: list[socket.socket] = []
        for fault in (None, Drop(), Stall("request"), Stall(after=30), Slow(1), Delay(3600)):
            if fault is not None:
                sandbox.inject(fault)
            client = socket.create_connection(("127.0.0.1", port))
            path = "/account/workflow" if fault is None else "/workflows"
            client.sendall(
                f"POST {path} HTTP/1.1\r\nHost: x\r\n"
                f"account-api-token: {tokens.account_api_token}\r\n"
                f"linked-api-token: {tokens.linked_api_token}\r\n"
                f"identification-token: {tokens.identification_token}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            clients.append(client)
        clients.append(socket.create_connection(("127.0.0.1", port)))
        while len(sandbox.log.requests()) < 6 or sandbox.log.connections < 7:
            await sandbox.clock.sleep(0.001)
        assert asyncio.all_tasks() > before
        closing_at = sandbox.clock.now()

    assert asyncio.all_tasks() == before
    assert sandbox.clock.now() - closing_at < 1
    for client in clients:
        client.setblocking(False)  # noqa: FBT003 - its only form
        with suppress(ConnectionResetError):
            while client.recv(4096):
                pass
        client.close()
    async with Sandbox(port=port):
        pass


@pytest.mark.parametrize("turns", range(6))
async def test_closing_catches_a_request_on_its_way(turns: int) -> None:
    """However far a request has come when the block ends, no worker outlives it."""
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(duration=3600))
        port = int(sandbox.base_url.rpartition(":")[2])
        body = json.dumps(READ)
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        client.sendall(
            f"POST /workflows HTTP/1.1\r\nHost: x\r\n"
            f"linked-api-token: {sandbox.tokens.linked_api_token}\r\n"
            f"identification-token: {sandbox.tokens.identification_token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        while not sandbox.log.requests():
            await sandbox.clock.sleep(0)
        for _ in range(turns):
            await sandbox.clock.sleep(0)

        await stack.aclose()

        assert asyncio.all_tasks() == before


async def test_a_taken_port_is_said() -> None:
    """One sentence names port and way out, and it is an `OSError` too."""
    async with Sandbox() as sandbox:
        port = int(sandbox.base_url.rpartition(":")[2])
        with pytest.raises(PortInUse, match=f"Port {port} of 127.0.0.1 is taken") as caught:
            async with Sandbox(port=port):
                pass
    assert isinstance(caught.value, OSError)


async def test_other_trouble_with_the_address_stays_what_it_is() -> None:
    """Only a taken port is translated."""
    with pytest.raises(OSError, match="assign") as caught:
        async with Sandbox(host="203.0.113.1"):
            pass
    assert not isinstance(caught.value, SandboxError)


def test_a_closed_sandbox_has_no_address() -> None:
    """Asking too early is answered with what to do."""
    with pytest.raises(SandboxError, match="async with"):
        _ = Sandbox().base_url


async def test_many_connections_at_once(sandbox: Sandbox) -> None:
    """A thousand concurrent requests are all answered, each workflow once."""
    tokens = sandbox.tokens
    headers = {
        "linked-api-token": tokens.linked_api_token,
        "identification-token": tokens.identification_token,
    }
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def start() -> int:
            url = f"{sandbox.base_url}/workflows"
            async with session.post(url, json=READ, headers=headers) as reply:
                await reply.read()
                return reply.status

        statuses = await asyncio.gather(*(start() for _ in range(1000)))

    assert set(statuses) == {200}
    assert len(sandbox.log.workflows()) == 1000
    assert sandbox.log.connections == 1000


async def test_tokens_open_one_account_and_are_told_as_a_mapping(sandbox: Sandbox) -> None:
    """Tokens look like the service's, hide in reprs, and unpack into the client."""
    tokens = sandbox.add_account("second").tokens

    assert re.fullmatch(r"linked_[0-9a-f]{32}", tokens.linked_api_token)
    assert re.fullmatch(r"id_[0-9a-f]{32}", tokens.identification_token)
    assert dict(tokens) == {
        "linked_api_token": sandbox.tokens.linked_api_token,
        "identification_token": tokens.identification_token,
    }
    assert tokens.identification_token != sandbox.tokens.identification_token
    assert tokens.identification_token not in repr(tokens)
    assert len(tokens) == 2
    assert tokens["account_api_token"] == tokens.account_api_token
    with pytest.raises(KeyError):
        tokens["data_api_token"]


async def test_accounts_are_kept_apart(talk: "Talk") -> None:
    """Each has its own plan, queue and relations."""
    sandbox = talk.sandbox
    sandbox.add_account("other", plan=Plan.CORE, name="Olga Other")

    await talk.run(SEND, account="other")

    assert [len(one.threads) for one in sandbox.accounts] == [0, 1]
    assert sandbox.account("other").plan is Plan.CORE
    assert (await talk.ask("GET", "/account", account="other"))[1]["result"] == {
        "name": "Olga Other",
        "url": "https://www.linkedin.com/in/other",
    }
    with pytest.raises(SandboxError, match="already"):
        sandbox.add_account("other")
    with pytest.raises(SandboxError, match="main, other"):
        sandbox.account("nobody")


async def test_rotated_tokens_die_at_once(talk: "Talk") -> None:
    """Old tokens are refused, new ones taken."""
    old = talk.headers()

    talk.sandbox.rotate_tokens(main=False)
    _, half = await talk.ask("POST", "/workflows", body=READ, headers=old)
    talk.sandbox.rotate_tokens()
    _, both = await talk.ask("POST", "/workflows", body=READ, headers=old)

    assert half["error"]["type"] == "invalidIdentificationToken"
    assert both["error"]["type"] == "invalidLinkedApiToken"
    assert (await talk.start(READ))["success"]


@pytest.mark.parametrize(
    ("break_it", "heal_it", "word", "old_word"),
    [
        ("sign_out", "sign_in", "linkedinAccountSignedOut", "linkedinAccountSignedOut"),
        ("take_seat", "give_seat", "subscriptionRequired", "noActiveSeats"),
    ],
)
async def test_account_states_refuse_every_start(
    talk: "Talk", break_it: str, heal_it: str, word: str, old_word: str
) -> None:
    """Until healed, in each wire's own word, and for the chosen account only."""
    talk.sandbox.add_account("well")
    getattr(talk.sandbox, break_it)(account="main")

    told = [await talk.start(READ, wire=wire) for wire in ("linked_api", "account_api")]

    assert [one["error"]["type"] for one in told] == [word, old_word]
    assert (await talk.start(READ, account="well"))["success"]
    getattr(talk.sandbox, heal_it)()
    assert (await talk.start(READ))["success"]


async def test_several_states_are_healed_one_by_one(talk: "Talk") -> None:
    """The oldest trouble speaks first."""
    talk.sandbox.set_language(is_supported=False)
    talk.sandbox.block("trialLimitReached")
    first = await talk.start(READ)
    talk.sandbox.set_language(is_supported=True)
    second = await talk.start(READ)
    talk.sandbox.unblock()

    assert first["error"]["type"] == "languageNotSupported"
    assert second["error"]["type"] == "trialLimitReached"
    assert (await talk.start(READ))["success"]


async def test_a_fault_strikes_when_and_where_it_was_told(talk: "Talk") -> None:
    """`skip`, `times`, `on` and `account` are kept, and hits are counted."""
    talk.sandbox.add_account("other")
    fault = talk.sandbox.inject(503, on="poll", skip=1, times=2, account="main")
    mine = await talk.begin(READ)
    theirs = await talk.begin(READ, account="other")

    polls = [(await _status(talk, mine), await _status(talk, theirs, "other")) for _ in range(4)]

    assert [own for own, _ in polls] == [200, 503, 503, 200]
    assert {other for _, other in polls} == {200}
    assert (fault.hits, fault.is_active) == (2, False)
    assert repr(fault) == "Injection(503, on='poll', hits=2)"


async def test_a_fault_can_be_taken_back(talk: "Talk") -> None:
    """By hand, at the end of a block, or all at once."""
    lasting = talk.sandbox.inject("tooManyRequests", on="any", times=None)
    first = await talk.start(READ)
    lasting.remove()
    with talk.sandbox.inject("tooManyRequests"):
        pass
    talk.sandbox.inject("tooManyRequests")
    talk.sandbox.clear_faults()

    assert first["error"]["type"] == "tooManyRequests"
    assert (await talk.start(READ))["success"]
    assert lasting.hits == 1


async def test_faults_happen_oldest_first(talk: "Talk") -> None:
    """One fault per request, in the order they were injected."""
    for word in ("invalidWorkflow", "trialLimitReached"):
        talk.sandbox.inject(word)

    told = [await talk.start(READ) for _ in range(2)]

    assert [one["error"]["type"] for one in told] == ["invalidWorkflow", "trialLimitReached"]


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (502, 502, b""),
        (Html(), 200, b"<!doctype html>"),
        (Null(), 200, b"null"),
        (Body(b"{", status=201), 201, b"{"),
        (Redirect("http://elsewhere.example"), 307, b""),
    ],
)
async def test_false_answers(talk: "Talk", fault: Any, status: int, body: bytes) -> None:
    """They come as told; the request runs only when that is asked for."""
    talk.sandbox.inject(fault, headers={"Retry-After": "2"})
    talk.sandbox.inject(fault, runs=True, status=418)
    url = f"{talk.sandbox.base_url}/workflows"
    came: list[tuple[int, bytes, str | None]] = []
    for _ in range(2):
        async with talk.session.post(
            url, json=READ, headers=talk.headers(), allow_redirects=False
        ) as reply:
            came.append((reply.status, await reply.read(), reply.headers.get("Retry-After")))

    assert came[0][0] == status
    assert came[0][1].startswith(body)
    assert came[0][2] == "2"
    assert came[1][0] == 418
    assert len(talk.sandbox.log.workflows()) == 1


async def test_unknown_words_need_a_value(talk: "Talk") -> None:
    """A slip of the pen is refused; a word nobody knows yet can still be sent."""
    with pytest.raises(ValueError, match="did you mean 'tooManyRequests'"):
        talk.sandbox.inject("tooManyRequest")
    with pytest.raises(ValueError, match="no error word of the service"):
        talk.sandbox.inject("connectionFailed")
    with pytest.raises(ValueError, match="takes an error word"):
        talk.sandbox.inject(Html(), on="failure")
    talk.sandbox.inject(ErrorEnvelope("brandNew", "Surprise."), status=409)

    status, told = await talk.ask("POST", "/workflows", body=READ)

    assert (status, told["error"]) == (409, {"type": "brandNew", "message": "Surprise."})


@pytest.mark.parametrize("fault", [Close(), Drop(), Html(), Null(), Reset(), Stall(), Truncate()])
async def test_faults_have_names(talk: "Talk", fault: Fault) -> None:
    """A fault that needs no more to be said may be given by its name."""
    assert talk.sandbox.inject(type(fault).__name__.lower()).fault == fault


async def test_replies_are_dated_by_the_clock(talk: "Talk", clock: FakeClock) -> None:
    """A fake clock dates replies, so that dates in `Retry-After` can be compared."""
    async with talk.session.get(f"{talk.sandbox.base_url}/") as reply:
        assert reply.headers["Date"] == "Mon, 05 Jan 2026 09:00:00 GMT"


async def test_the_log_tells_everything_and_no_token(talk: "Talk") -> None:
    """Requests, replies, workflows, actions; accounts by alias."""
    log = talk.sandbox.log
    await talk.run(SEND | {"label": "one"})
    talk.sandbox.inject("tooManyRequests")
    await talk.start(SEND)

    assert log.requests("start")[0].body == SEND | {"label": "one"}
    assert {one.account for one in log.requests()} == {"main"}
    assert len(log.requests("start", "main")) == 2
    assert log.requests(account="nobody") == ()
    assert (log.replies()[-1].error, log.replies()[-1].fault) == ("tooManyRequests",) * 2
    (effect,) = log.effects()
    assert (effect.label, effect.params) == (
        "one",
        {key: SEND[key] for key in ("personUrl", "text")},
    )
    assert (len(log.workflows("main")), log.connections) == (1, 1)
    tokens = talk.sandbox.tokens
    told = repr(list(log)) + repr(log) + repr(talk.sandbox) + repr(talk.sandbox.accounts)
    for token in (tokens.linked_api_token, tokens.account_api_token, tokens.identification_token):
        assert token not in told
    log.clear()
    assert len(log) == 0


async def _status(talk: "Talk", workflow_id: str, account: str | None = None) -> int:
    url = f"{talk.sandbox.base_url}/workflows/{workflow_id}"
    async with talk.session.get(url, headers=talk.headers(account=account)) as reply:
        return reply.status
