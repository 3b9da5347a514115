"""A message sent by Airflow: the operator submits it, and a trigger waits without a worker.

A page to read and to copy from: **Airflow is not installed where this project is tested, and
nothing here is run.** It follows Airflow 3, and was tried by hand with 3.3.

    with DAG("outreach"):
        SendMessageOperator(task_id="hello", person_url="https://…/in/ada", text="Hello", retries=5)

Airflow runs a task again whose worker was lost, or whose trigger was; what keeps it from sending
twice is the ledger. The key names the task within its run and stays the same at every try: a try
that finds the message accepted waits for it, one that finds it answered ends, and one that finds it
*about to be sent* fails for a person to look, since trying again would not make that any clearer.
Clearing the task is one more try, too: to send the same again, give it another name.

Workers and triggerer share the ledger, so that it is a PostgreSQL: `LINKED_API_LEDGER`. Tokens come
from the environment of each; neither the task nor the trigger holds one in what Airflow stores.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.triggers.base import BaseTrigger, TriggerEvent

from linkedapi_async import (
    AccountPool,
    Batch,
    Call,
    Disposition,
    LedgerError,
    LinkedApiError,
    WorkflowTimeout,
)
from linkedapi_async.events import Event, WorkflowStarted
from linkedapi_async.ledger import Row, State
from linkedapi_async.operations import SendMessage
from linkedapi_async.stores import PostgresLedger

ACCOUNT = "main"


def open_pool(**options: Any) -> AccountPool:
    """Return the accounts, in a worker as in the triggerer."""
    return AccountPool(
        linked_api_token=os.environ["LINKED_API_TOKEN"],
        accounts={ACCOUNT: os.environ["IDENTIFICATION_TOKEN"]},
        **options,
    )


async def submit(message: SendMessage, key: str) -> str | None:
    """Return the workflow that sends a message; `None` where it was sent already.

    Raises:
        LinkedApiError: It was not sent, or nobody can tell.
    """
    async with PostgresLedger(os.environ["LINKED_API_LEDGER"]) as ledger:
        row = (await ledger.look([key])).get(key)
        if isinstance(row, Row) and row.state is State.ACCEPTED:
            return row.workflow_id  # by an earlier try
        return await start(message, key, ledger)


async def start(message: SendMessage, key: str, ledger: PostgresLedger) -> str | None:
    """Have a message sent, and return as soon as the service has named the workflow.

    Raises:
        LinkedApiError: It was not sent, or nobody can tell.
    """
    started: list[str] = []

    def hear(event: Event) -> None:
        if isinstance(event, WorkflowStarted) and event.workflow_id is not None:
            started.append(event.workflow_id)
            batch.stop()  # what the service has named goes on, and so does the ledger's row

    pool = open_pool(on_event=hear)
    batch = Batch(pool, [Call(ACCOUNT, message, key)], ledger=ledger)
    async with pool:
        async for outcome in batch:
            outcome.unwrap()
    return started[0] if started else None


class SendMessageOperator(BaseOperator):
    """Sends a message and needs no worker while LinkedIn is at it."""

    def __init__(self, *, person_url: str, text: str, **options: Any) -> None:
        """Take what to send.

        Args:
            person_url: To whom.
            text: What to write.
            options: Of every operator.
        """
        super().__init__(**options)
        self.person_url = person_url
        self.text = text

    def execute(self, context: Context) -> None:
        """Submit it, and leave the wait to a trigger.

        Raises:
            AirflowException: It was not sent, or nobody can tell.
        """
        task = context["ti"]
        key = f"{task.dag_id}/{task.run_id}/{task.task_id}/{task.map_index}"
        message = SendMessage(person_url=self.person_url, text=self.text)
        try:
            workflow_id = asyncio.run(submit(message, key))
        except LinkedApiError as error:
            refused = _verdict(error)
            raise refused from error
        if workflow_id is not None:
            self.defer(
                trigger=WorkflowTrigger(workflow_id),
                method_name="execute_complete",
                timeout=timedelta(days=2),
            )

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:  # noqa: ARG002 - Airflow's
        """Take in what the trigger has found.

        Raises:
            AirflowFailException: The message was not sent.
        """
        if event["error"]:
            raise AirflowFailException(event["error"])


def _verdict(error: LinkedApiError) -> AirflowException:
    """Return what Airflow is told: what time heals, and was not sent, is tried again.

    So is what the ledger could not be asked for: without it nothing is sent.
    """
    may_help = error.certainty.is_resendable and error.disposition is Disposition.RETRYABLE
    if may_help or isinstance(error, LedgerError):
        return AirflowException(str(error))
    return AirflowFailException(str(error))


class WorkflowTrigger(BaseTrigger):
    """Waits for one workflow of Linked API; it only asks, and sends nothing wherever it runs."""

    def __init__(self, workflow_id: str) -> None:
        """Take what to wait for.

        Args:
            workflow_id: The workflow.
        """
        super().__init__()
        self.workflow_id = workflow_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return how to make it again: an id, and no token."""
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {"workflow_id": self.workflow_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield how it ended."""
        async with open_pool() as pool:
            while True:
                try:
                    result = await pool[ACCOUNT].attach(SendMessage, self.workflow_id).result()
                except WorkflowTimeout:
                    continue  # the operator's timeout counts
                except LinkedApiError as error:
                    yield TriggerEvent({"error": str(error)})
                else:
                    failed = "; ".join(failure.message for failure in result.errors)
                    yield TriggerEvent({"error": failed})
                return
