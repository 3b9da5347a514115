"""Verdicts and situations, built from the facts a test cares about."""

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from linkedapi_async._messages import Purpose, Refusal
from linkedapi_async._types import Certainty, Plane, WorkflowId
from linkedapi_async.errors import find
from linkedapi_async.policy import Situation, Verdict, classify

SIMULATION = Path(__file__).parents[1] / "benchmarks" / "simulation.py"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def refusal() -> Callable[..., Refusal]:
    """Make a refusal; the service's words stand in an envelope, ours do not."""

    def make(code: str = "httpError", **facts: Any) -> Refusal:
        row = find(code)
        usual: dict[str, Any] = {
            "message": "It failed.",
            "certainty": Certainty.REJECTED,
            "status": 503,
            "is_envelope": row is None or row.plane is not Plane.CLIENT,
        }
        return Refusal(code=code, **{**usual, **facts})

    return make


@pytest.fixture(scope="session")
def verdict(refusal: Callable[..., Refusal]) -> Callable[..., Verdict]:
    """Make the verdict on such a refusal, without overrides."""

    def make(code: str = "httpError", **facts: Any) -> Verdict:
        return classify(refusal(code, **facts), {})

    return make


@pytest.fixture(scope="session")
def situation() -> Callable[..., Situation]:
    """Make a situation: the first failure of a writing start, with time and budget left."""

    def make(**facts: Any) -> Situation:
        usual: dict[str, Any] = {
            "purpose": Purpose.START,
            "account": "acme",
            "reads_only": False,
            "attempt": 1,
            "elapsed": 0.0,
            "remaining": None,
            "may_retry": True,
            "draw": 0.5,
            "wall": NOON,
            "workflow_id": WorkflowId("wf-1"),
        }
        return Situation(**{**usual, **facts})

    return make


@pytest.fixture(scope="session")
def simulation() -> ModuleType:
    """The simulated waits that the benchmarks show."""
    spec = importlib.util.spec_from_file_location("simulation", SIMULATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
