"""What each generation sends: method, path, body; no host, no token."""

import json
import math
from typing import Any

import pytest

from linkedapi_async._messages import Request
from linkedapi_async._types import WorkflowId
from linkedapi_async.errors import ConfigurationError, InvalidWorkflowLocally, UnsupportedByWire
from linkedapi_async.wire import (
    WIRES,
    AccountApiWire,
    LinkedApiV3Wire,
    LinkedApiWire,
    Wire,
    open_wire,
)

ORIGIN = "https://api.linkedapi.io"
LINK = f"{ORIGIN}/account/results/abc"
TREE: dict[str, Any] = {"actionType": "st.openPersonPage", "personUrl": "ü", "then": []}


def opened(name: str) -> Wire:
    return open_wire(name, ORIGIN)


@pytest.mark.parametrize(
    ("name", "kind", "token_header", "can_cancel"),
    [
        ("linked_api", LinkedApiWire, "linked-api-token", True),
        ("linked_api_v3", LinkedApiV3Wire, "account-api-token", False),
        ("account_api", AccountApiWire, "account-api-token", False),
    ],
)
def test_each_name_opens_its_generation(
    name: str,
    kind: type[Wire],
    token_header: str,
    can_cancel: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The client's option leads to the generation with its token header and abilities."""
    wire = opened(name)

    assert isinstance(wire, kind)
    assert wire.name == name
    assert wire.token_header == token_header
    assert wire.can_cancel is can_cancel


def test_an_unknown_name_is_refused_with_the_choices() -> None:
    """A misspelt wire is a configuration error that lists what there is."""
    with pytest.raises(ConfigurationError) as caught:
        opened("linkedapi")

    assert "'linkedapi'" in caught.value.message
    assert all(name in caught.value.message for name in WIRES)


@pytest.mark.parametrize(
    ("name", "path", "headers", "is_held"),
    [
        ("linked_api", "/workflows", {}, False),
        ("linked_api_v3", "/account/workflows", {}, False),
        ("account_api", "/account/workflow", {"result-handling": "reslink"}, True),
    ],
)
@pytest.mark.parametrize("tree", [TREE, [TREE, TREE]], ids=["one", "many"])
def test_a_start_posts_the_tree_as_it_is(
    name: str,
    path: str,
    headers: dict[str, str],
    is_held: bool,  # noqa: FBT001 - a column of the table
    tree: Any,
) -> None:
    """Nothing wraps the workflow; only the Account API may hold its reply open."""
    request = opened(name).start(tree)

    assert (request.method, request.path) == ("POST", path)
    assert (request.headers, request.is_held) == (headers, is_held)
    assert request.body is not None
    assert json.loads(request.body) == tree
    assert "ü".encode() in request.body


def nested(depth: int) -> Any:
    tree: Any = {}
    for _ in range(depth):
        tree = [tree]
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        {"a": math.nan},
        {"a": math.inf},
        {"a": {1, 2}},
        {"a": b"x"},
        {"a": "\ud800"},
        nested(100_000),
    ],
    ids=["nan", "inf", "set", "bytes", "surrogate", "deep"],
)
def test_what_json_cannot_carry_is_refused_before_it_is_sent(wire: Wire, tree: Any) -> None:
    """A tree that is no JSON is the caller's error, not a broken request."""
    with pytest.raises(InvalidWorkflowLocally) as caught:
        wire.start(tree)

    assert caught.value.certainty == "not_sent"


@pytest.mark.parametrize(
    ("name", "workflow_id", "path"),
    [
        ("linked_api", "wf-1", "/workflows/wf-1"),
        ("linked_api", "a/b?c#d e", "/workflows/a%2Fb%3Fc%23d%20e"),
        ("linked_api_v3", "account-1", "/account/workflows/account-1"),
        ("account_api", LINK, LINK),
    ],
)
def test_a_poll_asks_for_one_workflow(name: str, workflow_id: str, path: str) -> None:
    """An id is quoted into the path; a result link is asked as it was given."""
    assert opened(name).poll(WorkflowId(workflow_id)) == Request("GET", path)


def test_a_cancel_deletes_one_workflow() -> None:
    """Only the current API can cancel."""
    request = opened("linked_api").cancel(WorkflowId("wf/1"))

    assert request == Request("DELETE", "/workflows/wf%2F1")


def test_the_account_api_cannot_cancel() -> None:
    """Cancelling there is refused without a request."""
    with pytest.raises(UnsupportedByWire) as caught:
        opened("account_api").cancel(WorkflowId(LINK))

    assert caught.value.code == "unsupportedByWire"
    assert caught.value.workflow_id == LINK
    assert caught.value.certainty == "not_sent"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/account/results/abc",
        "https://api.linkedapi.io.evil.example/account/results/abc",
        "https://api.linkedapi.io@evil.example/account/results/abc",
        "https://user:pass@api.linkedapi.io/account/results/abc",
        "https://@api.linkedapi.io/account/results/abc",
        "https://api.linkedapi.io:8443/account/results/abc",
        "https://api.linkedapi.io:99999/account/results/abc",
        "http://api.linkedapi.io/account/results/abc",
        "ftp://api.linkedapi.io/account/results/abc",
        "//api.linkedapi.io/account/results/abc",
        "/account/results/abc",
        "https://[::1/account/results/abc",
        "https:///account/results/abc",
        "wf-1",
        "",
    ],
)
def test_tokens_never_travel_to_another_origin(link: str) -> None:
    """A link that is not on the configured origin is not asked at all."""
    with pytest.raises(UnsupportedByWire) as caught:
        opened("account_api").poll(WorkflowId(link))

    assert caught.value.code == "foreignResultLink"
    assert caught.value.certainty == "not_sent"


@pytest.mark.parametrize(
    ("base_url", "link"),
    [
        (ORIGIN, LINK),
        (ORIGIN, "https://API.LinkedApi.io:443/x"),
        (f"{ORIGIN}:443/prefix", LINK),
        ("http://localhost", "http://localhost:80/x"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/x"),
        ("http://[::1]:8080", "http://[::1]:8080/x"),
    ],
)
def test_the_same_origin_may_be_spelt_differently(base_url: str, link: str) -> None:
    """Case and default ports make no other origin."""
    assert open_wire("account_api", base_url).poll(WorkflowId(link)).path == link
