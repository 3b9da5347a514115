"""Looking at one workflow file: each broken rule with its place, and what deserves a look."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from linkedapi_async._types import Json, JsonObject, Plan
from linkedapi_async.errors._problem import Breach

from ._documents import NotJson, parse_json, read_text
from ._exits import Exit
from ._notes import Gist, gist_of, strangers
from ._positions import Place, Source, Step, path_of, steps_of
from ._problem import Problem

__all__ = ["Remark", "Report", "inspect"]

_CULPRITS: Final[Mapping[Breach, tuple[Step, ...]]] = dict.fromkeys(
    (Breach.UNKNOWN_ACTION, Breach.NOT_AT_ROOT, Breach.PARENT, Breach.PLAN), ("actionType",)
)
"""What to point at inside the object that breaks a rule."""


@attrs.frozen(kw_only=True)
class Remark:
    """Something to tell about one place of a file.

    Attributes:
        path: Where, as a JSON path from the top of the file.
        place: Where, as line and column.
        message: What stands there, and what would be right.
        rule: The rule that is broken, a stable word; `None` for what only deserves a look.
        action_type: The action concerned, as the file names it.
    """

    path: str
    place: Place
    message: str
    rule: str | None = None
    action_type: str | None = None

    def to_json(self) -> JsonObject:
        """Return it for programs."""
        return {
            "path": self.path,
            "line": self.place.line,
            "column": self.place.column,
            "rule": self.rule,
            "message": self.message,
            "action_type": self.action_type,
        }


@attrs.frozen(kw_only=True)
class Report:
    """What there is to tell about a file.

    Attributes:
        file: Its path as given.
        lines: Its lines; none where it could not be read.
        error: Why there is nothing to check: it cannot be read, or is no JSON.
        problems: Broken rules.
        notes: What no rule forbids, and what may be a mistake all the same.
        gist: What the workflow is all in all, where it is valid.
    """

    file: str
    lines: Sequence[str] = ()
    error: str | None = None
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    gist: Gist | None = None

    @property
    def is_unread(self) -> bool:
        """Whether nobody could read it."""
        return self.error is not None and not self.problems

    @property
    def code(self) -> Exit:
        """How a command ends that found only this."""
        if self.error is not None:
            return Exit.USAGE
        return Exit.FATAL if self.problems else Exit.OK

    def to_json(self) -> JsonObject:
        """Return it for programs."""
        gist = self.gist
        return {
            "file": self.file,
            "valid": self.code is Exit.OK,
            "error": self.error,
            "problems": [problem.to_json() for problem in self.problems],
            "notes": [note.to_json() for note in self.notes],
            "actions": gist.actions if gist else None,
            "effect": gist.effect if gist else None,
            "plan": gist.plan if gist else None,
        }


def inspect(file: str, plan: Plan | None) -> Report:
    """Return what there is to tell about a file.

    Args:
        file: Its path; `-` is the standard input.
        plan: The account's seat; `None` is not known.
    """
    text = ""
    try:
        text = read_text(file)
        value = parse_json(text, file)
    except NotJson as exc:
        place = Place(exc.line, exc.column)
        problem = Remark(path="$", place=place, message=f"{exc.reason}.", rule="syntax")
        lines = text.split("\n")
        return Report(file=file, lines=lines, error=exc.message, problems=(problem,))
    except Problem as exc:
        return Report(file=file, error=exc.message)
    return _judge(file, Source(text), value, plan)


def _judge(file: str, source: Source, value: Json, plan: Plan | None) -> Report:
    # Imported late, since `--help` does without.
    from linkedapi_async.workflows._validate import check  # noqa: PLC0415 - see above

    tree = value
    before: tuple[Step, ...] = ()
    if isinstance(value, dict) and "actionType" not in value and "workflow" in value:
        tree, before = value["workflow"], ("workflow",)
    found = check(tree, plan=plan)
    problems = [
        Remark(
            path=f"{path_of(before)}{problem.path[1:]}",
            place=source.place(
                (*before, *steps_of(problem.path), *_CULPRITS.get(problem.rule, ()))
            ),
            message=problem.message,
            rule=problem.rule,
            action_type=problem.action_type,
        )
        for problem in found
    ]
    return Report(
        file=file,
        lines=source.lines,
        problems=tuple(problems),
        notes=tuple(sorted(_notes(source, tree, before), key=lambda note: note.place)),
        gist=None if problems else gist_of(tree),
    )


def _notes(source: Source, tree: Json, before: tuple[Step, ...]) -> Iterator[Remark]:
    for steps, place in source.repeated:
        message = "stands in its object twice; the last one counts"
        yield Remark(path=path_of(steps), place=place, message=message)
    for inner, message in strangers(tree):
        steps = (*before, *inner)
        yield Remark(path=path_of(steps), place=source.place(steps), message=message)
