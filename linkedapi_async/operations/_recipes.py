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

from linkedapi_async.errors._exceptions import LinkedApiError
from linkedapi_async.models.connections import CheckConnectionStatusResult
from linkedapi_async.models.inbox import InboxHistory, InboxMessage
from linkedapi_async.models.messages import SyncConversationResult

from ._base import Operation, Recipe
from ._findings import Captured, Channel, Executed, Finding, History, Statistics, Verdict
from ._traces import SKEW, Trace, find_trace, told

__all__ = ["by_history", "by_standing", "by_statistics", "harmless"]

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
    return (yield from by_statistics(action, since=since, doubt=told_as))


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
        nobody = f"No message of thread {thread_id} in a watched inbox says whose it is."
        return (
            yield from by_statistics(action, since=since, doubt=Finding(Verdict.UNKNOWN, nobody))
        )
    synced = cast("SyncConversationResult | None", (yield sync(person)))
    until = synced.sync_until_at if synced else None
    asked = History(person_url=person, type=type, synced_until_at=until)
    history = cast("InboxHistory | None", (yield asked))
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
    return (yield from by_statistics(action, since=since, doubt=doubt))


def by_statistics(*actions: str, since: datetime, doubt: Finding) -> Recipe:
    """Conclude from the service's statistics that nothing happened, where pages leave it open.

    Args:
        actions: What would have been executed, as `st.createPost`; any of them may have been.
        since: The earliest moment at which that may have been sent.
        doubt: What to conclude where the statistics hold such an action, whosever it is. Without
            statistics nothing is concluded.
    """
    earliest, kinds = since - SKEW, " or ".join(actions)
    try:
        used = cast("Statistics | None", (yield Executed(since=earliest)))
    except LinkedApiError as error:
        more = f" The statistics could not be read: {error}"
        return Finding(Verdict.UNKNOWN, doubt.evidence + more)
    if used is None:
        return Finding(Verdict.UNKNOWN, doubt.evidence)
    if not used.are_complete:
        more = " The statistics do not reach far enough yet."
        return Finding(Verdict.UNKNOWN, doubt.evidence + more)
    count = sum(
        one.action_type in actions
        and one.success is not False
        and (one.time_at is None or one.time_at >= earliest)
        for one in used.actions
    )
    if count:
        more = f" Since {told(earliest)} the service has executed {kinds} {count} times."
        return attrs.evolve(doubt, evidence=doubt.evidence + more)
    return Finding(
        Verdict.NOT_DONE,
        f"By its statistics the service has executed no {kinds} with success since "
        f"{told(earliest)}, up to a reading that was run to find out.",
    )


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
        one.history_complete
        or (one.history_from_at is not None and one.history_from_at <= since - SKEW)
        for one in threads
    )
