"""From a verdict to a decision: what may be repeated, what is raised, what a person is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedapi_async._messages import Purpose, Refusal
from linkedapi_async._types import Certainty, Disposition, Plane, WorkflowId
from linkedapi_async.errors import (
    CATALOG,
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.policy import (
    BackOff,
    Decision,
    Emit,
    Hold,
    OnUserAction,
    Policy,
    Raise,
    Situation,
    Verdict,
    classify,
    decide,
)

RETRYABLE, USER_ACTION, FATAL = Disposition
NOT_SENT, REJECTED, MAYBE_ACCEPTED, ACCEPTED = Certainty
START, POLL, DIRECT, CANCEL, FINISHED = Purpose
PROVED = {NOT_SENT, REJECTED}
SENDING = {START, DIRECT}
FAMILIES = {RETRYABLE: TransientError, USER_ACTION: UserActionRequired, FATAL: FatalError}

THOROUGH = settings(max_examples=max(200, settings().max_examples))  # of whatever profile runs

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EXPIRED = "workingHoursWaitExpired"
CLOSED = "outsideWorkingHours"


def error_of(decision: Decision) -> LinkedApiError:
    """Return the error a decision ends in, however it gets there."""
    return decision.then.error if isinstance(decision, Emit) else decision.error


def is_repeated(decision: Decision) -> bool:
    """Whether the request is sent again."""
    return isinstance(decision, BackOff) or (
        isinstance(decision, Emit) and isinstance(decision.then, Hold)
    )


OWN_WORDS = {row.type for row in CATALOG.values() if row.plane is Plane.CLIENT}

# A word for each disposition, and two whose healing takes hours.
CODES = ["httpError", "linkedinAccountSignedOut", "invalidWorkflow", CLOSED, EXPIRED]

refusals = st.builds(
    Refusal,
    code=st.sampled_from([*CODES, *CATALOG, "brandNew"]),
    message=st.sampled_from(
        [
            "It failed.",
            "The working hours open at Mon, Jan 5, 11:58 (UTC).",
            "The working hours open at Mon, Jan 5, 12:01 (UTC).",
            "The working hours open at Tue, Jan 6, 09:00 (Europe/Berlin).",
        ]
    ),
    certainty=st.sampled_from(Certainty),
    status=st.sampled_from([None, 200, 401, 429, 503]),
    retry_after=st.none() | st.floats(0, 5_000),
).map(lambda refusal: attrs.evolve(refusal, is_envelope=refusal.code not in OWN_WORDS))
situations = st.builds(
    Situation,
    purpose=st.sampled_from(Purpose),
    account=st.just("acme"),
    reads_only=st.booleans(),
    attempt=st.integers(1, 12),
    elapsed=st.floats(0, 100),
    remaining=st.none() | st.floats(-10, 100_000),
    may_retry=st.booleans(),
    draw=st.floats(0, 1, exclude_max=True),
    wall=st.just(NOON),
    workflow_id=st.none() | st.just(WorkflowId("wf-1")),
)


def tuned(
    preset: Policy,
    on_user_action: OnUserAction,
    restart_expired: bool,  # noqa: FBT001 - drawn
    overrides: dict[str, Disposition],
) -> Policy:
    return attrs.evolve(
        preset,
        on_user_action=on_user_action,
        restart_expired=restart_expired,
        overrides=overrides,
    )


policies = st.builds(
    tuned,
    st.sampled_from([Policy.service(), Policy.bot(), Policy.batch(), Policy(base_delay=0.0)]),
    st.sampled_from(OnUserAction),
    st.booleans(),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(Disposition), max_size=3),
)


def may_be_repeated(verdict: Verdict, situation: Situation, policy: Policy) -> bool:
    """The design's rule, retold: what may run is not sent twice, unless it only reads."""
    if situation.purpose in {POLL, CANCEL} or situation.reads_only:
        return True
    if situation.purpose in SENDING:
        return verdict.refusal.certainty in PROVED
    return verdict.refusal.code == EXPIRED and policy.restart_expired


@THOROUGH
@given(refusal=refusals, situation=situations, policy=policies)
def test_what_may_run_is_never_sent_twice(
    refusal: Refusal, situation: Situation, policy: Policy
) -> None:
    """Nothing is repeated without proof that it did not run, or that it only reads."""
    verdict = classify(refusal, policy.overrides)

    decision = decide(verdict, situation, policy)

    if is_repeated(decision):
        assert may_be_repeated(verdict, situation, policy)
        assert verdict.disposition is not FATAL


@THOROUGH
@given(refusal=refusals, situation=situations, policy=policies)
def test_each_disposition_has_its_decisions(
    refusal: Refusal, situation: Situation, policy: Policy
) -> None:
    """Fatal raises, a person's part is told, only what time heals backs off."""
    verdict = classify(refusal, policy.overrides)

    decision = decide(verdict, situation, policy)

    match verdict.disposition:
        case Disposition.FATAL:
            assert isinstance(decision, Raise)
        case Disposition.USER_ACTION:
            assert isinstance(decision, Emit)
            holds = policy.on_user_action == "hold" and may_be_repeated(verdict, situation, policy)
            assert isinstance(decision.then, Hold) is holds
        case Disposition.RETRYABLE:
            assert isinstance(decision, BackOff | Raise)


@THOROUGH
@given(refusal=refusals, situation=situations, policy=policies)
def test_what_time_heals_backs_off_exactly_while_it_may(
    refusal: Refusal, situation: Situation, policy: Policy
) -> None:
    """Proof, attempts, budget, cap and deadline: each one alone ends the retries, none else."""
    verdict = classify(refusal, {**policy.overrides, "invalidWorkflow": RETRYABLE})
    if verdict.disposition is not RETRYABLE:
        return

    decision = decide(verdict, situation, policy)

    if situation.purpose is POLL:
        assert isinstance(decision, BackOff)
        return
    stops = (
        not may_be_repeated(verdict, situation, policy)
        or situation.attempt >= policy.max_attempts
        or not situation.may_retry
        or (refusal.retry_after or 0) > policy.retry_after_cap
    )
    if stops:
        assert isinstance(decision, Raise)
    elif situation.remaining is None:
        assert isinstance(decision, BackOff)
    if isinstance(decision, BackOff) and situation.remaining is not None:
        assert decision.delay < situation.remaining


@THOROUGH
@given(refusal=refusals, situation=situations, policy=policies)
def test_a_pause_keeps_its_bounds(refusal: Refusal, situation: Situation, policy: Policy) -> None:
    """No pause is shorter than the service asked, and no jitter above its bound."""
    verdict = classify(refusal, policy.overrides)

    decision = decide(verdict, situation, policy)

    if not isinstance(decision, BackOff):
        return
    asked = refusal.retry_after or 0.0
    if situation.purpose is POLL:
        assert decision.delay == min(asked, policy.retry_after_cap)
        return
    base, cap = (
        (policy.slow_base_delay, policy.slow_max_delay)
        if verdict.is_slow
        else (policy.base_delay, policy.max_delay)
    )
    day = timedelta(days=1).total_seconds()  # the farthest opening of the texts above
    least = day if verdict.is_slow else 0.0
    assert asked <= decision.delay
    assert decision.delay <= max(asked, least) + min(cap, base * 2 ** (situation.attempt - 1))


@THOROUGH
@given(refusal=refusals, situation=situations, policy=policies)
def test_the_error_of_a_decision_has_the_family_the_facts_demand(
    refusal: Refusal, situation: Situation, policy: Policy
) -> None:
    """`OutcomeUnknown` exactly where a writing request may have been accepted unheard."""
    verdict = classify(refusal, policy.overrides)

    error = error_of(decide(verdict, situation, policy))

    is_open = (
        situation.purpose in SENDING
        and refusal.certainty is MAYBE_ACCEPTED
        and not situation.reads_only
    )
    assert type(error) is (OutcomeUnknown if is_open else FAMILIES[verdict.disposition])
    assert error.code == refusal.code
    assert error.disposition is verdict.disposition
    assert error.scope is verdict.scope
    assert verdict.hint in error.hint
    assert error.certainty is (ACCEPTED if situation.purpose is POLL else refusal.certainty)
    assert error.workflow_id == situation.workflow_id
    assert (error.attempts, error.elapsed) == (situation.attempt, situation.elapsed)
    assert (error.status, error.account) == (refusal.status, "acme")


@pytest.mark.parametrize("certainty", Certainty)
@pytest.mark.parametrize("reads_only", [False, True], ids=["writes", "reads"])
@pytest.mark.parametrize(
    ("code", "hold", "repeated"),
    [
        ("httpError", False, BackOff),
        ("linkedinAccountSignedOut", True, Hold),
        ("linkedinAccountSignedOut", False, None),
        ("invalidWorkflow", True, None),
    ],
)
def test_starts_by_proof(  # noqa: PLR0917 - columns of the table
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    code: str,
    hold: bool,  # noqa: FBT001 - a column of the table
    repeated: type[BackOff | Hold] | None,
    reads_only: bool,  # noqa: FBT001 - a column of the table
    certainty: Certainty,
) -> None:
    """A start is sent again only if it is proved not to run, or only reads."""
    policy = Policy(on_user_action=OnUserAction.HOLD if hold else OnUserAction.RAISE)

    decision = decide(verdict(code, certainty=certainty), situation(reads_only=reads_only), policy)

    last = decision.then if isinstance(decision, Emit) else decision
    is_safe = reads_only or certainty in PROVED
    assert type(last) is (repeated if repeated is not None and is_safe else Raise)


@pytest.mark.parametrize("reads_only", [False, True], ids=["writes", "reads"])
@pytest.mark.parametrize("restart_expired", [False, True], ids=["keep", "restart"])
@pytest.mark.parametrize("code", [EXPIRED, CLOSED, "httpError"])
def test_a_finished_workflow_starts_anew_only_if_it_never_ran_or_reads(
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    code: str,
    restart_expired: bool,  # noqa: FBT001 - a column of the table
    reads_only: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What ended is history: only reading, or a workflow given up before it ran, is repeated."""
    decision = decide(
        verdict(code, certainty=ACCEPTED),
        situation(purpose=FINISHED, reads_only=reads_only),
        Policy(restart_expired=restart_expired),
    )

    restarts = reads_only or (restart_expired and code == EXPIRED)
    assert isinstance(decision, BackOff if restarts else Raise)
    assert isinstance(error_of(decision), TransientError)


@pytest.mark.parametrize(
    ("attempt", "may_retry", "remaining"), [(99, True, None), (1, False, None), (1, True, -5.0)]
)
def test_a_poll_backs_off_whatever_the_budget(
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    attempt: int,
    may_retry: bool,  # noqa: FBT001 - a column of the table
    remaining: float | None,
) -> None:
    """Scheduled polls are no retries: neither attempts nor budget nor the past end them."""
    asked = situation(purpose=POLL, attempt=attempt, may_retry=may_retry, remaining=remaining)

    decision = decide(verdict("httpError", certainty=MAYBE_ACCEPTED), asked, Policy())

    assert isinstance(decision, BackOff)
    assert decision.error.certainty is ACCEPTED


@pytest.mark.parametrize(
    ("retry_after", "delay"), [(None, 0.0), (7.0, 7.0), (30.0, 30.0), (9_999.0, 30.0)]
)
def test_a_poll_waits_as_asked_up_to_the_cap(
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    retry_after: float | None,
    delay: float,
) -> None:
    """The next poll is put off by what the service asks, within the policy's patience."""
    decision = decide(
        verdict("tooManyRequests", retry_after=retry_after), situation(purpose=POLL), Policy()
    )

    assert isinstance(decision, BackOff)
    assert decision.delay == delay


def test_an_asked_wait_is_kept_with_jitter_on_top(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """Never before the asked moment, and not all clients at that same moment."""
    decisions = [
        decide(verdict(retry_after=20.0), situation(draw=draw), Policy()) for draw in (0.0, 0.5)
    ]

    assert [getattr(decision, "delay", None) for decision in decisions] == [20.0, 20.125]


def test_an_asked_wait_above_the_cap_gives_up_at_once_and_says_when(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """A wait beyond the policy's patience is the caller's business: when to come back is told."""
    decision = decide(
        verdict("tooManyRequests", status=429, retry_after=90.0),
        situation(),
        Policy(retry_after_cap=60),
    )

    assert isinstance(decision, Raise)
    assert isinstance(decision.error, TransientError)
    assert decision.error.retry_after == 90.0
    assert "come back in 90 s, at 2026-01-05 12:01:30 UTC" in decision.error.message
    assert decision.error.args == (decision.error.message,)


@pytest.mark.parametrize("retry_after", [1e12, 1e20, 1e31])
def test_an_absurd_wait_is_an_error_like_any_other(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation], retry_after: float
) -> None:
    """A wait beyond any calendar still ends in the error of the call."""
    decision = decide(verdict(retry_after=retry_after), situation(), Policy())

    assert isinstance(decision, Raise)
    assert isinstance(decision.error, TransientError)


@pytest.mark.parametrize(
    ("remaining", "facts", "told"),
    [
        (0.2, {}, None),
        (20.0, {"retry_after": 20.0}, "come back in 20 s, at 2026-01-05 12:00:20 UTC"),
        (0.0, {}, None),
        (-1.0, {}, None),
    ],
)
def test_a_deadline_before_the_end_of_the_pause_gives_up_now(
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    remaining: float,
    facts: dict[str, float],
    told: str | None,
) -> None:
    """Waiting for nothing is not waited; what the service asked is passed on."""
    decision = decide(verdict(**facts), situation(remaining=remaining, draw=0.99), Policy.service())

    assert isinstance(decision, Raise)
    assert ("come back" in decision.error.message) is (told is not None)
    assert (told or "") in decision.error.message


@pytest.mark.parametrize(
    ("code", "message", "draw", "delay"),
    [
        (CLOSED, "No more today.", 0.5, 30.0),  # half the slow bound
        (CLOSED, "They open at Mon, Jan 5, 13:00 (UTC).", 0.5, 3_630.0),
        (CLOSED, "They open at Mon, Jan 5, 13:00 (UTC).", 0.0, 3_600.0),
        (EXPIRED, "They open at Mon, Jan 5, 13:00 (UTC).", 0.0, 3_600.0),
        ("httpError", "They open at Mon, Jan 5, 13:00 (UTC).", 0.0, 0.0),  # only slow causes
    ],
)
def test_slow_causes_wait_for_the_opening(  # noqa: PLR0917 - columns of the table
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    code: str,
    message: str,
    draw: float,
    delay: float,
) -> None:
    """Closed hours back off at the slow pace, and until the opening where the text names it."""
    decision = decide(verdict(code, message=message), situation(draw=draw), Policy())

    assert isinstance(decision, BackOff)
    assert decision.delay == pytest.approx(delay)


def test_an_opening_behind_the_deadline_is_told(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """Whoever cannot wait for the opening hears when it is."""
    decision = decide(
        verdict(CLOSED, message="They open at Mon, Jan 5, 13:00 (UTC)."),
        situation(remaining=600.0),
        Policy(),
    )

    assert isinstance(decision, Raise)
    assert "come back in 3600 s, at 2026-01-05 13:00:00 UTC" in decision.error.message
    assert decision.error.retry_after == 3600.0


def test_an_opening_does_not_shorten_an_asked_wait(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """`Retry-After` counts also where the text names an earlier moment."""
    decision = decide(
        verdict(CLOSED, message="They open at Mon, Jan 5, 12:00 (UTC).", retry_after=20.0),
        situation(draw=0.0),
        Policy(),
    )

    assert isinstance(decision, BackOff)
    assert decision.delay >= 20.0


@pytest.mark.parametrize(
    ("disposition", "family"), [(RETRYABLE, Raise), (USER_ACTION, Emit), (FATAL, Raise)]
)
def test_a_doubtful_write_says_how_to_find_out(
    refusal: Callable[..., Refusal],
    situation: Callable[..., Situation],
    disposition: Disposition,
    family: type[Raise | Emit],
) -> None:
    """Whatever the cause is called, a write that may run is `OutcomeUnknown` with advice first."""
    doubtful = classify(refusal("brandNew", certainty=MAYBE_ACCEPTED), {"brandNew": disposition})

    decision = decide(doubtful, situation(), Policy(on_user_action=OnUserAction.HOLD))

    assert isinstance(decision, family)
    error = error_of(decision)
    assert isinstance(error, OutcomeUnknown)
    assert error.hint.startswith("The workflow may run all the same")
    assert error.hint.endswith(doubtful.hint)


def test_a_person_is_told_cause_place_and_cure(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """The announcement holds what an operator needs, in the service's own word."""
    judged = verdict("noActiveSeats", message="No seat.", is_envelope=True)

    decision = decide(judged, situation(), Policy())

    assert isinstance(decision, Emit)
    event = decision.event
    assert (event.account, event.code, event.scope) == ("acme", "noActiveSeats", "account")
    assert (event.message, event.hint) == ("No seat.", CATALOG["subscriptionRequired"].hint)
    assert event.workflow_id == "wf-1"


def test_the_reply_names_the_workflow_where_the_caller_cannot(
    verdict: Callable[..., Verdict], situation: Callable[..., Situation]
) -> None:
    """An id known from the refusal alone reaches the error."""
    judged = verdict(workflow_id=WorkflowId("wf-9"))

    decision = decide(judged, situation(workflow_id=None), Policy(max_attempts=1))

    assert error_of(decision).workflow_id == "wf-9"


@pytest.mark.parametrize(("certainty", "reads_only"), list(product(Certainty, [False, True])))
def test_cancelling_may_be_asked_again(
    verdict: Callable[..., Verdict],
    situation: Callable[..., Situation],
    certainty: Certainty,
    reads_only: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A second cancel changes nothing more, so it needs no proof."""
    decision = decide(
        verdict(certainty=certainty), situation(purpose=CANCEL, reads_only=reads_only), Policy()
    )

    assert isinstance(decision, BackOff)
    assert isinstance(decision.error, TransientError)
