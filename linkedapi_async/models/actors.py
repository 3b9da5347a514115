"""Who wrote, reposted or commented, and how your account stands to it."""

import attrs

__all__ = [
    "ContentViewerState",
    "PersonViewerState",
    "PostAuthor",
    "PostCommentAuthor",
    "PostReposter",
    "SearchPostActor",
]


@attrs.frozen(kw_only=True)
class PersonViewerState:
    """How your account stands to a person.

    Attributes:
        connection_degree: How near the person is; `None` when LinkedIn shows no degree. Known:
            `1st`, `2nd`, `3rd+`.

    Source: pypi:linkedapi==1.4.7 types/viewer_state.py
    """

    connection_degree: str | None = None


@attrs.frozen(kw_only=True)
class ContentViewerState:
    """What your account did with a post or comment.

    Attributes:
        reaction: The reaction of your account, `None` for none. Known: `like`, `celebrate`,
            `support`, `love`, `insightful`, `funny`.
        is_own: Whether your account wrote it; `None` if unknown, `False` for a company page you
            administer.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    reaction: str | None = None
    is_own: bool | None = None


@attrs.frozen(kw_only=True)
class PostAuthor:
    """Who wrote a post, or reacted to one.

    Attributes:
        type: Who it is. Known: `person`, `company`.
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        profile_url: Address of the profile; only for a person.
        headline: The line below the name; only for a person.
        company_url: Address of the company page; only for a company.
        viewer_state: How your account stands to the person; only for a person.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    type: str | None = None
    name: str | None = None
    urn: str | None = None
    profile_url: str | None = None
    headline: str | None = None
    company_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class PostReposter:
    """Who reposted a post.

    Attributes:
        type: Who it is. Known: `person`, `company`.
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        profile_url: Address of the profile; only for a person.
        headline: The line below the name; only for a person.
        company_url: Address of the company page; only for a company.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    type: str | None = None
    name: str | None = None
    urn: str | None = None
    profile_url: str | None = None
    headline: str | None = None
    company_url: str | None = None


@attrs.frozen(kw_only=True)
class PostCommentAuthor:
    """Who wrote a comment.

    Attributes:
        type: Who it is. Known: `person`, `company`.
        name: Name as shown.
        profile_url: Address of the profile; only for a person.
        headline: The line below the name; only for a person.
        company_url: Address of the company page; only for a company.
        viewer_state: How your account stands to the person; only for a person.

    Source: pypi:linkedapi==1.4.7 types/post.py
    """

    type: str | None = None
    name: str | None = None
    profile_url: str | None = None
    headline: str | None = None
    company_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class SearchPostActor:
    """Who wrote or reposted a post that a search found; without a URN.

    Attributes:
        type: Who it is. Known: `person`, `company`.
        name: Name as shown.
        profile_url: Address of the profile; only for a person.
        headline: The line below the name; only for a person.
        company_url: Address of the company page; only for a company.
        viewer_state: How your account stands to the person; only for a person who is the author.

    Source: pypi:linkedapi==1.4.7 types/search_posts.py
    """

    type: str | None = None
    name: str | None = None
    profile_url: str | None = None
    headline: str | None = None
    company_url: str | None = None
    viewer_state: PersonViewerState | None = None
