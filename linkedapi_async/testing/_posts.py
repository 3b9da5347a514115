"""Carries out actions on posts: open one, react to it, publish one, pass one on.

A post is found by its URN or by any address LinkedIn has for it; `.../posts/postN` is the newest
original of personN. Where URN and address are both given they have to mean the same post, else
there is none (`postNotFound`). Nobody may repost what every thirteenth person writes, nor reposts
of it (`repostNotAllowed`); a repost of a repost passes the original on, and everybody may pass an
original on once (`alreadyReposted`).

A mention in a text is resolved by the name typed: people come first, the nearest before others,
then companies. If nobody has the name, or none of its bearers the identifier beside it, the post
is not published (`mentionNotResolved`). A key that does not stand in the text mentions nobody.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, cast
from urllib.parse import unquote

from linkedapi_async._types import Json, JsonObject

from ._actors import acting, written_as
from ._content import Actor, Comment, Post, image_at, post_number, slides_at
from ._filters import limit_of
from ._registry import Context, Outcome, executor, fail
from ._telling import cut, tell_own_reaction, tell_post, tell_reaction
from ._world import Company, Person

__all__ = [
    "create_post",
    "create_repost",
    "open_post",
    "post_of",
    "react_to_post",
    "retrieve_post_reactions",
    "tell_posts",
    "tell_reactions",
]

_REACTIONS_FOUND: Final = 10
_PAGES: Final = 5


@executor("st.openPost")
def open_post(context: Context, params: JsonObject) -> Outcome:
    """Open a post; the facts come with `basicInfo` only."""
    post = post_of(context, params)
    return Outcome(tell_post(context, post) if params.get("basicInfo") else {}, post)


@executor("st.retrievePostReactions")
def retrieve_post_reactions(context: Context, params: JsonObject) -> Outcome:
    """List who reacted, the latest first."""
    post = post_of(context, params)
    found = context.world.wall.reactions(post)[: limit_of(params, _REACTIONS_FOUND)]
    told: list[Json] = [tell_reaction(context, one) for one in found]
    return Outcome(told, subjects=(post,) * len(told))


@executor("st.reactToPost")
def react_to_post(context: Context, params: JsonObject) -> Outcome:
    """React to a post, in place of an earlier reaction."""
    post = post_of(context, params)
    actor = acting(context, params)
    context.world.wall.react(post, actor=actor, kind=str(params["type"]), at=context.moment)
    return Outcome()


@executor("st.createPost")
def create_post(context: Context, params: JsonObject) -> Outcome:
    """Publish a post, with files that LinkedIn then serves itself."""
    publisher = acting(context, params, unknown="companyNotFound")
    return _publish(context, params, publisher)


@executor("st.createRepost")
def create_repost(context: Context, params: JsonObject) -> Outcome:
    """Pass a post on; the report names the repost."""
    original = post_of(context, params).source
    if not original.is_shareable:
        fail("repostNotAllowed")
    reposts = context.world.wall.reposts(original)
    if any(repost.publisher is context.account for repost in reposts):
        fail("alreadyReposted")
    return _publish(context, params, context.account, original)


def post_of(context: Context, params: JsonObject) -> Post:
    """Return which post an action is about: the one it names, else the one that is open.

    Raises:
        ActionFailed: There is none.
    """
    named = [params[name] for name in ("postUrl", "postUrn") if params.get(name) is not None]
    if not named and isinstance(context.subject, Post):
        return context.subject
    if not named and isinstance(context.subject, Comment):
        return context.subject.post
    numbers = {post_number(str(name)) for name in named}
    number = numbers.pop() if len(numbers) == 1 else None
    post = None if number is None else context.world.wall.find(number)
    if post is None:
        fail("postNotFound")
    return post


def tell_posts(context: Context, author: Person | Company, params: JsonObject) -> Outcome:
    """Return an author's posts, newest first, cut by `limit` and `since`."""
    posts = cut(context.world.posts(author), params)
    return Outcome([tell_post(context, post) for post in posts], subjects=tuple(posts))


def tell_reactions(context: Context, person: Person, params: JsonObject) -> Outcome:
    """Return what somebody has reacted to, cut likewise."""
    found = cut(context.world.wall.reactions_by(person.number), params)
    return Outcome([tell_own_reaction(one) for one in found])


def _publish(
    context: Context, params: JsonObject, publisher: Actor, original: Post | None = None
) -> Outcome:
    text, mentions = _written(context, params)
    wall = context.world.wall
    number = wall.new_number()
    files = cast("Sequence[Mapping[str, Json]]", params.get("attachments") or ())
    post = Post(
        number=number,
        publisher=publisher,
        at=context.moment,
        text=text,
        mentions=mentions,
        original=original,
        **_attached(number, files),
    )
    wall.publish(post)
    return Outcome({"postUrl": post.url, "postUrn": post.urn}, post)


def _attached(number: int, files: Sequence[Mapping[str, Json]]) -> dict[str, Any]:
    """Return what stands beside a text; files of one post are all of one kind."""
    names = [_file_name(file) for file in files]
    match files[0]["type"] if files else None:
        case "image":
            images = (image_at(number, index, name) for index, name in enumerate(names, 1))
            return {"format": "images", "images": tuple(images)}
        case "document":
            return {"format": "document", "slides": slides_at(number, _PAGES, names[0])}
        case "video":
            return {"format": "video", "thumbnail": image_at(number, 1, f"{names[0]}.jpg")}
        case _:
            return {}


def _file_name(file: Mapping[str, Json]) -> str:
    """Return how a file is called: as the call says, else as its address ends."""
    name = str(file.get("name") or unquote(str(file["url"])).partition("?")[0])
    return PurePosixPath(name).name or "file"


def _written(context: Context, params: JsonObject) -> tuple[str, tuple[str, ...]]:
    """Return a text with names in place of its keys, and the addresses of those it mentions."""
    text = str(params.get("text") or "")
    mentioned: list[str] = []
    for entry in cast("Sequence[Mapping[str, Json]]", params.get("mentions") or ()):
        place = f"@[{entry['key']}]"
        if place not in text:
            continue
        people = sorted(context.world.people, key=context.degree)
        somebody = written_as(people, entry) or written_as(context.world.companies, entry)
        if somebody is None:
            fail("mentionNotResolved")
        text = text.replace(place, somebody.name)
        mentioned.append(somebody.url)
    return text, tuple(mentioned)
