"""Searches and pages as both SDKs read them: ours, and the official one's own mappers."""

from typing import Any, cast

import attrs
import linkedapi as official
import linkedapi.operations as sdk
import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.models import (
    AnnualRevenue,
    CompanyFilter,
    JobSearchFilter,
    NvCompanyEmployeesFilter,
    NvCompanyFilter,
    NvPeopleFilter,
    PeopleFilter,
    StCompanyEmployeesFilter,
)
from linkedapi_async.operations import (
    FetchCompany,
    FetchJob,
    NvFetchCompany,
    NvFetchPerson,
    NvSearchCompanies,
    NvSearchPeople,
    SearchCompanies,
    SearchJobs,
    SearchPeople,
)
from linkedapi_async.operations.configs import EmployeesConfig, LimitConfig, NvEmployeesConfig
from linkedapi_async.testing import Sandbox

SITE = "https://www.linkedin.com"
OPERATIONS: list[tuple[Any, Any, Any]] = [
    (
        SearchPeople(
            term="engineer",
            limit=3,
            filter=PeopleFilter(locations=["Berlin", "London"], connection_degrees=["2nd", "3rd+"]),
        ),
        sdk.SearchPeople,
        official.SearchPeopleParams,
    ),
    (
        SearchCompanies(filter=CompanyFilter(sizes=["201-500"])),
        sdk.SearchCompanies,
        official.SearchCompaniesParams,
    ),
    (
        FetchCompany(
            company_url=f"{SITE}/company/company1",
            retrieve_employees=True,
            retrieve_dms=True,
            employees_retrieval_config=EmployeesConfig(
                filter=StCompanyEmployeesFilter(connection_degrees=["1st", "2nd", "3rd+"])
            ),
            dms_retrieval_config=LimitConfig(limit=1),
        ),
        sdk.FetchCompany,
        official.FetchCompanyParams,
    ),
    (
        NvSearchPeople(
            filter=NvPeopleFilter(
                years_of_experiences=["sixToTen", "moreThanTen"],
                connection_degrees=["groupMembers"],
            )
        ),
        sdk.NvSearchPeople,
        official.NvSearchPeopleParams,
    ),
    (
        NvSearchCompanies(
            limit=4, filter=NvCompanyFilter(annual_revenue=AnnualRevenue(min="10", max="1000+"))
        ),
        sdk.NvSearchCompanies,
        official.NvSearchCompaniesParams,
    ),
    (
        NvFetchCompany(
            company_hashed_url=f"{SITE}/company/12345678",
            retrieve_employees=True,
            retrieve_dms=True,
            employees_retrieval_config=NvEmployeesConfig(
                limit=3, filter=NvCompanyEmployeesFilter(positions=["engineer", "manager"])
            ),
        ),
        sdk.NvFetchCompany,
        official.NvFetchCompanyParams,
    ),
    (
        SearchJobs(
            term="product",
            filter=JobSearchFilter(date_posted="pastMonth", under_10_applicants=False),
        ),
        sdk.SearchJobs,
        official.SearchJobsParams,
    ),
    (
        FetchJob(job_url=f"{SITE}/jobs/view/4416248954/"),
        sdk.FetchJob,
        official.FetchJobParams,
    ),
    (
        NvFetchPerson(person_hashed_url=Sandbox().world.person(7).hashed_url),
        sdk.NvFetchPerson,
        official.NvOpenPersonPageParams,
    ),
]


def plain(data: object) -> object:
    """Return what either SDK has read as lists and mappings."""
    if isinstance(data, list):
        return [plain(one) for one in cast("list[object]", data)]
    dump: Any = getattr(data, "model_dump", None)
    return attrs.asdict(cast("Any", data)) if dump is None else dump()


@pytest.mark.parametrize(("operation", "theirs", "params"), OPERATIONS)
async def test_both_sdks_say_and_read_the_same(
    api: LinkedApi, sandbox: Sandbox, operation: Any, theirs: Any, params: Any
) -> None:
    """The official mapper posts the same tree, and finds the same data in the completion."""
    result = await api.run(operation)

    (posted,) = sandbox.log.workflows()
    asked = params.model_validate(attrs.asdict(operation))
    mapped = theirs.mapper.map_response(result.completion)
    assert posted.document == theirs.mapper.map_request(asked)
    assert result.data
    assert plain(result.data) == plain(mapped.data)
    assert not result.errors
    assert not mapped.errors
