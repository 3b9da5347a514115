"""Take the service's webhooks in FastAPI (or Starlette), and let them wake waits.

    pip install fastapi uvicorn
    uvicorn --factory examples.webhook_fastapi:create_app

The signing secret comes from LINKED_API_WEBHOOK_SECRET, tokens from LINKED_API_TOKEN and
IDENTIFICATION_TOKEN. Register `https://your.host/linked-api` with
`LinkedApiAdmin.webhooks.set`.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response

from linkedapi_async import LinkedApi, WebhookReceiver
from linkedapi_async.operations import FetchPerson


def create_app(receiver: WebhookReceiver | None = None, **options: Any) -> FastAPI:
    """Return the application; `options` go to the client."""
    hears = receiver or WebhookReceiver(secrets=[os.environ["LINKED_API_WEBHOOK_SECRET"]])

    @asynccontextmanager
    async def with_api(app: FastAPI) -> AsyncGenerator[None]:
        async with LinkedApi.from_env(receiver=hears, **options) as app.state.api:
            yield

    app = FastAPI(lifespan=with_api)

    @app.post("/linked-api")
    async def take(request: Request) -> Response:
        # The raw body and every header as sent: what is signed is the bytes, not their meaning.
        receipt = hears.receive(await request.body(), request.headers.raw)
        return Response(receipt.reason, status_code=receipt.status)

    @app.get("/headline")
    async def headline(url: str) -> dict[str, str | None]:
        # Woken by the delivery above; were it lost, polling would find the result.
        result = await app.state.api.run(FetchPerson(person_url=url))
        return {"headline": result.unwrap().headline}

    return app
