"""Carries out the actions of Sales Navigator on people and companies.

They see the same world as the standard ones, show `hashedUrl` instead of `publicUrl`, and know more
filters. Inferred: an address has to hold the id, as theirs do, be it below `/in`, `/company` or
Sales Navigator's own `/sales`; a public address is not found.
"""

import re
from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._companies import (
    companies_found,
    company_facts,
    deciders_found,
    employees_found,
)
from ._filters import begin_search
from ._people import people_found
from ._registry import Context, Outcome, executor, fail
from ._world import Company, Person, slug_of

__all__ = [
    "open_company_page",
    "open_person_page",
    "retrieve_company_dms",
    "retrieve_company_employees",
    "search_companies",
    "search_people",
]

_USUALLY_FOUND: Final = 25
_SITE: Final = "https://www.linkedin.com"
_SALES: Final = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/sales/(lead|people|company)/([^/?#,]+)[^/?#]*/?"
    r"(?:[?#].*)?",
    re.IGNORECASE,
)


@executor("nv.openPersonPage")
def open_person_page(context: Context, params: JsonObject) -> Outcome:
    """Open a person; the facts come with `basicInfo` only."""
    context.require_sales_navigator()
    person = _person(context, params)
    if not params.get("basicInfo"):
        return Outcome({}, person)
    facts: dict[str, Json] = {
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
        "hashedUrl": person.hashed_url,
        "headline": person.headline,
        "location": person.location,
        "countryCode": person.country,
        "position": person.position,
        "companyName": person.company.name,
        "companyUrn": person.company.urn,
        "companyHashedUrl": person.company.hashed_url,
        "avatarUrl": None,
    }
    return Outcome(facts, person)


@executor("nv.searchPeople")
def search_people(context: Context, params: JsonObject) -> Outcome:
    """Find people by words and filter; a search address brings its own words."""
    context.require_sales_navigator()
    begin_search(context)
    return _people(context, people_found(context, params, _USUALLY_FOUND))


@executor("nv.openCompanyPage")
def open_company_page(context: Context, params: JsonObject) -> Outcome:
    """Open a company; the facts come with `basicInfo` only."""
    context.require_sales_navigator()
    company = _company(context, params)
    return Outcome(company_facts(company) if params.get("basicInfo") else {}, company)


@executor("nv.retrieveCompanyEmployees")
def retrieve_company_employees(context: Context, params: JsonObject) -> Outcome:
    """List who works there, filtered."""
    company = _company(context, params)
    return _people(context, employees_found(context, company, params, _USUALLY_FOUND))


@executor("nv.retrieveCompanyDMs")
def retrieve_company_dms(context: Context, params: JsonObject) -> Outcome:
    """List who decides there, the most senior first."""
    found = deciders_found(context, _company(context, params), params)
    return Outcome(
        [_item(context, person) | {"countryCode": person.country} for person in found],
        subjects=found,
    )


@executor("nv.searchCompanies")
def search_companies(context: Context, params: JsonObject) -> Outcome:
    """Find companies by words and filter; a search address brings its own words."""
    context.require_sales_navigator()
    begin_search(context)
    found = companies_found(context, params, _USUALLY_FOUND)
    items: list[Json] = [
        {
            "name": company.name,
            "urn": company.urn,
            "hashedUrl": company.hashed_url,
            "industry": company.industry,
            "employeesCount": company.size,
            "logoUrl": None,
        }
        for company in found
    ]
    return Outcome(items, subjects=found)


def _person(context: Context, params: JsonObject) -> Person:
    if isinstance(context.subject, Person):
        return context.subject
    address = _standard(str(params.get("personHashedUrl", "")))
    found = context.person_at(address)
    if slug_of(address, "in") != slug_of(found.hashed_url, "in"):
        fail("personNotFound")
    return found


def _company(context: Context, params: JsonObject) -> Company:
    if isinstance(context.subject, Company):
        return context.subject
    address = _standard(str(params.get("companyHashedUrl", "")))
    found = context.world.find_company(address)
    if found is None or slug_of(address, "company") != slug_of(found.hashed_url, "company"):
        fail("companyNotFound")
    return found


def _standard(address: str) -> str:
    """Return the standard address of what an address of Sales Navigator shows."""
    parts = _SALES.fullmatch(address.strip())
    if parts is None:
        return address
    return f"{_SITE}/{'company' if parts[1].lower() == 'company' else 'in'}/{parts[2]}"


def _people(context: Context, found: tuple[Person, ...]) -> Outcome:
    return Outcome([_item(context, person) for person in found], subjects=found)


def _item(context: Context, person: Person) -> dict[str, Json]:
    return {
        "name": person.name,
        "urn": person.urn,
        "hashedUrl": person.hashed_url,
        "position": person.position,
        "location": person.location,
        "avatarUrl": None,
        "viewerState": {"connectionDegree": context.degree(person)},
    }
