import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import aiohttp
import pytest
import uvicorn

from linkedapi_async import WebhookReceiver
from linkedapi_async.testing import FakeClock, Sandbox

Example = Callable[[str], ModuleType]
HOOK = "https://hooks.example.com"
PERSON = "https://www.linkedin.com/in/person1"


@pytest.fixture
async def serve(clock: FakeClock) -> AsyncIterator[Any]:
    """Serve an ASGI application on a free port, as uvicorn would anywhere."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(app: Any, *, lifespan: Any) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan=lifespan, ws="none")
        server = uvicorn.Server(config)
        task = asyncio.ensure_future(server.serve(sockets=[listener]))
        running.append((server, task))
        while not server.started and not task.done():
            await clock.sleep(0.01)
        return "http://{}:{}".format(*listener.getsockname())

    yield start
    for server, task in running:
        server.should_exit = True
        await task


@pytest.fixture
def receiver(sandbox: Sandbox, clock: FakeClock) -> WebhookReceiver:
    """A receiver of what the sandbox delivers."""
    webhook = sandbox.deliveries.subscribe(f"{HOOK}/linked-api")
    return WebhookReceiver(secrets=[webhook.secret], clock=clock)


async def test_fastapi(
    example: Example, serve: Any, sandbox: Sandbox, clock: FakeClock, receiver: WebhookReceiver
) -> None:
    """An endpoint's wait is woken by a delivery to another endpoint; nothing is polled."""
    app = example("webhook_fastapi").create_app(
        receiver, base_url=sandbox.base_url, clock=clock, **sandbox.tokens
    )
    address = await serve(app, lifespan="on")
    sandbox.deliveries.lead(HOOK, address)

    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{address}/headline", params={"url": PERSON}) as reply,
    ):
        told = await reply.json()

    assert told == {"headline": "Software Engineer at TechCorp"}
    assert not sandbox.log.requests("poll")
    assert await sandbox.deliveries.forge("signature") == 401


async def test_plain_asgi(
    example: Example,
    serve: Any,
    sandbox: Sandbox,
    receiver: WebhookReceiver,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Deliveries are verified, printed and answered; forged and huge ones are not believed."""
    address = await serve(example("webhook_asgi").create_app(receiver), lifespan="off")
    sandbox.deliveries.lead(HOOK, address)

    sandbox.deliveries.emit("webhook.test", "e1", {"message": "Hello"}, lane="test")
    await sandbox.deliveries.wait_idle()

    assert "message='Hello'" in capsys.readouterr().out
    assert await sandbox.deliveries.forge("altered") == 401
    async with (
        aiohttp.ClientSession() as client,
        client.post(address, data=io.BytesIO(bytes(17 * 1024 * 1024))) as reply,
    ):
        assert reply.status == 413
