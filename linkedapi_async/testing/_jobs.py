"""Carries out actions on jobs: search them, open one.

LinkedIn gives each member one of two searches. The classic one applies every field of a `filter`.
The other one, run by a language model, takes `preferences`, skips those it does not offer, and may
add near matches behind what fits. Both take a search address, whose words and place override
everything else. Inferred: a preference is offered where some job in sight meets it, and a near
match shares some words with the term, but not all.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._filters import (
    Trait,
    begin_search,
    criteria_of,
    limit_of,
    meets,
    query_of,
    words_in,
    words_of,
)
from ._jobboard import Job, every_job, find_job
from ._registry import Context, Outcome, executor, fail
from ._traits import website_of

__all__ = ["open_job", "search_jobs"]

_JOBS_FOUND: Final = 10
_FEW: Final = 10
_MISMATCH: Final = {
    "classic": "This account has the classic jobs search, which takes `filter`.",
    "ai": "This account has the AI-powered jobs search, which takes `preferences`.",
}
_PERIODS: Final = (
    ("past24Hours", timedelta(days=1)),
    ("pastWeek", timedelta(days=7)),
    ("pastMonth", timedelta(days=30)),
)
_EMPLOYMENTS: Final = {
    "fullTime": "Full-time",
    "partTime": "Part-time",
    "contract": "Contract",
    "temporary": "Temporary",
    "volunteer": "Volunteer",
    "internship": "Internship",
    "other": "Other",
}


@executor("st.openJob")
def open_job(context: Context, params: JsonObject) -> Outcome:
    """Open a job; the facts come with `basicInfo` only."""
    job = context.subject
    if not isinstance(job, Job):
        job = find_job(context.world, str(params.get("jobUrl", "")))
    if job is None:
        fail("jobNotFound")
    if not params.get("basicInfo"):
        return Outcome({}, job)
    by_hand = f"{website_of(job.company)}/jobs/{job.number}"
    facts: dict[str, Json] = {
        "jobId": str(job.number),
        "urn": job.urn,
        "jobUrl": job.url,
        "title": job.title,
        "companyName": job.company.name,
        "companyUrl": job.company.url,
        "location": job.location,
        "postedDate": job.posted,
        "applicantsCount": job.applicants,
        "workplaceType": job.workplace,
        "employmentType": _EMPLOYMENTS[job.employment],
        "salary": _salary(job),
        "description": job.description,
        "applyUrl": f"{job.url}apply/" if job.is_easy else by_hand,
        "easyApply": job.is_easy,
    }
    return Outcome(facts, job)


@executor("st.searchJobs")
def search_jobs(context: Context, params: JsonObject) -> Outcome:
    """Find jobs the way the member's own search does, the newest first."""
    begin_search(context)
    search = context.account.jobs_search
    criteria, wishes = criteria_of(params), criteria_of(params, "preferences")
    if wishes if search == "classic" else criteria:
        fail("searchInterfaceMismatch", _MISMATCH[search])
    fitting, near = _by_words(context, words_of(params), _place(params, criteria))
    if search == "classic" or params.get("allowSimilarResults") is False:
        near = []
    known = _known_companies(context, {**criteria, **wishes})
    traits = {job.number: _traits(job, known) for job in (*fitting, *near)}
    found = [job for job in (*fitting, *near) if meets(traits[job.number], criteria)]
    for name, wish in wishes.items():
        found = [job for job in found if meets(traits[job.number], {name: wish})] or found
    listed = tuple(found[: limit_of(params, _JOBS_FOUND)])
    similar = {job.number for job in near}
    return Outcome(
        [_item(job, is_similar=job.number in similar) for job in listed], subjects=listed
    )


def _by_words(context: Context, words: set[str], place: str) -> tuple[list[Job], list[Job]]:
    """Return the jobs at a place that hold every word, and those that hold but some of them."""
    fitting: list[Job] = []
    near: list[Job] = []
    for job in sorted(every_job(context.world), key=lambda job: (job.age, job.number)):
        if place in job.location.casefold():
            held = words & _vocabulary(job)
            if held == words:
                fitting.append(job)
            elif held:
                near.append(job)
    return fitting, near


def _place(params: JsonObject, criteria: JsonObject) -> str:
    """Return where to look; the place of the filter counts where the search itself names none."""
    query = query_of(params)
    if query is not None:
        return query.get("location", "").casefold()
    return str(params.get("location") or criteria.get("location") or "").casefold()


def _known_companies(context: Context, asked: JsonObject) -> frozenset[int]:
    """Return the numbers of the companies where a connection works, if anybody asks."""
    people = context.world.people if "inYourNetwork" in asked else ()
    return frozenset(
        person.company.number for person in people if context.relation(person) == "connected"
    )


def _vocabulary(job: Job) -> set[str]:
    return words_in(
        f"{job.title} {job.function} {job.company.name} {job.location} {' '.join(job.skills)}"
    )


def _traits(job: Job, known: frozenset[int]) -> Mapping[str, Trait]:
    """Return what both searches choose by; of the words for levels each knows its own."""
    levels = {job.level}
    if job.level == "midSeniorLevel":
        levels.add("senior")
    if "Manager" in job.title:
        levels.add("manager")
    return {
        "datePosted": frozenset({"anyTime", *(name for name, age in _PERIODS if job.age <= age)}),
        "experienceLevels": frozenset(levels),
        "employmentTypes": frozenset({job.employment}),
        "workplaceTypes": frozenset({job.workplace}),
        "companies": job.company.name,
        "industries": job.company.industry,
        "jobFunctions": job.function,
        "keywords": f"{job.title} {' '.join(job.skills)}",
        "remote": _switch(is_on=job.workplace == "remote"),
        "easyApply": _switch(is_on=job.is_easy),
        "hasVerifications": _switch(is_on=job.is_verified),
        "under10Applicants": _switch(is_on=job.applicants < _FEW),
        "inYourNetwork": _switch(is_on=job.company.number in known),
        "fairChanceEmployer": _switch(is_on=job.is_fair),
    }


def _switch(*, is_on: bool) -> frozenset[str | bool]:
    """Return what a switch of the search lets through: turned off, it lets through everything."""
    return frozenset({False, is_on})


def _item(job: Job, *, is_similar: bool) -> Json:
    return {
        "jobId": str(job.number),
        "urn": job.urn,
        "jobUrl": job.url,
        "title": job.title,
        "companyName": job.company.name,
        "location": job.location,
        "workplaceType": job.workplace,
        "salary": _salary(job),
        "easyApply": job.is_easy,
        "isPromoted": job.is_promoted,
        "isSimilarMatch": is_similar,
    }


def _salary(job: Job) -> Json:
    pay = job.salary
    if pay is None:
        return None
    return {
        "currency": pay.currency,
        "minAmount": pay.least,
        "maxAmount": pay.most,
        "period": pay.period,
    }
