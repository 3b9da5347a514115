"""Posts of the sandbox's small LinkedIn: opened, reacted to, published, passed on."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from linkedapi_async import LinkedApi
from linkedapi_async.actions import OpenPost
from linkedapi_async.models import Post, PostAttachment, PostMention
from linkedapi_async.operations import (
    CommentOnPost,
    CreatePost,
    CreateRepost,
    CustomWorkflow,
    FetchCompany,
    FetchPerson,
    FetchPost,
    ReactToPost,
    RetrieveFeed,
)
from linkedapi_async.operations.configs import LimitConfig, LimitSinceConfig, PostCommentsConfig
from linkedapi_async.testing import Sandbox
from linkedapi_async.testing._content import Post as Published

SITE = "https://www.linkedin.com"
OWN_PAGE = f"{SITE}/company/company1"
URN = "urn:li:activity:7000000000000000010"
FIRST = f"{SITE}/posts/post1"


async def fetch(api: LinkedApi, url: str | None) -> Post:
    """Return a post with all that stands below it."""
    operation = FetchPost(
        post_url=url,
        retrieve_comments=True,
        retrieve_reactions=True,
        comments_retrieval_config=PostCommentsConfig(limit=500, replies=True),
        reactions_retrieval_config=LimitConfig(limit=1000),
    )
    return (await api.run(operation)).unwrap()


async def publish(api: LinkedApi, operation: CreatePost) -> Post:
    """Create a post and return it as its page shows it."""
    created = (await api.run(operation)).unwrap()
    return await fetch(api, created.post_url)


def popular(sandbox: Sandbox) -> Published:
    """Return the post of the world most people commented on."""
    wall = sandbox.world.wall
    return max(wall.everything, key=lambda post: len(wall.comments(post)))


@pytest.mark.parametrize(
    "address",
    [
        FIRST,
        "linkedin.com/posts/post1/",
        f"{SITE}/feed/update/{URN}",
        f"{SITE}/feed/update/{URN}/?utm_source=share",
        f"https://de.linkedin.com/feed/update/{quote(URN)}/",
        f"{SITE}/posts/john-doe_launch-activity-7000000000000000010-aB3d",
        f" {URN} ",
    ],
)
async def test_every_spelling_of_an_address_opens_the_post(
    api: LinkedApi, sandbox: Sandbox, address: str
) -> None:
    """All of them lead to the post, which tells the address it goes by."""
    (post, *_) = sandbox.world.posts(sandbox.world.person(1))

    opened = (await api.run(FetchPost(post_url=address))).unwrap()

    assert opened.url == post.url == f"{SITE}/feed/update/{URN}"
    assert opened.activity_urn == URN


async def test_urn_and_address_may_stand_together(api: LinkedApi) -> None:
    """A URN opens the post too, and beside an address it has to mean the same one."""
    by_urn = await api.run(FetchPost(post_urn=URN))
    by_both = await api.run(FetchPost(post_urn=URN, post_url=FIRST))
    by_two = await api.run(FetchPost(post_urn=URN, post_url=f"{SITE}/posts/post2"))

    assert by_urn.unwrap() == by_both.unwrap()
    assert [error.type for error in by_two.errors] == ["postNotFound"]


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/posts/post0",
        f"{SITE}/posts/post201",
        f"{SITE}/posts/post5000000000",
        f"{SITE}/posts/launch",
        f"{SITE}/in/person1",
        f"https://example.com/feed/update/{URN}",
        "urn:li:activity:12",
        "urn:li:activity:7000000000000000019",
        "urn:li:activity:7000000000100000109",
        "urn:li:activity:7000000000900000001",
        f"urn:li:activity:{'9' * 5000}",
        "https://[",
    ],
)
async def test_other_addresses_lead_to_no_post(
    api: LinkedApi, sandbox: Sandbox, address: str
) -> None:
    """What is no post of the world is not found, with the documented text."""
    result = await api.run(FetchPost(post_url=address))

    assert [(error.type, error.message) for error in result.errors] == [
        ("postNotFound", "The provided URL is not an existing LinkedIn post.")
    ]
    assert sandbox.log.actions()[0].outcome == "postNotFound"


async def test_the_first_post_is_that_of_the_documentation(api: LinkedApi) -> None:
    """Text, files, links and tags are those of the documented example."""
    post = (await api.run(FetchPost(post_url=FIRST))).unwrap()

    assert (post.type, post.reposter, post.repost_text) == ("original", None, None)
    assert post.author is not None
    assert (post.author.name, post.author.profile_url) == ("John Doe", f"{SITE}/in/person1")
    assert (post.text or "").startswith("Check out our latest product launch")
    assert post.hashtags == ["product", "launch"]
    assert post.mentions == [OWN_PAGE]
    assert post.external_links == ["https://example.com/launch"]
    assert len(post.images or ()) == 2
    assert (post.has_video, post.has_poll, post.document_slides) == (False, False, [])
    assert (post.reactions_count or 0) > 20
    assert (post.comments_count or 0) > 5


async def test_facts_come_when_asked_for(api: LinkedApi) -> None:
    """A post opened for its children alone tells nothing of itself."""
    result = await api.run(CustomWorkflow(OpenPost(post_url=FIRST)))

    assert result.unwrap() == {"actionType": "st.openPost", "success": True, "data": {}}


async def test_counts_are_those_of_the_lists(api: LinkedApi, sandbox: Sandbox) -> None:
    """A post has as many comments and reactions as it tells, by people with a profile."""
    post = await fetch(api, popular(sandbox).url)

    comments, reactions = post.comments or [], post.reactions or []
    assert len(comments) == post.comments_count
    assert len(reactions) == post.reactions_count
    assert len(comments) > 10
    assert len({one.engager_url for one in reactions}) == len(reactions)
    for one in comments:
        assert one.author is not None
        assert one.commenter_url == (one.author.profile_url or one.author.company_url)
        assert one.commenter_name == one.author.name
    for two in reactions:
        assert two.actor is not None
        assert two.engager_url == (two.actor.profile_url or two.actor.company_url)
        assert (two.engager_urn, two.engager_type) == (two.actor.urn, two.actor.type)
    url = next(one.engager_url for one in reactions if one.engager_type == "person")
    profile = (await api.run(FetchPerson(person_url=url or ""))).unwrap()
    assert profile.urn in {one.engager_urn for one in reactions}


async def test_lists_have_usual_lengths(api: LinkedApi, sandbox: Sandbox) -> None:
    """Ten of each without a limit, and as many as the limit says."""
    url = popular(sandbox).url
    usual = FetchPost(post_url=url, retrieve_comments=True, retrieve_reactions=True)
    few = LimitConfig(limit=3)

    ten = (await api.run(usual)).unwrap()
    three = (
        await api.run(
            FetchPost(post_url=url, retrieve_reactions=True, reactions_retrieval_config=few)
        )
    ).unwrap()

    assert (len(ten.comments or ()), len(ten.reactions or ())) == (10, 10)
    assert three.reactions == (ten.reactions or [])[:3]
    assert three.comments is None


async def test_a_repost_names_both(api: LinkedApi, sandbox: Sandbox) -> None:
    """It shows the original and who passed it on, and the original counts it."""
    repost = next(one for one in sandbox.world.wall.everything if one.original and one.text)
    original = repost.source

    told = (await api.run(FetchPost(post_url=repost.url))).unwrap()
    source = (await api.run(FetchPost(post_url=original.url))).unwrap()

    assert (told.type, told.text, told.repost_text) == ("repost", original.text, repost.text)
    assert told.author == source.author
    assert told.reposter is not None
    assert told.reposter.urn == repost.publisher.urn
    assert source.reposts_count == len(sandbox.world.wall.reposts(original)) > 0
    assert told.reposts_count == 0
    assert told.time_at is not None
    assert source.time_at is not None
    assert told.time_at > source.time_at


@pytest.mark.parametrize(
    "form", ["text", "images", "video", "liveVideo", "document", "poll", "job"]
)
async def test_posts_show_what_stands_beside_their_text(
    api: LinkedApi, sandbox: Sandbox, form: str
) -> None:
    """Every kind of post is in the world, with its own files and none of the others."""
    posts = (one for one in sandbox.world.wall.everything if one.original is None)
    post = next(one for one in posts if one.format == form)

    told = (await api.run(FetchPost(post_url=post.url))).unwrap()

    assert told.has_video is (form in {"video", "liveVideo"})
    assert (told.video_thumbnail is not None) is told.has_video
    assert told.has_poll is (form == "poll")
    assert bool(told.images) is (form == "images")
    assert bool(told.document_slides) is (form == "document")


async def test_a_reaction_shows_and_replaces_the_one_before(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """It stands in the state and on top of the list; a second one adds nothing."""
    before = await fetch(api, FIRST)

    await api.run(ReactToPost(post_url=FIRST, type="love"))
    loved = await fetch(api, FIRST)
    await api.run(ReactToPost(post_urn=URN, type="funny"))
    after = await fetch(api, FIRST)

    assert before.viewer_state is not None
    assert before.viewer_state.reaction is None
    for post, kind in ((loved, "love"), (after, "funny")):
        assert post.viewer_state is not None
        assert post.viewer_state.reaction == kind
        assert post.reactions_count == (before.reactions_count or 0) + 1
        (own, *others) = post.reactions or []
        assert (own.type, own.engager_url) == (kind, sandbox.account().url)
        assert others == before.reactions
    assert len(sandbox.log.effects("st.reactToPost")) == 2


async def test_a_page_reacts_in_its_own_name(api: LinkedApi) -> None:
    """A company page you administer reacts beside you, not for you."""
    result = await api.run(ReactToPost(post_url=FIRST, type="like", company_url=OWN_PAGE))
    post = await fetch(api, FIRST)

    (page, *_) = post.reactions or []
    assert result.errors == ()
    assert (page.engager_type, page.engager_name) == ("company", "TechCorp")
    assert page.actor is not None
    assert (page.actor.company_url, page.actor.viewer_state) == (OWN_PAGE, None)
    assert post.viewer_state is not None
    assert post.viewer_state.reaction is None


@pytest.mark.parametrize("page", [f"{SITE}/company/company2", f"{SITE}/company/none"])
async def test_only_your_own_pages_act_for_you(api: LinkedApi, sandbox: Sandbox, page: str) -> None:
    """In the name of any other page nothing is done; only posting tells which do not exist."""
    results = [
        await api.run(ReactToPost(post_url=FIRST, type="like", company_url=page)),
        await api.run(CommentOnPost(post_url=FIRST, text="Hi", company_url=page)),
        await api.run(CreatePost(text="Hi", company_url=page)),
    ]

    refused = "companyNotFound" if page.endswith("none") else "noPostingPermission"
    assert [error.type for result in results for error in result.errors] == [
        "noPostingPermission",
        "noPostingPermission",
        refused,
    ]
    assert sandbox.log.effects() == ()


async def test_a_post_that_was_created_is_there(api: LinkedApi, sandbox: Sandbox) -> None:
    """It is found by its address and URN, is your own, and tells what stands in it."""
    text = "Read https://example.com/a. And #AsyncIO, #asyncio_2! Not https://example.com/#x"
    created = (await api.run(CreatePost(text=text))).unwrap()

    post = await fetch(api, created.post_url)
    again = (await api.run(FetchPost(post_urn=created.post_urn))).unwrap()

    assert (post.url, post.activity_urn) == (created.post_url, created.post_urn)
    assert (post.text, post.type) == (text, "original")
    assert post.time_at is not None
    assert timedelta(0) <= sandbox.clock.wall() - post.time_at < timedelta(minutes=1)
    assert post.hashtags == ["AsyncIO", "asyncio_2"]
    assert post.external_links == ["https://example.com/a", "https://example.com/#x"]
    assert (post.reactions_count, post.comments_count, post.reposts_count) == (0, 0, 0)
    assert (post.comments, post.reactions) == ([], [])
    assert post.viewer_state is not None
    assert post.viewer_state.is_own
    assert post.author is not None
    assert (post.author.name, post.author.profile_url) == (
        "Main Member",
        sandbox.account().url,
    )
    assert post.author.viewer_state is not None
    assert post.author.viewer_state.connection_degree is None
    assert again.url == post.url
    assert len(sandbox.log.effects("st.createPost")) == 1


async def test_images_are_served_by_linkedin(api: LinkedApi) -> None:
    """Each keeps the name of its file."""
    urls = ("https://example.com/a/the%20team.png?w=3", "https://example.com/two.jpg", "?")
    files = [PostAttachment(url=url, type="image") for url in urls]

    post = await publish(api, CreatePost(text="Look.", attachments=files))

    assert [url.rpartition("/")[2] for url in post.images or ()] == [
        "the%20team.png",
        "two.jpg",
        "file",
    ]
    assert len({*(post.images or ())}) == 3
    assert all(url.startswith("https://media.licdn.com/") for url in post.images or ())
    assert (post.document_slides, post.has_video) == ([], False)


async def test_a_video_shows_a_still(api: LinkedApi) -> None:
    """It is told by flag and thumbnail."""
    file = PostAttachment(url="https://example.com/film.mp4", type="video")

    post = await publish(api, CreatePost(text="Look.", attachments=[file]))

    assert post.has_video
    assert (post.video_thumbnail or "").endswith(".jpg")
    assert (post.images, post.document_slides) == ([], [])


async def test_a_document_shows_its_pages(api: LinkedApi) -> None:
    """It is told page by page, under the name given."""
    file = PostAttachment(url="https://example.com/1", type="document", name="deck.pdf")

    post = await publish(api, CreatePost(text="Look.", attachments=[file]))

    assert len({*(post.document_slides or ())}) == 5
    assert all("deck.pdf" in page for page in post.document_slides or ())
    assert (post.images, post.has_video) == ([], False)


async def test_a_page_publishes_on_its_page(api: LinkedApi) -> None:
    """The newest post of the company is the one created, and it is not your own."""
    created = await publish(api, CreatePost(text="We are here.", company_url=OWN_PAGE))

    company = await api.run(FetchCompany(company_url=OWN_PAGE, retrieve_posts=True))

    (newest, *older) = company.unwrap().posts or []
    assert newest.url == created.url
    assert older
    assert created.author is not None
    assert (created.author.type, created.author.company_url) == ("company", OWN_PAGE)
    assert created.viewer_state is not None
    assert created.viewer_state.is_own is False


async def test_mentions_stand_by_name_where_their_keys_were(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """People and companies are found by typed name; a key the text lacks mentions nobody."""
    person = sandbox.world.person(9)
    mentions = [
        PostMention(key="boss", name=person.name, urn=person.urn),
        PostMention(key="firm", name="techcorp"),
        PostMention(key="gone", name="Nobody Anywhere"),
    ]

    text = "Thanks @[boss] of @[firm], @[boss]! @[free]"
    post = await publish(api, CreatePost(text=text, mentions=mentions))

    assert post.text == f"Thanks {person.name} of TechCorp, {person.name}! @[free]"
    assert post.mentions == [person.url, OWN_PAGE]


async def test_an_identifier_picks_among_namesakes(api: LinkedApi, sandbox: Sandbox) -> None:
    """The name alone takes the nearest; URN or hashed address take who is meant."""
    people = list(sandbox.world.people)
    first, last = next(
        (stranger, known)
        for stranger in people
        for known in people
        if stranger.first_name == known.first_name
        and stranger.number < known.number
        and (stranger.number % 5, known.number % 5) == (1, 0)
    )
    company = sandbox.world.company(3)
    namesakes = [
        PostMention(key="near", name=first.first_name),
        PostMention(key="urn", name=first.first_name, urn=first.urn),
        PostMention(key="hash", name=last.first_name, person_hashed_url=last.hashed_url),
        PostMention(key="firm", name=company.name, company_hashed_url=company.hashed_url),
    ]

    text = "@[near] @[urn] @[hash] @[firm]"
    post = await publish(api, CreatePost(text=text, mentions=namesakes))

    (near, *others) = post.mentions or []
    nearest = sandbox.world.find_person(near)
    assert nearest is not None
    assert (nearest.first_name, nearest.number % 5) == (first.first_name, 0)
    assert {first.url, last.url, company.url} - {near} == {*others}


@pytest.mark.parametrize(
    "mention",
    [
        PostMention(key="k", name="Nobody Anywhere"),
        PostMention(key="k", name=" "),
        PostMention(key="k", name="John Doe", urn="urn:li:member:1"),
        PostMention(key="k", name="John Doe", company_hashed_url=OWN_PAGE),
    ],
)
async def test_a_mention_of_nobody_publishes_nothing(
    api: LinkedApi, sandbox: Sandbox, mention: PostMention
) -> None:
    """An unresolved mention is reported, by posts and reposts, and nothing appears."""
    results = [
        await api.run(CreatePost(text="@[k]", mentions=[mention])),
        await api.run(CreateRepost(post_url=FIRST, text="@[k]", mentions=[mention])),
    ]

    assert [[error.type for error in one.errors] for one in results] == [
        ["mentionNotResolved"],
        ["mentionNotResolved"],
    ]
    assert sandbox.log.effects() == ()
    assert sandbox.world.wall.published_by(sandbox.account()) == []


async def test_a_repost_is_yours_and_counts_at_the_original(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """The report names the repost, which may mention; a second one is refused."""
    before = await fetch(api, FIRST)
    mention = PostMention(key="who", name="John", urn="urn:li:member:100001")

    created = await api.run(
        CreateRepost(post_url=FIRST, text="By @[who] #good", mentions=[mention])
    )
    again = await api.run(CreateRepost(post_urn=URN))
    repost = await fetch(api, created.unwrap().post_url)
    after = await fetch(api, FIRST)

    assert [error.type for error in again.errors] == ["alreadyReposted"]
    assert repost.activity_urn == created.unwrap().post_urn != URN
    assert (repost.type, repost.text, repost.repost_text) == (
        "repost",
        before.text,
        "By John Doe #good",
    )
    assert repost.author == before.author
    assert repost.reposter is not None
    assert repost.reposter.profile_url == sandbox.account().url
    assert repost.hashtags == ["product", "launch", "good"]
    assert repost.mentions == [OWN_PAGE, f"{SITE}/in/person1"]
    assert repost.images == before.images
    assert repost.viewer_state is not None
    assert repost.viewer_state.is_own
    assert after.reposts_count == (before.reposts_count or 0) + 1
    assert len(sandbox.log.effects("st.createRepost")) == 1


async def test_reposting_a_repost_passes_the_original_on(api: LinkedApi, sandbox: Sandbox) -> None:
    """A plain repost has no text of its own, and stands for the original."""
    repost = next(one for one in sandbox.world.wall.everything if one.original)

    created = (await api.run(CreateRepost(post_url=repost.url))).unwrap()
    told = (await api.run(FetchPost(post_url=created.post_url))).unwrap()
    again = await api.run(CreateRepost(post_url=repost.source.url))

    assert told.repost_text is None
    assert told.author is not None
    assert told.author.urn == repost.source.publisher.urn
    assert [error.type for error in again.errors] == ["alreadyReposted"]


async def test_some_posts_cannot_be_passed_on(api: LinkedApi) -> None:
    """What every thirteenth person writes stays where it is."""
    result = await api.run(CreateRepost(post_url=f"{SITE}/posts/post13"))

    assert [error.type for error in result.errors] == ["repostNotAllowed"]


async def test_accounts_share_what_they_publish(api: LinkedApi, sandbox: Sandbox) -> None:
    """Another account opens the post, sees it as another's, and acts there for itself."""
    sandbox.add_account("other")
    tokens = sandbox.account("other").tokens
    created = await publish(api, CreatePost(text="News."))

    async with LinkedApi(base_url=sandbox.base_url, clock=sandbox.clock, **tokens) as other:
        await other.run(ReactToPost(post_url=created.url, type="support"))
        await other.run(CreateRepost(post_url=created.url))
        theirs = await fetch(other, created.url)
    own = await fetch(api, created.url)

    assert theirs.viewer_state is not None
    assert (theirs.viewer_state.is_own, theirs.viewer_state.reaction) == (False, "support")
    assert own.viewer_state is not None
    assert (own.viewer_state.is_own, own.viewer_state.reaction) == (True, None)
    assert (own.reactions_count, own.reposts_count) == (1, 1)
    assert [one.engager_name for one in own.reactions or ()] == ["Other Member"]


async def test_pages_list_posts_within_both_bounds(api: LinkedApi, sandbox: Sandbox) -> None:
    """Newest first, those after a moment, up to a number, each with an address that opens."""
    world = sandbox.world
    author = max(world.companies, key=lambda one: len(world.posts(one)))
    posts = world.posts(author)
    since = posts[3].at.isoformat()

    async def listed(config: LimitSinceConfig) -> list[str | None]:
        operation = FetchCompany(
            company_url=author.url, retrieve_posts=True, posts_retrieval_config=config
        )
        return [one.url for one in (await api.run(operation)).unwrap().posts or ()]

    urls = [one.url for one in posts]
    assert await listed(LimitSinceConfig()) == urls
    assert await listed(LimitSinceConfig(since=since)) == urls[:3]
    naive = since.removesuffix("+00:00")
    assert await listed(LimitSinceConfig(since=naive, limit=2)) == urls[:2]


async def test_a_feed_post_can_be_opened(api: LinkedApi) -> None:
    """What the feed shows is what the page of the post shows."""
    (first, *_) = (await api.run(RetrieveFeed(limit=5))).unwrap()

    post = (await api.run(FetchPost(post_url=first.url))).unwrap()

    assert (post.text, post.reactions_count, post.author) == (
        first.text,
        first.reactions_count,
        first.author,
    )
