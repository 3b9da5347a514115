import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from linkedapi_async._types import Json
from linkedapi_async.actions import specs
from linkedapi_async.cli._console import open_console
from linkedapi_async.cli._notes import gist_of, strangers
from linkedapi_async.cli._positions import path_of
from linkedapi_async.workflows._examples import example
from linkedapi_async.workflows._validate import validate

Invoke = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

GOOD = '{"actionType": "st.retrieveSSI"}'
BAD = """\
[
  {
    "actionType": "st.searchPeople",
    "limit": 5000,
    "filter": {"connectionDegrees": ["1st", "4th"]},
    "then": {"actionType": "st.doForPeople", "then": {"actionType": "st.sendMessage", "text": ""}}
  },
  {"actionType": "st.retreiveSSI"}
]
"""
PROBLEMS = [
    ("$[0].limit", 4, 14, "range"),
    ("$[0].filter.connectionDegrees[1]", 5, 45, "enum"),
    ("$[0].then.then", 6, 69, "parent"),
    ("$[0].then.then.text", 6, 95, "length"),
    ("$[1]", 8, 18, "unknownAction"),
]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Write a text to a file of its own, and return its path."""
    written: list[Path] = []

    def write(text: str) -> str:
        path = tmp_path / f"{len(written)}.json"
        path.write_bytes(text.encode())
        written.append(path)
        return str(path)

    return write


def test_valid_workflow_is_told_in_a_line(invoke: Invoke, file: Callable[[str], str]) -> None:
    """What it is all in all, and exit code 0."""
    path = file(GOOD)

    ran = invoke("validate", path)

    assert ran.exit_code == 0
    assert ran.stdout == f"{path}: valid; 1 action, it only reads, seat core\n"
    assert ran.stderr == ""


@pytest.mark.parametrize("action_type", sorted(specs()))
def test_every_example_is_valid(invoke: Invoke, action_type: str) -> None:
    """What `actions --example` prints, `validate` lets through."""
    text = json.dumps(example(action_type).to_json())

    ran = invoke("validate", "-", text=text)

    assert ran.exit_code == 0
    assert ran.stdout.startswith("standard input: valid; ")
    assert "note" not in ran.stdout


def test_each_problem_has_its_place(invoke: Invoke, file: Callable[[str], str]) -> None:
    """Every broken rule comes with file, line, column, path, and what would be right."""
    path = file(BAD)

    ran = invoke("validate", path)

    heads = [line for line in ran.stdout.splitlines() if line.startswith(path)]
    told = " ".join(ran.stdout.split())
    assert ran.exit_code == 3
    assert heads == [f"{path}:{line}:{column} {rule}" for _, line, column, rule in PROBLEMS]
    for problem in validate(json.loads(BAD)):
        assert f"{problem.path} {problem.message}" in told
    assert ran.stdout.endswith("\n5 problems.\n")


def test_json_holds_each_problem_with_its_place(invoke: Invoke, file: Callable[[str], str]) -> None:
    """`--json` is the same for programs."""
    good, bad = file(GOOD), file(BAD)

    ran = invoke("validate", good, bad, "--json")

    told = json.loads(ran.stdout)
    first, second = told["files"]
    assert ran.exit_code == 3
    assert told["valid"] is False
    assert first == {
        "file": good,
        "valid": True,
        "error": None,
        "problems": [],
        "notes": [],
        "actions": 1,
        "effect": "read",
        "plan": "core",
    }
    assert (second["valid"], second["actions"]) == (False, None)
    found = [(one["path"], one["line"], one["column"], one["rule"]) for one in second["problems"]]
    assert found == PROBLEMS
    assert second["problems"][0]["message"] == "is 5000; it takes 1 to 1,000"
    assert second["problems"][0]["action_type"] == "st.searchPeople"


def test_line_is_shown_with_a_mark(invoke: Invoke, file: Callable[[str], str]) -> None:
    """Below the place stands the line, and below that a mark at the column."""
    lines = invoke("validate", file(BAD)).stdout.splitlines()

    shown = lines.index('    | "limit": 5000,')
    assert lines[shown + 1] == "    |          ^"


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("\t{}", '| {"actionType"'),
        ('["日本語", {}]', '["日本語",'),
        ("[" + '"a", ' * 100 + "{}]", '"a",'),
        ("[{}, " + '"a", ' * 100 + '"a"]', "["),
        ("[" + '"日", ' * 100 + "{}]", '"日",'),
    ],
)
def test_mark_stands_below_its_column(invoke: Invoke, line: str, before: str) -> None:
    """In wide letters, behind tabs, and in lines that do not fit, which are cut around it."""
    text = line.replace("{}", '{"actionType": 5}')

    lines = invoke("validate", "-", text=text).stdout.splitlines()

    head = next(n for n, row in enumerate(lines) if "unknownAction" in row)
    shown, mark = lines[head + 1 : head + 3]
    assert cell_len(shown) <= 80
    assert before in shown
    assert cell_len(shown.partition("5}")[0]) == len(mark) - 1


def test_workflow_may_stand_inside_a_document(invoke: Invoke) -> None:
    """What `run` takes is taken; paths begin at the top of the file."""
    text = '{"title": "x", "workflow": [{"actionType": "st.openJob", "basicInfo": 1}]}'

    told = json.loads(invoke("validate", "-", "--json", text=text).stdout)["files"][0]

    found = [(one["path"], one["column"], one["rule"]) for one in told["problems"]]
    assert found == [
        ("$.workflow[0].jobUrl", 29, "missing"),
        ("$.workflow[0].basicInfo", 71, "type"),
    ]


def test_plan_makes_a_difference(invoke: Invoke) -> None:
    """What needs a better seat is a problem on a core seat alone."""
    text = '{"actionType": "nv.syncInbox"}'

    codes = [
        invoke("validate", "-", *more, text=text).exit_code for more in ([], ["--plan", "plus"])
    ]
    told = invoke("validate", "-", "--plan", "core", text=text)

    assert codes == [0, 0]
    assert told.exit_code == 3
    assert "<stdin>" not in told.stdout
    assert "standard input:1:16 plan" in told.stdout


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('{"actionType" "st.retrieveSSI"}', "1:15", "Expecting ':' delimiter."),
        ("", "1:1", "Expecting value."),
        ("[\r\n1,\r\n\r\n2", "4:2", "Expecting ',' delimiter."),
        ("[" * 100_000, "1:1", "is nested too deeply to be a workflow."),
        (f'{{"limit": {"9" * 5000}}}', "1:1", "holds a number too long to be read."),
        ('{"limit": NaN}', "1:1", "holds NaN, which JSON has no word for."),
    ],
)
def test_no_json_is_told_with_its_place(
    invoke: Invoke, file: Callable[[str], str], text: str, place: str, reason: str
) -> None:
    """A file that is no JSON exits with another code than one that breaks a rule."""
    path = file(text)

    ran = invoke("validate", path)
    told = json.loads(invoke("validate", path, "--json").stdout)["files"][0]

    assert ran.exit_code == 2
    assert ran.stdout.startswith(f"{path}:{place} syntax\n")
    assert f"$ {reason}" in ran.stdout
    assert (told["valid"], told["problems"][0]["rule"]) == (False, "syntax")
    assert reason in told["error"]


def test_unreadable_file_does_not_hide_the_others(
    invoke: Invoke, file: Callable[[str], str], tmp_path: Path
) -> None:
    """Each file is told on its own; one that cannot be read decides the exit code."""
    missing, bad = str(tmp_path / "nowhere.json"), file(BAD)

    ran = invoke("validate", missing, bad)
    told = json.loads(invoke("validate", missing, "--json").stdout)

    assert ran.exit_code == 2
    assert ran.stderr == f"Error: Cannot read {missing}: No such file or directory.\n"
    assert f"{bad}:4:14 range" in ran.stdout
    assert ran.stdout.endswith("\n5 problems, 1 file not read.\n")
    assert told["files"][0]["error"] == f"Cannot read {missing}: No such file or directory."


def test_text_in_another_encoding_is_told(invoke: Invoke, tmp_path: Path) -> None:
    """What is no UTF-8 is not read."""
    path = tmp_path / "w.json"
    path.write_bytes(GOOD.encode("utf-16"))

    ran = invoke("validate", str(path))

    assert ran.exit_code == 2
    assert "is not UTF-8 text: byte 0" in ran.stderr
    assert ran.stdout == "\n1 file not read.\n"


def test_byte_order_mark_moves_no_column(invoke: Invoke, file: Callable[[str], str]) -> None:
    """A mark that editors hide does not count."""
    path = file('\ufeff{"actionType": "st.retreiveSSI"}')

    assert invoke("validate", path).stdout.startswith(f"{path}:1:16 unknownAction\n")


def test_files_are_needed(invoke: Invoke) -> None:
    """Nothing to check makes no sense."""
    assert invoke("validate").exit_code == 2


def test_unknown_parameters_are_noted(invoke: Invoke, file: Callable[[str], str]) -> None:
    """A key no table knows may be a slip: it is told with what may be meant, and is no problem."""
    path = file(
        '{"actionType": "st.searchPosts", "term": "x", "limt": 5,\n'
        ' "filter": {"sortt": "latest", "fromMembers": ["Ann", {"name": "Ann", "zzz": 1}]},\n'
        ' "then": [{"actionType": "st.doForPosts", "Then": 1}]}'
    )

    ran = invoke("validate", path)
    told = json.loads(invoke("validate", path, "--json").stdout)["files"][0]

    assert ran.exit_code == 0
    assert [(note["path"], note["line"], note["column"]) for note in told["notes"]] == [
        ("$.limt", 1, 55),
        ("$.filter.sortt", 2, 22),
        ("$.filter.fromMembers[1].zzz", 2, 78),
        ("$.then[0].Then", 3, 51),
    ]
    assert f"{path}:1:55 note\n" in ran.stdout
    assert "$.limt is no documented parameter of st.searchPosts; did you mean limit?" in ran.stdout
    assert ran.stdout.count("did you mean") == 2
    assert ran.stdout.endswith("valid; 2 actions, it only reads, seat core\n")


def test_repeated_key_is_noted(invoke: Invoke) -> None:
    """Of two values under one key the first is lost, which is worth a note."""
    text = (
        '{"workflow": {"actionType": "st.sendMessage", "threadId": "1", "text": "a", "text": "b"}}'
    )

    ran = invoke("validate", "-", text=text)

    assert ran.exit_code == 0
    assert "standard input:1:77 note" in ran.stdout
    assert "$.workflow.text stands in its object twice; the last one counts" in ran.stdout
    assert "1 action, it changes something on LinkedIn, seat core" in ran.stdout


def test_unknown_actions_have_no_notes_of_their_own() -> None:
    """What is known of nothing is judged by nothing; what stands below it is."""
    tree: Json = {
        "actionType": "st.new",
        "x": 1,
        "then": [{"actionType": "st.syncInbox", "y": 1}, 5],
    }

    assert [path_of(steps) for steps, _ in strangers(tree)] == ["$.then[0].y"]
    assert list(strangers({"actionType": ["?"], "x": 1})) == []
    assert gist_of(example("nv.sendMessage").to_json()).plan == "plus"


def test_deep_workflow_is_checked(invoke: Invoke) -> None:
    """A tree as deep as `json` reads is judged to its end."""
    depth = 300
    text = '{"actionType": "x", "then": ' * depth + "5" + "}" * depth

    told = json.loads(invoke("validate", "-", "--json", text=text).stdout)["files"][0]

    assert len(told["problems"]) == depth + 1
    assert told["problems"][-1]["rule"] == "shape"
    assert told["problems"][-1]["column"] == len(text) - depth


def action_of(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    return {"actionType": kind, **given}


def nested(inner: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    keys = st.sampled_from(["then", "limit", "filter", "label"])
    kinds = st.sampled_from(sorted(specs()))
    return (
        st.lists(inner)
        | st.dictionaries(st.text() | keys, inner)
        | st.builds(action_of, kinds, st.dictionaries(keys, inner))
    )


PLAIN: "st.SearchStrategy[Any]" = (
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text()
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.recursive(PLAIN, nested, max_leaves=20))
def test_whatever_json_is_judged(invoke: Invoke, value: Any) -> None:
    """No document ends in a traceback, and each problem has a place inside it."""
    text = json.dumps(value, indent=1)

    plain = invoke("validate", "-", text=text)
    ran = invoke("validate", "-", "--json", text=text)

    told: dict[str, Any] = json.loads(ran.stdout)
    lines = text.split("\n")
    assert plain.exit_code == ran.exit_code
    assert ran.exit_code in {0, 3}
    assert told["valid"] is (ran.exit_code == 0)
    problems: list[dict[str, int]] = told["files"][0]["problems"]
    for problem in problems:
        assert 1 <= problem["column"] <= len(lines[problem["line"] - 1])


def test_terminal_without_the_letter_is_served(command: Command, tmp_path: Path) -> None:
    """Letters that the terminal does not have are spelled out, and cost no traceback."""
    path = tmp_path / "w.json"
    path.write_text('{"actionType": "é", "label": "日本"}', encoding="utf-8")

    ran = command("validate", str(path), env={"PYTHONIOENCODING": "ascii"})

    assert ran.returncode == 3
    assert "'\\xe9'" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_output_may_go_anywhere() -> None:
    """A stream that has no encoding is written to as it is."""
    with redirect_stdout(StringIO()) as stream:
        open_console().print("é")

    assert stream.getvalue() == "é\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_terminal_is_coloured(environment: dict[str, str], tmp_path: Path) -> None:
    """On a terminal problems stand out; the words are the same."""
    import pty  # noqa: PLC0415 - Windows has none

    path = tmp_path / "w.json"
    path.write_text(BAD)
    shown, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stdout:
        ran = subprocess.run(
            [sys.executable, "-m", "linkedapi_async", "validate", str(path)],
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            env=environment | {"TERM": "xterm-256color", "COLUMNS": "200"},
            cwd=Path(__file__).parents[2],
        )
    told = os.read(shown, 1 << 16).decode()
    os.close(shown)

    assert ran.returncode == 3
    assert "\x1b[" in told
    assert "range" in told
