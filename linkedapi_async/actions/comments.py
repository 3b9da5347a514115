"""Writing comments and reacting to them."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.comments import CommentResult
from linkedapi_async.models.enums import ReactionType

from ._base import Action, AnyAction, Rule, Then, action

__all__ = [
    "CommentOnPost",
    "ReactToComment",
    "ReplyToComment",
]


@action(
    "st.commentOnPost",
    effect=Effect.WRITE,
    category="stComments",
    root="postUrl or postUrn is given",
    under=("st.openPost",),
    children=None,
    errors=("postNotFound", "commentingNotAllowed", "duplicateComment", "noPostingPermission"),
)
@attrs.frozen(kw_only=True)
class CommentOnPost(Action[CommentResult]):
    """Comment on a post, as yourself or as a company page.

    Attributes:
        post_url: Address of the post; at the root only.
        post_urn: URN of the post, at the root only; beside an address it has to mean the same
            post.
        text: 1 to 1000 characters.
        company_url: Company page to act as; your account has to administer its content.
        then: Any action; which ones the service takes here is not documented.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    post_url: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    post_urn: Annotated[str | None, Rule(one_of_group="post_target", is_group_needed=True)] = None
    text: Annotated[str, Rule(min_length=1, max_length=1000)]
    company_url: str | None = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.reactToComment",
    effect=Effect.WRITE,
    category="stReactions",
    root=True,
    under=None,
    children=None,
    errors=("commentNotFound",),
)
@attrs.frozen(kw_only=True)
class ReactToComment(Action[None]):
    """React to a comment.

    Attributes:
        comment_url: Address of the comment, as commenting or listing comments reports it.
        type: Kind of reaction.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    comment_url: str
    type: ReactionType | None = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.replyToComment",
    effect=Effect.WRITE,
    category="stComments",
    root=True,
    under=None,
    children=None,
    errors=("commentNotFound", "replyingNotAllowed", "duplicateComment"),
)
@attrs.frozen(kw_only=True)
class ReplyToComment(Action[CommentResult]):
    """Reply to a comment.

    Attributes:
        comment_url: Address of the comment, as commenting or listing comments reports it.
        text: 1 to 1000 characters.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    comment_url: str
    text: Annotated[str, Rule(min_length=1, max_length=1000)]
    then: "Then[AnyAction] | None" = None
