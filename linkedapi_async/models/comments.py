"""Comments: under a post, and among the activities of a person."""

from datetime import datetime

import attrs

from ._times import moment
from .actors import ContentViewerState, PostCommentAuthor

__all__ = [
    "Comment",
    "CommentResult",
    "PostComment",
]


@attrs.frozen(kw_only=True)
class Comment:
    """A comment among the activities of a person.

    Attributes:
        post_url: Address of the post it stands under.
        time: When it was made, as sent.
        text: Text as written.
        image: Address of an attached image.
        reactions_count: How many reactions there are.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    post_url: str | None = None
    time: str | None = None
    text: str | None = None
    image: str | None = None
    reactions_count: int | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class PostComment:
    """A comment below a post.

    Attributes:
        comment_urn: URN of the comment.
        comment_url: Address of the comment.
        author: Who wrote it.
        commenter_url: Old name for the address of `author`.
        commenter_name: Old name for the name of `author`.
        commenter_headline: Old name for the headline of `author`.
        commenter_type: Old name for the type of `author`. Known: `person`, `company`.
        time: When it was made, as sent.
        text: Text as written.
        image: Address of an attached image.
        is_reply: Whether it answers another comment.
        reactions_count: How many reactions there are.
        replies_count: How many replies there are.
        viewer_state: What your account did with the comment.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    comment_urn: str | None = None
    comment_url: str | None = None
    author: PostCommentAuthor | None = None
    commenter_url: str | None = None
    commenter_name: str | None = None
    commenter_headline: str | None = None
    commenter_type: str | None = None
    time: str | None = None
    text: str | None = None
    image: str | None = None
    is_reply: bool | None = None
    reactions_count: int | None = None
    replies_count: int | None = None
    viewer_state: ContentViewerState | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class CommentResult:
    """A comment or reply just written.

    Attributes:
        comment_urn: URN of the comment.
        comment_url: Address of the comment.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    comment_urn: str | None = None
    comment_url: str | None = None
