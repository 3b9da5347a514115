"""How to find out whether a write happened: what the recipes of the operations share.

A recipe only decides; whoever drives it does the reading. Absence is the hard part: it may lead to
a second sending. The doubtful start may still wait in the account's queue, so everything rests on
readings behind it. A list may be cut off, so it shows absence only where it reaches far enough.
What the pages leave open, the service's own statistics often close: they hold each action it has
executed, and no action of a kind since then means none of ours.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import attrs

from linkedapi_async.models.connections import CheckConnectionStatusResult
from linkedapi_async.models.inbox import InboxHistory, InboxMessage
from linkedapi_async.models.usage import UsedAction

from ._base import Operation, Recipe
from ._findings import Captured, Channel, Executed, Finding, History, Verdict
from ._traces import SKEW, Trace, find_trace, told

__all__ = ["by_history", "by_standing", "by_statistics", "by_statistics_alone", "harmless"]

_STANDINGS: Final[Mapping[str, str]] = {
    "connected": "You are connected with {}.",
    "pending": "Your connection request to {} is open.",
    "incoming": "An invitation from {} to you is open.",
    "notConnected": "Between you and {} there is no connection, request or invitation.",
}


def by_standing(
    person_url: str,
    proves: Mapping[str, Verdict],
    *,
    action: str,
    read: Operation[CheckConnectionStatusResult],
    since: datetime,
) -> Recipe:
    """Conclude from how the account stands to a person.

    Args:
        person_url: Who it is.
        proves: What each standing proves; a word that is missing here proves nothing.
        action: What would have changed it, as `st.removeConnection`.
        read: Asks for it.
        since: The earliest moment at which that may have been sent.
    """
    found = cast("CheckConnectionStatusResult | None", (yield read))
    standing = (found.connection_status if found else None) or "nothing"
    if standing in proves:
        return Finding(proves[standing], _STANDINGS[standing].format(person_url))
    told_as = Finding(Verdict.UNKNOWN, f"How you stand to {person_url} is told as {standing!r}.")
    return (yield from by_statistics(action, read, since=since, doubt=told_as))


def by_history(
    text: str,
    *,
    action: str,
    sync: Callable[[str], Operation[Any]],
    person_url: str | None,
    thread_id: str | None,
    type: Channel,  # noqa: A002 - the service's word
    since: datetime,
) -> Recipe:
    """Conclude from the conversation with a person, loaded anew.

    Args:
        text: What was sent.
        action: What sent it, as `st.sendMessage`.
        sync: Makes the operation that loads the conversation with a person.
        person_url: To whom, unless a thread says.
        thread_id: Into which thread; a watched inbox has to know whose it is.
        type: Where it was written.
        since: The earliest moment at which it may have been sent.
    """
    person = person_url
    if thread_id is not None:
        captured: Sequence[InboxMessage] | None = yield Captured(thread_id=thread_id, type=type)
        known = (one.person_hashed_url or one.person_public_url for one in captured or ())
        person = next((url for url in known if url), person)
    if person is None:
        return Finding(
            Verdict.UNKNOWN,
            f"No message of thread {thread_id} in a watched inbox says whose it is.",
        )
    loading = sync(person)
    yield loading
    history = cast("InboxHistory | None", (yield History(person_url=person, type=type)))
    if history is None:
        return Finding(
            Verdict.UNKNOWN, "This generation of the API does not show the messages with a person."
        )
    ours = [
        Trace(text=one.text, at=one.time_at, is_ours=_is_ours(one))
        for one in history.messages
        if thread_id in {None, one.thread_id}
    ]
    found = find_trace(text, ours, since=since, what=f"message to {person}")
    if found is None and _reaches(history, thread_id, since):
        count = sum(trace.is_ours is True for trace in ours)
        return Finding(
            Verdict.NOT_DONE,
            f"The conversation with {person}, loaded anew, holds {count} messages of yours, and "
            f"none since {told(since)} reads like this one.",
        )
    if found is not None and found.verdict is Verdict.DONE:
        return found
    doubt = found or Finding(
        Verdict.UNKNOWN, f"Not all of the conversation with {person} since {told(since)} is known."
    )
    return (yield from by_statistics(action, loading, since=since, doubt=doubt))


def by_statistics(action: str, read: Operation[Any], *, since: datetime, doubt: Finding) -> Recipe:
    """Conclude from the service's statistics that nothing happened, where pages leave it open.

    They are complete up to the reading that was run last, once they hold that reading itself.

    Args:
        action: What would have been executed, as `st.createPost`.
        read: The reading that came before: it ran behind the doubtful start.
        since: The earliest moment at which that may have been sent.
        doubt: What to conclude where the statistics hold such an action, whosever it is. Without
            statistics nothing is concluded.
    """
    earliest = since - SKEW
    used = cast("list[UsedAction] | None", (yield Executed(since=earliest)))
    if used is None:
        return Finding(Verdict.UNKNOWN, doubt.evidence)
    recent = [one for one in used if one.time_at is None or one.time_at >= earliest]
    reading = _root_of(read)
    if not any(one.action_type == reading and one.time_at for one in recent):
        more = f" The statistics do not hold the {reading} yet that was run to find out."
        return Finding(Verdict.UNKNOWN, doubt.evidence + more)
    alike = [one for one in recent if one.action_type == action and one.success is not False]
    if alike:
        more = f" Since {told(earliest)} the service has executed {action} {len(alike)} times."
        return attrs.evolve(doubt, evidence=doubt.evidence + more)
    return Finding(
        Verdict.NOT_DONE,
        f"By its statistics the service has executed no {action} with success since "
        f"{told(earliest)}, up to the {reading} that was run to find out.",
    )


def by_statistics_alone(
    action: str, read: Operation[Any], *, since: datetime, doubt: str
) -> Recipe:
    """Conclude that nothing happened where no page shows whether it did.

    Args:
        action: What would have been executed.
        read: Any reading of the account, to run behind the doubtful start.
        since: The earliest moment at which that may have been sent.
        doubt: What no page shows.
    """
    yield read
    unseen = Finding(Verdict.UNKNOWN, doubt)
    return (yield from by_statistics(action, read, since=since, doubt=unseen))


def harmless(evidence: str) -> Recipe:
    """Conclude without asking that sending it again changes nothing.

    Args:
        evidence: Why.
    """
    yield from ()
    return Finding(Verdict.NOT_DONE, evidence, is_harmless=True)


def _is_ours(message: InboxMessage) -> bool | None:
    return None if message.sender is None else message.sender == "us"


def _reaches(history: InboxHistory, thread_id: str | None, since: datetime) -> bool:
    """Tell whether every message since a moment is known."""
    threads = [one for one in history.threads if thread_id in {None, one.thread_id}]
    if thread_id is not None and not threads:
        return False
    return all(
        one.history_complete or (one.history_from_at is not None and one.history_from_at <= since)
        for one in threads
    )


def _root_of(read: Operation[Any]) -> str:
    workflow = cast("Mapping[str, Any]", read.workflow())
    return str(workflow["actionType"])
