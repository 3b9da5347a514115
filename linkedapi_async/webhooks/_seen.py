"""Telling an event from its repetition, in bounded memory."""

from collections import OrderedDict

from linkedapi_async.errors import ConfigurationError

__all__ = ["Seen"]


class Seen:
    """The ids of the latest events.

    A delivery that was not acknowledged comes again under the same id, up to eight times in all.
    Beyond its capacity, the id that was not heard of for longest is forgotten first.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        """Remember as many ids.

        Raises:
            ConfigurationError: The capacity is below 1.
        """
        if capacity < 1:
            msg = f"capacity={capacity!r} leaves room for no event"
            raise ConfigurationError(msg)
        self._capacity = capacity
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._ids

    def add(self, event_id: str) -> bool:
        """Remember an event; return whether it is new."""
        is_new = event_id not in self._ids
        self._ids[event_id] = None
        self._ids.move_to_end(event_id)
        if len(self._ids) > self._capacity:
            self._ids.popitem(last=False)
        return is_new

    def discard(self, event_id: str) -> None:
        """Forget an event whose handling failed, so that its repetition is not taken for done."""
        self._ids.pop(event_id, None)
