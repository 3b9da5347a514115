"""Episodes: a person hears of each cause once, from its start to its end."""

from collections.abc import Callable

import pytest

from linkedapi_async._types import Scope
from linkedapi_async.policy import Episodes, Verdict

SIGNED_OUT = "linkedinAccountSignedOut"  # account scope
TRIAL = "trialLimitReached"  # client scope
WRONG_MAIN = "invalidLinkedApiToken"  # client scope, about tokens
WRONG_ACCOUNT = "invalidIdentificationToken"  # account scope, about tokens
NO_PLUS = "plusPlanRequired"  # call scope


def test_a_cause_opens_once(verdict: Callable[..., Verdict]) -> None:
    """The thousandth refusal belongs to the first one's episode."""
    episodes = Episodes()

    opened = [episodes.open(verdict(SIGNED_OUT), "a", now=i) for i in range(1_000)]

    assert [is_new for _, is_new in opened] == [True] + [False] * 999
    assert len({id(episode) for episode, _ in opened}) == 1
    assert opened[0][0].opened_at == 0
    assert episodes


@pytest.mark.parametrize(
    ("one", "other", "is_new"),
    [
        ((SIGNED_OUT, "a"), (SIGNED_OUT, "b"), True),  # another account
        ((SIGNED_OUT, "a"), ("languageNotSupported", "a"), True),  # another cause
        (("noActiveSeats", "a"), ("subscriptionRequired", "a"), False),  # an alias
        ((TRIAL, "a"), (TRIAL, "b"), False),  # what dooms the client is told once for all
        ((NO_PLUS, "a"), (NO_PLUS, "a"), False),
        ((NO_PLUS, "a"), (NO_PLUS, "b"), True),
    ],
)
def test_an_episode_is_a_scope_and_a_cause(
    verdict: Callable[..., Verdict],
    one: tuple[str, str],
    other: tuple[str, str],
    is_new: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Aliases and accounts share an episode exactly as far as the cause reaches."""
    episodes = Episodes()

    first, _ = episodes.open(verdict(one[0]), one[1], now=0)
    second, began = episodes.open(verdict(other[0]), other[1], now=1)

    assert began is is_new
    assert (second is first) is not is_new


@pytest.mark.parametrize(
    ("cause", "healer", "sent_at", "is_start", "heals"),
    [
        # an accepted start of the account, sent after the refusal, proves it healed
        (SIGNED_OUT, "a", 11, True, True),
        (SIGNED_OUT, "a", 10, True, True),
        (SIGNED_OUT, "a", 9, True, False),  # sent before: an older answer proves nothing
        (SIGNED_OUT, "b", 11, True, False),  # somebody else's account
        (SIGNED_OUT, "a", 11, False, False),  # news of a running workflow
        (NO_PLUS, "a", 11, True, True),
        # any answer proves tokens good
        (WRONG_ACCOUNT, "a", 11, False, True),
        (WRONG_ACCOUNT, "a", 9, False, False),
        (WRONG_ACCOUNT, "b", 11, False, False),
        # what dooms the client is healed by any account
        (TRIAL, "b", 11, True, True),
        (TRIAL, "b", 11, False, False),
        (WRONG_MAIN, "b", 11, False, True),
        (WRONG_MAIN, "b", 9, True, False),
    ],
)
def test_what_a_success_heals(  # noqa: PLR0917 - columns of the table
    verdict: Callable[..., Verdict],
    cause: str,
    healer: str,
    sent_at: float,
    is_start: bool,  # noqa: FBT001 - a column of the table
    heals: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A success closes what it disproves and nothing else."""
    episodes = Episodes()
    episode, _ = episodes.open(verdict(cause), "a", now=10)

    healed = episodes.heal(healer, sent_at=sent_at, is_start=is_start)

    assert healed == ((episode,) if heals else ())
    assert episodes.is_open(episode) is not heals
    assert bool(episodes) is not heals


def test_a_success_heals_all_it_disproves(verdict: Callable[..., Verdict]) -> None:
    """One accepted start closes every older cause of its account and of the client."""
    episodes = Episodes()
    old = [
        episodes.open(verdict(c), "a", now=1)[0] for c in (SIGNED_OUT, TRIAL, WRONG_MAIN, NO_PLUS)
    ]
    new, _ = episodes.open(verdict("languageNotSupported"), "a", now=5)
    foreign, _ = episodes.open(verdict(SIGNED_OUT), "b", now=1)

    healed = episodes.heal("a", sent_at=3, is_start=True)

    assert set(healed) == set(old)
    assert episodes.is_open(new)
    assert episodes.is_open(foreign)


@pytest.mark.parametrize(("operation", "heals"), [("nvFetchPerson", True), ("fetchPerson", False)])
def test_a_cause_of_single_calls_is_healed_by_such_a_call(
    verdict: Callable[..., Verdict],
    operation: str,
    heals: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What needs no Plus seat says nothing about one, however well it goes."""
    episodes = Episodes()
    episode, _ = episodes.open(verdict(NO_PLUS), "a", now=0, operation="nvFetchPerson")

    healed = episodes.heal("a", sent_at=1, is_start=True, operation=operation)

    assert healed == ((episode,) if heals else ())


def test_what_dooms_the_account_is_healed_by_any_call(verdict: Callable[..., Verdict]) -> None:
    """An account that runs anything is signed in."""
    episodes = Episodes()
    episode, _ = episodes.open(verdict(SIGNED_OUT), "a", now=0, operation="nvFetchPerson")

    assert episodes.heal("a", sent_at=1, is_start=True, operation="fetchPerson") == (episode,)


def test_one_episode_can_be_closed_once(verdict: Callable[..., Verdict]) -> None:
    """Its own request closes an episode, whatever else is open."""
    episodes = Episodes()
    mine, _ = episodes.open(verdict(SIGNED_OUT), "a", now=0)
    other, _ = episodes.open(verdict(TRIAL), "a", now=0)

    closed = [episodes.close(mine), episodes.close(mine)]

    assert closed == [(mine,), ()]
    assert episodes.is_open(other)


def test_a_changed_token_closes_what_was_about_tokens(verdict: Callable[..., Verdict]) -> None:
    """Only causes about tokens end with a changed token, of this account and of the client."""
    episodes = Episodes()
    main, _ = episodes.open(verdict(WRONG_MAIN), "b", now=0)
    own, _ = episodes.open(verdict(WRONG_ACCOUNT), "a", now=0)
    foreign, _ = episodes.open(verdict(WRONG_ACCOUNT), "b", now=0)
    signed_out, _ = episodes.open(verdict(SIGNED_OUT), "a", now=0)

    closed = episodes.forget_tokens("a")

    assert set(closed) == {main, own}
    assert episodes.is_open(foreign)
    assert episodes.is_open(signed_out)


def test_after_its_end_a_cause_begins_anew(verdict: Callable[..., Verdict]) -> None:
    """A person hears of it again when it comes back."""
    episodes = Episodes()
    first, _ = episodes.open(verdict("noActiveSeats"), "a", now=0)
    episodes.heal("a", sent_at=1, is_start=True)

    second, is_new = episodes.open(verdict("subscriptionRequired"), "a", now=2)

    assert is_new
    assert second is not first
    assert not episodes.is_open(first)
    assert (second.code, second.cause, second.account, second.scope, second.opened_at) == (
        "subscriptionRequired",
        "subscriptionRequired",
        "a",
        Scope.ACCOUNT,
        2,
    )


def test_nothing_open_is_nothing_to_heal() -> None:
    """A clean slate is false and has nothing to close."""
    episodes = Episodes()

    assert not episodes
    assert episodes.heal("a", sent_at=0, is_start=True) == ()
    assert episodes.forget_tokens("a") == ()
