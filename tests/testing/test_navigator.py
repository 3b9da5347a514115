"""What Sales Navigator shows of the sandbox's world: pages, lists, loops, and who may look."""

from typing import Any

import pytest

from linkedapi_async import ActionFailure, CustomWorkflow, LinkedApi
from linkedapi_async.operations import (
    FetchCompany,
    FetchPerson,
    NvFetchCompany,
    NvFetchPerson,
    NvSearchCompanies,
    NvSearchPeople,
    Operation,
)
from linkedapi_async.testing import Sandbox

SITE = "https://www.linkedin.com"
COMPANY = f"{SITE}/company/12345678"


def failures(result: Any) -> list[str]:
    """Return which errors a call ended in."""
    told: tuple[ActionFailure, ...] = result.errors
    return [one.type for one in told]


async def read(api: LinkedApi, tree: object) -> Any:
    """Return the completion of a tree written by hand."""
    definition: Any = tree
    return (await api.run(CustomWorkflow(definition))).unwrap()


async def test_what_a_search_shows_opens_everywhere(api: LinkedApi) -> None:
    """A hashed address is one person, in Sales Navigator and on standard LinkedIn."""
    items = (await api.run(NvSearchPeople(limit=4))).unwrap()

    for item in items:
        url = item.hashed_url or ""
        navigator = (await api.run(NvFetchPerson(person_hashed_url=url))).unwrap()
        standard = (await api.run(FetchPerson(person_url=url))).unwrap()
        assert item.urn == navigator.urn == standard.urn
        assert item.position == navigator.position == standard.position
        assert navigator.public_url == standard.public_url
        assert item.viewer_state == standard.viewer_state
    assert len({item.urn for item in items}) == 4


async def test_companies_open_everywhere_and_name_their_people(api: LinkedApi) -> None:
    """A company found leads to its people, and they lead back to it."""
    items = (await api.run(NvSearchCompanies(limit=3))).unwrap()

    for item in items:
        url = item.hashed_url or ""
        navigator = (
            await api.run(
                NvFetchCompany(company_hashed_url=url, retrieve_employees=True, retrieve_dms=True)
            )
        ).unwrap()
        standard = (await api.run(FetchCompany(company_url=url, retrieve_dms=True))).unwrap()
        assert item.urn == navigator.urn == standard.urn
        assert item.employees_count == navigator.employees_count == standard.employees_count
        assert navigator.description == standard.description
        assert [one.urn for one in navigator.dms or ()] == [one.urn for one in standard.dms or ()]
        for employee in (navigator.employees or ())[:2]:
            person = await api.run(NvFetchPerson(person_hashed_url=employee.hashed_url or ""))
            assert person.unwrap().company_urn == item.urn
            assert person.unwrap().company_hashed_url == url


async def test_loops_go_on_where_the_list_ends(api: LinkedApi, sandbox: Sandbox) -> None:
    """Search, company, its people, one of them, and over to standard LinkedIn, in one tree."""
    person = {
        "actionType": "nv.openPersonPage",
        "basicInfo": True,
        "then": {"actionType": "st.openPersonPage", "basicInfo": True},
    }
    tree = {
        "actionType": "nv.searchCompanies",
        "term": "TechCorp",
        "then": {
            "actionType": "nv.doForCompanies",
            "then": {
                "actionType": "nv.openCompanyPage",
                "then": [
                    {
                        "actionType": f"nv.{retrieve}",
                        "limit": 2,
                        "then": {"actionType": "nv.doForPeople", "then": person},
                    }
                    for retrieve in ("retrieveCompanyEmployees", "retrieveCompanyDMs")
                ],
            },
        },
    }

    report = await read(api, tree)

    ((page,),) = [item["then"] for item in report["data"]]
    employees, deciders = (child["data"] for child in page["data"]["then"])
    for item in (*employees, *deciders):
        (opened,) = item["then"]
        assert opened["data"]["hashedUrl"] == item["hashedUrl"]
        assert opened["data"]["companyName"] == "TechCorp"
        assert opened["data"]["then"]["data"]["publicUrl"] == opened["data"]["publicUrl"]
    assert len(employees) == 2
    assert len(sandbox.log.actions("st.openPersonPage")) == len(employees) + len(deciders)


async def test_pages_open_from_the_standard_ones(api: LinkedApi) -> None:
    """Under a standard page no address is needed; without `basicInfo` there are no facts."""
    trees: list[dict[str, Any]] = [
        {
            "actionType": "st.openPersonPage",
            "personUrl": f"{SITE}/in/person1",
            "then": {"actionType": "nv.openPersonPage"},
        },
        {
            "actionType": "st.openCompanyPage",
            "companyUrl": f"{SITE}/company/company1",
            "then": {"actionType": "nv.openCompanyPage", "then": []},
        },
        {
            "actionType": "nv.openCompanyPage",
            "companyHashedUrl": COMPANY,
            "then": {"actionType": "st.openCompanyPage"},
        },
    ]

    reports = await read(api, trees)

    below = [one["data"]["then"]["data"] for one in reports]
    assert below == [{}, {"then": []}, {}]


@pytest.mark.parametrize(
    ("folder", "tail"),
    [
        ("in", "/"),
        ("in", "?miniProfileUrn=x"),
        ("sales/lead", ",NAME_SEARCH,ab12"),
        ("sales/people", ",name?_ntb=x"),
        ("SALES/Lead", ""),
    ],
)
async def test_a_person_is_found_by_id(
    api: LinkedApi, sandbox: Sandbox, folder: str, tail: str
) -> None:
    """The id leads to the person from every address that holds it."""
    somebody = sandbox.world.person(8)
    url = f"{SITE}/{folder}/{somebody.hashed_url.rpartition('/')[2]}{tail}"

    person = (await api.run(NvFetchPerson(person_hashed_url=url))).unwrap()

    assert person.urn == somebody.urn


@pytest.mark.parametrize("address", ["/company/12345678/", "/sales/company/12345678?x=y"])
async def test_a_company_is_found_by_id(api: LinkedApi, address: str) -> None:
    """The id leads to the company from every address that holds it."""
    company = (await api.run(NvFetchCompany(company_hashed_url=f"{SITE}{address}"))).unwrap()

    assert company.name == "TechCorp"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (NvFetchPerson(person_hashed_url=f"{SITE}/in/ACoAAnobody"), "personNotFound"),
        (NvFetchPerson(person_hashed_url=f"{SITE}/in/person1"), "personNotFound"),
        (NvFetchPerson(person_hashed_url=f"{SITE}/sales/company/12345678"), "personNotFound"),
        (NvFetchPerson(person_hashed_url=f"{SITE}/in/main"), "selfProfileNotAllowed"),
        (NvFetchCompany(company_hashed_url=f"{SITE}/sales/company/1"), "companyNotFound"),
        (NvFetchCompany(company_hashed_url=f"{SITE}/company/company1"), "companyNotFound"),
    ],
)
async def test_addresses_that_lead_nowhere_are_reported(
    api: LinkedApi, sandbox: Sandbox, call: Operation[Any], error: str
) -> None:
    """Nobody lives there, or the address is a public one, or your own."""
    result = await api.run(call)

    assert failures(result) == [error]
    assert sandbox.log.actions()[0].outcome == error


@pytest.mark.parametrize(
    "call",
    [
        NvSearchPeople(),
        NvSearchCompanies(),
        NvFetchPerson(person_hashed_url=Sandbox().world.person(2).hashed_url),
        NvFetchCompany(company_hashed_url=COMPANY, retrieve_employees=True),
    ],
)
async def test_without_a_subscription_nothing_opens(
    api: LinkedApi, sandbox: Sandbox, call: Operation[Any]
) -> None:
    """The seat at Linked API does not help; the member's own subscription does."""
    sandbox.account().has_sales_navigator = False
    refused = await api.run(call)
    sandbox.account().has_sales_navigator = True

    assert failures(refused) == ["noSalesNavigator"]
    assert refused.errors[0].message == ("Your account does not have Sales Navigator subscription.")
    assert len(sandbox.log.actions()) == 1
    assert (await api.run(call)).data
