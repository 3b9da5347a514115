"""What a wait asks of whoever hears the service's webhooks."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import attrs

from ._messages import Progress
from ._types import WorkflowId

__all__ = ["Ended", "Push", "Wake"]


@attrs.frozen
class Ended:
    """A workflow has ended, as an event tells.

    Attributes:
        progress: How; `None` where only a poll can tell.
    """

    progress: Progress | None = None


Wake: TypeAlias = Callable[[Ended | None], object]
"""Told that a workflow has ended, or with `None` that events can no longer be relied on."""


class Push(Protocol):
    """A source of events about workflows.

    Attributes:
        grace: Seconds that an event may come after a poll has told the same.
    """

    grace: float

    @property
    def safety_interval(self) -> float:
        """Seconds between polls while events can be relied on."""
        ...

    def watch(self, workflow_id: WorkflowId, wake: Wake) -> Callable[[], None]:
        """Have a workflow's end told, on this event loop, also one that was told before.

        Returns:
            What ends the watch.
        """
        ...

    def is_alive(self) -> bool:
        """Return whether an end would be told, as far as anybody can tell."""
        ...

    def missed(self, workflow_id: WorkflowId) -> None:
        """Note that a poll told an end first."""
        ...

    def review(self) -> None:
        """Rouse every watcher if events can no longer be relied on."""
        ...
