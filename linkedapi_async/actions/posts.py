"""Posts: open, search, publish, repost, react, read the feed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.comments import PostComment
from linkedapi_async.models.enums import PostCommentsSort, ReactionType
from linkedapi_async.models.post_search import PostSearchFilter, PostSearchItem
from linkedapi_async.models.posts import FeedPost, Post, PostAttachment, PostMention, PublishedPost
from linkedapi_async.models.reactions import PostReaction

from ._base import Action, AnyAction, Rule, Then, action

if TYPE_CHECKING:
    from .comments import CommentOnPost

__all__ = [
    "CreatePost",
    "CreateRepost",
    "DoForPosts",
    "OpenPost",
    "ReactToPost",
    "RetrieveFeed",
    "RetrievePostComments",
    "RetrievePostReactions",
    "SearchPosts",
]


@action(
    "st.openPost",
    effect=Effect.READ,
    root="postUrl or postUrn is given",
    under=("st.doForPosts",),
    children=(
        "st.reactToPost",
        "st.commentOnPost",
        "st.retrievePostComments",
        "st.retrievePostReactions",
    ),
    errors=("postNotFound",),
)
@attrs.frozen(kw_only=True)
class OpenPost(Action[Post]):
    """Open a post, read it on request, and act there.

    Attributes:
        post_url: Address of the post; at the root only.
        post_urn: URN of the post, at the root only; beside an address it has to mean the same
            post.
        basic_info: Whether the report holds the basic facts, or only what the children report.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    post_url: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    post_urn: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    basic_info: bool | None = None
    then: "Then[_BelowOpenPost] | None" = None


@action("st.doForPosts", effect=Effect.READ, loop=True, under=None, children=("st.openPost",))
@attrs.frozen(kw_only=True)
class DoForPosts(Action[None]):
    """Repeat the children for each post of the list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    then: "Then[OpenPost] | None" = None


@action("st.retrievePostComments", effect=Effect.READ, under=("st.openPost",), children=None)
@attrs.frozen(kw_only=True)
class RetrievePostComments(Action[list[PostComment]]):
    """List comments of the post that is open.

    Attributes:
        limit: How many at most: 1 to 500; the service takes 10.
        replies: Whether replies are listed too.
        sort: Order of the comments.
        then: Any action; which ones the service takes here is not documented.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    limit: Annotated[int | None, Rule(min=1, max=500)] = None
    replies: bool | None = None
    sort: PostCommentsSort | None = None
    then: "Then[AnyAction] | None" = None


@action("st.retrievePostReactions", effect=Effect.READ, under=("st.openPost",), children=None)
@attrs.frozen(kw_only=True)
class RetrievePostReactions(Action[list[PostReaction]]):
    """List reactions to the post that is open.

    Attributes:
        limit: How many at most: 1 to 1000; the service takes 10.
        then: Any action; which ones the service takes here is not documented.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.reactToPost",
    effect=Effect.WRITE,
    category="stReactions",
    root="postUrl or postUrn is given",
    under=("st.openPost",),
    errors=("postNotFound", "noPostingPermission"),
)
@attrs.frozen(kw_only=True)
class ReactToPost(Action[None]):
    """React to a post, as yourself or as a company page.

    Attributes:
        post_url: Address of the post; at the root only.
        post_urn: URN of the post, at the root only; beside an address it has to mean the same
            post.
        type: Kind of reaction.
        company_url: Company page to act as; your account has to administer its content.

    Source: https://linkedapi.io/docs/action-st-react-to-post
    """

    post_url: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    post_urn: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    type: ReactionType
    company_url: str | None = None


@action(
    "st.createPost",
    effect=Effect.WRITE,
    category="stPosts",
    root=True,
    errors=("companyNotFound", "noPostingPermission", "mentionNotResolved"),
)
@attrs.frozen(kw_only=True)
class CreatePost(Action[PublishedPost]):
    """Publish a post, as yourself or as a company page.

    Attributes:
        text: 1 to 3000 characters; `@[key]` stands where a mention goes.
        mentions: People and companies that the text mentions as `@[key]`.
        attachments: Up to 9 images, or 1 video, or 1 document; kinds do not mix.
        company_url: Company page to act as; your account has to administer its content.

    Source: https://linkedapi.io/docs/action-st-create-post
    """

    text: Annotated[str, Rule(min_length=1, max_length=3000)]
    mentions: Sequence[PostMention] | None = None
    attachments: Annotated[
        Sequence[PostAttachment] | None,
        Rule(max_length=9, alike="type", max_entries=(("video", 1), ("document", 1))),
    ] = None
    company_url: str | None = None


@action(
    "st.createRepost",
    effect=Effect.WRITE,
    category="stPosts",
    root="postUrl or postUrn is given",
    under=None,
    children=None,
    errors=("postNotFound", "repostNotAllowed", "alreadyReposted", "mentionNotResolved"),
)
@attrs.frozen(kw_only=True)
class CreateRepost(Action[PublishedPost]):
    """Repost a post, plainly or with a text above it.

    Attributes:
        post_url: Address of the post; at the root only.
        post_urn: URN of the post, at the root only; beside an address it has to mean the same
            post.
        text: Up to 3000 characters; without it the post is shared as it is.
        mentions: People and companies that the text mentions as `@[key]`.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/create_repost.py, types/post.py
    """

    post_url: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    post_urn: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    text: Annotated[str | None, Rule(max_length=3000)] = None
    mentions: Sequence[PostMention] | None = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.searchPosts",
    effect=Effect.READ,
    category="stSearchQueries",
    root=True,
    under=None,
    children=None,
    errors=("searchingNotAllowed", "filterNotApplied"),
)
@attrs.frozen(kw_only=True)
class SearchPosts(Action[list[PostSearchItem]]):
    """Search posts.

    LinkedIn widens narrow searches by itself: a hit need not contain the term.

    Attributes:
        term: Words to search for, 1 to 50 characters; needed unless an address is given.
        limit: How many at most: 1 to 100; the service takes 10, and at most 20 with children.
        filter: What to narrow the search to; every field given has to apply.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    term: Annotated[
        str | None,
        Rule(min_length=1, max_length=50, one_of_group="term_or_url", is_group_needed=True),
    ] = None
    limit: Annotated[int | None, Rule(min=1, max=100, max_with_children=20)] = None
    filter: PostSearchFilter | None = None
    custom_search_url: Annotated[
        str | None, Rule(one_of_group="term_or_url", is_group_needed=True)
    ] = None
    then: "Then[AnyAction] | None" = None


@action("st.retrieveFeed", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class RetrieveFeed(Action[list[FeedPost]]):
    """Read your home feed.

    Attributes:
        limit: How many at most: 1 to 100; the service takes 20.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/feed.py
    """

    limit: Annotated[int | None, Rule(min=1, max=100)] = None
    then: "Then[AnyAction] | None" = None


if TYPE_CHECKING:
    _BelowOpenPost: TypeAlias = (
        ReactToPost | CommentOnPost | RetrievePostComments | RetrievePostReactions
    )
