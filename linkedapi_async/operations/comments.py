"""Writing comments and reacting to them."""

from datetime import datetime
from typing import ClassVar

import attrs

from linkedapi_async.actions import comments as actions_comments
from linkedapi_async.models.comments import CommentResult
from linkedapi_async.models.enums import ReactionType

from ._base import (
    ActionClass,
    ModelClass,
    ObjectOperation,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._content_recipes import COMMENTS, by_comment_reaction, by_comments, post_of_comment
from .configs import PostCommentsConfig
from .posts import FetchPost

__all__ = [
    "CommentOnPost",
    "ReactToComment",
    "ReplyToComment",
]


@operation("commentOnPost")
@attrs.frozen(kw_only=True)
class CommentOnPost(ObjectOperation[CommentResult]):
    """Comment on a post, as yourself or as a company page.

    Attributes:
        post_url: Address of the post.
        post_urn: URN of the post; beside an address it has to mean the same post.
        text: 1 to 1000 characters.
        company_url: Company page to act as; your account has to administer its content.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    root: ClassVar[ActionClass] = actions_comments.CommentOnPost
    model: ClassVar[ModelClass] = CommentResult

    post_url: str | None = None
    post_urn: str | None = None
    text: str
    company_url: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Read the comments of the post, the latest first."""
        return by_comments(
            self.text,
            action=self.root.action_type,
            read=_read(self.post_url, self.post_urn),
            since=since,
            page=self.company_url,
        )


@operation("reactToComment")
@attrs.frozen(kw_only=True)
class ReactToComment(VoidOperation):
    """React to a comment.

    Attributes:
        comment_url: Address of the comment, as commenting or listing comments reports it.
        type: Kind of reaction.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    root: ClassVar[ActionClass] = actions_comments.ReactToComment

    comment_url: str
    type: ReactionType = "like"

    @override
    def recipe(self, since: datetime) -> Recipe | None:
        """Find the comment below its post.

        Where its address does not name the post, only the statistics tell.
        """
        post = post_of_comment(self.comment_url)
        if post is None:
            return None
        return by_comment_reaction(
            self.type,
            self.comment_url,
            action=self.root.action_type,
            read=_read(None, post),
            since=since,
        )


@operation("replyToComment")
@attrs.frozen(kw_only=True)
class ReplyToComment(ObjectOperation[CommentResult]):
    """Reply to a comment.

    Attributes:
        comment_url: Address of the comment, as commenting or listing comments reports it.
        text: 1 to 1000 characters.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    root: ClassVar[ActionClass] = actions_comments.ReplyToComment
    model: ClassVar[ModelClass] = CommentResult

    comment_url: str
    text: str

    @override
    def recipe(self, since: datetime) -> Recipe | None:
        """Read the replies below the comment.

        Where its address does not name the post, only the statistics tell.
        """
        post = post_of_comment(self.comment_url)
        if post is None:
            return None
        return by_comments(
            self.text,
            action=self.root.action_type,
            read=_read(None, post),
            since=since,
            below=self.comment_url,
        )


def _read(post_url: str | None, post_urn: str | None) -> FetchPost:
    return FetchPost(
        post_url=post_url,
        post_urn=post_urn,
        retrieve_comments=True,
        comments_retrieval_config=PostCommentsConfig(
            limit=COMMENTS, replies=True, sort="mostRecent"
        ),
    )
