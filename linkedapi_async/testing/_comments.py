"""Carries out actions on comments: list them, write and answer them, react to them.

A comment or reply is found by the address that lists and the writing of it report. What every
eleventh person publishes takes comments and replies from their connections only
(`commentingNotAllowed`, `replyingNotAllowed`). The same text in the same place is refused
(`duplicateComment`); an answer to a reply stands below the comment the reply answers.
"""

from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._actors import acting
from ._content import Actor, Comment, Post, comment_numbers
from ._filters import limit_of
from ._posts import post_of
from ._registry import Context, Outcome, executor, fail
from ._telling import cut, tell_comment, tell_own_comment
from ._world import Person

__all__ = [
    "comment_on_post",
    "react_to_comment",
    "reply_to_comment",
    "retrieve_post_comments",
    "tell_comments",
]

_COMMENTS_FOUND: Final = 10
_USUAL_REACTION: Final = "like"


@executor("st.retrievePostComments")
def retrieve_post_comments(context: Context, params: JsonObject) -> Outcome:
    """List comments, the most liked or the latest first; asked for, replies follow theirs.

    Inferred: without `sort` the most relevant come first, without `replies` there are none, and
    the limit counts both.
    """
    wall = context.world.wall
    comments = sorted(wall.comments(post_of(context, params)), key=lambda comment: comment.at)
    top = [comment for comment in comments if comment.parent is None]
    if params.get("sort") == "mostRecent":
        top.reverse()
    else:
        top.sort(key=wall.likes, reverse=True)
    found: list[Comment] = []
    for comment in top:
        found.append(comment)
        if params.get("replies"):
            found.extend(reply for reply in comments if reply.parent is comment)
    del found[limit_of(params, _COMMENTS_FOUND) :]
    return Outcome([tell_comment(context, one) for one in found], subjects=tuple(found))


@executor("st.commentOnPost")
def comment_on_post(context: Context, params: JsonObject) -> Outcome:
    """Write below a post, in one's own name or a company page's."""
    post = post_of(context, params)
    author = acting(context, params)
    if not _takes_comments(context, post):
        fail("commentingNotAllowed")
    return _write(context, params, post, author)


@executor("st.replyToComment")
def reply_to_comment(context: Context, params: JsonObject) -> Outcome:
    """Answer a comment."""
    comment = _comment(context, params)
    if not _takes_comments(context, comment.post):
        fail("replyingNotAllowed")
    return _write(context, params, comment.post, context.account, comment.parent or comment)


@executor("st.reactToComment")
def react_to_comment(context: Context, params: JsonObject) -> Outcome:
    """React to a comment, in place of an earlier reaction; `like` if nothing else is asked for."""
    comment = _comment(context, params)
    kind = str(params.get("type") or _USUAL_REACTION)
    context.world.wall.react(comment, actor=context.account, kind=kind, at=context.moment)
    return Outcome(subject=comment)


def tell_comments(context: Context, person: Person, params: JsonObject) -> Outcome:
    """Return what somebody has commented, newest first, cut by `limit` and `since`."""
    found = cut(context.world.wall.comments_by(person.number), params)
    told: list[Json] = [tell_own_comment(context, one) for one in found]
    return Outcome(told, subjects=tuple(found))


def _comment(context: Context, params: JsonObject) -> Comment:
    post_number, number = comment_numbers(str(params["commentUrl"])) or (0, 0)
    post = context.world.wall.find(post_number)
    below = () if post is None else context.world.wall.comments(post)
    found = next((comment for comment in below if comment.number == number), None)
    if found is None:
        fail("commentNotFound")
    return found


def _takes_comments(context: Context, post: Post) -> bool:
    publisher = post.publisher
    if isinstance(publisher, Person) and publisher.is_reserved:
        return context.relation(publisher) == "connected"
    return True


def _write(
    context: Context,
    params: JsonObject,
    post: Post,
    author: Actor,
    parent: Comment | None = None,
) -> Outcome:
    text = str(params["text"])
    wall = context.world.wall
    for one in wall.comments(post):
        if one.author is author and one.parent is parent and one.text == text:
            fail("duplicateComment")
    comment = wall.comment(post, author=author, at=context.moment, text=text, parent=parent)
    return Outcome({"commentUrn": comment.urn, "commentUrl": comment.url}, comment)
