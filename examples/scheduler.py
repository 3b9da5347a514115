r"""A night's list of calls, started by cron: every one is answered once, through kills and reboots.

    python examples/scheduler.py LEDGER RESULTS.jsonl [--sandbox]

In a crontab, with one ledger for each night, tried again every half hour until all is done:

    */30 22-23,0-6 * * *  scheduler.py ~/night-$(date -d -7hours +\%F).ledger ~/results.jsonl

A run that is killed does no harm: what was accepted is waited for, what was answered is answered
the same, what never left is sent. What may have left is looked up on LinkedIn, and sent again only
where that proves it was not done. A run that finds another one at work leaves it to that.
"""

import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from linkedapi_async import AccountPool, Batch, Call, Outcome, OutcomeUnknown, Policy
from linkedapi_async.operations import SendConnectionRequest
from linkedapi_async.testing import Sandbox

PEOPLE = [f"https://www.linkedin.com/in/person{number}" for number in (2, 3, 4, 6, 8)]


def invitations(account: str) -> Iterator[Call[None]]:
    """Yield the night's calls. What is yielded again in the next run is known by its key."""
    for person in PEOPLE:
        yield Call(account, SendConnectionRequest(person_url=person), key=person)


def told(outcome: Outcome[None]) -> dict[str, Any]:
    """Return what is written down of an outcome."""
    error, result = outcome.error, outcome.result
    why = [] if error is None else [str(error)]
    if result is not None:
        why = [failure.message for failure in result.errors]
    state = "failed" if why else "invited"
    if isinstance(error, OutcomeUnknown):
        state = "in doubt"  # a person has to look: it is never sent again on suspicion
    return {"person": outcome.call.key, "state": state, "why": why}


async def main(ledger: Path, results: Path, accounts: Mapping[str, str], **options: Any) -> None:
    """Go through the list; the results of a run replace those of the run before."""
    # `batch`: a day for each call, and every wait worth it.
    given: dict[str, Any] = {"policy": Policy.batch(), **options}
    with ledger.with_name(f"{ledger.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # the ledger would see to it as well, the file of results would not
            print("Another run is at work on this ledger")
            return
        with results.open("w") as file:
            async with AccountPool(accounts=accounts, **given) as pool:
                (account,) = pool
                batch = Batch(pool, invitations(account), ledger=ledger, uncertain="resend")
                async for outcome in batch:
                    line = told(outcome)
                    print(json.dumps(line), file=file, flush=True)
                    print(f"{line['person']}: {line['state']}", *line["why"])
    progress = batch.progress
    print(f"{progress.done} done, {progress.failures} failed, {progress.uncertain} in doubt")


async def rehearse(ledger: Path, results: Path) -> None:
    """Run on a sandbox."""
    async with Sandbox(duration=0.2) as sandbox:
        tokens = sandbox.tokens
        await main(
            ledger,
            results,
            {"main": tokens.identification_token},
            linked_api_token=tokens.linked_api_token,
            base_url=sandbox.base_url,
            policy=Policy(poll_base=0.1, poll_max=1.0),
        )


if __name__ == "__main__":
    paths = Path(sys.argv[1]), Path(sys.argv[2])
    if "--sandbox" in sys.argv:
        asyncio.run(rehearse(*paths))
    else:
        main_token, token = os.environ["LINKED_API_TOKEN"], os.environ["IDENTIFICATION_TOKEN"]
        asyncio.run(main(*paths, {"main": token}, linked_api_token=main_token))
