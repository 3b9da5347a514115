"""Nothing that is sent, received or said in free text reaches a span or a metric."""

import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from linkedapi_async import events
from linkedapi_async._messages import Purpose, Refusal, Reply, Request
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.errors import TransientError
from linkedapi_async.events import Event
from linkedapi_async.telemetry import Telemetry
from linkedapi_async.testing import FakeClock
from linkedapi_async.wire import open_wire

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

Make = Callable[..., "Job"]

BASE_URL: Final = "https://CANARY:CANARY@api.example.com/CANARY"
LINK: Final = WorkflowId("https://api.example.com/account/results/CANARY?key=CANARY")
LEAKY: Final = TransientError("CANARY", code="CANARY", hint="CANARY", workflow_id=LINK)
LISTED: Final = frozenset({"account", "operation", "purpose", "kind"})
"""Text that this library chooses, or the application."""
KINDS: Final = [
    kind
    for kind in map(vars(events).get, events.__all__)
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
]


def filled(kind: type[Event]) -> Event:
    """Return an event with a canary wherever somebody else's words may stand."""
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {
        field.name: value_of(field.name, hints[field.name]) for field in attrs.fields(kind)
    }
    return kind(**values)


def value_of(name: str, hint: Any) -> object:
    found: list[object] = [
        value
        for kind, value in {bool: True, int: 1, float: 1.5}.items()
        if kind in (hint, *typing.get_args(hint))
    ]
    if name == "workflow_id":
        return LINK
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if typing.get_origin(hint) is Mapping:
        return {"CANARY": 1}
    if found:
        return found[0]
    return "listed" if name in LISTED else "CANARY"


@pytest.fixture
def talkative(telemetry: Telemetry, clock: FakeClock) -> Any:
    """A client whose every text is a secret."""
    return telemetry.attend(BASE_URL, clock)


@pytest.mark.parametrize("kind", KINDS)
def test_no_event_gives_anything_away(
    seen: "Seen", talkative: Any, job: Make, kind: type[Event]
) -> None:
    """Whatever stands in its texts, also in those of events to come."""
    with talkative.sending(job()):
        talkative.hear(filled(kind))

    assert seen.events("send fetchPerson") == [kind.name]
    assert "CANARY" not in seen.told()


@pytest.mark.parametrize("name", ["linked_api", "account_api"])
def test_no_request_gives_anything_away(
    seen: "Seen", talkative: Any, job: Make, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither body nor header nor query nor link nor the service's words, going well or badly."""
    wire = open_wire(name, "https://api.example.com")
    requests = [
        attrs.evolve(
            wire.start([{"actionType": "CANARY"}]), headers={"linked-api-token": "CANARY"}
        ),
        wire.poll(LINK),
        Request("GET", "/stats/actions?start=CANARY"),
    ]
    refused = Refusal("CANARY", "CANARY", Certainty.REJECTED, 400, workflow_id=LINK)
    told = Reply(200, {"set-cookie": "CANARY"}, b"CANARY", datetime(2026, 1, 5, tzinfo=UTC))
    asked = 0
    for request in requests:
        for purpose in Purpose:
            call = job(purpose=purpose, workflow_id=LINK)
            with talkative.sending(call), talkative.exchange(request, call) as exchange:
                exchange.ends(told, object())
            with talkative.receiving(call), talkative.exchange(request, call) as exchange:
                exchange.ends(refused, refused)
            fails(talkative.exchange(request, call))
            fails(talkative.sending(call))
            asked += 1

    assert len(seen.spans) == 6 * asked
    assert "CANARY" not in seen.told()
    assert caplog.records == []


def fails(step: Any) -> None:
    """End a step in an error that tells too much."""
    with pytest.raises(TransientError), step:
        raise LEAKY


def test_what_may_be_told_is_told(seen: "Seen", talkative: Any, job: Make) -> None:
    """The canary would be heard: the account's alias is in spans and metrics."""
    with talkative.sending(job(account="CANARY")):
        talkative.hear(events.Drift(account="CANARY", kind="error", word=""))

    assert seen.told().count("CANARY") > 1
