"""Reading reports: what each action of a finished workflow says of itself."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors._exceptions import ActionFailure, ProtocolError

__all__ = [
    "as_object",
    "children_of",
    "failure_of",
    "failures",
    "report_list",
    "structured",
    "text_of",
]

T = TypeVar("T")


def report_list(completion: Json) -> list[tuple[str, JsonObject]]:
    """Return the reports at the root of a completion, with their paths.

    Raises:
        ProtocolError: One of them is no object.
    """
    if isinstance(completion, list):
        entries = enumerate(completion)
        return [
            (path := f"completion[{index}]", as_object(entry, path)) for index, entry in entries
        ]
    return [("completion", as_object(completion, "completion"))]


def failure_of(report: JsonObject, path: str) -> ActionFailure | None:
    """Return why an action failed, `None` when it did not.

    Raises:
        ProtocolError: The error is not of the documented form.
    """
    error = report.get("error")
    if error is None and report.get("success") is not False:
        return None
    told: JsonObject = {} if error is None else as_object(error, f"{path}.error")
    return ActionFailure(
        text_of(told, "type", f"{path}.error", default="unknownError"),
        text_of(told, "message", f"{path}.error", default="The report gives no reason."),
        text_of(report, "actionType", path, default=""),
        label if isinstance(label := report.get("label"), str) else None,
    )


def children_of(data: JsonObject, path: str) -> Iterator[tuple[str, JsonObject]]:
    """Yield the reports directly under `then`, which may be one object or a list.

    Raises:
        ProtocolError: One of them is no object.
    """
    then = data.get("then")
    if isinstance(then, list):
        for index, entry in enumerate(then):
            place = f"{path}.then[{index}]"
            yield place, as_object(entry, place)
    elif then:
        yield f"{path}.then", as_object(then, f"{path}.then")


def as_object(value: Json, path: str) -> JsonObject:
    """Return a value that has to be an object.

    Raises:
        ProtocolError: It is none; the message names the place.
    """
    if not isinstance(value, dict):
        msg = f"expected object at {path}, got {type(value).__name__}"
        raise ProtocolError(msg)
    return value


def text_of(holder: JsonObject, key: str, path: str, *, default: str) -> str:
    """Return a text, or the default where there is none.

    Raises:
        ProtocolError: Something else stands there; the message names the place.
    """
    value = holder.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        msg = f"expected str at {path}.{key}, got {type(value).__name__}"
        raise ProtocolError(msg)
    return value


def failures(found: Iterable[tuple[str, JsonObject]]) -> tuple[ActionFailure, ...]:
    """Return the failures among reports with their paths."""
    told = (failure_of(report, path) for path, report in found)
    return tuple(failure for failure in told if failure)


def structured(value: Json, kind: type[T], path: str) -> T:
    """Return a value as the type asked for.

    Raises:
        ProtocolError: A value is of another type; the message names the place.
    """
    # Imported with the first result, so that importing the package stays cheap.
    from linkedapi_async._convert import structure  # noqa: PLC0415 - see above

    return structure(value, kind, path=path)
