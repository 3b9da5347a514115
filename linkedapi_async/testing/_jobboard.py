"""What companies look for: jobs, their pay and their age, and the addresses they have.

A company with forty people or more offers a job for every forty of them, up to twelve. What they
are follows from the company alone, so the seed of the world determines them too; the first job of
the first company is that of the documentation's example. A job keeps its age: however late you
look, a fifth of them is from today.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final
from weakref import WeakKeyDictionary

import attrs

from ._names import JOBS, PAY, PLACES, SKILLS
from ._world import Company, World

__all__ = ["Job", "Salary", "every_job", "find_job", "jobs_of"]

_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/jobs/view/(?:[^/?#]*-)?(\d+)/?(?:[?#].*)?",
    re.IGNORECASE,
)
_FIRST: Final = 4_416_248_954
_STRIDE: Final = 7919
_PER_COMPANY: Final = 12
_PEOPLE_PER_JOB: Final = 40
_SPREAD: Final = 1.3
_EMPLOYMENTS: Final = (
    *("fullTime",) * 5, "partTime", "contract", "temporary", "volunteer", "other",
)  # fmt: skip
_AGES: Final = ((1, 23), (26, 160), (170, 700), (730, 2000))
"""Hours, from and to: of today, this week, this month, before."""
_DAY: Final = 24
_WEEK: Final = 7
_MONTH: Final = 30


@attrs.frozen
class Salary:
    """What a job pays.

    Attributes:
        currency: Three small letters.
        least: Lowest amount.
        most: Highest amount.
        period: What for: `yearly`, `monthly`, `hourly`.
    """

    currency: str
    least: int
    most: int
    period: str


@attrs.frozen(kw_only=True)
class Job:
    """An open position.

    Attributes:
        number: As LinkedIn calls it.
        company: Who offers it.
        title: What it is called.
        function: What it belongs to.
        level: How experienced one should be, in the classic search's word.
        employment: What kind of employment, in the classic search's word.
        workplace: Where the work is done: `onSite`, `remote`, `hybrid`.
        location: At which place.
        skills: What one should know.
        salary: What it pays, `None` where it says nothing.
        age: How long it has been listed.
        applicants: How many have applied.
        is_easy: Whether LinkedIn takes applications itself.
        is_promoted: Whether the company pays for showing it.
        is_verified: Whether LinkedIn has verified it.
        is_fair: Whether the company gives everybody a fair chance.
    """

    number: int
    company: Company
    title: str
    function: str
    level: str
    employment: str
    workplace: str
    location: str
    skills: tuple[str, ...]
    salary: Salary | None
    age: timedelta
    applicants: int
    is_easy: bool
    is_promoted: bool
    is_verified: bool
    is_fair: bool

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.linkedin.com/jobs/view/{self.number}/"

    @property
    def urn(self) -> str:
        """The name that outlives every address."""
        return f"urn:li:jobPosting:{self.number}"

    @property
    def posted(self) -> str:
        """Its age as pages show it, such as `1w`."""
        hours = self.age // timedelta(hours=1)
        days = self.age.days
        if hours < _DAY:
            return f"{hours}h"
        if days < _WEEK:
            return f"{days}d"
        return f"{days // _WEEK}w" if days < _MONTH else f"{days // _MONTH}mo"

    @property
    def description(self) -> str:
        """What it says."""
        skills = " and ".join(self.skills)
        return f"{self.title} at {self.company.name}. You know your way around {skills}."


_KNOWN: Final = WeakKeyDictionary[World, dict[int, tuple[Job, ...]]]()
"""Jobs that were looked at, by company, for as long as their world lasts."""


def every_job(world: World) -> Iterator[Job]:
    """Yield what the companies of a world offer, by company."""
    return (job for company in world.companies for job in jobs_of(world, company))


def find_job(world: World, address: str) -> Job | None:
    """Return which job has this address, `None` for none.

    Args:
        world: Whose companies are looked through.
        address: `.../jobs/view/<number>/`, with or without the title before the number.
    """
    parts = _ADDRESS.fullmatch(address.strip())
    if parts is None:
        return None
    wanted = int(parts[1])
    at = (wanted - _FIRST) // _STRIDE // _PER_COMPANY + 1
    if not 1 <= at <= world.companies_count:
        return None
    return next((job for job in jobs_of(world, world.company(at)) if job.number == wanted), None)


def jobs_of(world: World, company: Company) -> tuple[Job, ...]:
    """Return what a company of a world offers, always in the same order."""
    known = _KNOWN.setdefault(world, {})
    if (jobs := known.get(company.number)) is None:
        count = min(company.size // _PEOPLE_PER_JOB, _PER_COMPANY)
        jobs = known[company.number] = tuple(_make(company, index) for index in range(count))
    return jobs


def _make(company: Company, index: int) -> Job:
    chance = Random(f"{company!r}:job:{index}")  # noqa: S311 - the world has to repeat
    title, function, level, yearly = chance.choice(JOBS)
    own = (company.location, company.country)
    location, country = chance.choice((own, own, *PLACES))
    employment = "internship" if level == "internship" else chance.choice(_EMPLOYMENTS)
    made = Job(
        number=_FIRST + ((company.number - 1) * _PER_COMPANY + index) * _STRIDE,
        company=company,
        title=title,
        function=function,
        level=level,
        employment=employment,
        workplace=chance.choice(("onSite", "remote", "hybrid")),
        location=location,
        skills=tuple(chance.sample(SKILLS, 2)),
        salary=_pay(employment, yearly, country) if chance.randint(0, 2) else None,
        age=timedelta(hours=chance.randint(*_AGES[chance.choice((0, 1, 1, 2, 3))])),
        applicants=chance.choice((chance.randint(0, 9), chance.randint(10, 400))),
        is_easy=chance.randint(0, 1) == 1,
        is_promoted=chance.randint(0, 4) == 0,
        is_verified=chance.randint(0, 2) > 0,
        is_fair=company.number % 3 == 0,
    )
    return _documented(made) if made.number == _FIRST else made


def _documented(job: Job) -> Job:
    """Return the first job as the documentation tells it."""
    return attrs.evolve(
        job,
        title="Senior Product Manager",
        function="Product Management",
        level="midSeniorLevel",
        employment="fullTime",
        workplace="remote",
        location="San Francisco, California, United States",
        salary=Salary("usd", 140_000, 180_000, "yearly"),
        age=timedelta(days=8),
        applicants=84,
        is_easy=True,
    )


def _pay(employment: str, yearly: int, country: str) -> Salary | None:
    """Return what a job pays: the hour or the month where nobody is employed for years."""
    if employment == "volunteer":
        return None
    currency, rate = PAY[country]
    if employment in {"internship", "contract", "temporary"}:
        period, parts, step = "hourly", 2000, 1
    elif employment == "partTime":
        period, parts, step = "monthly", 24, 10
    else:
        period, parts, step = "yearly", 1, 1000
    least = yearly * rate / parts
    return Salary(currency, _round(least, step), _round(least * _SPREAD, step), period)


def _round(amount: float, step: int) -> int:
    return max(round(amount / step), 1) * step
