"""Companies, on standard LinkedIn and in Sales Navigator, their people, and the filters."""

from collections.abc import Sequence

import attrs

from .actors import PersonViewerState
from .enums import (
    CompanySize,
    ConnectionDegree,
    MaxAnnualRevenue,
    MinAnnualRevenue,
    NvConnectionDegreeFilter,
    YearsOfExperience,
)
from .posts import Post

__all__ = [
    "AnnualRevenue",
    "Company",
    "CompanyFilter",
    "CompanySearchItem",
    "NvCompany",
    "NvCompanyDm",
    "NvCompanyEmployee",
    "NvCompanyEmployeesFilter",
    "NvCompanyFilter",
    "NvCompanySearchItem",
    "StCompanyDm",
    "StCompanyEmployee",
    "StCompanyEmployeesFilter",
]


@attrs.frozen(kw_only=True)
class StCompanyEmployee:
    """A person who works for a company.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        headline: The line below the name.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-employees
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class StCompanyDm:
    """A decision maker of a company.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        headline: The line below the name.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        country_code: Two-letter code of the country.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-dms
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    country_code: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class Company:
    """A company page, with the parts that were asked for.

    Attributes:
        name: Name of the company.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        description: Description as shown.
        location: Place of the head office, as shown.
        headquarters: Two-letter country code of the head office.
        industry: Industry as LinkedIn names it.
        specialties: What the company says it does best.
        website: Address of the website.
        employees_count: How many people work there.
        year_founded: Year of the foundation.
        venture_financing: Whether venture financing is shown.
        jobs_count: How many open jobs are listed.
        logo_url: Address of the logo.
        employees: People who work there; `None` unless asked for.
        dms: Decision makers, most senior first; `None` unless asked for.
        posts: Recent posts; `None` unless asked for.

    Source: pypi:linkedapi==1.4.7 types/company.py
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    description: str | None = None
    location: str | None = None
    headquarters: str | None = None
    industry: str | None = None
    specialties: str | None = None
    website: str | None = None
    employees_count: int | None = None
    year_founded: int | None = None
    venture_financing: bool | None = None
    jobs_count: int | None = None
    logo_url: str | None = None
    employees: list[StCompanyEmployee] | None = None
    dms: list[StCompanyDm] | None = None
    posts: list[Post] | None = None


@attrs.frozen(kw_only=True)
class CompanySearchItem:
    """A company that a search found.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        industry: Industry as LinkedIn names it.
        location: Place as shown.
        logo_url: Address of the logo.

    Source: https://linkedapi.io/docs/account-api/action-st-search-companies
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    industry: str | None = None
    location: str | None = None
    logo_url: str | None = None


@attrs.frozen(kw_only=True)
class CompanyFilter:
    """What a search for companies is narrowed to; every field given has to match.

    Attributes:
        sizes: Numbers of employees; any may match.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.

    Source: https://linkedapi.io/docs/account-api/action-st-search-companies
    """

    sizes: Sequence[CompanySize] | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None


@attrs.frozen(kw_only=True)
class StCompanyEmployeesFilter:
    """Which employees to list; every field given has to match.

    Attributes:
        first_name: First name.
        last_name: Last name.
        position: Job title.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        schools: Names of schools; any may match.
        connection_degrees: How near the people may be.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-company-employees
    """

    first_name: str | None = None
    last_name: str | None = None
    position: str | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    schools: Sequence[str] | None = None
    connection_degrees: Sequence[ConnectionDegree] | None = None


@attrs.frozen(kw_only=True)
class NvCompanyEmployee:
    """A person who works for a company, seen in Sales Navigator.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        hashed_url: Address with the hashed id.
        position: Job title.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/action-nv-retrieve-company-employees
    """

    name: str | None = None
    urn: str | None = None
    hashed_url: str | None = None
    position: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class NvCompanyDm:
    """A decision maker of a company, seen in Sales Navigator.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        hashed_url: Address with the hashed id.
        position: Job title.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        country_code: Two-letter code of the country.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/account-api/action-nv-retrieve-company-dms
    """

    name: str | None = None
    urn: str | None = None
    hashed_url: str | None = None
    position: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    country_code: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class NvCompany:
    """A company in Sales Navigator, with the parts that were asked for.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        description: Description as shown.
        location: Place as shown.
        headquarters: Two-letter country code of the head office.
        industry: Industry as LinkedIn names it.
        website: Address of the website.
        employees_count: How many people work there.
        year_founded: Year of the foundation.
        logo_url: Address of the logo.
        employees: People who work there; `None` unless asked for.
        dms: Decision makers, most senior first; `None` unless asked for.

    Source: https://linkedapi.io/docs/action-nv-open-company-page
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    description: str | None = None
    location: str | None = None
    headquarters: str | None = None
    industry: str | None = None
    website: str | None = None
    employees_count: int | None = None
    year_founded: int | None = None
    logo_url: str | None = None
    employees: list[NvCompanyEmployee] | None = None
    dms: list[NvCompanyDm] | None = None


@attrs.frozen(kw_only=True)
class NvCompanySearchItem:
    """A company that a Sales Navigator search found.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        hashed_url: Address with the hashed id.
        industry: Industry as LinkedIn names it.
        employees_count: How many people work there.
        logo_url: Address of the logo.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    name: str | None = None
    urn: str | None = None
    hashed_url: str | None = None
    industry: str | None = None
    employees_count: int | None = None
    logo_url: str | None = None


@attrs.frozen(kw_only=True)
class AnnualRevenue:
    """Bounds of a yearly revenue, in million USD.

    Attributes:
        min: Lower bound in million USD.
        max: Upper bound in million USD.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    min: MinAnnualRevenue
    max: MaxAnnualRevenue


@attrs.frozen(kw_only=True)
class NvCompanyFilter:
    """What a Sales Navigator search for companies is narrowed to.

    Attributes:
        sizes: Numbers of employees; any may match.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        annual_revenue: Bounds of the yearly revenue.

    Source: https://linkedapi.io/docs/account-api/action-nv-search-companies
    """

    sizes: Sequence[CompanySize] | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    annual_revenue: AnnualRevenue | None = None


@attrs.frozen(kw_only=True)
class NvCompanyEmployeesFilter:
    """Which employees to list in Sales Navigator; every field given has to match.

    Attributes:
        first_name: First name.
        last_name: Last name.
        positions: Job titles; any may match.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        schools: Names of schools; any may match.
        years_of_experiences: Years of experience; any may match.
        connection_degrees: How near the people may be.

    Source: https://linkedapi.io/docs/action-nv-retrieve-company-employees
    """

    first_name: str | None = None
    last_name: str | None = None
    positions: Sequence[str] | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    schools: Sequence[str] | None = None
    years_of_experiences: Sequence[YearsOfExperience] | None = None
    connection_degrees: Sequence[NvConnectionDegreeFilter] | None = None
