"""What the service tells on its own: deliveries to a webhook, verified and read.

`read` turns body and headers of a request into an event; `verify`, `parse` and `sign` are its
parts. Nothing here listens. Names resolve when they are first used.
"""

from typing import TYPE_CHECKING

from linkedapi_async._lazy import publish

if TYPE_CHECKING:
    from ._base import UnknownEvent as UnknownEvent
    from ._base import WebhookEvent as WebhookEvent
    from ._base import event_types as event_types
    from ._events import *
    from ._outcome import *
    from ._reading import *
    from ._seen import *
    from ._signature import SIGNATURE_HEADER as SIGNATURE_HEADER
    from ._signature import TIMESTAMP_HEADER as TIMESTAMP_HEADER
    from ._signature import Headers as Headers
    from ._signature import Secrets as Secrets
    from ._signature import sign as sign
    from ._signature import verify as verify
else:
    __getattr__, __dir__ = publish(
        __name__,
        ("_events", "_outcome", "_reading", "_seen"),
        {
            "_base": ("UnknownEvent", "WebhookEvent", "event_types"),
            "_signature": (
                "SIGNATURE_HEADER",
                "TIMESTAMP_HEADER",
                "Headers",
                "Secrets",
                "sign",
                "verify",
            ),
        },
    )
