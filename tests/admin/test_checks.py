"""Parameters that cannot be right: refused before anything is sent, by name, value and remedy."""

from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import ConfigurationError
from linkedapi_async.models import DeleteLimitEntry, SetLimitEntry

if TYPE_CHECKING:
    from tests.admin.conftest import Method

URL = "https://example.com/hook"
LOOSE_SET: Any = SetLimitEntry
LOOSE_DELETE: Any = DeleteLimitEntry


def entry(**changed: Any) -> Any:
    return LOOSE_SET(**{"category": "stPosts", "period": "daily", "max_value": 1, **changed})


SEATS = {"quantity": 1, "seat_type": "core", "billing_period": "month"}
BAD: list[tuple[str, dict[str, Any], str]] = [
    *[
        ("subscription.set_seats", {**SEATS, "quantity": value}, f"quantity={value!r} has to be")
        for value in (0, -1, 1001, 1.0, "5", True, None)
    ],
    ("subscription.set_seats", {**SEATS, "seat_type": "gold"}, "'gold' is not one of core, plus"),
    ("subscription.set_seats", {**SEATS, "seat_type": 1}, "seat_type=1 is not one of core, plus"),
    (
        "subscription.set_seats",
        {**SEATS, "billing_period": "week"},
        "billing_period='week' is not one of month, year",
    ),
    *[
        (name, {"account_id": value}, f"account_id={value!r} has to be a text")
        for name in ("accounts.disconnect", "limits.get", "limits.reset_to_defaults")
        for value in ("", "  ", None, 7, b"a")
    ],
    ("accounts.get_connection_session", {"session_id": ""}, "session_id='' has to be a text"),
    ("accounts.disconnect", {"account_id": "\ud800"}, "half a character"),
    ("webhooks.replay_delivery", {"delivery_id": ""}, "delivery_id='' has to be a text"),
    ("webhooks.delete", {"webhook_id": None}, "webhook_id=None has to be a text"),
    ("limits.set", {"account_id": "a", "limits": "x"}, "limits='x' has to be a list of SetLimit"),
    ("limits.set", {"account_id": "a", "limits": {}}, "limits={} has to be a list of SetLimit"),
    ("limits.set", {"account_id": "a", "limits": None}, "limits=None has to be a list"),
    ("limits.set", {"account_id": "a", "limits": [{}]}, "limits[0]={} has to be a SetLimitEntry"),
    (
        "limits.set",
        {"account_id": "a", "limits": [{"category": "stPosts", "max": 3}]},
        "has to be a SetLimitEntry",
    ),
    (
        "limits.set",
        {
            "account_id": "a",
            "limits": [{"category": "stPosts", "period": "daily", "maxValue": -1}],
        },
        "limits[0].max_value=-1 has to be a whole number, 0 or more",
    ),
    ("limits.set", {"account_id": "", "limits": []}, "account_id='' has to be a text"),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(), entry(period="weekly", max_value=-1)]},
        "limits[1].max_value=-1 has to be a whole number, 0 or more",
    ),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(max_value=2**53)]},
        "limits[0].max_value=9007199254740992 has to be",
    ),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(period="hourly")]},
        "limits[0].period='hourly' is not one of daily, weekly, monthly",
    ),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(category="")]},
        "limits[0].category='' has to be a text",
    ),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(is_enabled=1)]},
        "limits[0].is_enabled=1 has to be True or False",
    ),
    (
        "limits.set",
        {"account_id": "a", "limits": [entry(), entry(max_value=2)]},
        "stands there twice: limits[0] is for the same category and period",
    ),
    (
        "limits.delete",
        {"account_id": "a", "limits": [entry()]},
        "has to be a DeleteLimitEntry",
    ),
    (
        "limits.delete",
        {"account_id": "a", "limits": [LOOSE_DELETE(category="stPosts", period="")]},
        "limits[0].period='' is not one of",
    ),
    *[
        ("webhooks.set", {"url": value}, problem)
        for value, problem in (
            ("", "url='' has to be a text"),
            (None, "url=None has to be a text"),
            ("example.com", "url='example.com' has to be an HTTPS address"),
            ("ftp://example.com", "has to be an HTTPS address"),
            ("https://", "has to be an HTTPS address"),
            ("https://example.com/a b", "has to be an HTTPS address"),
            ("https://example.com/\n", "has to be an HTTPS address"),
            ("https://[::1", "is no address"),
            ("https://example.com:port", "is no address"),
            ("http://example.com", "has to be HTTPS: the service"),
            ("http://10.0.0.1/", "has to be HTTPS: the service"),
            ("https://10.0.0.1/", "is a private address"),
            ("https://192.168.1.2:8443/x", "is a private address"),
            ("https://[fd00::1]/", "is a private address"),
            (f"{URL}?{'x' * 500} ", "x…"),
        )
    ],
    ("webhooks.set", {"url": URL, "payload_mode": "slim"}, "'slim' is not one of fat, thin"),
    ("webhooks.set", {"url": URL, "signing_enabled": "yes"}, "signing_enabled='yes' has to be"),
    ("webhooks.set", {"url": URL, "headers": ["A"]}, "headers has to map names to values, not l"),
    ("webhooks.set", {"url": URL, "headers": {"A B": "1"}}, "headers='A B' is no name of a header"),
    ("webhooks.set", {"url": URL, "headers": {1: "1"}}, "headers=1 is no name of a header"),
    ("webhooks.set", {"url": URL, "headers": {"A": 1}}, "The value of the header 'A' has to be"),
    ("webhooks.set", {"url": URL, "headers": {"A": "1", "a": "2"}}, "'a' stands there twice"),
    ("webhooks.set", {"url": URL, "events": "workflow.*"}, "events='workflow.*' has to be a list"),
    ("webhooks.set", {"url": URL, "events": {"a"}}, "events={'a'} has to be a list"),
    ("webhooks.set", {"url": URL, "events": [""]}, "events[0]='' has to be a text"),
    ("webhooks.set", {"url": URL, "events": ["webhook.test"]}, "always delivered"),
    ("webhooks.set_events", {"webhook_id": "w", "events": [1]}, "events[0]=1 has to be a text"),
    ("webhooks.set_headers", {"webhook_id": "w", "headers": "A: 1"}, "headers has to map"),
    ("webhooks.set_header", {"webhook_id": "w", "name": "", "value": "1"}, "name='' is no name"),
    ("webhooks.delete_header", {"webhook_id": "w", "name": "A:"}, "name='A:' is no name"),
    ("webhooks.set_signing", {"webhook_id": "w", "signing_enabled": None}, "signing_enabled=None"),
    ("webhooks.set_payload_mode", {"webhook_id": "w", "payload_mode": None}, "payload_mode=None"),
]


@pytest.mark.parametrize(("name", "arguments", "problem"), BAD)
def test_what_cannot_be_right_is_refused(
    methods: dict[str, "Method"], name: str, arguments: dict[str, Any], problem: str
) -> None:
    """The message names the parameter, its value and what it has to be; nothing was sent."""
    with pytest.raises(ConfigurationError) as caught:
        methods[name].query(arguments)

    error = caught.value
    assert problem in error.message
    assert (error.code, error.certainty, error.scope) == (
        "invalidRequestPayload",
        "not_sent",
        "call",
    )
    assert isinstance(error, ValueError)
    assert len(error.message) < 300


@pytest.mark.parametrize("value", ["", " ", "CANARY\n", "CANARY\x00", "CANARY ♥", 5, None, b"x"])
def test_a_refused_header_value_is_not_shown(methods: dict[str, "Method"], value: Any) -> None:
    """It may be a credential with one letter too many."""
    arguments = {"webhook_id": "w", "name": "Authorization", "value": value}

    with pytest.raises(ConfigurationError) as caught:
        methods["webhooks.set_header"].query(arguments)

    assert "'Authorization'" in caught.value.message
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/a/b?c=d",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://bücher.example/",
        "http://127.0.0.1:8080/hook",
        "http://localhost:8080",
        "https://localhost",
        "http://[::1]:8080/",
    ],
)
def test_addresses_that_may_be_right_pass(methods: dict[str, "Method"], url: str) -> None:
    """Public HTTPS ones, and those of this machine, which only a sandbox takes."""
    assert methods["webhooks.set"].query({"url": url}).name == "webhook.set"
