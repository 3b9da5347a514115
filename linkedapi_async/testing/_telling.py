"""How reports tell of posts, comments and reactions, and how lists of them are cut."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from linkedapi_async._types import Json, JsonObject

from ._actors import tell_actor, without
from ._content import Actor, Comment, Post, Reaction
from ._filters import limit_of
from ._registry import Context

__all__ = [
    "cut",
    "tell_comment",
    "tell_own_comment",
    "tell_own_reaction",
    "tell_post",
    "tell_reaction",
]

Dated = TypeVar("Dated", Post, Comment, Reaction)

_USUALLY_FOUND: Final = 20
_HASHTAG: Final = re.compile(r"#(\w+)")
_LINK: Final = re.compile(r"https?://[^\s<>()]*[^\s<>().,:;!?]")
_VIDEOS: Final = frozenset({"video", "liveVideo"})


def cut(found: Sequence[Dated], params: JsonObject) -> Sequence[Dated]:
    """Return what was made after `since`, up to `limit`, of a list that begins with the newest."""
    since = params.get("since")
    if isinstance(since, str):
        moment = datetime.fromisoformat(since)
        after = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        found = [one for one in found if one.at > after]
    return found[: limit_of(params, _USUALLY_FOUND)]


def tell_post(context: Context, post: Post) -> dict[str, Json]:
    """Return a post as its page, profiles and the feed show it.

    A repost shows text and files of the original, its author as `author`, and who reposted it as
    `reposter`; counts and `viewerState` are its own. Own is what the account itself published,
    not what it published as a company page.
    """
    source = post.source
    text = f"{source.text} {post.text}" if post is not source else post.text
    wall = context.world.wall
    return {
        "url": post.url,
        "activityUrn": post.urn,
        "time": _iso(post.at),
        "type": "original" if post is source else "repost",
        "author": tell_actor(context, post.author),
        "reposter": None
        if post is source
        else without(tell_actor(context, post.publisher), "viewerState"),
        "text": source.text,
        "repostText": None if post is source else post.text or None,
        "hashtags": _once(_HASHTAG.findall(_LINK.sub("", text))),
        "mentions": _once((*source.mentions, *post.mentions)),
        "externalLinks": _once(_LINK.findall(text)),
        "images": list(source.images),
        "documentSlides": list(source.slides),
        "hasVideo": source.format in _VIDEOS,
        "videoThumbnail": source.thumbnail,
        "hasPoll": source.format == "poll",
        "reactionsCount": len(wall.reactions(post)),
        "commentsCount": len(wall.comments(post)),
        "repostsCount": len(wall.reposts(post)),
        "viewerState": _viewer_state(context, post, post.publisher),
    }


def tell_comment(context: Context, comment: Comment) -> dict[str, Json]:
    """Return a comment as it stands below its post."""
    wall = context.world.wall
    author = comment.author
    replies = [one for one in wall.comments(comment.post) if one.parent is comment]
    told = tell_actor(context, author)
    return {
        "commentUrn": comment.urn,
        "commentUrl": comment.url,
        "author": without(told, "urn"),
        "commenterUrl": author.url,
        "commenterName": author.name,
        "commenterHeadline": author.headline,
        "commenterType": told["type"],
        "time": _iso(comment.at),
        "text": comment.text,
        "image": comment.image,
        "isReply": comment.parent is not None,
        "reactionsCount": wall.likes(comment),
        "repliesCount": len(replies),
        "viewerState": _viewer_state(context, comment, author),
    }


def tell_reaction(context: Context, reaction: Reaction) -> dict[str, Json]:
    """Return a reaction as it stands below its post."""
    actor = reaction.actor
    told = tell_actor(context, actor)
    return {
        "actor": told,
        "type": reaction.type,
        "engagerUrn": actor.urn,
        "engagerUrl": actor.url,
        "engagerName": actor.name,
        "engagerHeadline": actor.headline,
        "engagerType": told["type"],
    }


def tell_own_comment(context: Context, comment: Comment) -> dict[str, Json]:
    """Return a comment as the page of its author lists it."""
    return {
        "postUrl": comment.post.url,
        "time": _iso(comment.at),
        "text": comment.text,
        "image": comment.image,
        "reactionsCount": context.world.wall.likes(comment),
    }


def tell_own_reaction(reaction: Reaction) -> dict[str, Json]:
    """Return a reaction as the page of its actor lists it."""
    return {
        "postUrl": reaction.post.url,
        "time": _iso(reaction.at),
        "reactionType": reaction.type,
    }


def _viewer_state(context: Context, content: Post | Comment, author: Actor) -> Json:
    return {
        "reaction": context.world.wall.reaction_of(context.account, content),
        "isOwn": author is context.account,
    }


def _once(found: Sequence[str]) -> list[Json]:
    return list(dict.fromkeys(found))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
