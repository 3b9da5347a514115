"""Reactions: to a post, and among the activities of a person."""

from datetime import datetime

import attrs

from ._times import moment
from .actors import PostAuthor

__all__ = [
    "PostReaction",
    "Reaction",
]


@attrs.frozen(kw_only=True)
class Reaction:
    """A reaction among the activities of a person.

    Attributes:
        post_url: Address of the post.
        time: When it was made, as sent.
        reaction_type: Kind of reaction. Known: `like`, `celebrate`, `support`, `love`,
            `insightful`, `funny`.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-reactions
    """

    post_url: str | None = None
    time: str | None = None
    reaction_type: str | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class PostReaction:
    """A reaction to a post.

    Attributes:
        actor: Who reacted.
        type: Kind of it. Known: `like`, `celebrate`, `support`, `love`, `insightful`, `funny`.
        engager_urn: Old name for the URN of `actor`.
        engager_url: Old name for the address of `actor`.
        engager_name: Old name for the name of `actor`.
        engager_headline: Old name for the headline of `actor`.
        engager_type: Old name for the type of `actor`. Known: `person`, `company`.

    Source: https://linkedapi.io/docs/action-st-open-post
    """

    actor: PostAuthor | None = None
    type: str | None = None
    engager_urn: str | None = None
    engager_url: str | None = None
    engager_name: str | None = None
    engager_headline: str | None = None
    engager_type: str | None = None
