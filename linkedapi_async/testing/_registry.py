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

from ._accounts import Account
from ._content import Comment, Post
from ._jobboard import Job
from ._life import Life
from ._mail import Thread
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


Subject: TypeAlias = Person | Company | Job | Thread | Skill | Post | Comment | None
"""What the children of an action act on."""

_MODULES: Final = (
    "comments",
    "companies",
    "connections",
    "conversations",
    "feed",
    "inbox",
    "invitations",
    "jobs",
    "navigator",
    "people",
    "post_search",
    "posts",
    "statistics",
    "viewers",
)

_TEXTS: Final[Mapping[str, str]] = {
    "personNotFound": "The provided URL is not an existing LinkedIn person.",
    "companyNotFound": "Provided URL is not an existing LinkedIn company.",
    "postNotFound": "The provided URL is not an existing LinkedIn post.",
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
    "searchingNotAllowed": "LinkedIn allows this account no more searches this month.",
    "retrievingNotAllowed": "LinkedIn shows this account no more lists this month.",
    "jobNotFound": "The provided URL is not an existing LinkedIn job.",
    "noteTooLong": "The note is longer than LinkedIn allows this account.",
    "noteLimitExceeded": "The notes LinkedIn allows this account in a month are used up.",
    "requestNotAllowed": "You are not allowed to send this person a connection request.",
    "commentNotFound": "The provided URL is not an existing LinkedIn comment.",
    "commentingNotAllowed": "You are not allowed to comment on this post.",
    "replyingNotAllowed": "You are not allowed to reply to this comment.",
    "duplicateComment": "You have already written the same text here.",
    "noPostingPermission": "You are not allowed to act as this company.",
    "mentionNotResolved": "LinkedIn offers nobody for a mention in this text.",
    "repostNotAllowed": "You are not allowed to repost this post.",
    "alreadyReposted": "You have already reposted this post.",
    "filterNotApplied": "A value of the filter means nothing that LinkedIn offers.",
    "limitExceeded": "The limit of the account for this action is used up.",
}
"""Texts beside action errors: the first seven are documented, the others are the sandbox's own."""


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
        is_repeated: Whether it had been done before, and nothing was left to do.
    """

    data: Json = None
    subject: Subject = None
    subjects: tuple[Subject, ...] = ()
    is_repeated: bool = False


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
        return self.person_at(str(params.get("personUrl", "")))

    def person_at(self, address: str) -> Person:
        """Return who lives at an address.

        Raises:
            ActionFailed: Nobody does, or the account's own member.
        """
        own = {slug_of(one, "in") for one in (self.account.url, self.account.hashed_url)}
        if slug_of(address, "in") in own:
            fail("selfProfileNotAllowed")
        found = self.world.find_person(address)
        if found is None:
            fail("personNotFound")
        return found

    @property
    def life(self) -> Life:
        """What the account's member can do now."""
        return Life(self.world, self.account, self.moment)

    def relation(self, person: Person) -> str:
        """Return how the account is connected to somebody now."""
        known = self.account.relations.get(person.number)
        return self.world.relation(person) if known is None else known.status

    def require_sales_navigator(self) -> None:
        """Insist on the member's Sales Navigator subscription.

        Raises:
            ActionFailed: There is none.
        """
        if not self.account.has_sales_navigator:
            fail("noSalesNavigator")

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
