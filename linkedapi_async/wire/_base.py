"""What every generation of the workflow API can be asked, without touching a socket."""

from typing import ClassVar, Protocol

from linkedapi_async._messages import Progress, Refusal, Reply, Request
from linkedapi_async._types import Json, WorkflowId

__all__ = ["Wire"]


class Wire(Protocol):
    """One generation: how requests look and what replies mean.

    Attributes:
        name: What the client's `wire` option calls it.
        token_header: Header of the main token.
        can_cancel: Whether a started workflow can be stopped.
        holds_starts: Whether the reply to a start may be held open until the workflow ends.
        has_webhooks: Whether the account-wide webhook tells of its workflows.
    """

    name: ClassVar[str]
    token_header: ClassVar[str]
    can_cancel: ClassVar[bool]
    holds_starts: ClassVar[bool]
    has_webhooks: ClassVar[bool]

    def start(self, workflow: Json) -> Request:
        """Return the request that posts a workflow."""
        ...

    def read_start(self, reply: Reply) -> Progress | Refusal:
        """Return what the reply to a start means."""
        ...

    def poll(self, workflow_id: WorkflowId) -> Request:
        """Return the request that asks for news of a workflow."""
        ...

    def read_poll(self, reply: Reply) -> Progress | Refusal:
        """Return what the reply to a poll means."""
        ...

    def cancel(self, workflow_id: WorkflowId) -> Request:
        """Return the request that stops a workflow; only where `can_cancel`."""
        ...

    def read_cancel(self, reply: Reply) -> bool | Refusal:
        """Return whether the service says it is cancelled."""
        ...
