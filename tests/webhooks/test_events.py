"""Events: one class per documented type, read strictly and tolerantly at once."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async import State, errors, events, webhooks
from linkedapi_async._types import Certainty
from linkedapi_async.errors import ProtocolError
from linkedapi_async.models._rules import camel
from linkedapi_async.webhooks import (
    AccountDeleted,
    AccountEvent,
    InboxEvent,
    InboxMessageReceived,
    NetworkConnectionAdded,
    NetworkEvent,
    UnknownEvent,
    WebhookEvent,
    WebhookTest,
    WorkflowCompleted,
    WorkflowCreated,
    WorkflowEvent,
    WorkflowRunning,
    event_types,
    parse,
)

SENT: dict[str, dict[str, Any]] = {
    event["type"]: event
    for line in (Path(__file__).parent / "events.jsonl").read_text("utf-8").splitlines()
    for event in [json.loads(line)]
}
"""One delivery of each type, with every documented field."""

TYPES = [pytest.param(word, id=word) for word in SENT]
GROUPS = {
    "workflow": WorkflowEvent,
    "account": AccountEvent,
    "inbox": InboxEvent,
    "network": NetworkEvent,
    "webhook": WebhookEvent,
}


def parsed(event: object) -> WebhookEvent:
    return parse(json.dumps(event).encode())


# ── What there is ───────────────────────────────────────────────────────────────────────────────


def test_every_documented_type_has_a_class() -> None:
    """The registry holds the documented types and no other, each with a class of its own."""
    assert set(event_types()) == set(SENT)
    assert len(set(event_types().values())) == len(SENT)


@pytest.mark.parametrize("word", TYPES)
def test_classes_are_named_after_their_type(word: str) -> None:
    """Whoever reads the service's table knows the names, but for the one that was taken."""
    group, what = word.split(".")
    named = f"{group.capitalize()}{what[0].upper()}{what[1:]}"
    cls = event_types()[word]

    assert cls.__name__ == {"WorkflowStarted": "WorkflowRunning"}.get(named, named)
    assert getattr(webhooks, cls.__name__) is cls
    assert issubclass(cls, GROUPS[group])


def test_names_are_told_from_what_the_client_announces() -> None:
    """No event, and no name at all, is also one of `events`, of `errors` or of the top level."""
    import linkedapi_async  # noqa: PLC0415 - its names, beside those above

    taken = {*events.__all__, *errors.__all__, *linkedapi_async.__all__}

    assert taken.isdisjoint(dir(webhooks))


def test_public_names_are_exact() -> None:
    """What a receiver needs is public, beside the classes of all events and their groups."""
    classes = {cls.__name__ for cls in (*event_types().values(), *GROUPS.values(), UnknownEvent)}
    others = {"SIGNATURE_HEADER", "TIMESTAMP_HEADER", "Headers", "Secrets", "Seen", "event_types"}
    calls = {"parse", "progress_of", "read", "sign", "verify"}

    assert set(dir(webhooks)) == classes | others | calls


# ── What is read ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", TYPES)
def test_each_type_is_read_field_by_field(word: str) -> None:
    """Every documented fact stands in a field of the same name, as sent, and no other does."""
    sent = SENT[word]
    event = parsed(sent)
    facts = attrs.asdict(event, recurse=False)

    assert type(event) is event_types()[word]
    assert (facts.pop("id"), facts.pop("created_at")) == (sent["id"], sent["createdAt"])
    assert (event.event_type, facts.pop("data")) == (word, sent["data"])
    assert {camel(name): value for name, value in facts.items()} == sent["data"]


@pytest.mark.parametrize("word", TYPES)
@pytest.mark.parametrize("data", [{}, None, "nulls"])
def test_missing_and_null_facts_are_none(word: str, data: Any) -> None:
    """What is left out, or null, is `None`; the event itself is there."""
    sent = SENT[word]
    if data == "nulls":
        data = dict.fromkeys(sent["data"])

    event = parsed({"id": "e", "type": word, "data": data})
    facts = attrs.asdict(event, recurse=False)

    assert (facts.pop("id"), facts.pop("data")) == ("e", data or {})
    assert set(facts.values()) == {None}
    assert parsed({"id": "e", "type": word}).data == {}


@pytest.mark.parametrize("word", TYPES)
def test_unknown_facts_stay_in_data(word: str) -> None:
    """What this version does not know disturbs nothing, and is not lost."""
    sent = SENT[word]
    more = {**sent, "data": {**sent["data"], "brandNew": [1], "id": 5}, "attempt": 2}

    event, plain = parsed(more), parsed(sent)

    assert event.data["brandNew"] == [1]
    assert attrs.evolve(event, data=plain.data) == plain


@pytest.mark.parametrize("word", ["workflow.paused", "", "WORKFLOW.CREATED", "inbox.*"])
def test_unknown_types_are_kept(word: str) -> None:
    """A type the service invents later comes through with everything it holds."""
    event = parsed({"id": "e", "type": word, "createdAt": "now", "data": {"a": {"b": 1}}})

    assert event == UnknownEvent(id="e", word=word, created_at="now", data={"a": {"b": 1}})
    assert event.event_type == word


def test_unknown_words_are_kept() -> None:
    """A status of tomorrow is a text like any other."""
    event = parsed({"id": "e", "type": "account.deleted", "data": {"status": "archived"}})

    assert event == AccountDeleted(id="e", status="archived", data={"status": "archived"})


@pytest.mark.parametrize("word", TYPES)
def test_events_are_plain_values(word: str) -> None:
    """Equal, hashable, frozen; pickled or copied, they say the same."""
    event = parsed(SENT[word])

    assert event == parsed(SENT[word])
    assert hash(event) == hash(parsed(SENT[word]))
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event  # noqa: S301 - our own bytes
    assert event != attrs.evolve(event, data={})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(event, "id", "other")  # noqa: B010 - the type checkers know better


def test_large_and_raw_parts_are_left_out_of_repr() -> None:
    """A log line shows the facts, not the report."""
    shown = repr(parsed(SENT["workflow.completed"]))

    assert "workflow_id='wf-0b6c1d2e'" in shown
    assert "st.openPersonPage" not in shown


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2026-08-06T09:15:30.250Z", datetime(2026, 8, 6, 9, 15, 30, 250_000, UTC)),
        ("2026-08-06T09:15:30Z", datetime(2026, 8, 6, 9, 15, 30, tzinfo=UTC)),
        (
            "2026-08-06T11:15:30+02:00",
            datetime(2026, 8, 6, 11, 15, 30, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("2026-08-06T09:15:30", datetime(2026, 8, 6, 9, 15, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_kept_as_sent_and_read(sent: str | None, at: datetime | None) -> None:
    """The text stays beside the aware moment; what is no time is no error."""
    made = parsed({"id": "e", "type": "webhook.test", "createdAt": sent})
    message = parsed({"id": "e", "type": "inbox.messageReceived", "data": {"time": sent}})
    change = parsed({"id": "e", "type": "network.connectionAdded", "data": {"detectedAt": sent}})

    assert isinstance(message, InboxMessageReceived)
    assert isinstance(change, NetworkConnectionAdded)
    assert (made.created_at, message.time, change.detected_at) == (sent, sent, sent)
    assert made.created_at_time == message.time_at == change.detected_at_time == at
    assert at is None or at.tzinfo is not None


@pytest.mark.parametrize(
    ("cls", "status", "state"),
    [
        (WorkflowCreated, "pending", State.PENDING),
        (WorkflowRunning, "running", State.RUNNING),
        (WorkflowCompleted, "completed", State.COMPLETED),
        (WorkflowCompleted, "failed", State.FAILED),
        (WorkflowCompleted, "cancelled", State.UNKNOWN),
        (WorkflowCompleted, None, State.UNKNOWN),
    ],
)
def test_state_is_the_status_in_the_words_of_a_poll(
    cls: type[WorkflowEvent], status: str | None, state: State
) -> None:
    """A status newer than this version is told as such, and kept."""
    event = cls(id="e", status=status)

    assert (event.state, event.status) == (state, status)


# ── What is refused ─────────────────────────────────────────────────────────────────────────────

DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "expected JSON in UTF-8 at body", id="empty"),
        pytest.param(b"{", "expected JSON in UTF-8 at body", id="cut"),
        pytest.param(b"\xff{}", "expected JSON in UTF-8 at body", id="no utf-8"),
        pytest.param(DEEP, "expected JSON in UTF-8 at body", id="too deep"),
        pytest.param(b"1" * 5_000, "expected JSON in UTF-8 at body", id="long number"),
        pytest.param(b"null", "expected object at body, got null", id="null"),
        pytest.param(b"[{}]", "expected object at body, got array", id="array"),
        pytest.param(b'"{}"', "expected object at body, got str", id="text"),
        pytest.param(b"3", "expected object at body, got int", id="number"),
        pytest.param(b"{}", "expected a str with something in it at id", id="no id"),
        pytest.param(
            b'{"id":"","type":"x"}', "expected a str with something in it at id", id="empty id"
        ),
        pytest.param(b'{"id":7,"type":"x"}', "expected str at id, got int", id="id a number"),
        pytest.param(b'{"id":"e"}', "expected str at type, got null", id="no type"),
        pytest.param(b'{"id":"e","type":{}}', "expected str at type, got object", id="type"),
        pytest.param(
            b'{"id":"e","type":"x","createdAt":1.5}',
            "expected str at createdAt, got float",
            id="created at a number",
        ),
        pytest.param(
            b'{"id":"e","type":"x","data":[]}', "expected object at data, got array", id="data"
        ),
    ],
)
def test_unusable_envelope_names_the_place(body: bytes, message: str) -> None:
    """What is no event is refused with what was expected where."""
    with pytest.raises(ProtocolError) as caught:
        parse(body)

    error = caught.value
    assert (error.message, error.code) == (message, "unreadableEvent")
    assert error.certainty is Certainty.NOT_SENT
    assert error.hint


@pytest.mark.parametrize(
    ("word", "wire"),
    [
        pytest.param(word, wire, id=f"{word}-{wire}")
        for word, event in SENT.items()
        for wire in event["data"]
        if wire != "result"
    ],
)
@pytest.mark.parametrize(
    ("value", "got"), [(1, "int"), (True, "bool"), ([], "array"), ({}, "object"), (0.5, "float")]
)
def test_wrong_type_is_refused_with_its_place(word: str, wire: str, value: Any, got: str) -> None:
    """Nothing is converted on the quiet."""
    sent = SENT[word]

    with pytest.raises(ProtocolError) as caught:
        parsed({**sent, "data": {**sent["data"], wire: value}})

    assert caught.value.message == f"expected str at data.{wire}, got {got}"


@pytest.mark.parametrize("result", [None, 0, "text", [], {"a": [None]}])
def test_result_is_raw(result: Any) -> None:
    """The one part without a documented form is taken in any."""
    event = parsed({"id": "e", "type": "workflow.completed", "data": {"result": result}})

    assert isinstance(event, WorkflowCompleted)
    assert event.result == result


def test_byte_order_mark_is_no_part_of_the_body() -> None:
    """It is overlooked here as it is in replies."""
    assert parse(b'\xef\xbb\xbf{"id":"e","type":"webhook.test"}') == WebhookTest(id="e")


def test_body_may_be_a_bytearray() -> None:
    """Bodies that were collected piece by piece need no copy."""
    body: Any = bytearray(b'{"id":"e","type":"webhook.test"}')

    assert parse(body) == WebhookTest(id="e")


# ── Anything ────────────────────────────────────────────────────────────────────────────────────

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=4)
    | st.sampled_from(["\ud83d", "completed", *SENT])
)
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "data", "result", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a delivery with a few values replaced, keys dropped and bytes changed."""
    event = copy.deepcopy(draw(st.sampled_from(list(SENT.values()))))
    for _ in range(draw(st.integers(0, 3))):
        holder = draw(st.sampled_from([event, event["data"]])) if event.get("data") else event
        key = draw(st.sampled_from([*holder, "brandNew"]) if holder else st.just("brandNew"))
        if draw(st.booleans()):
            holder[key] = draw(ANY_JSON)
        else:
            holder.pop(key, None)
        if not isinstance(event.get("data"), dict):
            break
    body = bytearray(json.dumps(event, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace"))
    for _ in range(draw(st.integers(0, 2))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


@given(body=st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()) | mutated())
def test_any_body_is_an_event_or_one_documented_error(body: bytes) -> None:
    """Whatever the bytes, there is an event with an id and a type, or a `ProtocolError`."""
    try:
        event = parse(body)
    except ProtocolError as error:
        assert error.code == "unreadableEvent"  # noqa: PT017 - either way is right
    else:
        assert event.id
        assert event == parse(body)
        assert repr(event).startswith(type(event).__name__)
        assert event.created_at_time is None or event.created_at_time.tzinfo is not None
