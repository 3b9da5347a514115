"""Bytes to JSON: the fast parser and the standard one are one."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linkedapi_async._messages import Progress, Refusal, Reply
from linkedapi_async.wire import LinkedApiWire
from linkedapi_async.wire._envelope import _decode

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
PIECES = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud83d", b"\\ude00", b"\\u0000", b"\x00"),
    *(
        b"null",
        b"NaN",
        b"-Infinity",
        b"-",
        b"0",
        b"1",
        b".",
        b"e",
        b"1e309",
        b"9" * 30,
        b" ",
        b"\n",
    ),
    *(b"\xff", b"\xed\xa0\x80", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b'"a":1', b"\t"),
]

BROKEN = [
    b"",
    b" ",
    b"{",
    b"{}x",
    b"[1,]",
    b'{"a":1,}',
    b"{'a':1}",
    b"{a:1}",
    b"01",
    b"1.",
    b"nul",
    b'"\t"',
    b'"\\x41"',
    b'"\\u12G4"',
    b"\x0b{}",
    b"\xc2\xa0{}",
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'{"\xff":1}',
    '{"a":1}'.encode("utf-16"),
    '{"a":1}'.encode("utf-32-le"),
    b"[" * 200_000 + b"]" * 200_000,
    b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
]

ODD: list[tuple[bytes, Any]] = [
    (b"1e400", math.inf),
    (b"[Infinity,-Infinity]", [math.inf, -math.inf]),
    (b"9223372036854775808", 2**63),
    (b"18446744073709551616", 2**64),
    (b"-" + b"9" * 40, -(10**40) + 1),
    (b"-0", 0),
    (b"-0.0", -0.0),
    (b"5e-324", 5e-324),
    (b"123456789012345678.5", 123456789012345678.5),
    (b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
    (rb'"\ud83d\ude00"', "😀"),
    (rb'"\ud83d"', "\ud83d"),
    (rb'{"\ude00\ud83d":1}', {"\ude00\ud83d": 1}),
    (rb'"\u0000\/"', "\0/"),
    (b'"\x7f\xe2\x80\xa8"', "\x7f\u2028"),
]


def by_the_standard_library(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode())
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize(("raw", "value"), ODD, ids=lambda given: repr(given)[:20])
def test_odd_values_are_what_the_standard_library_makes_of_them(raw: bytes, value: Any) -> None:
    """Numbers of any size, doubled keys, halves of surrogate pairs: nothing is lost or changed."""
    assert repr(_decode(raw)) == repr(value) == repr(by_the_standard_library(raw))


def test_no_number_is_one() -> None:
    """`NaN` is no JSON, yet some servers write it."""
    read = _decode(b"NaN")

    assert isinstance(read, float)
    assert math.isnan(read)


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw[:16]))
def test_what_is_no_json_is_refused(reply: Callable[..., Reply], raw: bytes) -> None:
    """Broken JSON, other encodings and bottomless nesting make a reply undecodable."""
    outcome = LinkedApiWire().read_poll(reply(raw))

    assert by_the_standard_library(raw) is None
    assert isinstance(outcome, Refusal)
    assert outcome.code == "undecodableReply"


def test_a_byte_order_mark_is_skipped(reply: Callable[..., Reply]) -> None:
    """Three bytes before the JSON say nothing and cost nothing."""
    raw = b'\xef\xbb\xbf{"success":true,"result":{"workflowStatus":"running"}}'

    outcome = LinkedApiWire().read_poll(reply(raw))

    assert isinstance(outcome, Progress)
    assert outcome.word == "running"


@given(value=ANY_JSON, is_ascii=st.booleans(), indent=st.none() | st.just(1))
def test_what_was_written_is_read(value: Any, *, is_ascii: bool, indent: int | None) -> None:
    """Whatever JSON can hold comes through, however it is spelled."""
    raw = json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "replace")

    assert repr(_decode(raw)) == repr(by_the_standard_library(raw))


@given(pieces=st.lists(st.sampled_from(PIECES) | st.binary(max_size=2), max_size=10))
@example(pieces=[b'"', b"\\ud83d", b'"'])
def test_any_bytes_are_read_alike(pieces: list[bytes]) -> None:
    """The parsers agree on what is JSON and on what it holds, down to nonsense."""
    raw = b"".join(pieces)

    assert repr(_decode(raw)) == repr(by_the_standard_library(raw))
