"""The retry budget: under total failure retries stay a tenth of the traffic."""

from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.policy import RetryBudget


@given(steps=st.lists(st.booleans(), max_size=400))
def test_retries_never_exceed_a_tenth_of_the_calls_and_the_reserve(steps: list[bool]) -> None:
    """Whatever the order of calls and wished retries, a tenth and three is all there is."""
    budget = RetryBudget()
    calls = retries = 0

    for is_call in steps:
        if is_call:
            budget.deposit()
            calls += 1
        else:
            retries += budget.withdraw()

        assert retries <= calls / 10 + 3 + 1e-9
        assert budget.tokens >= 0


def test_total_failure_settles_at_a_tenth() -> None:
    """A thousand calls that fail and want three retries each get a hundred and three."""
    budget = RetryBudget()
    retries = 0

    for _ in range(1_000):
        budget.deposit()
        retries += sum(budget.withdraw() for _ in range(3))

    assert 100 <= retries <= 103


def test_a_new_client_may_retry_at_once() -> None:
    """The reserve serves the first calls; then it is used up."""
    budget = RetryBudget()

    assert [budget.withdraw() for _ in range(4)] == [True, True, True, False]


def test_a_healthy_day_saves_no_endless_right_to_retry() -> None:
    """What a good day saves up is capped."""
    budget = RetryBudget()

    for _ in range(100_000):
        budget.deposit()

    assert budget.tokens == 100
