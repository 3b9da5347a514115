"""What has been between the world and an account before a test begins.

All of it ended on the last day of 2025. Connections and invitations date from a day each, the
lower the number of the person, the later; every odd one of those who have invited you wrote a
note. Every tenth person and you have written to each other. Every fourth company with people in
it wants to be followed, every thirtieth person to be read. Every sixth person has looked at your
profile, every eighteenth of them without leaving a name.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from ._mail import Sender
from ._network import Invitation, Relation, Visit
from ._world import Person, World

__all__ = ["first_offers", "first_relation", "old_letters", "old_visits"]

_NOON: Final = datetime(2025, 12, 31, 12, tzinfo=UTC)
_NOTE: Final = "I read your last post and would like to stay in touch."
_LETTERS: Final[tuple[tuple[Sender, str], ...]] = (
    ("them", "Good to see you yesterday. Shall we go on next week?"),
    ("us", "Gladly. Tuesday at ten?"),
)


def first_relation(world: World, person: Person) -> Relation:
    """Return how a fresh account stands to somebody."""
    status = world.relation(person)
    has_note = status == "incoming" and person.number % 2 == 1
    since = _NOON - timedelta(days=person.number)
    return Relation(status, since, _NOTE if has_note else None)


def old_letters(person: Person) -> Iterator[tuple[Sender, str, datetime]]:
    """Yield what a fresh account and somebody have written to each other, oldest first."""
    if person.number % 10 == 0:
        for index, (sender, text) in enumerate(_LETTERS):
            yield sender, text, _NOON - timedelta(days=person.number, hours=-index)


def first_offers(world: World) -> Iterator[Invitation]:
    """Yield the invitations of a fresh account to follow companies and to read newsletters."""
    for company in world.companies:
        if company.number % 4 == 0 and (employees := world.employees(company)):
            at = _NOON - timedelta(days=company.number)
            yield Invitation(kind="companyFollow", person=employees[0], at=at)
    for person in world.people:
        if person.number % 30 == 0:
            at = _NOON - timedelta(days=person.number)
            yield Invitation(kind="newsletterSubscribe", person=person, at=at)


def old_visits(world: World) -> Iterator[Visit]:
    """Yield who has looked at the profile of a fresh account."""
    for person in world.people:
        if person.number % 6 == 0:
            at = _NOON - timedelta(hours=5 * person.number)
            yield Visit(person=person, at=at, is_anonymous=person.number % 18 == 0)
