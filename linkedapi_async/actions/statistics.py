"""Figures about your own account."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.statistics import PerformanceResult, ProfileViewer, SsiResult

from ._base import Action, AnyAction, Rule, Then, action

__all__ = [
    "RetrievePerformance",
    "RetrieveProfileViewers",
    "RetrieveSSI",
]


@action("st.retrieveSSI", effect=Effect.READ, root=True)
@attrs.frozen(kw_only=True)
class RetrieveSSI(Action[SsiResult]):
    """Read your Social Selling Index.

    Source: https://linkedapi.io/docs/action-st-retrieve-ssi
    """


@action("st.retrievePerformance", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class RetrievePerformance(Action[PerformanceResult]):
    """Read the figures of your dashboard.

    Attributes:
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/statistics.py
    """

    then: "Then[AnyAction] | None" = None


@action("st.retrieveProfileViewers", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class RetrieveProfileViewers(Action[list[ProfileViewer]]):
    """List who looked at your profile, latest first.

    Attributes:
        limit: How many at most: 1 to 300; the service takes 20.
        since: ISO 8601: only viewers seen at or after this moment, by the estimated time.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/profile_viewers.py
    """

    limit: Annotated[int | None, Rule(min=1, max=300)] = None
    since: Annotated[str | None, Rule(format="iso8601")] = None
    then: "Then[AnyAction] | None" = None
