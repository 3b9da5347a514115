"""Writing comments and reacting to them."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import comments as actions_comments
from linkedapi_async.models.comments import CommentResult
from linkedapi_async.models.enums import ReactionType

from ._base import (
    ActionClass,
    ModelClass,
    ObjectOperation,
    VoidOperation,
    operation,
)

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
