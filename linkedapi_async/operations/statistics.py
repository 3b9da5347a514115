"""Figures about your own account."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import statistics as actions_statistics
from linkedapi_async.models.statistics import PerformanceResult, ProfileViewer, SsiResult

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    ObjectOperation,
    operation,
)

__all__ = [
    "RetrievePerformance",
    "RetrieveProfileViewers",
    "RetrieveSSI",
]


@operation("retrieveSSI")
@attrs.frozen(kw_only=True)
class RetrieveSSI(ObjectOperation[SsiResult]):
    """Read your Social Selling Index.

    Source: https://linkedapi.io/docs/action-st-retrieve-ssi
    """

    root: ClassVar[ActionClass] = actions_statistics.RetrieveSSI
    model: ClassVar[ModelClass] = SsiResult


@operation("retrievePerformance")
@attrs.frozen(kw_only=True)
class RetrievePerformance(ObjectOperation[PerformanceResult]):
    """Read the figures of your dashboard.

    Source: pypi:linkedapi==1.4.7 types/statistics.py
    """

    root: ClassVar[ActionClass] = actions_statistics.RetrievePerformance
    model: ClassVar[ModelClass] = PerformanceResult


@operation("retrieveProfileViewers")
@attrs.frozen(kw_only=True)
class RetrieveProfileViewers(ListOperation[ProfileViewer]):
    """List who looked at your profile, latest first.

    Attributes:
        limit: How many at most: 1 to 300; the service takes 20.
        since: ISO 8601: only viewers seen at or after this moment, by the estimated time.

    Source: pypi:linkedapi==1.4.7 types/profile_viewers.py
    """

    root: ClassVar[ActionClass] = actions_statistics.RetrieveProfileViewers
    model: ClassVar[ModelClass] = ProfileViewer

    limit: int | None = None
    since: str | None = None
