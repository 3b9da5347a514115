"""What an operation is: a value that knows its workflow and how to read the completion.

Most operations are one of four kinds, told apart by what comes back: nothing, an object, a list,
or a page with parts. Nothing here sends anything.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeAlias, TypeVar, cast

import attrs

from linkedapi_async._types import Effect, Json, JsonObject
from linkedapi_async.actions._base import Action
from linkedapi_async.errors._exceptions import ActionError, ActionFailure, ProtocolError
from linkedapi_async.models._rules import adopt, encode
from linkedapi_async.workflows._reading import Reports, read_reports
from linkedapi_async.workflows._reports import (
    as_object,
    children_of,
    failure_of,
    failures,
    report_list,
    structured,
)
from linkedapi_async.workflows.tree import effect_of

from ._findings import Finding, Question

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):  # noqa: ANN001, ANN202 - `typing` has it from Python 3.12 on
        """Mark a method that replaces one of its base."""
        return method


__all__ = [
    "MODULES",
    "ActionClass",
    "ListOperation",
    "ModelClass",
    "ObjectOperation",
    "Operation",
    "PageOperation",
    "Part",
    "Recipe",
    "Result",
    "VoidOperation",
    "operation",
    "operations",
    "override",
]

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")
O = TypeVar("O", bound="type[Operation[Any]]")  # noqa: E741 - stands beside T

MODULES: Final = (
    "comments",
    "companies",
    "connections",
    "custom",
    "invitations",
    "jobs",
    "messages",
    "people",
    "posts",
    "skills",
    "statistics",
)
"""The modules that define operations; importing them all fills the registry."""

ActionClass: TypeAlias = type[Action[Any]]
"""What an operation's `root` is."""

ModelClass: TypeAlias = type[Any]
"""What an operation's `model` is."""

Recipe: TypeAlias = Generator["Operation[Any] | Question", Any, Finding]
"""How to find out whether a write happened.

It yields what it wants to know: a reading operation, answered by the data of a `Result` without
errors, or a `Question`. What it returns is its conclusion.
"""

_REGISTRY: Final[dict[str, "type[Operation[Any]]"]] = {}


@attrs.frozen
class Result(Generic[R_co]):
    """What a finished workflow brought.

    Attributes:
        data: What was asked for; `None` where there is none, or where the action failed.
        errors: Actions that failed, in the order of the reports.
        workflow_id: The workflow, `None` where the service gave it no name.
        completion: The reports as received.
    """

    data: R_co | None
    errors: tuple[ActionFailure, ...] = ()
    workflow_id: str | None = None
    completion: Json = attrs.field(default=None, repr=False)

    def unwrap(self) -> R_co:
        """Return the data.

        Raises:
            ActionError: There is no data because actions failed, or a custom workflow's is nothing
                but their reports; it holds every failure.
        """
        if self.errors and (self.data is None or _all_failed(self.completion)):
            raise ActionError(self.errors, workflow_id=self.workflow_id)
        return cast("R_co", self.data)

    def reports(self) -> Reports:
        """Return what every action reported, typed by its class: `.first(OpenPersonPage)`.

        Raises:
            ProtocolError: A report is not of the documented form; the message names the place.
        """
        return read_reports(self.completion)


def _all_failed(completion: Json) -> bool:
    roots = completion if isinstance(completion, list) else [completion]
    failed = [isinstance(root, Mapping) and root.get("success") is False for root in roots]
    return bool(failed) and all(failed)


class Operation(ABC, Generic[R_co]):
    """One thing to do, with its parameters, typed by what `Result.data` will hold.

    Attributes:
        name: The official name on the wire of logs and statistics, such as `fetchPerson`.

    Source: pypi:linkedapi==1.4.7 core/operation.py
    """

    __slots__ = ()

    name: ClassVar[str] = ""

    @abstractmethod
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return the workflow to post: one action, or several in order."""

    @property
    def effect(self) -> Effect:
        """Whether it changes anything on LinkedIn; unknown actions count as writes."""
        return effect_of(self.workflow())

    def recipe(self, since: datetime) -> Recipe | None:  # noqa: ARG002 - for those who can tell
        """Return how to find out whether it happened; `None` where no page shows it.

        The service's statistics may still tell then, which needs no recipe. Its docstring is what
        people are shown: how it is found out, and what cannot be.

        Args:
            since: The earliest moment at which it may have been sent, aware. Whether there is a
                recipe does not depend on it.
        """
        return None

    @classmethod
    def read(cls, completion: Json) -> tuple[R_co | None, tuple[ActionFailure, ...]]:
        """Return the data and the failed actions of a completion.

        Args:
            completion: One report, or a list of them, as received.

        Raises:
            ProtocolError: A value is of another type than documented; the message names the
                place, and the error holds the completion.
        """
        try:
            return cls._read(completion)
        except ProtocolError as error:
            error.completion = completion
            raise

    @classmethod
    @abstractmethod
    def _read(cls, completion: Json) -> tuple[R_co | None, tuple[ActionFailure, ...]]:
        """Read a completion, as :meth:`read` promises."""


def operation(name: str) -> Callable[[O], O]:
    """Register the class below under its official name; stands outside the attrs decorator."""

    def register(cls: O) -> O:
        cls.name = name
        _REGISTRY[name] = cls
        return cls

    return register


@cache
def operations() -> "Mapping[str, type[Operation[Any]]]":
    """Return every operation by its official name; the first call loads their modules."""
    for name in MODULES:
        import_module(f"{__package__}.{name}")
    return MappingProxyType(_REGISTRY)


# ── The four kinds ──────────────────────────────────────────────────────────────────────────────


class _Rooted(Operation[R_co]):
    """An operation whose parameters are those of one action."""

    __slots__ = ()

    root: ClassVar[ActionClass]

    def __attrs_post_init__(self) -> None:
        """Take a mapping where a class is meant."""
        adopt(self)

    @override
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return the action with the parameters of this operation."""
        return self._action().to_json()

    def _action(self, **more: object) -> Action[Any]:
        names = _shared(cast("Any", type(self)), cast("Any", self.root))
        given = {name: getattr(self, name) for name in names}
        return self.root(**cast("Any", {**given, **more}))


@cache
def _shared(one: type, other: type) -> tuple[str, ...]:
    """Return the names of the fields that two classes have in common."""
    taken = {field.name for field in attrs.fields(other)}
    return tuple(field.name for field in attrs.fields(one) if field.name in taken)


class VoidOperation(_Rooted[None]):
    """An operation that brings nothing back but its errors."""

    __slots__ = ()

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[None, tuple[ActionFailure, ...]]:
        """Return the failed actions; the data is always `None`."""
        return None, failures(report_list(completion))


class ObjectOperation(_Rooted[R_co]):
    """An operation that brings one object."""

    __slots__ = ()

    model: ClassVar[ModelClass]

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[R_co | None, tuple[ActionFailure, ...]]:
        """Return the object; of several reports, that of the first with data."""
        found = report_list(completion)
        errors = failures(found)
        for path, report in found:
            data = report.get("data")
            if data is not None and failure_of(report, path) is None:
                return structured(data, cls.model, f"{path}.data"), errors
        return None, errors


class ListOperation(_Rooted[list[T]]):
    """An operation that brings a list."""

    __slots__ = ()

    model: ClassVar[ModelClass]

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[list[T] | None, tuple[ActionFailure, ...]]:
        """Return the items; `None` only where every report failed."""
        found = report_list(completion)
        errors = failures(found)
        items: list[T] | None = None
        for path, report in found:
            if failure_of(report, path) is not None:
                continue
            data = report.get("data")
            if isinstance(data, dict):
                data = [data]
            kind: type[list[T]] = cast("Any", list)[cls.model]
            more = [] if data is None else structured(data, kind, f"{path}.data")
            items = more if items is None else items + more
        return items, errors


@attrs.frozen
class Part:
    """One part of a page, fetched on request by a child action.

    Attributes:
        flag: Field of the operation that asks for it.
        action: The child action that fetches it.
        into: Field of the model that holds it.
        config: Field of the operation with the parameters of the child, if there is one.
    """

    flag: str
    action: type[Action[Any]]
    into: str
    config: str | None = None


class PageOperation(ObjectOperation[R_co]):
    """An operation that opens a page, and brings its facts with the parts asked for."""

    __slots__ = ()

    parts: ClassVar[tuple[Part, ...]] = ()

    @override
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return the page action with a child for each part asked for."""
        page = self._action(basic_info=True).to_json()
        return {**page, "then": list(self._wanted())}

    def _wanted(self) -> Iterator[JsonObject]:
        for part in self.parts:
            if getattr(self, part.flag):
                config = getattr(self, part.config) if part.config else None
                bounds = cast("JsonObject", encode(config or {}))
                yield {**part.action().to_json(), **bounds}

    @classmethod
    @override
    def _read(cls, completion: Json) -> tuple[R_co | None, tuple[ActionFailure, ...]]:
        """Return the page with its parts; a part without a report stays `None`."""
        found = report_list(completion)
        errors: list[ActionFailure] = []
        result: R_co | None = None
        for path, report in found:
            failure = failure_of(report, path)
            data = report.get("data")
            if failure is not None:
                errors.append(failure)
            elif data is not None and result is None:
                place = f"{path}.data"
                body, failed = cls._merge(as_object(data, place), place)
                result = structured(body, cls.model, place)
                errors += failed
        return result, tuple(errors)

    @classmethod
    def _merge(
        cls, data: JsonObject, path: str
    ) -> tuple[dict[str, Json], tuple[ActionFailure, ...]]:
        """Put the data of each part where the model has its field."""
        body = {key: value for key, value in data.items() if key != "then"}
        first: dict[str, tuple[str, JsonObject]] = {}
        for place, report in children_of(data, path):
            if isinstance(kind := report.get("actionType"), str):
                first.setdefault(kind, (place, report))
        found = [
            (part, first[part.action.action_type])
            for part in cls.parts
            if part.action.action_type in first
        ]
        for part, (_, report) in found:
            body[part.into] = report.get("data")
        return body, failures([child for _, child in found])
