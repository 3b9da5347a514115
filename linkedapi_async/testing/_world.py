"""A small LinkedIn that one seed determines: people, companies, posts, all linked.

People live at `https://www.linkedin.com/in/person1` to `personN`, companies at
`https://www.linkedin.com/company/company1` to `companyN`; the first of each are those of the
documentation's examples. Every fifth person is connected to you, every seventh has invited you,
every eleventh takes messages from connections only, every thirteenth takes connection requests
only with an e-mail address. They are made when first looked at.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from random import Random
from typing import Final

import attrs

from ._names import (
    COMMENT_TEXTS,
    COMPANY_ENDINGS,
    COMPANY_NAMES,
    FIRST_NAMES,
    INDUSTRIES,
    LANGUAGES,
    LAST_NAMES,
    PLACES,
    POSITIONS,
    POST_TEXTS,
    REACTIONS,
    SCHOOLS,
    SKILLS,
)

__all__ = ["Company", "Engagement", "Person", "Post", "World", "slug_of"]

_SITE: Final = "https://www.linkedin.com"
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/(in|company)/([^/?#]+)/?(?:[?#].*)?", re.IGNORECASE
)
_NOON: Final = datetime(2025, 12, 31, 12, tzinfo=UTC)
_DECIDES: Final = 4


@attrs.frozen(kw_only=True)
class Company:
    """An organisation with a page.

    Attributes:
        number: Counts companies from 1.
        name: Its name.
        url: Public address.
        hashed_url: The other address, by number.
        industry: One of LinkedIn's names for it.
        location: Where it sits.
        country: Two letters.
        size: Head count.
        founded: Year.
    """

    number: int
    name: str
    url: str
    hashed_url: str
    industry: str
    location: str
    country: str
    size: int
    founded: int

    @property
    def urn(self) -> str:
        """The name that outlives every address."""
        return f"urn:li:organization:{200_000 + self.number}"


@attrs.frozen(kw_only=True)
class Person:
    """A member with a profile.

    Attributes:
        number: Counts people from 1.
        first_name: Given name.
        last_name: Family name.
        url: Public address.
        hashed_url: The other address.
        position: Current job.
        rank: How senior it is, 1 the most.
        company: Where.
        previous: Where before, `None` for nowhere.
        location: Where the person lives.
        country: Two letters.
        followers: How many.
        school: Where the person studied.
        skills: By name.
        languages: By name.
        since: Year the current job began.
    """

    number: int
    first_name: str
    last_name: str
    url: str
    hashed_url: str
    position: str
    rank: int
    company: Company
    previous: Company | None
    location: str
    country: str
    followers: int
    school: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    since: int

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def headline(self) -> str:
        """The line below the name."""
        return f"{self.position} at {self.company.name}"

    @property
    def urn(self) -> str:
        """The name that outlives every address."""
        return f"urn:li:member:{100_000 + self.number}"

    @property
    def is_reserved(self) -> bool:
        """Whether only connections may write to this person."""
        return self.number % 11 == 0

    @property
    def needs_email(self) -> bool:
        """Whether a connection request has to carry the person's e-mail address."""
        return self.number % 13 == 0

    @property
    def decides(self) -> bool:
        """Whether the person counts as a decision maker."""
        return self.rank <= _DECIDES


@attrs.frozen(kw_only=True)
class Post:
    """Something published.

    Attributes:
        number: Unique in the world.
        author: Who.
        text: What.
        at: When.
        reactions: How many reacted.
        comments: How many commented.
    """

    number: int
    author: Person | Company
    text: str
    at: datetime
    reactions: int
    comments: int

    @property
    def url(self) -> str:
        """Address of the post."""
        return f"{_SITE}/feed/update/{self.activity_urn}"

    @property
    def activity_urn(self) -> str:
        """LinkedIn's name for it."""
        return f"urn:li:activity:{7_000_000_000_000_000_000 + self.number}"


@attrs.frozen(kw_only=True)
class Engagement:
    """What a person did with a post: one comment and one reaction.

    Attributes:
        post: Which.
        at: When.
        text: What the comment says.
        reaction: Which kind.
    """

    post: Post
    at: datetime
    text: str
    reaction: str


class World:
    """Everybody there is.

    Attributes:
        size: How many people.
        companies_count: How many companies.
    """

    def __init__(self, seed: int, *, people: int, companies: int) -> None:
        self.size = people
        self.companies_count = companies
        self._seed = seed
        self._people: dict[int, Person] = {}
        self._companies: dict[int, Company] = {}

    @property
    def people(self) -> Iterator[Person]:
        """All people, by number."""
        return (self.person(number) for number in range(1, self.size + 1))

    @property
    def companies(self) -> Iterator[Company]:
        """All companies, by number."""
        return (self.company(number) for number in range(1, self.companies_count + 1))

    def person(self, number: int) -> Person:
        """Return person 1 to `size`."""
        if (known := self._people.get(number)) is None:
            known = self._people[number] = self._make_person(number)
        return known

    def company(self, number: int) -> Company:
        """Return company 1 to `companies_count`."""
        if (known := self._companies.get(number)) is None:
            known = self._companies[number] = self._make_company(number)
        return known

    def find_person(self, address: str) -> Person | None:
        """Return who has this address, public or hashed; `None` for nobody."""
        number = self._numbers.get(slug_of(address, "in") or "")
        return None if number is None else self.person(number)

    def find_company(self, address: str) -> Company | None:
        """Return which company has this address, public or hashed; `None` for none."""
        number = self._company_numbers.get(slug_of(address, "company") or "")
        return None if number is None else self.company(number)

    def employees(self, company: Company) -> list[Person]:
        """Return who works there, by number."""
        return [person for person in self.people if person.company is company]

    def posts(self, author: Person | Company) -> list[Post]:
        """Return what somebody has published, newest first."""
        kind = 0 if isinstance(author, Person) else 500_000
        chance = self._chance(f"posts:{kind}:{author.number}")
        moment = _NOON - timedelta(hours=chance.randint(0, 200))
        found: list[Post] = []
        for index in range(chance.randint(1, 6)):
            topic = chance.choice(SKILLS)
            found.append(
                Post(
                    number=(kind + author.number) * 10 + index,
                    author=author,
                    text=chance.choice(POST_TEXTS).format(topic=topic),
                    at=moment,
                    reactions=chance.randint(0, 300),
                    comments=chance.randint(0, 40),
                )
            )
            moment -= timedelta(hours=chance.randint(5, 900))
        return found

    def engagements(self, person: Person) -> list[Engagement]:
        """Return what somebody did with the posts of others, newest first."""
        chance = self._chance(f"engagements:{person.number}")
        found: list[Engagement] = []
        for _ in range(chance.randint(0, 5)):
            author = self.person(chance.randint(1, self.size))
            post = chance.choice(self.posts(author))
            found.append(
                Engagement(
                    post=post,
                    at=post.at + timedelta(hours=chance.randint(1, 90)),
                    text=chance.choice(COMMENT_TEXTS),
                    reaction=chance.choice(REACTIONS),
                )
            )
        return sorted(found, key=lambda one: one.at, reverse=True)

    def relation(self, person: Person) -> str:
        """Return how a fresh account is connected to somebody."""
        if person.number % 5 == 0:
            return "connected"
        return "incoming" if person.number % 7 == 0 else "notConnected"

    @cached_property
    def _numbers(self) -> dict[str, int]:
        numbers = range(1, self.size + 1)
        return {f"person{number}": number for number in numbers} | {
            _hashed(self._seed, number).lower(): number for number in numbers
        }

    @cached_property
    def _company_numbers(self) -> dict[str, int]:
        numbers = range(1, self.companies_count + 1)
        return {f"company{number}": number for number in numbers} | {
            str(_company_id(number)): number for number in numbers
        }

    def _chance(self, purpose: str) -> Random:
        return Random(f"{self._seed}:{purpose}")  # noqa: S311 - the world has to repeat

    def _make_company(self, number: int) -> Company:
        chance = self._chance(f"company:{number}")
        location, country = chance.choice(PLACES)
        made = Company(
            number=number,
            name=f"{chance.choice(COMPANY_NAMES)} {chance.choice(COMPANY_ENDINGS)}",
            url=f"{_SITE}/company/company{number}",
            hashed_url=f"{_SITE}/company/{_company_id(number)}",
            industry=chance.choice(INDUSTRIES),
            location=location,
            country=country,
            size=chance.choice((8, 35, 120, 340, 800, 2400, 7000, 15000)),
            founded=chance.randint(1960, 2023),
        )
        if number == 1:
            return attrs.evolve(
                made,
                name="TechCorp",
                industry="Information Technology",
                location="Cupertino, California",
                country="US",
                size=500,
                founded=2019,
            )
        return made

    def _make_person(self, number: int) -> Person:
        chance = self._chance(f"person:{number}")
        location, country = chance.choice(PLACES)
        position, rank = chance.choice(POSITIONS)
        home = chance.randint(1, self.companies_count)
        before = chance.randint(0, self.companies_count)
        made = Person(
            number=number,
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            url=f"{_SITE}/in/person{number}",
            hashed_url=f"{_SITE}/in/{_hashed(self._seed, number)}",
            position=position,
            rank=rank,
            company=self.company(home),
            previous=self.company(before) if before else None,
            location=location,
            country=country,
            followers=chance.randint(20, 9000),
            school=chance.choice(SCHOOLS),
            skills=tuple(chance.sample(SKILLS, chance.randint(2, 6))),
            languages=tuple(chance.sample(LANGUAGES, chance.randint(1, 3))),
            since=chance.randint(2012, 2025),
        )
        if number == 1:
            return attrs.evolve(
                made,
                first_name="John",
                last_name="Doe",
                position="Software Engineer",
                rank=9,
                company=self.company(1),
                location="San Francisco, USA",
                country="US",
                followers=37,
            )
        return made


def slug_of(address: str, kind: str) -> str | None:
    """Return the last part of a LinkedIn address in lower case, `None` for another kind of text.

    Args:
        address: What a caller takes for an address.
        kind: `in` for people, `company` for companies.
    """
    parts = _ADDRESS.fullmatch(address.strip())
    return parts[2].lower() if parts is not None and parts[1].lower() == kind else None


def _hashed(seed: int, number: int) -> str:
    digest = blake2b(f"{seed}:{number}".encode(), digest_size=12).hexdigest()
    return f"ACoAA{digest.upper()}"


def _company_id(number: int) -> int:
    return 12345678 if number == 1 else 10_000_000 + number * 7919
