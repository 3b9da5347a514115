"""Every Python block of the README runs, on a sandbox; `hasty.py` says what a block finds there."""

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


@pytest.mark.skipif(not TEXT, reason="only a checkout holds the README")
def test_readme_has_blocks() -> None:
    """The README shows code, and this file finds it."""
    assert BLOCKS


@pytest.mark.parametrize("block", [code for _, code in BLOCKS], ids=[f"L{n}" for n, _ in BLOCKS])
def test_block_runs(block: str, script: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    """What the README shows does what it says, without a warning."""
    ran = script("-c", block)

    assert ran.returncode == 0, ran.stderr
