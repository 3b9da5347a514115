"""Operations on companies, Sales Navigator included."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import companies as actions_companies
from linkedapi_async.models.companies import (
    Company,
    CompanyFilter,
    CompanySearchItem,
    NvCompany,
    NvCompanyFilter,
    NvCompanySearchItem,
)

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    PageOperation,
    Part,
    operation,
)
from .configs import EmployeesConfig, LimitConfig, LimitSinceConfig, NvEmployeesConfig

__all__ = [
    "FetchCompany",
    "NvFetchCompany",
    "NvSearchCompanies",
    "SearchCompanies",
]


@operation("searchCompanies")
@attrs.frozen(kw_only=True)
class SearchCompanies(ListOperation[CompanySearchItem]):
    """Search companies.

    Attributes:
        limit: How many at most: 1 to 1000; the service takes 10.
        term: Words to search for.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: https://linkedapi.io/docs/account-api/action-st-search-companies
    """

    root: ClassVar[ActionClass] = actions_companies.SearchCompanies
    model: ClassVar[ModelClass] = CompanySearchItem

    limit: int | None = None
    term: str | None = None
    filter: CompanyFilter | None = None
    custom_search_url: str | None = None


@operation("fetchCompany")
@attrs.frozen(kw_only=True)
class FetchCompany(PageOperation[Company]):
    """Read a company page, with the parts asked for.

    Attributes:
        company_url: Public or hashed address of the company.
        retrieve_employees: Whether to read people who work there too.
        retrieve_dms: Whether to read decision makers too.
        retrieve_posts: Whether to read recent posts too.
        employees_retrieval_config: Bounds for people who work there; used only when they are read.
        dms_retrieval_config: Bounds for decision makers; used only when they are read.
        posts_retrieval_config: Bounds for recent posts; used only when they are read.

    Source: https://linkedapi.io/docs/account-api/building-workflows
    """

    root: ClassVar[ActionClass] = actions_companies.OpenCompanyPage
    model: ClassVar[ModelClass] = Company
    parts: ClassVar[tuple[Part, ...]] = (
        Part(
            "retrieve_employees",
            actions_companies.RetrieveCompanyEmployees,
            "employees",
            "employees_retrieval_config",
        ),
        Part("retrieve_dms", actions_companies.RetrieveCompanyDMs, "dms", "dms_retrieval_config"),
        Part(
            "retrieve_posts",
            actions_companies.RetrieveCompanyPosts,
            "posts",
            "posts_retrieval_config",
        ),
    )

    company_url: str
    retrieve_employees: bool = False
    retrieve_dms: bool = False
    retrieve_posts: bool = False
    employees_retrieval_config: EmployeesConfig | None = None
    dms_retrieval_config: LimitConfig | None = None
    posts_retrieval_config: LimitSinceConfig | None = None


@operation("nvSearchCompanies")
@attrs.frozen(kw_only=True)
class NvSearchCompanies(ListOperation[NvCompanySearchItem]):
    """Search companies in Sales Navigator.

    Attributes:
        limit: How many at most: 1 to 1000; the service takes 25.
        term: Words to search for.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    root: ClassVar[ActionClass] = actions_companies.NvSearchCompanies
    model: ClassVar[ModelClass] = NvCompanySearchItem

    limit: int | None = None
    term: str | None = None
    filter: NvCompanyFilter | None = None
    custom_search_url: str | None = None


@operation("nvFetchCompany")
@attrs.frozen(kw_only=True)
class NvFetchCompany(PageOperation[NvCompany]):
    """Read a company in Sales Navigator, with the parts asked for.

    Attributes:
        company_hashed_url: Address with the hashed id.
        retrieve_employees: Whether to read people who work there too.
        retrieve_dms: Whether to read decision makers too.
        employees_retrieval_config: Bounds for people who work there; used only when they are read.
        dms_retrieval_config: Bounds for decision makers; used only when they are read.

    Source: https://linkedapi.io/docs/action-nv-open-company-page
    """

    root: ClassVar[ActionClass] = actions_companies.NvOpenCompanyPage
    model: ClassVar[ModelClass] = NvCompany
    parts: ClassVar[tuple[Part, ...]] = (
        Part(
            "retrieve_employees",
            actions_companies.NvRetrieveCompanyEmployees,
            "employees",
            "employees_retrieval_config",
        ),
        Part("retrieve_dms", actions_companies.NvRetrieveCompanyDMs, "dms", "dms_retrieval_config"),
    )

    company_hashed_url: str
    retrieve_employees: bool = False
    retrieve_dms: bool = False
    employees_retrieval_config: NvEmployeesConfig | None = None
    dms_retrieval_config: LimitConfig | None = None
