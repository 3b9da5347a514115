"""Messages of inboxes that a workflow put under watch, and all there is with one person."""

from datetime import datetime

import attrs

from ._times import moment

__all__ = [
    "InboxHistory",
    "InboxHistoryMessage",
    "InboxMessage",
    "InboxThread",
]


@attrs.frozen(kw_only=True)
class InboxMessage:
    """A message that passed through an inbox while it was watched.

    Attributes:
        id: The message.
        type: Where it was written. Known: `st` (LinkedIn itself), `nv` (Sales Navigator).
        thread_id: The thread it belongs to.
        person_urn: URN of the other person.
        person_hashed_url: Hashed address of the other person.
        person_public_url: Public address of the other person, where it is known.
        person_url: Deprecated by the service; use `person_hashed_url`.
        sender: Who wrote it. Known: `us`, `them`.
        text: What was written.
        time: When it was written, as sent.

    Source: pypi:linkedapi==1.4.7 types/message.py
    """

    id: str | None = None
    type: str | None = None
    thread_id: str | None = None
    person_urn: str | None = None
    person_hashed_url: str | None = None
    person_public_url: str | None = None
    person_url: str | None = None
    sender: str | None = None
    text: str | None = None
    time: str | None = None

    @property
    def time_at(self) -> datetime | None:
        """`time` as an aware moment; `None` where it cannot be read."""
        return moment(self.time)


@attrs.frozen(kw_only=True)
class InboxHistoryMessage(InboxMessage):
    """A message exchanged with one person, whichever way it became known.

    Attributes:
        id: The message.
        type: Where it was written. Known: `st` (LinkedIn itself), `nv` (Sales Navigator).
        thread_id: The thread it belongs to.
        person_urn: URN of the other person.
        person_hashed_url: Hashed address of the other person.
        person_public_url: Public address of the other person, where it is known.
        person_url: Deprecated by the service; use `person_hashed_url`.
        sender: Who wrote it. Known: `us`, `them`.
        text: What was written.
        time: When it was written, as sent.
        inbox_message_id: Its `id` in the watched inbox; `None` for what only a sync has loaded.

    Source: pypi:linkedapi==1.4.7 types/message.py
    """

    inbox_message_id: str | None = None


@attrs.frozen(kw_only=True)
class InboxThread:
    """How much is known of one thread.

    Attributes:
        thread_id: The thread.
        type: Where it is held. Known: `st`, `nv`.
        person_urn: URN of the other person.
        history_from: From when on its messages are known, as sent; `None` where no sync has loaded
            any.
        history_complete: Whether they are known from the first one on.

    Source: pypi:linkedapi==1.4.7 types/message.py
    """

    thread_id: str | None = None
    type: str | None = None
    person_urn: str | None = None
    history_from: str | None = None
    history_complete: bool | None = None

    @property
    def history_from_at(self) -> datetime | None:
        """`history_from` as an aware moment; `None` where it cannot be read."""
        return moment(self.history_from)


@attrs.frozen(kw_only=True)
class InboxHistory:
    """All that is known of the exchange with one person.

    Attributes:
        messages: What was captured and what syncs have loaded, each message once.
        threads: The threads they belong to.

    Source: pypi:linkedapi==1.4.7 types/message.py
    """

    messages: list[InboxHistoryMessage]
    threads: list[InboxThread]
