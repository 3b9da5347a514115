"""Workflows made by hand."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Action
from linkedapi_async.errors._exceptions import ActionFailure, ProtocolError
from linkedapi_async.models._rules import camel, encode
from linkedapi_async.workflows._reports import failure_of
from linkedapi_async.workflows.tree import reports, writes_of

from ._base import Operation, Recipe, operation, operations, override
from ._findings import Finding, Verdict

__all__ = ["CustomWorkflow", "Definition"]

Definition: TypeAlias = (
    "Mapping[str, Any] | Action[Any] | Sequence[Mapping[str, Any] | Action[Any]]"
)
"""One action or several in order, as raw JSON or typed."""


def _raw(definition: Definition) -> Definition:
    return cast("Definition", encode(definition))


@operation("customWorkflow")
@attrs.frozen
class CustomWorkflow(Operation[Json]):
    """A workflow made by hand; brings the completion as received.

    Unlike in the official SDK the errors are those of every report, wherever it stands in the
    tree: at the root, below a page, or below an item of a list.

    Attributes:
        definition: One action or several in order, as raw JSON or typed. It is copied, so later
            changes to it have no effect; keys that are `None` are left out.

    Source: pypi:linkedapi==1.4.7 operations/custom_workflow.py
    """

    definition: Definition = attrs.field(factory=dict[str, Any], converter=_raw)

    @override
    def recipe(self, since: datetime) -> Recipe | None:
        """Judge each action as the operation that would send just that.

        Where there is none, as for writes below other actions, or where two actions of a list are
        the same, only the statistics tell.
        """
        tree = self.workflow()
        roots = tree if isinstance(tree, list) else [tree]
        writes = [root for root in roots if writes_of(root)]
        recipes = [(one.name, one.recipe(since)) for one in map(_twin_of, writes) if one]
        known = [(name, recipe) for name, recipe in recipes if recipe is not None]
        is_told_apart = all(writes.count(root) == 1 for root in writes)
        return _by_each(known) if is_told_apart and 0 < len(known) == len(writes) else None

    @override
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return a copy of the definition."""
        return cast("JsonObject | list[JsonObject]", encode(self.definition))

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[Json, tuple[ActionFailure, ...]]:
        """Return the completion unchanged, and every failure in it."""
        told = (_failure(report, path) for path, report in reports(completion))
        return completion, tuple(failure for failure in told if failure)


def _twin_of(action: JsonObject) -> Operation[Any] | None:
    """Return the operation that sends just this action, if there is one."""
    bare = {key: value for key, value in action.items() if key != "label"}
    for cls in operations().values():
        root: type[Action[Any]] | None = getattr(cls, "root", None)
        if root is None or root.action_type != action.get("actionType"):
            continue
        keys = {field.name: camel(field.name) for field in attrs.fields(cast("Any", cls))}
        given = {name: bare[key] for name, key in keys.items() if key in bare}
        if any(isinstance(value, dict | list) for value in given.values()):
            return None
        with suppress(TypeError):  # something it needs is missing
            twin = cls(**given)
            return twin if twin.workflow() == bare else None
    return None


def _by_each(recipes: Sequence[tuple[str, Recipe]]) -> Recipe:
    """Conclude from what is found of each action: all of them were done, or none."""
    findings: list[Finding] = []
    for _, recipe in recipes:
        findings.append((yield from recipe))
    if len(findings) == 1:
        return findings[0]
    told = (f"{name} was found {one}" for (name, _), one in zip(recipes, findings, strict=True))
    verdicts = {one.verdict for one in findings}
    return Finding(
        verdicts.pop() if len(verdicts) == 1 else Verdict.UNKNOWN,
        " ".join(told),
        all(one.is_harmless for one in findings),
        dated_at=min((one.dated_at for one in findings if one.dated_at), default=None),
    )


def _failure(report: JsonObject, path: str) -> ActionFailure | None:
    """Return why a report failed, even where the error is not of the documented form."""
    try:
        return failure_of(report, path)
    except ProtocolError as error:
        return ActionFailure("unknownError", error.message)
