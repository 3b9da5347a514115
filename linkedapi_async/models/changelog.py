"""What changed at the service, as its public changelog tells."""

import datetime as dt
from typing import Final

import attrs

__all__ = [
    "Changelog",
    "ChangelogItem",
    "ChangelogRelease",
]

_SITE: Final = "https://linkedapi.io"


@attrs.frozen(kw_only=True)
class ChangelogItem:
    """One change.

    Attributes:
        title: What it is called.
        body: What it is about.
        docs: Path of the page that documents it, below `https://linkedapi.io`.

    Source: pypi:linkedapi==1.4.7 types/changelog.py
    """

    title: str | None = None
    body: str | None = None
    docs: str | None = None

    @property
    def docs_url(self) -> str | None:
        """Address of the page that documents it."""
        return None if self.docs is None else f"{_SITE}/{self.docs.removeprefix('/')}"


@attrs.frozen(kw_only=True)
class ChangelogRelease:
    """The changes of one week.

    Attributes:
        date: First day of the week, as sent; tells releases apart.
        items: The changes.

    Source: pypi:linkedapi==1.4.7 types/changelog.py
    """

    date: str | None = None
    items: list[ChangelogItem] | None = None

    @property
    def day(self) -> dt.date | None:
        """`date` as a date; `None` where it cannot be read."""
        try:
            return None if self.date is None else dt.date.fromisoformat(self.date)
        except ValueError:
            return None


@attrs.frozen(kw_only=True)
class Changelog:
    """The releases of the service.

    A week's release appears when the week is over and is dated by its first day, so that one may
    be older than `since`: tell them apart by `date`.

    Attributes:
        since: From when on, as asked for.
        count: How many releases the service counts.
        entries: The releases, as sent: newest first.

    Source: pypi:linkedapi==1.4.7 types/changelog.py
    """

    since: str | None
    count: int | None
    entries: list[ChangelogRelease]
