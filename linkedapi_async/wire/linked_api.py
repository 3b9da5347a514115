"""The current API (`/workflows`) and its predecessor under `/account` (G3).

Source: https://linkedapi.io/docs/executing-workflows
"""

import re
from functools import lru_cache
from typing import ClassVar, Final
from urllib.parse import quote

from linkedapi_async._messages import Progress, Refusal, Reply, Request, State
from linkedapi_async._types import Json, JsonObject, WorkflowId

from ._envelope import as_object, as_text, encode, failure_of, read_body, refuse, state_of

__all__ = ["LinkedApiV3Wire", "LinkedApiWire"]

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")  # as ids are: `quote` takes longer to find out


class LinkedApiWire:
    """Start, poll and cancel by workflow id."""

    name: ClassVar[str] = "linked_api"
    token_header: ClassVar[str] = "linked-api-token"  # noqa: S105 - a header's name
    can_cancel: ClassVar[bool] = True
    holds_starts: ClassVar[bool] = False
    has_webhooks: ClassVar[bool] = True
    path: ClassVar[str] = "/workflows"
    template: ClassVar[str] = "/workflows/{workflow_id}"

    def start(self, workflow: Json) -> Request:
        """Return the POST of a workflow."""
        return Request("POST", self.path, encode(workflow))

    def poll(self, workflow_id: WorkflowId) -> Request:
        """Return the GET of a workflow."""
        return self._about("GET", workflow_id)

    def cancel(self, workflow_id: WorkflowId) -> Request:
        """Return the DELETE of a workflow."""
        return self._about("DELETE", workflow_id)

    def _about(self, method: str, workflow_id: WorkflowId) -> Request:
        name = workflow_id if _PLAIN.fullmatch(workflow_id) else quote(workflow_id, safe="")
        path = f"{self.path}/{name}"
        return Request(method, path, template=self.template)

    def read_start(self, reply: Reply) -> Progress | Refusal:
        """Return the workflow's id and first state; all but the id is optional.

        An acceptance without an id proves nothing, so its certainty is `MAYBE_ACCEPTED`.
        """
        body = read_body(reply, trusts_type=True)
        if isinstance(body, Refusal):
            return body
        result = as_object(body.get("result"))
        workflow_id = as_text(result.get("workflowId"))
        if workflow_id is None:
            return refuse(reply, "undecodableReply", "Started, but the reply names no workflowId")
        if as_text(result.get("workflowStatus")) is None:
            return Progress(State.PENDING, workflow_id=WorkflowId(workflow_id))
        return _progress(result, WorkflowId(workflow_id))

    def read_poll(self, reply: Reply) -> Progress | Refusal:
        """Return the workflow's state; the service does not repeat its id here."""
        body = read_body(reply, trusts_type=True)
        if isinstance(body, Refusal):
            return body
        result = body.get("result")
        if not isinstance(result, dict) or as_text(result.get("workflowStatus")) is None:
            return refuse(reply, "undecodableReply", "The poll's reply names no workflowStatus")
        return _progress(result, None)

    def read_cancel(self, reply: Reply) -> bool | Refusal:
        """Return `cancelled`; what `false` means is not documented, probably too late."""
        body = read_body(reply, trusts_type=True)
        if isinstance(body, Refusal):
            return body
        cancelled = as_object(body.get("result")).get("cancelled")
        if not isinstance(cancelled, bool):
            return refuse(reply, "undecodableReply", "The reply does not say whether it cancelled")
        return cancelled


class LinkedApiV3Wire(LinkedApiWire):
    """The generation before (G3): other paths and token header, no cancel.

    Source: https://linkedapi.io/docs/account-api/executing-workflows
    """

    name: ClassVar[str] = "linked_api_v3"
    token_header: ClassVar[str] = "account-api-token"  # noqa: S105 - a header's name
    can_cancel: ClassVar[bool] = False
    holds_starts: ClassVar[bool] = False
    has_webhooks: ClassVar[bool] = False
    path: ClassVar[str] = "/account/workflows"
    template: ClassVar[str] = "/account/workflows/{workflow_id}"


def _progress(facts: JsonObject, workflow_id: WorkflowId | None) -> Progress:
    word = facts.get("workflowStatus")
    state = state_of(word)
    if workflow_id is None and not state.is_final:
        return _under_way(
            state, str(word), as_text(facts.get("pendingReason")), as_text(facts.get("message"))
        )
    return Progress(
        state=state,
        workflow_id=workflow_id,
        word=str(word),
        pending_reason=as_text(facts.get("pendingReason")),
        message=as_text(facts.get("message")),
        completion=facts.get("completion"),
        failure=failure_of(facts.get("failure"), word="reason") if state is State.FAILED else None,
    )


@lru_cache(maxsize=256)
def _under_way(
    state: State, word: str, pending_reason: str | None, message: str | None
) -> Progress:
    """Return the news of a poll that found no end: thousands of waits are told the same words."""
    return Progress(state=state, word=word, pending_reason=pending_reason, message=message)
