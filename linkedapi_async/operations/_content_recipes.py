"""How to find out whether something was published: comments, reactions, posts, reposts.

Recipes like those of `_recipes`, for what stands on pages that many people write on.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, TypeAlias, assert_never, cast
from urllib.parse import unquote

import attrs

from linkedapi_async.models.account_info import AccountInfo
from linkedapi_async.models.comments import PostComment
from linkedapi_async.models.post_search import PostSearchItem
from linkedapi_async.models.posts import Post

from ._base import Operation, Recipe
from ._findings import Finding, Myself, Verdict
from ._recipes import by_statistics
from ._traces import SKEW, Likeness, Trace, find_trace, liken, page_of, told

__all__ = [
    "COMMENTS",
    "Place",
    "ShownPost",
    "by_comment_reaction",
    "by_comments",
    "by_posts",
    "by_reaction",
    "by_reaction_of_page",
    "post_of_comment",
    "term_of",
]

COMMENTS: Final = 500
"""How many comments are asked for: as many as there may be."""

ShownPost: TypeAlias = Post | PostSearchItem
"""A post in any list."""

_POST_ID: Final = re.compile(r"\burn:li:(?:activity|ugcPost|share):\d+")
_COMMENT_ID: Final = re.compile(
    r"(?:dash)?(?P<kind>comment|reply)Urn=urn:li:(?:fsd_)?comment:"
    r"\((?:(?P<first>\d+),|[^,]+,(?P<last>\d+)\))",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w{2,}")
_LONGEST_TERM: Final = 50
_ORDERED: Final = 10
"""So many comments do not come in order by chance."""


@attrs.frozen
class Place:
    """Where a comment stands, as its address tells.

    Attributes:
        comment: Id of the comment, or of the one that a reply stands under.
        reply: Id of the reply; `None` where the address is that of a comment.
    """

    comment: str
    reply: str | None = None

    @classmethod
    def of(cls, address: str | None) -> "Place | None":
        """Return the place that an address tells; `None` where it tells none."""
        ids = {
            match["kind"].lower(): match["first"] or match["last"]
            for match in _COMMENT_ID.finditer(unquote(address or ""))
        }
        comment = ids.get("comment")
        return None if comment is None else cls(comment, ids.get("reply"))


def post_of_comment(address: str) -> str | None:
    """Return the URN of the post a comment stands under; `None` where its address tells none."""
    found = _POST_ID.search(unquote(address))
    return found[0] if found else None


def term_of(text: str) -> str | None:
    """Return words that a search finds a text by; `None` for a text without any."""
    term = ""
    for word in _WORD.findall(text):
        if len(longer := f"{term} {word}".strip()) > _LONGEST_TERM:
            break
        term = longer
    return term or None


# ── comments and replies ──


def by_comments(
    text: str,
    *,
    action: str,
    read: Operation[Post],
    since: datetime,
    page: str | None = None,
    below: str | None = None,
) -> Recipe:
    """Conclude from the comments of a post.

    Args:
        text: What was written.
        action: What wrote it, as `st.commentOnPost`.
        read: Reads the post with its comments and replies, the latest first.
        since: The earliest moment at which it may have been sent.
        page: Address of the company page it was written as; `None` for the account itself.
        below: Address of the comment it answers; `None` for a comment of its own.
    """
    post = cast("Post | None", (yield read))
    comments = (post.comments if post else None) or []
    place = Place.of(below)
    near = [one for one in comments if below is None or _is_below(one, place)]
    candidates = [one for one in near if liken(text, one.text) is not Likeness.DIFFERENT]
    me: str | None = None
    if page is None and any(_is_own(one) is None for one in candidates):
        account = cast("AccountInfo | None", (yield Myself()))
        me = page_of(account.url) if account and account.url else None
    traces = [
        Trace(text=one.text, at=one.time_at, is_ours=_is_comment_ours(one, page, me))
        for one in candidates
        if below is not None or not one.is_reply
    ]
    what = "comment of yours" if below is None else "reply of yours"
    found = find_trace(text, traces, since=since, what=what, is_unique=True)
    if found is not None and found.verdict is Verdict.DONE:
        return found
    if found is None and post is not None and _lists_all(post, comments, place, since, below):
        return Finding(
            Verdict.NOT_DONE,
            f"None of the {len(comments)} comments and replies listed below the post reads like "
            f"this one, and the list leaves out nothing since {told(since)}.",
        )
    doubt = found or Finding(Verdict.UNKNOWN, "Not all comments below the post were listed.")
    return (yield from by_statistics(action, since=since, doubt=doubt))


def _is_below(comment: PostComment, place: Place | None) -> bool:
    """Tell whether a comment may answer another: what does not say where it stands may."""
    where = Place.of(comment.comment_url)
    if where is None or where.reply is None or place is None:
        return comment.is_reply is not False
    return where.comment == place.comment


def _is_own(shown: PostComment | ShownPost) -> bool | None:
    return shown.viewer_state.is_own if shown.viewer_state else None


def _is_comment_ours(comment: PostComment, page: str | None, me: str | None) -> bool | None:
    """Tell whether it was written by the page or the account; `None` where nobody says."""
    author = comment.author
    is_page = author is not None and author.type == "company"
    if page is not None:
        if author is None or author.type is None:
            return None
        if not is_page:
            return False
        return page_of(author.company_url) == page_of(page) or None
    if (own := _is_own(comment)) is not None:
        return own
    if is_page:
        return False
    is_me = me is not None and author is not None and page_of(author.profile_url) == me
    return is_me or None


def _lists_all(
    post: Post,
    comments: Sequence[PostComment],
    place: Place | None,
    since: datetime,
    below: str | None,
) -> bool:
    """Tell whether every comment since a moment, or every reply to a comment, is in the list."""
    if post.comments is None:
        return False
    count = post.comments_count
    if count is not None and count <= len(comments) < COMMENTS:
        return True
    if below is not None:
        return place is not None and _lists_replies(comments, place.comment)
    times = [one.time_at for one in comments if not one.is_reply]
    dated = [at for at in times if at is not None]
    is_ordered = _ORDERED <= len(dated) == len(times) and all(a >= b for a, b in pairwise(dated))
    return is_ordered and dated[-1] < since - SKEW


def _lists_replies(comments: Sequence[PostComment], comment: str) -> bool:
    """Tell whether a list holds a comment and all replies to it."""
    places = [Place.of(one.comment_url) for one in comments]
    counts = [
        one.replies_count
        for one, where in zip(comments, places, strict=True)
        if where == Place(comment)
    ]
    replies = [one for one in places if one and one.reply and one.comment == comment]
    return any(count is not None and len(replies) >= count for count in counts)


# ── reactions ──


def by_reaction(kind: str, *, action: str, read: Operation[Post], since: datetime) -> Recipe:
    """Conclude from what the account has left on a post.

    Args:
        kind: The reaction.
        action: What left it, as `st.reactToPost`.
        read: Reads the post.
        since: The earliest moment at which it may have been sent.
    """
    post = cast("Post | None", (yield read))
    return (yield from _by_state(kind, post, "post", action=action, since=since))


def by_comment_reaction(
    kind: str, address: str, *, action: str, read: Operation[Post], since: datetime
) -> Recipe:
    """Conclude from what the account has left on a comment.

    Args:
        kind: The reaction.
        address: Address of the comment.
        action: What left it.
        read: Reads the post with its comments and replies.
        since: The earliest moment at which it may have been sent.
    """
    post = cast("Post | None", (yield read))
    place = Place.of(address)
    found = next(
        (
            one
            for one in (post.comments if post else None) or ()
            if one.comment_url == address
            or (place is not None and Place.of(one.comment_url) == place)
        ),
        None,
    )
    return (yield from _by_state(kind, found, "comment", action=action, since=since))


def _by_state(
    kind: str,
    shown: Post | PostComment | None,
    what: str,
    *,
    action: str,
    since: datetime,
) -> Recipe:
    """Conclude from the one reaction an account can have; one of another kind may be newer."""
    state = shown.viewer_state if shown else None
    if state is not None and state.reaction == kind:
        return Finding(Verdict.DONE, f"Your reaction to the {what} is {kind}.")
    if state is not None and state.reaction is None and state.is_own is not None:
        return Finding(Verdict.NOT_DONE, f"You have not reacted to the {what}.")
    doubt = Finding(
        Verdict.UNKNOWN,
        f"Your reaction to the {what} is not told."
        if state is None or state.reaction is None
        else f"Your reaction to the {what} is {state.reaction}, not {kind}.",
    )
    return (yield from by_statistics(action, since=since, doubt=doubt))


def by_reaction_of_page(
    kind: str, page: str, *, action: str, read: Operation[Post], limit: int, since: datetime
) -> Recipe:
    """Conclude from the reactions to a post what a company page has left there.

    Args:
        kind: The reaction.
        page: Address of the company page.
        action: What left it.
        read: Reads the post with its reactions.
        limit: How many reactions that asks for.
        since: The earliest moment at which it may have been sent.
    """
    post = cast("Post | None", (yield read))
    reactions = (post.reactions if post else None) or []
    pages = [
        (page_of(one.actor.company_url), one.type)
        for one in reactions
        if one.actor is not None and one.actor.type == "company"
    ]
    if (page_of(page), kind) in pages:
        return Finding(Verdict.DONE, f"The reaction of {page} to the post is {kind}.")
    is_told = all(one.actor is not None and one.actor.type for one in reactions)
    is_whole = (
        post is not None
        and post.reactions is not None
        and post.reactions_count is not None
        and post.reactions_count <= len(reactions) < limit
    )
    if is_told and is_whole and not pages:
        return Finding(
            Verdict.NOT_DONE,
            f"Of the {len(reactions)} reactions to the post none is that of a company page.",
        )
    doubt = Finding(
        Verdict.UNKNOWN, f"The reactions listed do not tell whether {page} left {kind} there."
    )
    return (yield from by_statistics(action, since=since, doubt=doubt))


# ── posts and reposts ──


def by_posts(
    text: str,
    *,
    action: str,
    read: Operation[Any],
    since: datetime,
    page: str | None = None,
    original: Post | None = None,
) -> Recipe:
    """Conclude from a list of posts.

    No list is sure to hold what was published just now, so only the statistics show its absence.

    Args:
        text: What was written, with names in place of the keys of mentions.
        action: What published it, as `st.createPost`.
        read: Lists posts of the account, or reads the company page with its posts.
        since: The earliest moment at which it may have been sent.
        page: Address of the company page it was published as; `None` for the account itself.
        original: What was reposted; `None` for a post of its own.
    """
    answer: Any = yield read
    posts = cast("Sequence[ShownPost]", (answer if page is None else answer and answer.posts) or ())
    traces = [
        Trace(
            text=one.text if original is None else one.repost_text,
            at=one.time_at,
            is_ours=_is_post_ours(one, page, original),
        )
        for one in posts
        if (one.type == "repost") is (original is not None)
    ]
    what = "post of yours" if original is None else "repost of yours"
    found = find_trace(text, traces, since=since, what=what)
    if found is not None and found.verdict is Verdict.DONE:
        return found
    doubt = found or Finding(Verdict.UNKNOWN, f"No {what} that reads like this one is listed.")
    return (yield from by_statistics(action, since=since, doubt=doubt))


def _is_post_ours(shown: ShownPost, page: str | None, original: Post | None) -> bool | None:
    """Tell whether it is of the account or the page, and passes on that post; `None` for maybe."""
    if page is None and _is_own(shown) is False:
        return False
    if original is None:
        return True
    one, other = shown.author, original.author
    if one is not None and other is not None and one.name and other.name and one.name != other.name:
        return False
    likeness = liken(original.text or "", shown.text)
    match likeness:
        case Likeness.EQUAL:
            return True if shown.text else None  # pictures look alike here
        case Likeness.SIMILAR:
            return None
        case Likeness.DIFFERENT:
            return False
        case _:
            assert_never(likeness)
