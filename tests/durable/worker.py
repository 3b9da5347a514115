"""A process with durable operations of its own, which shares a database with others like it.

Argument: its settings as JSON. It prints `ready` once it is launched and has enqueued what it was
given, and a JSON object once that has come to its end; when it reads a line, it ends.
"""

import asyncio
import json
import sys
from typing import Any

import attrs

from linkedapi_async import AccountPool, Policy
from linkedapi_async.durable import DurableOperations
from linkedapi_async.operations import SendMessage
from linkedapi_async.receiver import WebhookReceiver

PERSON = "https://www.linkedin.com/in/person5"


async def work(settings: dict[str, Any]) -> None:
    """Do what the settings say."""
    policy = attrs.evolve(Policy.bot(), waiting="eager", poll_base=0.1, poll_max=0.5)

    def open_pool(receiver: WebhookReceiver) -> AccountPool:
        return AccountPool(
            linked_api_token=settings["token"],
            accounts=settings["accounts"],
            base_url=settings["base_url"],
            policy=policy,
            receiver=receiver,
        )

    durable = DurableOperations(
        settings["config"],
        accounts=open_pool,
        ledger=settings["ledger"],
        uncertain=settings.get("uncertain", "report"),
        queue_interval=0.1,
    )
    async with durable:
        handles = {
            key: await durable.enqueue(account, SendMessage(person_url=PERSON, text=key), key=key)
            for account, key in settings["jobs"]
        }
        print("ready", flush=True)
        if handles:
            outcomes = await asyncio.gather(*(handle.outcome() for handle in handles.values()))
            told = {
                key: "done" if outcome.error is None else outcome.error.code
                for key, outcome in zip(handles, outcomes, strict=True)
            }
            print(json.dumps(told), flush=True)
        await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.argv[1])))
