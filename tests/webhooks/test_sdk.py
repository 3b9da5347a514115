"""The same verdicts and the same events as the official SDK's, but for the differences listed."""

import copy
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedapi.webhooks import parse_webhook_event, verify_webhook_signature
from multidict import CIMultiDict

from linkedapi_async.errors import ConfigurationError, InvalidSignature, ProtocolError
from linkedapi_async.models._rules import camel
from linkedapi_async.webhooks import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    UnknownEvent,
    parse,
    sign,
    verify,
)

SENT: dict[str, dict[str, Any]] = {
    event["type"]: event
    for line in (Path(__file__).parent / "events.jsonl").read_text("utf-8").splitlines()
    for event in [json.loads(line)]
}
SECRET, NOW = "signing-secret", 1_767_225_600
BODY = b'{"id":"e","type":"webhook.test","data":{}}'


# ── Signatures ──────────────────────────────────────────────────────────────────────────────────


def ours(body: bytes, headers: Any, secrets: Any, now: float, tolerance: float = 300.0) -> bool:
    try:
        verify(body, headers, secrets=secrets, now=now, tolerance=tolerance)
    except (InvalidSignature, ConfigurationError):
        return False
    return True


def theirs(
    body: bytes, headers: dict[str, Any], secret: str, now: float, tolerance: float = 300.0
) -> bool:
    return verify_webhook_signature(
        raw_body=body,
        timestamp=headers.get(TIMESTAMP_HEADER),
        signature=headers.get(SIGNATURE_HEADER),
        secret=secret,
        now_seconds=now,
        tolerance_seconds=tolerance,
    )


HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
SPOILT: tuple[Callable[[str], Any], ...] = (
    lambda text: text.upper(),
    lambda text: f"sha256={text}",
    lambda text: f" {text}",
    lambda text: f"{text}\n",
    lambda text: text[:-1],
    lambda text: f"{text}0",
    lambda text: [text],
    lambda text: [text, text],
    lambda text: "",
    lambda text: None,
    lambda text: f"-{text}",
    lambda text: f"+{text}",
    lambda text: f"0{text}",
    lambda text: f"{text}.0",
    lambda text: int(text) if text.isdecimal() else text.encode().hex(),
)
"""What may become of a header's text."""


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[bytes, dict[str, Any], str, float, float]:
    """Return body, headers, secret, time and tolerance, right or wrong in some places."""
    body = draw(st.binary(max_size=40) | st.just(BODY))
    secret = draw(st.text(min_size=1, max_size=8).filter(str.strip))
    at = draw(st.integers(0, 4 * 10**9))
    headers: dict[str, Any] = dict(sign(body, secret=secret, now=at))
    for name in draw(st.sets(st.sampled_from(list(headers)))):
        spoilt = draw(st.sampled_from(SPOILT))(headers[name])
        headers[name] = draw(st.just(spoilt) | st.text(max_size=66) | HEX)
    body = draw(st.just(body) | st.just(body + b" ") | st.binary(max_size=5))
    secret = draw(st.just(secret) | st.text(max_size=4).filter(lambda text: text == text.strip()))
    off = draw(
        st.sampled_from([0, 300, -300, 300.5, -301]) | st.floats(-400, 400) | st.integers(-400, 400)
    )
    now = draw(st.just(at + off) | st.just(at) | st.floats())
    return body, headers, secret, now, draw(st.just(300.0) | st.floats())


@given(delivery=deliveries())
def test_verdicts_are_those_of_the_sdk(
    delivery: tuple[bytes, dict[str, Any], str, float, float],
) -> None:
    """Genuine, stale, spoilt or nonsense: both say the same."""
    assert ours(delivery[0], delivery[1], [delivery[2]], *delivery[3:]) is theirs(*delivery)


SIGNED = sign(BODY, secret=SECRET, now=NOW)


def signed_at(stamp: str, secret: str = SECRET) -> dict[str, str]:
    """Return a signature over a timestamp's very text, which `sign` would write otherwise."""
    key = secret.encode("utf-8", "surrogatepass")
    made = hmac.new(key, f"{stamp}.".encode() + BODY, "sha256").hexdigest()
    return {SIGNATURE_HEADER: made, TIMESTAMP_HEADER: stamp}


DIFFERENT: dict[str, tuple[Any, Any, bool]] = {
    # Why: headers, secrets, our verdict (the SDK's is the opposite, on what its caller would pass).
    "a secret that is being replaced stands beside its successor": (SIGNED, ["new", SECRET], True),
    "a repeated header is seen, where `get` gives the first": (
        CIMultiDict([*SIGNED.items(), (SIGNATURE_HEADER, "0" * 64)]),
        [SECRET],
        False,
    ),
    "a secret that UTF-8 cannot carry is a key like any other": (
        signed_at(str(NOW), "\udcff"),
        ["\udcff"],
        True,
    ),
    "a secret of blanks is a setting gone wrong": (signed_at(str(NOW), " "), [" "], False),
    "a timestamp has no reason to be longer than 15 digits": (
        signed_at(f"000000{NOW}"),
        [SECRET],
        False,
    ),
}


@pytest.mark.parametrize("why", DIFFERENT)
def test_verdicts_that_differ_on_purpose(why: str) -> None:
    """Each deliberate difference is still one."""
    headers, secrets, verdict = DIFFERENT[why]

    assert ours(BODY, headers, secrets, NOW) is verdict
    assert theirs(BODY, headers, secrets[0], NOW) is not verdict


def test_text_is_no_body() -> None:
    """The SDK takes text and encodes it; here only what was received can be verified."""
    text: Any = BODY.decode()

    assert theirs(text, SIGNED, SECRET, NOW)
    with pytest.raises(TypeError):
        verify(text, SIGNED, secrets=[SECRET], now=NOW)


# ── Events ──────────────────────────────────────────────────────────────────────────────────────


def as_we_read(body: bytes) -> Any:
    try:
        event = parse(body)
    except ProtocolError:
        return "refused"
    facts = attrs.asdict(event, recurse=False)
    data = facts.pop("data")
    told = {
        "id": facts.pop("id"),
        "type": event.event_type,
        "createdAt": facts.pop("created_at"),
    }
    known = {camel(name): value for name, value in facts.items()}
    return {**told, "data": data if isinstance(event, UnknownEvent) else known}


WITHOUT_RESULT = {"workflow.created", "workflow.started"}
"""Types the SDK reads with the class of a third; no result is documented for them."""


def as_they_read(body: bytes) -> Any:
    try:
        event = parse_webhook_event(body)
    except ValueError:  # what it documents; pydantic's own error is one
        return "refused"
    told = event.model_dump(by_alias=True)
    if told["type"] in WITHOUT_RESULT:
        del told["data"]["result"]
    return told


@pytest.mark.parametrize("word", SENT)
def test_each_type_is_read_as_by_the_sdk(word: str) -> None:
    """Field by field, the same names and the same values."""
    body = json.dumps(SENT[word]).encode()

    assert as_we_read(body) == as_they_read(body) == SENT[word]


WIRE_KEYS = sorted({key for event in SENT.values() for key in event["data"]})
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from(["completed", "2026-01-01T00:00:00Z", *SENT]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WIRE_KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def events(draw: st.DrawFn) -> bytes:
    """Return a delivery, right or changed in some places, of known or unknown type."""
    usual = st.text(max_size=4) | st.none() | st.text("abc")
    event = copy.deepcopy(draw(st.sampled_from(list(SENT.values()))))
    keys = sorted({*event["data"], "workflowId", "brandNew"})
    for key in draw(st.sets(st.sampled_from(keys), max_size=3)):
        event["data"][key] = draw(usual | VALUES)
    for key in draw(st.sets(st.sampled_from(sorted(event["data"])), max_size=2)):
        del event["data"][key]
    for key in draw(st.sets(st.sampled_from([*event, "new"]), max_size=1)):
        value = draw(VALUES if key == "data" else usual | VALUES)
        is_listed_below = (key == "id" and not value) or (key == "data" and value is None)
        event[key] = "e" if is_listed_below else value
    dropped = draw(st.sampled_from([None, None, None, "id", "type", "createdAt"]))
    body = json.dumps(
        {key: value for key, value in event.items() if key != dropped},
        ensure_ascii=draw(st.booleans()),
    ).encode()
    return body[: draw(st.sampled_from([None, None, None, 1, -1, len(body) // 2]))]


@given(body=events() | VALUES.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_events_are_those_of_the_sdk(body: bytes) -> None:
    """Both read the same, or both refuse."""
    assert as_we_read(body) == as_they_read(body)


READ, REFUSED = True, False
TEST: dict[str, Any] = {"id": "e", "type": "webhook.test", "data": {}}
DIFFERENT_EVENTS: dict[str, tuple[bytes, bool]] = {
    # Why: body, whether we read it (the SDK does not where we do, and does where we do not).
    "facts left out are `None`, all of them too": (b'{"id":"e","type":"account.active"}', READ),
    "facts that are null are left out": (b'{"id":"e","type":"new","data":null}', READ),
    "a byte order mark is overlooked": (b"\xef\xbb\xbf" + json.dumps(TEST).encode(), READ),
    "without an id, a second event would pass for a repetition": (
        json.dumps({**TEST, "id": ""}).encode(),
        REFUSED,
    ),
}


@pytest.mark.parametrize("why", DIFFERENT_EVENTS)
def test_events_that_differ_on_purpose(why: str) -> None:
    """Each deliberate difference is still one."""
    body, is_read = DIFFERENT_EVENTS[why]

    assert (as_we_read(body) != "refused") is is_read
    assert (as_they_read(body) != "refused") is not is_read


def test_depth_is_refused_and_not_raised_as_recursion() -> None:
    """JSON too deep to be read is refused like any other; the SDK lets Python's error through."""
    body = b"[" * 100_000 + b"]" * 100_000

    assert as_we_read(body) == "refused"
    with pytest.raises(RecursionError):
        as_they_read(body)


def test_the_sdk_also_reads_its_own_spelling() -> None:
    """Names in snake_case, which the service never sends, are unknown facts here."""
    body = b'{"id":"e","type":"account.active","data":{"account_id":"a"}}'

    assert as_they_read(body)["data"]["accountId"] == "a"
    assert as_we_read(body)["data"]["accountId"] is None
