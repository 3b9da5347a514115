"""What the tests of the Admin API share: its 32 methods through both clients, pure and for real."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final, TypeAlias, cast, get_args

import attrs
import pytest
from hypothesis import strategies as st
from linkedapi import LinkedApiError as OfficialError
from linkedapi.admin import AdminHttpClient
from linkedapi.admin import LinkedApiAdmin as OfficialAdmin
from linkedapi.types import admin as params
from linkedapi.types import webhooks as hooks
from linkedapi.types.base import LinkedApiModel

from linkedapi_async import LinkedApiAdmin, models
from linkedapi_async.admin import AdminAccounts, AdminLimits, AdminSubscription, AdminWebhooks
from linkedapi_async.events import Event
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.wire import Query

Connect: TypeAlias = Callable[..., LinkedApiAdmin]
Arguments: TypeAlias = Mapping[str, Any]

TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
_TOKEN: Final = "!#$%&'*+.^_`|~-abcXYZ019"
_HEADERS: Final = st.dictionaries(
    st.text(_TOKEN, min_size=1),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).filter(str.strip),
    max_size=4,
).filter(lambda held: len({name.lower() for name in held}) == len(held))
_URLS: Final = st.builds(
    "https://{}.example.com/{}".format, st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.integers()
)
_CATEGORIES: Final = st.sampled_from(get_args(params.LimitCategory))
_PERIODS: Final = st.sampled_from(get_args(params.LimitPeriod))
_EVENTS: Final = st.lists(st.sampled_from(get_args(hooks.WebhookEventSelector)), max_size=5)
_ACCOUNT: Final = st.fixed_dictionaries({"account_id": TEXT})
_SESSION: Final = st.fixed_dictionaries({"session_id": TEXT})
_WEBHOOK: Final = {"webhook_id": TEXT}
_MODES: Final = st.sampled_from(["fat", "thin"])
_FLAG: Final = st.booleans()
_NONE: Final[st.SearchStrategy[dict[str, Any]]] = st.just({})


def _key(entry: Any) -> tuple[str, str]:
    return entry.category, entry.period


_SET: Final = st.lists(
    st.builds(
        models.SetLimitEntry,
        category=_CATEGORIES,
        period=_PERIODS,
        max_value=st.integers(0, 2**53 - 1),
        is_enabled=st.none() | _FLAG,
    ),
    unique_by=_key,
    max_size=5,
)
_DELETE: Final = st.lists(
    st.builds(models.DeleteLimitEntry, category=_CATEGORIES, period=_PERIODS), max_size=5
)


@attrs.frozen
class Row:
    """How one method is called through both clients.

    Attributes:
        wire: Its name on the wire.
        params: The official class of its parameters, `None` where it has none.
        arguments: Makes arguments that both clients take.
        repeats: Whether it may be sent again when nobody knows whether it was carried out.
        takes_one: Whether its one parameter may be given without its name.
    """

    wire: str
    params: type[Any] | None
    arguments: st.SearchStrategy[Arguments]
    repeats: bool
    takes_one: bool = False


def _one(wire: str, kind: type[Any], arguments: st.SearchStrategy[Any], *, repeats: bool) -> Row:
    return Row(wire, kind, arguments, repeats, takes_one=True)


ROWS: Final[dict[str, Row]] = {
    "subscription.get_status": Row("subscription.getStatus", None, _NONE, repeats=True),
    "subscription.get_seats": Row("subscription.getSeats", None, _NONE, repeats=True),
    "subscription.set_seats": Row(
        "subscription.setSeats",
        params.SetSeatsParams,
        st.fixed_dictionaries(
            {
                "quantity": st.integers(1, 1000),
                "seat_type": st.sampled_from(["core", "plus"]),
                "billing_period": st.sampled_from(["month", "year"]),
            }
        ),
        repeats=False,
    ),
    "accounts.get_all": Row("accounts.getAll", None, _NONE, repeats=True),
    "accounts.disconnect": _one(
        "accounts.disconnect", params.DisconnectParams, _ACCOUNT, repeats=False
    ),
    "accounts.reparse_account_info": _one(
        "accounts.reparseAccountInfo", params.ReparseAccountInfoParams, _ACCOUNT, repeats=True
    ),
    "accounts.regenerate_identification_token": _one(
        "accounts.regenerateIdentificationToken",
        params.RegenerateTokenParams,
        _ACCOUNT,
        repeats=False,
    ),
    "accounts.create_connection_session": Row(
        "accounts.createConnectionSession", None, _NONE, repeats=False
    ),
    "accounts.create_reconnection_session": _one(
        "accounts.createReconnectionSession",
        params.CreateReconnectionSessionParams,
        _ACCOUNT,
        repeats=False,
    ),
    "accounts.get_connection_session": _one(
        "accounts.getConnectionSession", params.GetConnectionSessionParams, _SESSION, repeats=True
    ),
    "accounts.cancel_connection_session": _one(
        "accounts.cancelConnectionSession",
        params.CancelConnectionSessionParams,
        _SESSION,
        repeats=False,
    ),
    "limits.get_defaults": Row("limits.getDefaults", None, _NONE, repeats=True),
    "limits.get": _one("limits.get", params.GetLimitsParams, _ACCOUNT, repeats=True),
    "limits.get_usage": _one(
        "limits.getUsage", params.GetLimitsUsageParams, _ACCOUNT, repeats=True
    ),
    "limits.set": Row(
        "limits.set",
        params.SetLimitsParams,
        st.fixed_dictionaries({"account_id": TEXT, "limits": _SET}),
        repeats=True,
    ),
    "limits.delete": Row(
        "limits.delete",
        params.DeleteLimitsParams,
        st.fixed_dictionaries({"account_id": TEXT, "limits": _DELETE}),
        repeats=True,
    ),
    "limits.reset_to_defaults": _one(
        "limits.resetToDefaults", params.ResetLimitsParams, _ACCOUNT, repeats=True
    ),
    "webhooks.set": Row(
        "webhook.set",
        hooks.SetWebhookParams,
        st.fixed_dictionaries(
            {"url": _URLS},
            optional={
                "payload_mode": st.none() | _MODES,
                "signing_enabled": st.none() | _FLAG,
                "headers": st.none() | _HEADERS,
                "events": st.none() | _EVENTS,
            },
        ),
        repeats=False,
    ),
    "webhooks.get": Row("webhook.get", None, _NONE, repeats=True),
    "webhooks.set_payload_mode": Row(
        "webhook.setPayloadMode",
        hooks.SetWebhookPayloadModeParams,
        st.fixed_dictionaries({**_WEBHOOK, "payload_mode": _MODES}),
        repeats=True,
    ),
    "webhooks.set_signing": Row(
        "webhook.setSigning",
        hooks.SetWebhookSigningParams,
        st.fixed_dictionaries({**_WEBHOOK, "signing_enabled": _FLAG}),
        repeats=True,
    ),
    "webhooks.set_headers": Row(
        "webhook.setHeaders",
        hooks.SetWebhookHeadersParams,
        st.fixed_dictionaries({**_WEBHOOK, "headers": st.none() | _HEADERS}),
        repeats=True,
    ),
    "webhooks.set_header": Row(
        "webhook.setHeader",
        hooks.SetWebhookHeaderParams,
        st.fixed_dictionaries(
            {**_WEBHOOK, "name": st.text(_TOKEN, min_size=1), "value": st.text("abc 1", min_size=1)}
        ).filter(lambda given: bool(given["value"].strip())),
        repeats=True,
    ),
    "webhooks.delete_header": Row(
        "webhook.deleteHeader",
        hooks.DeleteWebhookHeaderParams,
        st.fixed_dictionaries({**_WEBHOOK, "name": st.text(_TOKEN, min_size=1)}),
        repeats=False,
    ),
    "webhooks.reveal_secret": _one(
        "webhook.revealSecret",
        hooks.RevealWebhookSecretParams,
        st.fixed_dictionaries(_WEBHOOK),
        repeats=True,
    ),
    "webhooks.rotate_secret": _one(
        "webhook.rotateSecret",
        hooks.RotateWebhookSecretParams,
        st.fixed_dictionaries(_WEBHOOK),
        repeats=False,
    ),
    "webhooks.set_events": Row(
        "webhook.setEvents",
        hooks.SetWebhookEventsParams,
        st.fixed_dictionaries({**_WEBHOOK, "events": st.none() | _EVENTS}),
        repeats=True,
    ),
    "webhooks.event_types": Row("webhook.eventTypes", None, _NONE, repeats=True),
    "webhooks.delete": _one(
        "webhook.delete",
        hooks.DeleteWebhookParams,
        st.fixed_dictionaries(_WEBHOOK),
        repeats=False,
    ),
    "webhooks.deliveries": Row("webhook.deliveries", None, _NONE, repeats=True),
    "webhooks.replay_delivery": _one(
        "webhook.replayDelivery",
        hooks.ReplayWebhookDeliveryParams,
        st.fixed_dictionaries({"delivery_id": TEXT}),
        repeats=False,
    ),
    "webhooks.send_test": Row("webhook.sendTest", None, _NONE, repeats=False),
}

_ONE: Final = {"account_id": "Zoë ♥"}
LEAST: Final[dict[str, Arguments]] = {
    "subscription.set_seats": {"quantity": 3, "seat_type": "core", "billing_period": "year"},
    "accounts.disconnect": _ONE,
    "accounts.reparse_account_info": _ONE,
    "accounts.regenerate_identification_token": _ONE,
    "accounts.create_reconnection_session": _ONE,
    "accounts.get_connection_session": {"session_id": "s"},
    "accounts.cancel_connection_session": {"session_id": "s"},
    "limits.get": _ONE,
    "limits.get_usage": _ONE,
    "limits.set": {**_ONE, "limits": []},
    "limits.delete": {**_ONE, "limits": []},
    "limits.reset_to_defaults": _ONE,
    "webhooks.set": {"url": "https://example.com/hook", "headers": {"A": "1"}, "events": []},
    "webhooks.set_payload_mode": {"webhook_id": "w", "payload_mode": "fat"},
    "webhooks.set_signing": {"webhook_id": "w", "signing_enabled": True},
    "webhooks.set_headers": {"webhook_id": "w", "headers": None},
    "webhooks.set_header": {"webhook_id": "w", "name": "A", "value": "1"},
    "webhooks.delete_header": {"webhook_id": "w", "name": "A"},
    "webhooks.reveal_secret": {"webhook_id": "w"},
    "webhooks.rotate_secret": {"webhook_id": "w"},
    "webhooks.set_events": {"webhook_id": "w", "events": None},
    "webhooks.delete": {"webhook_id": "w"},
    "webhooks.replay_delivery": {"delivery_id": "d"},
}

RESOURCES: Final[dict[str, type[Any]]] = {
    "subscription": AdminSubscription,
    "accounts": AdminAccounts,
    "limits": AdminLimits,
    "webhooks": AdminWebhooks,
}


class _Recorder:
    """Stands where a resource expects its client, and keeps the query."""

    query: Query[Any]

    async def ask(self, query: Query[Any]) -> Any:
        self.query = query


class _Answering:
    """Stands where the official client expects `requests`, and keeps what it was asked."""

    def __init__(self, reply: Any) -> None:
        self.asked: dict[str, Any] = {}
        self.reply = reply
        self.ok = True

    def request(self, method: str, url: str, **given: Any) -> "_Answering":
        self.asked = {"method": method, "url": url, **given}
        return self

    def json(self) -> Any:
        return self.reply


@attrs.frozen
class Method:
    """One method, callable through both clients.

    Attributes:
        name: As clients call it, with its resource.
        row: How it is called.
    """

    name: str
    row: Row

    @property
    def least(self) -> Arguments:
        """Arguments that will do."""
        return LEAST.get(self.name, {})

    @property
    def parts(self) -> tuple[str, str]:
        """Resource and method."""
        resource, _, method = self.name.partition(".")
        return resource, method

    def ours(self, admin: Any, arguments: Arguments) -> Coroutine[Any, Any, Any]:
        """Call it through this library's client."""
        resource, method = self.parts
        work: Coroutine[Any, Any, Any] = getattr(getattr(admin, resource), method)(**arguments)
        return work

    def function(self) -> Callable[..., Any]:
        """Return this library's function."""
        resource, method = self.parts
        function: Callable[..., Any] = getattr(RESOURCES[resource], method)
        return function

    def query(self, arguments: Arguments) -> Query[Any]:
        """Return what this library would ask, without a socket or an event loop."""
        resource, method = self.parts
        recorder = _Recorder()
        work = getattr(RESOURCES[resource](recorder), method)(**arguments)
        with pytest.raises(StopIteration):
            work.send(None)
        return recorder.query

    def official(self, admin: OfficialAdmin, arguments: Arguments) -> Any:
        """Call it through the official client."""
        resource, method = self.parts
        call = getattr(getattr(admin, resource), method)
        if self.row.params is None:
            return call()
        names = {"webhook_id": "id"}
        given = {names.get(name, name): _plain(value) for name, value in arguments.items()}
        return call(self.row.params(**given))

    def asked(self, arguments: Arguments, reply: Any = None) -> tuple[dict[str, Any], Any]:
        """Return what the official client asks, and what it makes of a reply."""
        answering = _Answering(ANY_REPLY if reply is None else reply)
        config = params.AdminConfig(linked_api_token="linked_1")
        http = AdminHttpClient(config, session=cast("Any", answering))
        told = self.official(OfficialAdmin(http), arguments)
        return answering.asked, told


ANY_REPLY: Final[dict[str, Any]] = {
    "success": True,
    "result": {
        "webhook": {},
        "webhooks": [],
        "deliveries": [],
        "eventTypes": [],
        "session": {},
        "seats": [],
        "limits": [],
        "usage": [],
        "accounts": [],
    },
}
"""A reply in which every method finds what it looks for."""


def _plain(value: object) -> Any:
    """Return entries as the official classes take them."""
    if isinstance(value, list):
        return [_plain(entry) for entry in cast("list[object]", value)]
    if attrs.has(type(value)):
        return {
            name: held
            for name, held in attrs.asdict(cast("Any", value)).items()
            if held is not None
        }
    return value


def _official_names() -> list[str]:
    """Return every method the official client has."""
    config = params.AdminConfig(linked_api_token="linked_1")
    admin = OfficialAdmin(AdminHttpClient(config, session=cast("Any", _Answering(None))))
    return [
        f"{resource}.{name}"
        for resource in vars(admin)
        for name, _ in inspect.getmembers(getattr(admin, resource), inspect.ismethod)
        if not name.startswith("_")
    ]


@pytest.fixture(scope="session", params=_official_names())
def method(request: pytest.FixtureRequest) -> Method:
    """Each method of the official client in turn."""
    return Method(request.param, ROWS[request.param])


@pytest.fixture(scope="session")
def any_reply() -> Any:
    """A reply in which every method finds what it looks for."""
    return ANY_REPLY


@pytest.fixture(scope="session")
def plain() -> Callable[[Any], Any]:
    """Turn a result of either client into plain values, a wrapper of one value unwrapped."""

    def flatten(told: object) -> Any:
        if isinstance(told, LinkedApiModel):
            found = {name: flatten(getattr(told, name)) for name in type(told).model_fields}
            first, *others = found.values()
            is_wrapper = not others and isinstance(first, (list, dict))
            return cast("object", first) if is_wrapper else found
        if attrs.has(type(told)):
            pairs = attrs.asdict(cast("Any", told), recurse=False).items()
            return {name: flatten(value) for name, value in pairs}
        if isinstance(told, list):
            return [flatten(entry) for entry in cast("list[object]", told)]
        return told

    return flatten


@pytest.fixture(scope="session")
def methods() -> dict[str, Method]:
    """Every method by its name."""
    return {name: Method(name, row) for name, row in ROWS.items()}


@pytest.fixture(scope="session")
def official_names() -> list[str]:
    """Every method of the official client."""
    return _official_names()


# ── over real sockets ──


@pytest.fixture
async def connect(sandbox: Sandbox, clock: FakeClock, told: list[Event]) -> AsyncIterator[Connect]:
    """Open an admin client with any option; all are closed at the end of the test."""
    async with AsyncExitStack() as stack:

        def build(**options: Any) -> LinkedApiAdmin:
            given: dict[str, Any] = {
                "linked_api_token": sandbox.tokens.linked_api_token,
                "base_url": sandbox.base_url,
                "clock": clock,
                "on_event": told.append,
            }
            admin = LinkedApiAdmin(**{**given, **options})
            stack.push_async_callback(admin.aclose)
            return admin

        yield build


@pytest.fixture
def admin(connect: Connect) -> LinkedApiAdmin:
    """An admin client, connected to the sandbox."""
    return connect()


@attrs.frozen
class Official:
    """The official client, in a thread beside the event loop."""

    async def __call__(
        self, base_url: str, token: str, what: Callable[[OfficialAdmin], Any]
    ) -> Any:
        """Return what it returns, or the error word it raises."""
        return await asyncio.to_thread(self._work, base_url, token, what)

    def _work(self, base_url: str, token: str, what: Callable[[OfficialAdmin], Any]) -> Any:
        config = params.AdminConfig(linked_api_token=token)
        http = AdminHttpClient(config, base_url=base_url)
        try:
            return what(OfficialAdmin(http))
        except OfficialError as error:
            return error.type
        finally:
            http.session.close()


@pytest.fixture
def official() -> Official:
    """The official client, for any server."""
    return Official()


@attrs.define
class Listener:
    """A server that keeps every byte it is sent and answers alike.

    Attributes:
        url: Where it listens.
        heads: Head of each request, by field in lower case; the first line under `""`.
        bodies: Body of each request.
    """

    url: str = ""
    heads: list[dict[str, str]] = attrs.field(factory=list[dict[str, str]])
    bodies: list[bytes] = attrs.field(factory=list[bytes])


@pytest.fixture
async def listen() -> AsyncIterator[Callable[..., Awaitable[Listener]]]:
    """Open a server that answers every request with one JSON body."""
    servers: list[asyncio.Server] = []

    async def make(body: Any, status: int = 200) -> Listener:
        listener = Listener()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = [line.partition(": ") for line in lines[1:] if line]
            head = {"": lines[0], **{name.lower(): value for name, _, value in fields}}
            listener.heads.append(head)
            listener.bodies.append(await reader.readexactly(int(head.get("content-length", "0"))))
            writer.write(
                b"HTTP/1.1 %d X\r\nConnection: close\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (status, len(content), content)
            )
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return listener

    yield make
    for server in servers:
        server.close()
        await server.wait_closed()
