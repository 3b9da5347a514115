"""Figures about your own account."""

from datetime import datetime

import attrs

from ._times import moment

__all__ = [
    "PerformanceResult",
    "ProfileViewer",
    "SsiResult",
]


@attrs.frozen(kw_only=True)
class SsiResult:
    """Your Social Selling Index.

    Attributes:
        ssi: The index itself, 1 to 100.
        industry_top: You are among the top so many percent of your industry.
        network_top: You are among the top so many percent of your network.

    Source: https://linkedapi.io/docs/action-st-retrieve-ssi
    """

    ssi: int | None = None
    industry_top: int | None = None
    network_top: int | None = None


@attrs.frozen(kw_only=True)
class PerformanceResult:
    """The figures of your dashboard.

    Attributes:
        followers_count: How many followers there are.
        post_views_last_7_days: Views of your posts in the last 7 days.
        profile_views_last_90_days: Views of your profile in the last 90 days.
        search_appearances_previous_week: How often searches showed you in the previous week.

    Source: pypi:linkedapi==1.4.7 types/statistics.py
    """

    followers_count: int | None = None
    post_views_last_7_days: int | None = None
    profile_views_last_90_days: int | None = None
    search_appearances_previous_week: int | None = None


@attrs.frozen(kw_only=True)
class ProfileViewer:
    """Somebody who looked at your profile.

    Attributes:
        viewer_type: Whether LinkedIn names the viewer. Known: `identified`, `anonymous`.
        viewed_at: When it was, as sent; estimated from the age LinkedIn shows.
        viewed_ago: Age of the view as LinkedIn shows it.
        name: Name as shown; only for `identified`.
        public_url: Public address; only for `identified`.
        urn: URN; only for `identified`.
        headline: The line below the name; only for `identified`.
        connection_degree: 1, 2 or 3: a number here, unlike in a viewer state. Only for
            `identified`.
        avatar_url: Address of the profile picture; only for `identified`.
        description: What LinkedIn tells instead of a name; only for `anonymous`.
        search_url: Search that lists the people it may be; usable as `custom_search_url`. Only for
            `anonymous`.

    Source: pypi:linkedapi==1.4.7 types/profile_viewers.py
    """

    viewer_type: str | None = None
    viewed_at: str | None = None
    viewed_ago: str | None = None
    name: str | None = None
    public_url: str | None = None
    urn: str | None = None
    headline: str | None = None
    connection_degree: int | None = None
    avatar_url: str | None = None
    description: str | None = None
    search_url: str | None = None

    @property
    def viewed_at_time(self) -> datetime | None:
        """`viewed_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.viewed_at)
