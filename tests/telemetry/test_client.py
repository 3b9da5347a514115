"""Telemetry of real clients on the sandbox: whole traces, and no token in any of them."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from linkedapi_async import LinkedApi, LinkedApiError, Policy, WorkflowTimeout
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import (
    Close,
    Drop,
    ErrorEnvelope,
    FakeClock,
    Html,
    Null,
    Redirect,
    Reset,
    Sandbox,
)

if TYPE_CHECKING:
    from tests.telemetry.conftest import Seen

Open = Callable[..., LinkedApi]

PERSON: Final = "https://www.linkedin.com/in/person5"
READING: Final = FetchPerson(person_url=PERSON)
WRITING: Final = SendMessage(person_url=PERSON, text="CANARY")
GET: Final = "GET /workflows/{workflow_id}"
FAULTS: Final[list[Any]] = [
    400, 401, 429, 503, "linkedinAccountSignedOut", "invalidLinkedApiToken",
    ErrorEnvelope("CANARY"),
    Reset("request", 60), Reset("reply", 40), Close("reply", 60), Drop(), Html(), Null(),
    Redirect("http://127.0.0.1:9/CANARY"),
]  # fmt: skip


@pytest.fixture
def connect(sandbox: Sandbox, clock: FakeClock, telemetry: Telemetry) -> Open:
    """Return a client under observation."""

    def build(**options: Any) -> LinkedApi:
        given: dict[str, Any] = {
            "base_url": sandbox.base_url,
            "clock": clock,
            "observer": telemetry,
            **sandbox.tokens,
        }
        return LinkedApi(**{**given, **options})

    return build


def children(seen: "Seen", parent: ReadableSpan) -> list[str]:
    """Return the names of a span's children."""
    context = parent.get_span_context()
    return [
        span.name
        for span in seen.spans
        if span.parent is not None and context is not None
        if span.parent.span_id == context.span_id
    ]


async def test_a_run_is_one_trace(seen: "Seen", sandbox: Sandbox, connect: Open) -> None:
    """The caller's span holds start and wait, they their requests; the log knows no more."""
    async with connect() as api:
        with seen.tracer.start_as_current_span("caller"):
            result = await api.run(READING)

    polls = [span for span in seen.spans if span.name == GET]
    assert children(seen, seen.span("caller")) == ["send fetchPerson", "receive fetchPerson"]
    assert children(seen, seen.span("send fetchPerson")) == ["POST /workflows"]
    assert children(seen, seen.span("receive fetchPerson")) == [GET] * len(polls)
    assert len(polls) == len(sandbox.log.requests("poll"))
    assert len({span.get_span_context().trace_id for span in seen.spans}) == 1  # type: ignore[union-attr]
    assert seen.attributes("receive fetchPerson")["messaging.message.id"] == result.workflow_id
    assert seen.attributes("receive fetchPerson")["linkedapi.polls"] == len(polls)
    assert seen.events("send fetchPerson") == ["linkedapi.workflow_started"]
    assert seen.events("receive fetchPerson") == ["linkedapi.workflow_finished"]


async def test_waits_of_one_client_keep_apart(seen: "Seen", connect: Open) -> None:
    """Each caller's polls stay in the caller's trace, whatever task makes them."""

    async def ask(api: LinkedApi, name: str) -> None:
        with seen.tracer.start_as_current_span(name):
            await api.run(READING)

    async with connect() as api:
        await asyncio.gather(*(ask(api, f"caller{number}") for number in range(5)))

    by_trace: dict[int, set[str]] = {}
    for span in seen.spans:
        context = span.get_span_context()
        assert context is not None
        by_trace.setdefault(context.trace_id, set()).add(span.name)
    assert len(by_trace) == 5
    assert all(GET in names for names in by_trace.values())


async def test_a_retried_start_shows_each_attempt(
    seen: "Seen", sandbox: Sandbox, connect: Open
) -> None:
    """Attempts are counted as resending, pauses are events of the start."""
    sandbox.inject("tooManyRequests", on="start", times=2)
    async with connect() as api:
        await api.start(READING)

    posts = [dict(span.attributes or {}) for span in seen.spans if span.name == "POST /workflows"]
    assert [post.get("http.request.resend_count") for post in posts] == [None, 1, 2]
    assert [post.get("error.type") for post in posts] == ["tooManyRequests"] * 2 + [None]
    assert seen.attributes("send fetchPerson")["linkedapi.attempts"] == 3
    assert seen.events("send fetchPerson") == ["linkedapi.backing_off"] * 2 + [
        "linkedapi.workflow_started"
    ]


async def test_a_failing_poll_is_an_event_of_the_wait(
    seen: "Seen", sandbox: Sandbox, connect: Open
) -> None:
    """The wait goes on, and says what held it up."""
    sandbox.inject(503, on="poll")
    async with connect() as api:
        await api.run(READING)

    assert seen.events("receive fetchPerson") == [
        "linkedapi.backing_off",
        "linkedapi.workflow_finished",
    ]
    assert "error.type" not in seen.attributes("receive fetchPerson")


async def test_a_failed_workflow_fails_the_wait(
    seen: "Seen", sandbox: Sandbox, connect: Open
) -> None:
    """By the service's word; the end was received all the same."""
    sandbox.inject("languageNotSupported", on="failure")
    async with connect() as api:
        with pytest.raises(LinkedApiError):
            await api.run(WRITING)

    assert seen.attributes("receive sendMessage")["error.type"] == "languageNotSupported"
    assert seen.values("messaging.client.consumed.messages") == {(): 1}
    assert seen.values("linkedapi.client.waits") == {(): 0}


async def test_a_timed_out_wait_says_so(seen: "Seen", connect: Open) -> None:
    """It fails, and no other; the next wait is another span with the same link."""
    async with connect() as api:
        handle = await api.start(READING)
        with pytest.raises(WorkflowTimeout):
            await handle.result(timeout=0.5)
        await handle.result()

    waits = [span for span in seen.spans if span.name == "receive fetchPerson"]
    kinds = [dict(span.attributes or {}).get("error.type") for span in waits]
    assert kinds == ["workflowTimeout", None]
    assert [len(span.links) for span in waits] == [1, 1]
    assert waits[0].links[0].context == waits[1].links[0].context


async def test_a_question_is_a_request_and_no_more(seen: "Seen", connect: Open) -> None:
    """What needs no workflow has no messaging."""
    async with connect() as api:
        await api.account_info()

    assert seen.names == ["GET /account"]
    assert seen.points("messaging.client.operation.duration") == []


@pytest.mark.parametrize("wire", ["linked_api", "linked_api_v3", "account_api"])
@pytest.mark.parametrize("on", ["start", "poll"])
async def test_no_token_shows_in_any_trace(
    *, seen: "Seen", sandbox: Sandbox, connect: Open, wire: str, on: Any
) -> None:
    """Whatever happens, neither token nor body nor result link is told."""
    tokens = sandbox.tokens
    opened: dict[str, Any] = {"linked_api_token": tokens.linked_api_token}
    if wire != "linked_api":
        opened = {"linked_api_token": None, "account_api_token": tokens.account_api_token}
    secrets = {*tokens.values(), tokens.account_api_token, "CANARY", "/results/"}
    for fault in [*FAULTS, None]:
        if fault is not None:
            sandbox.inject(fault, on=on, times=None)
        policy = Policy(max_attempts=2)
        async with connect(**opened, wire=wire, deadline=40.0, policy=policy) as api:
            for operation in (READING, WRITING):
                try:
                    await api.run(operation)
                except LinkedApiError as error:
                    assert error.code  # noqa: PT017 - half of them fail, the other half does not
        sandbox.clear_faults()

    told = seen.told().replace("/results/{hash}", "").replace("/results/REDACTED", "")
    assert len(seen.spans) > 60
    assert [secret for secret in secrets if secret in told] == []
