"""From a refusal to a verdict."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._messages import Refusal
from linkedapi_async._types import Disposition, Plane, Scope
from linkedapi_async.errors import CATALOG, Fault, find
from linkedapi_async.policy import Policy, Verdict, classify

RETRYABLE, USER_ACTION, FATAL = Disposition

STOPPING = [
    pytest.param(name, row, id=name)
    for row in CATALOG.values()
    for name in row.names
    if row.plane is Plane.REQUEST
]
NAMES = [pytest.param(name, row, id=name) for row in CATALOG.values() for name in row.names]


def by_status(status: int | None) -> Disposition:
    """Judge a word nobody knows, as the design says."""
    passing = status is not None and (status == 429 or status >= 500)
    return RETRYABLE if passing else FATAL


@pytest.mark.parametrize("status", [None, 200, 400, 401, 429, 500])
@pytest.mark.parametrize(("name", "row"), STOPPING)
def test_a_known_word_is_judged_by_its_row(
    verdict: Callable[..., Verdict], name: str, row: Fault, status: int | None
) -> None:
    """The word decides, whatever the status; the cause is the row's own word."""
    judged = verdict(name, status=status, is_envelope=True)

    assert judged.disposition is row.disposition
    assert judged.scope is row.scope
    assert judged.hint == row.hint
    assert judged.cause == row.type
    assert judged.is_slow == row.is_slow
    assert judged.refusal.code == name


@given(
    code=st.text().filter(lambda word: find(word) is None),
    status=st.none() | st.integers(100, 599),
)
def test_an_unknown_word_is_judged_by_its_status_alone(
    verdict: Callable[..., Verdict], code: str, status: int | None
) -> None:
    """429 and 5xx pass, everything else is final; the word itself says nothing."""
    judged = verdict(code, status=status, is_envelope=True)

    assert judged.disposition is by_status(status)
    assert judged.scope is Scope.CALL
    assert judged.cause == code
    assert judged.row is None
    assert not judged.is_slow
    assert repr(code) in judged.hint


@pytest.mark.parametrize("status", [None, 200, 400, 408, 429, 500])
@pytest.mark.parametrize(
    "row", [r for r in CATALOG.values() if r.plane is Plane.ACTION], ids=lambda row: row.type
)
def test_a_word_of_single_actions_is_unknown_here(
    verdict: Callable[..., Verdict], row: Fault, status: int | None
) -> None:
    """What one action may answer does not stop a call: on this plane only the status counts."""
    judged = verdict(row.type, status=status, is_envelope=True)

    assert judged.row is None
    assert judged.disposition is by_status(status)
    assert judged.scope is Scope.CALL


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_word_of_this_library_is_unknown_when_the_service_says_it(
    verdict: Callable[..., Verdict], status: int
) -> None:
    """Names we gave to our own failures mean nothing as a service's word."""
    own = [row.type for row in CATALOG.values() if row.plane is Plane.CLIENT]

    judged = {word: verdict(word, status=status, is_envelope=True) for word in own}

    assert not [word for word, verdict in judged.items() if verdict.row is not None]
    assert {verdict.disposition for verdict in judged.values()} == {by_status(status)}


@pytest.mark.parametrize(
    ("status", "disposition", "scope"),
    [
        (400, FATAL, Scope.CALL),
        (401, FATAL, Scope.CALL),
        (404, FATAL, Scope.CALL),
        (408, RETRYABLE, Scope.CLIENT),
        (422, FATAL, Scope.CALL),
        (425, RETRYABLE, Scope.CLIENT),
        (429, RETRYABLE, Scope.CLIENT),
        (500, RETRYABLE, Scope.CLIENT),
        (502, RETRYABLE, Scope.CLIENT),
        (503, RETRYABLE, Scope.CLIENT),
        (599, RETRYABLE, Scope.CLIENT),
        (None, FATAL, Scope.CALL),
    ],
)
def test_an_http_error_without_envelope_is_judged_by_status(
    verdict: Callable[..., Verdict],
    status: int | None,
    disposition: Disposition,
    scope: Scope,
) -> None:
    """408, 425, 429 and 5xx pass and doom the whole client; other statuses doom the call."""
    judged = verdict("httpError", status=status)

    assert (judged.disposition, judged.scope) == (disposition, scope)


@pytest.mark.parametrize(
    "code", ["connectionFailed", "connectionLost", "requestTimeout", "undecodableReply"]
)
def test_failures_of_the_way_pass(verdict: Callable[..., Verdict], code: str) -> None:
    """Without a readable reply, time heals it for the whole client."""
    judged = verdict(code, status=None)

    assert (judged.disposition, judged.scope) == (RETRYABLE, Scope.CLIENT)


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize(("name", "row"), NAMES)
def test_an_override_of_any_name_covers_the_row(
    refusal: Callable[..., Refusal], name: str, row: Fault, disposition: Disposition
) -> None:
    """Teaching the policy one alias teaches it all of them; the rest of the verdict stays."""
    overrides = Policy().override(name, disposition).overrides

    judged = [classify(refusal(other, status=400), overrides) for other in row.names]

    assert {verdict.disposition for verdict in judged} == {disposition}


def test_an_override_teaches_an_unknown_word(refusal: Callable[..., Refusal]) -> None:
    """A word newer than this version can be given a disposition by hand."""
    overrides = Policy().override("brandNew", USER_ACTION).overrides

    judged = classify(refusal("brandNew", status=500), overrides)
    other = classify(refusal("brandOld", status=500), overrides)

    assert judged.disposition is USER_ACTION
    assert other.disposition is RETRYABLE
