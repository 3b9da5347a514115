"""Refusals: recognised by the body first and the status second, and what they prove."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedapi_async._messages import Progress, Refusal, Reply
from linkedapi_async._types import Certainty, Plane
from linkedapi_async.errors import CATALOG, find
from linkedapi_async.wire import WIRES, Wire, open_wire

NOT_SENT, REJECTED, MAYBE_ACCEPTED, ACCEPTED = Certainty
ORIGIN = "https://api.linkedapi.io"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
STATUSES = [200, 202, 400, 401, 404, 408, 429, 500, 503, 599]
OPENED = {name: open_wire(name, ORIGIN) for name in WIRES}

Make = Callable[..., Reply]


def refused(outcome: object) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("key", ["type", "errorType"])
@pytest.mark.parametrize(
    "around", [{"success": False}, {"success": True}, {"status": "failed"}, {"status": "error"}, {}]
)
def test_an_error_body_is_an_error_with_any_status(
    wire: Wire, reply: Make, around: dict[str, Any], key: str, status: int
) -> None:
    """Word and sentence are taken from the body, in either spelling, whatever the status."""
    body = {**around, "error": {key: "invalidWorkflow", "message": "No such child."}}

    outcome = refused(wire.read_start(reply(body, status)))

    assert (outcome.code, outcome.message) == ("invalidWorkflow", "No such child.")
    assert outcome.status == status
    assert outcome.is_envelope
    assert outcome.certainty is REJECTED


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("code", "trusted"),
    [
        ("linkedinAccountSignedOut", True),
        ("outsideWorkingHours", True),
        ("noActiveSeats", True),
        ("brandNew", False),
        ("personNotFound", False),  # a word of single actions
        ("connectionFailed", False),  # a word of ours
    ],
)
@pytest.mark.parametrize("name", ["linked_api", "linked_api_v3"])
def test_what_an_envelope_proves(
    reply: Make,
    name: str,
    code: str,
    trusted: bool,  # noqa: FBT001 - a column of the table
    status: int,
) -> None:
    """A 4xx or a known word refuses a start; an unknown word with 2xx or 5xx proves nothing."""
    body = {"success": False, "error": {"type": code, "message": "m"}}

    outcome = refused(OPENED[name].read_start(reply(body, status)))

    proved = trusted or 400 <= status < 500
    assert outcome.certainty is (REJECTED if proved else MAYBE_ACCEPTED)


@pytest.mark.parametrize(
    ("status", "code", "certainty"),
    [
        (200, "unknownError", MAYBE_ACCEPTED),
        (404, "httpError", REJECTED),
        (500, "httpError", MAYBE_ACCEPTED),
    ],
)
@pytest.mark.parametrize("error", [{}, {"type": None}, {"type": ""}, {"type": 5}, {"message": "m"}])
def test_an_error_without_a_type(  # noqa: PLR0917 - columns of the table
    wire: Wire, reply: Make, error: dict[str, Any], status: int, code: str, certainty: Certainty
) -> None:
    """Without a word the status speaks, and no word is made up for the service."""
    outcome = refused(wire.read_start(reply({"success": False, "error": error}, status)))

    assert (outcome.code, outcome.certainty) == (code, certainty)
    assert not outcome.is_envelope


@pytest.mark.parametrize(
    ("body", "status", "code", "certainty"),
    [
        # success false and nothing more
        ({"success": False}, 200, "unknownError", MAYBE_ACCEPTED),
        ({"success": False, "error": None}, 200, "unknownError", MAYBE_ACCEPTED),
        ({"success": False, "error": "text"}, 200, "unknownError", MAYBE_ACCEPTED),
        ({"success": False}, 403, "httpError", REJECTED),
        ({"success": True, "result": {"workflowId": "wf-1"}}, 500, "httpError", MAYBE_ACCEPTED),
        ({"criticalError": {"type": "x"}}, 502, "httpError", MAYBE_ACCEPTED),
        # no object at all
        (b"", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"", 204, "undecodableReply", MAYBE_ACCEPTED),
        (b"", 429, "httpError", REJECTED),
        (b"", 502, "httpError", MAYBE_ACCEPTED),
        (b"<html>Sign in</html>", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"<html>Bad gateway</html>", 502, "httpError", MAYBE_ACCEPTED),
        (b"<html>Not found</html>", 404, "httpError", REJECTED),
        (b"null", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"[]", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b'"text"', 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"5", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b'{"success": true, "resu', 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"[" * 100_000, 200, "undecodableReply", MAYBE_ACCEPTED),
        (b'{"a":' * 100_000, 500, "httpError", MAYBE_ACCEPTED),
        (b"\xff\xfe\x00", 200, "undecodableReply", MAYBE_ACCEPTED),
        (b"9" * 10_000, 200, "undecodableReply", MAYBE_ACCEPTED),
    ],
)
def test_bodies_that_are_no_envelope(  # noqa: PLR0917 - columns of the table
    wire: Wire, reply: Make, body: Any, status: int, code: str, certainty: Certainty
) -> None:
    """The status speaks, and only a 4xx proves that nothing runs."""
    for read in (wire.read_start, wire.read_poll):
        outcome = refused(read(reply(body, status)))

        assert (outcome.code, outcome.status) == (code, status)
        assert outcome.certainty is certainty
        assert not outcome.is_envelope


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"", "is empty"),
        (b"[]", "is a JSON array"),
        (b"null", "null"),
        (b"<p>\n  Sign   in", "<p> Sign in"),
        (b"x" * 5_000, "x" * 120 + "…"),
    ],
)
def test_the_message_shows_what_was_seen(wire: Wire, reply: Make, body: bytes, seen: str) -> None:
    """A person can tell a login page from an outage, and no message grows without bound."""
    outcome = refused(wire.read_start(reply(body)))

    assert "HTTP 200" in outcome.message
    assert seen in outcome.message
    assert len(outcome.message) < 300


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("body", [b"", b'{"success": true, "result": {"workflowId": "wf-1"}}'])
def test_redirects_are_refused(wire: Wire, reply: Make, body: bytes, status: int) -> None:
    """A redirect is an error that shows where it leads, without the query."""
    answer = reply(body, status, Location="https://login.example/in?token=secret")

    outcome = refused(wire.read_start(answer))

    assert outcome.code == "redirectRefused"
    assert "https://login.example/in" in outcome.message
    assert "secret" not in outcome.message


def test_a_redirect_to_nowhere_is_refused_too(wire: Wire, reply: Make) -> None:
    """A redirect without an address is named as such."""
    assert "does not name" in refused(wire.read_start(reply(b"", 302))).message


def test_the_asked_wait_is_read_from_any_refusal(wire: Wire, reply: Make) -> None:
    """`Retry-After` counts with an envelope and without."""
    body = {"success": False, "error": {"type": "tooManyRequests", "message": "m"}}

    told = [
        refused(wire.read_start(reply(content, 429, Retry_After="7"))).retry_after
        for content in (body, b"")
    ]

    assert told == [7.0, 7.0]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"type": "invalidWorkflow", "message": "Exactly this."}, "Exactly this."),
        ({"type": "invalidWorkflow", "message": ""}, "The service gave no message."),
        ({"type": "invalidWorkflow", "message": ["x"]}, "The service gave no message."),
        ({"type": "invalidWorkflow"}, "The service gave no message."),
    ],
)
def test_the_service_speaks_for_itself(
    wire: Wire, reply: Make, error: dict[str, Any], message: str
) -> None:
    """Its sentence is passed on as it is; where it has none, that is said."""
    assert refused(wire.read_start(reply({"error": error}))).message == message


# ── Anything at all ─────────────────────────────────────────────────────────────────────────────

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.just("a" * 200)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from([*CATALOG, "brandNew", "noActiveSeats", ""])
errors = st.dictionaries(
    st.sampled_from(["type", "errorType", "message", "reason"]), words | values, max_size=3
)
details = st.dictionaries(
    st.sampled_from(["resultLink", "webhook", "message"]),
    values | st.sampled_from([ORIGIN + "/account/results/a", "https://evil.example", "https://["]),
    max_size=3,
)
facts = st.dictionaries(
    st.sampled_from(["workflowId", "workflowStatus", "completion", "failure", "cancelled"]),
    values | errors | st.sampled_from(["running", "failed", "completed", "dreaming"]),
    max_size=4,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans() | values,
        "status": st.sampled_from(["completed", "running", "failed", "error", "x"]) | values,
        "error": errors | values,
        "result": facts | values,
        "progress": details | values,
        "process": details | values,
        "completion": values,
    },
)
bodies = st.binary() | (envelopes | values).map(lambda body: json.dumps(body).encode())
statuses = st.integers(100, 599)


@settings(max_examples=max(200, settings().max_examples))
@given(body=bodies, status=statuses, name=st.sampled_from(WIRES))
def test_no_reply_breaks_a_reader(body: bytes, status: int, name: str) -> None:
    """Any bytes under any status are news or a refusal, and never prove that nothing was sent."""
    wire = OPENED[name]
    answer = Reply(status, {}, body, NOON)

    outcomes = [wire.read_start(answer), wire.read_poll(answer), wire.read_cancel(answer)]

    for outcome in outcomes:
        assert isinstance(outcome, Progress | Refusal | bool)
        if isinstance(outcome, Refusal):
            assert outcome.certainty is not NOT_SENT
            assert outcome.code
            assert outcome.status == status


@settings(max_examples=max(200, settings().max_examples))
@given(body=bodies, status=statuses, name=st.sampled_from(WIRES))
def test_only_proof_is_called_a_refusal(body: bytes, status: int, name: str) -> None:
    """A start is rejected by a 4xx or by a known word; held replies need one that comes first."""
    outcome = OPENED[name].read_start(Reply(status, {}, body, NOON))

    if isinstance(outcome, Progress):
        assert outcome.failure is None or outcome.failure.certainty is ACCEPTED
        return
    assert isinstance(outcome, Refusal)
    row = find(outcome.code) if outcome.is_envelope else None
    is_known = row is not None and row.plane is Plane.REQUEST
    if name == "account_api":
        is_known = is_known and row is not None and row.is_preflight
    if outcome.certainty is REJECTED:
        assert 400 <= status < 500 or is_known
    if 400 <= status < 500 or (is_known and not 300 <= status < 400):
        assert outcome.certainty is REJECTED


@given(body=envelopes, name=st.sampled_from(WIRES))
def test_an_id_the_service_gave_can_be_asked_for(body: dict[str, Any], name: str) -> None:
    """Whatever a start calls its workflow, the poll of it is a request."""
    wire = OPENED[name]
    outcome = wire.read_start(Reply(200, {}, json.dumps(body).encode(), NOON))

    if isinstance(outcome, Progress) and outcome.workflow_id is not None:
        assert wire.poll(outcome.workflow_id).method == "GET"


def test_an_id_that_is_no_valid_text_is_no_id(reply: Make) -> None:
    """Half a surrogate pair cannot be asked for, so it names no workflow."""
    answer = reply(b'{"success": true, "result": {"workflowId": "\\ud800"}}')

    outcome = OPENED["linked_api"].read_start(answer)

    assert refused(outcome).code == "undecodableReply"
