import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from linkedapi_async.cli._client import WIRES
from linkedapi_async.testing import Html, Redirect, Sandbox
from linkedapi_async.testing.faults import Fault

Invoke = Callable[..., Result]


def variables(sandbox: Sandbox | None = None, **others: str) -> dict[str, str]:
    """The environment of a user, by default one of a sandbox."""
    found = {
        "LINKED_API_TOKEN": "linked_1",
        "ACCOUNT_API_TOKEN": "",
        "IDENTIFICATION_TOKEN": "id_1",
        "LINKED_API_BASE_URL": "",
        "NO_PROXY": "",
        "no_proxy": "",
        "HTTP_PROXY": "",
        "HTTPS_PROXY": "",
        "http_proxy": "",
        "https_proxy": "",
    }
    if sandbox is not None:
        found["LINKED_API_TOKEN"] = sandbox.tokens.linked_api_token
        found["IDENTIFICATION_TOKEN"] = sandbox.tokens.identification_token
        found["LINKED_API_BASE_URL"] = sandbox.base_url
    return found | others


def flat(ran: Result) -> str:
    return " ".join(ran.stdout.split())


@pytest.mark.parametrize("wire", WIRES)
def test_all_is_well_on_a_sandbox(invoke: Invoke, wire: str) -> None:
    """Each step of a healthy setup is told, and what cannot be asked is said."""
    ran = invoke("doctor", "--sandbox", "--wire", wire)

    assert ran.exit_code == 0
    assert "problem" not in ran.stdout
    assert "note     LinkedIn session      not checked" in ran.stdout
    assert ran.stdout.endswith("All is well.\n")


async def test_account_behind_the_tokens_is_named(invoke: Invoke) -> None:
    """The current API says whose account the tokens open, and no workflow is started."""
    async with Sandbox() as sandbox:
        ran = await asyncio.to_thread(invoke, "doctor", env=variables(sandbox))

    assert ran.exit_code == 0
    assert "opens the account of Main Member" in flat(ran)
    assert [record.method for record in sandbox.log.requests()] == ["GET"]


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ({"LINKED_API_TOKEN": ""}, "LINKED_API_TOKEN is empty"),
        ({"IDENTIFICATION_TOKEN": ""}, "IDENTIFICATION_TOKEN is empty"),
        ({"ACCOUNT_API_TOKEN": "a"}, "LINKED_API_TOKEN and ACCOUNT_API_TOKEN are both set"),
        ({"LINKED_API_TOKEN": '"linked_1"'}, "LINKED_API_TOKEN is set, but has quotes"),
        ({"IDENTIFICATION_TOKEN": "id 1"}, "IDENTIFICATION_TOKEN is set, but has quotes"),
        ({"LINKED_API_BASE_URL": "api.linkedapi.io"}, "'api.linkedapi.io' is no http(s) address"),
        ({"LINKED_API_BASE_URL": "http://[x"}, "'http://[x' is no http(s) address"),
    ],
)
def test_variables_are_checked_before_anything_is_sent(
    invoke: Invoke, others: dict[str, str], sentence: str
) -> None:
    """What is wrong with a variable is named, with a remedy; its value stays unseen."""
    ran = invoke("doctor", env=variables() | others)

    assert ran.exit_code == 3
    assert sentence in flat(ran)
    assert "->" in ran.stdout
    assert "connection" not in ran.stdout
    assert "linked_1" not in ran.stdout


def test_unknown_host_is_a_matter_of_names(invoke: Invoke) -> None:
    """A name that does not resolve is told from a service that is down."""
    ran = invoke("doctor", env=variables(LINKED_API_BASE_URL="https://no-such-host.invalid"))

    assert ran.exit_code == 5
    assert "problem name no-such-host.invalid cannot be resolved" in flat(ran)


def test_refused_connection_is_told(invoke: Invoke, closed_port: int) -> None:
    """An address where nothing listens is told as that."""
    ran = invoke("doctor", "--base-url", f"http://127.0.0.1:{closed_port}", env=variables())

    assert ran.exit_code == 5
    assert f"127.0.0.1:{closed_port} refused the connection" in flat(ran)


async def test_plain_http_behind_https_is_told(invoke: Invoke) -> None:
    """An https address whose port does not speak TLS is told as that."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        address = f"https://127.0.0.1:{port}"
        ran = await asyncio.to_thread(invoke, "doctor", "--base-url", address, env=variables())

    assert ran.exit_code == 3
    assert "problem certificate no TLS with" in flat(ran)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
async def test_untrusted_certificate_is_told(invoke: Invoke, tmp_path: Path) -> None:
    """A certificate nobody vouches for is told from a broken connection, and can be trusted."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-x509", "-days", "1", "-nodes", "-newkey", "rsa:2048"]
    made = ["openssl", "req", *kind, *subject, "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        env = variables(LINKED_API_BASE_URL=f"https://127.0.0.1:{port}")
        doubted = await asyncio.to_thread(invoke, "doctor", env=env)
        env["SSL_CERT_FILE"] = str(certificate)
        trusted = await asyncio.to_thread(invoke, "doctor", env=env)

    assert doubted.exit_code == 3
    assert "problem certificate not trusted: self-signed certificate" in flat(doubted)
    assert "ok certificate trusted, TLSv1.3" in flat(trusted)
    assert "problem answer" in flat(trusted)
    assert trusted.exit_code == 5


def test_unreachable_network_is_told(invoke: Invoke) -> None:
    """An address no connection leads to is told in the system's words."""
    ran = invoke("doctor", env=variables(LINKED_API_BASE_URL="http://255.255.255.255"))

    assert ran.exit_code == 5
    assert "problem connection no connection to 255.255.255.255:80: " in flat(ran)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("LINKED_API_TOKEN", "problem main token The provided 'linked-api-token' is invalid"),
        (
            "IDENTIFICATION_TOKEN",
            "ok main token accepted problem identification token The provided",
        ),
    ],
)
async def test_wrong_token_is_told_apart(invoke: Invoke, name: str, sentence: str) -> None:
    """Which of the two tokens the service refuses is told, with where to get another."""
    async with Sandbox() as sandbox:
        env = variables(sandbox, **{name: "wrong_1"})
        ran = await asyncio.to_thread(invoke, "doctor", env=env)

    assert ran.exit_code == 4
    assert sentence in flat(ran)
    assert "https://app.linkedapi.io" in flat(ran)


@pytest.mark.parametrize("wire", ["linked_api_v3", "account_api"])
async def test_wrong_token_is_found_on_the_older_wires(invoke: Invoke, wire: str) -> None:
    """Wires without a question about the account judge tokens all the same."""
    async with Sandbox() as sandbox:
        env = variables(sandbox, LINKED_API_TOKEN="", ACCOUNT_API_TOKEN="account_1")
        ran = await asyncio.to_thread(invoke, "doctor", "--wire", wire, env=env)

    assert ran.exit_code == 4
    assert "[invalidAccountApiToken]" in flat(ran)
    assert sandbox.log.requests("start") == ()


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        (Redirect("https://elsewhere.example/x?y=z"), 3, "redirects to https://elsewhere"),
        (Html(), 5, "is no JSON object"),
        (503, 5, "HTTP 503"),
        ("tooManyRequests", 5, "[tooManyRequests]"),
    ],
)
async def test_odd_answers_are_told(
    invoke: Invoke, fault: Fault | str | int, code: int, sentence: str
) -> None:
    """A redirect, a web page, an outage and throttling each have their sentence and remedy."""
    async with Sandbox() as sandbox:
        sandbox.inject(fault, on="account")
        ran = await asyncio.to_thread(invoke, "doctor", env=variables(sandbox))

    assert ran.exit_code == code
    assert "problem answer " in flat(ran)
    assert sentence in flat(ran)


def test_address_beside_the_proxy_is_checked(invoke: Invoke, closed_port: int) -> None:
    """What NO_PROXY leaves out is reached directly."""
    env = variables(
        LINKED_API_BASE_URL=f"http://127.0.0.1:{closed_port}",
        http_proxy="http://127.0.0.1:1",
        no_proxy="127.0.0.1",
    )

    assert "nothing listens there" in flat(invoke("doctor", env=env))


def test_proxy_is_told_without_its_password(invoke: Invoke) -> None:
    """Behind a proxy the way cannot be checked, and the proxy is named without secrets."""
    env = variables(
        LINKED_API_BASE_URL="http://service.invalid", http_proxy="http://me:hush@127.0.0.1:1"
    )

    ran = invoke("doctor", env=env)

    assert "requests go through 127.0.0.1:1" in flat(ran)
    assert "hush" not in ran.stdout
    assert ran.exit_code == 5
