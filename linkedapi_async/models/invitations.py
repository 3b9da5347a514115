"""Invitations your account received."""

import attrs

__all__ = [
    "Invitation",
]


@attrs.frozen(kw_only=True)
class Invitation:
    """An invitation to connect, to follow a company or to read a newsletter.

    Attributes:
        invitation_type: What the invitation asks for. Known: `connect`, `companyFollow`,
            `newsletterSubscribe`.
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address of the person who sent it.
        headline: The line below the name; only for `connect`.
        note: Note sent along; only for `connect`.
        company_url: Address of the company page; only for `companyFollow`.
        company_name: Name of the company; only for `companyFollow`.
        newsletter_url: Address of the newsletter; only for `newsletterSubscribe`.
        newsletter_name: Name of the newsletter; only for `newsletterSubscribe`.

    Source: pypi:linkedapi==1.4.7 types/connection.py
    """

    invitation_type: str | None = None
    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    note: str | None = None
    company_url: str | None = None
    company_name: str | None = None
    newsletter_url: str | None = None
    newsletter_name: str | None = None
