"""Carries out actions on companies: open a page, read it, search."""

from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._filters import criteria_of, limit_of, meets, words_of
from ._people import matches, search_item
from ._posts import tell_posts
from ._registry import Context, Outcome, executor, fail
from ._world import Company

__all__ = [
    "open_company_page",
    "retrieve_company_dms",
    "retrieve_company_employees",
    "retrieve_company_posts",
    "search_companies",
]

_EMPLOYEES_FOUND: Final = 500
_DECIDERS_FOUND: Final = 20
_COMPANIES_FOUND: Final = 10
_SIZES: Final = (
    (10, "1-10"),
    (50, "11-50"),
    (200, "51-200"),
    (500, "201-500"),
    (1000, "501-1000"),
    (5000, "1001-5000"),
    (10000, "5001-10000"),
)


@executor("st.openCompanyPage")
def open_company_page(context: Context, params: JsonObject) -> Outcome:
    """Open a company's page; the facts come with `basicInfo` only."""
    company = _company(context, params)
    if not params.get("basicInfo"):
        return Outcome({}, company)
    facts: dict[str, Json] = {
        "name": company.name,
        "urn": company.urn,
        "publicUrl": company.url,
        "description": f"{company.name} is known for its work in {company.industry}.",
        "location": company.location,
        "headquarters": company.country,
        "industry": company.industry,
        "specialties": f"{company.industry}, Consulting",
        "website": f"https://{company.name.casefold().replace(' ', '')}.example.com",
        "employeesCount": company.size,
        "yearFounded": company.founded,
        "ventureFinancing": company.number % 2 == 1,
        "jobsCount": company.size // 40,
        "logoUrl": None,
    }
    return Outcome(facts, company)


@executor("st.retrieveCompanyEmployees")
def retrieve_company_employees(context: Context, params: JsonObject) -> Outcome:
    """List who works there, filtered."""
    criteria = criteria_of(params)
    found = [
        person
        for person in context.world.employees(_company(context, params))
        if matches(context, person, criteria)
    ][: limit_of(params, _EMPLOYEES_FOUND)]
    return Outcome([search_item(context, person) for person in found], subjects=tuple(found))


@executor("st.retrieveCompanyDMs")
def retrieve_company_dms(context: Context, params: JsonObject) -> Outcome:
    """List who decides there, the most senior first."""
    deciders = [
        person for person in context.world.employees(_company(context, params)) if person.decides
    ]
    deciders.sort(key=lambda person: (person.rank, person.number))
    found = deciders[: limit_of(params, _DECIDERS_FOUND)]
    return Outcome(
        [search_item(context, person) | {"countryCode": person.country} for person in found],
        subjects=tuple(found),
    )


@executor("st.retrieveCompanyPosts")
def retrieve_company_posts(context: Context, params: JsonObject) -> Outcome:
    """List what the company has published, newest first."""
    return tell_posts(context, _company(context, params), params)


@executor("st.searchCompanies")
def search_companies(context: Context, params: JsonObject) -> Outcome:
    """Find companies by words and filter; a search address brings its own words."""
    words, criteria = words_of(params), criteria_of(params)
    found = [
        company
        for company in context.world.companies
        if words <= set(company.name.casefold().split()) and _matches(company, criteria)
    ][: limit_of(params, _COMPANIES_FOUND)]
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
    return Outcome(items, subjects=tuple(found))


def _company(context: Context, params: JsonObject) -> Company:
    if isinstance(context.subject, Company):
        return context.subject
    found = context.world.find_company(str(params.get("companyUrl", "")))
    if found is None:
        fail("companyNotFound")
    return found


def _matches(company: Company, criteria: JsonObject) -> bool:
    size = next((name for most, name in _SIZES if company.size <= most), "10001+")
    sizes = criteria.get("sizes")
    if isinstance(sizes, list) and size not in sizes:
        return False
    return meets({"locations": company.location, "industries": company.industry}, criteria)
