"""Comments of the sandbox's small LinkedIn: listed, written, answered, reacted to."""

from itertools import pairwise
from typing import Any, Final
from urllib.parse import quote, unquote

import attrs
import pytest

from linkedapi_async import LinkedApi, Result
from linkedapi_async.models import PostComment
from linkedapi_async.operations import (
    CommentOnPost,
    CreatePost,
    FetchPerson,
    FetchPost,
    ReactToComment,
    ReplyToComment,
)
from linkedapi_async.operations.configs import LimitConfig, LimitSinceConfig, PostCommentsConfig
from linkedapi_async.testing import Sandbox
from linkedapi_async.testing._content import Comment, Post

SITE: Final = "https://www.linkedin.com"
FIRST: Final = f"{SITE}/posts/post1"
OWN_PAGE: Final = f"{SITE}/company/company1"
COMMENT: Final = "urn:li:fsd_comment:(7100000000000100000,urn:li:activity:7000000000000000010)"
ALL: Final = PostCommentsConfig(limit=500, replies=True, sort="mostRecent")


async def comments(
    api: LinkedApi, url: str, config: PostCommentsConfig | None = ALL
) -> list[PostComment]:
    """Return what stands below a post."""
    operation = FetchPost(post_url=url, retrieve_comments=True, comments_retrieval_config=config)
    return (await api.run(operation)).unwrap().comments or []


def discussed(sandbox: Sandbox) -> Post:
    """Return the post of the world most people commented on."""
    wall = sandbox.world.wall
    return max(wall.everything, key=lambda post: len(wall.comments(post)))


def commented(sandbox: Sandbox, number: int) -> Comment:
    """Return a comment below what a person published."""
    wall = sandbox.world.wall
    posts = sandbox.world.posts(sandbox.world.person(number))
    return next(comment for post in posts for comment in wall.comments(post))


def types(*results: Result[Any]) -> list[list[str]]:
    """Return the error words of results."""
    return [[error.type for error in one.errors] for one in results]


async def test_a_list_holds_comments_or_replies_too(api: LinkedApi, sandbox: Sandbox) -> None:
    """Replies follow what they answer, oldest first, and only when asked for."""
    url = discussed(sandbox).url

    alone = await comments(api, url, PostCommentsConfig(limit=500, sort="mostRecent"))
    both = await comments(api, url)

    assert [one for one in both if not one.is_reply] == alone
    assert sum(one.replies_count or 0 for one in alone) == len(both) - len(alone) > 0
    for above, below in pairwise(both):
        if below.is_reply:
            assert above.replies_count == 1
            assert (below.comment_url or "").startswith(above.comment_url or "?")
            assert below.commenter_url == discussed(sandbox).publisher.url
            assert (below.time or "") > (above.time or "")


async def test_lists_are_sorted_and_cut(api: LinkedApi, sandbox: Sandbox) -> None:
    """The most relevant come first unless the most recent are asked for, ten without a limit."""
    url = discussed(sandbox).url

    usual = await comments(api, url, None)
    relevant = await comments(api, url, PostCommentsConfig(limit=500, sort="mostRelevant"))
    recent = await comments(api, url, PostCommentsConfig(limit=4, sort="mostRecent"))

    likes = [one.reactions_count or 0 for one in relevant]
    times = [one.time or "" for one in recent]
    assert usual == relevant[:10]
    assert likes == sorted(likes, reverse=True)
    assert times == sorted((one.time or "" for one in relevant), reverse=True)[:4]


async def test_a_comment_is_read_where_it_was_written(api: LinkedApi, sandbox: Sandbox) -> None:
    """It is the latest below its post, your own, and counts."""
    before = (await api.run(FetchPost(post_url=FIRST))).unwrap()

    result = await api.run(CommentOnPost(post_url=FIRST, text="Well done."))
    written = result.unwrap()
    (newest, *_) = await comments(api, FIRST)
    after = (await api.run(FetchPost(post_url=FIRST))).unwrap()

    assert (newest.comment_urn, newest.comment_url) == (written.comment_urn, written.comment_url)
    assert (newest.text, newest.is_reply, newest.image) == ("Well done.", False, None)
    assert (newest.commenter_name, newest.commenter_url) == ("Main Member", sandbox.account().url)
    assert (newest.reactions_count, newest.replies_count) == (0, 0)
    assert newest.viewer_state is not None
    assert (newest.viewer_state.is_own, newest.viewer_state.reaction) == (True, None)
    assert after.comments_count == (before.comments_count or 0) + 1
    assert len(sandbox.log.effects("st.commentOnPost")) == 1


async def test_a_page_comments_in_its_own_name(api: LinkedApi) -> None:
    """A company page may say what you have said, and is told as a company."""
    await api.run(CommentOnPost(post_url=FIRST, text="Well done."))
    result = await api.run(CommentOnPost(post_url=FIRST, text="Well done.", company_url=OWN_PAGE))

    (newest, *_) = await comments(api, FIRST)

    assert result.errors == ()
    assert newest.author is not None
    assert (newest.author.type, newest.author.company_url) == ("company", OWN_PAGE)
    assert newest.commenter_type == "company"
    assert newest.viewer_state is not None
    assert newest.viewer_state.is_own is False


async def test_answers_stand_below_the_comment(api: LinkedApi, sandbox: Sandbox) -> None:
    """A reply to a reply stands below the same comment, in the order they came."""
    comment = commented(sandbox, 2)

    first = await api.run(ReplyToComment(comment_url=comment.url, text="One."))
    second = await api.run(
        ReplyToComment(comment_url=first.unwrap().comment_url or "", text="Two.")
    )
    listed = await comments(api, comment.post.url)

    (above,) = [one for one in listed if one.comment_urn == comment.urn]
    place = listed.index(above)
    answers = listed[place + 1 : place + 1 + (above.replies_count or 0)]
    assert [one.text for one in answers[-2:]] == ["One.", "Two."]
    assert all(one.is_reply for one in answers)
    assert answers[-1].comment_url == second.unwrap().comment_url
    assert len(sandbox.log.effects("st.replyToComment")) == 2


async def test_a_reaction_to_a_comment_shows(api: LinkedApi, sandbox: Sandbox) -> None:
    """It counts once, whatever it is changed to; `like` is the usual one."""
    comment = commented(sandbox, 2)

    await api.run(ReactToComment(comment_url=comment.url, type="love"))
    await api.run(ReactToComment(comment_url=comment.url))

    (told,) = [
        one for one in await comments(api, comment.post.url) if one.comment_urn == comment.urn
    ]
    assert told.viewer_state is not None
    assert told.viewer_state.reaction == "like"
    assert told.reactions_count == comment.likes + 1
    assert len(sandbox.log.effects("st.reactToComment")) == 2


async def test_every_listed_address_leads_back(api: LinkedApi, sandbox: Sandbox) -> None:
    """Comments and replies alike take a reaction at the address they are listed with."""
    listed = await comments(api, discussed(sandbox).url)

    results = [await api.run(ReactToComment(comment_url=one.comment_url or "")) for one in listed]
    again = await comments(api, discussed(sandbox).url)

    assert types(*results) == [[]] * len(listed)
    assert any(one.is_reply for one in listed)
    for before, after in zip(listed, again, strict=True):
        assert attrs.evolve(after, viewer_state=None, reactions_count=0) == attrs.evolve(
            before, viewer_state=None, reactions_count=0
        )
        assert after.reactions_count == (before.reactions_count or 0) + 1


async def test_an_unquoted_address_leads_back(api: LinkedApi, sandbox: Sandbox) -> None:
    """An address may be written with its brackets."""
    comment = commented(sandbox, 2)

    result = await api.run(ReactToComment(comment_url=unquote(comment.url)))

    assert types(result) == [[]]


async def test_the_same_text_is_refused_in_the_same_place(api: LinkedApi, sandbox: Sandbox) -> None:
    """A comment and a reply may agree; two of either may not."""
    comment = commented(sandbox, 2)
    address = comment.post.url

    results = [
        await api.run(CommentOnPost(post_url=address, text="So true.")),
        await api.run(CommentOnPost(post_url=address, text="So true.")),
        await api.run(ReplyToComment(comment_url=comment.url, text="So true.")),
        await api.run(ReplyToComment(comment_url=comment.url, text="So true.")),
        await api.run(CommentOnPost(post_url=FIRST, text="So true.")),
    ]

    assert types(*results) == [[], ["duplicateComment"], [], ["duplicateComment"], []]
    assert len(sandbox.log.effects()) == 3


async def test_the_guarded_take_comments_from_connections(api: LinkedApi, sandbox: Sandbox) -> None:
    """What every eleventh person publishes is closed to strangers, and open to connections."""
    closed, open_ = commented(sandbox, 11), commented(sandbox, 55)

    results = [
        await api.run(CommentOnPost(post_url=closed.post.url, text="Hi")),
        await api.run(ReplyToComment(comment_url=closed.url, text="Hi")),
        await api.run(ReactToComment(comment_url=closed.url)),
        await api.run(CommentOnPost(post_url=open_.post.url, text="Hi")),
        await api.run(ReplyToComment(comment_url=open_.url, text="Hi")),
    ]

    assert types(*results) == [["commentingNotAllowed"], ["replyingNotAllowed"], [], [], []]
    assert len(sandbox.log.effects()) == 3


@pytest.mark.parametrize(
    "address",
    [
        "u",
        "https://[",
        f"{SITE}/feed/update/urn:li:activity:7000000000000000010/",
        f"{SITE}/feed/update/x/?dashCommentUrn=urn:li:fsd_comment:(7,urn:li:activity:12)",
        f"{SITE}/feed/update/x/?dashCommentUrn="
        + quote("urn:li:fsd_comment:(7,urn:li:activity:7000000000000000010)"),
        f"https://example.com/feed/update/x/?dashCommentUrn={COMMENT}",
    ],
)
async def test_other_addresses_lead_to_no_comment(
    api: LinkedApi, sandbox: Sandbox, address: str
) -> None:
    """What is no comment of the world takes neither reaction nor reply."""
    results = [
        await api.run(ReactToComment(comment_url=address)),
        await api.run(ReplyToComment(comment_url=address, text="Hi")),
    ]

    assert types(*results) == [["commentNotFound"], ["commentNotFound"]]
    assert sandbox.log.effects() == ()


async def test_a_created_post_takes_comments(api: LinkedApi) -> None:
    """Its comments are those that accounts write, each found again."""
    created = (await api.run(CreatePost(text="News."))).unwrap()
    url = created.post_url or ""

    first = (await api.run(CommentOnPost(post_url=url, text="First."))).unwrap()
    await api.run(ReplyToComment(comment_url=first.comment_url or "", text="Second."))

    assert [(one.text, one.replies_count) for one in await comments(api, url)] == [
        ("First.", 1),
        ("Second.", 0),
    ]


async def test_what_a_profile_lists_stands_below_the_posts(
    api: LinkedApi, sandbox: Sandbox
) -> None:
    """Comments and reactions of a person are there where the post lists them, newest first."""
    somebody = sandbox.world.person(3)
    bounds = LimitSinceConfig(limit=5)
    person = (
        await api.run(
            FetchPerson(
                person_url=somebody.url,
                retrieve_comments=True,
                retrieve_reactions=True,
                comments_retrieval_config=bounds,
                reactions_retrieval_config=bounds,
            )
        )
    ).unwrap()

    said, liked = person.comments or [], person.reactions or []
    assert (len(said), len(liked)) == (5, 5)
    times = [one.time or "" for one in said]
    assert times == sorted(times, reverse=True)
    for comment in said:
        told = await comments(api, comment.post_url or "")
        assert (comment.text, comment.time, comment.reactions_count, comment.image) in [
            (one.text, one.time, one.reactions_count, one.image)
            for one in told
            if one.commenter_url == somebody.url
        ]
    config = LimitConfig(limit=1000)
    for reaction in liked:
        operation = FetchPost(
            post_url=reaction.post_url, retrieve_reactions=True, reactions_retrieval_config=config
        )
        below = (await api.run(operation)).unwrap().reactions or []
        assert (somebody.url, reaction.reaction_type) in [
            (one.engager_url, one.type) for one in below
        ]
