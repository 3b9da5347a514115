"""Messages and threads, on standard LinkedIn and in Sales Navigator."""

from datetime import datetime
from typing import ClassVar, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions import messages as actions_messages
from linkedapi_async.errors._exceptions import ActionFailure
from linkedapi_async.models._rules import encode
from linkedapi_async.models.enums import ManageConversationOperation, NvManageConversationOperation
from linkedapi_async.models.messages import SyncConversationResult
from linkedapi_async.workflows._reports import as_object, children_of, failures, report_list

from ._base import (
    ActionClass,
    ModelClass,
    ObjectOperation,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._findings import Finding, Verdict
from ._recipes import by_history, by_statistics
from .configs import ManageConversationConfig

__all__ = [
    "ManageConversation",
    "NvManageConversation",
    "NvSendMessage",
    "NvSyncConversation",
    "NvSyncInbox",
    "SendMessage",
    "SyncConversation",
    "SyncInbox",
]


@operation("syncConversation")
@attrs.frozen(kw_only=True)
class SyncConversation(ObjectOperation[SyncConversationResult]):
    """Load one conversation and keep it up to date for some days.

    Read the messages at the inbox endpoint afterwards.

    Attributes:
        person_url: Public or hashed address of the person.
        days: How long it stays synced, from the start of the action; the service takes 30.

    Source: https://linkedapi.io/docs/action-st-sync-conversation
    """

    root: ClassVar[ActionClass] = actions_messages.SyncConversation
    model: ClassVar[ModelClass] = SyncConversationResult

    person_url: str
    days: int | None = None


@operation("syncInbox")
@attrs.frozen(kw_only=True)
class SyncInbox(VoidOperation):
    """Begin to watch the whole inbox; once per account.

    Source: pypi:linkedapi==1.4.7 operations/sync_inbox.py
    """

    root: ClassVar[ActionClass] = actions_messages.SyncInbox


@operation("manageConversation")
@attrs.frozen(kw_only=True)
class ManageConversation(VoidOperation):
    """Archive, star or mute a thread, or undo that.

    Attributes:
        thread_id: Id of the thread.
        operation: What to do to the thread.

    Source: pypi:linkedapi==1.4.7 operations/manage_conversation.py, mappers/send_message.py
    """

    root: ClassVar[ActionClass] = actions_messages.ManageConversation

    thread_id: str
    operation: ManageConversationOperation

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask the statistics; how a thread is filed can be read nowhere."""
        doubt = Finding(Verdict.UNKNOWN, f"How thread {self.thread_id} is filed cannot be read.")
        return by_statistics(self.root.action_type, since=since, doubt=doubt)


@operation("nvSendMessage")
@attrs.frozen(kw_only=True)
class NvSendMessage(VoidOperation):
    """Send a Sales Navigator message to a person, or into a thread.

    Attributes:
        text: 1 to 1900 characters.
        person_url: Public or hashed address of the recipient, unless `thread_id` is given.
        subject: Up to 80 characters; needed to begin a conversation, ignored in a thread.
        thread_id: Id of the thread to write into; wins over `person_url`.

    Source: https://linkedapi.io/docs/account-api/action-nv-send-message
    """

    root: ClassVar[ActionClass] = actions_messages.NvSendMessage

    text: str
    person_url: str | None = None
    subject: str | None = None
    thread_id: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Load the conversation anew and look for the text."""
        return by_history(
            self.text,
            action=self.root.action_type,
            sync=lambda person: NvSyncConversation(person_url=person),
            person_url=self.person_url,
            thread_id=self.thread_id,
            type="nv",
            since=since,
        )


@operation("nvSyncConversation")
@attrs.frozen(kw_only=True)
class NvSyncConversation(ObjectOperation[SyncConversationResult]):
    """Load one Sales Navigator conversation and keep it up to date for some days.

    Attributes:
        person_url: Public or hashed address of the person.
        days: How long it stays synced, from the start of the action; the service takes 30.

    Source: https://linkedapi.io/docs/account-api/action-nv-sync-conversation
    """

    root: ClassVar[ActionClass] = actions_messages.NvSyncConversation
    model: ClassVar[ModelClass] = SyncConversationResult

    person_url: str
    days: int | None = None


@operation("nvSyncInbox")
@attrs.frozen(kw_only=True)
class NvSyncInbox(VoidOperation):
    """Begin to watch the whole Sales Navigator inbox; once per account.

    Source: pypi:linkedapi==1.4.7 operations/nv_sync_inbox.py
    """

    root: ClassVar[ActionClass] = actions_messages.NvSyncInbox


@operation("nvManageConversation")
@attrs.frozen(kw_only=True)
class NvManageConversation(VoidOperation):
    """Archive a Sales Navigator thread, or undo that.

    Attributes:
        thread_id: Id of the thread.
        operation: What to do to the thread.

    Source: pypi:linkedapi==1.4.7 operations/nv_manage_conversation.py
    """

    root: ClassVar[ActionClass] = actions_messages.NvManageConversation

    thread_id: str
    operation: NvManageConversationOperation

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask the statistics; how a thread is filed can be read nowhere."""
        doubt = Finding(Verdict.UNKNOWN, f"How thread {self.thread_id} is filed cannot be read.")
        return by_statistics(self.root.action_type, since=since, doubt=doubt)


@operation("sendMessage")
@attrs.frozen(kw_only=True)
class SendMessage(VoidOperation):
    """Send a message to a person, or into a thread.

    Attributes:
        text: 1 to 1900 characters.
        person_url: Public or hashed address of the recipient, unless `thread_id` is given.
        thread_id: Id of the thread to write into, as the inbox reports it; wins over
            `person_url`.
        manage_conversation: What to do to the thread afterwards; an empty operation is ignored.

    Source: https://linkedapi.io/docs/action-st-send-message
    """

    root: ClassVar[ActionClass] = actions_messages.SendMessage

    text: str
    person_url: str | None = None
    thread_id: str | None = None
    manage_conversation: ManageConversationConfig | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Load the conversation anew and look for the text.

        What was to be done to the thread afterwards can be read nowhere: beside it, a message that
        is there proves half of the whole.
        """
        found = yield from by_history(
            self.text,
            action=self.root.action_type,
            sync=lambda person: SyncConversation(person_url=person),
            person_url=self.person_url,
            thread_id=self.thread_id,
            type="st",
            since=since,
        )
        if found.verdict is Verdict.DONE and (managed := self._managed().get("operation")):
            return Finding(
                Verdict.UNKNOWN,
                f"{found.evidence} Whether {managed} was done after it cannot be read.",
            )
        return found

    @override
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return the message, with the child that manages its thread."""
        message, managed = self._action().to_json(), self._managed()
        if not managed.get("operation"):
            return message
        child = {"actionType": actions_messages.ManageConversation.action_type, **managed}
        return {**message, "then": child}

    def _managed(self) -> JsonObject:
        return cast("JsonObject", encode(self.manage_conversation or {}))

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[None, tuple[ActionFailure, ...]]:
        """Return the failures of the message and of what was done to the thread."""
        found: list[tuple[str, JsonObject]] = []
        for path, report in report_list(completion):
            found.append((path, report))
            data = report.get("data")
            if data is not None:
                found += children_of(as_object(data, f"{path}.data"), f"{path}.data")
        return None, failures(found)
