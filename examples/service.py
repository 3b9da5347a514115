"""A service with one endpoint: it reads a LinkedIn profile, or says honestly why it cannot.

    python examples/service.py [--sandbox]
    curl 'http://127.0.0.1:8080/person?url=https://www.linkedin.com/in/person1&deadline=60'

Tokens come from LINKED_API_TOKEN and IDENTIFICATION_TOKEN, or from a sandbox.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import attrs
from aiohttp import web

from linkedapi_async import (
    ActionError,
    LinkedApi,
    LinkedApiError,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Sandbox

API = web.AppKey("api", LinkedApi)


def status_of(error: LinkedApiError) -> int:
    """Return the HTTP status that tells *our* caller what to do about an error."""
    match error:
        case ActionError():
            return 422  # the workflow ran; what was asked for is not to be had
        case WorkflowTimeout():
            return 504  # it runs on: the body carries its id
        case UserActionRequired() | TransientError():
            return 503  # come back later; whoever has to act hears of it through the log
        case _:
            return 500  # our own mistake: no caller can mend it


async def person(request: web.Request) -> web.Response:
    """Answer `GET /person?url=…&deadline=…`.

    Raises:
        HTTPBadRequest: There is no address, or no usable deadline.
    """
    url = request.query.get("url")
    if not url:
        raise web.HTTPBadRequest(text="url is missing: the address of a LinkedIn profile")
    # The caller knows best how long an answer is worth waiting for. A sibling with a deadline of
    # its own costs nothing: connections, retry budget and announced problems are shared.
    try:
        api = request.app[API].with_options(deadline=float(request.query.get("deadline", 60)))
    except ValueError as error:  # no number, or none above 0
        raise web.HTTPBadRequest(text=f"deadline is unusable: {error}") from None
    try:
        result = await api.run(FetchPerson(person_url=url, retrieve_experience=True))
        body: dict[str, Any] = attrs.asdict(result.unwrap())  # raises if the profile is not there
    except LinkedApiError as error:
        told = {"code": error.code, "message": error.message, "workflow_id": error.workflow_id}
        headers = {"Retry-After": f"{error.retry_after:.0f}"} if error.retry_after else {}
        return web.json_response(told, status=status_of(error), headers=headers)
    return web.json_response(body)


def create_app(**options: Any) -> web.Application:
    """Return the service; `options` go to the client, and win over the environment."""

    async def with_api(app: web.Application) -> AsyncGenerator[None]:
        async with LinkedApi.from_env(**options) as app[API]:  # one client for all requests
            yield

    app = web.Application()
    app.router.add_get("/person", person)
    app.cleanup_ctx.append(with_api)
    return app


async def serve(*, on_sandbox: bool) -> web.Application:
    """Return the service for the environment's account, or for a sandbox of its own."""
    if not on_sandbox:
        return create_app()
    stack = AsyncExitStack()
    sandbox = await stack.enter_async_context(Sandbox(duration=2.0))
    app = create_app(base_url=sandbox.base_url, **sandbox.tokens)
    app.on_cleanup.append(lambda _: stack.aclose())
    return app


if __name__ == "__main__":
    web.run_app(serve(on_sandbox="--sandbox" in sys.argv), host="127.0.0.1", port=8080)
