"""One accepted workflow, from the queue to its end, and how each wire tells of it."""

import asyncio
from typing import Final

import attrs

from linkedapi_async._messages import OUTSIDE_HOURS, QUEUED, State
from linkedapi_async._types import Json

from ._accounts import Account
from ._envelopes import Answer, dump, refusal, success, text_for
from ._routes import Wire

__all__ = ["Workflow"]

_RUNNING: Final = success(Wire.LINKED_API, {"workflowStatus": "running"})
"""What most polls are told, on both wires that have `success`; encoded once."""
_POLL_LINK: Final = "Your workflow is running. Please check the resultLink periodically."
_BY_WEBHOOK: Final = "Your workflow is running. The result will be sent to the webhook."


@attrs.define(eq=False)
class Workflow:
    """What the sandbox remembers of a workflow.

    Attributes:
        workflow_id: As its wire names it.
        wire: Where it was posted.
        account: Whose queue it stands in.
        document: The posted tree.
        arrived_at: Seconds on the sandbox's clock.
        state: How far it has come.
        is_cancelled: Whether it failed because somebody stopped it.
        is_legacy: Whether a failure names its word `errorType` on the Account API.
    """

    workflow_id: str
    wire: Wire
    account: Account
    document: Json
    arrived_at: float
    state: State = State.PENDING
    is_cancelled: bool = False
    is_legacy: bool = False
    _end: Answer | None = attrs.field(init=False, default=None)
    _bell: asyncio.Event | None = attrs.field(init=False, default=None)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state.is_final

    def run(self) -> None:
        """Note that its turn came."""
        self.state = State.RUNNING

    def complete(self, completion: Json) -> None:
        """Note the report tree; the reply to every later poll is made once, here."""
        self.state = State.COMPLETED
        if self.wire is Wire.ACCOUNT_API:
            self._end = Answer(dump({"status": "completed", "completion": completion}))
        else:
            self._end = success(
                self.wire, {"workflowStatus": "completed", "completion": completion}
            )
        self._wake()

    def fail(self, reason: str, text: str | None = None) -> None:
        """Note that it was given up, and why."""
        self.state = State.FAILED
        text = text_for(self.wire, reason) if text is None else text
        if self.wire is Wire.ACCOUNT_API:
            self._end = refusal(
                self.wire, reason, message=text, status=200, is_legacy=self.is_legacy
            )
        else:
            failure: Json = {"reason": reason, "message": text}
            self._end = success(self.wire, {"workflowStatus": "failed", "failure": failure})
        self._wake()

    async def over(self) -> None:
        """Wait for the end."""
        self._bell = self._bell or asyncio.Event()
        await self._bell.wait()

    def acceptance(self, link: str) -> Answer:
        """Return the reply to the start.

        Args:
            link: Address of the result, for the wire that hands one out.
        """
        if self.wire is Wire.ACCOUNT_API:
            return self.progress(link)
        started: dict[str, Json] = {"workflowId": self.workflow_id}
        if self.wire is Wire.LINKED_API:
            started |= self._news()
        return success(self.wire, started)

    def progress(self, link: str) -> Answer:
        """Return the reply to a poll.

        Args:
            link: Address of the result, for the wire that repeats it.
        """
        if self._end is not None:
            return self._end
        if self.wire is Wire.ACCOUNT_API:
            told: Json = {"message": _POLL_LINK, "resultLink": link}
            return success(self.wire, {"status": "running", "progress": told})
        if self.wire is Wire.LINKED_API_V3 or self.state is State.RUNNING:
            return _RUNNING
        return success(self.wire, self._news())

    def promise(self, webhook: str) -> Answer:
        """Return the reply to a start whose result goes to a webhook."""
        told: Json = {"message": _BY_WEBHOOK, "webhook": webhook}
        return success(self.wire, {"status": "running", "progress": told})

    def _news(self) -> dict[str, Json]:
        news: dict[str, Json] = {"workflowStatus": self.state.value}
        if self.state is State.PENDING:
            hours = self.account.hours
            news["pendingReason"] = QUEUED if hours is None else OUTSIDE_HOURS
            if hours is not None:
                news["message"] = hours.message
        return news

    def _wake(self) -> None:
        if self._bell is not None:
            self._bell.set()
