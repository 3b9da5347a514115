import asyncio
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog

from linkedapi_async import LinkedApi, Policy
from linkedapi_async._types import Plane
from linkedapi_async.errors import CATALOG, ConfigurationError
from linkedapi_async.events import Event
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import (
    Body,
    Close,
    Delay,
    Drop,
    FakeClock,
    Html,
    Null,
    Redirect,
    Reset,
    Sandbox,
    Stall,
    Truncate,
)

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Listen = Callable[..., Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]

WORDS = [
    name
    for row in CATALOG.values()
    if row.plane is not Plane.CLIENT
    for name in (row.names if row.plane is Plane.REQUEST else (row.type,))
]
"""Every word of the service: a refusal by all its names, an action's failure by one."""

BREAKS: list[Any] = [
    Reset("request", 0), Reset("request", 60), Reset("reply", 0), Reset("reply", 60),
    Close("request", 0), Close("reply", 60), Stall("request", 0), Stall("reply", 60),
    Drop(), Truncate(3), Html(), Html(502), Null(), Null(500), Body(b"{"), Body(b"[]"),
    400, 401, 403, 404, 408, 429, 500, 503,
]  # fmt: skip


class Canaries:
    """Listens everywhere for the tokens of a sandbox.

    Attributes:
        log: Everything logged by anybody, at any level, with tracebacks.
        told: The client's events.
    """

    def __init__(self, sandbox: Sandbox, told: list[Event]) -> None:
        tokens = sandbox.tokens
        self._tokens = (
            tokens.linked_api_token,
            tokens.account_api_token,
            tokens.identification_token,
            "CANARY-PASSWORD",
            "CANARY-OUTDATED",
        )
        self.log = io.StringIO()
        self.told = told

    def __repr__(self) -> str:
        return "<Canaries>"

    def heard_in(self, *things: Any) -> list[str]:
        """Return where a token shows."""
        found = ["log"] if self._is_in(self.log.getvalue()) else []
        found += [f"event {type(event)}" for event in self.told if self._is_in(repr(event))]
        for thing in things:
            if isinstance(thing, BaseException):
                found += self._in_error(thing)
            elif self._is_in(f"{thing!r} {thing}"):
                found.append(f"repr of {type(thing)}")
        return found

    def _in_error(self, error: BaseException) -> Iterator[str]:
        shown = {
            "str": str(error),
            "repr": repr(error),
            "args": repr(error.args),
            "facts": repr(vars(error)),
            "notes": repr(getattr(error, "__notes__", None)),
            "cause": repr(error.__cause__),
            "context": repr(error.__context__),
            "pickle": pickle.dumps(error).decode("latin-1"),
            "copy": repr(copy.deepcopy(error)),
            "trace": "".join(traceback.format_exception(error)),
            "locals": "".join(
                traceback.TracebackException.from_exception(error, capture_locals=True).format()
            ),
        }
        for place, text in shown.items():
            if self._is_in(text):
                yield f"{place} of {type(error)}"

    def _is_in(self, text: str) -> bool:
        return any(token in text for token in self._tokens)


@pytest.fixture(params=["stdlib", "structlog"])
def canaries(
    request: pytest.FixtureRequest, sandbox: Sandbox, told: list[Event]
) -> Iterator[Canaries]:
    """Log everything there is, through the standard library alone or through structlog too."""
    birds = Canaries(sandbox, told)
    handler = logging.StreamHandler(birds.log)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)r"))
    root = logging.getLogger()
    names = ("", "aiohttp", "aiohttp.client", "asyncio", "linkedapi_async")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    if request.param == "structlog":
        structlog.configure(
            processors=[
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=True)
                ),
                structlog.processors.KeyValueRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(birds.log),
        )
    try:
        yield birds
    finally:
        structlog.reset_defaults()
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


async def use(api: LinkedApi, message: SendMessage) -> object:
    """Start a write, ask how it is, wait for its end, stop it; return what is left in the hand."""
    handle = await api.start(message)
    await handle.status()
    await handle.result()
    return handle


@pytest.mark.parametrize("wire_name", ["linked_api", "account_api"])
@pytest.mark.parametrize("on", ["start", "poll", "failure"])
async def test_no_token_shows_in_any_failure_of_the_catalogue(
    *,
    on: Any,
    wire_name: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """Whatever the service says, no token reaches log, event, exception or traceback."""
    shown: list[object] = []
    failed = 0
    for word in WORDS:
        sandbox.inject(word, on=on)
        async with connect(sandbox, wire_name, policy=Policy(max_attempts=1)) as api:
            outcome = await caught(use(api, message))
        failed += isinstance(outcome, Exception)
        if places := canaries.heard_in(outcome, api):
            shown.append((word, places))
        sandbox.clear_faults()

    assert failed > 20
    assert len(canaries.log.getvalue()) > 1_000
    assert shown == []


@pytest.mark.parametrize("wire_name", ["linked_api", "account_api"])
@pytest.mark.parametrize("on", ["start", "poll"])
async def test_no_token_shows_when_connections_break(
    *,
    on: Any,
    wire_name: str,
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """The same for everything that can happen to bytes."""
    shown: list[object] = []
    for fault in BREAKS:
        sandbox.inject(fault, on=on, times=None)
        async with connect(sandbox, wire_name, deadline=50.0) as api:
            outcome = await caught(use(api, message))
        if places := canaries.heard_in(outcome, api):
            shown.append((fault, places))
        sandbox.clear_faults()

    assert shown == []


@pytest.mark.parametrize("way", ["direct", "proxy"])
@pytest.mark.parametrize("kind", ["plain", "status", "cancel"])
async def test_no_token_shows_in_a_cancelled_call(
    *,
    kind: str,
    way: str,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    forward: Callable[..., Awaitable[Any]],
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """A call cancelled at any step has no token in its traceback's locals.

    Through a proxy whose address carries a password, that does not show either.
    """
    port = int(sandbox.base_url.rpartition(":")[2])
    proxy = await forward(port)
    shown: list[object] = []
    cancelled = 0
    for turns in range(120):
        open_api = connect_through if way == "proxy" else connect_directly
        api = open_api(connect, sandbox, proxy.url)
        task = asyncio.ensure_future(acting(kind, api, message))
        await step(turns)
        task.cancel()
        outcome = await caught(task)
        cancelled += isinstance(outcome, asyncio.CancelledError)
        if places := canaries.heard_in(outcome, api):
            shown.append((turns, places))
        await api.aclose()
        await clock.sleep(60)

    assert cancelled > 10
    assert shown == []


def connect_directly(connect: Connect, sandbox: Sandbox, url: str) -> LinkedApi:
    """Return a client that needs no proxy."""
    return connect(sandbox)


def connect_through(connect: Connect, sandbox: Sandbox, url: str) -> LinkedApi:
    """Return a client behind a proxy with a password; a frame of its own, so no local keeps it."""
    secret = url.replace("http://", "http://user:CANARY-PASSWORD@")
    return connect(sandbox, base_url="http://127.0.0.1:9", proxy=secret)


async def acting(kind: str, api: LinkedApi, message: SendMessage) -> object:
    """Do one thing with a workflow."""
    handle = await api.start(message)
    if kind == "status":
        return [await handle.status() for _ in range(3)]
    return await (handle.cancel() if kind == "cancel" else handle.result())


@pytest.mark.parametrize("status", [None, 407, 502])
async def test_no_password_shows_when_the_proxy_fails(
    *,
    status: int | None,
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    dead_port: int,
    forward: Callable[..., Awaitable[Any]],
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """A proxy that is down or refuses is told without its password; so are its options."""
    url = f"http://127.0.0.1:{dead_port}"
    if status is not None:
        url = (await forward(9, status=status)).url
    api = connect_through(connect, sandbox, url)

    outcome = await caught(api.run(message))

    assert isinstance(outcome, Exception)
    assert canaries.heard_in(outcome, api, api._core, api._core.settings) == []


async def test_no_token_travels_along_a_redirect(
    *,
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    listen: Listen,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """Whatever is redirected, another origin receives no connection, and so no token."""
    elsewhere = await listen(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    for wire in ("linked_api", "linked_api_v3", "account_api"):
        for status in (301, 302, 303, 307, 308):
            for on in ("start", "poll"):
                sandbox.inject(Redirect(elsewhere.url, status), on=on)
                outcome = await caught(use(connect(sandbox, wire), message))
                assert canaries.heard_in(outcome) == []
                sandbox.clear_faults()

    assert elsewhere.connections == 0
    assert elsewhere.received == []


async def test_no_token_shows_in_any_repr(
    sandbox: Sandbox, connect: Connect, canaries: Canaries, message: SendMessage
) -> None:
    """What a person may print or log in passing shows fingerprints at most."""
    api = connect(sandbox)
    handle = await api.start(message)
    core = api._core
    sources = tuple(core.tokens.values())

    shown = canaries.heard_in(
        api,
        api.with_options(deadline=1.0),
        handle,
        await handle.status(),
        await handle.result(),
        core,
        core.settings,
        api._wire.start({}),
        *sources,
        *(source.secret for source in sources),
        *(source.secret.value.__repr__() for source in sources if source.secret),
        handle._wait.call,
        *(getattr(handle, name) for name in handle.__slots__ if name != "__weakref__"),
        vars(api),
    )

    assert shown == []


async def test_no_token_shows_when_it_is_outdated(
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """A refused token shows as little as a good one, given as text or by a callable."""
    for option in ("linked_api_token", "identification_token"):
        for api in (outdated(connect, sandbox, option), supplied(connect, sandbox, option)):
            outcome = await caught(api.run(message))
            assert "Token" in outcome.code
            assert canaries.heard_in(outcome, api) == []


def outdated(connect: Connect, sandbox: Sandbox, option: str) -> LinkedApi:
    """Return a client with an outdated token; a frame of its own, so no local keeps it."""
    return connect(sandbox, **{option: "CANARY-OUTDATED"})


def supplied(connect: Connect, sandbox: Sandbox, option: str, *, suffix: str = "") -> LinkedApi:
    """The same from a callable."""

    async def source() -> str:
        return f"CANARY-OUTDATED{suffix}"

    return connect(sandbox, **{option: source})


async def test_no_token_shows_when_a_callable_gives_a_damaged_one(
    sandbox: Sandbox,
    connect: Connect,
    caught: Catch,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """A token with a space in it is refused without being shown, in the traceback's locals too."""
    api = supplied(connect, sandbox, "linked_api_token", suffix=" x")

    outcome = await caught(api.run(message))

    assert isinstance(outcome, ConfigurationError)
    assert canaries.heard_in(outcome, api) == []


async def test_no_token_shows_in_a_closed_or_late_call(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    canaries: Canaries,
    message: SendMessage,
) -> None:
    """Closing the client, and a deadline in every phase, show no more."""
    api = connect(sandbox)
    sandbox.inject(Delay(1.0))
    task = asyncio.ensure_future(api.run(message))
    await step(20)
    await api.aclose()
    assert canaries.heard_in(await caught(task), api) == []
    for fault, on in ((Stall("reply", 0), "start"), (Stall("reply", 0), "poll"), (429, "start")):
        sandbox.inject(fault, on=on, times=None)  # type: ignore[arg-type]  # a moment, from a tuple
        outcome = await caught(connect(sandbox, deadline=1.0).run(message))
        assert isinstance(outcome, Exception)
        assert canaries.heard_in(outcome) == []
        sandbox.clear_faults()


async def test_listener_that_fails_shows_no_token(
    sandbox: Sandbox, connect: Connect, canaries: Canaries, message: SendMessage
) -> None:
    """The traceback of a failing `on_event` goes to the log, and no token with it."""

    def fail(event: Event) -> None:
        raise KeyError(event)

    await connect(sandbox, on_event=fail).run(message)

    assert "callback_failed" in canaries.log.getvalue()
    assert canaries.heard_in() == []
