"""Whether deliveries can be relied on, so that polling may rest."""

from typing import Final

from linkedapi_async._types import WorkflowId

__all__ = ["GRACE", "Trust"]

GRACE: Final = 5.0
"""Seconds that an event may come after a poll has told the same."""
_STEP: Final = 100
_SLOWEST: Final = 6.0


class Trust:
    """Deliveries are alive once one has come, until the end of a workflow was not delivered.

    After such a miss only the event of another workflow's end shows that they are back: events of
    other types may be selected where those are not.
    """

    __slots__ = ("_ends", "_is_burnt", "_is_proved", "_owed")

    def __init__(self) -> None:
        """Start with nothing proved."""
        self._is_proved = False
        self._is_burnt = False
        self._ends = 0
        self._owed: dict[WorkflowId, float] = {}

    def deliver(self, workflow_id: WorkflowId | None, *, is_end: bool) -> None:
        """Note a genuine event about a workflow.

        Args:
            workflow_id: Which.
            is_end: Whether it tells that the workflow has ended.
        """
        if is_end or not self._is_burnt:
            self._is_proved = True
        if is_end and workflow_id is not None:
            self._ends += 1
            self._owed.pop(workflow_id, None)

    def owe(self, workflow_id: WorkflowId, now: float) -> None:
        """Note that a poll told the end of a workflow first; its event may still come."""
        if self._is_proved:
            self._owed[workflow_id] = now

    def is_alive(self, now: float) -> bool:
        """Return whether an end would be delivered, as far as anybody can tell.

        Args:
            now: Monotonic seconds, as given to `owe`.
        """
        if self._owed and now - next(iter(self._owed.values())) >= GRACE:
            self._owed.clear()
            self._is_proved = False
            self._is_burnt = True
            self._ends = 0
        return self._is_proved

    @property
    def patience(self) -> float:
        """How much longer than usual to rely on deliveries: 1.0 to 6.0.

        It grows with every hundred ends delivered since the last miss.
        """
        return min(_SLOWEST, 1.0 + self._ends / _STEP)
