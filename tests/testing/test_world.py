"""What actions do and report in the sandbox's small LinkedIn."""

from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async.testing import Sandbox

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

SITE = "https://www.linkedin.com"


def person(number: int) -> str:
    """Return somebody's address."""
    return f"{SITE}/in/person{number}"


def open_person(number: int, then: object = None, **params: object) -> dict[str, object]:
    """Return a tree that opens a profile."""
    tree = {"actionType": "st.openPersonPage", "personUrl": person(number), **params}
    return tree if then is None else tree | {"then": then}


async def test_children_have_the_shape_of_the_request(talk: "Talk") -> None:
    """An object for an object, a list for a list, an empty one for an empty one."""
    skills = {"actionType": "st.retrievePersonSkills", "label": "s"}
    report = {
        "actionType": "st.retrievePersonSkills",
        "label": "s",
        "success": True,
        "data": [{"name": name} for name in talk.sandbox.world.person(2).skills],
    }

    found = await talk.run([open_person(2, skills), open_person(2, [skills]), open_person(2, [])])

    assert [one["data"] for one in found] == [{"then": report}, {"then": [report]}, {"then": []}]


async def test_a_failed_parent_has_no_children(talk: "Talk") -> None:
    """An error stands in place of data, and the children never ran."""
    tree = {
        "actionType": "st.openPersonPage",
        "personUrl": person(9999),
        "label": "x",
        "then": {"actionType": "st.sendMessage", "text": "Hi"},
    }

    assert await talk.run(tree) == {
        "actionType": "st.openPersonPage",
        "label": "x",
        "success": False,
        "error": {
            "type": "personNotFound",
            "message": "The provided URL is not an existing LinkedIn person.",
        },
    }
    assert talk.sandbox.log.effects() == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://www.linkedin.com/in/main",
        "linkedin.com/in/MAIN/",
        "http://de.linkedin.com/in/main?x",
    ],
)
async def test_your_own_profile_is_out_of_bounds(talk: "Talk", address: str) -> None:
    """Every spelling of your own address is recognised."""
    report = await talk.run({"actionType": "st.openPersonPage", "personUrl": address})

    assert report["error"]["type"] == "selfProfileNotAllowed"


async def test_a_hashed_address_leads_to_the_same_person(talk: "Talk") -> None:
    """What a report gives as an address can be asked again."""
    first = await talk.run(open_person(7, basicInfo=True))
    hashed = first["data"]["hashedUrl"]

    again = await talk.run(
        {"actionType": "st.openPersonPage", "personUrl": hashed, "basicInfo": True}
    )

    assert again["data"] == first["data"]
    assert set(first["data"]["viewerState"]) == {"connectionDegree"}


async def test_a_company_leads_to_its_people(talk: "Talk") -> None:
    """Employees work where they are listed; deciders are among them, the most senior first."""
    tree = {
        "actionType": "st.openCompanyPage",
        "companyUrl": f"{SITE}/company/company1",
        "basicInfo": True,
        "then": [
            {"actionType": "st.retrieveCompanyEmployees"},
            {"actionType": "st.retrieveCompanyDMs", "limit": 2},
            {"actionType": "st.retrieveCompanyPosts", "limit": 1},
        ],
    }

    data = (await talk.run(tree))["data"]

    employees, deciders, posts = (one["data"] for one in data["then"])
    assert data["name"] == "TechCorp"
    assert all("TechCorp" in one["headline"] for one in employees)
    assert person(1) in {one["publicUrl"] for one in employees}
    assert {one["publicUrl"] for one in deciders} <= {one["publicUrl"] for one in employees}
    assert posts[0]["author"]["companyUrl"] == f"{SITE}/company/company1"


async def test_a_search_honours_words_limit_and_filter(talk: "Talk") -> None:
    """Found people fit what was asked, up to ten or the limit."""
    trees: list[dict[str, Any]] = [
        {"actionType": "st.searchPeople"},
        {"actionType": "st.searchPeople", "term": "john DOE", "limit": 1},
        {"actionType": "st.searchPeople", "limit": 3, "filter": {"connectionDegrees": ["1st"]}},
        {
            "actionType": "st.searchPeople",
            "limit": 1000,
            "filter": {"position": "engineer", "locations": ["Berlin", "Lisbon"]},
        },
        {"actionType": "st.searchPeople", "term": "nobody at all"},
        {
            "actionType": "st.searchPeople",
            "term": "ignored",
            "customSearchUrl": f"{SITE}/search/results/people/?keywords=john%20doe",
        },
    ]

    any_ten, one, three, engineers, nobody, by_address = [
        report["data"] for report in await talk.run(trees)
    ]

    assert len(any_ten) == 10
    assert [item["publicUrl"] for item in one] == [person(1)]
    assert [item["viewerState"]["connectionDegree"] for item in three] == ["1st"] * 3
    assert engineers
    assert all("Engineer" in item["headline"] for item in engineers)
    assert all("Berlin" in item["location"] or "Lisbon" in item["location"] for item in engineers)
    assert nobody == []
    assert by_address == one


async def test_companies_are_found(talk: "Talk") -> None:
    """Sizes, places and industries narrow a company search."""
    tree = {
        "actionType": "st.searchCompanies",
        "limit": 1000,
        "filter": {"sizes": ["201-500"], "industries": ["Information Technology"]},
    }

    found = await talk.run([tree, {"actionType": "st.searchCompanies", "term": "techcorp"}])

    assert f"{SITE}/company/company1" in [one["publicUrl"] for one in found[0]["data"]]
    assert {one["industry"] for one in found[0]["data"]} == {"Information Technology"}
    assert [one["name"] for one in found[1]["data"]] == ["TechCorp"]


async def test_a_loop_runs_per_item(talk: "Talk") -> None:
    """Each person found is opened, and reports hang below the items."""
    tree = {
        "actionType": "st.searchPeople",
        "limit": 3,
        "then": {
            "actionType": "st.doForPeople",
            "then": {
                "actionType": "st.openPersonPage",
                "then": {"actionType": "st.checkConnectionStatus"},
            },
        },
    }

    items = (await talk.run(tree))["data"]

    assert len(items) == 3
    for item in items:
        (report,) = item["then"]
        assert report["actionType"] == "st.openPersonPage"
        assert report["data"]["then"]["data"]["connectionStatus"]


async def test_a_request_changes_the_relation(talk: "Talk") -> None:
    """Sent once it is pending, sent twice it is refused, withdrawn it is gone."""
    send = {"actionType": "st.sendConnectionRequest", "personUrl": person(1)}
    check = {"actionType": "st.checkConnectionStatus", "personUrl": person(1)}
    back = {"actionType": "st.withdrawConnectionRequest", "personUrl": person(1)}
    pending = {"actionType": "st.retrievePendingRequests"}

    reports = await talk.run([check, send, check, send, pending, back, check, back])

    assert reports[0]["data"]["connectionStatus"] == "notConnected"
    assert reports[1] == {"actionType": "st.sendConnectionRequest", "success": True}
    assert reports[2]["data"]["connectionStatus"] == "pending"
    assert reports[3]["error"]["type"] == "alreadyPending"
    assert [one["publicUrl"] for one in reports[4]["data"]] == [person(1)]
    assert reports[6]["data"]["connectionStatus"] == "notConnected"
    assert reports[7]["error"]["type"] == "notPending"
    assert len(talk.sandbox.log.effects("st.sendConnectionRequest")) == 1


async def test_a_profile_is_read_in_all_its_parts(talk: "Talk") -> None:
    """Each part lists what the world knows, with documented fields."""
    names = ("Experience", "Education", "Skills", "Languages", "Posts", "Comments", "Reactions")
    parts = [{"actionType": f"st.retrievePerson{name}"} for name in names]
    fresh = next(one.number for one in talk.sandbox.world.people if one.previous is None)
    numbers = [*range(1, 8), fresh]

    reports = await talk.run([open_person(number, parts) for number in numbers])

    for number, report in zip(numbers, reports, strict=True):
        jobs, schools, skills, languages, posts, comments, reactions = (
            part["data"] for part in report["data"]["then"]
        )
        somebody = talk.sandbox.world.person(number)
        assert jobs[0]["companyHashedUrl"] == somebody.company.hashed_url
        assert len(jobs) == (1 if somebody.previous is None else 2)
        assert [one["schoolName"] for one in schools] == [somebody.school]
        assert [one["name"] for one in skills] == list(somebody.skills)
        assert [one["name"] for one in languages] == list(somebody.languages)
        assert posts[0]["author"]["profileUrl"] == somebody.url
        assert all(one["text"] for one in comments)
        assert all(one["reactionType"] for one in reactions)


async def test_a_loop_runs_over_companies(talk: "Talk") -> None:
    """Below each company found its page is opened; without facts it only carries children."""
    tree = {
        "actionType": "st.searchCompanies",
        "limit": 2,
        "then": {"actionType": "st.doForCompanies", "then": {"actionType": "st.openCompanyPage"}},
    }

    items = (await talk.run(tree))["data"]

    page: Any = {"actionType": "st.openCompanyPage", "success": True, "data": {}}
    assert [one["then"] for one in items] == [[page], [page]]


async def test_a_loop_takes_only_matching_skills(talk: "Talk") -> None:
    """Skills no pattern matches are listed without a report."""
    somebody = talk.sandbox.world.person(10)
    chosen, *others = somebody.skills
    loop = {
        "actionType": "st.doForSkills",
        "skillNamePatterns": [f"^{chosen.upper()}$"],
        "then": {"actionType": "st.endorsePersonSkill"},
    }

    report = await talk.run(
        open_person(10, {"actionType": "st.retrievePersonSkills", "then": [loop]})
    )

    done: Any = {"name": chosen, "then": [{"actionType": "st.endorsePersonSkill", "success": True}]}
    rest: list[Any] = [{"name": name} for name in others]
    assert report["data"]["then"]["data"] == [done, *rest]
    assert len(talk.sandbox.log.effects("st.endorsePersonSkill")) == 1


async def test_the_numbers_of_the_account_are_steady(talk: "Talk") -> None:
    """Index and dashboard are within their ranges, and the same every time."""
    tree = [{"actionType": "st.retrieveSSI"}, {"actionType": "st.retrievePerformance"}]

    first, second = await talk.run(tree), await talk.run(tree)

    assert first == second
    assert 1 <= first[0]["data"]["ssi"] <= 100


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ({"actionType": "st.sendConnectionRequest", "personUrl": person(5)}, "alreadyConnected"),
        ({"actionType": "st.sendConnectionRequest", "personUrl": person(13)}, "emailRequired"),
        (
            {"actionType": "st.sendConnectionRequest", "personUrl": person(1), "note": "x" * 201},
            "noteTooLong",
        ),
        ({"actionType": "st.removeConnection", "personUrl": person(1)}, "connectionNotFound"),
        (
            {"actionType": "st.sendMessage", "personUrl": person(11), "text": "Hi"},
            "messagingNotAllowed",
        ),
        ({"actionType": "st.sendMessage", "threadId": "2-none", "text": "Hi"}, "threadNotFound"),
        (
            {"actionType": "st.manageConversation", "threadId": "2-none", "operation": "mute"},
            "threadNotFound",
        ),
        (
            {"actionType": "st.openCompanyPage", "companyUrl": f"{SITE}/company/none"},
            "companyNotFound",
        ),
        (
            {"actionType": "st.endorsePersonSkill", "personUrl": person(5), "skillName": "Sleep"},
            "skillNotFound",
        ),
    ],
)
async def test_actions_fail_as_documented(talk: "Talk", action: dict[str, str], error: str) -> None:
    """Each error is reported where its cause is found, and nothing takes effect."""
    report = await talk.run(action)

    assert report["error"]["type"] == error
    assert talk.sandbox.log.effects() == ()
    assert talk.sandbox.log.actions()[0].outcome == error


async def test_only_connections_can_be_endorsed(talk: "Talk") -> None:
    """A skill of a stranger cannot be endorsed."""
    stranger = talk.sandbox.world.person(1)
    report = await talk.run(
        {
            "actionType": "st.endorsePersonSkill",
            "personUrl": stranger.url,
            "skillName": stranger.skills[0],
        }
    )

    assert report["error"]["type"] == "endorsementUnavailable"


async def test_a_connection_can_be_removed(talk: "Talk") -> None:
    """It is gone from the list afterwards."""
    listed = {"actionType": "st.retrieveConnections", "limit": 2}

    reports = await talk.run(
        [listed, {"actionType": "st.removeConnection", "personUrl": person(5)}, listed]
    )

    assert [one["publicUrl"] for one in reports[0]["data"]] == [person(5), person(10)]
    assert [one["publicUrl"] for one in reports[2]["data"]] == [person(10), person(15)]


async def test_a_thread_can_be_tidied(talk: "Talk") -> None:
    """A thread written to can be found by its id, starred and unstarred."""
    await talk.run({"actionType": "st.sendMessage", "personUrl": person(1), "text": "Hi"})
    (thread,) = talk.sandbox.account().threads.values()

    def tidy(operation: str) -> dict[str, str]:
        thread_id = thread.thread_id
        return {
            "actionType": "st.manageConversation",
            "threadId": thread_id,
            "operation": operation,
        }

    await talk.run([tidy("star"), tidy("mute"), tidy("unstar")])
    await talk.run({"actionType": "st.sendMessage", "threadId": thread.thread_id, "text": "Again"})

    assert thread.flags == {"mute"}
    assert [message.text for message in thread.messages] == ["Hi", "Again"]


async def test_posts_are_cut_by_moment_and_number(talk: "Talk") -> None:
    """Both bounds hold, whichever cuts first; posts come newest first."""
    posts = {"actionType": "st.retrievePersonPosts"}
    author = next(
        one for one in talk.sandbox.world.people if len(talk.sandbox.world.posts(one)) > 3
    )
    everything = (await talk.run(open_person(author.number, posts)))["data"]["then"]["data"]
    since = everything[2]["time"]

    def cut(**bounds: object) -> dict[str, object]:
        return open_person(author.number, {**posts, **bounds})

    found = await talk.run([cut(since=since), cut(since=since, limit=1), cut(since="2099-01-01")])

    lists = [one["data"]["then"]["data"] for one in found]
    assert lists == [everything[:2], everything[:1], []]


async def test_an_action_can_be_told_to_fail(talk: "Talk") -> None:
    """An injected action error is one action's; words of that plane need no `on`."""
    talk.sandbox.inject("requestNotAllowed")
    tree = [{"actionType": "st.retrieveSSI"}, {"actionType": "st.retrievePerformance"}]

    reports = await talk.run(tree)

    assert [one["success"] for one in reports] == [False, True]
    assert reports[0]["error"]["type"] == "requestNotAllowed"


async def test_a_conversation_is_synced_for_some_days(talk: "Talk") -> None:
    """The end is told; thirty days without a number."""
    sync = {"actionType": "st.syncConversation", "personUrl": person(1)}

    first, second = await talk.run([sync, sync | {"days": 1}])

    assert first["data"]["syncUntil"].startswith("2026-02-04T")
    assert second["data"]["syncUntil"].startswith("2026-01-06T")


def test_a_seed_determines_everything() -> None:
    """The same seed makes the same world and tokens, another one others."""
    one, same, other = Sandbox(seed=1), Sandbox(seed=1), Sandbox(seed=2)

    assert one.tokens == same.tokens
    assert one.tokens != other.tokens
    assert list(one.world.people) == list(same.world.people)
    assert list(one.world.people)[1:] != list(other.world.people)[1:]


def test_the_world_is_linked() -> None:
    """Everybody works at a company that exists and can be found by every address."""
    world = Sandbox().world

    for somebody in world.people:
        assert somebody.company in set(world.companies)
        assert world.find_person(somebody.url) is somebody
        assert world.find_person(somebody.hashed_url) is somebody
        assert world.find_company(somebody.company.hashed_url) is somebody.company
