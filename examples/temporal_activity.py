"""A message sent by Temporal: an activity behind the ledger, retried as this library judges.

A page to read and to copy from: **Temporal is not installed where this project is tested, and
nothing here is run.** It follows the Python SDK, and was tried by hand with temporalio 1.35.

Temporal runs an activity again when a worker is lost, a heartbeat stays away or an attempt fails.
For what has an effect in the world that means: it may run twice. Here it does not, since each
attempt first looks into the ledger, under a key that all attempts share, also those of a workflow
that is reset or retried: give each message a workflow id of its own. An accepted message is
waited for, an answered one is answered the same, and one that was *about to be sent* ends the
activity for a person to look, or is looked up on LinkedIn where that is allowed.

What failed is decided by this library and carried out by Temporal: what time heals is tried again,
no sooner than the service wants it; what a person has to heal, or is wrong, is not.

Workers share the ledger, so that it is a PostgreSQL: `LINKED_API_LEDGER`. Arguments of activities
are stored by Temporal: they hold the alias of an account, and no token.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():  # Temporal loads this page for each workflow anew
    from linkedapi_async import (
        AccountPool,
        Batch,
        Call,
        Disposition,
        LinkedApiError,
        Policy,
        WorkflowTimeout,
    )
    from linkedapi_async.operations import SendMessage

HEARTBEAT = 10.0


class LinkedApiActivities:
    """The activities of one worker, over one pool.

    Example:
        ```python
        async with AccountPool(...) as pool:
            activities = LinkedApiActivities(pool)
            async with Worker(client, task_queue="outreach", activities=[activities.send_message]):
                ...
        ```
    """

    def __init__(self, pool: AccountPool) -> None:
        """Take the accounts.

        Args:
            pool: Made by the worker, with the tokens of its environment.
        """
        self._pool = pool

    @activity.defn
    async def send_message(self, account: str, person_url: str, text: str) -> None:
        """Send a message once, however often this runs.

        Raises:
            ApplicationError: It was not sent, or nobody can tell.
        """
        info = activity.info()
        key = f"{info.workflow_id}/{info.activity_id}"  # the run has another id after a reset
        call = Call(account, SendMessage(person_url=person_url, text=text), key)
        batch = Batch(
            self._pool, [call], ledger=os.environ["LINKED_API_LEDGER"], uncertain="reconcile"
        )
        async with beating():
            async for outcome in batch:
                try:
                    outcome.unwrap()
                except LinkedApiError as error:
                    failure = verdict(error)
                    raise failure from error


def verdict(error: LinkedApiError) -> ApplicationError:
    """Return what Temporal is told of an error: whether to try again, and when.

    An attempt that was accepted has its answer, which no other attempt would change; only a wait
    that took too long goes on with the next one.
    """
    wait = error.retry_after
    may_help = error.certainty.is_resendable and error.disposition is Disposition.RETRYABLE
    return ApplicationError(
        str(error),
        type=error.code,
        non_retryable=not (may_help or isinstance(error, WorkflowTimeout)),
        next_retry_delay=None if wait is None else timedelta(seconds=wait),
    )


@asynccontextmanager
async def beating() -> AsyncGenerator[None]:
    """Tell Temporal that this worker is alive, and so hear when the activity is cancelled."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(HEARTBEAT)  # noqa: TID251 - the application's own time

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()


@workflow.defn
class Outreach:
    """One message, as long as it takes."""

    @workflow.run
    async def run(self, account: str, person_url: str, text: str) -> None:
        """Have it sent."""
        arguments: list[Any] = [account, person_url, text]
        await workflow.execute_activity_method(
            LinkedApiActivities.send_message,
            args=arguments,
            start_to_close_timeout=timedelta(days=2),
            heartbeat_timeout=timedelta(seconds=6 * HEARTBEAT),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(minutes=1), maximum_interval=timedelta(hours=1)
            ),
        )


def open_pool() -> AccountPool:
    """Return the accounts of a worker."""
    return AccountPool(
        linked_api_token=os.environ["LINKED_API_TOKEN"],
        accounts={"main": os.environ["IDENTIFICATION_TOKEN"]},
        policy=Policy.batch(),
    )
