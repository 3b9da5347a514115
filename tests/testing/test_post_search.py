"""The search for posts and the home feed of the sandbox's small LinkedIn."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from linkedapi_async import LinkedApi, actions
from linkedapi_async.models import (
    FeedPost,
    PostSearchCompany,
    PostSearchFilter,
    PostSearchItem,
    PostSearchPerson,
)
from linkedapi_async.operations import (
    CreatePost,
    CustomWorkflow,
    ReactToPost,
    RemoveConnection,
    RetrieveFeed,
    SearchPosts,
)
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing._content import Post
from linkedapi_async.testing._world import Person

SITE: Final = "https://www.linkedin.com"
OWN_PAGE: Final = f"{SITE}/company/company1"


@pytest.fixture
async def sandbox(clock: FakeClock) -> AsyncIterator[Sandbox]:
    """A world small enough for a search to show all it finds."""
    async with Sandbox(clock=clock, people=80) as opened:
        yield opened


async def search(
    api: LinkedApi, term: str = "python", criteria: PostSearchFilter | None = None
) -> list[PostSearchItem]:
    """Return every post a search finds."""
    return (await api.run(SearchPosts(term=term, filter=criteria, limit=100))).unwrap()


def addresses(items: "list[PostSearchItem] | list[FeedPost]") -> list[str | None]:
    """Return the addresses of what was found."""
    return [item.url for item in items]


def posts(sandbox: Sandbox, word: str = "Python") -> list[Post]:
    """Return every post with a word in what was written, newest first."""
    found = [one for one in sandbox.world.wall.everything if word in f"{one.text}{one.source.text}"]
    return sorted(found, key=lambda post: post.at, reverse=True)


async def test_every_hit_holds_every_word(api: LinkedApi, sandbox: Sandbox) -> None:
    """Words are found whatever their case and order, as tags too; ten without a limit."""
    everything = await search(api)
    usual = (await api.run(SearchPosts(term="python"))).unwrap()
    tagged = await search(api, "#HIRING Python")

    assert {*addresses(everything)} == {one.url for one in posts(sandbox)}
    assert usual == everything[:10]
    assert tagged
    assert all("#hiring" in (one.text or "") for one in tagged)
    assert await search(api, "nobody wrote this") == []


async def test_a_hit_is_the_post_without_urns(api: LinkedApi) -> None:
    """Facts are those of the page; those it names go without URN, the reposter without degree."""
    result = await api.run(CustomWorkflow(actions.SearchPosts(term="python", limit=100)))
    items: Any = result.completion
    hit = next(one for one in items["data"] if one["type"] == "repost")

    opened: Any = await api.run(
        CustomWorkflow(actions.OpenPost(post_url=hit["url"], basic_info=True))
    )

    page = opened.completion["data"]
    for role in ("author", "reposter"):
        page[role].pop("urn")
    assert hit == page
    assert "viewerState" not in hit["reposter"]
    assert hit["author"]["type"] == "company" or "viewerState" in hit["author"]


async def test_results_are_sorted(api: LinkedApi) -> None:
    """The most reacted to come first, unless the latest are asked for."""
    top = await search(api)
    latest = await search(api, criteria=PostSearchFilter(sort="latest"))

    counts = [one.reactions_count or 0 for one in top]
    times = [one.time or "" for one in latest]
    assert counts == sorted(counts, reverse=True)
    assert times == sorted(times, reverse=True)
    assert {*addresses(top)} == {*addresses(latest)}


@pytest.mark.parametrize(("age", "days"), [("past24Hours", 1), ("pastWeek", 7), ("pastMonth", 30)])
async def test_age_is_counted_from_now(
    api: LinkedApi, sandbox: Sandbox, age: Any, days: int
) -> None:
    """Only what is young enough is found, to the hour."""
    await api.run(CreatePost(text="Our launch"))

    found = await search(api, "launch", PostSearchFilter(date_posted=age))

    now = sandbox.clock.wall()
    young = [one for one in posts(sandbox, "launch") if (now - one.at).days < days]
    assert {*addresses(found)} == {one.url for one in young}
    assert young


@pytest.mark.parametrize(
    ("kind", "formats"),
    [
        ("videos", {"video", "liveVideo"}),
        ("images", {"images"}),
        ("jobPosts", {"job"}),
        ("liveVideos", {"liveVideo"}),
        ("documents", {"document"}),
    ],
)
async def test_content_is_chosen(
    api: LinkedApi, sandbox: Sandbox, kind: Any, formats: set[str]
) -> None:
    """What stands beside the text decides."""
    found = await search(api, criteria=PostSearchFilter(content_type=kind))

    fitting = [one for one in posts(sandbox) if one.source.format in formats]
    assert {*addresses(found)} == {one.url for one in fitting}
    assert fitting


async def test_publishers_are_chosen_by_what_they_are_to_you(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """Yourself, your connections, those you follow, and any of these for several."""
    await api.run(CreatePost(text="Python, by me"))
    await api.run(CreatePost(text="Python, by us", company_url=OWN_PAGE))

    async def by(*who: Any) -> list[PostSearchItem]:
        return await search(api, criteria=PostSearchFilter(posted_by=who))

    me, known, followed = await by("me"), await by("firstConnections"), await by("peopleYouFollow")
    both = await by("me", "firstConnections")

    def publishers(remainder: int) -> set[str]:
        return {
            one.url
            for one in posts(sandbox)
            if isinstance(one.publisher, Person) and one.publisher.number % remainder == 0
        }

    assert [one.text for one in me] == ["Python, by me"]
    assert {*addresses(known)} == publishers(5)
    assert {*addresses(followed)} == publishers(5) | publishers(8)
    assert {*addresses(both)} == {*addresses(me), *addresses(known)}


async def test_people_and_companies_narrow_a_search(api: LinkedApi, sandbox: Sandbox) -> None:
    """Publisher, employer, industry and mentions are looked at; all of them have to apply."""
    john = sandbox.world.person(1)
    await api.run(CreatePost(text="Python for us", company_url=OWN_PAGE))

    async def found(**criteria: Any) -> set[str | None]:
        return {*addresses(await search(api, "launch", PostSearchFilter(**criteria)))}

    launches = posts(sandbox, "launch")
    by_john = {one.url for one in launches if one.publisher is john}
    by_colleagues = {
        one.url
        for one in launches
        if isinstance(one.publisher, Person) and one.publisher.company is john.company
    }
    by_peers = {
        one.url
        for one in launches
        if isinstance(one.publisher, Person)
        and one.publisher.company.industry == john.company.industry
    }
    assert by_john < by_colleagues < by_peers
    assert await found(from_members=["John Doe"]) == by_john
    assert await found(author_companies=["techcorp"]) == by_colleagues
    assert await found(author_industries=["information technology"]) == by_peers
    assert await found(from_members=["John Doe"], author_companies=["TechCorp"]) == by_john
    assert await found(from_members=["John Doe"], from_companies=["TechCorp"]) == set()
    mentioning = await found(mentioning_companies=["TechCorp"])
    assert by_john <= mentioning
    assert mentioning == {
        one.url for one in launches if OWN_PAGE in (*one.mentions, *one.source.mentions)
    }
    by_company = await search(api, "python", PostSearchFilter(from_companies=["TechCorp"]))
    assert "Python for us" in [one.text for one in by_company]


async def test_mentioned_people_are_found(api: LinkedApi, sandbox: Sandbox) -> None:
    """A mention counts, by whomever it stands in the text."""
    wall = sandbox.world.wall
    post = next(one for one in wall.everything if any("/in/" in url for url in one.mentions))
    somebody = sandbox.world.find_person(post.mentions[0])
    assert somebody is not None
    wanted = PostSearchPerson(name=somebody.name, id=somebody.url)
    word = max(post.text.split(), key=len)

    found = await search(api, word, PostSearchFilter(mentioning_members=[wanted]))

    assert post.url in addresses(found)
    assert all(somebody.url in (one.mentions or ()) for one in found)


@pytest.mark.parametrize(
    "company",
    [
        PostSearchCompany(name="TechCorp", id="12345678"),
        PostSearchCompany(name="TechCorp", id=OWN_PAGE),
        PostSearchCompany(name="TechCorp", id="urn:li:organization:200001"),
        PostSearchCompany(name="TechCorp", urn="urn:li:organization:200001"),
        PostSearchCompany(name="TechCorp", company_hashed_url=f"{SITE}/company/12345678"),
    ],
)
async def test_every_identifier_picks_the_company(
    api: LinkedApi, sandbox: Sandbox, company: PostSearchCompany
) -> None:
    """Number, address and URN mean the same company, under its name."""
    criteria = PostSearchFilter(author_companies=[company])

    found = await search(api, "launch", criteria)

    assert f"{SITE}/in/person1" in [one.author.profile_url for one in found if one.author]


@pytest.mark.parametrize(
    "criteria",
    [
        PostSearchFilter(from_members=["Nobody Anywhere"]),
        PostSearchFilter(from_members=[PostSearchPerson(name="John Doe", id="urn:li:member:1")]),
        PostSearchFilter(from_companies=[PostSearchCompany(name="Other", id="12345678")]),
        PostSearchFilter(mentioning_members=["Nobody Anywhere"]),
        PostSearchFilter(mentioning_companies=["Nobody Anywhere"]),
        PostSearchFilter(author_companies=["Nobody Anywhere"]),
        PostSearchFilter(author_industries=["Daydreaming"]),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(
    api: LinkedApi, criteria: PostSearchFilter
) -> None:
    """An entry LinkedIn offers nothing for ends the search, rather than being passed over."""
    result = await api.run(SearchPosts(term="python", filter=criteria))

    assert [error.type for error in result.errors] == ["filterNotApplied"]


async def test_an_address_brings_its_own_words(api: LinkedApi, sandbox: Sandbox) -> None:
    """It overrides term and filter."""
    address = f"{SITE}/search/results/content/?keywords=python&origin=GLOBAL_SEARCH_HEADER"
    ignored = PostSearchFilter(from_members=["Nobody Anywhere"])

    found = await api.run(
        SearchPosts(term="x", filter=ignored, custom_search_url=address, limit=100)
    )

    assert {*addresses(found.unwrap())} == {one.url for one in posts(sandbox)}


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/search/results/people/?keywords=python",
        "https://example.com/search/results/content/?keywords=python",
        "https://[",
    ],
)
async def test_another_address_is_no_search(api: LinkedApi, address: str) -> None:
    """What is no content search of LinkedIn's is refused."""
    result = await api.run(SearchPosts(custom_search_url=address))

    assert [error.type for error in result.errors] == ["searchingNotAllowed"]


async def test_searches_may_be_used_up(api: LinkedApi, sandbox: Sandbox) -> None:
    """LinkedIn's own allowance holds for posts too."""
    sandbox.account().allowances["searches"] = 1

    results = [await api.run(SearchPosts(term="python")) for _ in range(2)]

    assert [[error.type for error in one.errors] for one in results] == [
        [],
        ["searchingNotAllowed"],
    ]


async def test_a_search_sees_what_you_did(api: LinkedApi) -> None:
    """State and counts are those of the page."""
    (first, *_) = await search(api)

    await api.run(ReactToPost(post_url=first.url, type="insightful"))

    (again,) = [one for one in await search(api) if one.url == first.url]
    assert again.viewer_state is not None
    assert again.viewer_state.reaction == "insightful"
    assert again.reactions_count == (first.reactions_count or 0) + 1


# ── The feed ────────────────────────────────────────────────────────────────────────────────────


async def test_the_feed_holds_those_you_follow(api: LinkedApi, sandbox: Sandbox) -> None:
    """The latest come first; what a stranger wrote says who brought it there."""
    feed = (await api.run(RetrieveFeed(limit=100))).unwrap()
    usual = (await api.run(RetrieveFeed())).unwrap()

    times = [one.time or "" for one in feed]
    assert usual == feed[:20]
    assert times == sorted(times, reverse=True)
    names = {one.name for one in sandbox.world.people if one.number % 5 == 0}
    strangers = [one for one in feed if one.feed_context]
    followed = [one for one in feed if not one.feed_context]
    assert strangers
    for post in strangers:
        name, _, reason = (post.feed_context or "").partition(" reacted")
        assert (name in names, reason) == (True, " to this")
    for post in followed:
        publisher = post.reposter or post.author
        assert publisher is not None
        if publisher.company_url:
            assert int(publisher.company_url.partition("/company/company")[2]) % 2 == 1
        else:
            number = int((publisher.profile_url or "").partition("/in/person")[2])
            assert number % 5 == 0 or number % 8 == 0


async def test_your_own_post_is_on_top_of_the_feed(api: LinkedApi) -> None:
    """What was just published is the latest."""
    created = (await api.run(CreatePost(text="News."))).unwrap()

    (first, *_) = (await api.run(RetrieveFeed())).unwrap()

    assert (first.url, first.feed_context) == (created.post_url, None)
    assert first.viewer_state is not None
    assert first.viewer_state.is_own


async def test_the_feed_follows_your_network(api: LinkedApi, sandbox: Sandbox) -> None:
    """Whoever is no connection any more leaves it, and whom you begin to follow joins it."""
    stranger = sandbox.world.person(2)
    lost = sandbox.world.person(5)

    async def publishers() -> set[str | None]:
        feed = (await api.run(RetrieveFeed(limit=100))).unwrap()
        own = [one.reposter or one.author for one in feed if not one.feed_context]
        return {one.profile_url for one in own if one is not None}

    before = await publishers()
    sandbox.account().following.add(stranger.url)
    await api.run(RemoveConnection(person_url=lost.url))
    after = await publishers()

    assert (lost.url in before, stranger.url in before) == (True, False)
    assert (lost.url in after, stranger.url in after) == (False, True)
