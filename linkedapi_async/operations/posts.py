"""Posts: read, search, publish, repost, react, read the feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final, cast

import attrs

from linkedapi_async.actions import posts as actions_posts
from linkedapi_async.models.enums import ReactionType
from linkedapi_async.models.post_search import PostSearchFilter, PostSearchItem
from linkedapi_async.models.posts import FeedPost, Post, PostAttachment, PostMention, PublishedPost

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    ObjectOperation,
    PageOperation,
    Part,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._content_recipes import by_posts, by_reaction, by_reaction_of_page, term_of
from ._findings import Finding, Verdict
from ._recipes import by_statistics
from .companies import FetchCompany
from .configs import LimitConfig, LimitSinceConfig, PostCommentsConfig

__all__ = [
    "CreatePost",
    "CreateRepost",
    "FetchPost",
    "ReactToPost",
    "RetrieveFeed",
    "SearchPosts",
]

_REACTIONS: Final = 1000
_POSTS: Final = 20


@operation("searchPosts")
@attrs.frozen(kw_only=True)
class SearchPosts(ListOperation[PostSearchItem]):
    """Search posts.

    Attributes:
        limit: How many at most: 1 to 100; the service takes 10, and at most 20 with children.
        term: Words to search for, 1 to 50 characters; needed unless an address is given.
        filter: What to narrow the search to; every field given has to apply.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    root: ClassVar[ActionClass] = actions_posts.SearchPosts
    model: ClassVar[ModelClass] = PostSearchItem

    limit: int | None = None
    term: str | None = None
    filter: PostSearchFilter | None = None
    custom_search_url: str | None = None


@operation("fetchPost")
@attrs.frozen(kw_only=True)
class FetchPost(PageOperation[Post]):
    """Read a post, with the parts asked for.

    Attributes:
        post_url: Address of the post.
        post_urn: URN of the post; beside an address it has to mean the same post.
        retrieve_comments: Whether to read comments too.
        retrieve_reactions: Whether to read reactions too.
        comments_retrieval_config: Bounds for comments; used only when they are read.
        reactions_retrieval_config: Bounds for reactions; used only when they are read.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    root: ClassVar[ActionClass] = actions_posts.OpenPost
    model: ClassVar[ModelClass] = Post
    parts: ClassVar[tuple[Part, ...]] = (
        Part(
            "retrieve_comments",
            actions_posts.RetrievePostComments,
            "comments",
            "comments_retrieval_config",
        ),
        Part(
            "retrieve_reactions",
            actions_posts.RetrievePostReactions,
            "reactions",
            "reactions_retrieval_config",
        ),
    )

    post_url: str | None = None
    post_urn: str | None = None
    retrieve_comments: bool = False
    retrieve_reactions: bool = False
    comments_retrieval_config: PostCommentsConfig | None = None
    reactions_retrieval_config: LimitConfig | None = None


@operation("reactToPost")
@attrs.frozen(kw_only=True)
class ReactToPost(VoidOperation):
    """React to a post, as yourself or as a company page.

    Attributes:
        post_url: Address of the post.
        post_urn: URN of the post; beside an address it has to mean the same post.
        type: Kind of reaction.
        company_url: Company page to act as; your account has to administer its content.

    Source: https://linkedapi.io/docs/action-st-react-to-post
    """

    root: ClassVar[ActionClass] = actions_posts.ReactToPost

    post_url: str | None = None
    post_urn: str | None = None
    type: ReactionType
    company_url: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Read what the account has left on the post, or the page among all who reacted."""
        action = self.root.action_type
        if self.company_url is None:
            read = FetchPost(post_url=self.post_url, post_urn=self.post_urn)
            return by_reaction(self.type, action=action, read=read, since=since)
        read = FetchPost(
            post_url=self.post_url,
            post_urn=self.post_urn,
            retrieve_reactions=True,
            reactions_retrieval_config=LimitConfig(limit=_REACTIONS),
        )
        return by_reaction_of_page(
            self.type, self.company_url, action=action, read=read, limit=_REACTIONS, since=since
        )


@operation("createPost")
@attrs.frozen(kw_only=True)
class CreatePost(ObjectOperation[PublishedPost]):
    """Publish a post, as yourself or as a company page.

    Attributes:
        text: 1 to 3000 characters; `@[key]` stands where a mention goes.
        mentions: People and companies that the text mentions as `@[key]`.
        attachments: Up to 9 images, or 1 video, or 1 document; kinds do not mix.
        company_url: Company page to act as; your account has to administer its content.

    Source: https://linkedapi.io/docs/action-st-create-post
    """

    root: ClassVar[ActionClass] = actions_posts.CreatePost
    model: ClassVar[ModelClass] = PublishedPost

    text: str
    mentions: Sequence[PostMention] | None = None
    attachments: Sequence[PostAttachment] | None = None
    company_url: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Search your posts for the text, or read the page's, then ask the statistics.

        Your own profile cannot be opened by the service, hence the search.
        """
        text = _written(self.text, self.mentions)
        action = self.root.action_type
        if self.company_url is not None:
            page = FetchCompany(
                company_url=self.company_url,
                retrieve_posts=True,
                posts_retrieval_config=LimitSinceConfig(limit=_POSTS),
            )
            return by_posts(text, action=action, read=page, since=since, page=self.company_url)
        return _mine(text, term_of(text), action=action, since=since)


@operation("createRepost")
@attrs.frozen(kw_only=True)
class CreateRepost(ObjectOperation[PublishedPost]):
    """Repost a post, plainly or with a text above it.

    Attributes:
        post_url: Address of the post.
        post_urn: URN of the post; beside an address it has to mean the same post.
        text: Up to 3000 characters; without it the post is shared as it is.
        mentions: People and companies that the text mentions as `@[key]`.

    Source: pypi:linkedapi==1.4.7 operations/create_repost.py, types/post.py
    """

    root: ClassVar[ActionClass] = actions_posts.CreateRepost
    model: ClassVar[ModelClass] = PublishedPost

    post_url: str | None = None
    post_urn: str | None = None
    text: str | None = None
    mentions: Sequence[PostMention] | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Read what was passed on, search your posts for it, then ask the statistics."""
        read = FetchPost(post_url=self.post_url, post_urn=self.post_urn)
        original = cast("Post | None", (yield read))
        text = _written(self.text or "", self.mentions)
        shown = (original.text if original else None) or ""
        return (
            yield from _mine(
                text,
                term_of(text) or term_of(shown),
                action=self.root.action_type,
                since=since,
                original=original or Post(),
            )
        )


@operation("retrieveFeed")
@attrs.frozen(kw_only=True)
class RetrieveFeed(ListOperation[FeedPost]):
    """Read your home feed.

    Attributes:
        limit: How many at most: 1 to 100; the service takes 20.

    Source: pypi:linkedapi==1.4.7 types/feed.py
    """

    root: ClassVar[ActionClass] = actions_posts.RetrieveFeed
    model: ClassVar[ModelClass] = FeedPost

    limit: int | None = None


def _written(text: str, mentions: Sequence[PostMention] | None) -> str:
    """Return a text as it is shown: with names in place of the keys of mentions."""
    for mention in mentions or ():
        text = text.replace(f"@[{mention.key}]", mention.name)
    return text


def _mine(
    text: str, term: str | None, *, action: str, since: datetime, original: Post | None = None
) -> Recipe:
    """Search among your own posts; what has no words cannot be searched for."""
    if term is None:
        doubt = f"Without words in it, no search finds what {action} has published."
        return by_statistics(action, since=since, doubt=Finding(Verdict.UNKNOWN, doubt))
    search = SearchPosts(
        term=term,
        limit=_POSTS,
        filter=PostSearchFilter(sort="latest", posted_by=("me",)),
    )
    return by_posts(text, action=action, read=search, since=since, original=original)
