"""Carries out actions on conversations: write into one, tidy it up, keep it in sync."""

from datetime import timedelta
from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._mail import Channel, Thread
from ._moments import stamp
from ._registry import Context, Outcome, executor, fail
from ._world import Person

__all__ = [
    "manage_conversation",
    "nv_manage_conversation",
    "nv_send_message",
    "nv_sync_conversation",
    "send_message",
    "sync_conversation",
]

_SYNC_DAYS: Final = 30


@executor("st.sendMessage")
def send_message(context: Context, params: JsonObject) -> Outcome:
    """Write to a person or into a thread."""
    thread = _recipient(context, params, "st")
    day = context.moment.date()
    if not context.account.affords("messages", day):
        fail("messagingNotAllowed")
    context.life.write(thread, str(params["text"]), "us")
    context.account.use("messages", day)
    return Outcome(subject=thread)


@executor("nv.sendMessage")
def nv_send_message(context: Context, params: JsonObject) -> Outcome:
    """Write to a person or into a thread of Sales Navigator.

    Inferred: without a subject a new conversation is not allowed.
    """
    context.require_sales_navigator()
    thread = _recipient(context, params, "nv")
    text = str(params["text"])
    if thread.messages:
        context.life.write(thread, text, "us")
        return Outcome(subject=thread)
    subject = str(params.get("subject") or "")
    if not subject:
        fail("messagingNotAllowed", "A new Sales Navigator conversation needs a subject.")
    day = context.moment.date()
    if context.relation(_person_in(context, thread)) != "connected":
        if not context.account.affords("inMails", day):
            fail("messagingNotAllowed")
        context.account.use("inMails", day)
    context.life.write(thread, text, "us", subject)
    return Outcome(subject=thread)


@executor("st.manageConversation")
def manage_conversation(context: Context, params: JsonObject) -> Outcome:
    """Archive, star or mute a thread, or undo that."""
    return _manage(context, params, "st")


@executor("nv.manageConversation")
def nv_manage_conversation(context: Context, params: JsonObject) -> Outcome:
    """Archive a thread of Sales Navigator, or undo that."""
    context.require_sales_navigator()
    return _manage(context, params, "nv")


@executor("st.syncConversation")
def sync_conversation(context: Context, params: JsonObject) -> Outcome:
    """Load a conversation and keep it up to date for some days."""
    return _sync(context, params, "st")


@executor("nv.syncConversation")
def nv_sync_conversation(context: Context, params: JsonObject) -> Outcome:
    """Load a conversation of Sales Navigator and keep it up to date for some days."""
    context.require_sales_navigator()
    return _sync(context, params, "nv")


def _recipient(context: Context, params: JsonObject, channel: Channel) -> Thread:
    """Return where to write; a `threadId` wins over a `personUrl`."""
    thread_id = params.get("threadId")
    if thread_id is None:
        thread = context.life.thread_with(context.person(params), channel)
    else:
        thread = _thread(context, thread_id, channel)
    person = _person_in(context, thread)
    is_reserved = person.is_reserved and context.relation(person) != "connected"
    if is_reserved and not thread.has_answer():
        fail("messagingNotAllowed")
    return thread


def _manage(context: Context, params: JsonObject, channel: Channel) -> Outcome:
    thread = (
        context.subject
        if isinstance(context.subject, Thread)
        else _thread(context, params["threadId"], channel)
    )
    operation = str(params["operation"])
    if operation.startswith("un"):
        thread.flags.discard(operation.removeprefix("un"))
    else:
        thread.flags.add(operation)
    return Outcome()


def _sync(context: Context, params: JsonObject, channel: Channel) -> Outcome:
    thread = context.life.thread_with(context.person(params), channel)
    context.life.keep(thread)
    days = params.get("days")
    until = context.moment + timedelta(days=days if isinstance(days, int) else _SYNC_DAYS)
    thread.syncs.append((context.moment, until))
    return Outcome({"syncUntil": stamp(until)})


def _thread(context: Context, thread_id: Json, channel: Channel) -> Thread:
    return context.life.thread(str(thread_id), channel) or fail("threadNotFound")


def _person_in(context: Context, thread: Thread) -> Person:
    return context.world.person(thread.person)
