"""What ties an account to others: relations, invitations it received, visits to its profile."""

from datetime import datetime
from typing import Final

import attrs

from linkedapi_async.models.enums import InvitationType

from ._world import Person, Status

__all__ = ["Invitation", "Newsletter", "Relation", "Visit", "newsletter_of"]

_NEWSLETTERS: Final = "https://www.linkedin.com/newsletters"
_FIRST_NUMBER: Final = 6_800_000_000_000_000_000


@attrs.frozen
class Relation:
    """How an account stands to a person.

    Attributes:
        status: In the service's word.
        since: Since when.
        note: What the request or invitation said, `None` for nothing.
    """

    status: Status
    since: datetime
    note: str | None = None


@attrs.frozen
class Newsletter:
    """Something a person publishes regularly.

    Attributes:
        name: Its name.
        url: Its address.
    """

    name: str
    url: str


def newsletter_of(person: Person) -> Newsletter:
    """Return the newsletter of a person; everybody has one, about their first skill."""
    topic = person.skills[0]
    slug = f"{topic.lower().replace(' ', '-')}-weekly-{_FIRST_NUMBER + person.number}"
    return Newsletter(f"{topic} Weekly", f"{_NEWSLETTERS}/{slug}")


@attrs.frozen(kw_only=True)
class Invitation:
    """An invitation an account has received.

    Attributes:
        kind: To connect, to follow the company of the person, or to read their newsletter.
        person: Who sent it.
        at: When.
        note: What it says; only invitations to connect say something.
    """

    kind: InvitationType
    person: Person
    at: datetime
    note: str | None = None

    @property
    def target(self) -> str:
        """Address of what it is about: the person, the company or the newsletter."""
        if self.kind == "companyFollow":
            return self.person.company.url
        if self.kind == "newsletterSubscribe":
            return newsletter_of(self.person).url
        return self.person.url


@attrs.frozen(kw_only=True)
class Visit:
    """A look at the profile of an account.

    Attributes:
        person: Who looked.
        at: When.
        is_anonymous: Whether LinkedIn hides who it was.
    """

    person: Person
    at: datetime
    is_anonymous: bool = False
