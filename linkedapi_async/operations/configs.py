"""Bounds for the parts of a page, and what to do beside the main thing.

The limits themselves stand in the rows of the child actions these turn into.
"""

import attrs

from linkedapi_async.models.companies import NvCompanyEmployeesFilter, StCompanyEmployeesFilter
from linkedapi_async.models.enums import ManageConversationOperation, PostCommentsSort

__all__ = [
    "EmployeesConfig",
    "LimitConfig",
    "LimitSinceConfig",
    "ManageConversationConfig",
    "NvEmployeesConfig",
    "PostCommentsConfig",
]


@attrs.frozen(kw_only=True)
class LimitConfig:
    """How many to read.

    Attributes:
        limit: How many at most; the child action says which numbers it takes.

    Source: pypi:linkedapi==1.4.7 types/params.py
    """

    limit: int | None = None


@attrs.frozen(kw_only=True)
class LimitSinceConfig:
    """How many to read, and how far back; whichever cuts first.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        since: ISO 8601: only what was made after this moment.

    Source: pypi:linkedapi==1.4.7 types/params.py
    """

    limit: int | None = None
    since: str | None = None


@attrs.frozen(kw_only=True)
class EmployeesConfig:
    """Which people of a company to list.

    Attributes:
        limit: How many at most: 1 to 500; the service takes 500.
        filter: What to narrow the list to; every field given has to match.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-employees
    """

    limit: int | None = None
    filter: StCompanyEmployeesFilter | None = None


@attrs.frozen(kw_only=True)
class NvEmployeesConfig:
    """Which people of a company to list in Sales Navigator.

    Attributes:
        limit: How many at most: 1 to 2500; the service takes 25.
        filter: What to narrow the list to; every field given has to match.

    Source: https://linkedapi.io/docs/action-nv-retrieve-company-employees
    """

    limit: int | None = None
    filter: NvCompanyEmployeesFilter | None = None


@attrs.frozen(kw_only=True)
class PostCommentsConfig:
    """Which comments of a post to list.

    Attributes:
        limit: How many at most: 1 to 500; the service takes 10.
        replies: Whether replies are listed too.
        sort: Their order.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    limit: int | None = None
    replies: bool | None = None
    sort: PostCommentsSort | None = None


@attrs.frozen(kw_only=True)
class ManageConversationConfig:
    """What to do to the thread a message was written into.

    Attributes:
        operation: What to do to it.

    Source: pypi:linkedapi==1.4.7 types/message.py
    """

    operation: ManageConversationOperation
