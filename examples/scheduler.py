"""A night's list of calls that survives a restart: ids are kept in a file and attached again.

    python examples/scheduler.py STATE.json [--sandbox]

Stop it with Ctrl-C and start it again with the same file: what was accepted is fetched, what was
never sent is sent, and what is in doubt is left to a person.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from linkedapi_async import LinkedApi, LinkedApiError, OutcomeUnknown, Policy, WorkflowTimeout
from linkedapi_async.operations import SendConnectionRequest
from linkedapi_async.testing import Sandbox

PEOPLE = [f"https://www.linkedin.com/in/person{number}" for number in (2, 3, 4, 6, 8)]


class State:
    """What is known of each person: `sending`, a workflow id, or how it ended."""

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one."""
        self._path = path
        self.known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def note(self, person: str, what: str) -> None:
        """Write it down before anything else happens; replacing a file is all or nothing."""
        self.known[person] = what
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self.known, indent=2))
        draft.replace(self._path)


async def invite(api: LinkedApi, person: str, state: State) -> None:
    """Bring one invitation to its end, from wherever the last run left it."""
    known = state.known.get(person)
    operation = SendConnectionRequest(person_url=person)
    try:
        if known is None:
            # From here until the id is noted, a crash leaves `sending`: it may run or not.
            state.note(person, "sending")
            handle = await api.start(operation)
            state.note(person, str(handle.workflow_id))
        elif known.startswith("wf-"):
            handle = api.attach(operation, known)
        else:
            return  # ended, or in doubt: sending it again might invite twice
        result = await handle.result()
    except (OutcomeUnknown, WorkflowTimeout) as error:
        if isinstance(error, OutcomeUnknown):
            state.note(person, f"in doubt: {error.message}")
        print(f"{person}: {error}")  # a timeout keeps its id: the next run attaches
    except LinkedApiError as error:
        state.note(person, f"failed: {error.code}")
        print(f"{person}: {error}")
    else:
        ending = f"failed: {result.errors[0].type}" if result.errors else "invited"
        state.note(person, ending)
        print(f"{person}: {ending}")


async def main(state: State, api: LinkedApi) -> None:
    """Post the whole list at once: the service queues it and works through it one by one."""
    async with asyncio.TaskGroup() as group:
        for person in PEOPLE:
            group.create_task(invite(api, person, state))


async def run(path: str, *, on_sandbox: bool) -> None:
    """Run on the account of the environment, or on a sandbox."""
    async with AsyncExitStack() as stack:
        options: dict[str, str] = {}
        if on_sandbox:
            sandbox = await stack.enter_async_context(Sandbox(duration=0.2))
            options = {"base_url": sandbox.base_url, **sandbox.tokens}
        # `batch`: a day for each call, and every wait worth it.
        api = LinkedApi.from_env(policy=Policy.batch(), **options)
        await main(State(Path(path)), await stack.enter_async_context(api))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], on_sandbox="--sandbox" in sys.argv))
