"""Carries out actions on conversations: write into one, tidy it up, keep it in sync."""

from datetime import timedelta
from typing import Final

from linkedapi_async._types import JsonObject

from ._accounts import Thread
from ._registry import Context, Outcome, executor, fail
from ._world import Person

__all__ = [
    "manage_conversation",
    "send_message",
    "sync_conversation",
]

_SYNC_DAYS: Final = 30


@executor("st.sendMessage")
def send_message(context: Context, params: JsonObject) -> Outcome:
    """Write to a person or into a thread; a `threadId` wins over a `personUrl`."""
    thread_id = params.get("threadId")
    if thread_id is None:
        person = context.person(params)
        if person.is_reserved and context.relation(person) != "connected":
            fail("messagingNotAllowed")
        thread = _thread_with(context, person)
    else:
        thread = _thread(context, str(thread_id))
    thread.messages.append((context.moment, str(params["text"])))
    return Outcome(subject=thread)


@executor("st.manageConversation")
def manage_conversation(context: Context, params: JsonObject) -> Outcome:
    """Archive, star or mute a thread, or undo that."""
    thread = (
        context.subject
        if isinstance(context.subject, Thread)
        else _thread(context, str(params.get("threadId")))
    )
    operation = str(params["operation"])
    if operation.startswith("un"):
        thread.flags.discard(operation.removeprefix("un"))
    else:
        thread.flags.add(operation)
    return Outcome()


@executor("st.syncConversation")
def sync_conversation(context: Context, params: JsonObject) -> Outcome:
    """Keep a conversation up to date for some days."""
    _thread_with(context, context.person(params))
    days = params.get("days", _SYNC_DAYS)
    until = context.moment + timedelta(days=days if isinstance(days, int) else _SYNC_DAYS)
    return Outcome({"syncUntil": until.isoformat(timespec="seconds").replace("+00:00", "Z")})


def _thread(context: Context, thread_id: str) -> Thread:
    thread = context.account.threads.get(thread_id)
    if thread is None:
        fail("threadNotFound")
    return thread


def _thread_with(context: Context, person: Person) -> Thread:
    thread_id = f"2-{context.account.alias}-{person.number}"
    return context.account.threads.setdefault(thread_id, Thread(thread_id, person.number))
