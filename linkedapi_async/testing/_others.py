"""What other people do to an account, when a test tells them to.

Each act happens at once, at the moment of the sandbox's clock, and is caught where the account is
watched.
"""

from abc import ABC, abstractmethod

from linkedapi_async._clock import Clock
from linkedapi_async.models.enums import InvitationType

from ._accounts import Account
from ._life import Life
from ._mail import Channel, Message
from ._network import Invitation, Visit
from ._problems import SandboxError
from ._world import Person, Status, World

__all__ = ["OtherPeople"]


class OtherPeople(ABC):
    """The hands of everybody else; `Sandbox` has them.

    Wherever a person is named, `sandbox.world.person(5)`, `5` and any address of that person mean
    the same. Without an account it happens to the first one.

    Attributes:
        world: Everybody there is.
        clock: Where time comes from.
    """

    world: World
    clock: Clock

    @abstractmethod
    def account(self, alias: str | None = None) -> Account:
        """Return an account by its alias; the first one without."""

    def receive_message(
        self,
        person: Person | int | str,
        text: str,
        *,
        channel: Channel = "st",
        account: Account | str | None = None,
    ) -> Message:
        """Let somebody write to an account.

        Args:
            person: Who writes.
            text: What.
            channel: `st` for the standard inbox, `nv` for that of Sales Navigator.
            account: To whom.

        Returns:
            The message; its `thread_id` leads into the conversation.

        Raises:
            SandboxError: There is no such person or account.
        """
        life = self._life(account)
        return life.write(life.thread_with(self._somebody(person), channel), text, "them")

    def receive_invitation(
        self,
        person: Person | int | str,
        *,
        kind: InvitationType = "connect",
        note: str | None = None,
        account: Account | str | None = None,
    ) -> Invitation:
        """Let somebody invite an account.

        Args:
            person: Who invites.
            kind: To connect, to follow the company of that person, or to read their newsletter.
            note: What the invitation says; only one to connect says something.
            account: Whom.

        Returns:
            The invitation; its `target` is the address to answer it by.

        Raises:
            SandboxError: There is no such person or account, or one to connect cannot come: they
                are connected, or one of them has asked already.
        """
        life = self._life(account)
        invitation = Invitation(
            kind=kind,
            person=self._somebody(person),
            at=life.at,
            note=note if kind == "connect" else None,
        )
        if kind == "connect":
            _insist(life, invitation.person, "notConnected")
        life.invite(invitation)
        return invitation

    def receive_visit(
        self,
        person: Person | int | str,
        *,
        anonymous: bool = False,
        account: Account | str | None = None,
    ) -> None:
        """Let somebody look at an account's profile.

        Args:
            person: Who looks.
            anonymous: Whether LinkedIn hides who it was.
            account: At whose.

        Raises:
            SandboxError: There is no such person or account.
        """
        life = self._life(account)
        visit = Visit(person=self._somebody(person), at=life.at, is_anonymous=anonymous)
        life.member.visits.append(visit)

    def accept_request(
        self, person: Person | int | str, *, account: Account | str | None = None
    ) -> None:
        """Let somebody accept the connection request an account has sent.

        Args:
            person: Who accepts.
            account: Whose request.

        Raises:
            SandboxError: There is no such person or account, or no request is pending.
        """
        life, someone = self._life(account), self._somebody(person)
        _insist(life, someone, "pending")
        life.connect(someone, "connectionAccepted")

    def decline_request(
        self, person: Person | int | str, *, account: Account | str | None = None
    ) -> None:
        """Let somebody decline the connection request an account has sent.

        Args:
            person: Who declines.
            account: Whose request.

        Raises:
            SandboxError: There is no such person or account, or no request is pending.
        """
        life, someone = self._life(account), self._somebody(person)
        _insist(life, someone, "pending")
        life.part(someone, follows=True)

    def add_connection(
        self, person: Person | int | str, *, account: Account | str | None = None
    ) -> None:
        """Let a connection appear that no action of the service has made.

        Args:
            person: With whom.
            account: Whose.

        Raises:
            SandboxError: There is no such person or account, or they are connected.
        """
        life, someone = self._life(account), self._somebody(person)
        _insist(life, someone, "notConnected", "incoming", "pending")
        life.connect(someone, "connectionAdded")

    def remove_connection(
        self, person: Person | int | str, *, account: Account | str | None = None
    ) -> None:
        """Let somebody end the connection with an account.

        Args:
            person: Who leaves.
            account: Whom.

        Raises:
            SandboxError: There is no such person or account, or they are not connected.
        """
        life, someone = self._life(account), self._somebody(person)
        _insist(life, someone, "connected")
        life.part(someone)

    def _life(self, account: Account | str | None) -> Life:
        member = account if isinstance(account, Account) else self.account(account)
        return Life(self.world, member, self.clock.wall())

    def _somebody(self, person: Person | int | str) -> Person:
        if isinstance(person, Person):
            return person
        if isinstance(person, int):
            if 1 <= person <= self.world.size:
                return self.world.person(person)
            msg = f"No person {person}; there are 1 to {self.world.size}."
            raise SandboxError(msg)
        if (found := self.world.find_person(person)) is None:
            msg = f"Nobody lives at {person!r}; try https://www.linkedin.com/in/person1."
            raise SandboxError(msg)
        return found


def _insist(life: Life, person: Person, *statuses: Status) -> None:
    status = life.relation(person).status
    if status not in statuses:
        msg = (
            f"person{person.number} is {status} to {life.member.alias!r}, "
            f"not {' or '.join(statuses)}."
        )
        raise SandboxError(msg)
