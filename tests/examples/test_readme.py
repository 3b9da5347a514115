"""Every Python block of the README runs, on a sandbox.

Each block stands alone, in a process of its own. The environment holds the tokens and the address
of a sandbox, so that `LinkedApi.from_env()` works anywhere; the placeholders `"linked_…"` and
`"id_…"` of a shown call are replaced by them, and the accounts of a pool by two of the sandbox.
A block with `await`, `async with` or `async for` at its top level finds an open `api` and its
`sandbox`; any other is a script and runs as `__main__`.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text("utf-8") if README.exists() else ""
BLOCKS = [
    (TEXT.count("\n", 0, found.start()) + 1, found[1])
    for found in re.finditer(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
]

DRIVER = """
import ast, asyncio, inspect, os, re, sys
from linkedapi_async import LinkedApi
from linkedapi_async.testing import Sandbox

GIVEN = re.compile(r'linked_api_token="linked_…",\\s*identification_token="id_…"')
POOLED = re.compile(r'linked_api_token="linked_…",\\s*accounts=\\{.*?\\}')
POOL = (
    "base_url=sandbox.base_url, linked_api_token=sandbox.tokens.linked_api_token, accounts="
    "{name: sandbox.account(name).tokens.identification_token for name in ('alice', 'bob')}"
)

async def main(source):
    async with Sandbox(accounts=("main", "alice", "bob")) as sandbox:
        os.environ["LINKED_API_BASE_URL"] = sandbox.base_url
        os.environ["LINKED_API_TOKEN"] = sandbox.tokens.linked_api_token
        os.environ["IDENTIFICATION_TOKEN"] = sandbox.tokens.identification_token
        shown = GIVEN.sub("base_url=sandbox.base_url, **sandbox.tokens", source)
        shown = POOLED.sub(POOL, shown)
        code = compile(shown, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if code.co_flags & inspect.CO_COROUTINE:
            async with LinkedApi.from_env() as api:
                await eval(code, {"api": api, "sandbox": sandbox, "__name__": "README"})
        else:
            await asyncio.to_thread(exec, code, {"__name__": "__main__"})

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.skipif(not TEXT, reason="only a checkout holds the README")
def test_readme_has_blocks() -> None:
    """The README shows code, and this file finds it."""
    assert BLOCKS


@pytest.mark.parametrize("block", [code for _, code in BLOCKS], ids=[f"L{n}" for n, _ in BLOCKS])
def test_block_runs(block: str, script: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    """What the README shows does what it says, without a warning."""
    ran = script("-c", DRIVER, block)

    assert ran.returncode == 0, ran.stderr
