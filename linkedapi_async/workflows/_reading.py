"""Completions as typed reports: what each action of a finished workflow says of itself.

What a report holds is typed by the action it names, wherever in the tree it stands.
"""

from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any, Generic, TypeVar, cast, get_origin

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Action, Spec, spec
from linkedapi_async.errors._exceptions import ActionFailure, ProtocolError

from ._compose import RawAction
from ._reports import as_object, failure_of, structured, text_of

__all__ = ["Report", "Reports", "read_reports"]

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@attrs.frozen(kw_only=True)
class Report(Generic[R_co]):
    """What one action of a finished workflow says of itself.

    Attributes:
        action_type: The action's name on the wire; empty where the report does not say.
        label: The label the action was sent with.
        path: Where the report stands in the completion, such as `completion.data.then[0]`.
        data: What the action brought: raw JSON for an action that this version does not know, and
            `None` where it failed, brings nothing, or was asked only for what stands under it.
        error: Why it failed; `None` where it did not.
        item: Which entry of the parent's list it is about, from 0; `None` where it is about none.
        children: The reports of what stood under it; below a list, those of all its entries.
        raw: The report as received.
    """

    action_type: str
    label: str | None = None
    path: str
    data: R_co | None = None
    error: ActionFailure | None = None
    item: int | None = None
    children: "tuple[Report[Any], ...]" = ()
    raw: JsonObject = attrs.field(repr=False)

    @property
    def success(self) -> bool:
        """Whether the action did what it was asked to."""
        return self.error is None

    @property
    def below(self) -> "Reports":
        """The reports of everything that stood under the action."""
        return Reports(self.children)

    def about(self, item: int) -> "Reports":
        """Return the reports of everything that was done with one entry of the action's list.

        Args:
            item: The entry of `data`, from 0.
        """
        return Reports(tuple(report for report in self.children if report.item == item))


@attrs.frozen
class Reports:
    """Reports of a finished workflow, looked up by the class of an action.

    Iterating yields every report, those of children included, parents first.

    Attributes:
        roots: The reports at the top.
    """

    roots: tuple[Report[Any], ...] = ()

    def __iter__(self) -> Iterator[Report[Any]]:
        """Yield every report, parents first."""
        for report in self.roots:
            yield report
            yield from report.below

    @property
    def errors(self) -> tuple[ActionFailure, ...]:
        """Every failure, in the order of the reports."""
        return tuple(report.error for report in self if report.error is not None)

    def of(self, action: type[Action[R]], *, label: str | None = None) -> tuple[Report[R], ...]:
        """Return the reports of one kind of action, failed ones too.

        Args:
            action: The class of the action; `RawAction` for those that this version does not know.
            label: Only reports with this label; `None` is any or none.
        """
        return tuple(
            report
            for report in self
            if issubclass(_class_of(report), action) and label in {None, report.label}
        )

    def all(self, action: type[Action[R]], *, label: str | None = None) -> list[R]:
        """Return what the actions of one kind brought, without those that brought nothing.

        Args:
            action: The class of the action.
            label: Only reports with this label; `None` is any or none.
        """
        found = self.of(action, label=label)
        return [report.data for report in found if report.data is not None]

    def first(self, action: type[Action[R]], *, label: str | None = None) -> R | None:
        """Return what the first action of a kind brought; `None` where none brought anything.

        Args:
            action: The class of the action.
            label: Only reports with this label; `None` is any or none.
        """
        return next(iter(self.all(action, label=label)), None)


def _class_of(report: Report[Any]) -> type[Action[Any]]:
    row = spec(report.action_type)
    return RawAction if row is None else row.cls


def read_reports(completion: Json) -> Reports:
    """Return a completion as typed reports.

    Args:
        completion: One report or a list of them, as `Result.completion` holds it.

    Raises:
        ProtocolError: A value is of another type than documented; the message names the place, and
            the error holds the completion.
    """
    try:
        return Reports(tuple(_read_level(completion, "completion")))
    except ProtocolError as error:
        error.completion = completion
        raise
    except RecursionError:
        msg = "The completion is nested too deeply to be read"
        raise ProtocolError(msg, completion=completion) from None


def _read_level(level: Json, path: str, item: int | None = None) -> Iterator[Report[Any]]:
    if isinstance(level, list):
        for index, entry in enumerate(level):
            yield _read(entry, f"{path}[{index}]", item)
    else:
        yield _read(level, path, item)


def _read(entry: Json, path: str, item: int | None) -> Report[Any]:
    raw = as_object(entry, path)
    error = failure_of(raw, path)
    data = raw.get("data")
    action_type = text_of(raw, "actionType", path, default="")
    return Report(
        action_type=action_type,
        label=text_of(raw, "label", path, default="") or None,
        path=path,
        data=None if error else _typed(data, spec(action_type), f"{path}.data"),
        error=error,
        item=item,
        children=tuple(_children(data, f"{path}.data")),
        raw=raw,
    )


def _typed(data: Json, row: Spec | None, path: str) -> Any:
    """Return data as the type that the action's class names."""
    if row is None or data is None:
        return data
    kind = row.result
    if kind is NoneType or _is_bare(data):
        return None
    if get_origin(kind) is list and isinstance(data, dict):
        data = [data]
    return structured(data, kind, path)


def _is_bare(data: Json) -> bool:
    """Tell whether data holds reports of children at most, and no facts."""
    return isinstance(data, dict) and not data.keys() - {"then"}


def _children(data: Json, path: str) -> Iterator[Report[Any]]:
    if isinstance(data, dict):
        yield from _below(data, path, None)
    elif isinstance(data, list):
        for index, entry in enumerate(cast("Sequence[Json]", data)):
            if isinstance(entry, dict):
                yield from _below(entry, f"{path}[{index}]", index)


def _below(holder: JsonObject, path: str, item: int | None) -> Iterator[Report[Any]]:
    then = holder.get("then")
    if then is not None:
        yield from _read_level(then, f"{path}.then", item)
