"""What standings, messages and statistics prove, answer by answer."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from linkedapi_async.errors import FatalError
from linkedapi_async.models import (
    CheckConnectionStatusResult,
    InboxHistory,
    InboxHistoryMessage,
    InboxMessage,
    InboxThread,
    Invitation,
)
from linkedapi_async.operations import (
    AcceptInvitation,
    CheckConnectionStatus,
    CustomWorkflow,
    EndorsePersonSkill,
    EndorsePersonSkills,
    IgnoreInvitation,
    ManageConversation,
    NvManageConversation,
    NvSendMessage,
    NvSyncConversation,
    Operation,
    RemoveConnection,
    RetrieveInvitations,
    SendConnectionRequest,
    SendMessage,
    SyncConversation,
    WithdrawConnectionRequest,
)
from linkedapi_async.operations._findings import Captured, Executed, History, Verdict
from linkedapi_async.operations.configs import ManageConversationConfig

if TYPE_CHECKING:
    from datetime import datetime

    from tests.reconciliation.conftest import Did, Drive, Stamp

ANN = "https://www.linkedin.com/in/ann"
ACME = "https://www.linkedin.com/company/acme"
WEEKLY = "https://www.linkedin.com/newsletters/go-weekly-68"
DONE, NOT_DONE, UNKNOWN = Verdict.DONE, Verdict.NOT_DONE, Verdict.UNKNOWN


# ── how the account stands to a person ──


WORDS = ("connected", "pending", "incoming", "notConnected")


@pytest.mark.parametrize(
    ("operation", "verdicts"),
    [
        (SendConnectionRequest(person_url=ANN), (DONE, DONE, NOT_DONE, NOT_DONE)),
        (WithdrawConnectionRequest(person_url=ANN), (NOT_DONE, NOT_DONE, DONE, DONE)),
        (RemoveConnection(person_url=ANN), (NOT_DONE, DONE, DONE, DONE)),
        (
            AcceptInvitation(invitation_type="connect", person_url=ANN),
            (DONE, NOT_DONE, NOT_DONE, NOT_DONE),
        ),
        (
            IgnoreInvitation(invitation_type="connect", person_url=ANN),
            (NOT_DONE, DONE, NOT_DONE, DONE),
        ),
    ],
)
def test_a_standing_proves_what_was_done(
    operation: Operation[Any], verdicts: tuple[Verdict, ...], drive: "Drive"
) -> None:
    """The standing that was wanted is done; one from which it can still be reached is not."""
    for word, verdict in zip(WORDS, verdicts, strict=True):
        driven = drive(operation, CheckConnectionStatusResult(connection_status=word))

        assert driven.finding.verdict is verdict, word
        assert ANN in driven.finding.evidence
        assert driven.asked == (CheckConnectionStatus(person_url=ANN),)


@pytest.mark.parametrize(
    "told",
    [None, CheckConnectionStatusResult(), CheckConnectionStatusResult(connection_status="x")],
)
def test_an_unknown_standing_leaves_it_to_the_statistics(
    told: CheckConnectionStatusResult | None, drive: "Drive", did: "Did"
) -> None:
    """A word newer than this version proves nothing by itself."""
    request = SendConnectionRequest(person_url=ANN)

    without = drive(request, told)
    beside = drive(request, told, used=[did("st.sendConnectionRequest")])

    assert without.finding.verdict is NOT_DONE
    assert beside.finding.verdict is UNKNOWN


# ── invitations to follow and to subscribe ──


def invitation(kind: str, **facts: str) -> Invitation:
    return Invitation(invitation_type=kind, **facts)


@pytest.mark.parametrize("kind", [AcceptInvitation, IgnoreInvitation])
@pytest.mark.parametrize(
    ("target", "listed"),
    [
        (
            {"invitation_type": "companyFollow", "company_url": f"{ACME}/"},
            invitation("companyFollow", company_url=ACME),
        ),
        (
            {"invitation_type": "newsletterSubscribe", "newsletter_url": WEEKLY},
            invitation("newsletterSubscribe", newsletter_url=f"{WEEKLY}?trk=x"),
        ),
    ],
)
def test_an_invitation_that_is_listed_was_not_answered(
    kind: Any, target: Any, listed: Invitation, drive: "Drive", did: "Did"
) -> None:
    """One that is missing was, if the service has executed an answer; else the list was cut off."""
    operation = kind(**target)
    other = invitation(target["invitation_type"], company_url="o", newsletter_url="o")
    answer = did(f"st.{operation.name}")

    is_there = drive(operation, [other, listed])
    is_missing = drive(operation, [other], used=[answer])
    never_was = drive(operation, [])
    unproved = drive(operation, [], used=None)

    assert is_there.finding.verdict is NOT_DONE
    assert is_there.asked == (RetrieveInvitations(),)
    assert is_missing.finding.verdict is DONE
    assert never_was.finding.verdict is NOT_DONE
    assert unproved.finding.verdict is UNKNOWN


@pytest.mark.parametrize(("count", "verdict"), [(99, DONE), (100, UNKNOWN)])
def test_a_long_list_of_invitations_may_be_cut_off(
    count: int, verdict: Verdict, drive: "Drive", did: "Did"
) -> None:
    """What is missing there may be open all the same, and the answer executed another's."""
    operation = AcceptInvitation(invitation_type="companyFollow", company_url=ACME)
    listed = [invitation("connect", name=f"{number}") for number in range(count)]

    driven = drive(operation, listed, used=[did("st.acceptInvitation")])

    assert driven.finding.verdict is verdict


@pytest.mark.parametrize(
    ("others", "verdict"),
    [([invitation("companyFollow", company_url=ACME)], UNKNOWN), ([], DONE), (None, UNKNOWN)],
)
def test_a_company_given_by_number_may_be_listed_by_name(
    others: list[Invitation] | None, verdict: Verdict, drive: "Drive", did: "Did"
) -> None:
    """While any invitation of its kind is open, nobody can tell that it is not this one."""
    operation = AcceptInvitation(
        invitation_type="companyFollow", company_url="https://www.linkedin.com/company/77"
    )

    driven = drive(operation, others, used=[did("st.acceptInvitation")])

    assert driven.finding.verdict is verdict


# ── messages ──


def history(*messages: InboxHistoryMessage, threads: tuple[InboxThread, ...] = ()) -> InboxHistory:
    return InboxHistory(messages=list(messages), threads=list(threads))


def message(text: str, time: str, **facts: str | None) -> InboxHistoryMessage:
    return InboxHistoryMessage(text=text, time=time, **{"sender": "us", "thread_id": "t1", **facts})


HELLO = SendMessage(person_url=ANN, text="Hello")


@pytest.mark.parametrize(
    ("operation", "sync", "channel"),
    [
        (HELLO, SyncConversation(person_url=ANN), "st"),
        (NvSendMessage(person_url=ANN, text="Hello"), NvSyncConversation(person_url=ANN), "nv"),
    ],
)
def test_a_message_is_looked_for_in_a_conversation_loaded_anew(
    operation: Operation[Any], sync: Any, channel: Any, drive: "Drive", stamp: "Stamp"
) -> None:
    """The reading workflow comes first: behind it the doubtful start is over."""
    found = drive(operation, None, history(message("Hello", stamp(5))))
    absent = drive(operation, None, history(message("Hello", stamp(-4000))))

    assert found.finding.verdict is DONE
    assert absent.finding.verdict is NOT_DONE
    assert absent.finding.evidence.startswith(
        f"The conversation with {ANN}, loaded anew, holds 1 messages of yours"
    )
    assert found.asked == absent.asked == (sync, History(person_url=ANN, type=channel))


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, DONE),
        ({"sender": "them"}, NOT_DONE),
        ({"sender": None}, UNKNOWN),
        ({"text": "Hello!"}, UNKNOWN),
        ({"time": "nonsense"}, UNKNOWN),
    ],
)
def test_whose_message_it_is_and_how_it_reads(
    facts: dict[str, Any], verdict: Verdict, drive: "Drive", stamp: "Stamp", did: "Did"
) -> None:
    """Only the same text, by us, is proof; doubt stays while the service has sent any message."""
    shown = message(**{"text": "Hello", "time": stamp(5), **facts})

    driven = drive(HELLO, None, history(shown), used=[did("st.sendMessage")])

    assert driven.finding.verdict is verdict


def test_no_message_sent_at_all_settles_a_doubt(drive: "Drive", stamp: "Stamp", did: "Did") -> None:
    """A similar text was then written by hand; a message that failed does not count."""
    doubtful = history(message("Hello.", stamp(5)))
    failed = did("st.sendMessage", success=False)
    unclear = did("st.sendMessage", success=None)
    early = did("st.sendMessage", after=-500)

    assert drive(HELLO, None, doubtful, used=[failed, early]).finding.verdict is NOT_DONE
    assert drive(HELLO, None, doubtful, used=[unclear]).finding.verdict is UNKNOWN
    assert drive(HELLO, None, doubtful, used=None).finding.verdict is UNKNOWN


@pytest.mark.parametrize(
    ("thread", "verdict"),
    [
        (InboxThread(thread_id="t1", history_complete=True), NOT_DONE),
        (InboxThread(thread_id="t1", history_from="2026-03-01T00:00:00Z"), NOT_DONE),
        (InboxThread(thread_id="t1", history_from="2026-03-03T00:00:00Z"), UNKNOWN),
        (InboxThread(thread_id="t1", history_from="2026-03-02T09:29:00Z"), UNKNOWN),
        (InboxThread(thread_id="t1"), UNKNOWN),
    ],
)
def test_a_conversation_known_in_part_proves_no_absence(
    thread: InboxThread, verdict: Verdict, drive: "Drive", did: "Did"
) -> None:
    """What was written before the history begins may be the message."""
    driven = drive(HELLO, None, history(threads=(thread,)), used=[did("st.sendMessage")])

    assert driven.finding.verdict is verdict


def test_a_generation_without_histories_proves_nothing(drive: "Drive") -> None:
    """The runner has nothing to give there."""
    assert drive(HELLO, None, None).finding.verdict is UNKNOWN


def test_a_thread_leads_to_its_person(drive: "Drive", stamp: "Stamp", did: "Did") -> None:
    """Whose thread it is, a watched inbox knows; only messages of that thread count."""
    operation = SendMessage(thread_id="t1", text="Hello")
    known = [InboxMessage(), InboxMessage(person_public_url=ANN)]
    thread = InboxThread(thread_id="t1", history_complete=True)
    elsewhere = message("Hello", stamp(5), thread_id="t2")
    sent = [did("st.sendMessage")]

    found = drive(operation, known, None, history(message("Hello", stamp(5))))
    absent = drive(operation, known, None, history(elsewhere, threads=(thread,)))
    unknown = drive(operation, known, None, history(elsewhere), used=sent)

    assert found.finding.verdict is DONE
    assert found.asked[:2] == (
        Captured(thread_id="t1", type="st"),
        SyncConversation(person_url=ANN),
    )
    assert absent.finding.verdict is NOT_DONE
    assert unknown.finding.verdict is UNKNOWN


@pytest.mark.parametrize("captured", [None, [], [InboxMessage()]])
def test_a_thread_of_nobody_proves_nothing(
    captured: list[InboxMessage] | None, drive: "Drive", stamp: "Stamp", did: "Did"
) -> None:
    """Unless the caller has named the person as well, or nothing at all was sent."""
    into = SendMessage(thread_id="t1", text="Hello")
    nobody = drive(into, captured, used=[did("st.sendMessage")])
    nothing = drive(into, captured)
    both = SendMessage(thread_id="t1", person_url=ANN, text="Hello")
    somebody = drive(both, captured, None, history(message("Hello", stamp(5))))

    assert nobody.finding.verdict is UNKNOWN
    assert "thread t1" in nobody.finding.evidence
    assert nothing.finding.verdict is NOT_DONE
    assert somebody.finding.verdict is DONE


@pytest.mark.parametrize(
    ("todo", "verdict"),
    [
        (ManageConversationConfig(operation="archive"), UNKNOWN),
        (ManageConversationConfig(operation=cast("Any", "")), DONE),  # the service ignores it
    ],
)
def test_a_message_is_half_of_what_was_to_be_done_with_its_thread(
    todo: ManageConversationConfig, verdict: Verdict, drive: "Drive", stamp: "Stamp"
) -> None:
    """Without the message nothing was done; with it, the rest cannot be seen."""
    operation = SendMessage(person_url=ANN, text="Hello", manage_conversation=todo)

    found = drive(operation, None, history(message("Hello", stamp(5))))
    absent = drive(operation, None, history())

    assert found.finding.verdict is verdict
    assert absent.finding.verdict is NOT_DONE


# ── what only the statistics tell ──


@pytest.mark.parametrize("kind", [ManageConversation, NvManageConversation])
def test_how_a_thread_is_filed_only_the_statistics_tell(
    kind: Any, drive: "Drive", did: "Did"
) -> None:
    """They prove that nothing was done; that this thread was meant they cannot."""
    operation = kind(thread_id="t1", operation="archive")

    absent = drive(operation)
    done = drive(operation, used=[did(operation.root.action_type)])

    assert absent.finding.verdict is NOT_DONE
    assert isinstance(absent.asked[0], Executed)
    assert done.finding.verdict is UNKNOWN
    assert "executed" in done.finding.evidence


def test_statistics_that_do_not_reach_far_enough_prove_nothing(drive: "Drive") -> None:
    """The doubtful start may have been executed after what they hold."""
    filing = ManageConversation(thread_id="t1", operation="star")

    driven = drive(filing, is_whole=False)

    assert driven.finding.verdict is UNKNOWN
    assert "How thread t1 is filed cannot be read." in driven.finding.evidence


def test_statistics_that_cannot_be_read_prove_nothing(since: "datetime") -> None:
    """What was seen before them stays the evidence, beside why they failed."""
    recipe = ManageConversation(thread_id="t1", operation="star").recipe(since)
    next(recipe)

    with pytest.raises(StopIteration) as end:
        recipe.throw(FatalError("Closed for today", code="unheardOf"))

    assert end.value.value.verdict is UNKNOWN
    assert end.value.value.evidence.startswith("How thread t1 is filed cannot be read. ")
    assert "Closed for today" in end.value.value.evidence


@pytest.mark.parametrize(
    "operation",
    [
        EndorsePersonSkill(person_url=ANN, skill_name="Go"),
        EndorsePersonSkills(person_url=ANN),
    ],
)
def test_endorsing_again_is_harmless(operation: Operation[Any], drive: "Drive") -> None:
    """An endorsement that exists counts as success: nothing has to be asked."""
    driven = drive(operation)

    assert driven.asked == ()
    assert driven.finding.verdict is NOT_DONE
    assert driven.finding.is_harmless


# ── workflows made by hand ──


def several(*operations: Operation[Any]) -> CustomWorkflow:
    return CustomWorkflow([cast("Any", one.workflow()) for one in operations])


@pytest.mark.parametrize(
    ("standing", "text", "verdict"),
    [
        ("pending", "Hello", DONE),
        ("pending", "Something else entirely", UNKNOWN),
        ("notConnected", "Hello", UNKNOWN),
        ("notConnected", "Something else entirely", NOT_DONE),
    ],
)
def test_of_several_writes_each_is_judged(
    standing: str, text: str, verdict: Verdict, drive: "Drive", stamp: "Stamp"
) -> None:
    """All were done, or none: where only some were, a person has to look, and is told which."""
    both = several(SendConnectionRequest(person_url=ANN), RetrieveInvitations(), HELLO)
    status = CheckConnectionStatusResult(connection_status=standing)
    thread = InboxThread(thread_id="t1", history_complete=True)
    told = history(message(text, stamp(5)), threads=(thread,))

    driven = drive(both, status, None, told)

    assert driven.finding.verdict is verdict
    assert "sendConnectionRequest was found " in driven.finding.evidence
    assert "sendMessage was found " in driven.finding.evidence
    assert not driven.finding.is_harmless


def test_of_several_harmless_writes_all_may_be_done_again(drive: "Drive") -> None:
    """As each of them may."""
    skills = [EndorsePersonSkill(person_url=ANN, skill_name=name) for name in ("Go", "Rust")]

    driven = drive(several(*skills))

    assert driven.finding.verdict is NOT_DONE
    assert driven.finding.is_harmless
