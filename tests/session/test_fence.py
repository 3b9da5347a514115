"""What a start passes on its way out: told before each request, and what each came to."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from linkedapi_async import (
    FatalError,
    LedgerError,
    LinkedApi,
    OutcomeUnknown,
    Policy,
    TransientError,
)
from linkedapi_async._bookkeeping import Taken
from linkedapi_async._messages import Progress
from linkedapi_async._messages import State as Stage
from linkedapi_async._types import Certainty
from linkedapi_async.errors import LinkedApiError
from linkedapi_async.ledger import Row, State
from linkedapi_async.operations import CustomWorkflow, FetchPerson, SendMessage
from linkedapi_async.testing import Delay, FakeClock, Reset, Sandbox, Slow

Connect = Callable[..., LinkedApi]
Catch = Callable[[Awaitable[Any]], Awaitable[Any]]
Step = Callable[[int], Awaitable[None]]

MARK = "5eed"
ROW = Row(
    key="k",
    account="main",
    operation="sendMessage",
    payload="p",
    state=State.SENDING,
    mark="other",
    owner="somebody",
    sent_at=datetime(2026, 1, 5, tzinfo=UTC),
)


@attrs.define
class Record:
    """A fence that keeps what it is told, and may be shut.

    Attributes:
        sandbox: Whose log tells how many requests had left by then.
        mark: What workflows carry.
        shut: What to raise instead of letting a start pass.
        told: What it was told, with the starts received until then.
    """

    sandbox: Sandbox
    mark: str | None = MARK
    shut: Exception | None = None
    told: list[tuple[str, object]] = attrs.field(factory=list[tuple[str, object]])

    async def intend(self) -> None:
        """Let a start pass, unless shut."""
        self.told.append(("intend", len(self.sandbox.log.requests("start"))))
        await self.sandbox.clock.sleep(0)
        if self.shut is not None:
            raise self.shut

    def learn(self, outcome: Progress | LinkedApiError | None) -> None:
        """Keep it."""
        self.told.append(("learn", outcome))

    def after_reply(self, then: Callable[[], object]) -> None:
        """Do it at once."""
        then()

    def finish(self, outcome: Progress | LinkedApiError) -> None:
        """Keep it."""
        self.told.append(("finish", outcome))

    @property
    def kinds(self) -> list[str]:
        """What it was told, in order."""
        return [kind for kind, _ in self.told]

    @property
    def last(self) -> object:
        """What it was told last."""
        return self.told[-1][1]


@pytest.fixture
def fence(sandbox: Sandbox) -> Record:
    """A fence that lets everything pass."""
    return Record(sandbox)


async def test_a_start_is_told_before_and_after(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """Intent, id and end are told in order, the intent before anything was sent."""
    handle = await connect(sandbox).start(message, fence=fence)
    assert fence.kinds == ["intend", "learn"]
    await handle.result()

    assert fence.kinds == ["intend", "learn", "finish"]
    assert fence.told[0] == ("intend", 0)
    accepted = fence.told[1][1]
    assert isinstance(accepted, Progress)
    assert accepted.workflow_id == handle.workflow_id
    assert isinstance(fence.last, Progress)
    assert fence.last.state is Stage.COMPLETED


async def test_each_attempt_passes_it(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """A refused start that is sent again is told of twice, and so is what each came to."""
    sandbox.inject(429, times=2)

    await connect(sandbox).start(message, fence=fence)

    assert [what for what in fence.told if what[0] == "intend"] == [
        ("intend", 0),
        ("intend", 1),
        ("intend", 2),
    ]
    outcomes = [what for kind, what in fence.told if kind == "learn"]
    assert [type(one) for one in outcomes] == [TransientError, TransientError, Progress]


@pytest.mark.parametrize("shut", [Taken(ROW), LedgerError("The disk is full")])
async def test_a_shut_fence_keeps_the_start_here(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record, shut: Exception
) -> None:
    """What could not be written down, or is somebody else's, is not sent."""
    fence.shut = shut

    with pytest.raises(type(shut)) as caught:
        await connect(sandbox).start(message, fence=fence)

    assert caught.value is shut
    assert sandbox.log.requests() == ()
    assert fence.kinds == ["intend"]


async def test_a_lost_reply_is_told_as_lost(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """Where nobody knows what came of a write, the fence hears exactly that."""
    sandbox.inject(Reset("reply", 0))

    with pytest.raises(OutcomeUnknown) as caught:
        await connect(sandbox).start(message, fence=fence)

    assert fence.kinds == ["intend", "learn"]
    assert isinstance(fence.last, OutcomeUnknown)
    assert vars(fence.last) == vars(caught.value)


async def test_a_token_that_fails_is_told_as_unsent(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """A start that broke off before a byte was written is proved not to run."""

    async def token() -> str:
        msg = "the vault is sealed"
        raise OSError(msg)

    with pytest.raises(FatalError):
        await connect(sandbox, linked_api_token=token).start(message, fence=fence)

    assert isinstance(fence.last, TransientError)
    assert fence.last.certainty is Certainty.NOT_SENT


@pytest.mark.parametrize("lasting", [None, 0.5, 5.0])
async def test_cancellation_at_any_step_is_told(
    *,
    lasting: float | None,
    sandbox: Sandbox,
    clock: FakeClock,
    connect: Connect,
    caught: Catch,
    step: Step,
    message: SendMessage,
) -> None:
    """Cancelled after any turn of the loop, the fence hears what the service's log shows.

    An intent is always followed by what it came to: an id for what was accepted and told in time,
    nothing for what may have been accepted, and never *not sent* for what the service received.
    """
    turns, wrong, seen = 0, list[object](), set[str]()
    while True:
        sandbox.log.clear()
        sandbox.clear_faults()
        if lasting is not None:
            sandbox.inject(Delay(lasting) if lasting > 2 else Slow(bytes_per_second=400))
        fence = Record(sandbox)
        api = connect(sandbox)
        task = asyncio.ensure_future(api.start(message, fence=fence))
        await step(turns)
        if task.done():
            break
        task.cancel()
        await caught(task)
        await clock.sleep(20)
        accepted = {str(one.workflow_id) for one in sandbox.log.workflows()}
        match fence.told:
            case []:
                kind, holds = "untouched", not accepted
            case [("intend", _)]:
                kind, holds = "in the fence", not accepted
            case [("intend", _), ("learn", Progress(workflow_id=found))]:
                kind, holds = "named", accepted == {found}
            case [("intend", _), ("learn", TransientError(certainty=Certainty.NOT_SENT))]:
                kind, holds = "unsent", not accepted
            case [("intend", _), ("learn", None)]:
                kind, holds = "unknown", True
            case _:
                kind, holds = "more", False
        seen.add(kind)
        if not holds:
            wrong.append((turns, fence.told, accepted))
        await api.aclose()
        turns += 1

    await task
    assert wrong == []
    assert {"untouched", "in the fence"} <= seen
    assert seen & {"named", "unknown"}


async def test_a_restarted_workflow_passes_it_again(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """Starting an expired workflow again is a start: told before, and marked like the first."""
    sandbox.inject("workingHoursWaitExpired", on="failure")
    api = connect(sandbox, policy=Policy(restart_expired=True))

    handle = await api.start(message, fence=fence)
    first = handle.workflow_id
    await handle.result()

    assert fence.kinds == ["intend", "learn", "intend", "learn", "finish"]
    assert handle.workflow_id != first
    posted: list[Any] = [one.document for one in sandbox.log.workflows()]
    assert [document["label"] for document in posted] == [f"intent:{MARK}"] * 2


async def test_a_failed_workflow_is_told_as_ended(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """A workflow that failed for good is over, and the fence hears the error."""
    sandbox.inject("linkedinAccountSignedOut", on="failure")
    handle = await connect(sandbox).start(message, fence=fence)

    with pytest.raises(LinkedApiError) as error:
        await handle.result()

    assert fence.kinds == ["intend", "learn", "finish"]
    assert isinstance(fence.last, LinkedApiError)
    assert fence.last.code == error.value.code == "linkedinAccountSignedOut"


async def test_cancelling_a_workflow_ends_it(
    sandbox: Sandbox, clock: FakeClock, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """A cancelled workflow is told as ended: it never runs again."""
    clock.auto_jump = False
    handle = await connect(sandbox).start(message, fence=fence)

    assert await handle.cancel()

    assert isinstance(fence.last, FatalError)
    assert fence.last.code == "workflowCancelled"


async def test_an_attached_workflow_tells_its_end(
    sandbox: Sandbox, connect: Connect, message: SendMessage, fence: Record
) -> None:
    """Whoever attaches to a workflow may have its end noted."""
    api = connect(sandbox)
    started = await api.start(message)
    assert started.workflow_id is not None

    await api.attach(message, started.workflow_id, fence=fence).result()

    assert fence.kinds == ["finish"]


@pytest.mark.parametrize(
    ("workflow", "labels"),
    [
        ({"actionType": "st.retrieveSSI"}, [f"intent:{MARK}"]),
        ({"actionType": "st.retrieveSSI", "label": "mine"}, ["mine"]),
        (
            [
                {"actionType": "st.retrieveSSI", "label": "mine"},
                {"actionType": "st.retrievePerformance"},
            ],
            ["mine", f"intent:{MARK}"],
        ),
    ],
)
async def test_marks_leave_labels_alone(
    sandbox: Sandbox, connect: Connect, fence: Record, workflow: Any, labels: list[str]
) -> None:
    """A mark stands where the caller has put no label, and nowhere else."""
    result = await connect(sandbox).start(CustomWorkflow(workflow), fence=fence)
    completion: Any = (await result.result()).completion

    reports: list[Any] = [completion] if isinstance(completion, dict) else completion
    assert [report["label"] for report in reports] == labels


async def test_what_only_reads_needs_no_mark(
    sandbox: Sandbox, connect: Connect, reading: FetchPerson
) -> None:
    """A fence without a mark leaves the workflow as it is."""
    fence = Record(sandbox, mark=None)

    await connect(sandbox).start(reading, fence=fence)

    (accepted,) = sandbox.log.workflows()
    assert accepted.document == reading.workflow()
