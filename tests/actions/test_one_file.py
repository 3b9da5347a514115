"""A new action is one class in one file, and in the sandbox one function."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import linkedapi_async

ACTION = '''

@action(
    "st.nudgePerson",
    effect=Effect.WRITE,
    category="stNudges",
    root="personUrl is given",
    under=("st.openPersonPage",),
    errors=("personNotFound",),
)
@attrs.frozen(kw_only=True)
class NudgePerson(Action[Person]):
    """Nudge a person.

    Attributes:
        person_url: Address of the person; at the root only.
        strength: How hard: 1 to 3.

    Source: nowhere
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    strength: Annotated[int, Rule(min=1, max=3)]
'''

EXECUTOR = '''

@executor("st.nudgePerson")
def nudge_person(context: Context, params: JsonObject) -> Outcome:
    """Nudge, and tell how hard."""
    return Outcome({"headline": f"nudged {params['strength']} times"})
'''

SCRIPT = """
import asyncio, json, sys
import linkedapi_async
from linkedapi_async import CustomWorkflow, LinkedApi, actions
from linkedapi_async.testing import FakeClock, Sandbox

told = {"home": linkedapi_async.__file__}
told["loaded"] = [name for name in sys.modules if name.startswith("linkedapi_async.actions.")]

from linkedapi_async.actions import NudgePerson, specs
from linkedapi_async.workflows import Workflow
from linkedapi_async.workflows._validate import validate

right = NudgePerson(person_url="https://www.linkedin.com/in/person1", strength=2, label="l")
wrong = NudgePerson(person_url="https://www.linkedin.com/in/person1", strength=4)
told["public"] = ["NudgePerson" in actions.__all__, "NudgePerson" in dir(actions)]
told["sent"] = right.to_json()
told["typed"] = Workflow.from_json(right.to_json()).definition == right
told["problems"] = [
    [problem.path, problem.rule] for tree in (right, wrong) for problem in validate(tree)
]
row = specs()["st.nudgePerson"]
told["row"] = [row.cls.__name__, [param.wire for param in row.params], row.result.__name__]

async def run():
    clock = FakeClock()
    async with (
        Sandbox(seed=0, clock=clock) as sandbox,
        LinkedApi(base_url=sandbox.base_url, **sandbox.tokens, clock=clock) as api,
    ):
        return (await api.run(CustomWorkflow(right))).reports().first(NudgePerson)

told["result"] = repr(asyncio.run(run()))
scope = {}
exec("from linkedapi_async.actions import *", scope)
told["starred"] = scope["NudgePerson"] is NudgePerson
print(json.dumps(told))
"""


def insert(path: Path, name: str, code: str) -> None:
    """Append a definition to a module, and its name to the module's list."""
    source = path.read_text("utf-8")
    head, opening, tail = source.partition("__all__ = [\n")
    assert opening
    path.write_text(f'{head}{opening}    "{name}",\n{tail}{code}', "utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package, with a new action in it."""
    home = tmp_path_factory.mktemp("site")
    package = home / "linkedapi_async"
    shutil.copytree(
        Path(linkedapi_async.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    insert(package / "actions" / "people.py", "NudgePerson", ACTION)
    insert(package / "testing" / "_people.py", "nudge_person", EXECUTOR)
    return home


def run(home: Path, *arguments: str) -> str:
    """What Python prints where that copy is the package; its lines count for nobody's coverage."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    ran = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={**inherited, "PYTHONPATH": str(home), "COLUMNS": "200"},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def told(home: Path) -> Any:
    """What that package says of the action."""
    return json.loads(run(home, "-c", SCRIPT))


def test_class_is_public_at_once(home: Path, told: Any) -> None:
    """It is imported by name or with a star, and listed; the package alone loads no action."""
    assert told["home"] == str(home / "linkedapi_async" / "__init__.py")
    assert told["loaded"] == ["linkedapi_async.actions._base"]
    assert told["public"] == [True, True]
    assert told["starred"] is True


def test_class_is_sent_and_read(told: Any) -> None:
    """It encodes by wire names, and its JSON comes back as the class."""
    assert told["sent"] == {
        "actionType": "st.nudgePerson",
        "label": "l",
        "personUrl": "https://www.linkedin.com/in/person1",
        "strength": 2,
    }
    assert told["typed"] is True


def test_registry_holds_its_row(told: Any) -> None:
    """Whatever is parametrised over the table has it."""
    assert told["row"] == ["NudgePerson", ["personUrl", "strength"], "Person"]


def test_preflight_judges_it(told: Any) -> None:
    """A right one passes, a broken parameter is refused by its place."""
    assert told["problems"] == [["$.strength", "range"]]


def test_sandbox_carries_it_out(told: Any) -> None:
    """One function more and the sandbox runs it; the result is typed."""
    assert told["result"].startswith("Person(")
    assert "headline='nudged 2 times'" in told["result"]


def test_command_line_lists_and_explains_it(home: Path) -> None:
    """`linkedapi-async actions` has it among all, and in full."""
    listed = run(home, "-m", "linkedapi_async", "actions", "--json")
    explained = run(home, "-m", "linkedapi_async", "actions", "st.nudgePerson")

    assert "st.nudgePerson" in [row["action_type"] for row in json.loads(listed)]
    assert "Nudge a person." in explained
    assert "How hard: 1 to 3." in explained
