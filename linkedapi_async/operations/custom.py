"""Workflows made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Action
from linkedapi_async.errors._exceptions import ActionFailure, ProtocolError
from linkedapi_async.models._rules import encode
from linkedapi_async.workflows._reports import failure_of
from linkedapi_async.workflows.tree import reports

from ._base import Operation, operation, override

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
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return a copy of the definition."""
        return cast("JsonObject | list[JsonObject]", encode(self.definition))

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[Json, tuple[ActionFailure, ...]]:
        """Return the completion unchanged, and every failure in it."""
        told = (_failure(report, path) for path, report in reports(completion))
        return completion, tuple(failure for failure in told if failure)


def _failure(report: JsonObject, path: str) -> ActionFailure | None:
    """Return why a report failed, even where the error is not of the documented form."""
    try:
        return failure_of(report, path)
    except ProtocolError as error:
        return ActionFailure("unknownError", error.message)
