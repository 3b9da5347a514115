"""Jobs, and the two ways of narrowing a search for them."""

from collections.abc import Sequence

import attrs

from .enums import (
    JobDatePosted,
    JobEmploymentType,
    JobExperienceLevel,
    JobPreferenceEmploymentType,
    JobPreferenceExperienceLevel,
    JobWorkplaceType,
)

__all__ = [
    "Job",
    "JobSalary",
    "JobSearchFilter",
    "JobSearchItem",
    "JobSearchPreferences",
]


@attrs.frozen(kw_only=True)
class JobSalary:
    """What a job pays.

    Attributes:
        currency: Currency of the amounts: three letters, such as `usd`.
        min_amount: Lowest amount.
        max_amount: Highest amount.
        period: What the amounts are paid for. Known: `yearly`, `monthly`, `hourly`.

    Source: https://linkedapi.io/docs/action-st-open-job
    """

    currency: str | None = None
    min_amount: float | None = None
    max_amount: float | None = None
    period: str | None = None


@attrs.frozen(kw_only=True)
class JobSearchItem:
    """A job that a search found.

    Attributes:
        job_id: Number of the job, as text.
        urn: URN, the stable name LinkedIn uses.
        job_url: Address of the job.
        title: Title of the job.
        company_name: Name of the company.
        location: Place as shown.
        workplace_type: Where the work is done.
        salary: What the job pays.
        easy_apply: Whether LinkedIn takes the application itself.
        is_promoted: Whether somebody paid for showing it.
        is_similar_match: Whether it only resembles what was searched for.

    Source: https://linkedapi.io/docs/action-st-search-jobs
    """

    job_id: str | None = None
    urn: str | None = None
    job_url: str | None = None
    title: str | None = None
    company_name: str | None = None
    location: str | None = None
    workplace_type: str | None = None
    salary: JobSalary | None = None
    easy_apply: bool | None = None
    is_promoted: bool | None = None
    is_similar_match: bool | None = None


@attrs.frozen(kw_only=True)
class Job:
    """A job posting.

    Attributes:
        job_id: Number of the job, as text.
        urn: URN, the stable name LinkedIn uses.
        job_url: Address of the job.
        title: Title of the job.
        company_name: Name of the company.
        company_url: Address of the company page.
        location: Place as shown.
        posted_date: Age in short, such as `1w`; not a timestamp.
        applicants_count: How many people applied, as far as shown.
        workplace_type: Where the work is done, in free text.
        employment_type: Free text, such as `Full-time`.
        salary: What the job pays.
        description: Description as shown.
        apply_url: Where to apply.
        easy_apply: Whether LinkedIn takes the application itself.

    Source: https://linkedapi.io/docs/action-st-open-job
    """

    job_id: str | None = None
    urn: str | None = None
    job_url: str | None = None
    title: str | None = None
    company_name: str | None = None
    company_url: str | None = None
    location: str | None = None
    posted_date: str | None = None
    applicants_count: int | None = None
    workplace_type: str | None = None
    employment_type: str | None = None
    salary: JobSalary | None = None
    description: str | None = None
    apply_url: str | None = None
    easy_apply: bool | None = None


@attrs.frozen(kw_only=True)
class JobSearchFilter:
    """What the classic search for jobs is narrowed to; every field given has to apply.

    Attributes:
        location: Place; give `location` of the search itself instead.
        date_posted: How old it may be.
        experience_levels: Levels of experience; any may match.
        employment_types: Kinds of employment; any may match.
        workplace_types: Where the work is done; any may match.
        companies: Names of companies; any may match.
        industries: Industries as LinkedIn names them; any may match.
        job_functions: Functions; any may match.
        easy_apply: Whether LinkedIn takes the application itself.
        has_verifications: Only jobs with verifications.
        under_10_applicants: Only with fewer than ten applicants.
        in_your_network: Only where you know somebody.
        fair_chance_employer: Only from fair-chance employers.

    Source: https://linkedapi.io/docs/action-st-search-jobs
    """

    location: str | None = None
    date_posted: JobDatePosted | None = None
    experience_levels: Sequence[JobExperienceLevel] | None = None
    employment_types: Sequence[JobEmploymentType] | None = None
    workplace_types: Sequence[JobWorkplaceType] | None = None
    companies: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    job_functions: Sequence[str] | None = None
    easy_apply: bool | None = None
    has_verifications: bool | None = None
    under_10_applicants: bool | None = None
    in_your_network: bool | None = None
    fair_chance_employer: bool | None = None


@attrs.frozen(kw_only=True)
class JobSearchPreferences:
    """What the AI-powered search for jobs prefers; it skips what it does not offer.

    Attributes:
        date_posted: How old it may be.
        experience_levels: Levels of experience; any may match.
        employment_types: Kinds of employment; any may match.
        companies: Names of companies; any may match.
        remote: Only remote work.
        easy_apply: Whether LinkedIn takes the application itself.
        under_10_applicants: Only with fewer than ten applicants.
        in_your_network: Only where you know somebody.
        keywords: Skills, techniques or topics.

    Source: pypi:linkedapi==1.4.7 types/jobs.py
    """

    date_posted: JobDatePosted | None = None
    experience_levels: Sequence[JobPreferenceExperienceLevel] | None = None
    employment_types: Sequence[JobPreferenceEmploymentType] | None = None
    companies: Sequence[str] | None = None
    remote: bool | None = None
    easy_apply: bool | None = None
    under_10_applicants: bool | None = None
    in_your_network: bool | None = None
    keywords: Sequence[str] | None = None
