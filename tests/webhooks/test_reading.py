"""One call from request to event."""

import json
from typing import Any

import pytest

from linkedapi_async.errors import InvalidSignature, LinkedApiError, ProtocolError, SignatureFlaw
from linkedapi_async.webhooks import WebhookTest, read, sign

SECRET, NOW = "signing-secret", 1_767_225_600
BODY = b'{"id":"e","type":"webhook.test","data":{"message":"ping"}}'


def test_signed_delivery_is_read() -> None:
    """Genuine and readable: the event."""
    event = read(BODY, sign(BODY, secret=SECRET, now=NOW), secrets=["new", SECRET], now=NOW)

    assert event == WebhookTest(id="e", message="ping", data={"message": "ping"})


def test_nothing_is_read_before_it_is_verified() -> None:
    """An unsigned body is refused for that, readable or not."""
    for body in (BODY, b"{"):
        with pytest.raises(InvalidSignature) as caught:
            read(body, {}, secrets=[SECRET], now=NOW)

        assert caught.value.reason is SignatureFlaw.MISSING


def test_genuine_nonsense_is_told_apart() -> None:
    """What was signed and cannot be read is the service's fault, not a forger's."""
    body = b'{"id":"e"}'

    with pytest.raises(ProtocolError, match="expected str at type"):
        read(body, sign(body, secret=SECRET, now=NOW), secrets=[SECRET], now=NOW)


@pytest.mark.parametrize(("tolerance", "is_read"), [(59.0, False), (60.0, True)])
def test_tolerance_is_passed_on(tolerance: float, is_read: bool) -> None:  # noqa: FBT001 - a column
    """The caller's tolerance holds here too."""
    headers = sign(BODY, secret=SECRET, now=NOW)
    outcome: Any
    try:
        outcome = read(BODY, headers, secrets=[SECRET], now=NOW + 60, tolerance=tolerance)
    except LinkedApiError as error:
        outcome = error

    assert isinstance(outcome, WebhookTest if is_read else InvalidSignature)


def test_json_written_anew_is_not_what_was_signed() -> None:
    """The bytes count: the same JSON in other bytes proves nothing."""
    headers = sign(BODY, secret=SECRET, now=NOW)

    with pytest.raises(InvalidSignature) as caught:
        read(json.dumps(json.loads(BODY)).encode(), headers, secrets=[SECRET], now=NOW)

    assert caught.value.reason is SignatureFlaw.MISMATCH
