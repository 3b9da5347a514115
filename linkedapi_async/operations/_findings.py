"""Whether something happened: what can be asked, and what the answers prove.

Values only; who asks stands in `linkedapi_async.reconciliation`.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

import attrs

from linkedapi_async.models.usage import UsedAction

__all__ = [
    "Captured",
    "Channel",
    "Executed",
    "Finding",
    "History",
    "Myself",
    "Question",
    "Statistics",
    "Verdict",
]

Channel: TypeAlias = Literal["st", "nv"]
"""Where messages are written: LinkedIn itself, or Sales Navigator."""


class Verdict(StrEnum):
    """Whether a write whose reply was lost has happened."""

    DONE = "done"
    """It happened, or what it was meant for holds already: sending it again has no use."""
    NOT_DONE = "not_done"
    """It did not happen, and cannot happen any more: sending it doubles nothing."""
    UNKNOWN = "unknown"
    """Nothing that can be read proves either: a person has to look."""


@attrs.frozen
class Finding:
    """What reading has shown.

    Attributes:
        verdict: Whether it happened.
        evidence: What was seen, in a sentence that a person can check.
        is_harmless: Nobody looked: doing it twice is the same as doing it once, so that the verdict
            is `NOT_DONE` either way.
        dated_at: When that was which proves it, as the service tells; `None` where nobody says.
    """

    verdict: Verdict
    evidence: str
    is_harmless: bool = False
    dated_at: datetime | None = attrs.field(default=None, kw_only=True, repr=False)

    def __str__(self) -> str:
        """Return the verdict and what was seen, for people."""
        return f"{self.verdict.replace('_', ' ')}: {self.evidence}"


@attrs.frozen(kw_only=True)
class History:
    """Asks for all messages exchanged with a person; answered by an `InboxHistory`.

    Attributes:
        person_url: Public or hashed address of the person; a sync has loaded the conversation.
        type: `st` for LinkedIn itself, `nv` for Sales Navigator.
        synced_until_at: Up to when that sync keeps it; what is told has to say so too.
    """

    person_url: str
    type: Channel
    synced_until_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Captured:
    """Asks what a watched inbox has seen of a thread; answered by a list of `InboxMessage`.

    Attributes:
        thread_id: The thread.
        type: `st` for LinkedIn itself, `nv` for Sales Navigator.
    """

    thread_id: str
    type: Channel


@attrs.frozen(kw_only=True)
class Executed:
    """Asks which actions the service has executed; answered by `Statistics`.

    Attributes:
        since: From when on, until now.
    """

    since: datetime


@attrs.frozen
class Statistics:
    """The actions that the service has executed.

    Attributes:
        actions: Which, and when.
        are_complete: Whether they surely hold the doubtful start, if it was executed at all.
    """

    actions: Sequence[UsedAction]
    are_complete: bool


@attrs.frozen
class Myself:
    """Asks whose account it is; answered by an `AccountInfo`."""


Question: TypeAlias = History | Captured | Executed | Myself
"""What needs no workflow; answered by `None` where this generation of the API cannot tell."""
