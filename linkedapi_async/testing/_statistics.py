"""Carries out actions that read the account's own numbers."""

from datetime import timedelta
from hashlib import blake2b
from typing import Final

from linkedapi_async._types import JsonObject

from ._registry import Context, Outcome, executor

__all__ = [
    "retrieve_performance",
    "retrieve_ssi",
]

_QUARTER: Final = timedelta(days=90)


@executor("st.retrieveSSI")
def retrieve_ssi(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are - takes none
    """Read the Social Selling Index; it is the same every time."""
    score = _steady(context, 20, 95)
    return Outcome({"ssi": score, "industryTop": 101 - score, "networkTop": (103 - score) // 2})


@executor("st.retrievePerformance")
def retrieve_performance(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """Read the dashboard; only looks at the profile change it."""
    followers = _steady(context, 100, 9000)
    views = [one for one in context.life.visits() if context.moment - one.at <= _QUARTER]
    return Outcome(
        {
            "followersCount": followers,
            "postViewsLast7Days": followers // 3,
            "profileViewsLast90Days": len(views),
            "searchAppearancesPreviousWeek": followers // 40,
        }
    )


def _steady(context: Context, low: int, high: int) -> int:
    digest = blake2b(context.account.alias.encode(), digest_size=4).digest()
    return low + int.from_bytes(digest, "big") % (high - low)
