"""Runs an example, or a block of the README, with presets that poll soon.

    python tests/examples/hasty.py examples/NAME.py ARGUMENT...
    python tests/examples/hasty.py -c BLOCK

On real time a client's first polls come when a workflow of the service is likely to have ended;
on a sandbox it has ended long before. Nothing else is changed in what a reader copies.

A block of the README stands alone. The environment holds the tokens and the address of a sandbox,
so that `LinkedApi.from_env()` works anywhere; the placeholders `"linked_…"` and `"id_…"` of a shown
call are replaced by them, and the accounts of a pool by two of the sandbox. A block with `await`,
`async with` or `async for` at its top level finds an open `api` and its `sandbox`; any other is a
script and runs as `__main__`.
"""

import ast
import asyncio
import inspect
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from linkedapi_async import LinkedApi, Policy
from linkedapi_async.testing import Sandbox

PRESET = re.compile(r"\bPolicy\.(?:service|bot|batch)\(\)")
GIVEN = re.compile(r'linked_api_token="linked_…",\s*identification_token="id_…"')
POOLED = re.compile(r'linked_api_token="linked_…",\s*accounts=\{.*?\}')
POOL = (
    "base_url=sandbox.base_url, linked_api_token=sandbox.tokens.linked_api_token, accounts="
    "{name: sandbox.account(name).tokens.identification_token for name in ('alice', 'bob')}"
)


def soon(policy: Policy) -> Policy:
    """Return a policy that differs in its polls alone."""
    return attrs.evolve(policy, poll_base=0.05, poll_max=0.5)


def hastened(source: str) -> str:
    """Return code whose presets are those of `soon`."""
    return PRESET.sub(r"soon(\g<0>)", source)


def run_script(source: str, path: str) -> None:
    """Run code as Python runs a script."""
    code = compile(source, path, "exec")
    exec(code, {"__name__": "__main__", "soon": soon})  # noqa: S102 - this project's own code


async def run_block(source: str) -> None:
    """Run a block of the README on a sandbox, in a folder of its own."""
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        async with Sandbox(accounts=("main", "alice", "bob")) as sandbox:
            await show(source, sandbox)


async def show(source: str, sandbox: Sandbox) -> None:
    """Run a block with what it may expect."""
    os.environ["LINKED_API_BASE_URL"] = sandbox.base_url
    os.environ["LINKED_API_TOKEN"] = sandbox.tokens.linked_api_token
    os.environ["IDENTIFICATION_TOKEN"] = sandbox.tokens.identification_token
    shown = GIVEN.sub("base_url=sandbox.base_url, **sandbox.tokens", source)
    shown = POOLED.sub(POOL, shown)
    code = compile(shown, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        async with LinkedApi.from_env(policy=soon(Policy())) as api:
            given = {"api": api, "sandbox": sandbox, "soon": soon, "__name__": "README"}
            await eval(code, given)  # noqa: S307 - this project's own README
    else:
        await asyncio.to_thread(run_script, shown, "README.md")


def main(first: str, *rest: str) -> None:
    """Run what the arguments name."""
    if first == "-c":
        asyncio.run(run_block(hastened(*rest)))
    else:
        sys.argv = [first, *rest]
        run_script(hastened(Path(first).read_text("utf-8")), first)


if __name__ == "__main__":
    main(*sys.argv[1:])
