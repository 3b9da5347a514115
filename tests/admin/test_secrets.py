"""Tokens, secrets and header values in no log, event, exception or traceback."""

import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import LinkedApiAdmin, LinkedApiError, Policy
from linkedapi_async.events import Event
from linkedapi_async.testing import (
    Body,
    Close,
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

if TYPE_CHECKING:
    from tests.admin.conftest import Connect, Method

URL = "https://hooks.example.com/linked-api"
FAULTS: list[Any] = [
    400, 401, 403, 404, 429, 500, 503, "accountNotFound", "noAvailableSeats",
    "invalidLinkedApiToken", Reset("request", 0), Reset("request", 90), Reset("reply", 40),
    Close("reply", 200), Stall("reply", 40), Drop(), Truncate(60), Html(), Html(502), Null(),
    Body(b"{"), Body(b"[]"), Body(b"{}"), Redirect("http://127.0.0.1:9/"), None,
]  # fmt: skip


class Canaries:
    """Listens everywhere for what has to stay unsaid."""

    def __init__(self, sandbox: Sandbox, told: list[Event]) -> None:
        self._sandbox = sandbox
        self._told = told
        self.log = io.StringIO()

    def __repr__(self) -> str:
        return "<Canaries>"

    @property
    def _secrets(self) -> list[str]:
        webhook = self._sandbox.deliveries.webhook
        return [
            self._sandbox.tokens.linked_api_token,
            *(account.identification_token for account in self._sandbox.accounts),
            *([] if webhook is None else [webhook.secret]),
            "CANARY",
        ]

    def heard_in(self, *things: Any) -> list[str]:
        """Return where one of them shows."""
        places = [("log", self.log.getvalue()), ("events", repr(self._told))]
        for thing in things:
            places.append((f"repr of {type(thing)}", f"{thing!r} {thing}"))
            if isinstance(thing, BaseException):
                trace = traceback.TracebackException.from_exception(thing, capture_locals=True)
                places += [
                    (f"trace of {thing}", "".join(trace.format())),
                    (f"facts of {thing}", repr(vars(thing))),
                    (f"pickle of {thing}", pickle.dumps(thing).decode("latin-1")),
                ]
        secrets = self._secrets
        return [place for place, text in places if any(secret in text for secret in secrets)]


@pytest.fixture
def canaries(sandbox: Sandbox, told: list[Event]) -> Iterator[Canaries]:
    """Log everything there is, at the lowest level."""
    birds = Canaries(sandbox, told)
    handler = logging.StreamHandler(birds.log)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)r"))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield birds
    root.removeHandler(handler)
    root.setLevel(level)


async def outcome(method: "Method", admin: LinkedApiAdmin, sandbox: Sandbox) -> object:
    """Return what a call comes to; its arguments stay in this frame."""
    webhook = sandbox.deliveries.webhook
    known = {
        "account_id": sandbox.account().account_id,
        "webhook_id": "" if webhook is None else webhook.webhook_id,
    }
    given = {name: known.get(name, value) for name, value in method.least.items()}
    try:
        return await method.ours(admin, given)
    except LinkedApiError as error:
        return error


async def test_no_secret_shows_whatever_happens(
    *,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: "Connect",
    canaries: Canaries,
    method: "Method",
) -> None:
    """Each method through each fault: results and errors tell none of them."""
    sandbox.sign_out()
    shown: list[object] = []
    for number, fault in enumerate(FAULTS):
        if len(sandbox.accounts) < 2:
            sandbox.add_account(f"spare{number}")
        if method.row.wire != "webhook.set" and sandbox.deliveries.webhook is None:
            sandbox.deliveries.subscribe(URL, is_signed=True)
        if fault is not None:
            sandbox.inject(fault, on="admin", times=None)
        admin = connect(policy=Policy(max_attempts=1, read_timeout=1.0))
        told = await outcome(method, admin, sandbox)
        sandbox.clear_faults()
        shown += [(fault, place) for place in canaries.heard_in(told, admin, admin.accounts)]
        await admin.aclose()

    assert shown == []
    assert len(sandbox.log.requests("admin")) > 20


async def test_header_values_show_nowhere(
    sandbox: Sandbox, connect: "Connect", canaries: Canaries
) -> None:
    """What is sent along with deliveries may be a credential: later errors do not carry it."""
    webhook = sandbox.deliveries.subscribe(URL)
    admin = connect(policy=Policy(max_attempts=1))
    outcomes = [
        await sent(admin, sandbox, "set_header", webhook.webhook_id),
        await sent(admin, sandbox, "set_headers", webhook.webhook_id),
        await sent(admin, sandbox, "set", ""),
    ]

    assert [type(error).__name__ for error in outcomes] == [
        "TransientError",
        "TransientError",
        "OutcomeUnknown",
    ]
    assert canaries.heard_in(*(own_frames(error) for error in outcomes)) == []


async def sent(admin: LinkedApiAdmin, sandbox: Sandbox, name: str, webhook_id: str) -> Any:
    """Return what a call with a secret header ends in when its reply is lost."""
    sandbox.inject(Reset(), on="admin")
    fields = {"Authorization": "Bearer CANARY"}
    hooks = admin.webhooks
    try:
        match name:
            case "set_header":
                await hooks.set_header(webhook_id=webhook_id, name="A", value="CANARY")
            case "set_headers":
                await hooks.set_headers(webhook_id=webhook_id, headers=fields)
            case _:
                await hooks.set(url=URL, headers=fields)
    except LinkedApiError as error:
        return error


def own_frames(error: LinkedApiError) -> LinkedApiError:
    """Return an error whose traceback begins below the caller's frame, which holds the secret."""
    trace = error.__traceback__
    return error.with_traceback(None if trace is None else trace.tb_next)


async def test_the_text_is_there_for_whoever_asks(sandbox: Sandbox, admin: LinkedApiAdmin) -> None:
    """Hidden from sight, not from use."""
    listed = await admin.accounts.get_all()
    webhook = await admin.webhooks.set(url=URL, signing_enabled=True)

    assert listed.accounts[0].identification_token == sandbox.account().identification_token
    assert sandbox.deliveries.webhook is not None
    assert webhook.secret == sandbox.deliveries.webhook.secret
    fresh = await admin.accounts.regenerate_identification_token(sandbox.account().account_id)
    assert fresh.token == sandbox.account().identification_token
