"""Workflow files: read, checked, and found, wherever the package was installed from."""

import json
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final, NoReturn, cast

import attrs
import click

from linkedapi_async._types import Json, JsonObject

from ._exits import Exit
from ._problem import Problem

__all__ = [
    "STEPS",
    "Ending",
    "Mishap",
    "NotJson",
    "Scene",
    "Step",
    "name_of",
    "not_a_demo_file",
    "parse_json",
    "read_json",
    "read_scene",
    "read_text",
    "scenes",
    "workflow_in",
]

_WIRES: Final = ("linked_api", "linked_api_v3", "account_api")
STEPS: Final = {
    "close_hours": "(the account's working hours close)",
    "give_seat": "(the owner pays for a seat)",
    "open_hours": "(the account's working hours open)",
    "sign_in": "(the owner signs the account in again)",
    "sign_out": "(LinkedIn signs the account out)",
    "take_seat": "(the paid seat runs out)",
}
"""What may happen to the account of a demo workflow, as methods of `Sandbox`, in words."""
_RUN: Final = "To run any workflow, use: linkedapi-async run FILE."
_FORMS: Final = (
    'Expected an action like {"actionType": "st.retrieveSSI"}, a list of actions, or an object '
    'with one of these under "workflow".'
)


def _tuple(told: Any) -> tuple[str, ...]:
    return tuple(told)


def _ending(told: Any) -> "Ending":
    given = dict(told)
    return Ending(given.pop("as"), **given)


def _mishaps(told: Any) -> "tuple[Mishap, ...]":
    return tuple(
        Mishap(given.pop("fault"), given.pop("with", {}), given) for given in map(dict, told)
    )


def _steps(told: Any) -> "tuple[Step, ...]":
    return tuple(Step(given=given.pop("with", {}), **given) for given in map(dict, told))


class NotJson(Problem):
    """A text that is no JSON.

    Attributes:
        reason: What is wrong.
        line: Where, counting from 1; the first line where it cannot be said.
        column: Where in the line, counting from 1.
        is_placed: Whether it can be said.
    """

    def __init__(self, name: str, reason: str, *place: int) -> None:
        """Keep what is told: whose text, why, and where if it can be said."""
        where = f"is not JSON: line {place[0]}, column {place[1]}: " if place else ""
        super().__init__(f"{name} {where}{reason}.", code=Exit.USAGE)
        self.reason = reason
        self.line, self.column = place or (1, 1)
        self.is_placed = bool(place)


@attrs.frozen
class Ending:
    """How a demo workflow ends.

    Attributes:
        kind: `completed`, or the class name of the exception.
        code: The error word, where it ends in an exception.
        certainty: What is known about the request then.
        errors: Error words of the actions that fail, where it completes.
        starts: How often the service was asked to start it, where that matters.
    """

    kind: str
    code: str | None = attrs.field(default=None, kw_only=True)
    certainty: str | None = attrs.field(default=None, kw_only=True)
    errors: tuple[str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    starts: int | None = attrs.field(default=None, kw_only=True)

    @property
    def summary(self) -> str:
        """The ending in a table's cell."""
        failed = [f"failed: {word}" for word in self.errors]
        times = [f"{self.starts} starts"] if (self.starts or 0) > 1 else []
        return "\n".join(filter(None, [self.kind, self.code, *failed, *times]))


@attrs.frozen
class Step:
    """Something that happens to the account of a demo workflow.

    Attributes:
        do: A method of `Sandbox`.
        after: Seconds from the start of the call.
        given: Its arguments; `with` in the file.
    """

    do: str = attrs.field(validator=attrs.validators.in_(STEPS))
    after: float = 0.0
    given: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


@attrs.frozen
class Mishap:
    """Something that goes wrong on the way.

    Attributes:
        fault: An error word, an HTTP status, or the name of a class of `testing.faults`.
        given: Arguments of that class; `with` in the file.
        options: Further arguments of `Sandbox.inject`.
    """

    fault: str | int
    given: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


@attrs.frozen(kw_only=True)
class Scene:
    """A workflow, what goes wrong on its way, and how it ends all the same.

    Attributes:
        name: The file's name without its ending.
        title: What happens, in a few words.
        about: What there is to learn.
        workflow: One action, or several in order.
        ends: How it ends.
        wire: Generation of the API.
        plan: Seat of the account: `core` or `plus`.
        policy: Fields of `Policy` that differ from the demo's.
        preflight: The client's option of that name.
        seed: Determines the client's random pauses.
        faults: What goes wrong.
        steps: What happens to the account.
    """

    name: str
    title: str
    about: str
    workflow: JsonObject | list[JsonObject]
    ends: Ending = attrs.field(converter=_ending)
    wire: str = attrs.field(default="linked_api", validator=attrs.validators.in_(_WIRES))
    plan: str = attrs.field(default="plus", validator=attrs.validators.in_(("core", "plus")))
    policy: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    preflight: Any = attrs.field(
        default="refuse", validator=attrs.validators.in_(("refuse", "warn", "off"))
    )
    seed: int = 0
    faults: tuple[Mishap, ...] = attrs.field(default=(), converter=_mishaps)
    steps: tuple[Step, ...] = attrs.field(default=(), converter=_steps)


def read_json(path: str) -> Json:
    """Return the content of a file; `-` is the standard input.

    Raises:
        Problem: It cannot be read, or is no JSON; the sentence says where.
    """
    return parse_json(read_text(path), path)


def read_text(path: str) -> str:
    """Return the text of a file, without a byte order mark; `-` is the standard input.

    Raises:
        Problem: It cannot be read.
    """
    name = name_of(path)
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as exc:
        msg = f"Cannot read {name}: {exc.strerror}."
        raise Problem(msg, code=Exit.USAGE) from None
    except UnicodeDecodeError as exc:
        msg = f"{name} is not UTF-8 text: byte {exc.start} cannot be read."
        raise Problem(msg, code=Exit.USAGE) from None


def parse_json(text: str, path: str) -> Json:
    """Return the value of a text.

    Raises:
        NotJson: It is no JSON, or has more in it than can be read.
    """
    name = name_of(path)

    def refuse(word: str) -> NoReturn:
        reason = f"holds {word}, which JSON has no word for"
        raise NotJson(name, reason)

    try:
        value: Json = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as exc:
        raise NotJson(name, exc.msg, exc.lineno, exc.colno) from None
    except RecursionError:
        reason = "is nested too deeply to be a workflow"
        raise NotJson(name, reason) from None
    except ValueError:
        reason = "holds a number too long to be read"
        raise NotJson(name, reason) from None
    return value


def name_of(path: str) -> str:
    """Return what to call a file."""
    return "standard input" if path == "-" else click.format_filename(path)


def workflow_in(value: Json, path: str) -> JsonObject | list[JsonObject]:
    """Return the workflow of a document: the document itself, or what stands under `workflow`.

    Raises:
        Problem: It holds none.
    """
    if isinstance(value, dict) and "actionType" not in value:
        value = value.get("workflow")
    actions = value if isinstance(value, list) else [value]
    if actions and all(isinstance(one, dict) and "actionType" in one for one in actions):
        return cast("JsonObject | list[JsonObject]", value)
    name = "Standard input" if path == "-" else name_of(path)
    msg = f"{name} holds no workflow."
    raise Problem(msg, code=Exit.USAGE, hint=_FORMS)


def read_scene(path: str) -> Scene:
    """Return the scene in a file.

    Raises:
        Problem: The file cannot be read or is no scene.
    """
    value = read_json(path)
    workflow_in(value, path)
    told = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    try:
        return Scene(name=Path(path).stem, **told)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        problem = not_a_demo_file(path, exc)
        raise problem from None


def not_a_demo_file(name: str, exc: Exception) -> Problem:
    """Return what to tell about a document that is none of the demo's."""
    reason = str(exc.args[0]).rpartition("__init__() ")[2].rstrip(".")
    return Problem(f"{name} is no demo file: {reason}.", code=Exit.USAGE, hint=_RUN)


def scenes(*folders: Path) -> list[Scene]:
    """Return every scene that comes with the package, in order of the file names.

    Args:
        folders: Where to look instead; the first with files in it counts.

    Raises:
        Problem: The files are not there.
    """
    for folder in folders or _folders():
        found = sorted(folder.glob("*.json"), key=lambda path: path.stem)
        if found:
            return [read_scene(str(path)) for path in found]
    msg = "The demo's workflow files are not installed."
    raise Problem(msg, code=Exit.FATAL)


def _folders() -> tuple[Path, ...]:
    """Return where the files may lie: in the wheel, or in the checkout of an editable install."""
    package = Path(str(resources.files("linkedapi_async")))
    return package / "cli" / "workflows", package.parent / "examples" / "workflows"
