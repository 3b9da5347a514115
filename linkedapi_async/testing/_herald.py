"""Turns what happens in the sandbox into events, each with an id of its own."""

import json
from collections import Counter
from typing import Final, assert_never

from linkedapi_async._messages import State
from linkedapi_async._types import JsonObject

from ._accounts import Account, Standing
from ._captured import Captured, CapturedMessage, NetworkEvent
from ._deliveries import Deliveries
from ._routes import Wire
from ._subscription import TEST, stamp
from ._workflows import Workflow

__all__ = ["Herald"]

_STEPS: Final = {
    State.PENDING: "workflow.created",
    State.RUNNING: "workflow.started",
    State.COMPLETED: "workflow.completed",
    State.FAILED: "workflow.completed",
}
_STANDINGS: Final = {
    Standing.ACTIVE: "account.active",
    Standing.FROZEN: "account.frozen",
    Standing.RECONNECTION_REQUIRED: "account.reconnectionRequired",
    Standing.DELETED: "account.deleted",
}


class Herald:
    """Announces what the webhook may want to hear of."""

    def __init__(self, *, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._told: Counter[str] = Counter()

    def workflow(self, workflow: Workflow) -> None:
        """Tell that a workflow of the current API has come a step further.

        Inferred: a fat payload holds the `result` of a poll; workflows of older wires, which knew
        no webhooks like these, are not told of; those the Admin API starts are.
        """
        if workflow.wire is not Wire.LINKED_API:
            return
        event_type = _STEPS[workflow.state]
        self._deliveries.emit(
            event_type,
            f"{event_type}:{workflow.workflow_id}",
            {
                "workflowId": workflow.workflow_id,
                "accountId": workflow.account.account_id,
                "status": workflow.state.value,
            },
            lane=workflow.workflow_id,
            result=(lambda: _outcome(workflow)) if workflow.is_over else None,
        )

    def account(self, account: Account, standing: Standing) -> None:
        """Tell that an account stands differently than before."""
        data = {"accountId": account.account_id, "status": standing.value}
        self._emit(_STANDINGS[standing], account.account_id, data)

    def captured(self, account: Account, item: Captured) -> None:
        """Tell what monitoring of an inbox or of the network has caught."""
        match item:
            case CapturedMessage():
                data: JsonObject = {
                    "type": item.channel,
                    "threadId": item.thread_id,
                    "personUrn": item.person_urn,
                    "personHashedUrl": item.person_hashed_url,
                    "personPublicUrl": item.person_public_url,
                    "personUrl": item.person_hashed_url,
                    "messageId": item.inbox_message_id,
                    "sender": item.sender,
                    "text": item.text,
                    "time": stamp(item.at),
                }
            case NetworkEvent():
                data = {
                    "personUrn": item.person_urn,
                    "personUrl": item.person_url,
                    "detectedAt": stamp(item.at),
                }
            case _:
                assert_never(item)
        self._emit(item.event_type, account.account_id, {"accountId": account.account_id, **data})

    def test(self) -> None:
        """Tell nothing, to see whether it arrives."""
        self._emit(TEST, "", {"message": "This is a test event from the sandbox."})

    def _emit(self, event_type: str, about: str, data: JsonObject) -> None:
        """Announce something that may happen again."""
        self._told[about] += 1
        parts = (event_type, about, str(self._told[about]))
        self._deliveries.emit(event_type, ":".join(filter(None, parts)), data, lane=about)


def _outcome(workflow: Workflow) -> JsonObject:
    told: JsonObject = json.loads(workflow.progress("").body)["result"]
    return told
