"""Who reads whom: a ring of people, so that nobody has to look at the whole world.

Everybody is read by those who follow in the ring, 100 at most, so a person's own readings are
those of the people before. Companies stand between the people, at even distances.
"""

from collections.abc import Iterator
from typing import Final

import attrs

__all__ = ["FIRST_COMPANY", "Ring"]

FIRST_COMPANY: Final = 500_001
"""The key of company 1; a person's key is the person's number."""

_READERS: Final = 100


@attrs.frozen
class Ring:
    """Everybody's place, by key.

    Attributes:
        people: How many people there are.
        companies: How many companies there are.
    """

    people: int
    companies: int

    @property
    def keys(self) -> Iterator[int]:
        """Everybody's key, people first."""
        yield from range(1, self.people + 1)
        yield from range(FIRST_COMPANY, FIRST_COMPANY + self.companies)

    def has(self, key: int) -> bool:
        """Return whether somebody has this key."""
        return 0 < key <= self.people or 0 <= key - FIRST_COMPANY < self.companies

    def readers(self, key: int, most: int = _READERS) -> list[int]:
        """Return the keys of those who read somebody, the nearest first."""
        base = self._base(key)
        count = min(most, self.people - (key < FIRST_COMPANY))
        return [(base + step) % self.people + 1 for step in range(count)]

    def read_by(self, key: int, most: int = _READERS) -> Iterator[int]:
        """Yield the keys of those a person reads, as one of their nearest; a company reads none."""
        if key >= FIRST_COMPANY:
            return
        for step in range(1, min(most, self.people - 1) + 1):
            yield (key - 1 - step) % self.people + 1
        for company in range(FIRST_COMPANY, FIRST_COMPANY + self.companies):
            if (key - 1 - self._base(company)) % self.people < most:
                yield company

    def _base(self, key: int) -> int:
        """Return after which person the readers of somebody begin."""
        if key < FIRST_COMPANY:
            return key
        return (key - FIRST_COMPANY) * self.people // self.companies
