"""Posts as the content search finds them, and its filter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import attrs

from ._rules import Rule
from ._times import moment
from .actors import ContentViewerState, SearchPostActor
from .enums import (
    PostSearchContentType,
    PostSearchDatePosted,
    PostSearchPostedBy,
    PostSearchSort,
)

__all__ = [
    "PostSearchCompany",
    "PostSearchFilter",
    "PostSearchItem",
    "PostSearchPerson",
]


@attrs.frozen(kw_only=True)
class PostSearchItem:
    """A post that a search found.

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

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    url: str | None = None
    activity_urn: str | None = None
    time: str | None = None
    type: str | None = None
    author: SearchPostActor | None = None
    reposter: SearchPostActor | None = None
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

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class PostSearchPerson:
    """A person to narrow a search for posts by.

    Attributes:
        name: Name, 1 to 100 characters.
        id: URN, public or hashed address: picks exactly this person.
        urn: Old name for `id`.
        person_hashed_url: Old name for `id`.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    name: Annotated[str, Rule(min_length=1, max_length=100)]
    id: str | None = None
    urn: str | None = None
    person_hashed_url: str | None = None


@attrs.frozen(kw_only=True)
class PostSearchCompany:
    """A company to narrow a search for posts by.

    Attributes:
        name: Name, 1 to 100 characters.
        id: URN, public or hashed address or number: picks exactly this company.
        urn: Old name for `id`.
        company_hashed_url: Old name for `id`.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    name: Annotated[str, Rule(min_length=1, max_length=100)]
    id: str | None = None
    urn: str | None = None
    company_hashed_url: str | None = None


@attrs.frozen(kw_only=True)
class PostSearchFilter:
    """What a search for posts is narrowed to; every field given has to apply.

    Attributes:
        sort: Order of the results.
        date_posted: How old it may be.
        content_type: What is attached.
        posted_by: Who wrote it, seen from your account.
        from_members: People who wrote it; a bare text stands for the name alone.
        from_companies: Companies that wrote it; a bare text stands for the name alone.
        mentioning_members: People it mentions.
        mentioning_companies: Companies it mentions.
        author_companies: Companies the author works for.
        author_industries: Industries the author works in.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    sort: PostSearchSort | None = None
    date_posted: PostSearchDatePosted | None = None
    content_type: PostSearchContentType | None = None
    posted_by: Sequence[PostSearchPostedBy] | None = None
    from_members: Sequence[PostSearchPerson | str] | None = None
    from_companies: Sequence[PostSearchCompany | str] | None = None
    mentioning_members: Sequence[PostSearchPerson | str] | None = None
    mentioning_companies: Sequence[PostSearchCompany | str] | None = None
    author_companies: Sequence[PostSearchCompany | str] | None = None
    author_industries: Sequence[str] | None = None
