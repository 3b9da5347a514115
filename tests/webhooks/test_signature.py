"""Signatures: the documented vectors, every way to be wrong, and secrets that stay secret."""

import copy
import hmac
import math
import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator
from email.message import Message
from hashlib import sha256
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from linkedapi_async._types import Secret
from linkedapi_async.errors import ConfigurationError, InvalidSignature, LinkedApiError
from linkedapi_async.errors import SignatureFlaw as Flaw
from linkedapi_async.webhooks import SIGNATURE_HEADER, TIMESTAMP_HEADER, read, sign, verify

HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
VECTORS = [
    (
        HEX,
        1_700_000_000,
        '{"id":"event-1","type":"webhook.test","data":{"message":"Hello"}}',
        "8f93c19766fe42f27da56fcb5ae11a909c406683ccc0766bd29edc52c71fd209",
    ),
    (
        HEX,
        1_700_000_000,
        '{"id":"event-2","type":"webhook.test","data":{"message":"Zoë ♥ 日本"}}',
        "87f5bc51d542ce4d8b61350b35807420dce7b3473bd7ecec87211b544c299c69",
    ),
    (
        "example-signing-secret",
        1_767_225_600,
        '{"id":"webhook.test:1","type":"webhook.test","createdAt":"2026-01-01T00:00:00.000Z","data":{"message":"ping"}}',
        "4dd4141bae905b87658006d8643a0328d40743ce6e4e64b01348673630f6a36e",
    ),
]
DECODED_KEY = "cf8a7cbd4da0130448492ced3d1aaffd608738b7fff2623e27eaecd4dd54a236"

SECRET, NOW = "CANARY-signing-secret", 1_767_225_600
BODY = b'{"id":"e","type":"webhook.test","data":{}}'
SIGNED = sign(BODY, secret=SECRET, now=NOW)
SIGNATURE = SIGNED[SIGNATURE_HEADER]


def refusal(headers: Any, **changed: Any) -> LinkedApiError:
    facts: dict[str, Any] = {"body": BODY, "secrets": [SECRET], "now": NOW, **changed}
    with pytest.raises((InvalidSignature, ConfigurationError)) as caught:
        verify(facts.pop("body"), headers, **facts)
    return caught.value


def reason(headers: Any, **changed: Any) -> Flaw:
    error = refusal(headers, **changed)
    assert isinstance(error, InvalidSignature)
    return error.reason


# ── What is right ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("secret", "stamp", "text", "signature"), VECTORS)
def test_documented_vectors(secret: str, stamp: int, text: str, signature: str) -> None:
    """The documented signatures are made, and accepted."""
    headers = {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: str(stamp)}

    assert sign(text.encode(), secret=secret, now=stamp + 0.9) == headers
    verify(text.encode(), headers, secrets=[secret], now=stamp)


def test_secret_is_text_and_not_hex() -> None:
    """A signature made with the decoded secret is refused."""
    text = VECTORS[0][2].encode()
    made = hmac.new(bytes.fromhex(HEX), b"1700000000." + text, sha256).hexdigest()
    headers = {SIGNATURE_HEADER: made, TIMESTAMP_HEADER: "1700000000"}

    assert made == DECODED_KEY
    assert reason(headers, body=text, secrets=[HEX], now=1_700_000_000) is Flaw.MISMATCH


SHAPES: dict[str, Callable[[dict[str, str]], Any]] = {
    "dict": dict,
    "dict in capitals": lambda fields: {name.upper(): value for name, value in fields.items()},
    "multi-dict": CIMultiDict,
    "proxy of one": lambda fields: CIMultiDictProxy(CIMultiDict(fields)),
    "pairs": lambda fields: list(fields.items()),
    "pairs read once": lambda fields: iter(fields.items()),
    "pairs of bytes": lambda fields: [
        (name.title().encode(), value.encode()) for name, value in fields.items()
    ],
    "message of http.server": lambda fields: message_of(fields.items()),
    "number": lambda fields: {**fields, TIMESTAMP_HEADER: int(fields[TIMESTAMP_HEADER])},
}


def message_of(pairs: Iterable[tuple[str, str]]) -> Message:
    message = Message()
    for name, value in pairs:
        message[name] = value
    return message


@pytest.mark.parametrize("shape", SHAPES)
def test_headers_come_in_many_shapes(shape: str) -> None:
    """Mappings, multi-dicts and lists of pairs all do, whatever the case of their names."""
    headers = SHAPES[shape]({"Host": "x.example", **SIGNED})

    verify(BODY, headers, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize(
    "secrets",
    [
        [SECRET],
        (Secret(SECRET),),
        ["new", SECRET],
        [SECRET, "old"],
        iter(["new", SECRET]),
        SECRET,
        Secret(SECRET),
    ],
)
def test_any_of_several_secrets_may_have_signed(secrets: Any) -> None:
    """While a secret is being replaced both are good; one text is one secret, not its letters."""
    verify(BODY, SIGNED, secrets=secrets, now=NOW)


@pytest.mark.parametrize("off", [0, 299.9, 300, -300, -299.9])
def test_clocks_may_differ(off: float) -> None:
    """Up to the tolerance, either way and the boundary included."""
    verify(BODY, SIGNED, secrets=[SECRET], now=NOW + off)


def test_bytearray_is_a_body_too() -> None:
    """Bodies that were collected piece by piece need no copy."""
    verify(cast("bytes", bytearray(BODY)), SIGNED, secrets=[SECRET], now=NOW)


# ── What is wrong ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("value", [None, Ellipsis])
def test_missing_header_is_refused(name: str, value: object) -> None:
    """Not there, or there as `None`: the message names the header."""
    headers: dict[str, Any] = {**SIGNED, name: value}
    if value is Ellipsis:
        del headers[name]

    error = refusal(headers)

    assert reason(headers) is Flaw.MISSING
    assert error.message == f"{name} is missing"


REPEATED: dict[str, Callable[[str], Any]] = {
    "pairs": lambda name: [*SIGNED.items(), (name, SIGNED[name])],
    "pairs of bytes": lambda name: [*SIGNED.items(), (name.upper().encode(), b"other")],
    "multi-dict": lambda name: CIMultiDict([*SIGNED.items(), (name.title(), SIGNED[name])]),
    "dict in two cases": lambda name: {**SIGNED, name.upper(): SIGNED[name]},
    "message": lambda name: message_of([*SIGNED.items(), (name, SIGNED[name])]),
}


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("shape", REPEATED)
def test_repeated_header_is_refused(name: str, shape: str) -> None:
    """Which of two counts is not for a proxy in between to choose, even if they are alike."""
    headers = REPEATED[shape](name)

    assert reason(headers) is Flaw.REPEATED
    assert refusal(headers).message == f"{name} came 2 times"


MALFORMED: list[tuple[str, str, Any]] = [
    (SIGNATURE_HEADER, "empty", ""),
    (SIGNATURE_HEADER, "in capitals", SIGNATURE.upper()),
    (SIGNATURE_HEADER, "prefixed", f"sha256={SIGNATURE}"),
    (SIGNATURE_HEADER, "space before", f" {SIGNATURE}"),
    (SIGNATURE_HEADER, "space after", f"{SIGNATURE} "),
    (SIGNATURE_HEADER, "line end", f"{SIGNATURE}\n"),
    (SIGNATURE_HEADER, "too short", SIGNATURE[1:]),
    (SIGNATURE_HEADER, "too long", f"{SIGNATURE}0"),
    (SIGNATURE_HEADER, "merged by a proxy", f"{SIGNATURE}, {SIGNATURE}"),
    (SIGNATURE_HEADER, "no hex", f"{SIGNATURE[:-1]}g"),
    (SIGNATURE_HEADER, "foreign digit", f"{SIGNATURE[:-1]}\u0663"),
    (SIGNATURE_HEADER, "list", [SIGNATURE]),
    (SIGNATURE_HEADER, "raw digest", bytes.fromhex(SIGNATURE)),
    (TIMESTAMP_HEADER, "empty", ""),
    (TIMESTAMP_HEADER, "negative", f"-{NOW}"),
    (TIMESTAMP_HEADER, "signed", f"+{NOW}"),
    (TIMESTAMP_HEADER, "fraction", f"{NOW}.0"),
    (TIMESTAMP_HEADER, "space before", f" {NOW}"),
    (TIMESTAMP_HEADER, "line end", f"{NOW}\n"),
    (TIMESTAMP_HEADER, "unit", f"{NOW}s"),
    (TIMESTAMP_HEADER, "underscores", "1_767_225_600"),
    (TIMESTAMP_HEADER, "foreign digits", "".join(chr(0x660 + int(digit)) for digit in str(NOW))),
    (TIMESTAMP_HEADER, "many zeros", "0" * 16),
    (TIMESTAMP_HEADER, "more digits than an int takes", "9" * 5_000),
    (TIMESTAMP_HEADER, "date", "2026-01-01T00:00:00Z"),
    (TIMESTAMP_HEADER, "list", [str(NOW)]),
    (TIMESTAMP_HEADER, "float", float(NOW)),
    (TIMESTAMP_HEADER, "bool", True),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}-{told}") for name, told, value in MALFORMED],
)
def test_malformed_header_is_refused(name: str, value: Any) -> None:
    """Nothing is trimmed, folded or guessed; the value, whoever sent it, is not repeated."""
    error = refusal({**SIGNED, name: value})

    assert reason({**SIGNED, name: value}) is Flaw.MALFORMED
    assert error.message in {
        f"{SIGNATURE_HEADER} is not 64 lowercase hex digits",
        f"{TIMESTAMP_HEADER} is not Unix seconds in decimal digits",
    }
    assert name in error.message.split()


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b"\n"},
        {"body": b""},
        {"secrets": ["other"]},
        {"secrets": [SECRET + "\n"]},
        {"secrets": list(SECRET)},
        {"secrets": ["\udcff"]},
        {"headers": {**SIGNED, TIMESTAMP_HEADER: str(NOW + 1)}},
        {"headers": {**SIGNED, TIMESTAMP_HEADER: f"0{NOW}"}},
        {"headers": {**SIGNED, SIGNATURE_HEADER: "0" * 64}},
    ],
)
def test_anything_changed_is_a_mismatch(changed: dict[str, Any]) -> None:
    """Body, timestamp text and secret count to the last byte."""
    headers = changed.pop("headers", SIGNED)

    assert reason(headers, **changed) is Flaw.MISMATCH


@pytest.mark.parametrize(
    ("now", "flaw", "told"),
    [
        (NOW + 300.5, Flaw.STALE, "300.5 s behind now, 300 s are allowed"),
        (NOW - 301, Flaw.PREMATURE, "301.0 s ahead of now, 300 s are allowed"),
        (0, Flaw.PREMATURE, f"{NOW}.0 s ahead of now, 300 s are allowed"),
        (math.inf, Flaw.STALE, "inf s behind now, 300 s are allowed"),
        (math.nan, Flaw.STALE, "nan s behind now, 300 s are allowed"),
    ],
)
def test_too_old_and_too_new_are_told_apart(now: float, flaw: Flaw, told: str) -> None:
    """A late or repeated delivery is one thing, a wrong clock another; both tell by how much."""
    assert reason(SIGNED, now=now) is flaw
    assert refusal(SIGNED, now=now).message == f"{TIMESTAMP_HEADER} is {told}"


def test_age_is_judged_last() -> None:
    """Only what was rightly signed is called stale, so `stale` means: genuine."""
    assert reason({**SIGNED, SIGNATURE_HEADER: "0" * 64}, now=0) is Flaw.MISMATCH


@pytest.mark.parametrize(("tolerance", "off"), [(0, 1), (10, 10.5), (1e9, 2e9)])
def test_tolerance_is_the_callers(tolerance: float, off: float) -> None:
    """Another tolerance is kept as exactly."""
    verify(BODY, SIGNED, secrets=[SECRET], now=NOW + tolerance, tolerance=tolerance)

    assert reason(SIGNED, now=NOW + off, tolerance=tolerance) is Flaw.STALE


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"secrets": []}, "secrets is empty"),
        ({"secrets": ""}, "secrets[0] is empty or no text"),
        ({"secrets": None}, "secrets[0] is empty or no text"),
        ({"secrets": [None]}, "secrets[0] is empty or no text"),
        ({"secrets": [SECRET, ""]}, "secrets[1] is empty or no text"),
        ({"secrets": [SECRET, " \n"]}, "secrets[1] is empty or no text"),
        ({"secrets": [SECRET, b"other"]}, "secrets[1] is empty or no text"),
        ({"secrets": SECRET.encode()}, "secrets[0] is empty or no text"),
        ({"tolerance": -1}, "tolerance=-1 "),
        ({"tolerance": math.inf}, "tolerance=inf "),
        ({"tolerance": math.nan}, "tolerance=nan "),
    ],
)
def test_options_that_would_let_anybody_in_are_errors(changed: dict[str, Any], told: str) -> None:
    """A guessable secret, or a tolerance that checks nothing, is no setting."""
    error = refusal(SIGNED, **changed)

    assert isinstance(error, ConfigurationError)
    assert error.message.startswith(told)


@pytest.mark.parametrize("secret", ["", " ", None])
def test_nothing_is_signed_with_nothing(secret: Any) -> None:
    """The counterpart refuses what the check would refuse."""
    with pytest.raises(ConfigurationError, match="is empty or no text"):
        sign(BODY, secret=secret, now=NOW)


# ── Secrets ─────────────────────────────────────────────────────────────────────────────────────


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def shown(error: BaseException) -> str:
    """Everything an error shows: texts, facts, copies, and the locals of our own frames."""
    parts: list[Any] = []
    for link in chain(error):
        parts += [str(link), repr(link), repr(link.args), repr(vars(link))]
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if "linkedapi_async" in frame.f_code.co_filename:
                parts.append(repr(frame.f_locals))
    parts += [pickle.dumps(error).decode("latin-1"), repr(vars(copy.deepcopy(error)))]
    return "\n".join(parts)


@pytest.mark.parametrize("call", [verify, read])
@pytest.mark.parametrize(
    ("headers", "changed"),
    [
        ({}, {}),
        ({**SIGNED, TIMESTAMP_HEADER: "x"}, {}),
        ({**SIGNED, SIGNATURE_HEADER: "0" * 64}, {}),
        ({**SIGNED, SIGNATURE_HEADER: "0" * 64}, {"secrets": SECRET}),
        ({**SIGNED, SIGNATURE_HEADER: "0" * 64}, {"now": 0}),
        (SIGNED, {"secrets": [SECRET, ""]}),
        (SIGNED, {"secrets": [SECRET, None]}),
        (SIGNED, {"secrets": SECRET.encode()}),
        (SIGNED, {"tolerance": -1}),
    ],
)
def test_no_error_shows_a_secret(
    call: Callable[..., Any], headers: Any, changed: dict[str, Any]
) -> None:
    """Neither secret nor expected signature: not in a text, a fact, a copy or a frame."""
    facts: dict[str, Any] = {"secrets": [SECRET], "now": NOW, **changed}
    with pytest.raises((InvalidSignature, ConfigurationError)) as caught:
        call(BODY, headers, **facts)

    seen = shown(caught.value)

    assert "Secret(" in seen
    assert "CANARY" not in seen
    assert headers.get(SIGNATURE_HEADER) == SIGNATURE or SIGNATURE not in seen


def test_signing_shows_no_secret_either() -> None:
    """What goes wrong inside leaves no secret in a frame."""
    with pytest.raises(TypeError) as caught:
        sign(cast("bytes", "text"), secret=SECRET, now=NOW)

    assert "Secret(" in shown(caught.value)
    assert "CANARY" not in shown(caught.value)


# ── Anything ────────────────────────────────────────────────────────────────────────────────────

NAMES = st.sampled_from([*SIGNED, SIGNATURE_HEADER.upper(), "host", ""]) | st.text(max_size=5)
VALUES = (
    st.none()
    | st.integers()
    | st.text(max_size=70)
    | st.binary(max_size=70)
    | st.sampled_from(list(SIGNED.values()))
    | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
    | st.from_regex(r"[0-9]{1,12}", fullmatch=True)
    | st.lists(st.text(max_size=3), max_size=2)
)
PAIRS: st.SearchStrategy[Any] = st.lists(
    st.tuples(NAMES | st.binary(max_size=5), VALUES), max_size=5
)


@given(
    body=st.binary(max_size=20),
    headers=PAIRS | st.dictionaries(NAMES, VALUES, max_size=5),
    secrets=st.lists(st.text(max_size=3) | st.none(), max_size=3) | st.text(max_size=3),
    now=st.floats() | st.integers(),
    tolerance=st.floats(),
)
def test_nothing_unsigned_passes_and_nothing_else_is_raised(
    body: bytes, headers: Any, secrets: Any, now: float, tolerance: float
) -> None:
    """Whatever comes, it is refused in one of the two documented ways."""
    with pytest.raises((InvalidSignature, ConfigurationError)):
        verify(body, headers, secrets=secrets, now=now, tolerance=tolerance)


@given(
    body=st.binary(),
    secret=st.text(min_size=1).filter(str.strip),
    now=st.integers(0, 10**14),
    off=st.floats(-300, 300),
)
def test_what_is_signed_is_verified(body: bytes, secret: str, now: int, off: float) -> None:
    """Both halves agree on any body, secret and time."""
    verify(body, sign(body, secret=secret, now=now), secrets=[secret], now=now + off)
