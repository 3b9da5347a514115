"""Events on their way from where webhooks are received to the workflow that waits for them."""

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Final

import attrs
from dbos import DBOS, DBOSClient

from linkedapi_async._clock import SystemClock
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.webhooks import WorkflowCompleted

from ._engine import ATTRIBUTE, TOPIC

__all__ = ["forward"]

_LOG: Final = logging.getLogger("linkedapi_async")
_LEAVING: Final = 5.0
_RUNNING: Final = "PENDING"
"""What DBOS calls a workflow that somebody works on: one of each account at most."""
_PAUSES: Final = (1.0, 5.0, 30.0)
"""Seconds between looks for who waits: an event may come before that was noted."""


def forward(
    receiver: WebhookReceiver, *, client: DBOSClient | None = None, name: str = "linkedapi"
) -> Callable[[], None]:
    """Have the ends that a receiver hears sent to whoever waits for them; return what ends that.

    The process that receives webhooks need not be one that works: it may have nothing but a
    `DBOSClient` of the same database. An event that is sent twice is taken once; one that is lost
    on the way costs time, since polling goes on beside it.

    Args:
        receiver: Takes the deliveries.
        client: Leads to the database of DBOS; without one this process has launched DBOS itself,
            and ends this before it closes that.
        name: The one of the `DurableOperations`.
    """
    sender = _Sender(client, name)
    unsubscribe = receiver.subscribe(WorkflowCompleted, sender.take)

    def end() -> None:
        unsubscribe()
        sender.stop()

    return end


@attrs.define(eq=False)
class _Letter:
    """An event to be sent.

    Attributes:
        event: The event.
        due_at: When to look for who waits, in monotonic seconds.
        looks: How often that was done.
    """

    event: WorkflowCompleted
    due_at: float
    looks: int = 0


class _Sender:
    """Sends in a thread of its own: the service waits for its answer while listeners run."""

    def __init__(self, client: DBOSClient | None, name: str) -> None:
        self._client = client
        self._name = name
        self._clock = SystemClock()
        self._inbox: queue.SimpleQueue[_Letter | None] = queue.SimpleQueue()
        self._letters: list[_Letter] = []
        self._thread = threading.Thread(target=self._work, name=f"{name}-forward", daemon=True)
        self._thread.start()

    def take(self, event: WorkflowCompleted) -> None:
        """Send an event soon."""
        if event.workflow_id is not None:
            self._inbox.put(_Letter(event, self._clock.now()))

    def stop(self) -> None:
        """Send nothing more; one that waits for the database is left behind."""
        self._inbox.put(None)
        self._thread.join(timeout=_LEAVING)

    def _work(self) -> None:
        while True:
            first = min((letter.due_at for letter in self._letters), default=None)
            pause = None if first is None else max(0.0, first - self._clock.now())
            try:
                letter = self._inbox.get(timeout=pause)
            except queue.Empty:
                self._send_due()
                continue
            if letter is None:
                return
            self._letters.append(letter)

    def _send_due(self) -> None:
        now = self._clock.now()
        due = [letter for letter in self._letters if letter.due_at <= now]
        for letter in due:
            self._letters.remove(letter)
            if not self._is_sent(letter.event) and letter.looks < len(_PAUSES):
                letter.due_at = now + _PAUSES[letter.looks]
                letter.looks += 1
                self._letters.append(letter)

    def _is_sent(self, event: WorkflowCompleted) -> bool:
        """Send an event to whoever waits for it; return whether anybody does."""
        place = DBOS if self._client is None else self._client
        try:
            running = place.list_workflows(
                name=self._name, status=_RUNNING, load_input=False, load_output=False
            )
            # On SQLite DBOS cannot look for attributes itself.
            named = [(one.workflow_id, (one.attributes or {}).get(ATTRIBUTE)) for one in running]
            waiting = [run for run, workflow_id in named if workflow_id == event.workflow_id]
            for run in waiting:
                place.send(run, _body(event), TOPIC, idempotency_key=event.id)
        except Exception:  # noqa: BLE001 - whatever the database says, polling goes on
            _LOG.exception("The event %s could not be passed on", event.id)
            return False
        return bool(waiting)


def _body(event: WorkflowCompleted) -> dict[str, object]:
    """Return an event as it was delivered."""
    return {
        "id": event.id,
        "type": event.event_type,
        "createdAt": event.created_at,
        "data": json.loads(json.dumps(event.data)),
    }
