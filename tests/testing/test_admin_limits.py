"""Limits that are set through the Admin API, on real workflows."""

from typing import TYPE_CHECKING, Any

import pytest
from linkedapi.types import admin as params

from linkedapi_async.testing import (
    FakeClock,
    Limit,
    Limits,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from tests.testing.conftest import Official, Talk


def message(number: int = 1) -> dict[str, str]:
    """Return a message to somebody."""
    person = f"https://www.linkedin.com/in/person{number}"
    return {"actionType": "st.sendMessage", "personUrl": person, "text": "Hi"}


def _limit(category: str, period: str, value: int, *, enabled: bool | None = None) -> Any:
    return params.SetLimitEntry.model_validate(
        {"category": category, "period": period, "maxValue": value, "isEnabled": enabled}
    )


async def test_limits_that_are_set_are_enforced(talk: "Talk", official: "Official") -> None:
    """The third message is not sent, and the usage is what was really done."""
    sandbox, account_id = talk.sandbox, talk.sandbox.account().account_id
    entries = params.SetLimitsParams(
        account_id=account_id, limits=[_limit("stMessages", "weekly", 2)]
    )
    await official(lambda admin: admin.limits.set(entries))

    reports = await talk.run([message(number) for number in (1, 2, 3)])

    usage = await official(
        lambda admin: admin.limits.get_usage(params.GetLimitsUsageParams(account_id=account_id)),
    )
    assert [one.get("error", {}).get("type") for one in reports] == [None, None, "limitExceeded"]
    assert len(sandbox.log.effects("st.sendMessage")) == 2
    assert {
        (one.category, one.period): (one.current_usage, one.max_value) for one in usage.usage
    } == {
        ("stMessages", "daily"): (2, 50),
        ("stMessages", "weekly"): (2, 2),
        ("stConnectionRequests", "daily"): (0, 10),
    }


@pytest.mark.parametrize(
    ("period", "days", "is_over"),
    [
        ("daily", 0, False),
        ("daily", 1, True),
        ("weekly", 6, False),
        ("weekly", 7, True),
        ("monthly", 26, False),
        ("monthly", 27, True),
    ],
)
async def test_periods_are_those_of_the_calendar(
    talk: "Talk", clock: FakeClock, period: str, days: int, official: "Official", *, is_over: bool
) -> None:
    """Monday, 5 January: the week ends with Sunday, the month with its last day."""
    account = talk.sandbox.account()
    entries = params.SetLimitsParams(
        account_id=account.account_id, limits=[_limit("stMessages", period, 1)]
    )
    await official(lambda admin: admin.limits.set(entries))
    await talk.run(message(1))
    await clock.sleep(days * 86_400)

    assert (await talk.run(message(2)))["success"] is is_over


async def test_limits_fall_back_to_defaults(talk: "Talk", official: "Official") -> None:
    """Deleted or reset, the default holds again; switched off, none does."""
    sandbox, account_id = talk.sandbox, talk.sandbox.account().account_id
    sandbox.admin.limit_by_default("stMessages", 1)
    await talk.run(message(1))

    async def can_send() -> bool:
        return bool((await talk.run(message(2)))["success"])

    async def change(entry: Any) -> None:
        entries = params.SetLimitsParams(account_id=account_id, limits=[entry])
        await official(lambda admin: admin.limits.set(entries))

    assert not await can_send()
    await change(_limit("stMessages", "daily", 2))
    assert await can_send()
    await change(_limit("stMessages", "daily", 0, enabled=False))
    assert await can_send()
    gone = params.DeleteLimitEntry(category="stMessages", period="daily")
    await official(
        lambda admin: admin.limits.delete(
            params.DeleteLimitsParams(account_id=account_id, limits=[gone])
        ),
    )
    assert not await can_send()
    await change(_limit("stMessages", "daily", 9))
    await official(
        lambda admin: admin.limits.reset_to_defaults(
            params.ResetLimitsParams(account_id=account_id)
        ),
    )
    assert not await can_send()


async def test_first_limits_are_those_of_the_api(sandbox: Sandbox, official: "Official") -> None:
    """What the constructor takes is what `limits.get` tells."""
    account = sandbox.add_account("tight", limits={"stMessages": 2})

    told = await official(
        lambda admin: admin.limits.get(params.GetLimitsParams(account_id=account.account_id)),
    )

    assert (told.limits[0].category, told.limits[0].max_value, told.limits[0].is_enabled) == (
        "stMessages",
        2,
        True,
    )
    assert repr(account.limits) == "Limits(stMessages/daily=2)"


def test_limits_stand_alone() -> None:
    """An account made by hand has no limit but its own."""
    assert Limits().in_force == ()
    assert [type(one) for one in Limits({"stPosts": 1}).in_force] == [Limit]


def test_limits_have_to_exist() -> None:
    """A misspelt category is said at once."""
    with pytest.raises(SandboxError, match="stMessage'"):
        Sandbox(limits={"stMessage": 1})
    with pytest.raises(SandboxError, match="stMessages"):
        Sandbox().admin.limit_by_default("messages", 1)
