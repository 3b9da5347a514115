"""Posts as pages, profiles and the feed show them, and what publishing one takes."""

from datetime import datetime
from typing import Annotated

import attrs

from ._rules import Rule
from ._times import moment
from .actors import ContentViewerState, PostAuthor, PostReposter
from .comments import PostComment
from .enums import AttachmentType
from .reactions import PostReaction

__all__ = [
    "FeedPost",
    "Post",
    "PostAttachment",
    "PostMention",
    "PublishedPost",
]


@attrs.frozen(kw_only=True)
class Post:
    """A post, with comments and reactions where they were asked for.

    Attributes:
        url: Address of the post.
        activity_urn: URN of the feed activity of the post.
        time: When it was made, as sent.
        type: Kind of it. Known: `original`, `repost`.
        author: Who wrote it.
        reposter: Who reposted it; only for a repost.
        text: Text as written.
        repost_text: What the reposter wrote above it.
        hashtags: Hashtags of the text.
        mentions: Names mentioned in the text.
        external_links: Addresses outside LinkedIn that the post links to.
        images: Addresses of attached images.
        document_slides: Addresses of the pages of an attached document.
        has_video: Whether a video is attached.
        video_thumbnail: Address of a still of the video.
        has_poll: Whether a poll is attached.
        reactions_count: How many reactions there are.
        comments_count: How many comments there are.
        reposts_count: How many times it was reposted.
        viewer_state: What your account did with the post.
        comments: Comments; `None` unless asked for.
        reactions: Reactions; `None` unless asked for.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    url: str | None = None
    activity_urn: str | None = None
    time: str | None = None
    type: str | None = None
    author: PostAuthor | None = None
    reposter: PostReposter | None = None
    text: str | None = None
    repost_text: str | None = None
    hashtags: list[str] | None = None
    mentions: list[str] | None = None
    external_links: list[str] | None = None
    images: list[str] | None = None
    document_slides: list[str] | None = None
    has_video: bool | None = None
    video_thumbnail: str | None = None
    has_poll: bool | None = None
    reactions_count: int | None = None
    comments_count: int | None = None
    reposts_count: int | None = None
    viewer_state: ContentViewerState | None = None
    comments: list[PostComment] | None = None
    reactions: list[PostReaction] | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class FeedPost:
    """A post of your home feed.

    Attributes:
        url: Address of the post.
        activity_urn: URN of the feed activity of the post.
        time: When it was made, as sent.
        type: Kind of it. Known: `original`, `repost`.
        author: Who wrote it.
        reposter: Who reposted it; only for a repost.
        text: Text as written.
        repost_text: What the reposter wrote above it.
        hashtags: Hashtags of the text.
        mentions: Names mentioned in the text.
        external_links: Addresses outside LinkedIn that the post links to.
        images: Addresses of attached images.
        document_slides: Addresses of the pages of an attached document.
        has_video: Whether a video is attached.
        video_thumbnail: Address of a still of the video.
        has_poll: Whether a poll is attached.
        reactions_count: How many reactions there are.
        comments_count: How many comments there are.
        reposts_count: How many times it was reposted.
        viewer_state: What your account did with the post.
        feed_context: Why LinkedIn shows the post.
        comments: Comments; `None` unless asked for.
        reactions: Reactions; `None` unless asked for.

    Source: pypi:linkedapi==1.4.7 types/feed.py
    """

    url: str | None = None
    activity_urn: str | None = None
    time: str | None = None
    type: str | None = None
    author: PostAuthor | None = None
    reposter: PostReposter | None = None
    text: str | None = None
    repost_text: str | None = None
    hashtags: list[str] | None = None
    mentions: list[str] | None = None
    external_links: list[str] | None = None
    images: list[str] | None = None
    document_slides: list[str] | None = None
    has_video: bool | None = None
    video_thumbnail: str | None = None
    has_poll: bool | None = None
    reactions_count: int | None = None
    comments_count: int | None = None
    reposts_count: int | None = None
    viewer_state: ContentViewerState | None = None
    feed_context: str | None = None
    comments: list[PostComment] | None = None
    reactions: list[PostReaction] | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class PublishedPost:
    """A post or repost just published.

    Attributes:
        post_url: Address of the post.
        post_urn: URN of the post.

    Source: https://linkedapi.io/docs/action-st-create-post
    """

    post_url: str | None = None
    post_urn: str | None = None


@attrs.frozen(kw_only=True)
class PostAttachment:
    """A file to attach to a post.

    Attributes:
        url: Address of the file; anybody must be able to read it.
        type: Kind of file.
        name: File name; needed for a document.

    Source: https://linkedapi.io/docs/action-st-create-post
    """

    url: str
    type: AttachmentType
    name: Annotated[str | None, Rule(required_when="type=document")] = None


@attrs.frozen(kw_only=True)
class PostMention:
    """A person or company to mention in a post; at most one identifier.

    Attributes:
        key: 1 to 30 letters, digits, `_` or `-`; bound to `@[key]` in the text.
        name: Name as LinkedIn offers it while typing; always needed.
        urn: URN that picks among namesakes.
        person_hashed_url: Hashed address that picks among people of that name.
        company_hashed_url: Hashed address that picks among companies of that name.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    key: Annotated[str, Rule(pattern="[A-Za-z0-9_-]{1,30}")]
    name: str
    urn: Annotated[str | None, Rule(one_of_group="mention_identifier", is_exclusive=True)] = None
    person_hashed_url: Annotated[
        str | None, Rule(one_of_group="mention_identifier", is_exclusive=True)
    ] = None
    company_hashed_url: Annotated[
        str | None, Rule(one_of_group="mention_identifier", is_exclusive=True)
    ] = None
