"""What may be told of the work while it is done: requests, workflows, waits, events.

The core knows this protocol and nothing of what stands behind it. All of it is synchronous; an
observer neither blocks nor raises, and nobody asks it anything. Without one, a `None` check is all
that is paid.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

import attrs

from ._clock import Clock
from ._messages import Purpose, Refusal, Reply, Request
from ._types import WorkflowId
from .events import Event

__all__ = ["UNWATCHED", "Exchange", "Level", "Observed", "Observer", "Watch"]

UNWATCHED: Final[AbstractContextManager[None]] = nullcontext()
"""Stands where a watch would, if there is none."""


@attrs.frozen
class Level:
    """How many workflows are in one state at this moment.

    Attributes:
        state: `waiting`, `queued`, `parked` or another lasting word.
        account: Alias or fingerprint.
        count: How many.
    """

    state: str
    account: str
    count: int


class Observed(Protocol):
    """What an observer reads of a call; it changes nothing there."""

    @property
    def purpose(self) -> Purpose:
        """What the call's requests are for."""
        ...

    @property
    def operation(self) -> str:
        """Name of the operation, as `fetchPerson`."""
        ...

    @property
    def account(self) -> str:
        """Alias or fingerprint of the account; may be learned during the first request."""
        ...

    @property
    def workflow_id(self) -> WorkflowId | None:
        """The workflow concerned, once it is known."""
        ...

    @property
    def attempts(self) -> int:
        """Requests sent so far, the one under way included."""
        ...

    @property
    def trail(self) -> object:
        """What `Watch.follow` returned; shared by a start and the wait that follows it."""
        ...


class Exchange(AbstractContextManager["Exchange"], Protocol):
    """One HTTP request under way: `with watch.exchange(request, call) as exchange: …`."""

    def ends(self, reply: Reply | Refusal, outcome: object) -> None:
        """Take in what came back, and what was read from it."""
        ...


class Watch(Protocol):
    """Observes one client, from whatever task or thread it works in."""

    def follow(self) -> object:
        """Return an observer's own notes on one call, for `Call.trail`; they are opaque."""
        ...

    def sending(self, call: Observed) -> AbstractContextManager[object]:
        """Observe a workflow's start: every attempt, until it is accepted or given up."""
        ...

    def receiving(self, call: Observed) -> AbstractContextManager[object]:
        """Observe one caller's wait for a workflow's end."""
        ...

    def exchange(self, request: Request, call: Observed) -> Exchange:
        """Observe one HTTP request."""
        ...

    def hear(self, event: Event) -> None:
        """Take in what is announced."""
        ...

    def gauge(self, read: Callable[[], Iterable[Level]]) -> Callable[[], None]:
        """Have levels read now and then, perhaps from another thread.

        Returns:
            What ends it.
        """
        ...


class Observer(Protocol):
    """Observes any number of clients."""

    def attend(self, base_url: str, clock: Clock) -> Watch:
        """Return what observes one client.

        Args:
            base_url: Where its service is.
            clock: Times what it does.
        """
        ...
