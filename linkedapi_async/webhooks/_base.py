"""What an event is, and the registry that knows every type of them.

An event class carries its own row: the decorator registers it under the service's word, and what
reads deliveries looks it up there.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import ClassVar, Final, TypeVar

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.models._times import moment

__all__ = ["UnknownEvent", "WebhookEvent", "event", "event_types"]

E = TypeVar("E", bound="type[WebhookEvent]")

_REGISTRY: Final[dict[str, "type[WebhookEvent]"]] = {}


@attrs.frozen(kw_only=True)
class WebhookEvent:
    """Something that happened at the service; the base of every event.

    Events come in no certain order, and one may come again, under the same `id`.

    Attributes:
        kind: The event type the class stands for; empty where it stands for no single one.
        id: The service's name for this event, the same each time it is delivered.
        created_at: When it happened, as sent.
        data: The facts as sent, those this version does not know among them.

    Source: https://linkedapi.io/docs/webhooks
    """

    kind: ClassVar[str] = ""

    id: str
    created_at: str | None = None
    data: JsonObject = attrs.field(factory=dict[str, Json], repr=False, hash=False)

    @property
    def event_type(self) -> str:
        """The service's word for what happened, such as `workflow.completed`."""
        return self.kind

    @property
    def created_at_time(self) -> datetime | None:
        """`created_at` as an aware moment; `None` where it cannot be read."""
        return moment(self.created_at)


@attrs.frozen(kw_only=True)
class UnknownEvent(WebhookEvent):
    """An event of a type that this version does not know; everything is in `data`.

    Attributes:
        word: The service's word for the type.
    """

    word: str

    @property
    def event_type(self) -> str:
        """The service's word for what happened."""
        return self.word


def event(event_type: str) -> Callable[[E], E]:
    """Register the class below under the service's word; stands outside the attrs decorator."""

    def register(cls: E) -> E:
        cls.kind = event_type
        _REGISTRY[event_type] = cls
        return cls

    return register


@cache
def event_types() -> "Mapping[str, type[WebhookEvent]]":
    """Return the class of every event type known; the first call loads them."""
    import_module(f"{__package__}._events")
    return MappingProxyType(_REGISTRY)
