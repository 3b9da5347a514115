"""The executor: it carries decisions out and decides nothing itself."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import attrs
import pytest

from linkedapi_async._call import single_attempt
from linkedapi_async._messages import Purpose, Refusal
from linkedapi_async._types import Certainty, WorkflowId
from linkedapi_async.errors import (
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.events import ActionNeeded, ActionResolved, BackingOff, Drift, Raised
from linkedapi_async.policy import BackOff, OnUserAction, Policy
from linkedapi_async.testing import FakeClock

Refused = Callable[..., Refusal]
Counted = Callable[[Iterable[object]], dict[str, int]]

PATIENT = Policy(max_attempts=5, base_delay=1.0, max_delay=8.0, deadline=None)


async def test_a_first_success_is_returned_and_announces_nothing(
    bench: Any, script: Callable[..., Any]
) -> None:
    """The common case costs one request, no event and no moment."""
    call, send = bench.call(), script("wf-1")

    assert await bench.executor.execute(call, send) == "wf-1"

    assert bench.told == []
    assert send.sent_at == [0]
    assert call.attempts == 1
    assert bench.budget.tokens == pytest.approx(3.1)


async def test_what_time_heals_is_sent_again_after_a_pause(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """Each failure is announced with the pause that really follows it."""
    call = bench.call(PATIENT)
    send = script(refused("tooManyRequests"), refused("connectionFailed"), "wf-1")

    assert await bench.executor.execute(call, send) == "wf-1"

    assert bench.names() == ["BackingOff", "BackingOff"]
    pauses = [event.delay for event in bench.told]
    assert [event.code for event in bench.told] == ["tooManyRequests", "connectionFailed"]
    assert [event.attempt for event in bench.told] == [1, 2]
    assert send.sent_at == pytest.approx([0, pauses[0], sum(pauses)])
    assert 0 < pauses[0] < 1
    assert 0 < pauses[1] < 2
    assert call.attempts == 3
    assert bench.budget.tokens == pytest.approx(1.1)


async def test_an_asked_wait_is_kept(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """The next request is not sent before the moment the service named."""
    send = script(refused("tooManyRequests", retry_after=20.0), "wf-1")

    await bench.executor.execute(bench.call(), send)

    assert 20 <= send.sent_at[1] < 20.25


async def test_attempts_end(bench: Any, script: Callable[..., Any], refused: Refused) -> None:
    """After the last attempt the service's own word is raised, with all that was tried."""
    call, send = bench.call(), script(refused("tooManyRequests", status=429))

    with pytest.raises(TransientError) as caught:
        await bench.executor.execute(call, send)

    assert len(send.sent_at) == 3
    assert (caught.value.code, caught.value.attempts) == ("tooManyRequests", 3)
    assert caught.value.elapsed == pytest.approx(bench.clock.now())
    assert caught.value.__cause__ is None
    assert bench.names() == ["BackingOff", "BackingOff", "Raised"]
    raised = bench.told[-1]
    assert isinstance(raised, Raised)
    assert (raised.code, raised.error, raised.attempts) == ("tooManyRequests", "TransientError", 3)


@pytest.mark.parametrize(
    ("code", "facts", "family"),
    [
        ("invalidWorkflow", {}, FatalError),
        ("linkedinAccountSignedOut", {}, UserActionRequired),
        ("connectionLost", {"certainty": Certainty.MAYBE_ACCEPTED}, OutcomeUnknown),
        ("tooManyRequests", {"retry_after": 3600.0}, TransientError),
    ],
)
async def test_what_cannot_be_sent_again_is_raised_at_once(  # noqa: PLR0917 - columns of the table
    bench: Any,
    script: Callable[..., Any],
    refused: Refused,
    code: str,
    facts: dict[str, Any],
    family: type[LinkedApiError],
) -> None:
    """One request, no pause, and the error of the right family."""
    send = script(refused(code, **facts))

    with pytest.raises(family) as caught:
        await bench.executor.execute(bench.call(workflow_id=WorkflowId("wf-1")), send)

    assert len(send.sent_at) == 1
    assert bench.clock.now() == 0
    assert caught.value.workflow_id == "wf-1"
    assert bench.names("ActionNeeded") == ["Raised"]
    assert bench.budget.tokens == pytest.approx(3.1)


async def test_a_deadline_ends_the_retries(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """No pause reaches beyond the deadline."""
    policy = attrs.evolve(PATIENT, max_attempts=100, base_delay=10.0, max_delay=10.0)
    send = script(refused("connectionFailed"))
    for _ in range(1_000):
        bench.budget.deposit()

    with pytest.raises(TransientError):
        await bench.executor.execute(bench.call(policy, deadline=30), send)

    assert 1 < len(send.sent_at) < 30
    assert bench.clock.now() < 30


async def test_a_polling_call_gets_its_pause_back(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """One attempt returns the pause instead of waiting it; polls cost no budget."""
    call = bench.call(purpose=Purpose.POLL)
    bench.drain()

    outcome = await bench.executor.attempt(call, script(refused("connectionLost")))

    assert isinstance(outcome, BackOff)
    assert bench.clock.now() == 0
    assert bench.names() == []  # told by whoever schedules polls, with the real pause
    assert bench.budget.tokens < 1


async def test_a_known_failure_stands_in_for_the_first_attempt(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """A workflow that was given up before it ran is started anew as a start."""
    call = bench.call(Policy(restart_expired=True, deadline=None), purpose=Purpose.FINISHED)
    ended = refused("workingHoursWaitExpired", certainty=Certainty.ACCEPTED)
    send = script("wf-2")

    assert await bench.executor.execute(call, send, ended) == "wf-2"

    assert call.purpose is Purpose.START
    assert len(send.sent_at) == 1
    assert send.sent_at[0] > 0
    assert bench.budget.tokens == 3  # causes that take hours cannot make a storm


async def test_a_known_failure_may_be_the_end(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """What ran is not started again, so nothing is sent at all."""
    ended = refused("workingHoursWaitExpired", certainty=Certainty.ACCEPTED)
    send = script("wf-2")

    with pytest.raises(TransientError) as caught:
        await bench.executor.execute(bench.call(purpose=Purpose.FINISHED), send, ended)

    assert send.sent_at == []
    assert caught.value.certainty is Certainty.ACCEPTED


# ── Budget and nesting ──────────────────────────────────────────────────────────────────────────


async def test_under_total_failure_retries_stay_a_tenth(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """Three hundred failing calls send thirty requests more, and a reserve of three."""
    send = script(refused("connectionFailed"))

    for _ in range(300):
        with pytest.raises(TransientError):
            await bench.executor.execute(bench.call(), send)

    assert len(send.sent_at) - 300 <= 0.1 * 300 + 3


async def test_without_budget_the_first_failure_is_raised(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """An empty bucket leaves the error as it is."""
    bench.drain()
    send = script(refused("connectionFailed"))

    with pytest.raises(TransientError):
        await bench.executor.execute(bench.call(), send)

    assert len(send.sent_at) == 1
    assert bench.names() == ["Raised"]


async def test_inside_somebody_elses_retry_a_call_is_sent_once(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """A marked block leaves repeating to its owner, and costs no budget."""
    send = script(refused("connectionFailed"))

    with single_attempt(), single_attempt(), pytest.raises(TransientError):
        await bench.executor.execute(bench.call(), send)
    once = len(send.sent_at)
    with pytest.raises(TransientError):
        await bench.executor.execute(bench.call(), send)

    assert once == 1
    assert len(send.sent_at) == 1 + 3


async def test_nested_retries_do_not_multiply(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """A call made while another one is being retried is sent once per attempt of that one."""
    inner = script(refused("connectionFailed"))

    async def outer() -> Any:
        try:
            return await bench.executor.execute(bench.call(PATIENT), inner)
        except TransientError:
            return refused("connectionFailed")

    for _ in range(1_000):
        bench.budget.deposit()
    with pytest.raises(TransientError):
        await bench.executor.execute(bench.call(PATIENT), outer)

    # the outer call's first attempt is no retry yet, so the inner call may repeat there
    assert len(inner.sent_at) == PATIENT.max_attempts + (PATIENT.max_attempts - 1)


# ── Episodes and drift ──────────────────────────────────────────────────────────────────────────


async def test_a_person_hears_of_a_cause_once(
    bench: Any, script: Callable[..., Any], refused: Refused, counted: Counted
) -> None:
    """A thousand refusals are one announcement, and each caller gets the error."""
    send = script(refused(message="Signed out."))

    ends = await asyncio.gather(
        *(bench.executor.execute(bench.call(), send) for _ in range(1_000)), return_exceptions=True
    )

    assert {type(end) for end in ends} == {UserActionRequired}
    assert counted(bench.told) == {"ActionNeeded": 1, "Raised": 1_000}
    needed = bench.told[0]
    assert isinstance(needed, ActionNeeded)
    assert (needed.account, needed.code) == ("acme", "linkedinAccountSignedOut")
    assert needed.message == "Signed out."


async def test_the_first_success_ends_an_episode(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """Healing is announced once with its duration; the next refusal begins anew."""
    send = script(refused(), "wf-1", "wf-2", refused())
    with pytest.raises(UserActionRequired):
        await bench.executor.execute(bench.call(), send)
    await bench.clock.sleep(60)

    for _ in range(2):
        await bench.executor.execute(bench.call(), send)
    with pytest.raises(UserActionRequired):
        await bench.executor.execute(bench.call(), send)

    assert bench.names("Raised") == ["ActionNeeded", "ActionResolved", "ActionNeeded"]
    resolved = bench.told[2]
    assert isinstance(resolved, ActionResolved)
    assert (resolved.code, resolved.account, resolved.lasted) == (
        "linkedinAccountSignedOut",
        "acme",
        60,
    )


async def test_an_older_answer_heals_nothing(
    still_bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """A request sent before the refusal proves nothing about its cause."""
    clock: FakeClock = still_bench.clock

    async def slow() -> str:
        await clock.sleep(10)
        return "wf-1"

    early = asyncio.ensure_future(
        still_bench.executor.execute(still_bench.call(), script(slow, on=clock))
    )
    await clock.advance(0)
    await clock.advance(5)
    with pytest.raises(UserActionRequired):
        await still_bench.executor.execute(still_bench.call(), script(refused(), on=clock))
    await clock.advance(10)

    assert early.result() == "wf-1"
    assert still_bench.names("Raised") == ["ActionNeeded"]
    assert still_bench.episodes


async def test_a_changed_token_ends_what_was_about_tokens(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """The episode of a refused token ends with another token."""
    with pytest.raises(UserActionRequired):
        await bench.executor.execute(bench.call(), script(refused("invalidIdentificationToken")))

    bench.executor.token_changed("acme")

    assert bench.names("Raised") == ["ActionNeeded", "ActionResolved"]


@pytest.mark.parametrize("code", ["brandNew", "personNotFound"])
async def test_an_unknown_word_is_told_once(
    bench: Any, script: Callable[..., Any], refused: Refused, code: str
) -> None:
    """However often a new word comes, one event says that this version does not know it."""
    send = script(refused(code, status=400))

    for _ in range(5):
        with pytest.raises(FatalError):
            await bench.executor.execute(bench.call(), send)

    drifts = [event for event in bench.told if isinstance(event, Drift)]
    assert [(drift.kind, drift.word, drift.account) for drift in drifts] == [
        ("error", code, "acme")
    ]


async def test_an_unknown_word_may_pass(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """With a passing status a new word is sent again like any other."""
    send = script(refused("brandNew", status=503), "wf-1")

    assert await bench.executor.execute(bench.call(), send) == "wf-1"

    assert bench.names() == ["Drift", "BackingOff"]


async def test_failures_of_the_way_are_no_drift(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """Words of this library are not announced as the service's."""
    with pytest.raises(TransientError):
        await bench.executor.execute(bench.call(), script(refused("undecodableReply")))

    assert "Drift" not in bench.names()


async def test_drift_of_other_words_is_told_once(bench: Any) -> None:
    """Status words drift as error words do."""
    for word in ("dreaming", "dreaming", "sleeping"):
        bench.executor.drift("acme", "status", word)

    assert [event.word for event in bench.told] == ["dreaming", "sleeping"]


# ── Cancellation and foreign errors ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["sending", "backing off", "held", "queued behind a held call"])
async def test_cancellation_passes_through_in_every_state(
    still_bench: Any, script: Callable[..., Any], refused: Refused, state: str
) -> None:
    """Wherever a call waits, it can be cancelled at once, and no task stays behind."""
    clock: FakeClock = still_bench.clock
    never = asyncio.get_running_loop().create_future
    policy = attrs.evolve(PATIENT, on_user_action=OnUserAction.HOLD)
    outcome = {"sending": never, "backing off": refused("connectionFailed")}.get(state, refused())
    calls = [
        asyncio.ensure_future(
            still_bench.executor.execute(still_bench.call(policy), script(outcome, on=clock))
        )
        for _ in range(2)
    ]
    await clock.advance(0)
    call = calls[1] if state == "queued behind a held call" else calls[0]

    call.cancel()
    await clock.advance(0)
    alone = calls[0].done() != calls[1].done()
    for other in calls:
        other.cancel()
    await clock.advance(0)

    assert call.cancelled()
    assert alone
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert clock.next_due is None
    assert "Raised" not in still_bench.names()


async def test_foreign_errors_pass_through(bench: Any, refused: Refused) -> None:
    """What `send` raises is not touched, neither at first nor on a retry."""
    outcomes = iter([KeyError("first"), refused("connectionFailed"), KeyError("second")])

    async def send() -> Any:
        outcome = next(outcomes)
        if isinstance(outcome, KeyError):
            raise outcome
        return outcome

    for word in ("first", "second"):
        with pytest.raises(KeyError, match=word):
            await bench.executor.execute(bench.call(), send)


async def test_an_announced_backing_off_says_what_for(
    bench: Any, script: Callable[..., Any], refused: Refused
) -> None:
    """The event names purpose, certainty and workflow."""
    call = bench.call(purpose=Purpose.CANCEL, workflow_id=WorkflowId("wf-1"))
    send = script(refused("connectionLost", certainty=Certainty.MAYBE_ACCEPTED), True)  # noqa: FBT003 - the answer to a cancel

    assert await bench.executor.execute(call, send) is True

    (event,) = bench.told
    assert isinstance(event, BackingOff)
    assert (event.purpose, event.certainty, event.workflow_id, event.account) == (
        "cancel",
        Certainty.MAYBE_ACCEPTED,
        "wf-1",
        "acme",
    )
