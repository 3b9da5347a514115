"""Your own idea of patience: presets, numbers, verdicts, and a retry loop outside the client.

python examples/custom_policy.py [--sandbox]
"""

import asyncio
import sys
from contextlib import AsyncExitStack

import attrs
import tenacity

from linkedapi_async import Disposition, LinkedApi, Policy, TransientError, single_attempt
from linkedapi_async.operations import RetrieveSSI
from linkedapi_async.testing import Sandbox

# A preset is a frozen value: start from the nearest one and change the numbers that matter.
patient = attrs.evolve(Policy.service(), max_attempts=6, base_delay=0.1, deadline=120.0)

# A verdict can be changed as well. Here somebody watches the billing page all day, so a missing
# seat is worth a few more attempts. One word covers the whole row: the older `noActiveSeats` too.
policy = patient.override("subscriptionRequired", Disposition.RETRYABLE)


def show() -> None:
    """Print what the presets differ in, and what an error now means."""
    for preset in (Policy.service(), Policy.bot(), Policy.batch()):
        print(f"{preset.max_attempts:2} attempts, deadline {preset.deadline} s")
    print(policy.explain("noActiveSeats"))


async def inside_my_own_retries(api: LinkedApi) -> int | None:
    """Let a retry loop of your own do the repeating: attempts must not multiply.

    Without `single_attempt` three tries out here would be three times six requests.
    """
    mine = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=tenacity.stop_after_attempt(3),
        reraise=True,
    )
    async for attempt in mine:
        with attempt, single_attempt():
            result = await api.run(RetrieveSSI())
            return result.unwrap().ssi
    return None


async def main() -> None:
    """Run on the account of the environment, or on a sandbox where the first tries fail."""
    show()
    async with AsyncExitStack() as stack:
        options: dict[str, str] = {}
        if "--sandbox" in sys.argv:
            sandbox = await stack.enter_async_context(Sandbox())
            sandbox.inject("subscriptionRequired", times=2)
            sandbox.inject(503, on="start", skip=1)
            options = {"base_url": sandbox.base_url, **sandbox.tokens}
        api = await stack.enter_async_context(LinkedApi.from_env(policy=policy, **options))

        result = await api.run(RetrieveSSI())  # the client's own retries, with the policy above
        print(f"Social Selling Index: {result.unwrap().ssi}")
        print(f"Again, one attempt at a time: {await inside_my_own_retries(api)}")


if __name__ == "__main__":
    asyncio.run(main())
