"""What serves the Admin API: one function per method, found by its name on the wire.

A new method is one decorated function in its resource's module, and nothing else.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Final, NoReturn, TypeAlias, cast
from uuid import UUID

import attrs

from linkedapi_async._clock import Clock
from linkedapi_async._types import Json, JsonObject

from ._accounts import Account
from ._admin import Admin
from ._deliveries import Deliveries
from ._directory import Directory
from ._engine import Engine
from ._herald import Herald
from ._sessions import ConnectionSession
from ._subscription import Webhook, flaw
from ._workflows import Workflow

__all__ = ["Call", "Method", "Office", "Refused", "method", "methods", "refuse"]

_MODULES: Final = ("accounts", "limits", "subscription", "webhook")
_PAYLOAD: Final = "invalidRequestPayload"


class Refused(Exception):
    """A request the Admin API does not carry out.

    Attributes:
        word: The error word.
        details: What goes into its text, where that leaves a place.
    """

    def __init__(self, word: str, details: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.details = details


def refuse(word: str, details: str = "") -> NoReturn:
    """End the request with an error.

    Args:
        word: The error word.
        details: What goes into its text, where that leaves a place.

    Raises:
        Refused: Always.
    """
    raise Refused(word, details)


@attrs.frozen
class Office:
    """Everything methods work with.

    Attributes:
        admin: The subscription and the sessions.
        clock: What time it is.
        deliveries: The webhook.
        directory: The accounts.
        engine: What runs workflows.
        herald: Who announces events.
        parsing: Workflows that read an account's own profile, by account id.
    """

    admin: Admin
    clock: Clock
    deliveries: Deliveries
    directory: Directory
    engine: Engine
    herald: Herald
    parsing: dict[str, Workflow] = attrs.field(init=False, factory=dict[str, Workflow])


@attrs.frozen
class Call:
    """One request, or one object within it; asked for a parameter, it refuses a bad one.

    Attributes:
        office: What the method works with.
        params: The body.
        request: Number of the request.
        where: What stands before the name of a parameter in the text of a refusal.
    """

    office: Office
    params: JsonObject
    request: int
    where: str = ""

    def account(self) -> Account:
        """Return the account that `accountId` names."""
        given = self.params.get("accountId")
        try:
            account_id = str(UUID(str(given)))
        except ValueError:
            refuse("accountIdRequired")
        account = self.office.directory.find(account_id)
        if account is None:
            refuse("accountNotFound")
        return account

    def session(self) -> ConnectionSession:
        """Return the session that `sessionId` names."""
        session = self.office.admin.sessions.find(self.text("sessionId"))
        if session is None:
            refuse("sessionNotFound")
        return session

    def webhook(self) -> Webhook:
        """Return the webhook that `id` names."""
        given, webhook = self.text("id"), self.office.deliveries.webhook
        if webhook is None or webhook.webhook_id != given:
            self.reject("id", "names no webhook")
        return webhook

    def text(self, name: str) -> str:
        """Return a text with something in it."""
        given = self.params.get(name)
        if not isinstance(given, str) or not given:
            self.reject(name, "must be a text")
        return given

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        given = self.params.get(name)
        if not isinstance(given, bool):
            self.reject(name, "must be a boolean")
        return given

    def number(self, name: str, low: int, high: int | None = None) -> int:
        """Return a whole number within bounds."""
        given = self.params.get(name)
        if not isinstance(given, int) or isinstance(given, bool):
            self.reject(name, "must be an integer")
        if given < low or (high is not None and given > high):
            self.reject(name, f"must be from {low} to {'any' if high is None else high}")
        return given

    def choice(self, name: str, words: list[str]) -> str:
        """Return one of several words."""
        given = self.params.get(name)
        if not isinstance(given, str) or given not in words:
            self.reject(name, f"must be one of {', '.join(words)}")
        return given

    def entries(self, name: str) -> list["Call"]:
        """Return the objects of a list."""
        given = self.params.get(name)
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self.reject(name, "must be a list of objects")
        return [
            attrs.evolve(self, params=cast("JsonObject", one), where=f"{name}[{index}].")
            for index, one in enumerate(given)
        ]

    def headers(self) -> dict[str, str]:
        """Return `headers`; `null` is none at all."""
        given = self.params.get("headers", {})
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.reject("headers", "must be an object or null")
        found = {str(name): value for name, value in given.items() if isinstance(value, str)}
        if len(found) != len(given):
            self.reject("headers", "must hold texts only")
        self.examine(headers=found)
        return found

    def events(self) -> tuple[str, ...] | None:
        """Return `events`; `null` is every event."""
        given = self.params.get("events")
        if given is None:
            return None
        if not isinstance(given, list):
            self.reject("events", "must be a list or null")
        found = tuple(str(one) for one in given)
        self.examine(events=found)
        return found

    def examine(
        self,
        *,
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
        events: tuple[str, ...] | None = None,
    ) -> None:
        """Refuse what a webhook cannot have."""
        problem = flaw(url=url, headers=headers, events=events)
        if problem is not None:
            refuse(_PAYLOAD, problem)

    def reject(self, name: str, problem: str) -> NoReturn:
        """Refuse a parameter."""
        refuse(_PAYLOAD, f"{self.where}{name} {problem}")


Method: TypeAlias = Callable[[Call], dict[str, Json]]
"""Serves one method: does what was asked, returns the `result`."""

_REGISTRY: Final[dict[str, Method]] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register what serves a method."""

    def register(function: Method) -> Method:
        _REGISTRY[name] = function
        return function

    return register


@cache
def methods() -> Mapping[str, Method]:
    """Return every method by its name on the wire; the first call loads their modules."""
    for name in _MODULES:
        import_module(f"{__package__}._admin_{name}")
    return _REGISTRY
