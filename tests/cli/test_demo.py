import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from linkedapi_async.cli._documents import read_scene, scenes
from linkedapi_async.cli._problem import Problem

Invoke = Callable[..., Result]
Command = Callable[..., Any]

WORKFLOWS = Path(__file__).parents[2] / "examples" / "workflows"
FILES = sorted(WORKFLOWS.glob("*.json"))
FAST = ("--speed", "40")


def test_every_workflow_ends_as_its_file_says(command: Command) -> None:
    """The demo runs them all at once, tells what happens, and exits with 0."""
    ran = command("demo", *FAST)

    assert ran.returncode == 0, ran.stdout
    assert ran.stderr == ""
    assert "All ended as their files say." in ran.stdout
    assert all(f"\n{path.stem} " in ran.stdout for path in FILES)
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_output_on_a_pipe_is_plain(command: Command) -> None:
    """Without a terminal there are no colours and no line is wider than 80 columns."""
    ran = command("demo", *FAST, str(WORKFLOWS / "throttled.json"))

    assert "\x1b" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_reads_as_a_document(path: Path) -> None:
    """A file tells what it is about before what it does, and how it ends at the close."""
    told = json.loads(path.read_text("utf-8"))

    assert list(told)[:3] == ["title", "about", "wire"]
    assert list(told)[-1] == "ends"
    assert read_scene(str(path)).name == path.stem


def test_all_generations_are_shown() -> None:
    """The demo covers the current API and both older ones."""
    assert {scene.wire for scene in scenes()} == {"linked_api", "linked_api_v3", "account_api"}


def test_missing_files_are_told(tmp_path: Path) -> None:
    """An installation without the workflow files says so."""
    with pytest.raises(Problem, match="not installed"):
        scenes(tmp_path)


def test_difference_is_told_and_exits_with_1(invoke: Invoke, tmp_path: Path) -> None:
    """A workflow that ends otherwise than its file says is shown as such."""
    told = json.loads((WORKFLOWS / "person-not-found.json").read_text("utf-8"))
    told["ends"] = {"as": "FatalError", "code": "invalidWorkflow", "starts": 2}
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(told))

    ran = invoke("demo", *FAST, str(path))

    assert ran.exit_code == 1
    assert "1 of 1 ended otherwise than their files say." in ran.stdout


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("throttled", [r"backing off for \d", r"accepted as wf-"]),
        ("signed-out", ["ACTION NEEDED: linkedinAccountSignedOut", "raised UserActionRequired"]),
        ("signed-out-held", ["held: waits", "signs the account in", "resolved:", "completed"]),
        ("outside-hours", ["parked:", "the service runs wf-", "completed after"]),
        ("timeout", ["raised WorkflowTimeout"]),
    ],
)
def test_timeline_tells_the_story_in_order(invoke: Invoke, name: str, lines: list[str]) -> None:
    """Who reads the timeline learns what happened, in the order it happened."""
    ran = invoke("demo", *FAST, str(WORKFLOWS / f"{name}.json"))

    story = re.sub(r"\s+", " ", ran.stdout)
    assert re.search(".*".join(lines), story), ran.stdout
