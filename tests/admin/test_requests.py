"""What is sent, beside what the official client sends: pure, with any parameters."""

import inspect
import json
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Plan
from linkedapi_async.models import SetLimitEntry

if TYPE_CHECKING:
    from tests.admin.conftest import Method


def test_every_official_method_is_there(
    methods: dict[str, "Method"], official_names: list[str]
) -> None:
    """All 32, and no other."""
    assert len(official_names) == 32
    assert sorted(methods) == sorted(official_names)


@given(data=st.data())
def test_requests_are_those_of_the_official_client(method: "Method", data: st.DataObject) -> None:
    """Method, path and body are equal; what the official client leaves out is left out here."""
    arguments = data.draw(method.row.arguments)
    asked, _ = method.asked(arguments)

    request = method.query(arguments).request

    body = None if request.body is None else json.loads(request.body)
    assert (request.method, f"https://api.linkedapi.io{request.path}") == (
        asked["method"],
        asked["url"],
    )
    assert body == asked["json"]
    assert request.headers == {}


def test_names_are_those_of_the_wire(method: "Method") -> None:
    """Events and errors call a method as the service does."""
    query = method.query(method.least)

    assert query.name == method.row.wire
    assert query.request.path == f"/admin/{method.row.wire}"


def test_each_method_says_whether_it_may_be_sent_again(method: "Method") -> None:
    """Getters and what settles a state may; what adds, removes, pays or rotates may not."""
    assert method.query(method.least).reads_only is method.row.repeats


def test_what_may_be_null_is_sent_as_null(methods: dict[str, "Method"]) -> None:
    """`None` clears headers and events; elsewhere it leaves the key out."""
    given: dict[str, dict[str, Any]] = {
        "webhooks.set_headers": {"webhook_id": "whs-1", "headers": None},
        "webhooks.set_events": {"webhook_id": "whs-1", "events": None},
        "webhooks.set": {"url": "https://example.com", "headers": None, "events": None},
        "limits.set": {
            "account_id": "a",
            "limits": [SetLimitEntry(category="stPosts", period="daily", max_value=0)],
        },
    }

    bodies = {
        name: json.loads(methods[name].query(arguments).request.body or b"null")
        for name, arguments in given.items()
    }

    assert bodies == {
        "webhooks.set_headers": {"id": "whs-1", "headers": None},
        "webhooks.set_events": {"id": "whs-1", "events": None},
        "webhooks.set": {"url": "https://example.com"},
        "limits.set": {
            "accountId": "a",
            "limits": [{"category": "stPosts", "period": "daily", "maxValue": 0}],
        },
    }


def test_parameterless_methods_send_no_body(method: "Method") -> None:
    """None at all, as the official client."""
    assert (method.query(method.least).request.body is None) is (method.row.params is None)


def test_parameters_are_named_where_there_are_several(method: "Method") -> None:
    """One may be given by its place, more have to be named."""
    taken = inspect.signature(method.function()).parameters.values()
    kinds = {one.kind for one in taken if one.name != "self"}

    by_place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert kinds <= {by_place if method.row.takes_one else inspect.Parameter.KEYWORD_ONLY}


def test_words_may_be_members_of_an_enumeration(methods: dict[str, "Method"]) -> None:
    """A seat's `Plan` is sent as its word."""
    arguments = {"quantity": 1, "seat_type": Plan.PLUS, "billing_period": "year"}

    body = json.loads(methods["subscription.set_seats"].query(arguments).request.body or b"")

    assert body == {"quantity": 1, "seatType": "plus", "billingPeriod": "year"}


def test_unknown_words_pass_where_the_set_is_open(methods: dict[str, "Method"]) -> None:
    """Categories and event types newer than this version are the service's business."""
    entry = SetLimitEntry(category="stNewThings", period="weekly", max_value=1)
    limits = methods["limits.set"].query({"account_id": "a", "limits": [entry]})
    events = methods["webhooks.set_events"].query({"webhook_id": "w", "events": ["new.thing"]})

    assert b'"category":"stNewThings"' in (limits.request.body or b"")
    assert b'["new.thing"]' in (events.request.body or b"")


def test_no_body_shows_in_a_repr(methods: dict[str, "Method"]) -> None:
    """Header values may be credentials."""
    query = methods["webhooks.set_header"].query(
        {"webhook_id": "w", "name": "Authorization", "value": "CANARY"}
    )

    assert b"CANARY" in (query.request.body or b"")
    assert "CANARY" not in repr(query)
    assert "CANARY" not in repr(attrs.asdict(query, recurse=False))
