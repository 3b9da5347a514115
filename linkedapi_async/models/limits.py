"""How often an account may do what, and how often it has."""

from typing import Literal, TypeAlias

import attrs

__all__ = [
    "DeleteLimitEntry",
    "Limit",
    "LimitCategory",
    "LimitPeriod",
    "LimitUsage",
    "SetLimitEntry",
]

LimitCategory: TypeAlias = Literal[
    "stPersonProfileViews",
    "stCompanyPageViews",
    "stConnectionRequests",
    "stMessages",
    "stSearchQueries",
    "stReactions",
    "stEndorsements",
    "stComments",
    "stPosts",
    "nvPersonProfileViews",
    "nvCompanyPageViews",
    "nvMessages",
]
"""What is counted. The list grows: any other word is sent as it is."""

LimitPeriod: TypeAlias = Literal["daily", "weekly", "monthly"]
"""How long a limit counts."""


@attrs.frozen(kw_only=True)
class Limit:
    """How often an account may do something in a period.

    Attributes:
        category: What is counted, as `stMessages`; a word newer than this version is kept.
        period: How long it counts. Known: `daily`, `weekly`, `monthly`.
        max_value: How often.
        is_enabled: Whether it is enforced.

    Source: https://linkedapi.io/docs/admin-limits
    """

    category: str | None = None
    period: str | None = None
    max_value: int | None = None
    is_enabled: bool | None = None


@attrs.frozen(kw_only=True)
class LimitUsage:
    """A limit, and how much of it is used up.

    Attributes:
        category: What is counted, as `stMessages`; a word newer than this version is kept.
        period: How long it counts. Known: `daily`, `weekly`, `monthly`.
        max_value: How often.
        current_usage: How often it has happened in the period under way; read from
            `currentUsage` and from `currentValue`, as sources differ.
        is_enabled: Whether it is enforced.

    Source: https://linkedapi.io/docs/admin-limits
    """

    category: str | None = None
    period: str | None = None
    max_value: int | None = None
    current_usage: int | None = None
    is_enabled: bool | None = None


@attrs.frozen(kw_only=True)
class SetLimitEntry:
    """A limit to be set.

    Attributes:
        category: What is counted.
        period: How long it counts.
        max_value: How often, 0 or more.
        is_enabled: Whether it is enforced; `None` leaves that to the service, which enforces it.

    Source: https://linkedapi.io/docs/admin-limits
    """

    category: LimitCategory | str
    period: LimitPeriod
    max_value: int
    is_enabled: bool | None = None


@attrs.frozen(kw_only=True)
class DeleteLimitEntry:
    """A limit to be taken away, so that the default holds again.

    Attributes:
        category: What is counted.
        period: How long it counts.

    Source: https://linkedapi.io/docs/admin-limits
    """

    category: LimitCategory | str
    period: LimitPeriod
