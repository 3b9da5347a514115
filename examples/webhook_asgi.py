"""Take the service's webhooks in plain ASGI: the same few lines suit any asynchronous framework.

    pip install uvicorn
    uvicorn --factory examples.webhook_asgi:create_app

The signing secret comes from LINKED_API_WEBHOOK_SECRET. Each event is printed; give the receiver
to `LinkedApi(receiver=…)` as well, and it wakes that client's waits.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from linkedapi_async import WebhookReceiver
from linkedapi_async.webhooks import WebhookEvent

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOST_BYTES = 16 * 1024 * 1024


def create_app(receiver: WebhookReceiver | None = None) -> App:
    """Return an application that takes deliveries at any path."""
    hears = receiver or WebhookReceiver(secrets=[os.environ["LINKED_API_WEBHOOK_SECRET"]])
    hears.subscribe(WebhookEvent, print)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        receipt = hears.receive(await read(receive), scope["headers"])
        await send({"type": "http.response.start", "status": receipt.status, "headers": []})
        await send({"type": "http.response.body", "body": receipt.reason.encode()})

    return app


async def read(receive: Receive) -> bytes:
    """Return the body; of one that is too large, as much as shows that it is."""
    body = bytearray()
    while len(body) <= MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)
