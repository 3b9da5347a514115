import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linkedapi_async import Certainty, LinkedApi, LinkedApiError, OutcomeUnknown, TransientError
from linkedapi_async._clock import Clock
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import Sandbox

Connect = Callable[..., LinkedApi]
Forward = Callable[..., Awaitable[Any]]
Listen = Callable[..., Awaitable[Any]]

NAME = "http://sandbox.invalid:8080"
"""An address that only a proxy knows the way to."""


def port_of(url: str) -> int:
    """Return the port of an address."""
    return int(url.rpartition(":")[2])


def relay(port: int) -> Callable[..., Awaitable[None]]:
    """Pass bytes on to a port, both ways."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, onward = await asyncio.open_connection("127.0.0.1", port)

        async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(1 << 16):
                sink.write(data)
            sink.close()

        try:
            await asyncio.gather(pipe(reader, onward), pipe(back, writer))
        finally:
            onward.close()

    return serve


async def test_proxy_option_carries_every_request(
    wire: str, sandbox: Sandbox, connect: Connect, forward: Forward, message: SendMessage
) -> None:
    """Start and polls go through the proxy given, by its absolute form, with its credentials."""
    proxy = await forward(port_of(sandbox.base_url))
    url = proxy.url.replace("http://", "http://user:pass@")
    sandbox_links = sandbox.base_url if wire == "account_api" else NAME

    result = await connect(sandbox, wire, base_url=sandbox_links, proxy=url).run(message)

    assert result.errors == ()
    assert len(sandbox.log.effects()) == 1
    assert proxy.heads[0].startswith(f"POST {sandbox_links}/".encode())
    assert b"proxy-authorization: basic dxnlcjpwyxnz" in proxy.heads[0].lower()


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
async def test_environment_proxy_is_honoured(
    *,
    variable: str,
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that is not this machine is reached through the environment's proxy."""
    proxy = await forward(port_of(sandbox.base_url))
    monkeypatch.setenv(variable, proxy.url)

    result = await connect(sandbox, base_url=NAME).run(message)

    assert result.errors == ()
    assert proxy.heads[0].startswith(f"POST {NAME}/workflows ".encode())


async def test_environment_proxy_is_not_for_this_machine(
    *,
    wire: str,
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A loopback address never goes to a proxy."""
    proxy = await forward(port_of(sandbox.base_url))
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, proxy.url)

    result = await connect(sandbox, wire).run(message)

    assert result.errors == ()
    assert proxy.heads == []


@pytest.mark.parametrize("way", ["trust_env", "no_proxy", "star"])
async def test_environment_proxy_can_be_declined(
    *,
    way: str,
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    real_clock: Clock,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`trust_env=False` and `NO_PROXY` keep the proxy out: the name is then looked up, in vain."""
    proxy = await forward(port_of(sandbox.base_url))
    monkeypatch.setenv("http_proxy", proxy.url)
    if way != "trust_env":
        monkeypatch.setenv("no_proxy", "*" if way == "star" else "other.example,.invalid")
    api = connect(sandbox, base_url=NAME, trust_env=way != "trust_env", clock=real_clock)

    with pytest.raises(TransientError, match=r"sandbox\.invalid cannot be resolved") as error:
        await api.with_options(deadline=20.0).run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert proxy.heads == []


async def test_proxy_option_beats_the_environment(
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The option is stronger than the variable."""
    unused = await forward(port_of(sandbox.base_url))
    used = await forward(port_of(sandbox.base_url))
    monkeypatch.setenv("http_proxy", unused.url)

    await connect(sandbox, base_url=NAME, proxy=used.url).run(message)

    assert unused.heads == []
    assert len(used.heads) >= 1


async def test_tunnel_hides_tokens_from_the_proxy(
    *,
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    listen: Listen,
    certificate: Any,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HTTPS goes through CONNECT, verified end to end, and the proxy sees no token."""
    front = await listen(serve=relay(port_of(sandbox.base_url)), tls=certificate.server)
    proxy = await forward(front.port)
    monkeypatch.setenv("https_proxy", proxy.url)
    api = connect(sandbox, base_url="https://sandbox.invalid", ssl=certificate.trusting)

    result = await api.run(message)

    assert result.errors == ()
    assert len(sandbox.log.effects()) == 1
    assert all(head.startswith(b"CONNECT sandbox.invalid:443 ") for head in proxy.heads)
    assert [head for head in proxy.heads if b"token" in head.lower()] == []


@pytest.mark.parametrize("status", [403, 407, 502, 503])
async def test_tunnel_refused_by_the_proxy_is_proof_that_nothing_was_sent(
    status: int,
    sandbox: Sandbox,
    connect: Connect,
    forward: Forward,
    message: SendMessage,
) -> None:
    """A CONNECT that is refused was no request: it is tried again, and told with its status."""
    proxy = await forward(9, status=status)
    api = connect(sandbox, base_url="https://sandbox.invalid", proxy=proxy.url)

    with pytest.raises(TransientError, match=f"proxy refused to connect: HTTP {status}") as error:
        await api.run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert len(proxy.heads) == error.value.attempts == 3


async def test_proxy_that_is_down_is_proof_that_nothing_was_sent(
    sandbox: Sandbox, connect: Connect, dead_port: int, message: SendMessage
) -> None:
    """The error names the proxy, which could not be reached."""
    api = connect(sandbox, base_url=NAME, proxy=f"http://127.0.0.1:{dead_port}")

    with pytest.raises(TransientError, match=f"127.0.0.1:{dead_port}") as error:
        await api.run(message)

    assert error.value.certainty is Certainty.NOT_SENT
    assert error.value.attempts == 3


async def test_gateway_error_of_a_proxy_leaves_a_write_in_doubt(
    sandbox: Sandbox, connect: Connect, forward: Forward, message: SendMessage
) -> None:
    """A proxy that took a plain request and answers 502 may have passed it on."""
    proxy = await forward(9, status=502)

    with pytest.raises(OutcomeUnknown) as error:
        await connect(sandbox, base_url=NAME, proxy=proxy.url).run(message)

    assert error.value.certainty is Certainty.MAYBE_ACCEPTED
    assert len(proxy.heads) == 1


@pytest.mark.parametrize(
    "proxy",
    ["socks5://127.0.0.1:{port}", "127.0.0.1:{port}", "foo", "http://", "ftp://127.0.0.1:1"],
)
@pytest.mark.parametrize("way", ["option", "variable"])
async def test_unusable_proxy_is_named(
    *,
    proxy: str,
    way: str,
    sandbox: Sandbox,
    connect: Connect,
    real_clock: Clock,
    message: SendMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy of another kind is refused as such; nothing is sent to it, least of all tokens."""
    url = proxy.format(port=port_of(sandbox.base_url))
    options: dict[str, Any] = {"base_url": NAME, "clock": real_clock, "deadline": 5.0}
    if way == "variable":
        monkeypatch.setenv("http_proxy", url)
    else:
        options["proxy"] = url

    async def use() -> object:
        return await connect(sandbox, **options).run(message)

    with pytest.raises(LinkedApiError, match=r"(?i)proxy") as error:
        await use()

    assert isinstance(error.value, ConfigurationError)
    assert error.value.certainty is Certainty.NOT_SENT
    assert sandbox.log.connections == 0
