"""A bot: many profiles over several LinkedIn accounts at once, with a line to its operator.

    python examples/bot.py URL... [--sandbox]

Tokens: LINKED_API_TOKEN, and IDENTIFICATION_TOKENS as `anna=id_…,ben=id_…`.
"""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any

from linkedapi_async import LinkedApi, LinkedApiError, Policy, Scope, UserActionRequired
from linkedapi_async.events import ActionNeeded, ActionResolved, Event
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import Sandbox

# The service runs one workflow of an account at a time and queues the rest. A second one per
# account keeps the queue from running dry; more would only grow old in it.
WORKERS_PER_ACCOUNT = 2


def tell_operator(event: Event) -> None:
    """Pass on what only a person can mend; it comes once per cause, not once per call."""
    match event:
        case ActionNeeded(account=account, code=code, hint=hint):
            print(f"OPERATOR: {account}: {code}. {hint}")
        case ActionResolved(account=account, code=code):
            print(f"OPERATOR: {account}: {code} is solved, thank you.")
        case _:
            pass


async def work(api: LinkedApi, todo: deque[str]) -> None:
    """Take addresses until none is left, or until this account can do no more."""
    while todo:
        url = todo.popleft()
        try:
            result = await api.run(FetchPerson(person_url=url))
        except UserActionRequired as error:
            if error.scope is Scope.CALL:
                print(f"{url}: {error}")
                continue
            todo.append(url)  # the account is out, its share is not: another one takes it
            return
        except LinkedApiError as error:
            print(f"{url}: {error}")  # this call is lost, the next one may do
        else:
            told = result.data.headline if result.data else result.errors[0].message
            print(f"{url}: {told} (by {api.account})")


async def main(urls: list[str], accounts: Mapping[str, str], **options: Any) -> None:
    """Read all profiles with all accounts; `options` go to every client."""
    todo = deque(urls)
    async with asyncio.TaskGroup() as clients:  # bounded: two tasks for each account

        async def run(alias: str, token: str) -> None:
            async with (
                LinkedApi(
                    identification_token=token,
                    account=alias,  # what events, logs and errors call it
                    policy=Policy.bot(),
                    on_event=tell_operator,
                    **options,
                ) as api,
                asyncio.TaskGroup() as workers,
            ):
                for _ in range(WORKERS_PER_ACCOUNT):
                    workers.create_task(work(api, todo))

        for alias, token in accounts.items():
            clients.create_task(run(alias, token))
    print(f"{len(todo)} of {len(urls)} left undone")


async def rehearse() -> None:
    """Run on a sandbox with three accounts, one of them signed out by LinkedIn."""
    async with Sandbox(accounts=("anna", "ben", "cleo")) as sandbox:
        sandbox.sign_out(account="ben")
        urls = [f"https://www.linkedin.com/in/person{number}" for number in range(1, 13)]
        tokens = {one.alias: one.identification_token for one in sandbox.accounts}
        main_token = sandbox.tokens.linked_api_token
        await main(urls, tokens, linked_api_token=main_token, base_url=sandbox.base_url)


if __name__ == "__main__":
    if "--sandbox" in sys.argv:
        asyncio.run(rehearse())
    else:
        pairs = (pair.split("=", 1) for pair in os.environ["IDENTIFICATION_TOKENS"].split(","))
        token = os.environ["LINKED_API_TOKEN"]
        asyncio.run(main(sys.argv[1:], dict(pairs), linked_api_token=token))
