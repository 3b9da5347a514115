"""Which request is which: the addresses of every wire, in one place."""

import re
from enum import StrEnum
from typing import Final

import attrs

__all__ = ["Purpose", "Route", "Wire", "route"]


class Wire(StrEnum):
    """A generation of the protocol, by the name the client gives it."""

    LINKED_API = "linked_api"
    """The current one: `/workflows`, status `pending`, cancel, `/account`."""
    LINKED_API_V3 = "linked_api_v3"
    """Its forerunner: `/account/workflows`, no cancel."""
    ACCOUNT_API = "account_api"
    """The one before: `/account/workflow`, result links, replies held open."""


class Purpose(StrEnum):
    """What a request asks for."""

    START = "start"
    POLL = "poll"
    CANCEL = "cancel"
    ACCOUNT = "account"
    ADMIN = "admin"
    DIRECT = "direct"
    """A poll of what is stored, usage, feedback: answered at once, without a workflow."""
    SITE = "site"
    """The public changelog, which takes no tokens."""
    OTHER = "other"
    """Something nobody serves: it is answered 404."""


@attrs.frozen
class Route:
    """Where a request goes.

    Attributes:
        purpose: What it asks for.
        wire: The wire that has this address, `None` for no address of ours.
        workflow_id: The id or hash in the path.
        admin_method: What stands behind `/admin/`, such as `webhook.set`.
        question: What a direct request is about: `conversations`, `inbox`, `network`, `usage` or
            `feedback`.
    """

    purpose: Purpose
    wire: Wire | None = None
    workflow_id: str | None = None
    admin_method: str | None = None
    question: str | None = None


def _direct(wire: Wire, question: str) -> Route:
    return Route(Purpose.DIRECT, wire, question=question)


_NOWHERE: Final = Route(Purpose.OTHER)
_FIXED: Final = {
    ("POST", "/workflows"): Route(Purpose.START, Wire.LINKED_API),
    ("GET", "/account"): Route(Purpose.ACCOUNT, Wire.LINKED_API),
    ("POST", "/account/workflows"): Route(Purpose.START, Wire.LINKED_API_V3),
    ("POST", "/account/workflow"): Route(Purpose.START, Wire.ACCOUNT_API),
    ("POST", "/conversations/poll"): _direct(Wire.LINKED_API, "conversations"),
    ("POST", "/inbox/poll"): _direct(Wire.LINKED_API, "inbox"),
    ("POST", "/network/poll"): _direct(Wire.LINKED_API, "network"),
    ("GET", "/stats/actions"): _direct(Wire.LINKED_API, "usage"),
    ("POST", "/feedback"): _direct(Wire.LINKED_API, "feedback"),
    # The Account API has the same address for conversations; its body looks different.
    ("POST", "/account/conversations/poll"): _direct(Wire.LINKED_API_V3, "conversations"),
    ("GET", "/account/stats/actions"): _direct(Wire.LINKED_API_V3, "usage"),
    ("GET", "/api/changelog"): Route(Purpose.SITE),
}
_NAMED: Final = {
    ("GET", "/workflows"): (Purpose.POLL, Wire.LINKED_API),
    ("DELETE", "/workflows"): (Purpose.CANCEL, Wire.LINKED_API),
    ("GET", "/account/workflows"): (Purpose.POLL, Wire.LINKED_API_V3),
    ("GET", "/account/results"): (Purpose.POLL, Wire.ACCOUNT_API),
}
_ADMIN: Final = "/admin"
_LAST_PART: Final = re.compile(r"(/.+)/([^/?]+)")


def route(method: str, target: str) -> Route:
    """Return what a request line asks for.

    Args:
        method: HTTP method.
        target: Path and query, as the request line has them.
    """
    path = target.partition("?")[0]
    if found := _FIXED.get((method, path)):
        return found
    parts = _LAST_PART.fullmatch(path)
    if parts is None:
        return _NOWHERE
    if named := _NAMED.get((method, parts[1])):
        return Route(*named, parts[2])
    if (method, parts[1]) == ("POST", _ADMIN):
        return Route(Purpose.ADMIN, Wire.LINKED_API, admin_method=parts[2])
    return _NOWHERE
