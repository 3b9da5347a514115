"""What the tests of the sandbox share: clients that ask it, and an endpoint it delivers to."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import attrs
import pytest
from aiohttp import web
from linkedapi import LinkedApiError
from linkedapi.admin import AdminHttpClient, LinkedApiAdmin
from linkedapi.types.admin import AdminConfig
from linkedapi.webhooks import verify_webhook_signature

from linkedapi_async.testing import FakeClock, Sandbox, Webhook

_STARTS: Final = {
    "linked_api": "/workflows",
    "linked_api_v3": "/account/workflows",
    "account_api": "/account/workflow",
}
_TURNS: Final = 300  # of the event loop: more than loopback ever needs


@attrs.frozen
class Talk:
    """Speaks each wire by hand."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    clock: FakeClock

    def headers(self, wire: str = "linked_api", account: str | None = None) -> dict[str, str]:
        """Return the token headers of a wire."""
        tokens = self.sandbox.account(account).tokens
        main = (
            {"linked-api-token": tokens.linked_api_token}
            if wire == "linked_api"
            else {"account-api-token": tokens.account_api_token}
        )
        return {**main, "identification-token": tokens.identification_token}

    async def ask(
        self,
        method: str,
        path: str,
        *,
        wire: str = "linked_api",
        account: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Return status and decoded body."""
        async with self.session.request(
            method,
            path if path.startswith("http") else f"{self.sandbox.base_url}{path}",
            json=body,
            headers=self.headers(wire, account) if headers is None else headers,
        ) as reply:
            return reply.status, await reply.json()

    async def start(
        self,
        document: object,
        *,
        wire: str = "linked_api",
        account: str | None = None,
        handling: str = "reslink",
    ) -> Any:
        """Return the decoded reply to a start."""
        headers = self.headers(wire, account) | {"result-handling": handling}
        return (await self.ask("POST", _STARTS[wire], body=document, headers=headers))[1]

    async def begin(self, document: object, *, account: str | None = None) -> str:
        """Return the id of a workflow started on the current API."""
        started = await self.start(document, account=account)
        return str(started["result"]["workflowId"])

    async def poll(self, workflow_id: str, *, account: str | None = None) -> Any:
        """Return the `result` of a poll on the current API."""
        _, told = await self.ask("GET", f"/workflows/{workflow_id}", account=account)
        return told["result"]

    async def end(self, workflow_id: str, *, account: str | None = None) -> Any:
        """Return the `result` of the poll that tells of the end."""
        while True:
            told = await self.poll(workflow_id, account=account)
            if told["workflowStatus"] in {"completed", "failed"}:
                return told
            await self.clock.sleep(1)

    async def run(self, document: object, *, account: str | None = None) -> Any:
        """Return the completion of a workflow."""
        return (await self.end(await self.begin(document, account=account), account=account))[
            "completion"
        ]


@attrs.frozen
class Wire:
    """A bare socket: sends bytes, and tells which came back and how it ended."""

    sandbox: Sandbox
    clock: FakeClock
    channel: socket.socket

    def request(self, method: str = "POST", path: str = "/workflows", body: object = None) -> bytes:
        """Return the bytes of a request with good tokens."""
        tokens = self.sandbox.tokens
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: sandbox\r\n"
            f"linked-api-token: {tokens.linked_api_token}\r\n"
            f"identification-token: {tokens.identification_token}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def send(self, data: bytes) -> None:
        """Hand bytes to the kernel."""
        self.channel.sendall(data)

    async def read(self) -> tuple[bytes, str]:
        """Return what came, and `fin`, `rst` or `open`."""
        came = b""
        for _ in range(_TURNS):
            await self.clock.sleep(0)
            try:
                piece = self.channel.recv(65536)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                return came, "rst"
            if not piece:
                return came, "fin"
            came += piece
        return came, "open"


@attrs.frozen
class Official:
    """Asks through the official SDK's admin client, in a thread beside the event loop."""

    sandbox: Sandbox

    async def __call__(self, what: Callable[[LinkedApiAdmin], Any]) -> Any:
        """Return what the client returns, or raise what it raises."""
        return await asyncio.to_thread(self._work, what)

    async def refused(self, what: Callable[[LinkedApiAdmin], Any]) -> str:
        """Return the error word that the client raises."""
        with pytest.raises(LinkedApiError) as caught:
            await self(what)
        return str(caught.value.type)

    def _work(self, what: Callable[[LinkedApiAdmin], Any]) -> Any:
        config = AdminConfig(linked_api_token=self.sandbox.tokens.linked_api_token)
        http = AdminHttpClient(config, base_url=self.sandbox.base_url)
        try:
            return what(LinkedApiAdmin(http))
        finally:
            http.session.close()


@pytest.fixture
def official(sandbox: Sandbox) -> Official:
    """The official SDK's admin client, connected to the sandbox."""
    return Official(sandbox)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def talk(sandbox: Sandbox, http: aiohttp.ClientSession, clock: FakeClock) -> Talk:
    """Speaks to the sandbox by hand."""
    return Talk(sandbox, http, clock)


@pytest.fixture
async def line(sandbox: Sandbox, clock: FakeClock) -> AsyncIterator[Wire]:
    """A bare connection to the sandbox."""
    parts = urlsplit(sandbox.base_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as channel:
        channel.setblocking(False)  # noqa: FBT003 - its only form
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Wire(sandbox, clock, channel)


@attrs.define
class Receiver:
    """An endpoint that keeps what it gets, and answers as told.

    Attributes:
        url: Where it listens.
        clock: What it notes the moments with.
        answers: Statuses for the next requests; 200 when they are used up.
        patience: Seconds before it answers.
        got: Headers and bodies.
        moments: When they came.
        paths: Where they went.
        busy: How many are being answered now.
        most: How many there ever were at once.
    """

    url: str
    clock: FakeClock
    answers: list[int] = attrs.field(factory=list[int])
    patience: float = 0.0
    got: list[tuple[Mapping[str, str], bytes]] = attrs.field(
        factory=list[tuple[Mapping[str, str], bytes]]
    )
    moments: list[float] = attrs.field(factory=list[float])
    paths: list[str] = attrs.field(factory=list[str])
    busy: int = 0
    most: int = 0

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take one delivery."""
        body = await request.read()
        self.got.append((request.headers, body))
        self.moments.append(self.clock.now())
        self.paths.append(str(request.rel_url))
        status = self.answers.pop(0) if self.answers else 200
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            await self.clock.sleep(self.patience)
        finally:
            self.busy -= 1
        return web.Response(status=status, headers={"Location": self.url})

    @property
    def events(self) -> list[dict[str, Any]]:
        """What came, read."""
        return [json.loads(body) for _, body in self.got]

    @property
    def types(self) -> list[str]:
        """What kinds came."""
        return [event["type"] for event in self.events]

    def trusts(self, webhook: Webhook) -> list[bool]:
        """Return for each what the official verifier says."""
        now = self.clock.wall().timestamp()
        return [
            verify_webhook_signature(
                raw_body=body,
                timestamp=headers.get("linked-api-signature-timestamp"),
                signature=headers.get("linked-api-signature"),
                secret=webhook.secret,
                now_seconds=now,
            )
            for headers, body in self.got
        ]


@pytest.fixture
async def receiver(clock: FakeClock) -> AsyncIterator[Receiver]:
    """An endpoint on this machine, on the test's clock."""
    found = Receiver("", clock)
    runner = web.ServerRunner(web.Server(found.take), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    found.url = f"http://127.0.0.1:{port}/hook?from=linkedapi"
    yield found
    await runner.cleanup()
