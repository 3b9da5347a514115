"""What the filters of Sales Navigator choose: real properties of people and companies."""

import re
from typing import Any

import pytest

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async.models import (
    AnnualRevenue,
    NvCompanyEmployeesFilter,
    NvCompanyFilter,
    NvPeopleFilter,
)
from linkedapi_async.operations import (
    FetchCompany,
    FetchPerson,
    NvFetchCompany,
    NvSearchCompanies,
    NvSearchPeople,
)
from linkedapi_async.operations.configs import NvEmployeesConfig
from linkedapi_async.testing import Sandbox

COMPANY = "https://www.linkedin.com/company/12345678"
EXPERIENCES: dict[Any, range] = {
    "lessThanOne": range(1),
    "oneToTwo": range(1, 3),
    "threeToFive": range(3, 6),
    "sixToTen": range(6, 11),
    "moreThanTen": range(11, 50),
}
SIZES: dict[Any, range] = {
    "1-10": range(1, 11),
    "11-50": range(11, 51),
    "51-200": range(51, 201),
    "201-500": range(201, 501),
    "501-1000": range(501, 1001),
    "1001-5000": range(1001, 5001),
    "5001-10000": range(5001, 10_001),
    "10001+": range(10_001, 1_000_000),
}
REVENUES: list[tuple[Any, Any]] = [
    *zip(
        ("0", "0.5", "1", "2.5", "5", "10", "20", "50", "100", "500"),
        ("0.5", "1", "2.5", "5", "10", "20", "50", "100", "500", "1000"),
        strict=True,
    ),
    ("1000", "1000+"),
]


async def read(api: LinkedApi, tree: object) -> Any:
    """Return the completion of a tree written by hand."""
    definition: Any = tree
    return (await api.run(CustomWorkflow(definition))).unwrap()


async def test_experience_parts_the_people(api: LinkedApi, sandbox: Sandbox) -> None:
    """Each bracket holds those whose page tells so many years, and together they are everybody."""
    found: dict[str, list[str | None]] = {}
    for name, years in EXPERIENCES.items():
        chosen = NvPeopleFilter(years_of_experiences=[name])
        items = (await api.run(NvSearchPeople(limit=1000, filter=chosen))).unwrap()
        found[name] = [item.urn for item in items]
        page = (await api.run(FetchPerson(person_url=items[0].hashed_url or ""))).unwrap()
        told = re.search(r"with (\d+) years", page.about or "")
        assert told is not None
        assert int(told[1]) in years

    assert sorted(urn or "" for urns in found.values() for urn in urns) == sorted(
        person.urn for person in sandbox.world.people
    )
    both = NvPeopleFilter(years_of_experiences=["lessThanOne", "oneToTwo"])
    early = (await api.run(NvSearchPeople(limit=1000, filter=both))).unwrap()
    assert {item.urn for item in early} == {*found["lessThanOne"], *found["oneToTwo"]}


async def test_the_public_pages_spelling_is_understood(api: LinkedApi) -> None:
    """`yearsOfExperience` of earlier pages is what the SDK calls `yearsOfExperiences`."""
    search = {"actionType": "nv.searchPeople", "limit": 1000}

    old, new = await read(
        api,
        [
            search | {"filter": {"yearsOfExperience": ["sixToTen"]}},
            search | {"filter": {"yearsOfExperiences": ["sixToTen"]}},
        ],
    )

    assert old["data"] == new["data"]
    assert len(old["data"]) < 200


async def test_degrees_and_groups_choose(api: LinkedApi, sandbox: Sandbox) -> None:
    """Every sixth person shares a group with you; degrees are those the items show."""

    async def numbers(*degrees: Any) -> set[int]:
        chosen = NvPeopleFilter(connection_degrees=degrees)
        items = (await api.run(NvSearchPeople(limit=1000, filter=chosen))).unwrap()
        people = [sandbox.world.find_person(item.hashed_url or "") for item in items]
        for item in items:
            degree = item.viewer_state.connection_degree if item.viewer_state else None
            assert degree in degrees or "groupMembers" in degrees
        return {person.number for person in people if person is not None}

    group, near, both = (
        await numbers("groupMembers"),
        await numbers("1st"),
        await numbers("1st", "groupMembers"),
    )

    assert group == set(range(6, 201, 6))
    assert near == set(range(5, 201, 5))
    assert both == group | near
    assert await numbers("1st", "2nd", "3rd+") == set(range(1, 201))


async def test_every_field_of_the_people_filter_chooses(api: LinkedApi, sandbox: Sandbox) -> None:
    """All fields given have to fit: what is taken from one person finds that one."""
    one = next(person for person in sandbox.world.people if person.previous is not None)
    assert one.previous is not None
    chosen = NvPeopleFilter(
        first_name=one.first_name,
        last_name=one.last_name,
        position=one.position,
        locations=["Atlantis", one.location],
        industries=[one.company.industry],
        current_companies=[one.company.name],
        previous_companies=[one.previous.name],
        schools=[one.school],
    )

    found = (await api.run(NvSearchPeople(filter=chosen))).unwrap()
    assert [item.urn for item in found] == [one.urn]


@pytest.mark.parametrize(
    "criterion",
    [
        {"firstName": "Nemo"},
        {"lastName": "Nemo"},
        {"position": "Harpooner"},
        {"locations": ["Atlantis"]},
        {"industries": ["Whaling"]},
        {"currentCompanies": ["Nautilus"]},
        {"previousCompanies": ["Nautilus"]},
        {"schools": ["Lidenbrock"]},
        {"firstName": "John", "lastName": "Nemo"},
    ],
)
async def test_each_field_of_the_people_filter_excludes(
    api: LinkedApi, criterion: dict[str, Any]
) -> None:
    """What nobody has, nobody is found by."""
    report = await read(api, {"actionType": "nv.searchPeople", "filter": criterion})

    assert report["data"] == []


async def test_employees_are_filtered(api: LinkedApi) -> None:
    """Several positions may be asked for, and years as in the search."""
    chosen = NvCompanyEmployeesFilter(
        positions=["engineer", "manager"], years_of_experiences=["sixToTen", "moreThanTen"]
    )

    async def employees(config: NvEmployeesConfig | None) -> list[Any]:
        call = NvFetchCompany(
            company_hashed_url=COMPANY, retrieve_employees=True, employees_retrieval_config=config
        )
        return (await api.run(call)).unwrap().employees or []

    every = await employees(None)
    some = await employees(NvEmployeesConfig(filter=chosen))

    wanted = [one for one in every if re.search("engineer|manager", one.position, re.IGNORECASE)]
    assert some
    assert len(some) < len(every)
    assert {one.urn for one in some} <= {one.urn for one in wanted}


async def test_deciders_come_most_senior_first(api: LinkedApi, sandbox: Sandbox) -> None:
    """They are employees whose rank decides, with their country."""
    call = NvFetchCompany(company_hashed_url=COMPANY, retrieve_dms=True)

    deciders = (await api.run(call)).unwrap().dms or []

    people = [sandbox.world.find_person(one.hashed_url or "") for one in deciders]
    ranks = [person.rank for person in people if person is not None]
    assert ranks == sorted(ranks)
    assert all(rank <= 4 for rank in ranks)
    assert [one.country_code for one in deciders] == [one.country for one in people if one]


async def test_sizes_part_the_companies(api: LinkedApi, sandbox: Sandbox) -> None:
    """Each bracket holds the companies whose head count lies in it."""
    found: list[str | None] = []
    for name, heads in SIZES.items():
        chosen = NvCompanyFilter(sizes=[name])
        items = (await api.run(NvSearchCompanies(limit=1000, filter=chosen))).unwrap()
        assert all((item.employees_count or 0) in heads for item in items)
        found += [item.urn for item in items]

    assert sorted(urn or "" for urn in found) == sorted(
        company.urn for company in sandbox.world.companies
    )


async def test_revenue_chooses_companies(api: LinkedApi, sandbox: Sandbox) -> None:
    """Between two bounds are those whose description tells such a sum, in million USD."""
    found: set[str | None] = set()
    for least, most in REVENUES:
        chosen = NvCompanyFilter(annual_revenue=AnnualRevenue(min=least, max=most))
        items = (await api.run(NvSearchCompanies(limit=1000, filter=chosen))).unwrap()
        for item in items:
            page = await api.run(FetchCompany(company_url=item.hashed_url or ""))
            told = re.search(r"take ([\d.]+) million USD", page.unwrap().description or "")
            assert told is not None
            assert float(least) <= float(told[1])
            assert most == "1000+" or float(told[1]) <= float(most)
        found |= {item.urn for item in items}

    assert found == {company.urn for company in sandbox.world.companies}
    wide = NvCompanyFilter(annual_revenue=AnnualRevenue(min="20", max="1000+"))
    rich = (await api.run(NvSearchCompanies(limit=1000, filter=wide))).unwrap()
    assert 0 < len(rich) < 25


async def test_the_word_of_a_company_filter_is_kept(api: LinkedApi) -> None:
    """Places and industries narrow, together."""
    everything = (await api.run(NvSearchCompanies(limit=1000))).unwrap()
    industry = everything[0].industry or ""
    chosen = NvCompanyFilter(industries=[industry], locations=["Cupertino"])

    found = (await api.run(NvSearchCompanies(filter=chosen))).unwrap()

    assert [one.name for one in found] == ["TechCorp"]
