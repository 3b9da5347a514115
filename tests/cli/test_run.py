import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from linkedapi_async.cli._client import WIRES

Invoke = Callable[..., Result]

WORKFLOWS = Path(__file__).parents[2] / "examples" / "workflows"
SSI = '{"actionType": "st.retrieveSSI", "label": "mine"}'


@pytest.mark.parametrize("wire", WIRES)
def test_result_is_json_on_stdout(invoke: Invoke, wire: str) -> None:
    """On every wire stdout holds the result alone, and stderr tells the way there."""
    ran = invoke("run", "-", "--sandbox", "--wire", wire, text=SSI)

    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert told["data"]["data"]["ssi"] > 0
    assert told["workflow_id"]
    assert told["errors"] == []
    assert "accepted as" in ran.stderr
    assert "completed after" in ran.stderr


def test_list_of_actions_runs(invoke: Invoke) -> None:
    """Several actions in order bring a list of reports."""
    ran = invoke("run", "-", "--sandbox", text=f"[{SSI}, {SSI}]")

    assert len(json.loads(ran.stdout)["data"]) == 2


def test_failed_actions_are_data_with_hints(invoke: Invoke) -> None:
    """A completed workflow with failed actions prints its data, and exits with 1."""
    ran = invoke("run", "--sandbox", str(WORKFLOWS / "person-not-found.json"))

    (failure,) = json.loads(ran.stdout)["errors"]
    assert ran.exit_code == 1
    assert failure["type"] == "personNotFound"
    assert failure["hint"]


def test_refused_workflow_exits_as_fatal(invoke: Invoke) -> None:
    """A wrong workflow is told in a sentence with its error type."""
    ran = invoke("run", "-", "--sandbox", text='{"actionType": "st.noSuchThing"}')

    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert "[invalidWorkflow]" in ran.stderr


def test_deadline_tells_how_to_fetch_the_result(invoke: Invoke) -> None:
    """A workflow that outlives the deadline leaves its id and the command that waits on."""
    ran = invoke("run", "-", "--sandbox", "--deadline", "0.25", text=SSI)

    assert ran.exit_code == 7
    assert "it runs on" in ran.stderr
    assert "linkedapi-async run --attach wf-" in ran.stderr


def test_attach_needs_a_known_id(invoke: Invoke) -> None:
    """An id the service does not know is an error, not an endless wait."""
    ran = invoke("run", "--sandbox", "--attach", "wf-unknown")

    assert ran.exit_code == 3
    assert "workflowNotFound" in ran.stderr


@pytest.mark.parametrize("policy", ["service", "bot", "batch"])
def test_every_preset_is_offered(invoke: Invoke, policy: str) -> None:
    """Each preset of `Policy` can be chosen by its name."""
    ran = invoke("run", "-", "--sandbox", "--policy", policy, text="[]")

    assert ran.exit_code == 2
    assert "holds no workflow" in ran.stderr
