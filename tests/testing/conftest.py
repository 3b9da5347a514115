"""What the tests of the sandbox share: a plain HTTP client, and one that counts single bytes."""

import json
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import attrs
import pytest

from linkedapi_async.testing import FakeClock, Sandbox

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
