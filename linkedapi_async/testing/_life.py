"""What a member can do on LinkedIn at a moment, and what others do to it.

Whoever causes a change, an action in the cloud browser or somebody else, it is made here; and
here it is caught where the service watches.
"""

from datetime import datetime
from typing import Final

import attrs

from ._captured import CapturedMessage, NetworkChange, NetworkEvent
from ._mail import Channel, Message, Sender, Thread
from ._members import Member
from ._network import Invitation, Relation, Visit
from ._prehistory import first_offers, first_relation, old_letters, old_visits
from ._world import Person, Status, World

__all__ = ["Life"]

_PREFIXES: Final[dict[Channel, str]] = {"st": "2", "nv": "nv"}


@attrs.frozen
class Life:
    """One member's affairs, now.

    Attributes:
        world: Everybody there is.
        member: Whose affairs.
        at: When.
    """

    world: World
    member: Member
    at: datetime

    # ── the network ──

    def relation(self, person: Person) -> Relation:
        """Return how the member stands to somebody."""
        known = self.member.relations.get(person.number)
        return first_relation(self.world, person) if known is None else known

    def related(self, status: Status) -> list[tuple[Person, Relation]]:
        """Return everybody the member stands to in one way, latest first."""
        everybody = ((person, self.relation(person)) for person in self.world.people)
        found = [(person, relation) for person, relation in everybody if relation.status == status]
        return sorted(found, key=lambda pair: pair[1].since, reverse=True)

    def request(self, person: Person, note: str | None) -> None:
        """Ask somebody to connect, and follow them from now on."""
        self._relate(person, "pending", note)
        self.member.following.add(person.url)

    def connect(self, person: Person, change: NetworkChange) -> None:
        """Make a connection."""
        self._relate(person, "connected")
        self.member.following.add(person.url)
        self._notice(person, change)

    def part(self, person: Person, *, follows: bool = False) -> None:
        """End whatever there is between the member and somebody, save perhaps following them."""
        self._relate(person, "notConnected")
        if not follows:
            self.member.following.discard(person.url)

    # ── invitations ──

    def invitations(self) -> list[Invitation]:
        """Return what the member has been invited to and has not answered, latest first."""
        found = [
            Invitation(kind="connect", person=person, at=relation.since, note=relation.note)
            for person, relation in self.related("incoming")
        ]
        offers = {one.target: one for one in first_offers(self.world)}
        found += [one for one in (offers | self.member.invitations).values() if one is not None]
        return sorted(found, key=lambda one: one.at, reverse=True)

    def invite(self, invitation: Invitation) -> None:
        """Let an invitation arrive."""
        if invitation.kind == "connect":
            self._relate(invitation.person, "incoming", invitation.note)
            self._notice(invitation.person, "connectionRequestReceived")
        else:
            self.member.invitations[invitation.target] = invitation

    def accept(self, invitation: Invitation) -> None:
        """Do what an invitation asks for."""
        if invitation.kind == "connect":
            self.connect(invitation.person, "connectionAdded")
        else:
            self.member.invitations[invitation.target] = None
            self.member.following.add(invitation.target)

    def ignore(self, invitation: Invitation) -> None:
        """Let an invitation go."""
        if invitation.kind == "connect":
            self.part(invitation.person)
        else:
            self.member.invitations[invitation.target] = None

    # ── conversations ──

    def thread(self, thread_id: str, channel: Channel) -> Thread | None:
        """Return a conversation that was written in or synced."""
        thread = self.member.threads.get(thread_id)
        return thread if thread is not None and thread.channel == channel else None

    def thread_with(self, person: Person, channel: Channel) -> Thread:
        """Return the conversation with somebody; a new one counts once it is kept."""
        thread_id = f"{_PREFIXES[channel]}-{self.member.alias}-{person.number}"
        if (known := self.member.threads.get(thread_id)) is not None:
            return known
        thread = Thread(thread_id, person.number, channel)
        if channel == "st":
            for sender, text, at in old_letters(person):
                self._put(thread, text, sender, at)
        return thread

    def keep(self, thread: Thread) -> None:
        """Let a conversation count from now on."""
        self.member.threads[thread.thread_id] = thread

    def write(
        self, thread: Thread, text: str, sender: Sender, subject: str | None = None
    ) -> Message:
        """Add a message to a conversation."""
        self.keep(thread)
        message = self._put(thread, text, sender, self.at, subject)
        if thread.channel in self.member.monitored:
            person = self.world.person(thread.person)
            self.member.capture(
                CapturedMessage(
                    inbox_message_id=self.member.new_id("inbox"),
                    message_id=message.message_id,
                    channel=thread.channel,
                    thread_id=thread.thread_id,
                    person_urn=person.urn,
                    person_hashed_url=person.hashed_url,
                    person_public_url=person.url,
                    sender=sender,
                    text=text,
                    at=self.at,
                )
            )
        return message

    # ── the profile ──

    def visits(self) -> list[Visit]:
        """Return who has looked at the member's profile, latest first."""
        found = [*old_visits(self.world), *self.member.visits]
        return sorted(found, key=lambda one: one.at, reverse=True)

    def _relate(self, person: Person, status: Status, note: str | None = None) -> None:
        self.member.relations[person.number] = Relation(status, self.at, note)

    def _notice(self, person: Person, change: NetworkChange) -> None:
        if "network" in self.member.monitored:
            self.member.capture(
                NetworkEvent(
                    event_id=self.member.new_id("network"),
                    change=change,
                    person_urn=person.urn,
                    person_url=person.url,
                    at=self.at,
                )
            )

    def _put(
        self, thread: Thread, text: str, sender: Sender, at: datetime, subject: str | None = None
    ) -> Message:
        message = Message(
            message_id=self.member.new_id("message"),
            thread_id=thread.thread_id,
            sender=sender,
            text=text,
            at=at,
            subject=subject,
        )
        thread.messages.append(message)
        return message
