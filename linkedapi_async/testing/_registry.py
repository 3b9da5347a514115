"""What carries out an action: one function per action type, found by its wire name.

A new action is one decorated function in its noun's module, and nothing else.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Final, NoReturn, TypeAlias

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Spec, specs

from ._accounts import Account, Thread
from ._world import Company, Person, World, slug_of

__all__ = [
    "ActionFailed",
    "Context",
    "Executor",
    "Outcome",
    "Skill",
    "Subject",
    "actions",
    "executor",
    "executors",
    "fail",
]


@attrs.frozen
class Skill:
    """A skill on somebody's profile.

    Attributes:
        person: Whose.
        name: As the profile spells it.
    """

    person: Person
    name: str


Subject: TypeAlias = Person | Company | Thread | Skill | None
"""What the children of an action act on."""

_MODULES: Final = ("companies", "connections", "conversations", "people", "statistics")

_TEXTS: Final[Mapping[str, str]] = {
    "personNotFound": "The provided URL is not an existing LinkedIn person.",
    "companyNotFound": "Provided URL is not an existing LinkedIn company.",
    "emailRequired": "The person requires an email address to send a connection request.",
    "notPending": "There is no pending connection request to this person.",
    "connectionNotFound": "This person is not in your connections.",
    "noSalesNavigator": "Your account does not have Sales Navigator subscription.",
    "selfProfileNotAllowed": "This action cannot be performed on your own profile.",
    "alreadyPending": "The connection request to this person is already pending.",
    "alreadyConnected": "You are already connected with this person.",
    "messagingNotAllowed": "You are not allowed to message this person.",
    "threadNotFound": "There is no conversation with this thread id.",
    "skillNotFound": "This person does not list this skill.",
    "endorsementUnavailable": "You cannot endorse this person.",
    "limitExceeded": "The limit of the account for this action is used up.",
}
"""Texts beside action errors: the first six are documented, the others are the sandbox's own."""


class ActionFailed(Exception):
    """An action that reports an error.

    Attributes:
        code: The action-level error word.
        message: The text beside it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def fail(code: str, message: str | None = None) -> NoReturn:
    """End the action with an error.

    Args:
        code: The action-level error word.
        message: The text beside it; `None` takes the usual one.

    Raises:
        ActionFailed: Always.
    """
    raise ActionFailed(code, message or _TEXTS.get(code, f"The action failed ({code})."))


@attrs.frozen
class Outcome:
    """What an action that succeeded leaves behind.

    Attributes:
        data: What its report holds; `None` for an action that only does something.
        subject: What its children act on.
        subjects: For a list, what the children of a loop act on, item by item.
    """

    data: Json = None
    subject: Subject = None
    subjects: tuple[Subject, ...] = ()


@attrs.frozen
class Context:
    """Where an action stands.

    Attributes:
        world: Everybody there is.
        account: Who acts.
        moment: When.
        subject: What the parent opened; `None` at the root.
    """

    world: World
    account: Account
    moment: datetime
    subject: Subject = None

    def person(self, params: JsonObject) -> Person:
        """Return who the action is about: by address at the root, else by the open page.

        Raises:
            ActionFailed: Nobody lives at the address, or the account's own member does.
        """
        if isinstance(self.subject, Person):
            return self.subject
        address = str(params.get("personUrl", ""))
        if slug_of(address, "in") == self.account.alias.lower():
            fail("selfProfileNotAllowed")
        found = self.world.find_person(address)
        if found is None:
            fail("personNotFound")
        return found

    def relation(self, person: Person) -> str:
        """Return how the account is connected to somebody now."""
        return self.account.relations.get(person.number) or self.world.relation(person)

    def degree(self, person: Person) -> str:
        """Return how far away somebody is."""
        if self.relation(person) == "connected":
            return "1st"
        return "2nd" if person.number % 2 else "3rd+"


Executor: TypeAlias = Callable[[Context, JsonObject], Outcome]
"""Carries out one action: changes the account's state, returns what to report."""

_REGISTRY: Final[dict[str, Executor]] = {}


def executor(action_type: str) -> Callable[[Executor], Executor]:
    """Register what carries out an action type."""

    def register(function: Executor) -> Executor:
        _REGISTRY[action_type] = function
        return function

    return register


@cache
def executors() -> Mapping[str, Executor]:
    """Return every executor by wire name; the first call loads their modules."""
    for name in _MODULES:
        import_module(f"{__package__}._{name}")
    return _REGISTRY


@cache
def actions() -> Mapping[str, Spec]:
    """Return the action tables; the first call loads them."""
    return specs()
