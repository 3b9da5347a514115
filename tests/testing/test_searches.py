"""What all searches and lists of the sandbox share: words, filters, numbers, refusals."""

from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async.operations import (
    FetchCompany,
    FetchPerson,
    NvFetchCompany,
    NvFetchPerson,
    Operation,
    SearchCompanies,
)
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing._filters import words_of

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

SITE = "https://www.linkedin.com"
COMPANY = f"{SITE}/company/company1"
HASHED_COMPANY = f"{SITE}/company/12345678"
LOGGED = "recentSearchParam%3A(doLogHistory%3Atrue)%2CspellCorrectionEnabled%3Atrue"
SEARCHES = [
    "st.searchPeople",
    "st.searchCompanies",
    "st.searchJobs",
    "nv.searchPeople",
    "nv.searchCompanies",
]
LISTS = [
    ("st", "retrieveCompanyEmployees"),
    ("st", "retrieveCompanyDMs"),
    ("nv", "retrieveCompanyEmployees"),
    ("nv", "retrieveCompanyDMs"),
]


def company_page(family: str, child: str, **params: object) -> dict[str, object]:
    """Return a tree that opens the first company and reads one list there."""
    address = {"companyUrl": COMPANY} if family == "st" else {"companyHashedUrl": HASHED_COMPANY}
    then = {"actionType": f"{family}.{child}", **params}
    return {"actionType": f"{family}.openCompanyPage", **address, "then": then}


@pytest.mark.parametrize("search", SEARCHES)
async def test_linkedin_rations_searches(talk: "Talk", clock: FakeClock, search: str) -> None:
    """What the month allows is one pot for every kind of search; the next month fills it again."""
    talk.sandbox.account().allowances["searches"] = 2
    tree = [{"actionType": "st.searchPeople"}, *[{"actionType": search}] * 2]

    reports = await talk.run(tree)
    await clock.sleep(31 * 86_400)
    again = await talk.run({"actionType": search})

    assert [one["success"] for one in reports] == [True, True, False]
    assert reports[2]["error"]["type"] == "searchingNotAllowed"
    assert talk.sandbox.log.actions(search)[-2].outcome == "searchingNotAllowed"
    assert again["data"]


@pytest.mark.parametrize("family", ["st", "nv"])
async def test_linkedin_rations_lists(api: LinkedApi, sandbox: Sandbox, family: str) -> None:
    """A list that is not shown is the child's failure: the page is there, the error beside it."""
    sandbox.account().allowances["lists"] = 1
    pages: dict[str, Operation[Any]] = {
        "st": FetchCompany(company_url=COMPANY, retrieve_employees=True, retrieve_dms=True),
        "nv": NvFetchCompany(
            company_hashed_url=HASHED_COMPANY, retrieve_employees=True, retrieve_dms=True
        ),
    }

    result = await api.run(pages[family])

    assert result.data is not None
    assert result.data.name == "TechCorp"
    assert result.data.employees
    assert result.data.dms is None
    (failure,) = result.errors
    assert failure.type == "retrievingNotAllowed"
    assert failure.action_type == f"{family}.retrieveCompanyDMs"


@pytest.mark.parametrize(
    "tree",
    [
        {"actionType": "st.searchPeople", "filter": {"industries": ["Whaling"]}},
        {
            "actionType": "st.searchCompanies",
            "filter": {"industries": ["Renewable Energy", "Whaling"]},
        },
        company_page("st", "retrieveCompanyEmployees", filter={"industries": ["Whaling"]}),
    ],
)
async def test_an_industry_that_linkedin_has_not_is_refused(
    api: LinkedApi, tree: dict[str, Any]
) -> None:
    """Standard filters offer LinkedIn's own names only, and say which one they do not know."""
    result = await api.run(CustomWorkflow(tree))

    (failure,) = result.errors
    assert failure.type == "filterNotApplied"
    assert failure.message == "LinkedIn offers no industry 'Whaling'."


@pytest.mark.parametrize(
    "tree",
    [
        {"actionType": "nv.searchPeople", "filter": {"industries": ["Whaling"]}},
        {"actionType": "nv.searchCompanies", "filter": {"industries": ["Whaling"]}},
        {"actionType": "st.searchJobs", "filter": {"industries": ["Whaling"]}},
    ],
)
async def test_elsewhere_an_unknown_industry_finds_nobody(
    api: LinkedApi, tree: dict[str, Any]
) -> None:
    """No source names that error for these searches."""
    report = (await api.run(CustomWorkflow(tree))).unwrap()

    assert report == {"actionType": tree["actionType"], "success": True, "data": []}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("nothing", [{}, {"industries": []}, {"locations": None}])
async def test_a_criterion_without_options_asks_for_nothing(
    talk: "Talk", search: str, nothing: dict[str, Any]
) -> None:
    """An empty list is a filter left alone."""
    every, same = await talk.run(
        [
            {"actionType": search, "limit": 1000},
            {"actionType": search, "limit": 1000, "filter": nothing},
        ]
    )

    assert every["data"]
    assert every["data"] == same["data"]


@pytest.mark.parametrize(
    ("search", "address", "usual"),
    [
        ("st.searchPeople", f"{SITE}/search/results/people/?keywords=engineer", 10),
        ("st.searchCompanies", f"{SITE}/search/results/companies/?keywords=labs", 10),
        ("st.searchJobs", f"{SITE}/jobs/search/?keywords=engineer", 10),
        (
            "nv.searchPeople",
            f"{SITE}/sales/search/people?query=({LOGGED}%2Ckeywords%3Asoftware%2520engineer)",
            25,
        ),
        (
            "nv.searchCompanies",
            f"{SITE}/sales/search/company?query=(keywords%3Alabs)",
            25,
        ),
    ],
)
async def test_a_search_address_overrides_the_criteria(
    talk: "Talk", search: str, address: str, usual: int
) -> None:
    """Its words count, wherever its kind of search writes them; term and filter do not."""
    words = " ".join(sorted(words_of({"customSearchUrl": address})))
    by_term = {"actionType": search, "term": words}
    by_address = {
        "actionType": search,
        "customSearchUrl": address,
        "term": "nobody at all",
        "filter": {"industries": ["Whaling"]},
    }

    term, found, everyone, wordless = await talk.run(
        [
            by_term,
            by_address,
            {"actionType": search},
            {"actionType": search, "customSearchUrl": f"{SITE}/search/results/"},
        ]
    )

    assert words in {"engineer", "labs", "engineer software"}
    assert 0 < len(found["data"]) <= usual
    assert found["data"] == term["data"]
    assert found["data"] != everyone["data"]
    assert wordless["data"] == everyone["data"]


@pytest.mark.parametrize("search", SEARCHES)
async def test_a_limit_bounds_and_its_absence_takes_the_documented_one(
    clock: FakeClock, search: str
) -> None:
    """Ten on standard LinkedIn, twenty-five in Sales Navigator; a whole float is a number too."""
    usual = 25 if search.startswith("nv.") else 10
    trees = [{"actionType": search, **limit} for limit in ({}, {"limit": 3}, {"limit": 3.0})]
    async with (
        Sandbox(clock=clock, people=60, companies=60) as sandbox,
        LinkedApi(base_url=sandbox.base_url, **sandbox.tokens, clock=clock) as api,
    ):
        reports: Any = (await api.run(CustomWorkflow(trees))).unwrap()

    assert [len(one["data"]) for one in reports] == [usual, 3, 3]
    assert reports[0]["data"][:3] == reports[1]["data"] == reports[2]["data"]


@pytest.mark.parametrize(("family", "child"), LISTS)
async def test_a_company_lists_as_many_as_documented(
    clock: FakeClock, family: str, child: str
) -> None:
    """Deciders twenty; employees five hundred on standard LinkedIn, twenty-five beyond."""
    usual = 20 if child.endswith("DMs") else {"st": 500, "nv": 25}[family]
    trees = [company_page(family, child), company_page(family, child, limit=2)]
    async with (
        Sandbox(clock=clock, people=520, companies=1) as sandbox,
        LinkedApi(base_url=sandbox.base_url, **sandbox.tokens, clock=clock) as api,
    ):
        reports: Any = (await api.run(CustomWorkflow(trees))).unwrap()

    found, two = (one["data"]["then"]["data"] for one in reports)
    assert len(found) == usual
    assert two == found[:2]


async def test_companies_are_found_by_what_they_do(api: LinkedApi) -> None:
    """The words of a search may be those of the industry."""
    found = (await api.run(SearchCompanies(term="software", limit=100))).unwrap()

    assert {one.industry for one in found} == {"Software Development"}


@pytest.mark.parametrize("address", ["hashed", "public"])
async def test_the_own_profile_is_out_of_bounds(
    api: LinkedApi, sandbox: Sandbox, address: str
) -> None:
    """Both addresses of the member behind the account are known."""
    account = sandbox.account()
    url = account.url if address == "public" else account.hashed_url

    standard = await api.run(FetchPerson(person_url=url))
    navigator = await api.run(NvFetchPerson(person_hashed_url=url))

    assert [one.errors[0].type for one in (standard, navigator)] == ["selfProfileNotAllowed"] * 2


async def test_experience_adds_up(api: LinkedApi, sandbox: Sandbox) -> None:
    """The years in the text about a person are those of the positions."""
    for number in (1, 19, 38, 57, 60):
        url = sandbox.world.person(number).url

        person = (await api.run(FetchPerson(person_url=url, retrieve_experience=True))).unwrap()

        months = [job.duration for job in person.experiences or ()]
        years = sum(month or 0 for month in months) // 12
        assert f"with {years} years of experience" in (person.about or "")
