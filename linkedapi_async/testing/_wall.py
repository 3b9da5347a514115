"""Everything that is published: what the seed tells, and what accounts have added to it.

All accounts of a sandbox share it, as they would share LinkedIn: a post that one creates can be
opened, commented on and reposted by the others.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final, TypeVar

from ._chronicle import COMMENTS_PER_POST, Chronicle
from ._content import Actor, Comment, Post, Reaction

__all__ = ["Wall"]

Dated = TypeVar("Dated", Post, Reaction)

_FIRST_NUMBER: Final = 900_000_001


class Wall:
    """What can be read now, and where accounts leave what they write."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle
        self._posts: dict[int, Post] = {}
        self._comments: dict[int, list[Comment]] = {}
        self._reactions: dict[str, dict[str, Reaction]] = {}

    # ── what there is ──

    @property
    def everything(self) -> Iterator[Post]:
        """All posts, in no order."""
        return chain(self._chronicle.everything, self._posts.values())

    def posts(self, key: int) -> list[Post]:
        """Return the posts of a person or company of the world, newest first."""
        added = self.published_by(self._chronicle.actor(key))
        return _newest_first([*self._chronicle.posts(key), *added])

    def published_by(self, actor: Actor) -> list[Post]:
        """Return what accounts have published in somebody's name."""
        return [post for post in self._posts.values() if post.publisher is actor]

    def find(self, number: int) -> Post | None:
        """Return the post of this number, `None` where there is none."""
        return self._posts.get(number) or self._chronicle.find(number)

    def comments(self, post: Post) -> list[Comment]:
        """Return all comments below a post and their replies, in no order."""
        seeded = () if post.number in self._posts else self._chronicle.comments(post)
        return [*seeded, *self._comments.get(post.number, ())]

    def reactions(self, post: Post) -> list[Reaction]:
        """Return one reaction per actor, newest first."""
        seeded = () if post.number in self._posts else self._chronicle.reactions(post)
        latest = {one.actor.url: one for one in seeded}
        return _newest_first([*(latest | self._reactions.get(post.urn, {})).values()])

    def reposts(self, post: Post) -> list[Post]:
        """Return the reposts of an original, those of the seed first."""
        seeded = () if post.number in self._posts else self._chronicle.reposts(post)
        return [*seeded, *(one for one in self._posts.values() if one.original is post)]

    def likes(self, comment: Comment) -> int:
        """Return how many reactions a comment has."""
        return comment.likes + len(self._reactions.get(comment.urn, ()))

    def reaction_of(self, actor: Actor, content: Post | Comment) -> str | None:
        """Return which reaction an account has left somewhere, `None` for none."""
        reaction = self._reactions.get(content.urn, {}).get(actor.url)
        return None if reaction is None else reaction.type

    def comments_by(self, key: int) -> list[Comment]:
        """Return what a person of the world has commented, newest first."""
        return self._chronicle.comments_by(key)

    def reactions_by(self, key: int) -> list[Reaction]:
        """Return what a person of the world has reacted to, newest first."""
        return self._chronicle.reactions_by(key)

    # ── what accounts do ──

    def new_number(self) -> int:
        """Return the number of the next post."""
        return _FIRST_NUMBER + len(self._posts)

    def publish(self, post: Post) -> None:
        """Put a post up."""
        self._posts[post.number] = post

    def comment(
        self,
        post: Post,
        *,
        author: Actor,
        at: datetime,
        text: str,
        parent: Comment | None = None,
    ) -> Comment:
        """Write below a post, or below a comment there."""
        added = self._comments.setdefault(post.number, [])
        number = post.number * COMMENTS_PER_POST + COMMENTS_PER_POST // 2 + len(added)
        comment = Comment(number=number, post=post, author=author, at=at, text=text, parent=parent)
        added.append(comment)
        return comment

    def react(self, content: Post | Comment, *, actor: Actor, kind: str, at: datetime) -> None:
        """React to something; an earlier reaction of the same actor is replaced."""
        post = content if isinstance(content, Post) else content.post
        reaction = Reaction(post=post, actor=actor, type=kind, at=at)
        self._reactions.setdefault(content.urn, {})[actor.url] = reaction


def _newest_first(found: list[Dated]) -> list[Dated]:
    return sorted(found, key=lambda one: one.at, reverse=True)
