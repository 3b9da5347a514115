"""Messages and threads, on standard LinkedIn and in Sales Navigator."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect, Plan
from linkedapi_async.models.enums import ManageConversationOperation, NvManageConversationOperation
from linkedapi_async.models.messages import SyncConversationResult

from ._base import Action, AnyAction, Rule, Then, action

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


@action(
    "st.sendMessage",
    effect=Effect.WRITE,
    category="stMessages",
    root="personUrl or threadId is given",
    under=("st.openPersonPage",),
    children=("st.manageConversation",),
    errors=("personNotFound", "selfProfileNotAllowed", "messagingNotAllowed"),
)
@attrs.frozen(kw_only=True)
class SendMessage(Action[None]):
    """Send a message to a person, or into a thread.

    Attributes:
        person_url: Public or hashed address of the recipient; at the root, unless `thread_id` is
            given.
        thread_id: Id of the thread to write into, as the inbox reports it; wins over `person_url`.
        text: 1 to 1900 characters.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-send-message
    """

    person_url: Annotated[
        str | None,
        Rule(format="linkedin_person_url", one_of_group="recipient", is_group_needed=True),
    ] = None
    thread_id: Annotated[str | None, Rule(one_of_group="recipient", is_group_needed=True)] = None
    text: Annotated[str, Rule(min_length=1, max_length=1900)]
    then: "Then[ManageConversation] | None" = None


@action(
    "st.manageConversation",
    effect=Effect.WRITE,
    root="threadId is given",
    under=("st.sendMessage",),
    children=None,
    errors=("threadNotFound",),
)
@attrs.frozen(kw_only=True)
class ManageConversation(Action[None]):
    """Archive, star or mute a thread, or undo that.

    Below `SendMessage` it acts on the thread just written to.

    Attributes:
        thread_id: Id of the thread; at the root only.
        operation: What to do to the thread.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/manage_conversation.py, mappers/send_message.py
    """

    thread_id: Annotated[str | None, Rule(required="at_root")] = None
    operation: ManageConversationOperation
    then: "Then[AnyAction] | None" = None


@action(
    "st.syncConversation",
    effect=Effect.READ,
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=("personNotFound", "selfProfileNotAllowed"),
)
@attrs.frozen(kw_only=True)
class SyncConversation(Action[SyncConversationResult]):
    """Load one conversation and keep it up to date for some days.

    A reply does not extend the time; syncing again starts it anew and keeps the history.
    Nothing changes on LinkedIn.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        days: How long it stays synced, from the start of the action; the service takes 30.

    Source: https://linkedapi.io/docs/action-st-sync-conversation
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    days: Annotated[int | None, Rule(min=1, max=90)] = None


@action("st.syncInbox", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class SyncInbox(Action[None]):
    """Begin to watch the whole inbox; once per account.

    Messages that arrived before it are not captured. Nothing changes on LinkedIn.

    Attributes:
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/sync_inbox.py
    """

    then: "Then[AnyAction] | None" = None


@action(
    "nv.sendMessage",
    effect=Effect.WRITE,
    plan=Plan.PLUS,
    category="nvMessages",
    root="personUrl or threadId is given",
    under=("nv.openPersonPage",),
    errors=("personNotFound", "noSalesNavigator", "messagingNotAllowed"),
)
@attrs.frozen(kw_only=True)
class NvSendMessage(Action[None]):
    """Send a Sales Navigator message to a person, or into a thread.

    Attributes:
        person_url: Public or hashed address of the recipient; at the root, unless `thread_id` is
            given.
        thread_id: Id of the thread to write into; wins over `person_url`.
        text: 1 to 1900 characters.
        subject: Up to 80 characters; needed to begin a conversation, ignored in a thread.

    Source: https://linkedapi.io/docs/account-api/action-nv-send-message
    """

    person_url: Annotated[str | None, Rule(one_of_group="recipient", is_group_needed=True)] = None
    thread_id: Annotated[str | None, Rule(one_of_group="recipient", is_group_needed=True)] = None
    text: Annotated[str, Rule(min_length=1, max_length=1900)]
    subject: Annotated[str | None, Rule(max_length=80)] = None


@action(
    "nv.manageConversation",
    effect=Effect.WRITE,
    plan=Plan.PLUS,
    root=True,
    under=None,
    children=None,
    errors=("noSalesNavigator", "threadNotFound"),
)
@attrs.frozen(kw_only=True)
class NvManageConversation(Action[None]):
    """Archive a Sales Navigator thread, or undo that.

    Attributes:
        thread_id: Id of the thread.
        operation: What to do to the thread.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/nv_manage_conversation.py
    """

    thread_id: str
    operation: NvManageConversationOperation
    then: "Then[AnyAction] | None" = None


@action(
    "nv.syncConversation",
    effect=Effect.READ,
    plan=Plan.PLUS,
    root="personUrl is given",
    under=("st.openPersonPage", "nv.openPersonPage"),
    errors=("personNotFound", "noSalesNavigator"),
)
@attrs.frozen(kw_only=True)
class NvSyncConversation(Action[SyncConversationResult]):
    """Load one Sales Navigator conversation and keep it up to date for some days.

    A reply does not extend the time; syncing again starts it anew and keeps the history.
    Nothing changes on LinkedIn.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        days: How long it stays synced, from the start of the action; the service takes 30.

    Source: https://linkedapi.io/docs/account-api/action-nv-sync-conversation
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    days: Annotated[int | None, Rule(min=1, max=90)] = None


@action(
    "nv.syncInbox",
    effect=Effect.READ,
    plan=Plan.PLUS,
    root=True,
    under=None,
    children=None,
    errors=("noSalesNavigator",),
)
@attrs.frozen(kw_only=True)
class NvSyncInbox(Action[None]):
    """Begin to watch the whole Sales Navigator inbox; once per account.

    Nothing changes on LinkedIn.

    Attributes:
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/nv_sync_inbox.py
    """

    then: "Then[AnyAction] | None" = None
