"""Carries out actions on companies: open a page, read it, search."""

from itertools import islice
from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._filters import (
    Trait,
    begin_list,
    begin_search,
    criteria_of,
    limit_of,
    meets,
    require_offered,
    words_in,
    words_of,
)
from ._jobboard import jobs_of
from ._people import matches, search_item
from ._posts import tell_posts
from ._registry import Context, Outcome, executor, fail
from ._traits import earns, revenue_of, size_of, website_of
from ._world import Company, Person

__all__ = [
    "companies_found",
    "company_facts",
    "deciders_found",
    "employees_found",
    "open_company_page",
    "retrieve_company_dms",
    "retrieve_company_employees",
    "retrieve_company_posts",
    "search_companies",
]

_EMPLOYEES_FOUND: Final = 500
_DECIDERS_FOUND: Final = 20
_COMPANIES_FOUND: Final = 10


@executor("st.openCompanyPage")
def open_company_page(context: Context, params: JsonObject) -> Outcome:
    """Open a company's page; the facts come with `basicInfo` only."""
    company = _company(context, params)
    if not params.get("basicInfo"):
        return Outcome({}, company)
    facts: dict[str, Json] = {
        "specialties": f"{company.industry}, Consulting",
        "ventureFinancing": company.number % 2 == 1,
        "jobsCount": len(jobs_of(context.world, company)),
    }
    return Outcome(company_facts(company) | facts, company)


@executor("st.retrieveCompanyEmployees")
def retrieve_company_employees(context: Context, params: JsonObject) -> Outcome:
    """List who works there, filtered."""
    require_offered(criteria_of(params))
    found = employees_found(context, _company(context, params), params, _EMPLOYEES_FOUND)
    return Outcome([search_item(context, person) for person in found], subjects=found)


@executor("st.retrieveCompanyDMs")
def retrieve_company_dms(context: Context, params: JsonObject) -> Outcome:
    """List who decides there, the most senior first."""
    found = deciders_found(context, _company(context, params), params)
    return Outcome(
        [search_item(context, person) | {"countryCode": person.country} for person in found],
        subjects=found,
    )


@executor("st.retrieveCompanyPosts")
def retrieve_company_posts(context: Context, params: JsonObject) -> Outcome:
    """List what the company has published, newest first."""
    return tell_posts(context, _company(context, params), params)


@executor("st.searchCompanies")
def search_companies(context: Context, params: JsonObject) -> Outcome:
    """Find companies by words and filter; a search address brings its own words."""
    begin_search(context)
    require_offered(criteria_of(params))
    found = companies_found(context, params, _COMPANIES_FOUND)
    items: list[Json] = [
        {
            "name": company.name,
            "urn": company.urn,
            "publicUrl": company.url,
            "industry": company.industry,
            "location": company.location,
            "logoUrl": None,
        }
        for company in found
    ]
    return Outcome(items, subjects=found)


def company_facts(company: Company) -> dict[str, Json]:
    """Return what standard LinkedIn and Sales Navigator both tell of a company."""
    description = (
        f"{company.name} is known for its work in {company.industry}. "
        f"Its {company.size} people take {revenue_of(company)} million USD a year."
    )
    return {
        "name": company.name,
        "urn": company.urn,
        "publicUrl": company.url,
        "description": description,
        "location": company.location,
        "headquarters": company.country,
        "industry": company.industry,
        "website": website_of(company),
        "employeesCount": company.size,
        "yearFounded": company.founded,
        "logoUrl": None,
    }


def employees_found(
    context: Context, company: Company, params: JsonObject, usual: int
) -> tuple[Person, ...]:
    """Return who works at a company and fits the filter.

    Raises:
        ActionFailed: LinkedIn shows no more lists.
    """
    begin_list(context)
    criteria = criteria_of(params)
    fitting = [
        person for person in context.world.employees(company) if matches(context, person, criteria)
    ]
    return tuple(fitting[: limit_of(params, usual)])


def deciders_found(context: Context, company: Company, params: JsonObject) -> tuple[Person, ...]:
    """Return who decides at a company, the most senior first.

    Raises:
        ActionFailed: LinkedIn shows no more lists.
    """
    begin_list(context)
    deciders = [person for person in context.world.employees(company) if person.decides]
    deciders.sort(key=lambda person: (person.rank, person.number))
    return tuple(deciders[: limit_of(params, _DECIDERS_FOUND)])


def companies_found(context: Context, params: JsonObject, usual: int) -> tuple[Company, ...]:
    """Return which companies a search finds.

    Args:
        context: Where it is made.
        params: Words, filter and limit, or a search address in their place.
        usual: How many to list without a limit.
    """
    words, criteria = words_of(params), criteria_of(params)
    fitting = (
        company
        for company in context.world.companies
        if words <= words_in(f"{company.name} {company.industry}") and _matches(company, criteria)
    )
    return tuple(islice(fitting, limit_of(params, usual)))


def _company(context: Context, params: JsonObject) -> Company:
    if isinstance(context.subject, Company):
        return context.subject
    found = context.world.find_company(str(params.get("companyUrl", "")))
    if found is None:
        fail("companyNotFound")
    return found


def _matches(company: Company, criteria: JsonObject) -> bool:
    having: dict[str, Trait] = {
        "sizes": frozenset({size_of(company)}),
        "locations": company.location,
        "industries": company.industry,
    }
    return meets(having, criteria) and earns(company, criteria.get("annualRevenue"))
