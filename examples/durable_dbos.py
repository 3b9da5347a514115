r"""Invitations that survive kills, releases and the loss of a machine, as workflows of DBOS.

    python examples/durable_dbos.py STORE [EXECUTOR_ID] [--sandbox]

STORE is a folder, for one machine, or the address of a PostgreSQL, for as many as you like:

    python examples/durable_dbos.py ~/outreach
    python examples/durable_dbos.py postgresql://outreach@db/outreach worker-1   # on one machine
    python examples/durable_dbos.py postgresql://outreach@db/outreach worker-2   # on another

Start it again after a kill, and it goes on: what was answered stays answered, what was accepted is
waited for, what never left is sent. What may have left is looked up on LinkedIn, and sent again
only where that proves it was not done. Each account has one operation at a time, over all machines.

Whatever `worker-1` was in the middle of waits for `worker-1`. **If its machine is lost, start the
program under that name on another one**; until then its accounts rest, and nothing is done twice.
A second process under a name that is at work is refused.

`application_version` is yours to change when you change the workflows, once the old ones are done:
DBOS goes on only with what was begun under the same version.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from dbos import DBOSConfig

from linkedapi_async import AccountPool, OutcomeUnknown, Policy
from linkedapi_async.durable import DurableOperations
from linkedapi_async.operations import SendConnectionRequest
from linkedapi_async.receiver import WebhookReceiver
from linkedapi_async.testing import Sandbox

PEOPLE = [f"https://www.linkedin.com/in/person{number}" for number in (2, 3, 4, 6, 8)]

OpenPool = Callable[[WebhookReceiver], AccountPool]


def durable(store: str, executor_id: str, open_pool: OpenPool) -> DurableOperations:
    """Return the durable operations of one process."""
    on_postgres = "://" in store
    config: DBOSConfig = {
        "name": "outreach",
        "system_database_url": store if on_postgres else f"sqlite:///{store}/dbos.sqlite",
        "application_version": "1",
        "executor_id": executor_id,
        "log_level": "WARNING",
    }
    return DurableOperations(
        config,
        accounts=open_pool,
        ledger=store if on_postgres else Path(store) / "ledger",
        uncertain="resend",
        rate=(10, 3600.0),  # ten invitations an hour for each account
    )


async def main(store: str, executor_id: str, open_pool: OpenPool) -> None:
    """Have everybody invited. Handed in again, an invitation is the one that was handed in."""
    async with durable(store, executor_id, open_pool) as operations:
        handles = {
            person: await operations.enqueue(
                "main", SendConnectionRequest(person_url=person), key=f"invite {person}"
            )
            for person in PEOPLE
        }
        for person, handle in handles.items():
            outcome = await handle.outcome()
            if isinstance(outcome.error, OutcomeUnknown):
                print(f"{person}: in doubt, a person has to look: {outcome.error}")
            elif outcome.error is not None:
                print(f"{person}: failed: {outcome.error}")
            else:
                print(f"{person}: invited")


def from_environment(receiver: WebhookReceiver) -> AccountPool:
    """Return the accounts; tokens come from here in every process, and are stored nowhere."""
    return AccountPool(
        linked_api_token=os.environ["LINKED_API_TOKEN"],
        accounts={"main": os.environ["IDENTIFICATION_TOKEN"]},
        policy=Policy.batch(),
        receiver=receiver,  # hears what `linkedapi_async.durable.forward` passes on, if anything
    )


async def rehearse(store: str, executor_id: str) -> None:
    """Run on a sandbox."""
    async with Sandbox(duration=0.2) as sandbox:

        def open_pool(receiver: WebhookReceiver) -> AccountPool:
            return AccountPool(
                linked_api_token=sandbox.tokens.linked_api_token,
                accounts={"main": sandbox.tokens.identification_token},
                base_url=sandbox.base_url,
                policy=Policy(poll_base=0.1, poll_max=1.0),
                receiver=receiver,
            )

        await main(store, executor_id, open_pool)
        print(f"{len(sandbox.log.effects())} invitations were sent in this run")


async def until_terminated(work: Coroutine[Any, Any, None]) -> None:
    """Do something until it is done, or a service manager says to end: what leaves is noted yet."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if not word.startswith("--")]
    name = given[1] if len(given) > 1 else "worker-1"
    is_rehearsed = "--sandbox" in sys.argv
    work = rehearse(given[0], name) if is_rehearsed else main(given[0], name, from_environment)
    asyncio.run(until_terminated(work))
