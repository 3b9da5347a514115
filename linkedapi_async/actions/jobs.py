"""Jobs: search and open them."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.jobs import Job, JobSearchFilter, JobSearchItem, JobSearchPreferences

from ._base import Action, Rule, Then, action

__all__ = [
    "DoForJobs",
    "OpenJob",
    "SearchJobs",
]


@action(
    "st.searchJobs",
    effect=Effect.READ,
    category="stSearchQueries",
    root=True,
    children=("st.doForJobs",),
    errors=("searchingNotAllowed", "searchInterfaceMismatch"),
)
@attrs.frozen(kw_only=True)
class SearchJobs(Action[list[JobSearchItem]]):
    """Search jobs, by the classic search or the AI-powered one.

    Attributes:
        term: Words to search for.
        location: Place; works in both kinds of search.
        limit: How many at most: 1 to 1000; the service takes 10.
        allow_similar_results: `False` drops near matches, so fewer may come back; matters to the
            AI-powered search only.
        filter: What to narrow the classic search to; not together with `preferences`.
        preferences: What the AI-powered search prefers; not together with `filter`.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-search-jobs
    """

    term: str | None = None
    location: str | None = None
    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    allow_similar_results: bool | None = None
    filter: Annotated[
        JobSearchFilter | None, Rule(one_of_group="filter_or_preferences", is_exclusive=True)
    ] = None
    preferences: Annotated[
        JobSearchPreferences | None, Rule(one_of_group="filter_or_preferences", is_exclusive=True)
    ] = None
    custom_search_url: str | None = None
    then: "Then[DoForJobs] | None" = None


@action(
    "st.doForJobs",
    effect=Effect.READ,
    loop=True,
    under=("st.searchJobs",),
    children=("st.openJob",),
)
@attrs.frozen(kw_only=True)
class DoForJobs(Action[None]):
    """Repeat the children for each job of the list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-search-jobs
    """

    then: "Then[OpenJob] | None" = None


@action(
    "st.openJob",
    effect=Effect.READ,
    root="jobUrl is given",
    under=("st.doForJobs",),
    errors=("jobNotFound",),
)
@attrs.frozen(kw_only=True)
class OpenJob(Action[Job]):
    """Open a job posting and read it on request.

    Attributes:
        job_url: Address of the job; at the root only.
        basic_info: Whether the report holds the basic facts, or only what the children report.

    Source: https://linkedapi.io/docs/action-st-open-job
    """

    job_url: Annotated[str | None, Rule(required="at_root")] = None
    basic_info: bool | None = None
