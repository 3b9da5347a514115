"""What filters choose by beyond a profile's lines: experience, groups, head count, revenue.

All of it follows from who people and companies are, and most of it can be read on their pages: the
years of a person in the text about them and in their positions, the revenue of a company in its
description. Groups show nowhere, as on LinkedIn: every sixth person is in one of yours.
"""

from collections.abc import Mapping
from typing import Final

from linkedapi_async._types import Json

from ._world import Company, Person

__all__ = [
    "THIS_YEAR",
    "earns",
    "experience_of",
    "is_group_member",
    "revenue_of",
    "size_of",
    "website_of",
    "years_before",
    "years_of",
]

THIS_YEAR: Final = 2026
"""The year everybody's history is told in."""

_SIZES: Final = (
    (10, "1-10"),
    (50, "11-50"),
    (200, "51-200"),
    (500, "201-500"),
    (1000, "501-1000"),
    (5000, "1001-5000"),
    (10000, "5001-10000"),
)
_EXPERIENCES: Final = (
    (0, "lessThanOne"),
    (2, "oneToTwo"),
    (5, "threeToFive"),
    (10, "sixToTen"),
)


def years_of(person: Person) -> int:
    """Return how many years somebody has worked: here, and where they were before."""
    return THIS_YEAR - person.since + years_before(person)


def years_before(person: Person) -> int:
    """Return how many years somebody was where they were before: one to four."""
    return 0 if person.previous is None else 1 + person.number % 4


def experience_of(person: Person) -> str:
    """Return the filter's word for somebody's years of experience."""
    years = years_of(person)
    return next((name for most, name in _EXPERIENCES if years <= most), "moreThanTen")


def is_group_member(person: Person) -> bool:
    """Return whether somebody is in a group that you are in too."""
    return person.number % 6 == 0


def size_of(company: Company) -> str:
    """Return the filter's word for a company's head count."""
    return next((name for most, name in _SIZES if company.size <= most), "10001+")


def revenue_of(company: Company) -> float:
    """Return what a company takes in a year, in million USD."""
    per_head = 60 + company.number * 37 % 140
    return round(company.size * per_head / 1000, 1)


def earns(company: Company, bounds: Json) -> bool:
    """Return whether a company's revenue lies within an `annualRevenue`; without one, it does."""
    if not isinstance(bounds, Mapping):
        return True
    least, most = str(bounds["min"]), str(bounds["max"])
    revenue = revenue_of(company)
    return float(least) <= revenue and (most.endswith("+") or revenue <= float(most))


def website_of(company: Company) -> str:
    """Return the address of a company's own website."""
    return f"https://{company.name.casefold().replace(' ', '')}.example.com"
