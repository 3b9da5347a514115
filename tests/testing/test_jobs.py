"""Jobs of the sandbox's companies: how both searches choose them, and how they open."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async.models import JobSalary, JobSearchFilter, JobSearchItem, JobSearchPreferences
from linkedapi_async.operations import FetchCompany, FetchJob, SearchJobs
from linkedapi_async.testing import Sandbox
from linkedapi_async.testing._jobboard import Job, every_job

SITE = "https://www.linkedin.com"
FIRST = f"{SITE}/jobs/view/4416248954/"
DAY = timedelta(days=1)


async def search(api: LinkedApi, **params: Any) -> list[JobSearchItem]:
    """Return what a search without end finds."""
    given: dict[str, Any] = {"limit": 1000, **params}
    return (await api.run(SearchJobs(**given))).unwrap()


def chosen(sandbox: Sandbox, fits: Callable[[Job], bool]) -> set[str]:
    """Return the ids of the world's jobs that fit."""
    return {str(job.number) for job in every_job(sandbox.world) if fits(job)}


def ids(items: list[JobSearchItem]) -> set[str | None]:
    """Return the ids of jobs found."""
    return {item.job_id for item in items}


async def test_a_job_found_opens_by_its_address(api: LinkedApi) -> None:
    """The page repeats what the search showed, and leads to the company."""
    items = (await api.run(SearchJobs())).unwrap()

    assert len(items) == 10
    for item in items:
        job = (await api.run(FetchJob(job_url=item.job_url or ""))).unwrap()
        assert (job.job_id, job.urn, job.title, job.location) == (
            item.job_id,
            item.urn,
            item.title,
            item.location,
        )
        assert (job.company_name, job.workplace_type, job.salary, job.easy_apply) == (
            item.company_name,
            item.workplace_type,
            item.salary,
            item.easy_apply,
        )
        company = (await api.run(FetchCompany(company_url=job.company_url or ""))).unwrap()
        assert company.name == job.company_name
        assert not item.is_similar_match


async def test_the_documented_job_is_there(api: LinkedApi) -> None:
    """The example of the documentation is the first job of the first company."""
    job = (await api.run(FetchJob(job_url=FIRST))).unwrap()

    assert (job.title, job.company_name, job.posted_date) == (
        "Senior Product Manager",
        "TechCorp",
        "1w",
    )
    assert (job.applicants_count, job.workplace_type, job.employment_type) == (
        84,
        "remote",
        "Full-time",
    )
    assert job.salary == JobSalary(
        currency="usd", min_amount=140_000, max_amount=180_000, period="yearly"
    )
    assert job.apply_url == f"{FIRST}apply/"


@pytest.mark.parametrize(
    "address",
    [
        FIRST,
        FIRST.rstrip("/"),
        "linkedin.com/jobs/view/4416248954",
        f"{SITE}/jobs/view/senior-product-manager-at-techcorp-4416248954/?trk=x",
        "http://de.linkedin.com/JOBS/view/4416248954#top",
    ],
)
async def test_every_spelling_of_an_address_leads_there(api: LinkedApi, address: str) -> None:
    """With and without scheme, title, parameters."""
    job = (await api.run(FetchJob(job_url=address))).unwrap()

    assert job.job_url == FIRST


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/jobs/view/1",
        f"{SITE}/jobs/view/4416248955/",
        f"{SITE}/jobs/view/9999999999999/",
        f"{SITE}/in/person1",
        "4416248954",
    ],
)
async def test_other_addresses_lead_nowhere(api: LinkedApi, sandbox: Sandbox, address: str) -> None:
    """A job that is not listed is the action's error."""
    result = await api.run(FetchJob(job_url=address))

    assert [one.type for one in result.errors] == ["jobNotFound"]
    assert sandbox.log.actions()[0].outcome == "jobNotFound"


async def test_companies_count_their_jobs(api: LinkedApi, sandbox: Sandbox) -> None:
    """The number on a company's page is that of its jobs in a search."""
    companies = list(sandbox.world.companies)
    pages = [
        {"actionType": "st.openCompanyPage", "companyUrl": one.url, "basicInfo": True}
        for one in companies
    ]

    reports: Any = (await api.run(CustomWorkflow(pages))).unwrap()

    counts = Counter(job.company.number for job in every_job(sandbox.world))
    assert [one["data"]["jobsCount"] for one in reports] == [
        counts[one.number] for one in companies
    ]
    assert ids(await search(api)) == chosen(sandbox, lambda job: True)


async def test_a_loop_opens_each_job(api: LinkedApi) -> None:
    """The loop supplies the address; without `basicInfo` the page is empty."""
    tree: dict[str, Any] = {
        "actionType": "st.searchJobs",
        "limit": 2,
        "then": {
            "actionType": "st.doForJobs",
            "then": [
                {"actionType": "st.openJob", "basicInfo": True},
                {"actionType": "st.openJob"},
            ],
        },
    }

    report: Any = (await api.run(CustomWorkflow(tree))).unwrap()

    for item in report["data"]:
        full, empty = item["then"]
        assert full["data"]["jobUrl"] == item["jobUrl"]
        assert empty["data"] == {}


async def test_facts_are_of_the_documented_kinds(api: LinkedApi, sandbox: Sandbox) -> None:
    """Ages are short texts, amounts grow, and who takes applications is where one applies."""
    seen: set[str | None] = set()
    page = {"actionType": "st.openJob", "basicInfo": True}
    loop = {"actionType": "st.doForJobs", "then": page}
    tree = {"actionType": "st.searchJobs", "limit": 1000, "then": loop}

    report: Any = (await api.run(CustomWorkflow(tree))).unwrap()

    for item in report["data"]:
        (opened,) = item["then"]
        job, _ = FetchJob.read(opened)
        assert job is not None
        assert re.fullmatch(r"\d+(h|d|w|mo)", job.posted_date or "")
        assert (job.apply_url or "").startswith(item["jobUrl"]) is job.easy_apply
        assert job.description
        seen |= {job.employment_type, (job.posted_date or "").strip("0123456789")}
        if job.salary is not None:
            assert job.salary.min_amount is not None
            assert job.salary.max_amount is not None
            assert 0 < job.salary.min_amount < job.salary.max_amount
            seen |= {job.salary.period}
    assert len(report["data"]) == len(list(every_job(sandbox.world)))
    assert seen >= {"h", "d", "w", "mo", "yearly", "monthly", "hourly", "Volunteer", "Internship"}


FILTERS: list[tuple[dict[str, Any], Callable[[Job], bool]]] = [
    ({"date_posted": "past24Hours"}, lambda job: job.age <= DAY),
    ({"date_posted": "pastWeek"}, lambda job: job.age <= 7 * DAY),
    ({"date_posted": "pastMonth"}, lambda job: job.age <= 30 * DAY),
    ({"date_posted": "anyTime"}, lambda job: True),
    (
        {"experience_levels": ["midSeniorLevel", "director"]},
        lambda job: job.level in {"midSeniorLevel", "director"},
    ),
    ({"employment_types": ["internship"]}, lambda job: job.employment == "internship"),
    (
        {"workplace_types": ["remote", "hybrid"]},
        lambda job: job.workplace in {"remote", "hybrid"},
    ),
    ({"companies": ["techcorp"]}, lambda job: job.company.number == 1),
    (
        {"industries": ["Information Technology"]},
        lambda job: job.company.industry == "Information Technology",
    ),
    ({"job_functions": ["Design", "Sales"]}, lambda job: job.function in {"Design", "Sales"}),
    ({"easy_apply": True}, lambda job: job.is_easy),
    ({"has_verifications": True}, lambda job: job.is_verified),
    ({"under_10_applicants": True}, lambda job: job.applicants < 10),
    ({"fair_chance_employer": True}, lambda job: job.is_fair),
    ({"location": "Berlin"}, lambda job: "Berlin" in job.location),
    (
        {"easy_apply": True, "workplace_types": ["onSite"]},
        lambda job: job.is_easy and job.workplace == "onSite",
    ),
    (
        {
            "easy_apply": False,
            "has_verifications": False,
            "under_10_applicants": False,
            "in_your_network": False,
            "fair_chance_employer": False,
        },
        lambda job: True,
    ),
]


@pytest.mark.parametrize(("criteria", "fits"), FILTERS)
async def test_the_classic_filter_chooses(
    api: LinkedApi, sandbox: Sandbox, criteria: dict[str, Any], fits: Callable[[Job], bool]
) -> None:
    """Every field is applied; a switch turned off lets everything through."""
    found = await search(api, filter=JobSearchFilter(**criteria))

    assert ids(found) == chosen(sandbox, fits)
    assert found


@pytest.mark.parametrize("version", ["classic", "ai"])
async def test_the_network_is_that_of_the_account(
    api: LinkedApi, sandbox: Sandbox, version: Any
) -> None:
    """Only companies where a connection works; a new connection brings a company in."""
    sandbox.account().jobs_search = version
    kind: Any = JobSearchFilter if version == "classic" else JobSearchPreferences
    name = "filter" if version == "classic" else "preferences"
    known = {person.company for person in sandbox.world.people if person.number % 5 == 0}

    found = await search(api, **{name: kind(in_your_network=True)})

    assert ids(found) == chosen(sandbox, lambda job: job.company in known)
    assert ids(found) < chosen(sandbox, lambda job: True)


async def test_words_and_place_choose(api: LinkedApi, sandbox: Sandbox) -> None:
    """Words stand anywhere in what a job shows; a place beside the filter wins over one in it."""
    engineers = await search(api, term="Software ENGINEER")
    here = await search(api, location="london", filter=JobSearchFilter(location="Berlin"))

    assert ids(engineers) == chosen(sandbox, lambda job: job.title == "Software Engineer")
    assert ids(here) == chosen(sandbox, lambda job: "London" in job.location)


async def test_the_newest_come_first(api: LinkedApi, sandbox: Sandbox) -> None:
    """A limit cuts the oldest off."""
    everything = await search(api)
    ages = {str(job.number): job.age for job in every_job(sandbox.world)}

    some = (await api.run(SearchJobs(limit=3))).unwrap()

    order = [ages[item.job_id or ""] for item in everything]
    assert order == sorted(order)
    assert some == everything[:3]


@pytest.mark.parametrize(
    ("version", "criteria", "hint"),
    [
        ("classic", {"preferences": JobSearchPreferences(remote=True)}, "filter"),
        ("ai", {"filter": JobSearchFilter(easy_apply=True)}, "preferences"),
    ],
)
async def test_the_other_searchs_criteria_do_not_fit(
    api: LinkedApi, sandbox: Sandbox, version: Any, criteria: dict[str, Any], hint: str
) -> None:
    """The error says what this member's search takes; an address overrides the criteria."""
    sandbox.account().jobs_search = version

    refused = await api.run(SearchJobs(**criteria))
    address = f"{SITE}/jobs/search/?keywords=recruiter&location=Berlin"
    passed = await search(api, **criteria, custom_search_url=address, location="London")

    (failure,) = refused.errors
    assert failure.type == "searchInterfaceMismatch"
    assert f"`{hint}`" in failure.message
    assert ids([one for one in passed if not one.is_similar_match]) == chosen(
        sandbox, lambda job: job.title == "Recruiter" and "Berlin" in job.location
    )


@pytest.mark.parametrize("version", ["classic", "ai"])
async def test_both_searches_take_words_and_place(
    api: LinkedApi, sandbox: Sandbox, version: Any
) -> None:
    """Without criteria of its own, a search works for every member."""
    sandbox.account().jobs_search = version

    found = await search(api, term="manager", location="united states", allow_similar_results=False)

    assert ids(found) == chosen(
        sandbox, lambda job: "Manager" in job.title and "United States" in job.location
    )


PREFERENCES: list[tuple[dict[str, Any], Callable[[Job], bool]]] = [
    ({"date_posted": "pastWeek"}, lambda job: job.age <= 7 * DAY),
    ({"experience_levels": ["senior"]}, lambda job: job.level == "midSeniorLevel"),
    ({"experience_levels": ["manager"]}, lambda job: "Manager" in job.title),
    (
        {"experience_levels": ["entryLevel", "executive"]},
        lambda job: job.level in {"entryLevel", "executive"},
    ),
    ({"employment_types": ["contract"]}, lambda job: job.employment == "contract"),
    ({"companies": ["TechCorp"]}, lambda job: job.company.number == 1),
    ({"remote": True}, lambda job: job.workplace == "remote"),
    ({"easy_apply": True}, lambda job: job.is_easy),
    ({"under_10_applicants": True}, lambda job: job.applicants < 10),
    ({"keywords": ["Python", "figma"]}, lambda job: bool({"Python", "Figma"} & {*job.skills})),
    (
        {"companies": ["Nautilus"], "remote": True},
        lambda job: job.workplace == "remote",
    ),
    ({"remote": False, "easy_apply": False}, lambda job: True),
]


@pytest.mark.parametrize(("wishes", "fits"), PREFERENCES)
async def test_preferences_choose_or_are_skipped(
    api: LinkedApi, sandbox: Sandbox, wishes: dict[str, Any], fits: Callable[[Job], bool]
) -> None:
    """What no job in sight meets is not offered, and does not count."""
    sandbox.account().jobs_search = "ai"

    found = await search(api, preferences=JobSearchPreferences(**wishes))

    assert ids(found) == chosen(sandbox, fits)
    assert found


async def test_near_matches_come_last_and_can_be_dropped(api: LinkedApi, sandbox: Sandbox) -> None:
    """They share a word of the term, not all, and say so; what else is asked holds for them."""
    sandbox.account().jobs_search = "ai"
    wishes = JobSearchPreferences(easy_apply=True)

    found = await search(api, term="senior manager", preferences=wishes)
    exact = await search(
        api, term="senior manager", preferences=wishes, allow_similar_results=False
    )

    marks = [item.is_similar_match for item in found]
    assert marks == sorted(marks, key=bool)
    assert [item for item in found if not item.is_similar_match] == exact
    assert ids(exact) == chosen(
        sandbox, lambda job: job.title == "Senior Product Manager" and job.is_easy
    )
    assert len(exact) < len(found)
    assert all(item.easy_apply for item in found)


async def test_the_classic_search_knows_no_near_matches(api: LinkedApi) -> None:
    """`allow_similar_results` changes nothing there."""
    loose = await search(api, term="software engineer", allow_similar_results=True)
    strict = await search(api, term="software engineer", allow_similar_results=False)

    assert loose == strict
    assert loose


def test_a_seed_determines_the_jobs() -> None:
    """The same seed offers the same jobs, another one others; each belongs to its world."""
    one, same, other = Sandbox(seed=1), Sandbox(seed=1), Sandbox(seed=2)
    jobs = list(every_job(one.world))

    assert jobs == list(every_job(same.world))
    assert jobs != list(every_job(other.world))
    assert len({job.number for job in jobs}) == len(jobs)
    assert all(job.company is one.world.company(job.company.number) for job in jobs)
