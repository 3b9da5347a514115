"""The workflow of DBOS that one operation is, and the queue it stands in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, cast

from dbos import DBOS, WorkflowSerializationFormat

from linkedapi_async._types import JsonObject

from ._dispatch import Dispatch
from ._thread import LoopThread

__all__ = ["ATTRIBUTE", "TOPIC", "Value", "Workflow", "go_to_work", "register", "tell_left_behind"]

TOPIC: Final = "linkedapi.event"
"""Of the messages that carry events to a waiting workflow."""
ATTRIBUTE: Final = "linkedapi_workflow_id"
"""Under which a waiting workflow tells what it waits for."""

Value: TypeAlias = dict[str, Any]
"""JSON; between the steps of a workflow DBOS pickles it, for others it writes it as it is."""

Workflow: TypeAlias = Callable[[str, Value, str], Any]
"""Of account, operation and key; returns the value of an outcome."""

_DAY: Final = 86_400.0
_LOG: Final = logging.getLogger("linkedapi_async")
_MANY: Final = 1000
_SHOWN: Final = 10
_AT_WORK: Final[dict[str, tuple[Dispatch, LoopThread]]] = {}


def go_to_work(name: str, dispatch: Dispatch, thread: LoopThread) -> None:
    """Have the steps under a name ask here.

    Args:
        name: Of the workflow.
        dispatch: Starts calls and waits for them.
        thread: Where that lives.
    """
    _AT_WORK[name] = dispatch, thread


def register(name: str) -> Workflow:
    """Return the workflow, made known to DBOS under a name.

    DBOS keeps the last one of each name; whichever it is, its steps ask who went to work last.

    Args:
        name: Of the workflow; its steps are called after it.
    """

    # A step that were tried again after an error could send what may have been sent; one that went
    # on after DBOS was told to cancel it would send what nobody wants any more.
    @DBOS.step(name=f"{name}.submit", retries_allowed=False, preemptible=True)
    async def submit(account: str, operation: Value, key: str) -> Value:
        dispatch, _ = _AT_WORK[name]
        return await ask(dispatch.submit, account, operation, key)

    @DBOS.step(name=f"{name}.wait", preemptible=True)
    async def wait(account: str, operation: Value, key: str, workflow_id: str) -> Value:
        await DBOS.update_workflow_attributes_async(_me(), {ATTRIBUTE: workflow_id}, merge=True)
        dispatch, _ = _AT_WORK[name]
        return await ask(dispatch.wait, account, operation, key)

    async def ask(
        call: Callable[[str, str, JsonObject, str], Any], account: str, operation: Value, key: str
    ) -> Value:
        _, thread = _AT_WORK[name]
        value = await thread.run(call(_me(), account, operation, key))
        return dict(value)

    async def hear() -> None:
        dispatch, _ = _AT_WORK[name]
        while True:
            dispatch.relay(await DBOS.recv_async(TOPIC, timeout_seconds=_DAY))

    # Killed a hundred times in the middle of a wait is no reason to give it up.
    @DBOS.workflow(
        name=name,
        serialization_type=WorkflowSerializationFormat.PORTABLE,
        max_recovery_attempts=None,
    )
    async def run(account: str, operation: Value, key: str) -> Value:
        value = await submit(account, operation, key)
        workflow_id = value["workflow_id"]
        if value["outcome"] is not None or workflow_id is None:
            return value
        # Steps are numbered as they begin: whatever is heard comes after the one step that waits.
        waiting = asyncio.ensure_future(
            cast("Awaitable[Value]", wait(account, operation, key, workflow_id))
        )
        hearing = asyncio.ensure_future(hear())
        try:
            return await waiting
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    return run


def _me() -> str:
    run = DBOS.workflow_id
    assert run is not None  # noqa: S101 - only steps ask
    return run


def tell_left_behind(name: str) -> None:
    """Log what other versions of the application have begun, and this one will never go on with."""
    versions = [one["version_name"] for one in DBOS.list_application_versions()]
    others = [version for version in versions if version != DBOS.application_version]
    if not others:
        return
    left = DBOS.list_workflows(
        name=name,
        status=["ENQUEUED", "PENDING"],
        app_version=others,
        limit=_MANY,
        load_input=False,
        load_output=False,
    )
    if left:
        _LOG.warning(
            "Unfinished under application_version %s: %d%s of the accounts %s, which rest until a "
            "process of that version has seen them through: leave one running, or start one",
            _listed({repr(one.app_version) for one in left}),
            len(left),
            " or more" if len(left) == _MANY else "",
            _listed({str(one.queue_partition_key) for one in left}),
        )


def _listed(words: set[str]) -> str:
    shown = sorted(words)[:_SHOWN]
    more = len(words) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
