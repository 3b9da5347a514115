"""Every action about posts and comments, carried out, decoded by us and by the official SDK."""

from collections.abc import Callable
from typing import Any, Final, cast

import linkedapi.operations as official
import pytest

from linkedapi_async import LinkedApi, actions
from linkedapi_async.actions import comments as comment_actions
from linkedapi_async.actions import posts as post_actions
from linkedapi_async.actions._base import AnyAction, Then, specs
from linkedapi_async.models import PostMention, PostSearchFilter
from linkedapi_async.models._rules import camel
from linkedapi_async.operations import (
    CommentOnPost,
    CreatePost,
    CreateRepost,
    CustomWorkflow,
    FetchCompany,
    FetchPerson,
    FetchPost,
    Operation,
    ReactToComment,
    ReactToPost,
    ReplyToComment,
    RetrieveFeed,
    SearchPosts,
)
from linkedapi_async.testing import Sandbox, WorkflowCompleted
from linkedapi_async.testing._content import Comment

SITE: Final = "https://www.linkedin.com"
FIRST: Final = f"{SITE}/posts/post1"
PERSON: Final = f"{SITE}/in/person3"

MADE: Final[dict[str, Callable[[str], Operation[Any]]]] = {
    "FetchPost": lambda _: FetchPost(
        post_url=FIRST, retrieve_comments=True, retrieve_reactions=True
    ),
    "ReactToPost": lambda _: ReactToPost(post_url=FIRST, type="like"),
    "CommentOnPost": lambda _: CommentOnPost(post_url=FIRST, text="Hi"),
    "CreatePost": lambda _: CreatePost(text="Hi"),
    "CreateRepost": lambda _: CreateRepost(post_url=FIRST, text="Hi"),
    "SearchPosts": lambda _: SearchPosts(term="python", limit=100),
    "RetrieveFeed": lambda _: RetrieveFeed(limit=100),
    "ReactToComment": lambda url: ReactToComment(comment_url=url),
    "ReplyToComment": lambda url: ReplyToComment(comment_url=url, text="Hi"),
    "FetchPerson": lambda _: FetchPerson(
        person_url=PERSON, retrieve_posts=True, retrieve_comments=True, retrieve_reactions=True
    ),
    "FetchCompany": lambda _: FetchCompany(
        company_url=f"{SITE}/company/company1", retrieve_posts=True
    ),
}


def a_comment(sandbox: Sandbox) -> Comment:
    """Return some comment of the world."""
    wall = sandbox.world.wall
    return next(one for post in wall.everything for one in wall.comments(post))


def plain(value: Any) -> Any:
    """Return a result as JSON by wire names, without `None`."""
    if isinstance(value, list):
        entries = cast("Any", value)
        return [plain(item) for item in entries]
    fields: Any = getattr(value, "__attrs_attrs__", None)
    if fields is None:
        return value
    pairs = ((field.name, getattr(value, field.name)) for field in fields)
    return {camel(name): plain(item) for name, item in pairs if item is not None}


def full(value: Any) -> Any:
    """Return JSON without `null`, and without what is told of children."""
    if isinstance(value, list):
        entries = cast("Any", value)
        return [full(item) for item in entries]
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: full(item) for key, item in pairs if item is not None and key != "then"}
    return value


def dumped(value: Any) -> Any:
    """Return what the official SDK has read as JSON, without `None`."""
    if isinstance(value, list):
        entries = cast("Any", value)
        return [dumped(item) for item in entries]
    return None if value is None else value.model_dump(by_alias=True, exclude_none=True)


@pytest.mark.parametrize("name", sorted(MADE))
async def test_both_sdks_read_all_that_is_told(api: LinkedApi, sandbox: Sandbox, name: str) -> None:
    """Neither loses a field or invents one."""
    result = await api.run(MADE[name](a_comment(sandbox).url))

    mapped: Any = getattr(official, name).mapper.map_response(result.completion)
    told: Any = result.completion
    expected = full(told.get("data"))
    parts: Any = told["data"]["then"] if name in PARTS else ()
    for part in parts:
        expected[PARTS[name][part["actionType"]]] = full(part["data"])
    assert (mapped.errors, result.errors) == ([], ())
    assert plain(result.data) == dumped(mapped.data) == expected


PARTS: Final = {
    "FetchPost": {
        "st.retrievePostComments": "comments",
        "st.retrievePostReactions": "reactions",
    },
    "FetchPerson": {
        "st.retrievePersonPosts": "posts",
        "st.retrievePersonComments": "comments",
        "st.retrievePersonReactions": "reactions",
    },
    "FetchCompany": {"st.retrieveCompanyPosts": "posts"},
}
"""Where the reports of children end up in the page they belong to."""


TREES: Final[dict[str, Callable[[str], "AnyAction | list[AnyAction]"]]] = {
    "st.openPost": lambda _: actions.OpenPost(post_url=FIRST),
    "st.doForPosts": lambda _: actions.RetrieveFeed(then=loop(), limit=3),
    "st.retrievePostComments": lambda _: actions.OpenPost(
        post_url=FIRST, then=actions.RetrievePostComments(replies=True)
    ),
    "st.retrievePostReactions": lambda _: actions.OpenPost(
        post_url=FIRST, then=[actions.RetrievePostReactions(limit=1)]
    ),
    "st.reactToPost": lambda _: actions.OpenPost(
        post_url=FIRST, then=[actions.ReactToPost(type="love"), actions.ReactToPost(type="like")]
    ),
    "st.commentOnPost": lambda _: actions.OpenPost(
        post_url=FIRST, then=actions.CommentOnPost(text="Hi")
    ),
    "st.createPost": lambda _: actions.CreatePost(text="Hi", label="mine"),
    "st.createRepost": lambda _: actions.CreateRepost(post_url=FIRST),
    "st.searchPosts": lambda _: actions.SearchPosts(term="python"),
    "st.retrieveFeed": lambda _: actions.RetrieveFeed(),
    "st.reactToComment": lambda url: actions.ReactToComment(comment_url=url, type="funny"),
    "st.replyToComment": lambda url: actions.ReplyToComment(comment_url=url, text="Hi"),
}


def loop() -> actions.DoForPosts:
    """Return a loop that opens each post and reads below it."""
    return actions.DoForPosts(
        then=actions.OpenPost(basic_info=True, then=[actions.RetrievePostComments(limit=1)])
    )


def test_every_action_of_posts_and_comments_is_tried() -> None:
    """A new action of these modules has to be carried out here."""
    names = [
        getattr(module, name).action_type
        for module in (post_actions, comment_actions)
        for name in module.__all__
    ]

    assert sorted(names) == sorted(TREES)


@pytest.mark.parametrize("action_type", sorted(TREES))
async def test_every_action_is_carried_out(
    api: LinkedApi, sandbox: Sandbox, action_type: str
) -> None:
    """Wherever it may stand, it succeeds, and the log has seen it."""
    result = await api.run(CustomWorkflow(TREES[action_type](a_comment(sandbox).url)))

    executed = [one.action_type for one in sandbox.log.actions()]
    assert result.errors == ()
    assert {one.outcome for one in sandbox.log.actions()} == {"success"}
    if action_type == "st.doForPosts":
        assert executed == ["st.retrieveFeed", *["st.openPost", "st.retrievePostComments"] * 3]
    else:
        assert action_type in executed


def open_person(then: "Then[AnyAction]") -> AnyAction:
    """Return a tree that opens a profile."""
    return actions.OpenPersonPage(person_url=PERSON, then=then)  # type: ignore[arg-type]


LOOPS: Final[dict[str, AnyAction]] = {
    "search": actions.SearchPosts(term="python", limit=3, then=[loop()]),
    "feed": actions.RetrieveFeed(limit=3, then=loop()),
    "person's posts": open_person(actions.RetrievePersonPosts(then=loop(), limit=3)),
    "person's comments": open_person(actions.RetrievePersonComments(then=loop(), limit=3)),
    "company's posts": actions.OpenCompanyPage(
        company_url=f"{SITE}/company/company2",
        then=actions.RetrieveCompanyPosts(then=loop(), limit=3),
    ),
}


@pytest.mark.parametrize("name", sorted(LOOPS))
async def test_a_loop_opens_each_post_of_a_list(
    api: LinkedApi, sandbox: Sandbox, name: str
) -> None:
    """Each item carries the report of its own post, with the comments below it."""
    result = await api.run(CustomWorkflow(LOOPS[name]))

    told: Any = result.completion
    items = told["data"] if isinstance(told["data"], list) else told["data"]["then"]["data"]
    assert result.errors == ()
    assert items
    for item in items:
        (report,) = item["then"]
        (comments,) = report["data"]["then"]
        assert report["data"]["url"] == item.get("url", item.get("postUrl"))
        assert len(comments["data"]) == min(report["data"]["commentsCount"], 1)
    (completed,) = [one for one in sandbox.log if isinstance(one, WorkflowCompleted)]
    assert completed.completion == told


async def test_what_was_just_written_can_be_acted_on(api: LinkedApi) -> None:
    """Below a comment, and below a list of comments or reactions, the post is at hand."""
    trees = [
        actions.CommentOnPost(post_url=FIRST, text="Hi", then=actions.CreateRepost(text="Look")),
        actions.OpenPost(
            post_url=f"{SITE}/posts/post2",
            then=[
                actions.CommentOnPost(text="Hi"),
                actions.ReactToPost(type="like"),
                actions.RetrievePostComments(limit=1, then=loop()),
                actions.RetrievePostReactions(limit=1, then=loop()),
            ],
        ),
    ]

    result = await api.run(CustomWorkflow(trees))

    told: Any = result.completion
    assert result.errors == ()
    assert told[0]["data"]["then"]["data"]["postUrn"] != told[0]["data"]["commentUrn"]
    for report in told[1]["data"]["then"][2:]:
        (item,) = report["data"]
        assert [one["actionType"] for one in item["then"]] == ["st.openPost"]


async def test_without_a_post_at_hand_there_is_none(api: LinkedApi) -> None:
    """An action that is left without any post reports that, and acts nowhere."""
    result = await api.run(CustomWorkflow(actions.SyncNetwork(then=actions.CreateRepost())))

    assert [error.type for error in result.errors] == ["postNotFound"]


NOWHERE: Final = f"{SITE}/posts/nothing"
OTHERS_PAGE: Final = f"{SITE}/company/company2"
NOBODY: Final = [PostMention(key="k", name="Nobody Anywhere")]
CLOSED: Final = f"{SITE}/posts/post11"

REFUSED: Final[dict[tuple[str, str], Callable[[str], list[AnyAction]]]] = {
    ("st.openPost", "postNotFound"): lambda _: [actions.OpenPost(post_url=NOWHERE)],
    ("st.reactToPost", "postNotFound"): lambda _: [
        actions.ReactToPost(post_url=NOWHERE, type="like")
    ],
    ("st.reactToPost", "noPostingPermission"): lambda _: [
        actions.ReactToPost(post_url=FIRST, type="like", company_url=OTHERS_PAGE)
    ],
    ("st.commentOnPost", "postNotFound"): lambda _: [
        actions.CommentOnPost(post_url=NOWHERE, text="Hi")
    ],
    ("st.commentOnPost", "commentingNotAllowed"): lambda _: [
        actions.CommentOnPost(post_url=CLOSED, text="Hi")
    ],
    ("st.commentOnPost", "duplicateComment"): lambda _: (
        [actions.CommentOnPost(post_url=FIRST, text="Hi")] * 2
    ),
    ("st.commentOnPost", "noPostingPermission"): lambda _: [
        actions.CommentOnPost(post_url=FIRST, text="Hi", company_url=OTHERS_PAGE)
    ],
    ("st.createPost", "companyNotFound"): lambda _: [
        actions.CreatePost(text="Hi", company_url=f"{SITE}/company/nothing")
    ],
    ("st.createPost", "noPostingPermission"): lambda _: [
        actions.CreatePost(text="Hi", company_url=OTHERS_PAGE)
    ],
    ("st.createPost", "mentionNotResolved"): lambda _: [
        actions.CreatePost(text="@[k]", mentions=NOBODY)
    ],
    ("st.createRepost", "postNotFound"): lambda _: [actions.CreateRepost(post_url=NOWHERE)],
    ("st.createRepost", "repostNotAllowed"): lambda _: [
        actions.CreateRepost(post_url=f"{SITE}/posts/post13")
    ],
    ("st.createRepost", "alreadyReposted"): lambda _: [actions.CreateRepost(post_url=FIRST)] * 2,
    ("st.createRepost", "mentionNotResolved"): lambda _: [
        actions.CreateRepost(post_url=FIRST, text="@[k]", mentions=NOBODY)
    ],
    ("st.reactToComment", "commentNotFound"): lambda _: [actions.ReactToComment(comment_url=FIRST)],
    ("st.replyToComment", "commentNotFound"): lambda _: [
        actions.ReplyToComment(comment_url=FIRST, text="Hi")
    ],
    ("st.replyToComment", "replyingNotAllowed"): lambda url: [
        actions.ReplyToComment(comment_url=url, text="Hi")
    ],
    ("st.replyToComment", "duplicateComment"): lambda url: (
        [actions.ReplyToComment(comment_url=url, text="Hi")] * 2
    ),
    ("st.searchPosts", "searchingNotAllowed"): lambda _: [
        actions.SearchPosts(custom_search_url=f"{SITE}/feed/")
    ],
    ("st.searchPosts", "filterNotApplied"): lambda _: [
        actions.SearchPosts(term="x", filter=PostSearchFilter(from_members=["Nobody Anywhere"]))
    ],
}


def test_every_error_of_the_tables_is_tried() -> None:
    """An error that a table names for one of these actions has to be reported here."""
    named = [(name, error) for name in TREES for error in specs()[name].errors]

    assert sorted(named) == sorted(REFUSED)


@pytest.mark.parametrize(("action_type", "error"), sorted(REFUSED))
async def test_every_error_can_be_met(
    api: LinkedApi, sandbox: Sandbox, action_type: str, error: str
) -> None:
    """The rules of the world lead to it, without a fault injected, and it reads for people."""
    number = 11 if error == "replyingNotAllowed" else 1
    comments = (
        comment
        for post in sandbox.world.posts(sandbox.world.person(number))
        for comment in sandbox.world.wall.comments(post)
    )
    trees = REFUSED[action_type, error](next(comments).url)

    result = await api.run(CustomWorkflow(trees))

    (failure,) = result.errors
    assert (failure.action_type, failure.type) == (action_type, error)
    assert failure.message.endswith(".")
    assert error not in failure.message
    assert sandbox.log.actions()[-1].outcome == error


async def test_the_limits_of_the_account_hold(api: LinkedApi, sandbox: Sandbox) -> None:
    """Each kind of writing counts against its own category."""
    url = a_comment(sandbox).url
    sandbox.add_account("tight", limits=dict.fromkeys(("stPosts", "stComments", "stReactions"), 1))
    tokens = sandbox.account("tight").tokens
    trees = [
        actions.CreatePost(text="One"),
        actions.CreateRepost(post_url=FIRST),
        actions.CommentOnPost(post_url=FIRST, text="One"),
        actions.ReplyToComment(comment_url=url, text="Two"),
        actions.ReactToPost(post_url=FIRST, type="like"),
        actions.ReactToComment(comment_url=url),
    ]

    async with LinkedApi(base_url=sandbox.base_url, clock=sandbox.clock, **tokens) as tight:
        result = await tight.run(CustomWorkflow(trees))

    assert [one.outcome for one in sandbox.log.actions()] == ["success", "limitExceeded"] * 3
    assert [error.type for error in result.errors] == ["limitExceeded"] * 3
