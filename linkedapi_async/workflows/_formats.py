"""Kinds of text with a form of their own: addresses and dates, as the reference names them.

A form refuses what is plainly something else and nothing more. A word without a slash passes for an
address: no source says that the service turns down the bare name at the end of one, and official
payloads hold such words.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final

import attrs

__all__ = ["FORMATS", "Form"]

_SITE: Final = r"(?:https?://)?(?:[\w-]+\.)*linkedin\.com"
_BARE: Final = r"[^\s/.]+"


@attrs.frozen
class Form:
    """One kind of text.

    Attributes:
        fits: Tells whether a text is of that kind.
        likeness: What one looks like, for people.
    """

    fits: Callable[[str], bool]
    likeness: str


def _is_match(pattern: "re.Pattern[str]", text: str) -> bool:
    return pattern.fullmatch(text) is not None


def _address(*folders: str) -> Callable[[str], bool]:
    folder = "|".join(folders)
    pattern = re.compile(rf"{_SITE}/(?:{folder})/[^\s/]\S*|{_BARE}", re.IGNORECASE)
    return partial(_is_match, pattern)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return _is_moment(text)
    return True


FORMATS: Final[Mapping[str, Form]] = {
    "linkedin_person_url": Form(
        _address("in", "pub", "sales/people", "sales/lead"),
        "the address of a person's profile, such as https://www.linkedin.com/in/person1",
    ),
    "linkedin_company_url": Form(
        _address("company", "school", "showcase", "sales/company"),
        "the address of a company's page, such as https://www.linkedin.com/company/company1",
    ),
    "iso8601": Form(_is_moment, "an ISO 8601 moment, such as 2026-01-31T08:00:00Z"),
    "iso_date": Form(_is_date, "an ISO 8601 date, such as 2026-01-31"),
}
"""Every value of a parameter's `format`."""
