"""What the people and companies of the world have published, as the seed tells it.

Everything is linked both ways: whoever stands below a post has it among their own activities, and
what stands on a page as a repost counts at the original. Posts, comments and reactions are made
when first looked at, and date back from the morning `FakeClock` starts on. A person's newest post
is never a repost; what every thirteenth person writes is never reposted.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final

import attrs

from ._content import Actor, Comment, Post, Reaction, image_at, slides_at
from ._names import (
    COMMENT_TEXTS,
    POST_TEXTS,
    REACTIONS,
    REPLY_TEXTS,
    REPOST_TEXTS,
    SKILLS,
)
from ._ring import FIRST_COMPANY, Ring

__all__ = ["COMMENTS_PER_POST", "Chronicle"]

COMMENTS_PER_POST: Final = 10_000
"""Room in the numbers of comments; accounts write in its upper half."""

_PRESENT: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_REPOSTS: Final = 100_000_000
_NEAR: Final = 8
_GUARDED: Final = 13
_DOCUMENTED: Final = 10
_POPULAR: Final = 0.35
_PICTURED: Final = 0.1
_ANSWERED: Final = 0.4


class Chronicle:
    """What was published before the first account came.

    Attributes:
        actor: Returns who has a key: a person's number, or `FIRST_COMPANY` and on.
    """

    def __init__(
        self, seed: int, *, people: int, companies: int, actor: Callable[[int], Actor]
    ) -> None:
        self.actor: Callable[[int], Actor] = actor
        self._seed = seed
        self._ring = Ring(people, companies)
        self._posts = cache(self._make_posts)
        self._originals = cache(self._make_originals)
        self._reposts = cache(self._make_reposts)
        self._reactions = cache(self._make_reactions)
        self._comments = cache(self._make_comments)

    @property
    def everything(self) -> Iterator[Post]:
        """Everybody's posts and reposts, author by author."""
        for key in self._ring.keys:
            yield from self.posts(key)

    def posts(self, key: int) -> tuple[Post, ...]:
        """Return somebody's posts and reposts, newest first; the newest is an original."""
        return self._posts(key)

    def find(self, number: int) -> Post | None:
        """Return the post of this number, `None` where there is none."""
        key = self._key(number)
        posts = self.posts(key) if self._ring.has(key) else ()
        return next((post for post in posts if post.number == number), None)

    def reactions(self, post: Post) -> tuple[Reaction, ...]:
        """Return the reactions to a post, one per actor, in no order."""
        return self._reactions(post)

    def comments(self, post: Post) -> tuple[Comment, ...]:
        """Return the comments below a post, each with its reply behind it."""
        return self._comments(post)

    def reposts(self, post: Post) -> tuple[Post, ...]:
        """Return the reposts of a post; a repost has none."""
        return self._reposts(post) if post.is_shareable and post.original is None else ()

    def comments_by(self, key: int) -> list[Comment]:
        """Return a person's comments and replies, newest first."""
        found = [
            comment
            for post in self._seen_by(key)
            for comment in self.comments(post)
            if comment.author is self.actor(key)
        ]
        return sorted(found, key=lambda comment: comment.at, reverse=True)

    def reactions_by(self, key: int) -> list[Reaction]:
        """Return a person's reactions to posts, newest first."""
        found = [
            reaction
            for post in self._seen_by(key)
            for reaction in self.reactions(post)
            if reaction.actor is self.actor(key)
        ]
        return sorted(found, key=lambda reaction: reaction.at, reverse=True)

    def _seen_by(self, key: int) -> Iterator[Post]:
        for author in (key, *self._ring.read_by(key)):
            yield from self.posts(author)

    def _key(self, number: int) -> int:
        """Return whose posts a number is among, if there is such a post."""
        if number < _REPOSTS:
            return number // 10
        near = self._ring.readers((number - _REPOSTS) // 100, _NEAR)
        step = number % 10
        return near[step] if step < len(near) else 0

    # ── what the seed makes of it ──

    def _chance(self, purpose: str) -> Random:
        return Random(f"{self._seed}:{purpose}")  # noqa: S311 - the world has to repeat

    def _make_posts(self, key: int) -> tuple[Post, ...]:
        shared = (
            repost
            for author in self._ring.read_by(key, _NEAR)
            for original in self._originals(author)
            for repost in self.reposts(original)
            if repost.publisher is self.actor(key)
        )
        found = (*self._originals(key), *shared)
        return tuple(sorted(found, key=lambda post: post.at, reverse=True))

    def _make_originals(self, key: int) -> tuple[Post, ...]:
        chance = self._chance(f"posts:{key}")
        at = _PRESENT - timedelta(minutes=chance.randint(0, 12_000))
        made: list[Post] = []
        for index in range(chance.randint(1, 6)):
            number = key * 10 + index
            form, text = chance.choice(POST_TEXTS)
            somebody = self._somebody(chance)
            made.append(
                Post(
                    number=number,
                    publisher=self.actor(key),
                    at=at,
                    text=text.format(topic=chance.choice(SKILLS), mention=somebody.name),
                    format=form,
                    mentions=(somebody.url,) if "{mention}" in text else (),
                    is_shareable=key % _GUARDED != 0 or key >= FIRST_COMPANY,
                    **_media(number, form, chance),
                )
            )
            at -= timedelta(minutes=chance.randint(300, 54_000))
        return tuple(
            self._documented(post) if post.number == _DOCUMENTED else post for post in made
        )

    def _somebody(self, chance: Random) -> Actor:
        person = chance.randint(1, self._ring.people)
        company = FIRST_COMPANY + chance.randrange(self._ring.companies)
        return self.actor(chance.choice((person, company)))

    def _documented(self, post: Post) -> Post:
        """Return the post of the documentation's example."""
        company = self.actor(FIRST_COMPANY)
        return attrs.evolve(
            post,
            text=f"Check out our latest product launch at {company.name}: "
            "https://example.com/launch #product #launch",
            format="images",
            mentions=(company.url,),
            images=tuple(image_at(post.number, index, "launch.jpg") for index in (1, 2)),
            slides=(),
            thumbnail=None,
        )

    def _make_reposts(self, post: Post) -> tuple[Post, ...]:
        """Return reposts by those nearest who have published something since."""
        chance = self._chance(f"reposts:{post.number}")
        near = self._ring.readers(self._key(post.number), _NEAR)
        made: list[Post] = []
        for step in chance.sample(range(len(near)), round(0.3 * len(near) * chance.random() ** 2)):
            reader = near[step]
            newest = self._originals(reader)[0].at
            if newest > post.at:
                made.append(
                    Post(
                        number=_REPOSTS + post.number * 10 + step,
                        publisher=self.actor(reader),
                        at=_between(post.at, newest, chance),
                        text=chance.choice(REPOST_TEXTS),
                        original=post,
                    )
                )
        return tuple(made)

    def _make_reactions(self, post: Post) -> tuple[Reaction, ...]:
        chance = self._chance(f"reactions:{post.number}")
        return tuple(
            Reaction(
                post=post,
                actor=actor,
                type=chance.choice(REACTIONS),
                at=_between(post.at, _PRESENT, chance),
            )
            for actor in self._pick(post, 0.8, chance)
        )

    def _make_comments(self, post: Post) -> tuple[Comment, ...]:
        chance = self._chance(f"comments:{post.number}")
        return tuple(self._discuss(post, self._pick(post, 0.2, chance), chance))

    def _pick(self, post: Post, share: float, chance: Random) -> list[Actor]:
        """Return some of those who read a post, up to a share of them, and at times a page."""
        reach = self._chance(f"reach:{post.number}").random() ** 3
        if post.number == _DOCUMENTED:
            reach = max(reach, _POPULAR)
        readers = self._ring.readers(self._key(post.number))
        keys = chance.sample(readers, round(share * reach * len(readers)))
        page = FIRST_COMPANY + post.number % self._ring.companies
        return [self.actor(key) for key in (*keys, *([page] if chance.random() < reach else ()))]

    def _discuss(self, post: Post, authors: list[Actor], chance: Random) -> Iterator[Comment]:
        first = post.number * COMMENTS_PER_POST
        for number, author in enumerate(authors):
            comment = Comment(
                number=first + 2 * number,
                post=post,
                author=author,
                at=_between(post.at, _PRESENT, chance),
                text=chance.choice(COMMENT_TEXTS),
                likes=round(12 * chance.random() ** 2),
                image=image_at(first + number, 1, "comment.jpg")
                if chance.random() < _PICTURED
                else None,
            )
            yield comment
            if chance.random() < _ANSWERED:
                yield Comment(
                    number=first + 2 * number + 1,
                    post=post,
                    author=post.publisher,
                    at=_between(comment.at, _PRESENT, chance),
                    text=chance.choice(REPLY_TEXTS),
                    likes=chance.randint(0, 2),
                    parent=comment,
                )


def _between(first: datetime, last: datetime, chance: Random) -> datetime:
    """Return a moment that leaves some time on both sides."""
    share = 0.05 + 0.9 * chance.random()
    return first + timedelta(seconds=round(share * (last - first).total_seconds()))


def _media(number: int, form: str, chance: Random) -> dict[str, Any]:
    """Return what stands beside a text."""
    match form:
        case "images":
            pages = range(1, chance.randint(1, 4) + 1)
            return {"images": tuple(image_at(number, page, "picture.jpg") for page in pages)}
        case "document":
            return {"slides": slides_at(number, chance.randint(3, 12), "slides.pdf")}
        case "video" | "liveVideo":
            return {"thumbnail": image_at(number, 1, "still.jpg")}
        case _:
            return {}
