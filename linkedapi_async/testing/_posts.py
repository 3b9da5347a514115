"""How posts are told."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from linkedapi_async._types import Json, JsonObject

from ._filters import limit_of
from ._registry import Context, Outcome
from ._world import Company, Engagement, Person, Post

__all__ = ["tell_comments", "tell_posts", "tell_reactions"]

Dated = TypeVar("Dated", Post, Engagement)

_USUALLY_FOUND: Final = 20
_HASHTAG: Final = re.compile(r"#\w+")
_LINK: Final = re.compile(r"https?://\S+")


def tell_posts(context: Context, author: Person | Company, params: JsonObject) -> Outcome:
    """Return an author's posts, newest first, cut by `limit` and `since`."""
    return Outcome([_tell(context, post) for post in _cut(context.world.posts(author), params)])


def tell_comments(context: Context, person: Person, params: JsonObject) -> Outcome:
    """Return what somebody has commented, cut likewise."""
    return Outcome(
        [
            {
                "postUrl": one.post.url,
                "time": _iso(one.at),
                "text": one.text,
                "image": None,
                "reactionsCount": one.post.reactions // 50,
            }
            for one in _cut(context.world.engagements(person), params)
        ]
    )


def tell_reactions(context: Context, person: Person, params: JsonObject) -> Outcome:
    """Return what somebody has reacted to, cut likewise."""
    return Outcome(
        [
            {"postUrl": one.post.url, "time": _iso(one.at), "reactionType": one.reaction}
            for one in _cut(context.world.engagements(person), params)
        ]
    )


def _cut(found: Sequence[Dated], params: JsonObject) -> Sequence[Dated]:
    since = params.get("since")
    if isinstance(since, str):
        moment = datetime.fromisoformat(since)
        after = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        found = [one for one in found if one.at > after]
    return found[: limit_of(params, _USUALLY_FOUND)]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tell(context: Context, post: Post) -> Json:
    return {
        "url": post.url,
        "activityUrn": post.activity_urn,
        "time": _iso(post.at),
        "type": "original",
        "author": _tell_author(context, post.author),
        "reposter": None,
        "text": post.text,
        "repostText": None,
        "hashtags": _HASHTAG.findall(post.text),
        "mentions": [],
        "externalLinks": _LINK.findall(post.text),
        "images": [],
        "documentSlides": [],
        "hasVideo": False,
        "videoThumbnail": None,
        "hasPoll": False,
        "reactionsCount": post.reactions,
        "commentsCount": post.comments,
        "repostsCount": post.reactions // 25,
        "viewerState": {"reaction": None, "isOwn": False},
    }


def _tell_author(context: Context, author: Person | Company) -> Json:
    if isinstance(author, Company):
        return {
            "type": "company",
            "name": author.name,
            "urn": author.urn,
            "companyUrl": author.url,
        }
    return {
        "type": "person",
        "name": author.name,
        "urn": author.urn,
        "profileUrl": author.url,
        "headline": author.headline,
        "viewerState": {"connectionDegree": context.degree(author)},
    }
