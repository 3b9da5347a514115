"""What the tests of webhooks share: a receiver, and deliveries as the service signs them."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from linkedapi_async.events import Event
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import FakeClock
from linkedapi_async.webhooks import sign

SECRET = "the-signing-secret"

Deliver: TypeAlias = Callable[..., tuple[bytes, dict[str, str]]]


@pytest.fixture
def heard() -> list[Event]:
    """What the receiver announced."""
    return []


@pytest.fixture
def receiver(clock: FakeClock, heard: list[Event]) -> WebhookReceiver:
    """A receiver on the test's clock."""
    return WebhookReceiver(secrets=[SECRET], clock=clock, on_event=heard.append)


@pytest.fixture
def deliver(clock: FakeClock) -> Deliver:
    """Return body and headers of a delivery, rightly signed unless told otherwise."""
    numbers = iter(range(1, 1_000_000))

    def make(
        kind: str = "workflow.completed", *, event_id: str = "", secret: str = SECRET, **data: Any
    ) -> tuple[bytes, dict[str, str]]:
        event = {
            "id": event_id or f"event-{next(numbers)}",
            "type": kind,
            "createdAt": "2026-01-01T00:00:00.000Z",
            "data": data,
        }
        body = json.dumps(event).encode()
        return body, sign(body, secret=secret, now=clock.wall().timestamp())

    return make
