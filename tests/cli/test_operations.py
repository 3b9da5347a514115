import ast
import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from click.testing import Result

from linkedapi_async import LinkedApi
from linkedapi_async import Result as Outcome
from linkedapi_async.cli._batch_rows import Reader
from linkedapi_async.cli._docstrings import read_docstring
from linkedapi_async.operations import Operation, operations
from linkedapi_async.operations._examples import actions_of, example, parameters
from linkedapi_async.workflows._validate import validate

Invoke = Callable[..., Result]
Class = type[Operation[Any]]

NAMES = sorted(operations())
KEYS = [
    "name",
    "class",
    "noun",
    "summary",
    "details",
    "effect",
    "plan",
    "categories",
    "actions",
    "parameters",
    "errors",
    "result",
    "reconciliation",
    "workflow",
    "python",
    "source",
]


def test_table_holds_every_operation_with_its_result(invoke: Invoke) -> None:
    """Each name has a line with effect, seat and result, and a sentence."""
    ran = invoke("operations")

    lines = [line.split() for line in ran.stdout.splitlines()]
    told = {line[0]: line[1:] for line in lines if line and line[0] in NAMES}
    sentences = " ".join(ran.stdout.split())
    assert ran.exit_code == 0
    assert set(told) == set(NAMES)
    assert len(NAMES) == 43
    for cls in operations().values():
        assert read_docstring(cls).summary in sentences
    assert told["fetchPerson"] == ["read", "core", "Person"]
    assert told["nvSendMessage"] == ["write", "plus", "None"]
    assert told["searchJobs"] == ["read", "core", "list[JobSearchItem]"]
    assert told["endorsePersonSkills"] == ["write", "core", "list[PersonSkillEndorsement]"]
    assert told["customWorkflow"] == ["any", "any", "Json"]


@pytest.mark.parametrize("args", [[], *([name] for name in NAMES)])
def test_output_fits_every_terminal(invoke: Invoke, args: list[str]) -> None:
    """On a pipe nothing is wider than 80 columns but addresses, and all of it is plain ASCII."""
    ran = invoke("operations", *args)

    assert ran.exit_code == 0
    assert ran.stdout.isascii()
    wide = [line for line in ran.stdout.splitlines() if len(line) > 80]
    assert [line for line in wide if "https://" not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_card_tells_how_a_lost_write_is_looked_for(invoke: Invoke, name: str) -> None:
    """Each operation that may write says it in its recipe; what only reads is sent again."""
    facts = json.loads(invoke("operations", name, "--json").stdout)
    card = " ".join(invoke("operations", name).stdout.split())

    assert bool(facts["reconciliation"]) == (facts["effect"] != "read")
    assert all(paragraph in card for paragraph in facts["reconciliation"])


@pytest.mark.parametrize("name", NAMES)
def test_card_holds_everything_the_tables_know(invoke: Invoke, name: str) -> None:
    """Fields, what is sent, which errors may come back, and the result."""
    cls = operations()[name]
    told = invoke("operations", name).stdout

    words = set(told.replace(",", " ").split())
    assert {field.name for field in attrs.fields(any_class(cls))} <= words
    assert {row.action_type for row in actions_of(cls)} <= words
    assert {error for row in actions_of(cls) for error in row.errors} <= words
    assert f"linkedapi_async.operations.{cls.__name__}" in words
    assert "Result: " in told


def any_class(cls: Class) -> Any:
    return cls


@pytest.mark.parametrize("name", NAMES)
def test_json_of_one_operation(invoke: Invoke, name: str) -> None:
    """The keys are stable, and the values are those of the tables."""
    cls = operations()[name]
    told = json.loads(invoke("operations", name, "--json").stdout)

    assert list(told) == KEYS
    assert told["actions"] == [row.action_type for row in actions_of(cls)]
    assert [one["python"] for one in told["parameters"]] == [one.name for one in parameters(cls)]
    assert told["workflow"] == example(cls).workflow()
    assert all(one["hint"] for one in told["errors"])


def test_json_holds_every_operation_with_the_same_keys(invoke: Invoke) -> None:
    """`--json` is the table for programs."""
    rows = json.loads(invoke("operations", "--json").stdout)

    assert sorted(row["name"] for row in rows) == NAMES
    assert all(list(row) == KEYS for row in rows)


def test_json_names_every_class_of_a_result(invoke: Invoke) -> None:
    """A result is described down to its innermost objects."""
    told = json.loads(invoke("operations", "fetchPerson", "--json").stdout)

    models = told["result"]["models"]
    assert told["result"]["type"] == "Person"
    assert {"Person", "PersonExperience", "Post", "PostAuthor"} <= set(models)
    assert all(field["description"] for fields in models.values() for field in fields)


@pytest.mark.parametrize("name", NAMES)
async def test_python_of_an_operation_runs(invoke: Invoke, name: str) -> None:
    """The snippet makes the operation of the example and hands it to the client."""
    code = json.loads(invoke("operations", name, "--json").stdout)["python"]
    ran: list[Any] = []

    class Api:
        async def run(self, operation: Any) -> None:
            ran.append(operation)

    compiled = compile(code, "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    await eval(compiled, {"api": Api()})  # noqa: S307 - what the command line tells people to run

    assert ran == [example(operations()[name])]


async def test_snippet_works_as_printed(invoke: Invoke, api: LinkedApi) -> None:
    """What stands on the terminal can be pasted beside a client."""
    told = invoke("operations", "fetchPerson").stdout.partition("Example\n")[2]
    code = told.partition("The workflow it sends\n")[0]
    names: dict[str, Any] = {"api": api}

    compiled = compile(code, "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    await eval(compiled, names)  # noqa: S307 - as above

    assert names["result"].data == (await api.run(example(operations()["fetchPerson"]))).data
    assert isinstance(names["result"], Outcome)


@pytest.mark.parametrize("name", NAMES)
def test_example_alone_is_a_valid_workflow(invoke: Invoke, name: str) -> None:
    """`--example` prints what `validate` and `run` take."""
    assert validate(json.loads(invoke("operations", name, "--example").stdout)) == ()


def test_example_runs_on_the_sandbox(invoke: Invoke) -> None:
    """The pipe that the help names works."""
    workflow = invoke("operations", "fetchPerson", "--example").stdout

    ran = invoke("run", "--sandbox", "-", text=workflow)

    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["data"]["data"]["name"] == "John Doe"


@pytest.mark.parametrize("word", ["fetchPerson", "FetchPerson", "FETCH_PERSON", "fetch-pe"])
def test_any_spelling_leads_to_the_operation(invoke: Invoke, word: str) -> None:
    """Official name, class name, and what begins one name alone."""
    assert invoke("operations", word).stdout.startswith("fetchPerson  ")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["fetchPreson"], "did you mean fetchPerson or"),
        (["fetch"], "'fetch' may be fetchCompany, fetchJob, fetchPerson, fetchPost;"),
        (["zzzz"], "No operation is called 'zzzz'; run `operations` for the list."),
        (["st.doForPeople"], "st.doForPeople is an action; see: linkedapi-async actions"),
        (["--example"], "the last two go with a NAME"),
        (["--job"], "the last two go with a NAME"),
        (["syncInbox", "--example", "--json"], "Give one of"),
    ],
)
def test_what_makes_no_sense_is_told(invoke: Invoke, args: list[str], sentence: str) -> None:
    """Unknown names and impossible options cost one sentence."""
    ran = invoke("operations", *args)

    assert ran.exit_code == 2
    assert sentence in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_row_for_a_batch_asks_for_the_example(invoke: Invoke, name: str) -> None:
    """On one line; `batch` takes it as it is."""
    ran = invoke("operations", name, "--job")

    call = Reader(["main"], default=None).read(ran.stdout.encode(), 1)
    assert ran.stdout.count("\n") == 1
    assert call.operation.name == name
    assert call.operation.workflow() == example(operations()[name]).workflow()
