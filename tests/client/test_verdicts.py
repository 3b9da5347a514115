"""Every error word of the service ends as the catalogue says, wherever it stands."""

from collections.abc import Callable

import attrs
import pytest

from linkedapi_async import (
    Disposition,
    FatalError,
    LinkedApi,
    LinkedApiError,
    Policy,
    Scope,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)
from linkedapi_async._types import Plane
from linkedapi_async.errors import CATALOG, Fault, find
from linkedapi_async.operations import FetchPerson, SendMessage
from linkedapi_async.testing import Sandbox

FATAL, USER, RETRY = Disposition.FATAL, Disposition.USER_ACTION, Disposition.RETRYABLE
CALL, ACCOUNT, CLIENT = Scope.CALL, Scope.ACCOUNT, Scope.CLIENT

SEED = {
    "invalidWorkflow": (FATAL, CALL),
    "invalidActionParams": (FATAL, CALL),
    "accountApiTokenRequired": (FATAL, CLIENT),
    "invalidAccountApiToken": (USER, CLIENT),
    "identificationTokenRequired": (FATAL, ACCOUNT),
    "invalidIdentificationToken": (USER, ACCOUNT),
    "noActiveSeats": (USER, ACCOUNT),
    "plusSeatRequired": (USER, CALL),
    "linkedinAccountSignedOut": (USER, ACCOUNT),
    "languageNotSupported": (USER, ACCOUNT),
}
"""The page this library was born from, judged as the design has it."""

LATER = {
    "invalidRequestPayload": (FATAL, CALL),
    "invalidRequestBody": (FATAL, CALL),
    "linkedApiTokenRequired": (FATAL, CLIENT),
    "dataApiTokenRequired": (FATAL, CLIENT),
    "invalidLinkedApiToken": (USER, CLIENT),
    "invalidDataApiToken": (USER, CLIENT),
    "subscriptionRequired": (USER, ACCOUNT),
    "plusPlanRequired": (USER, CALL),
    "trialLimitReached": (USER, CLIENT),
    "insufficientCredits": (USER, CLIENT),
    "noAvailableSeats": (USER, CLIENT),
    "accountIdRequired": (FATAL, CALL),
    "accountNotFound": (FATAL, CALL),
    "sessionNotFound": (FATAL, CALL),
    "conversationsNotSynced": (FATAL, CALL),
    "tooManyRequests": (RETRY, CLIENT),
    "outsideWorkingHours": (RETRY, ACCOUNT),
    "workingHoursWaitExpired": (RETRY, ACCOUNT),
    "dailyConnectionAttemptsExceeded": (RETRY, CALL),
}
"""What later generations added."""

DESIGN = SEED | LATER
FAMILIES = {FATAL: FatalError, USER: UserActionRequired, RETRY: TransientError}
WORDS = [name for row in CATALOG.values() if row.plane is Plane.REQUEST for name in row.names]
HEALED_BY_TIME = [word for word in WORDS if DESIGN.get(word, (FATAL,))[0] is RETRY]
FINAL = [word for word in WORDS if word not in HEALED_BY_TIME]


def row_of(word: str) -> Fault:
    row = find(word)
    assert row is not None
    return row


def is_as_designed(error: LinkedApiError, word: str) -> None:
    disposition, scope = DESIGN[word]
    row = row_of(word)
    assert type(error) is FAMILIES[disposition]
    assert (error.code, error.disposition, error.scope) == (word, disposition, scope)
    assert (error.disposition, error.scope, error.hint) == (row.disposition, row.scope, row.hint)
    assert error.hint


def test_the_design_and_the_catalogue_hold_the_same_words() -> None:
    """No request-plane word is without a verdict here, and none is invented."""
    assert sorted(WORDS) == sorted(DESIGN)


@pytest.mark.parametrize("word", FINAL)
async def test_refused_start(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    wire: str,
    word: str,
) -> None:
    """A refused start raises the catalogue's verdict and costs no further request."""
    sandbox.inject(word, times=None)

    with pytest.raises(LinkedApiError) as caught:
        await connect(wire).run(writing)

    is_as_designed(caught.value, word)
    assert caught.value.attempts == 1
    assert len(sandbox.log.requests()) == 1


@pytest.mark.parametrize("word", HEALED_BY_TIME)
async def test_start_refused_for_a_while(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    reading: FetchPerson,
    wire: str,
    word: str,
) -> None:
    """What time heals is asked again up to the policy's patience, then raised as transient."""
    sandbox.inject(word, times=None)
    policy = attrs.evolve(Policy.service(), max_attempts=2)

    with pytest.raises(LinkedApiError) as caught:
        await connect(wire, policy=policy).run(reading)

    is_as_designed(caught.value, word)
    assert caught.value.attempts == 2
    assert len(sandbox.log.requests("start")) == len(sandbox.log.requests()) == 2


@pytest.mark.parametrize("word", FINAL)
async def test_refused_poll(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    wire: str,
    word: str,
) -> None:
    """A refused poll, of an id or of a result link, raises the verdict and asks nothing more."""
    sandbox.inject(word, on="poll", times=None)

    with pytest.raises(LinkedApiError) as caught:
        await connect(wire).run(writing)

    is_as_designed(caught.value, word)
    assert caught.value.workflow_id is not None
    assert sandbox.log.workflows()[0].workflow_id in caught.value.workflow_id
    assert len(sandbox.log.requests("start")) == 1
    assert len(sandbox.log.requests()) == 2


@pytest.mark.parametrize("word", HEALED_BY_TIME)
async def test_poll_refused_for_a_while(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    wire: str,
    word: str,
) -> None:
    """A poll refused for a while ends no wait; behind a result link the word is the end itself."""
    sandbox.inject(word, on="poll")
    api = connect(wire)

    if wire == "account_api" and not row_of(word).is_preflight:
        with pytest.raises(LinkedApiError) as caught:
            await api.run(writing)
        is_as_designed(caught.value, word)
    else:
        assert not (await api.run(writing)).errors
        assert len(sandbox.log.requests("poll")) == 2

    assert len(sandbox.log.requests("start")) == 1


@pytest.mark.parametrize("word", WORDS)
async def test_failed_workflow(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    wire: str,
    word: str,
) -> None:
    """A write that fails for any reason raises its verdict and is never posted again."""
    sandbox.inject(word, on="failure", times=None)

    with pytest.raises(LinkedApiError) as caught:
        await connect(wire).run(writing)

    assert caught.value.certainty == "accepted"
    assert len(sandbox.log.requests("start")) == 1
    if wire == "account_api" and word in HEALED_BY_TIME and row_of(word).is_preflight:
        assert isinstance(caught.value, WorkflowTimeout)  # a refused poll looks the same
    else:
        is_as_designed(caught.value, word)
        assert len(sandbox.log.requests()) == 2


@pytest.mark.parametrize("word", sorted(SEED))
async def test_older_field_name(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    wire: str,
    word: str,
) -> None:
    """The seed's ten are understood under `errorType` as well."""
    sandbox.inject(word, legacy_error_field=True)

    with pytest.raises(LinkedApiError) as caught:
        await connect(wire).run(writing)

    is_as_designed(caught.value, word)
