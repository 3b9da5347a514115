"""A night shift: many calls over several LinkedIn accounts, in lanes, with limits and a report.

    python examples/pool.py URL... [--sandbox]

Tokens: LINKED_API_TOKEN, and IDENTIFICATION_TOKENS as `anna=id_…,ben=id_…`.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from typing import Any

from linkedapi_async import AccountPool, Call, Policy, Scope, UserActionRequired
from linkedapi_async.events import AccountParked, ActionNeeded, Event
from linkedapi_async.models.people import Person
from linkedapi_async.operations import FetchPerson
from linkedapi_async.quotas import Pacing
from linkedapi_async.testing import Sandbox

NIGHT: dict[str, Any] = {
    "policy": Policy.batch(),  # a day for each call
    "limits": {"stPersonProfileViews": 80},  # a day and account, counted here
    "pacing": Pacing(shortest=20.0, spread=40.0),  # an account is no machine gun
}
REHEARSAL: dict[str, Any] = {**NIGHT, "policy": Policy(poll_base=0.1, poll_max=1.0), "pacing": None}


def tell_operator(event: Event) -> None:
    """Pass on what keeps an account from working; it comes once per cause, not once per call."""
    match event:
        case ActionNeeded(account=account, code=code, hint=hint):
            print(f"OPERATOR: {account}: {code}. {hint}")
        case AccountParked(account=account, code=code, rest=rest):
            print(f"{account} rests ({code}), for {rest or 'an unknown number of'} s")
        case _:
            pass


def visits(urls: Iterable[str], accounts: Iterable[str]) -> Iterator[Call[Person]]:
    """Deal the addresses out to the accounts. The key tells outcomes apart later."""
    for url, account in zip(urls, cycle(accounts), strict=False):
        yield Call(account, FetchPerson(person_url=url), key=url)


async def main(urls: list[str], accounts: Mapping[str, str], **options: Any) -> None:
    """Visit everybody once; what one account cannot do another one does."""
    async with AccountPool(accounts=accounts, on_event=tell_operator, **options) as pool:
        calls = list(visits(urls, pool))
        if (start := pool.earliest_feasible_at(calls)) is not None:
            print(f"{len(calls)} calls; limits and pauses let the last start at {start:%H:%M} UTC")
        able = set(pool)
        while calls and able:
            again: list[str] = []
            async for outcome in pool.map(calls):
                call, error = outcome.call, outcome.error
                if isinstance(error, UserActionRequired) and error.scope is Scope.ACCOUNT:
                    able.discard(call.account)
                    again.append(str(call.key))
                elif outcome.result is None:
                    print(f"{call.key}: {error}")
                else:
                    person, errors = outcome.result.data, outcome.result.errors
                    told = person.headline if person else errors[0].message
                    print(f"{call.key}: {told} (by {call.account})")
            calls = list(visits(again, sorted(able)))
        print(f"done: {pool.stats().done}, parked: {', '.join(pool.stats().parked) or 'nobody'}")


async def rehearse() -> None:
    """Run on a sandbox with three accounts, one of them signed out by LinkedIn."""
    async with Sandbox(accounts=("anna", "ben", "cleo")) as sandbox:
        sandbox.sign_out(account="ben")
        urls = [f"https://www.linkedin.com/in/person{number}" for number in range(1, 13)]
        tokens = {one.alias: one.identification_token for one in sandbox.accounts}
        main_token = sandbox.tokens.linked_api_token
        await main(
            urls,
            tokens,
            **REHEARSAL,
            linked_api_token=main_token,
            base_url=sandbox.base_url,
        )


if __name__ == "__main__":
    if "--sandbox" in sys.argv:
        asyncio.run(rehearse())
    else:
        pairs = (pair.split("=", 1) for pair in os.environ["IDENTIFICATION_TOKENS"].split(","))
        token = os.environ["LINKED_API_TOKEN"]
        asyncio.run(main(sys.argv[1:], dict(pairs), **NIGHT, linked_api_token=token))
