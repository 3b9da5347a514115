"""Actions on companies: search them, open a page, read it; Sales Navigator included."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import attrs

from linkedapi_async._types import Effect, Plan
from linkedapi_async.models.companies import (
    Company,
    CompanyFilter,
    CompanySearchItem,
    NvCompany,
    NvCompanyDm,
    NvCompanyEmployee,
    NvCompanyEmployeesFilter,
    NvCompanyFilter,
    NvCompanySearchItem,
    StCompanyDm,
    StCompanyEmployee,
    StCompanyEmployeesFilter,
)
from linkedapi_async.models.posts import Post

from ._base import Action, AnyAction, Rule, Then, action

if TYPE_CHECKING:
    from .people import DoForPeople, NvDoForPeople

__all__ = [
    "DoForCompanies",
    "NvDoForCompanies",
    "NvOpenCompanyPage",
    "NvRetrieveCompanyDMs",
    "NvRetrieveCompanyEmployees",
    "NvSearchCompanies",
    "OpenCompanyPage",
    "RetrieveCompanyDMs",
    "RetrieveCompanyEmployees",
    "RetrieveCompanyPosts",
    "SearchCompanies",
]


@action(
    "st.openCompanyPage",
    effect=Effect.READ,
    category="stCompanyPageViews",
    root="companyUrl is given",
    under=("st.doForCompanies", "nv.openCompanyPage"),
    children=(
        "st.retrieveCompanyEmployees",
        "st.retrieveCompanyDMs",
        "st.retrieveCompanyPosts",
        "nv.openCompanyPage",
    ),
    errors=("companyNotFound",),
)
@attrs.frozen(kw_only=True)
class OpenCompanyPage(Action[Company]):
    """Open a company page, read its basic facts on request, and act there.

    Attributes:
        company_url: Public or hashed address of the company; at the root only.
        basic_info: Whether the report holds the basic facts, or only what the children report.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/building-workflows
    """

    company_url: Annotated[str | None, Rule(required="at_root", format="linkedin_company_url")] = (
        None
    )
    basic_info: bool | None = None
    then: "Then[_BelowOpenCompanyPage] | None" = None


@action(
    "st.retrieveCompanyEmployees",
    effect=Effect.READ,
    under=("st.openCompanyPage",),
    children=("st.doForPeople",),
    errors=("retrievingNotAllowed", "filterNotApplied"),
)
@attrs.frozen(kw_only=True)
class RetrieveCompanyEmployees(Action[list[StCompanyEmployee]]):
    """List people who work for the company that is open.

    Attributes:
        limit: How many at most: 1 to 500; the service takes 500.
        filter: What to narrow the list to; every field given has to match.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-employees
    """

    limit: Annotated[int | None, Rule(min=1, max=500)] = None
    filter: StCompanyEmployeesFilter | None = None
    then: "Then[DoForPeople] | None" = None


@action(
    "st.retrieveCompanyDMs",
    effect=Effect.READ,
    under=("st.openCompanyPage",),
    children=("st.doForPeople",),
    errors=("retrievingNotAllowed",),
)
@attrs.frozen(kw_only=True)
class RetrieveCompanyDMs(Action[list[StCompanyDm]]):
    """List decision makers of the company that is open, most senior first.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-dms
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    then: "Then[DoForPeople] | None" = None


@action("st.retrieveCompanyPosts", effect=Effect.READ, under=("st.openCompanyPage",), children=None)
@attrs.frozen(kw_only=True)
class RetrieveCompanyPosts(Action[list[Post]]):
    """Read recent posts of the company that is open.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        since: ISO 8601: only what was made after this moment.
        then: Any action; which ones the service takes here is not documented.

    Source: github:Linked-API/linkedapi-mcp@11a7029 src/tools/fetch-company.ts
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    since: Annotated[str | None, Rule(format="iso8601")] = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.searchCompanies",
    effect=Effect.READ,
    category="stSearchQueries",
    root=True,
    children=("st.doForCompanies",),
    errors=("searchingNotAllowed", "filterNotApplied"),
)
@attrs.frozen(kw_only=True)
class SearchCompanies(Action[list[CompanySearchItem]]):
    """Search companies.

    Attributes:
        term: Words to search for.
        limit: How many at most: 1 to 1000; the service takes 10.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-st-search-companies
    """

    term: str | None = None
    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    filter: CompanyFilter | None = None
    custom_search_url: str | None = None
    then: "Then[DoForCompanies] | None" = None


@action(
    "st.doForCompanies",
    effect=Effect.READ,
    loop=True,
    under=("st.searchCompanies",),
    children=("st.openCompanyPage",),
)
@attrs.frozen(kw_only=True)
class DoForCompanies(Action[None]):
    """Repeat the children for each company of the list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-st-search-companies
    """

    then: "Then[OpenCompanyPage] | None" = None


@action(
    "nv.openCompanyPage",
    effect=Effect.READ,
    plan=Plan.PLUS,
    category="nvCompanyPageViews",
    root="companyHashedUrl is given",
    under=("st.openCompanyPage", "nv.doForCompanies"),
    children=("nv.retrieveCompanyEmployees", "nv.retrieveCompanyDMs", "st.openCompanyPage"),
    errors=("companyNotFound", "noSalesNavigator"),
)
@attrs.frozen(kw_only=True)
class NvOpenCompanyPage(Action[NvCompany]):
    """Open a company in Sales Navigator, read its basic facts on request, and act there.

    Attributes:
        company_hashed_url: Address with the hashed id; at the root only.
        basic_info: Whether the report holds the basic facts, or only what the children report.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-nv-open-company-page
    """

    company_hashed_url: Annotated[str | None, Rule(required="at_root")] = None
    basic_info: bool | None = None
    then: "Then[NvRetrieveCompanyEmployees | NvRetrieveCompanyDMs | OpenCompanyPage] | None" = None


@action(
    "nv.retrieveCompanyEmployees",
    effect=Effect.READ,
    plan=Plan.PLUS,
    under=("nv.openCompanyPage",),
    children=("nv.doForPeople",),
    errors=("retrievingNotAllowed",),
)
@attrs.frozen(kw_only=True)
class NvRetrieveCompanyEmployees(Action[list[NvCompanyEmployee]]):
    """List people who work for the company that is open in Sales Navigator.

    Attributes:
        limit: How many at most: 1 to 2500; the service takes 25.
        filter: What to narrow the list to; every field given has to match.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-nv-retrieve-company-employees
    """

    limit: Annotated[int | None, Rule(min=1, max=2500)] = None
    filter: NvCompanyEmployeesFilter | None = None
    then: "Then[NvDoForPeople] | None" = None


@action(
    "nv.retrieveCompanyDMs",
    effect=Effect.READ,
    plan=Plan.PLUS,
    under=("nv.openCompanyPage",),
    children=("nv.doForPeople",),
    errors=("retrievingNotAllowed",),
)
@attrs.frozen(kw_only=True)
class NvRetrieveCompanyDMs(Action[list[NvCompanyDm]]):
    """List decision makers of the company that is open in Sales Navigator, most senior first.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-nv-retrieve-company-dms
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    then: "Then[NvDoForPeople] | None" = None


@action(
    "nv.searchCompanies",
    effect=Effect.READ,
    plan=Plan.PLUS,
    root=True,
    children=("nv.doForCompanies",),
    errors=("noSalesNavigator", "searchingNotAllowed"),
)
@attrs.frozen(kw_only=True)
class NvSearchCompanies(Action[list[NvCompanySearchItem]]):
    """Search companies in Sales Navigator.

    Attributes:
        term: Words to search for.
        limit: How many at most: 1 to 1000; the service takes 25.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    term: str | None = None
    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    filter: NvCompanyFilter | None = None
    custom_search_url: str | None = None
    then: "Then[NvDoForCompanies] | None" = None


@action(
    "nv.doForCompanies",
    effect=Effect.READ,
    plan=Plan.PLUS,
    loop=True,
    under=("nv.searchCompanies",),
    children=("nv.openCompanyPage",),
)
@attrs.frozen(kw_only=True)
class NvDoForCompanies(Action[None]):
    """Repeat the children for each company of the Sales Navigator list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    then: "Then[NvOpenCompanyPage] | None" = None


if TYPE_CHECKING:
    _BelowOpenCompanyPage: TypeAlias = (
        RetrieveCompanyEmployees | RetrieveCompanyDMs | RetrieveCompanyPosts | NvOpenCompanyPage
    )
