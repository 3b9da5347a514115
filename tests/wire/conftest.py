"""Replies, made from bytes or JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from linkedapi_async._messages import Reply
from linkedapi_async.wire import WIRES, Wire, open_wire

RECEIVED_AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def reply() -> Callable[..., Reply]:
    """Make a reply: bytes go as they are, anything else as JSON."""

    def make(body: Any, status: int = 200, **headers: str) -> Reply:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, fields, raw, RECEIVED_AT)

    return make


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> Wire:
    """Each generation in turn."""
    return open_wire(request.param, "https://api.linkedapi.io")
