"""What rows mean: the rules that every store shares."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async import (
    ConfigurationError,
    FatalError,
    InvalidWorkflowLocally,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UnsupportedByWire,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async._types import Certainty, Disposition, Json, Scope, WorkflowId
from linkedapi_async.errors.catalog import CATALOG
from linkedapi_async.ledger import (
    PREDECESSORS,
    Answer,
    Conflict,
    Elsewhere,
    Proved,
    Row,
    Send,
    State,
    Step,
    Uncertain,
    Wait,
    damaged,
    evidence_in,
    key_of,
    mark_in,
    marked,
    next_step,
    payload_of,
    read_outcome,
    write_error,
    write_proof,
)

if TYPE_CHECKING:
    from .conftest import MakeIntent

ROW = Row(
    key="k",
    account="acme",
    operation="st.fetchPerson",
    payload="p",
    state=State.SENDING,
    mark="m",
    owner="run",
    sent_at=datetime(2026, 1, 5, tzinfo=UTC),
)
TEXT = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(TEXT.filter("label".__ne__), JSON, max_size=3)


# ── what to do ──


@pytest.mark.parametrize(
    ("state", "alive", "dead"),
    [
        (None, Send(), Send()),
        (State.REFUSED, Send(), Send()),
        (State.ACCEPTED, Wait(WorkflowId("wf")), Wait(WorkflowId("wf"))),
        (State.SENDING, Elsewhere(), Uncertain(is_free=False)),
        (State.UNCERTAIN, Uncertain(is_free=False), Uncertain(is_free=False)),
        (State.DONE, Answer(), Answer()),
        (State.FAILED, Answer(), Answer()),
    ],
)
def test_next_step(intent: "MakeIntent", state: State | None, alive: Step, dead: Step) -> None:
    """Each state has its step; only of one that is being sent it matters who still works."""
    row = attrs.evolve(ROW, state=state, workflow_id=WorkflowId("wf")) if state else None

    told = [
        next_step(row, intent(), reads_only=False, is_alive=is_alive) for is_alive in (True, False)
    ]

    assert told == [alive, dead]


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
def test_what_only_reads_is_free(intent: "MakeIntent", state: State) -> None:
    """An uncertain call that only reads may be sent again by anybody."""
    row = attrs.evolve(ROW, state=state)

    step = next_step(row, intent(), reads_only=True, is_alive=False)

    assert step == Uncertain(is_free=True)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "st.fetchPerson with other parameters"),
        ({"account": "zenith"}, "for 'acme' st.fetchPerson"),
        ({"operation": "st.fetchCompany"}, "for 'acme' st.fetchPerson"),
    ],
)
def test_one_key_two_calls(
    intent: "MakeIntent", state: State, facts: Mapping[str, str], told: str
) -> None:
    """Whatever has become of the row, another payload is a conflict, which tells the difference."""
    other = attrs.evolve(intent(payload="q"), **facts)

    step = next_step(attrs.evolve(ROW, state=state), other, reads_only=True, is_alive=True)

    assert isinstance(step, Conflict)
    assert step.message == f"The key 'k' already stands for another call: {told}"


def test_what_has_ended_stays() -> None:
    """Nothing follows a final state, nothing makes a row be sent, and each other state is left."""
    left = frozenset[State]().union(*PREDECESSORS.values())

    assert [state for state in State if state.is_final] == [State.DONE, State.FAILED]
    assert not any(state.is_final for state in left)
    assert State.REFUSED not in left
    assert State.SENDING not in PREDECESSORS
    assert set(PREDECESSORS) == set(State) - {State.SENDING}
    assert all(State.SENDING in states for states in PREDECESSORS.values())


# ── keys and payloads ──


@given(workflow=OBJECTS)
def test_equal_calls_have_equal_digests(workflow: dict[str, Json]) -> None:
    """The order in which fields are named does not matter; account and operation do."""
    digest = payload_of("acme", "o", workflow)

    assert digest == payload_of("acme", "o", dict(reversed(workflow.items())))
    assert (
        len({digest, payload_of("zenith", "o", workflow), payload_of("acme", "p", workflow)}) == 3
    )


@given(one=JSON, other=JSON)
def test_other_workflows_have_other_digests(one: Any, other: Any) -> None:
    """Two digests are equal only where the same would be sent."""
    is_same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    assert (payload_of("a", "o", one) == payload_of("a", "o", other)) is is_same


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("order 7", "order 7"),
        ("é" * 500, "é" * 500),
        (7, "7"),
        (-7, "-7"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (None, "auto:" + "0123456789abcdef" * 2),
    ],
)
def test_keys(key: object, kept: str) -> None:
    """Text, whole numbers and UUIDs are keys; without one the payload is."""
    assert key_of(key, "0123456789abcdef" * 4) == kept


@pytest.mark.parametrize(
    "key", ["", True, 7.0, b"k", ("a", 1), "x" * 501, "a\0b", "half \ud800 a letter"]
)
def test_what_is_no_key(key: object) -> None:
    """Whatever would not come back the same is refused."""
    with pytest.raises(ConfigurationError, match="key="):
        key_of(key, "p")


# ── marks ──


@given(actions=st.lists(OBJECTS, max_size=4), mark=st.text("0123456789abcdef", min_size=1))
def test_a_mark_is_found_again(actions: list[dict[str, Json]], mark: str) -> None:
    """The first action carries it, alone or in a list, and the rest stays as it is."""
    together = marked(actions, mark)

    assert mark_in(together) == (mark if actions else None)
    assert isinstance(together, list)
    assert together[1:] == actions[1:]
    for action in actions:
        alone = marked(action, mark)
        assert mark_in(alone) == mark
        assert isinstance(alone, dict)
        assert {name: value for name, value in alone.items() if name != "label"} == action


def test_labels_are_the_callers() -> None:
    """A labelled action is left alone: the next one is marked, or none."""
    mine: dict[str, Json] = {"actionType": "a", "label": "mine"}
    plain: dict[str, Json] = {"actionType": "b"}

    assert marked(mine, "m") == mine
    assert marked([mine], "m") == [mine]
    assert marked([mine, plain, plain], "m") == [mine, {**plain, "label": "intent:m"}, plain]


@pytest.mark.parametrize(
    "completion", [None, [], {}, "intent:m", 7, [None, 7], {"label": 7}, [{"label": "mine"}]]
)
def test_completions_without_a_mark(completion: Json) -> None:
    """What nobody has marked names no intent, whatever it looks like."""
    assert mark_in(completion) is None


# ── outcomes ──


@given(completion=JSON, evidence=TEXT)
def test_a_proof_comes_back(completion: Any, evidence: str) -> None:
    """A completion outlives its row's text."""
    row = attrs.evolve(ROW, outcome=write_proof(completion, evidence))

    assert read_outcome(row.outcome, key=row.key) == Proved(completion, evidence)


FACTS = st.fixed_dictionaries(
    {
        "code": st.sampled_from(sorted(CATALOG)) | st.just("somethingNew"),
        "disposition": st.sampled_from(Disposition),
        "scope": st.sampled_from(Scope),
        "hint": TEXT,
        "certainty": st.sampled_from(Certainty),
        "workflow_id": st.none() | TEXT,
        "attempts": st.integers(0, 100),
        "elapsed": st.floats(0, 1e9),
        "retry_after": st.none() | st.floats(0, 1e6),
        "status": st.none() | st.integers(100, 599),
        "account": st.none() | TEXT,
    }
)


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (TransientError, TransientError),
        (UserActionRequired, UserActionRequired),
        (FatalError, FatalError),
        (OutcomeUnknown, OutcomeUnknown),
        (LinkedApiError, LinkedApiError),
        (LedgerError, FatalError),
        (ConfigurationError, FatalError),
        (InvalidWorkflowLocally, FatalError),
        (UnsupportedByWire, FatalError),
        (WorkflowTimeout, LinkedApiError),
    ],
)
@given(message=TEXT, facts=FACTS)
def test_an_error_comes_back(
    kind: type[LinkedApiError], family: type[LinkedApiError], message: str, facts: dict[str, Any]
) -> None:
    """Each error comes back as its family, with all its facts."""
    error = kind(message, **facts)

    told = read_outcome(write_error(error), key="k")

    assert isinstance(told, LinkedApiError)
    assert type(told) is family
    assert told.message == message
    assert {name: getattr(told, name) for name in facts} == facts


@pytest.mark.parametrize(
    "outcome",
    [
        None,
        "",
        "{",
        "7",
        "[]",
        "{}",
        '"error"',
        '{"completion": 7}',
        '{"error": 7}',
        '{"error": {}}',
        "[" * 100_000,
        write_error(FatalError("m")).replace("FatalError", "Rotten"),
        write_error(FatalError("m")).replace("disposition", "disposal"),
        write_error(FatalError("m")).replace('"fatal"', '"fate"'),
    ],
)
def test_an_outcome_that_cannot_be_read(outcome: str | None) -> None:
    """Rubbish is told as a damaged row, never as an outcome."""
    with pytest.raises(LedgerError, match="row 'k' is damaged: its outcome") as caught:
        read_outcome(outcome, key=ROW.key)

    assert caught.value.code == "ledgerDamaged"


@pytest.mark.parametrize(
    ("outcome", "evidence"),
    [
        (None, ""),
        ("{", ""),
        ("[" * 100_000, ""),
        ("7", ""),
        (write_error(FatalError("m")), ""),
        (write_proof(None, "in the inbox"), "in the inbox"),
    ],
)
def test_evidence(outcome: str | None, evidence: str) -> None:
    """What reading has shown is told where there is any; nothing else matters."""
    assert evidence_in(attrs.evolve(ROW, outcome=outcome)) == evidence


def test_damaged() -> None:
    """The error for a damaged row names it and tells what a person can do."""
    error = damaged("order 7", "it is torn")

    assert error.message == "The ledger's row 'order 7' is damaged: it is torn"
    assert error.hint
