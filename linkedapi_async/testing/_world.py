"""A small LinkedIn that one seed determines: people, companies, posts, all linked.

People live at `https://www.linkedin.com/in/person1` to `personN`, companies at
`https://www.linkedin.com/company/company1` to `companyN`; the first of each are those of the
documentation's examples. Every fifth person is connected to you, every seventh has invited you,
every eleventh takes messages from connections only, every thirteenth takes connection requests
only with an e-mail address, every seventeenth takes none, every nineteenth is new at work, with two
years behind them at most. They are made when first looked at.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b
from random import Random
from typing import Final, Literal, TypeAlias

import attrs

from ._chronicle import Chronicle
from ._content import Actor, Post
from ._names import (
    COMPANY_ENDINGS,
    COMPANY_NAMES,
    FIRST_NAMES,
    INDUSTRIES,
    LANGUAGES,
    LAST_NAMES,
    PLACES,
    POSITIONS,
    SCHOOLS,
    SKILLS,
)
from ._ring import FIRST_COMPANY
from ._wall import Wall

__all__ = ["Company", "Person", "Post", "Status", "World", "slug_of"]

Status: TypeAlias = Literal["connected", "pending", "incoming", "notConnected"]
"""How an account is connected to a person, in the service's words."""

_SITE: Final = "https://www.linkedin.com"
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/(in|company|newsletters)/([^/?#]+)/?(?:[?#].*)?",
    re.IGNORECASE,
)
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
    def headline(self) -> str:
        """The line below the name."""
        return self.industry

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
    def takes_requests(self) -> bool:
        """Whether this person may be asked to connect at all."""
        return self.number % 17 != 0

    @property
    def decides(self) -> bool:
        """Whether the person counts as a decision maker."""
        return self.rank <= _DECIDES


class World:
    """Everybody there is.

    Attributes:
        size: How many people.
        companies_count: How many companies.
        wall: What is published.
    """

    def __init__(self, seed: int, *, people: int, companies: int) -> None:
        self.size = people
        self.companies_count = companies
        self._seed = seed
        self._people: dict[int, Person] = {}
        self._companies: dict[int, Company] = {}
        self.wall: Wall = Wall(
            Chronicle(seed, people=people, companies=companies, actor=self._actor)
        )

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
        """Return what somebody has published by now, newest first."""
        is_company = isinstance(author, Company)
        return self.wall.posts(author.number + FIRST_COMPANY - 1 if is_company else author.number)

    def relation(self, person: Person) -> Status:
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

    def _actor(self, key: int) -> Actor:
        return self.person(key) if key < FIRST_COMPANY else self.company(key - FIRST_COMPANY + 1)

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
        is_new = number % 19 == 0
        made = Person(
            number=number,
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            url=f"{_SITE}/in/person{number}",
            hashed_url=f"{_SITE}/in/{_hashed(self._seed, number)}",
            position=position,
            rank=rank,
            company=self.company(home),
            previous=self.company(before) if before and not is_new else None,
            location=location,
            country=country,
            followers=chance.randint(20, 9000),
            school=chance.choice(SCHOOLS),
            skills=tuple(chance.sample(SKILLS, chance.randint(2, 6))),
            languages=tuple(chance.sample(LANGUAGES, chance.randint(1, 3))),
            since=2026 - number // 19 % 3 if is_new else chance.randint(2012, 2025),
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
        kind: `in` for people, `company` for companies, `newsletters` for those.
    """
    parts = _ADDRESS.fullmatch(address.strip())
    return parts[2].lower() if parts is not None and parts[1].lower() == kind else None


def _hashed(seed: int, number: int) -> str:
    digest = blake2b(f"{seed}:{number}".encode(), digest_size=12).hexdigest()
    return f"ACoAA{digest.upper()}"


def _company_id(number: int) -> int:
    return 12345678 if number == 1 else 10_000_000 + number * 7919
