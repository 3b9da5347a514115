"""The policy as a value: presets, checks, overrides, explanations."""

import math
from typing import Any

import attrs
import pytest

from linkedapi_async._types import Disposition, Plane, Remedy, Scope
from linkedapi_async.errors import CATALOG, ConfigurationError
from linkedapi_async.policy import OnUserAction, Policy, Waiting

ABOVE_ZERO = [
    "max_attempts",
    "connect_timeout",
    "read_timeout",
    "deadline",
    "poll_base",
    "poll_max",
]
NOT_NEGATIVE = ["base_delay", "max_delay", "slow_base_delay", "slow_max_delay", "retry_after_cap"]


@pytest.mark.parametrize("option", [*ABOVE_ZERO, *NOT_NEGATIVE])
def test_presets_are_ever_more_patient(option: str) -> None:
    """No number of `bot` is below that of `service`, none of `batch` below that of `bot`."""
    service, bot, batch = (
        getattr(preset, option) for preset in (Policy.service(), Policy.bot(), Policy.batch())
    )

    assert service <= bot <= batch
    assert service < batch


def test_the_default_is_the_service() -> None:
    """Whoever says nothing gets the impatient preset, and three presets are three."""
    presets = [Policy.service(), Policy.bot(), Policy.batch()]

    assert Policy() == Policy.service()
    assert all(one != other for one in presets for other in presets if one is not other)
    assert {preset.on_user_action for preset in presets} == {OnUserAction.RAISE}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[(option, value) for option in ABOVE_ZERO for value in (0, -1, math.nan)],
        *[(option, value) for option in NOT_NEGATIVE for value in (-0.1, math.nan)],
        ("on_user_action", "ask"),
        ("waiting", "lazy"),
    ],
)
def test_an_impossible_value_is_refused_by_name(option: str, value: Any) -> None:
    """The error names the option and the value."""
    with pytest.raises(ConfigurationError) as caught:
        Policy(**{option: value})

    assert f"{option}={value!r}" in caught.value.message


@pytest.mark.parametrize("option", NOT_NEGATIVE)
def test_no_pause_at_all_is_a_possible_wish(option: str) -> None:
    """Delays of zero are allowed."""
    options: dict[str, Any] = {option: 0}

    assert getattr(Policy(**options), option) == 0


def test_for_ever_is_a_possible_deadline() -> None:
    """`None` lifts the deadline."""
    assert Policy(deadline=None).deadline is None


@pytest.mark.parametrize("word", ["hold", OnUserAction.HOLD], ids=repr)
def test_what_to_do_may_be_said_in_words(word: Any) -> None:
    """`on_user_action` takes the plain word too."""
    assert Policy(on_user_action=word).on_user_action is OnUserAction.HOLD


@pytest.mark.parametrize("word", ["thrifty", Waiting.THRIFTY], ids=repr)
def test_a_taste_may_be_said_in_words(word: Any) -> None:
    """`waiting` takes the plain word too; another is refused with the choices."""
    assert Policy(waiting=word).waiting is Waiting.THRIFTY
    with pytest.raises(ConfigurationError) as caught:
        Policy(waiting="lazy")
    for choice in Waiting:
        assert choice in caught.value.message


def test_patience_saves_polls() -> None:
    """The more patient a preset, the fewer polls a workflow may cost."""
    polls = [preset.waiting.polls for preset in (Policy.service(), Policy.bot(), Policy.batch())]

    assert polls == [20.0, 8.0, 5.0]


def test_a_policy_is_frozen_and_keyword_only() -> None:
    """A policy in use cannot change under its calls."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Policy().max_attempts = 9  # type: ignore[misc]  # that is the test
    with pytest.raises(TypeError):
        Policy(9)  # type: ignore[call-arg]  # that is the test


def test_an_override_returns_another_policy() -> None:
    """The policy asked stays as it was; earlier overrides and all numbers are kept."""
    before = Policy.batch().override("tooManyRequests", Disposition.FATAL)

    after = before.override("noActiveSeats", Disposition.RETRYABLE)

    assert "noActiveSeats" not in before.overrides
    assert "subscriptionRequired" not in before.overrides
    assert after.overrides == {
        "tooManyRequests": Disposition.FATAL,
        "subscriptionRequired": Disposition.RETRYABLE,
    }
    assert attrs.evolve(after, overrides={}) == Policy.batch()


def test_an_override_may_be_said_in_words() -> None:
    """The plain word of a disposition is accepted, any other is refused with the choices."""
    policy = Policy().override("newWord", "fatal")  # type: ignore[arg-type]  # callers without a checker

    assert policy.overrides["newWord"] is Disposition.FATAL
    with pytest.raises(ConfigurationError) as caught:
        policy.override("newWord", "ignore")  # type: ignore[arg-type]  # that is the test
    for word in ("'ignore'", "'newWord'", *Disposition):
        assert word in caught.value.message


@pytest.mark.parametrize(
    "name", [name for row in CATALOG.values() for name in row.names if not row.is_judged_by_status]
)
def test_every_word_of_the_catalogue_is_explained(name: str) -> None:
    """An explanation holds the row, whichever of its names was asked for, and reads well."""
    told = Policy().explain(name)
    row = CATALOG[told.type]

    assert name in row.names
    assert told.code == name
    assert told.is_known
    assert not told.is_overridden
    assert (told.plane, told.disposition, told.scope, told.fixer, told.remedy, told.aliases) == (
        row.plane,
        row.disposition,
        row.scope,
        row.fixer,
        row.remedy,
        row.aliases,
    )
    for fact in (*row.names, row.disposition, row.scope, row.fixer, row.hint, row.source):
        assert fact in str(told)


@pytest.mark.parametrize("name", ["linkedinAccountSignedOut", "noActiveSeats"])
def test_an_explanation_knows_the_override(name: str) -> None:
    """What this policy was taught is said, and marked as taught; an alias covers its row."""
    told = Policy().override(name, Disposition.FATAL).explain(CATALOG_TYPES[name])

    assert told.disposition is Disposition.FATAL
    assert told.is_overridden
    assert "fatal (overridden): raises at once" in str(told)


CATALOG_TYPES = {
    "linkedinAccountSignedOut": "linkedinAccountSignedOut",
    "noActiveSeats": "subscriptionRequired",
}


def test_what_only_the_status_can_tell_is_not_claimed() -> None:
    """An HTTP error without envelope has no disposition of its own."""
    told = Policy().explain("httpError")

    assert told.disposition is None
    assert "429 and 5xx" in str(told)


def test_an_unknown_word_is_explained_as_unknown() -> None:
    """Nothing is claimed about a word that is not in the catalogue."""
    told = Policy().explain("brandNew")

    assert not told.is_known
    assert (told.plane, told.disposition, told.fixer, told.remedy) == (None, None, None, None)
    assert told.scope is Scope.CALL
    for part in ("brandNew", "not in the catalogue", "429 and 5xx", "unknown", "policy.override"):
        assert part in str(told)
    assert "source" not in str(told)


def test_an_unknown_word_can_be_taught() -> None:
    """An override of an unknown word is what its explanation says."""
    told = Policy().override("brandNew", Disposition.USER_ACTION).explain("brandNew")

    assert told.is_overridden
    assert told.disposition is Disposition.USER_ACTION
    assert "user_action (overridden)" in str(told)


def test_an_explanation_is_frozen() -> None:
    """An explanation is a value; its facts are typed."""
    told = Policy().explain("linkedinAccountSignedOut")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        told.hint = ""  # type: ignore[misc]  # that is the test
    assert told.plane is Plane.REQUEST
    assert told.remedy is Remedy.RECONNECT
