"""What is published, as values: posts, comments, reactions, and the addresses they have.

Who published what is the business of the chronicle and the wall. An address or URN given here
leads back to the same thing, in every spelling LinkedIn itself uses.
"""

import re
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import quote, unquote

import attrs

__all__ = [
    "Actor",
    "Comment",
    "Post",
    "Reaction",
    "comment_numbers",
    "image_at",
    "post_number",
    "slides_at",
]

_SITE: Final = r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com"
_ID: Final = r"\d{1,19}"  # longer numbers are none of LinkedIn's
_POST: Final = re.compile(
    rf"(?:{_SITE}/feed/update/)?urn:li:activity:(?P<id>{_ID})/?(?:[?#].*)?"
    rf"|{_SITE}/posts/[^/?#]*-activity-(?P<slug>{_ID})(?:-[^/?#]*)?/?(?:[?#].*)?"
    rf"|{_SITE}/posts/post(?P<person>{_ID})/?(?:[?#].*)?",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(
    rf"{_SITE}/feed/update/[^?#]*\?.*dash(?:Comment|Reply)Urn="
    rf"urn:li:fsd_comment:\((?P<comment>{_ID}),urn:li:activity:(?P<post>{_ID})\).*",
    re.IGNORECASE,
)
_MEDIA: Final = "https://media.licdn.com/dms"
_POSTS: Final = 7_000_000_000_000_000_000
_COMMENTS: Final = 7_100_000_000_000_000_000


class Actor(Protocol):
    """Who publishes, comments and reacts: a person, a company, the member behind an account."""

    @property
    def name(self) -> str: ...
    @property
    def headline(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def urn(self) -> str: ...


@attrs.frozen(kw_only=True, eq=False)
class Post:
    """Something published, an original or a repost of one.

    Attributes:
        number: Unique in the world.
        publisher: On whose page it stands.
        at: When.
        text: What the publisher wrote; empty for a plain repost.
        format: What stands beside the text: `text` for nothing, `images`, `video`, `liveVideo`,
            `document`, `poll`, `job`.
        mentions: Addresses of those the text mentions.
        images: Addresses of pictures.
        slides: Addresses of the pages of a document.
        thumbnail: Address of a still of the video, `None` without one.
        original: What is reposted, `None` for an original.
        is_shareable: Whether others may repost it.
    """

    number: int
    publisher: Actor
    at: datetime
    text: str
    format: str = "text"
    mentions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    slides: tuple[str, ...] = ()
    thumbnail: str | None = None
    original: "Post | None" = None
    is_shareable: bool = True

    @property
    def source(self) -> "Post":
        """The original: itself, or what it reposts."""
        return self.original or self

    @property
    def author(self) -> Actor:
        """Who wrote the original."""
        return self.source.publisher

    @property
    def urn(self) -> str:
        """LinkedIn's name for it."""
        return f"urn:li:activity:{_POSTS + self.number}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.linkedin.com/feed/update/{self.urn}"


@attrs.frozen(kw_only=True, eq=False)
class Comment:
    """What stands below a post.

    Attributes:
        number: Unique in the world.
        post: Below which.
        author: Who wrote it.
        at: When.
        text: What.
        likes: How many of the world's people like it.
        image: Address of a picture, `None` without one.
        parent: What it answers, `None` for a comment of its own.
    """

    number: int
    post: Post
    author: Actor
    at: datetime
    text: str
    likes: int = 0
    image: str | None = None
    parent: "Comment | None" = None

    @property
    def urn(self) -> str:
        """LinkedIn's name for it."""
        return f"urn:li:comment:({self.post.urn},{_COMMENTS + self.number})"

    @property
    def url(self) -> str:
        """Its address; that of a reply names the comment above it as well."""
        name = quote(f"urn:li:fsd_comment:({_COMMENTS + self.number},{self.post.urn})", safe="")
        if self.parent is None:
            return f"{self.post.url}/?dashCommentUrn={name}"
        return f"{self.parent.url}&dashReplyUrn={name}"


@attrs.frozen(kw_only=True, eq=False)
class Reaction:
    """What somebody made of a post or comment.

    Attributes:
        post: To which post, or below which.
        actor: Who.
        type: Which kind.
        at: When.
    """

    post: Post
    actor: Actor
    type: str
    at: datetime


def post_number(address: str) -> int | None:
    """Return the number of the post that an address or URN means, `None` where it means none.

    Whether there is such a post is another question.

    Args:
        address: `urn:li:activity:<id>`, the address that holds it, the address that ends in
            `-activity-<id>-<code>`, or `.../posts/postN` for the newest original of personN.
    """
    parts = _POST.fullmatch(unquote(address.strip()))
    if parts is None:
        return None
    if parts["person"] is not None:
        return int(parts["person"]) * 10
    return int(parts["id"] or parts["slug"]) - _POSTS


def comment_numbers(address: str) -> tuple[int, int] | None:
    """Return the numbers of a post and of the comment below it that an address means.

    Args:
        address: The address of a comment or reply, as lists of comments give it.
    """
    parts = _COMMENT.fullmatch(unquote(address.strip()))
    if parts is None:
        return None
    return int(parts["post"]) - _POSTS, int(parts["comment"]) - _COMMENTS


def image_at(number: int, index: int, name: str) -> str:
    """Return the address LinkedIn serves a picture of a post from."""
    return f"{_MEDIA}/image/v2/{number}/{index}/{quote(name)}"


def slides_at(number: int, pages: int, name: str) -> tuple[str, ...]:
    """Return the addresses LinkedIn serves the pages of a document from."""
    base = f"{_MEDIA}/document/pl/{number}/{quote(name)}"
    return tuple(f"{base}/{page}.jpg" for page in range(1, pages + 1))
