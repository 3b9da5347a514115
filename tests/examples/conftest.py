import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
HASTY = Path(__file__).with_name("hasty.py")
TOKENS = ("LINKED_API_TOKEN", "ACCOUNT_API_TOKEN", "IDENTIFICATION_TOKEN", "LINKED_API_BASE_URL")


@pytest.fixture
def example() -> Callable[[str], ModuleType]:
    """Import an example by its name, as a module nobody else shares."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def script() -> "Callable[..., subprocess.CompletedProcess[str]]":
    """Run Python code or an example without tokens in its environment, warnings being errors."""

    def run(*args: str) -> "subprocess.CompletedProcess[str]":
        # Under nox the installed package is tested; elsewhere the checkout may be all there is.
        here = {} if sys.flags.safe_path else {"PYTHONPATH": str(ROOT)}
        bare = {name: value for name, value in os.environ.items() if name not in TOKENS}
        return subprocess.run(
            [sys.executable, "-W", "error", str(HASTY), *args],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=here | bare,
            cwd=ROOT,
        )

    return run
