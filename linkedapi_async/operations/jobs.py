"""Jobs: search and read them."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import jobs as actions_jobs
from linkedapi_async.models.jobs import Job, JobSearchFilter, JobSearchItem, JobSearchPreferences

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    PageOperation,
    operation,
)

__all__ = [
    "FetchJob",
    "SearchJobs",
]


@operation("searchJobs")
@attrs.frozen(kw_only=True)
class SearchJobs(ListOperation[JobSearchItem]):
    """Search jobs, by the classic search or the AI-powered one.

    Attributes:
        limit: How many at most: 1 to 1000; the service takes 10.
        term: Words to search for.
        location: Place; works in both kinds of search.
        allow_similar_results: `False` drops near matches, so fewer may come back; matters to the
            AI-powered search only.
        filter: What to narrow the classic search to; not together with `preferences`.
        preferences: What the AI-powered search prefers; not together with `filter`.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: https://linkedapi.io/docs/action-st-search-jobs
    """

    root: ClassVar[ActionClass] = actions_jobs.SearchJobs
    model: ClassVar[ModelClass] = JobSearchItem

    limit: int | None = None
    term: str | None = None
    location: str | None = None
    allow_similar_results: bool | None = None
    filter: JobSearchFilter | None = None
    preferences: JobSearchPreferences | None = None
    custom_search_url: str | None = None


@operation("fetchJob")
@attrs.frozen(kw_only=True)
class FetchJob(PageOperation[Job]):
    """Read a job posting.

    Attributes:
        job_url: Address of the job.

    Source: https://linkedapi.io/docs/action-st-open-job
    """

    root: ClassVar[ActionClass] = actions_jobs.OpenJob
    model: ClassVar[ModelClass] = Job

    job_url: str
