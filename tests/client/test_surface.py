"""The public names, and what importing them costs."""

import subprocess
import sys

import pytest

import linkedapi_async

NAMES = [
    "LinkedApi",
    "Policy",
    "Disposition",
    "Scope",
    "Certainty",
    "Result",
    "WorkflowHandle",
    "CustomWorkflow",
    "LinkedApiError",
    "TransientError",
    "UserActionRequired",
    "FatalError",
    "OutcomeUnknown",
    "WorkflowTimeout",
    "ActionError",
    "ProtocolError",
    "ClientClosed",
    "InvalidWorkflowLocally",
    "UnsupportedByWire",
]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_design(name: str) -> None:
    """Every name of the design stands at the top level, in `__all__` and in `dir`."""
    assert name in linkedapi_async.__all__
    assert name in dir(linkedapi_async)
    assert getattr(linkedapi_async, name) is not None


@pytest.mark.parametrize("name", linkedapi_async.__all__)
def test_each_name_resolves_alone(name: str) -> None:
    """Each name can be the first one asked for."""
    run(f"from linkedapi_async import {name}")


def test_operations_and_actions_are_not_at_the_top() -> None:
    """`SendMessage` is both an operation and an action, so it is neither at the top."""
    assert not hasattr(linkedapi_async, "SendMessage")
    with pytest.raises(AttributeError, match="SendMessage"):
        _ = getattr(linkedapi_async, "SendMessage")  # noqa: B009 - as a caller would


def test_importing_is_cheap() -> None:
    """Importing the package loads no HTTP client, no converter, no retry library, no log."""
    heavy = ("aiohttp", "msgspec", "tenacity", "structlog", "attrs", "asyncio")

    loaded = run(f"import linkedapi_async, sys; print([n for n in {heavy} if n in sys.modules])")

    assert loaded.strip() == "[]"


def test_policy_and_errors_need_no_http_client() -> None:
    """Who only catches errors or builds a policy pays for neither aiohttp nor msgspec."""
    heavy = ("aiohttp", "msgspec", "tenacity", "structlog")

    loaded = run(
        "from linkedapi_async import Policy, TransientError, Disposition; import sys; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    assert loaded.strip() == "[]"


def test_all_is_exact() -> None:
    """`__all__` holds no name twice, is sorted and resolves."""
    names = linkedapi_async.__all__

    assert sorted(names) == sorted(set(names))
    assert all(hasattr(linkedapi_async, name) for name in names)


def test_star_import() -> None:
    """A star import brings exactly the public names."""
    code = "from linkedapi_async import *; import linkedapi_async as la; "

    missing = run(f"{code} print(set(la.__all__) - set(dir()))")

    assert missing.strip() == "set()"
