"""Carries out reading the home feed, and knows whom an account follows.

You follow the people you are connected with, every eighth of the others, every second company
(1, 3, 5 and so on), and whom you began to follow. The feed holds what they and you have
published, and the newest post of anybody else if a connection has reacted to it, the latest
first.
"""

from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._content import Actor, Post
from ._filters import limit_of
from ._registry import Context, Outcome, executor
from ._telling import tell_post
from ._world import Company, Person

__all__ = ["follows", "is_connected", "retrieve_feed"]

_POSTS_FOUND: Final = 20
_FOLLOWED_PEOPLE: Final = 8
_FOLLOWED_COMPANIES: Final = 2


@executor("st.retrieveFeed")
def retrieve_feed(context: Context, params: JsonObject) -> Outcome:
    """List the feed; `feedContext` says of a post by a stranger who brought it there."""
    reasons: dict[Post, Json] = dict.fromkeys(context.world.wall.published_by(context.account))
    everybody: list[Person | Company] = [*context.world.people, *context.world.companies]
    for author in everybody:
        posts = context.world.posts(author)
        if follows(context, author):
            reasons |= dict.fromkeys(posts)
        elif (fan := _fan(context, posts[0])) is not None:
            reasons[posts[0]] = f"{fan.name} reacted to this"
    shown = sorted(reasons, key=lambda post: post.at, reverse=True)
    del shown[limit_of(params, _POSTS_FOUND) :]
    told: list[Json] = [tell_post(context, one) | {"feedContext": reasons[one]} for one in shown]
    return Outcome(told, subjects=tuple(shown))


def is_connected(context: Context, actor: Actor) -> bool:
    """Return whether somebody is a person the account is connected with."""
    return isinstance(actor, Person) and context.relation(actor) == "connected"


def follows(context: Context, actor: Actor) -> bool:
    """Return whether the account follows somebody."""
    if is_connected(context, actor) or actor.url in context.account.following:
        return True
    if isinstance(actor, Company):
        return actor.number % _FOLLOWED_COMPANIES == 1
    return isinstance(actor, Person) and actor.number % _FOLLOWED_PEOPLE == 0


def _fan(context: Context, post: Post) -> Actor | None:
    """Return which connection was the last to react to a post, `None` where none was."""
    reactions = context.world.wall.reactions(post)
    return next((one.actor for one in reactions if is_connected(context, one.actor)), None)
