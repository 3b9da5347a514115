import ast
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from click.testing import Result

from linkedapi_async import LinkedApi
from linkedapi_async import Result as Outcome
from linkedapi_async.actions import Spec, specs
from linkedapi_async.actions._base import MODULES
from linkedapi_async.cli._docstrings import read_docstring
from linkedapi_async.cli._facts import conditions, kind_of, need_of
from linkedapi_async.cli._lookup import index_of_actions
from linkedapi_async.cli._spelling import imports_of, spell
from linkedapi_async.models import PostMention
from linkedapi_async.models._rules import Param
from linkedapi_async.workflows._examples import example
from linkedapi_async.workflows._validate import validate

Invoke = Callable[..., Result]

ROWS = sorted(specs().values(), key=lambda row: row.action_type)
COMMANDS = [["actions"], *(["actions", row.action_type] for row in ROWS)]
PACKAGE = "linkedapi_async.cli"
LOADED = """
import sys
from linkedapi_async.cli._app import app
try:
    app.main(sys.argv[1:])
except SystemExit:
    print(*sys.modules)
"""
KEYS = [
    "action_type",
    "class",
    "noun",
    "summary",
    "details",
    "effect",
    "plan",
    "category",
    "is_root",
    "root_condition",
    "is_loop",
    "parents",
    "children",
    "parameters",
    "operations",
    "errors",
    "result",
    "example",
    "python",
    "source",
]

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action_type)


def wire_names(params: tuple[Param, ...]) -> list[str]:
    """Return the names of parameters and of those inside them."""
    return [name for one in params for name in (one.wire, *wire_names(one.fields))]


def test_table_holds_every_action_with_what_it_does(invoke: Invoke) -> None:
    """Each type has a line with effect, seat, place and limit, and a sentence."""
    ran = invoke("actions")

    told = {line.split()[0]: line.split() for line in ran.stdout.splitlines() if "." in line[:8]}
    sentences = " ".join(ran.stdout.split())
    assert ran.exit_code == 0
    for row in ROWS:
        assert told[row.action_type][1:3] == [row.effect, row.plan]
        assert told[row.action_type][-1] == (row.category or "-")
        assert read_docstring(row.cls).summary in sentences
    assert told["st.sendMessage"][3:5] == ["root", "child"]
    assert told["st.syncInbox"][3:5] == ["root", "child?"]
    assert told["st.doForPosts"][3] == "child?"
    assert told["st.retrieveSSI"][3:] == ["root", "-"]


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: args[-1])
def test_output_fits_every_terminal(invoke: Invoke, args: list[str]) -> None:
    """On a pipe nothing is wider than 80 columns but addresses, and all of it is plain ASCII."""
    ran = invoke(*args)

    assert ran.exit_code == 0
    assert ran.stdout.isascii()
    assert "\x1b" not in ran.stdout
    wide = [line for line in ran.stdout.splitlines() if len(line) > 80]
    assert [line for line in wide if "https://" not in line] == []


@each_row
def test_card_holds_everything_the_table_knows(invoke: Invoke, row: Spec) -> None:
    """Parameters, errors with hints, relatives, result and example: nothing is left out."""
    told = invoke("actions", row.action_type).stdout

    words = set(told.replace(",", " ").split())
    assert {*wire_names(row.params), *row.errors} <= words
    assert {*(row.parents or ()), *(row.children or ())} <= words
    assert kind_of(row.result) in told
    assert row.cls.__name__ in told
    assert json.dumps(row.action_type) in told


@each_row
def test_any_spelling_leads_to_the_action(invoke: Invoke, row: Spec) -> None:
    """Wire name, class name, whatever the case, with and without punctuation."""
    name = row.cls.__name__
    for word in (
        row.action_type,
        row.action_type.upper(),
        name,
        name.lower(),
        f"{name[:4]}_{name[4:]}",
    ):
        assert (
            invoke("actions", word, "--example").stdout
            == invoke("actions", row.action_type, "--example").stdout
        )


def test_spellings_are_unambiguous() -> None:
    """No way to spell one action spells another."""
    ways = [way for ways in index_of_actions().spellings.values() for way in ways]

    assert len(ways) == len(set(ways))


@pytest.mark.parametrize(
    ("word", "action_type"),
    [("endorse", "st.endorsePersonSkill"), ("ssi", "st.retrieveSSI"), ("dofors", "st.doForSkills")],
)
def test_piece_of_one_name_is_enough(invoke: Invoke, word: str, action_type: str) -> None:
    """What begins one name alone, or stands in one alone, means it."""
    assert invoke("actions", word).stdout.startswith(f"{action_type}  ")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("st.serchPeple", "did you mean st.searchPeople or"),
        ("zzzz", "run `actions` for the list"),
        ("...", "run `actions` for the list"),
        ("send", "'send' may be st.sendConnectionRequest, st.sendMessage; which is meant?"),
        ("retrieve", "more; which is meant?"),
        ("fetchPerson", "is an operation; see: linkedapi-async operations fetchPerson"),
    ],
)
def test_unknown_word_brings_near_ones(invoke: Invoke, word: str, sentence: str) -> None:
    """A word that means no action, or several, is told with what may be meant."""
    ran = invoke("actions", word)

    assert ran.exit_code == 2
    assert sentence in ran.stderr
    assert ran.stdout == ""


def test_json_holds_every_action_with_the_same_keys(invoke: Invoke) -> None:
    """`--json` is the table for programs."""
    rows = json.loads(invoke("actions", "--json").stdout)

    assert {row["action_type"] for row in rows} == set(specs())
    assert all(list(row) == KEYS for row in rows)
    assert all(row["summary"] and row["source"] for row in rows)


@each_row
def test_json_of_one_action(invoke: Invoke, row: Spec) -> None:
    """One action has the keys of the list, and its values are those of the row."""
    told = json.loads(invoke("actions", row.action_type, "--json").stdout)

    assert list(told) == KEYS
    assert told["effect"] == row.effect
    assert told["parents"] == (None if row.parents is None else list(row.parents))
    assert [one["type"] for one in told["errors"]] == list(row.errors)
    assert all(one["hint"] for one in told["errors"])
    assert [one["wire"] for one in told["parameters"]] == [param.wire for param in row.params]
    assert told["result"]["type"] == kind_of(row.result)
    assert told["example"] == example(row.action_type).to_json()


def test_json_describes_parameters_in_full(invoke: Invoke) -> None:
    """Types, words, bounds and conditions stand under stable keys, inside objects too."""
    told = json.loads(invoke("actions", "st.searchPeople", "--json").stdout)

    limit = told["parameters"][1]
    degrees = told["parameters"][2]["fields"][-1]
    assert list(limit) == list(degrees)
    assert (limit["python"], limit["type"], limit["min"], limit["max"]) == (
        "limit",
        "integer",
        1,
        1000,
    )
    assert degrees["enum"] == ["1st", "2nd", "3rd+"]
    assert degrees["python"] == "connection_degrees"
    assert limit["description"].startswith("How many at most")
    assert told["result"]["models"]["PersonViewerState"][0]["python"] == "connection_degree"
    assert told["operations"] == ["searchPeople"]


@each_row
def test_example_alone_is_a_valid_workflow(invoke: Invoke, row: Spec) -> None:
    """`--example` prints what `validate` and `run` take."""
    assert validate(json.loads(invoke("actions", row.action_type, "--example").stdout)) == ()


@pytest.mark.parametrize("args", [("--example",), ("st.syncInbox", "--example", "--json")])
def test_example_needs_a_type_and_no_json(invoke: Invoke, args: tuple[str, ...]) -> None:
    """What makes no sense together is told."""
    ran = invoke("actions", *args)

    assert ran.exit_code == 2
    assert "--example goes with a TYPE" in ran.stderr


@each_row
async def test_python_of_an_action_runs(invoke: Invoke, row: Spec) -> None:
    """The snippet compiles, imports what it names, and makes the workflow of the example."""
    code = json.loads(invoke("actions", row.action_type, "--json").stdout)["python"]
    ran: list[Any] = []

    class Api:
        async def run(self, operation: Any) -> None:
            ran.append(operation)

    await execute(code, {"api": Api()})

    (operation,) = ran
    assert operation.workflow() == example(row.action_type).to_json()
    assert max(map(len, code.splitlines())) <= 80 or "https://" in code


async def execute(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run Python with `await` at its top level."""
    compiled = compile(code, "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(compiled, names)  # noqa: S307 - what the command line tells people to run
    if waiting is not None:
        await waiting
    return names


async def test_snippet_works_as_printed(invoke: Invoke, api: LinkedApi) -> None:
    """What stands on the terminal can be pasted beside a client."""
    told = invoke("actions", "st.searchPeople").stdout.partition("The same in Python\n")[2]

    names = await execute(told, {"api": api})

    assert isinstance(names["result"], Outcome)
    assert names["result"].errors == ()


@pytest.mark.parametrize("command", ["actions", "operations", "validate", None])
def test_help_loads_no_table(environment: dict[str, str], command: str | None) -> None:
    """`--help` builds no action and no operation; that of all commands imports none of them."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *([command] if command else []), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )

    loaded = set(ran.stdout.splitlines()[-1].split())
    tables = {f"linkedapi_async.actions.{noun}" for noun in MODULES}
    assert loaded & tables == set()
    assert "linkedapi_async.operations.people" not in loaded
    assert command or f"{PACKAGE}.errors" not in loaded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (None, "None"),
        (False, "False"),
        ('a"\n', '"a\\"\\n"'),
        ([], "[]"),
        ({}, "{}"),
        (("a", 1), '["a", 1]'),
        ({"a b": [None]}, '{"a b": [None]}'),
        (PostMention(key="a", name="b"), 'PostMention(key="a", name="b")'),
    ],
)
def test_value_is_spelled_as_python(value: object, text: str) -> None:
    """Plain values, lists, objects and classes, on one line where they fit."""
    assert spell(value) == text


def test_long_value_is_spelled_line_by_line() -> None:
    """What does not fit has a line for each part, further in."""
    value = {"names": [f"name {number:02}" for number in range(10)], "kind": "x"}

    lines = spell(value, "value = ", indent="  ").splitlines()

    assert lines[:3] == ["  value = {", '      "names": [', '          "name 00",']
    assert lines[-3:] == ["      ],", '      "kind": "x",', "  }"]


def test_many_imports_have_a_line_each() -> None:
    """A line of imports that does not fit is broken as formatters do."""
    assert imports_of(example("st.doForSkills")).splitlines() == [
        "from linkedapi_async.actions import (",
        "    DoForSkills,",
        "    EndorsePersonSkill,",
        "    OpenPersonPage,",
        "    RetrievePersonSkills,",
        ")",
    ]


def test_docstring_is_read_in_parts() -> None:
    """Summary, paragraphs, fields over several lines, and a source over several lines."""
    text = (
        "What it is,\n    on two lines.\n\n    A paragraph,\n    too.\n\n    Attributes:\n"
        "        one: The first\n            field.\n        two: The second.\n\n"
        "    Source: here,\n    and there\n    "
    )

    told = read_docstring(type("Told", (), {"__doc__": text}))

    assert told.summary == "What it is, on two lines."
    assert told.details == ("A paragraph, too.",)
    assert told.fields == {"one": "The first field.", "two": "The second."}
    assert told.source == "here, and there"


def test_class_without_docstring_is_told_without_words() -> None:
    """Under `python -OO` there are none, and nothing breaks."""

    class Silent: ...

    assert read_docstring(Silent) == read_docstring(type("Other", (), {}))
    assert read_docstring(Silent).summary == ""


def param(**facts: Any) -> Param:
    bare = Param(name="my_name", wire="myName", type="string", required=False)
    return attrs.evolve(bare, **facts)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (param(), []),
        (param(type="integer", min=2), ["at least 2"]),
        (param(type="integer", max=2000), ["at most 2,000"]),
        (
            param(type="integer", min=1, max=9, max_with_children=5),
            ["1 to 9", "with children at most 5"],
        ),
        (param(max_length=80), ["characters: at most 80"]),
        (param(type="list[string]", min_length=1), ["entries: at least 1"]),
        (param(enum=("a", "b")), ["one of a, b"]),
        (param(pattern="[a-z]+"), ["matches [a-z]+"]),
        (param(format="iso_date"), ["an ISO 8601 date, such as 2026-01-31"]),
        (
            param(type="list[X]", alike="type", max_entries=(("video", 1),)),
            ["all entries of one type", "at most 1 video"],
        ),
        (param(one_of_group="g"), ["instead, other may be given"]),
        (
            param(one_of_group="g", is_group_needed=True),
            ["needed at the root unless other is given"],
        ),
        (param(one_of_group="g", is_exclusive=True), ["not together with other"]),
    ],
)
def test_conditions_are_told_in_words(row: Param, told: list[str]) -> None:
    """Each rule of a row has its words."""
    other = param(name="other", wire="other", one_of_group="g")

    assert list(conditions(row, (row, other), lambda one: one.wire)) == told


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (param(), "optional"),
        (param(required=True), "required"),
        (param(required="at_root"), "required at the root, left out below"),
        (param(required_when="myKind=a"), "required where my_kind is a"),
        (
            param(required_when="myKind=a", is_exclusive=True),
            "required where my_kind is a, left out elsewhere",
        ),
    ],
)
def test_need_is_told_in_words(row: Param, told: str) -> None:
    """When a parameter has to be given is said by the names the reader knows."""
    kind = param(name="my_kind", wire="myKind")

    assert need_of(row, (kind, row), lambda one: one.name) == told
