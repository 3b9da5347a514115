"""Exceptions: families, facts from the catalogue, copies that lose nothing."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from linkedapi_async import errors
from linkedapi_async._types import Certainty, Disposition, Scope, WorkflowId
from linkedapi_async.errors import (
    CATALOG,
    ActionError,
    ActionFailure,
    ClientClosed,
    ConfigurationError,
    FatalError,
    InvalidSignature,
    InvalidWorkflowLocally,
    LedgerError,
    LinkedApiError,
    OutcomeUnknown,
    ProtocolError,
    SignatureFlaw,
    TransientError,
    UnsupportedByWire,
    UserActionRequired,
    WorkflowTimeout,
)

FAILURE = ActionFailure("personNotFound", "No such person.", "st.openPersonPage", "first")
FACTS: dict[str, Any] = {
    "disposition": Disposition.USER_ACTION,
    "scope": Scope.ACCOUNT,
    "hint": "Do it.",
    "certainty": Certainty.REJECTED,
    "workflow_id": WorkflowId("wf-1"),
    "attempts": 3,
    "elapsed": 1.5,
    "retry_after": 2.5,
    "status": 429,
    "account": "acme",
}

# Every class with every fact, and the facts that only it holds.
FULL: dict[type[LinkedApiError], tuple[LinkedApiError, tuple[str, ...]]] = {
    LinkedApiError: (LinkedApiError("m", code="c", **FACTS), ()),
    TransientError: (TransientError("m", code="c", **FACTS), ()),
    UserActionRequired: (UserActionRequired("m", code="c", **FACTS), ()),
    FatalError: (FatalError("m", code="c", **FACTS), ()),
    OutcomeUnknown: (OutcomeUnknown("m", code="c", **FACTS), ()),
    WorkflowTimeout: (WorkflowTimeout("m", code="c", **FACTS), ()),
    ProtocolError: (ProtocolError("m", completion=[{"a": 1}], code="c", **FACTS), ("completion",)),
    ClientClosed: (
        ClientClosed("m", workflow_ids=(WorkflowId("wf-1"),), code="c", **FACTS),
        ("workflow_ids",),
    ),
    ConfigurationError: (ConfigurationError("m", code="c", **FACTS), ()),
    InvalidSignature: (
        InvalidSignature("m", reason=SignatureFlaw.STALE, code="c", **FACTS),
        ("reason",),
    ),
    InvalidWorkflowLocally: (InvalidWorkflowLocally("m", code="c", **FACTS), ()),
    LedgerError: (LedgerError("m", code="c", **FACTS), ()),
    UnsupportedByWire: (UnsupportedByWire("m", code="c", **FACTS), ()),
    ActionError: (ActionError((FAILURE, FAILURE), **{**FACTS, "code": "c"}), ("failures",)),
}
COPIES: dict[str, Callable[[LinkedApiError], LinkedApiError]] = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301 - our own bytes
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "clone": lambda error: error.clone(),
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.__name__)
def test_a_copy_keeps_every_fact(kind: type[LinkedApiError], how: str) -> None:
    """Pickled, copied or cloned, an error is the same class and says the same."""
    error, own = FULL[kind]

    twin = COPIES[how](error)

    assert type(twin) is kind
    assert twin is not error
    assert str(twin) == str(error)
    assert twin.args == error.args
    assert twin.code == "c"
    for fact in (*FACTS, *own, "message"):
        assert getattr(twin, fact) == getattr(error, fact), fact


def test_every_public_exception_is_in_the_table_above() -> None:
    """A new exception arrives with its round-trips."""
    public = {
        value
        for name in errors.__all__
        if isinstance(value := getattr(errors, name), type) and issubclass(value, Exception)
    }

    assert public == set(FULL)


def test_a_clone_starts_without_traceback_and_keeps_its_cause() -> None:
    """Each of several waiters gets an error of its own with the common cause."""
    cause = OSError("refused")
    try:
        raise TransientError("m") from cause  # noqa: EM101, TRY301 - a traceback is wanted
    except TransientError as caught:
        error = caught

    twin = error.clone()

    assert error.__traceback__ is not None
    assert twin.__traceback__ is None
    assert twin.__cause__ is cause


@pytest.mark.parametrize(
    ("kind", "bases"),
    [
        (TransientError, (LinkedApiError,)),
        (UserActionRequired, (LinkedApiError,)),
        (FatalError, (LinkedApiError,)),
        (OutcomeUnknown, (LinkedApiError,)),
        (WorkflowTimeout, (LinkedApiError, TimeoutError)),
        (ProtocolError, (LinkedApiError,)),
        (ClientClosed, (LinkedApiError,)),
        (ActionError, (LinkedApiError,)),
        (ConfigurationError, (FatalError, ValueError)),
        (InvalidSignature, (LinkedApiError,)),
        (InvalidWorkflowLocally, (FatalError,)),
        (LedgerError, (FatalError,)),
        (UnsupportedByWire, (FatalError,)),
    ],
)
def test_families(kind: type[Exception], bases: tuple[type[Exception], ...]) -> None:
    """Whoever catches the family, or the builtin beside it, catches the member."""
    assert all(issubclass(kind, base) for base in bases)
    families = {TransientError, UserActionRequired, FatalError, OutcomeUnknown} - {kind, *bases}
    assert not [family for family in families if issubclass(kind, family)]


@pytest.mark.parametrize("row", CATALOG.values(), ids=CATALOG)
def test_facts_not_given_come_from_the_catalogue(row: errors.Fault) -> None:
    """The code alone fills disposition, scope and hint; an alias keeps its own word."""
    for name in row.names:
        error = LinkedApiError("m", code=name)

        assert error.code == name
        assert (error.disposition, error.scope, error.hint) == (
            row.disposition,
            row.scope,
            row.hint,
        )


def test_a_code_without_a_row_is_fatal_and_without_a_hint() -> None:
    """An error of an unknown word claims nothing it does not know."""
    error = LinkedApiError("m", code="brandNew")

    assert (error.disposition, error.scope, error.hint) == (Disposition.FATAL, Scope.CALL, "")
    assert str(error) == "m [brandNew]"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LinkedApiError("m"), "unknownError"),
        (TransientError("m"), "connectionFailed"),
        (WorkflowTimeout("m"), "workflowTimeout"),
        (ProtocolError("m"), "unreadableResult"),
        (ClientClosed("m"), "clientClosed"),
        (ConfigurationError("m"), "invalidConfiguration"),
        (InvalidSignature("m", reason=SignatureFlaw.MISSING), "invalidSignature"),
        (InvalidWorkflowLocally("m"), "invalidWorkflow"),
        (LedgerError("m"), "ledgerUnusable"),
        (UnsupportedByWire("m"), "unsupportedByWire"),
    ],
)
def test_each_class_has_a_code_of_its_own(error: LinkedApiError, code: str) -> None:
    """Errors born here carry a word of the catalogue."""
    assert error.code == code
    assert error.hint


def test_a_log_line_of_an_error_can_be_acted_on() -> None:
    """`str` gives the message, the code and what to do."""
    error = UserActionRequired("Signed out.", code="linkedinAccountSignedOut")

    assert str(error) == f"Signed out. [linkedinAccountSignedOut] {error.hint}"


@pytest.mark.parametrize(
    ("failures", "message"),
    [
        ((FAILURE,), "st.openPersonPage: No such person."),
        ((FAILURE, FAILURE, FAILURE), "st.openPersonPage: No such person. (and 2 more)"),
        ((ActionFailure("newWord", "Odd."),), "Odd."),
    ],
)
def test_an_action_error_speaks_for_its_first_failure(
    failures: tuple[ActionFailure, ...], message: str
) -> None:
    """The message names the first failed action and counts the others; all are kept."""
    error = ActionError(failures, workflow_id=WorkflowId("wf-1"))

    assert error.message == message
    assert error.code == failures[0].type
    assert error.failures == failures
    assert error.certainty is Certainty.ACCEPTED
    assert error.workflow_id == "wf-1"


def test_a_failure_explains_itself() -> None:
    """A failed action's hint is its row's; a word without a row has none."""
    assert FAILURE.hint == CATALOG["personNotFound"].hint
    assert not ActionFailure("newWord", "Odd.").hint


def test_a_protocol_error_loses_nothing() -> None:
    """What was read stays readable, and the workflow is known to have run."""
    error = ProtocolError("expected list @ $.data", completion={"data": 5})

    assert error.completion == {"data": 5}
    assert error.certainty is Certainty.ACCEPTED
