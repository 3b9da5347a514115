from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Invoke = Callable[..., Result]

SCENE = (
    '{"title": "t", "about": "a", "ends": {"as": "completed"},'
    ' "workflow": {"actionType": "st.retrieveSSI"}}'
)
BAD_FILES = {
    "broken": ('{"actionType" "st.retrieveSSI"}', "line 1, column 15"),
    "empty": ("", "line 1, column 1"),
    "text": ('"hello"', "holds no workflow"),
    "nothing": ("[]", "holds no workflow"),
    "untyped": ('{"personUrl": "u"}', "holds no workflow"),
    "deep": ("[" * 100_000, "nested too deeply"),
}


def assert_told(ran: Result, *, code: int, sentence: str) -> None:
    assert ran.exit_code == code, ran.stderr
    assert sentence in ran.stderr
    assert ran.stderr.count("Error: ") == 1
    assert ran.stderr.startswith("Error: ")
    assert "Traceback" not in ran.output


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_no_workflow_is_told_with_its_place(
    invoke: Invoke, tmp_path: Path, name: str
) -> None:
    """A file that holds no workflow costs one sentence, which says where it goes wrong."""
    content, sentence = BAD_FILES[name]
    path = tmp_path / "workflow.json"
    path.write_text(content)

    assert_told(invoke("run", str(path)), code=2, sentence=sentence)


def test_binary_file_is_told(invoke: Invoke, tmp_path: Path) -> None:
    """A file that is no text is named, with the byte that gives it away."""
    path = tmp_path / "workflow.json"
    path.write_bytes(b'{"a": "\xff"}')

    assert_told(invoke("run", str(path)), code=2, sentence="is not UTF-8 text: byte 7")


@pytest.mark.parametrize("args", [("run",), ("demo",)])
def test_missing_file_is_told(invoke: Invoke, tmp_path: Path, args: tuple[str, ...]) -> None:
    """A file that cannot be read is named."""
    path = str(tmp_path / "nowhere.json")

    assert_told(invoke(*args, path), code=2, sentence=f"Cannot read {path}: No such file")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [("error", "did you mean 'errors'?"), ("xyz", "there are demo, run, validate")],
)
def test_unknown_command_suggests(invoke: Invoke, word: str, sentence: str) -> None:
    """A mistyped command brings the one that was meant, or the list."""
    assert_told(invoke(word), code=2, sentence=sentence)


def test_unknown_option_points_to_the_help(invoke: Invoke) -> None:
    """A mistyped option brings where to look."""
    ran = invoke("run", "--nope")

    assert_told(ran, code=2, sentence="--nope")
    assert "Hint: See linkedapi-async run --help." in ran.stderr


@pytest.mark.parametrize("args", [("run",), ("run", "x.json", "--attach", "wf-1")])
def test_run_takes_a_file_or_an_id(invoke: Invoke, args: tuple[str, ...]) -> None:
    """Neither and both make no sense."""
    assert_told(invoke(*args), code=2, sentence="either FILE or --attach")


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "LINKED_API_TOKEN is not set"),
        ({"LINKED_API_TOKEN": ""}, "LINKED_API_TOKEN is not set"),
        ({"LINKED_API_TOKEN": "linked_1"}, "IDENTIFICATION_TOKEN is not set"),
        ({"LINKED_API_TOKEN": "a", "ACCOUNT_API_TOKEN": "b"}, "are both set"),
    ],
)
def test_missing_token_is_told(invoke: Invoke, env: dict[str, str], sentence: str) -> None:
    """Without tokens nothing is sent, and the variable is named."""
    bare = {"IDENTIFICATION_TOKEN": "", "LINKED_API_TOKEN": "", "ACCOUNT_API_TOKEN": ""}

    ran = invoke("run", "-", env=bare | env, text='{"actionType": "st.retrieveSSI"}')

    assert_told(ran, code=3, sentence=sentence)


def test_refused_connection_is_told(invoke: Invoke, closed_port: int) -> None:
    """An address where nothing listens ends as something that time may heal."""
    env = {
        "LINKED_API_TOKEN": "linked_1",
        "ACCOUNT_API_TOKEN": "",
        "IDENTIFICATION_TOKEN": "id_1",
        "LINKED_API_BASE_URL": f"http://127.0.0.1:{closed_port}",
    }

    ran = invoke("run", "-", env=env, text='{"actionType": "st.retrieveSSI"}')

    assert ran.exit_code == 5
    assert f"No connection to 127.0.0.1:{closed_port}" in ran.stderr
    assert "Traceback" not in ran.output


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"workflow": {"actionType": "a"}}', "missing"),
        (
            SCENE.replace("{", '{"odd": 1, ', 1),
            "odd",
        ),
        ('[{"actionType": "a"}]', "missing"),
        (SCENE.replace('{"as": "completed"}', "1"), "is no demo file"),
        (SCENE.replace("{", '{"steps": [{"do": "explode"}], ', 1), "explode"),
        (SCENE.replace("{", '{"preflight": "maybe", ', 1), "preflight"),
        (SCENE.replace("{", '{"faults": [{"fault": "noSuchThing"}], ', 1), "noSuchThing"),
        (SCENE.replace("{", '{"faults": [{"fault": "Reset", "with": {"x": 1}}], ', 1), "'x'"),
        (SCENE.replace("{", '{"policy": {"max_attempts": 0}, ', 1), "max_attempts"),
        (SCENE.replace("{", '{"policy": {"odd": 0}, ', 1), "odd"),
    ],
)
def test_workflow_that_is_no_demo_file_is_told(
    invoke: Invoke, tmp_path: Path, content: str, sentence: str
) -> None:
    """`demo` says what its file lacks, and which command takes any workflow."""
    path = tmp_path / "scene.json"
    path.write_text(content)

    ran = invoke("demo", str(path))

    assert_told(ran, code=2, sentence=sentence)
    assert "linkedapi-async run FILE" in ran.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("run", "--deadline", "nan", "x"),
        ("demo", "--speed", "NaN"),
        ("sandbox", "--duration", "nan"),
        ("inbox", "--follow", "--interval", "-nan"),
        ("inbox", "--follow", "--interval", "inf"),
        ("admin", "connect", "--timeout", "nan"),
    ],
)
def test_numbers_that_are_none_are_told(invoke: Invoke, args: tuple[str, ...]) -> None:
    """The word nan lies in every range, and would end in a bug of ours."""
    option = next(arg for arg in args if arg.startswith("--") and arg != "--follow")

    assert_told(invoke(*args), code=2, sentence=f"Invalid value for '{option}'")
