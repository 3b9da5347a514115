"""What all spans of one client have in common, and what is noted of each workflow between them."""

import attrs
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext, Tracer

from linkedapi_async._clock import Clock
from linkedapi_async._types import WorkflowId

from ._conventions import Attributes, server_attributes
from ._instruments import Instruments

__all__ = ["Scene", "Trail"]


@attrs.define(eq=False)
class Trail:
    """Notes on one workflow.

    Attributes:
        origin: The span that started it last; `None` where it was attached.
        waits: Contexts of the spans of those who wait for it, the longest first.
        polls: How often it was asked for.
    """

    origin: SpanContext | None = None
    waits: list[Context] = attrs.field(factory=list[Context])
    polls: int = 0


@attrs.define(kw_only=True, eq=False)
class Scene:
    """One client under observation.

    Attributes:
        tracer: Makes spans.
        instruments: Count and time.
        clock: The client's.
        base_url: Where its service is.
        poll_spans: Whether polls get spans.
        server: Where its service is, as attributes.
        waited: Notes on the workflows that somebody waits for.
    """

    tracer: Tracer
    instruments: Instruments
    clock: Clock
    base_url: str
    poll_spans: bool
    server: Attributes = attrs.field(
        default=attrs.Factory(lambda scene: server_attributes(scene.base_url), takes_self=True),
        init=False,
    )
    waited: dict[WorkflowId, Trail] = attrs.field(factory=dict[WorkflowId, Trail], init=False)

    def wall_ns(self) -> int:
        """Return the moment as spans have it: nanoseconds since 1970."""
        return round(self.clock.wall().timestamp() * 1e6) * 1000
