"""What the tests over real sockets share: clients, raw servers, certificates, a forward proxy."""

import asyncio
import gc
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import attrs
import pytest

from linkedapi_async import LinkedApi
from linkedapi_async._clock import Clock, SystemClock
from linkedapi_async.events import Event
from linkedapi_async.operations import FetchPerson, SendConnectionRequest, SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

PERSON: Final = "https://www.linkedin.com/in/person1"
"""Somebody of the sandbox's world who takes messages and connection requests."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=["linked_api", "linked_api_v3", "account_api"])
def wire(request: pytest.FixtureRequest) -> str:
    """Each generation of the API in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def message() -> SendMessage:
    """A workflow that writes."""
    return SendMessage(person_url=PERSON, text="Grüße")


@pytest.fixture(scope="session")
def invitation() -> SendConnectionRequest:
    """Another one."""
    return SendConnectionRequest(person_url=PERSON, note="Hello")


@pytest.fixture(scope="session")
def reading() -> FetchPerson:
    """A workflow that only reads."""
    return FetchPerson(person_url=PERSON)


@pytest.fixture
async def connect(clock: FakeClock, told: list[Event]) -> AsyncIterator[Callable[..., LinkedApi]]:
    """Return a client of a sandbox on any wire, with any option; closed at the end."""
    opened: list[LinkedApi] = []

    def make(sandbox: Sandbox, wire: str = "linked_api", **options: Any) -> LinkedApi:
        tokens = sandbox.tokens
        if wire == "linked_api":
            options.setdefault("linked_api_token", tokens.linked_api_token)
        else:
            options.setdefault("account_api_token", tokens.account_api_token)
        options.setdefault("identification_token", tokens.identification_token)
        options.setdefault("base_url", sandbox.base_url)
        options.setdefault("clock", clock)
        options.setdefault("on_event", told.append)
        api = LinkedApi(wire=wire, **options)
        opened.append(api)
        return api

    yield make
    for api in opened:
        await api.aclose()


@pytest.fixture
def step(clock: FakeClock) -> Callable[[int], Awaitable[None]]:
    """Give the loop so many turns; every fortieth, fake time leaps to what is due next.

    Forty are enough for a request and its reply, so time leaps where nothing else can happen.
    """

    async def turns(count: int) -> None:
        for turn in range(1, count + 1):
            await SystemClock().sleep(0)
            if turn % 40 == 0 and clock.next_due is not None:
                clock._jump(clock._now + clock.next_due)

    return turns


@pytest.fixture(scope="session")
def caught() -> Callable[[Awaitable[Any]], Awaitable[Any]]:
    """Return what a call comes to: its result or its exception, cancellation included."""

    async def outcome(call: Awaitable[Any]) -> Any:
        try:
            return await call
        except asyncio.CancelledError as error:
            return error
        except Exception as error:  # noqa: BLE001 - judged by the test
            return error

    return outcome


@pytest.fixture
def client_tasks() -> Callable[[], list[str]]:
    """Tell which tasks run that are neither the test's nor the sandbox's."""

    def names() -> list[str]:
        codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
        return [
            code.co_qualname for code in codes if code is not None and is_ours(code.co_filename)
        ]

    def is_ours(place: str) -> bool:
        ours = "/linkedapi_async/" in place and "/testing/" not in place
        return ours or ("/aiohttp/" in place and "/web" not in place)

    return names


# ── servers that are no Linked API ──


@attrs.define
class Listener:
    """A server of a few lines.

    Attributes:
        url: Where it listens.
        port: The same.
        connections: How many came.
        received: Every byte, one entry per connection.
    """

    url: str
    port: int
    connections: int = 0
    received: list[bytearray] = attrs.field(factory=list[bytearray])


@pytest.fixture
async def listen() -> AsyncIterator[Callable[..., Awaitable[Listener]]]:
    """Open a raw server that answers each connection's first bytes, or does what it is given."""
    servers: list[asyncio.Server] = []
    writers: set[asyncio.StreamWriter] = set()
    tasks: set[asyncio.Task[Any]] = set()

    async def make(
        reply: bytes = b"",
        *,
        serve: Serve | None = None,
        tls: ssl.SSLContext | None = None,
        closes: bool = True,
    ) -> Listener:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            writers.add(writer)
            listener.connections += 1
            seen = bytearray()
            listener.received.append(seen)
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                if serve is not None:
                    await serve(reader, writer)
                else:
                    seen += await reader.read(1 << 16)
                    writer.write(reply)
                    await writer.drain()
                    if not closes:
                        seen += await reader.read()
            writer.close()
            tasks.discard(task)

        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        scheme = "http" if tls is None else "https"
        listener = Listener(f"{scheme}://127.0.0.1:{port}", port)
        return listener

    yield make
    for server in servers:
        server.close()
    for writer in writers:
        writer.transport.abort()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for server in servers:
        await server.wait_closed()


@pytest.fixture
async def dead_port() -> int:
    """A port nobody listens on."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    return port


@attrs.frozen
class Certificate:
    """A certificate for 127.0.0.1 that signs itself.

    Attributes:
        path: The certificate, which is its own authority.
        server: What a server presents it with.
        trusting: What a client trusts it with.
    """

    path: Path
    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A private authority, made for this run."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("the openssl command is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, path = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            command, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=sandbox", "-keyout", str(key), "-out", str(path),
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:sandbox.invalid",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path, key)
    return Certificate(path, server, ssl.create_default_context(cafile=str(path)))


@attrs.define
class Proxy:
    """What a forward proxy saw.

    Attributes:
        url: Where it listens.
        heads: The head of every request made to it, as received.
    """

    url: str
    heads: list[bytes] = attrs.field(factory=list[bytes])


@pytest.fixture
def forward(listen: Callable[..., Awaitable[Listener]]) -> Callable[..., Awaitable[Proxy]]:
    """Open a forward proxy that sends everything, whatever its name, to one port."""

    async def make(
        port: int, *, waits: Callable[[], Awaitable[None]] | None = None, status: int = 200
    ) -> Proxy:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            proxy.heads.append(head)
            if waits is not None:
                await waits()
            if status != 200:
                writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
                await writer.drain()
                return
            back, onward = await asyncio.open_connection("127.0.0.1", port)
            returning = asyncio.ensure_future(_pipe(back, writer))
            try:
                if head.startswith(b"CONNECT"):
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await _pipe(reader, onward)
                while not head.startswith(b"CONNECT"):
                    onward.write(_origin_form(head))
                    size = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
                    onward.write(await reader.readexactly(int(size[1]) if size else 0))
                    head = await reader.readuntil(b"\r\n\r\n")
                    proxy.heads.append(head)
            finally:
                onward.close()
                returning.cancel()

        listener = await listen(serve=serve)
        proxy = Proxy(listener.url)
        return proxy

    return make


def _origin_form(head: bytes) -> bytes:
    method, target, rest = head.split(b" ", 2)
    return b" ".join((method, b"/" + target.split(b"/", 3)[3], rest))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()


# ── a sandbox beside the loop under test ──


class Beside:
    """A sandbox that lives in a thread of its own, so that a test may open and end its loops.

    Attributes:
        sandbox: The sandbox; on the real clock, its workflows take no time.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.sandbox = Sandbox(duration=0.0)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the sandbox's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def open_connections(self) -> int:
        """Return how many connections stand open once nothing moves any more."""

        async def count() -> int:
            for _ in range(50):
                await SystemClock().sleep(0.002)
                if not self.sandbox._server._gates:
                    break
            return len(self.sandbox._server._gates)

        return int(self.run(count()))

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self.sandbox.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self.sandbox.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def beside() -> Iterator[Beside]:
    """A sandbox in another thread."""
    with Beside() as running:
        yield running
    gc.collect()


@pytest.fixture(scope="session")
def real_clock() -> Clock:
    """Real time, for what runs in threads of other people: name resolution, other loops."""
    return SystemClock()


@pytest.fixture(autouse=True)
def no_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxies are none of a test's business."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
