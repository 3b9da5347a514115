"""Operations as JSON that outlives a process, and back."""

from collections.abc import Mapping
from typing import Any, cast

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.models._rules import Param, encode, params_of
from linkedapi_async.operations._base import Operation, operations
from linkedapi_async.operations.custom import CustomWorkflow

__all__ = ["read_operation", "write_operation"]


def write_operation(operation: Operation[Any]) -> JsonObject:
    """Return an operation as its name and its parameters, these named as on the wire."""
    if isinstance(operation, CustomWorkflow):
        return {"operation": operation.name, "parameters": {"definition": operation.workflow()}}
    return {"operation": operation.name, "parameters": encode(operation)}


def read_operation(form: JsonObject) -> Operation[Any]:
    """Return the operation that `write_operation` wrote.

    What this version does not know is refused: leaving it out would send something else.

    Raises:
        ConfigurationError: There is no such operation, or it has no such parameters.
    """
    name, parameters = form.get("operation"), form.get("parameters")
    kind = operations().get(name) if isinstance(name, str) else None
    if kind is None or not isinstance(parameters, Mapping):
        msg = f"{name!r} is no operation of this version"
        raise ConfigurationError(msg)
    if kind is CustomWorkflow:
        return CustomWorkflow(cast("Any", parameters.get("definition")))
    return cast("Operation[Any]", _read(kind, parameters, str(name)))


def _read(kind: type[Any], body: JsonObject, place: str) -> Any:
    """Return a value of a class from what it is on the wire.

    Raises:
        ConfigurationError: A parameter is unknown, or missing.
    """
    params = {param.wire: param for param in params_of(cast("Any", kind))}
    unknown = body.keys() - params.keys()
    if unknown:
        msg = f"{place} has no parameter {min(unknown)!r} in this version"
        raise ConfigurationError(msg)
    given = {
        params[wire].name: _value(params[wire], value, f"{place}.{wire}")
        for wire, value in body.items()
    }
    try:
        return kind(**given)
    except TypeError as exc:
        msg = f"{place} lacks a parameter that this version needs: {exc}"
        raise ConfigurationError(msg) from exc


def _value(param: Param, value: Json, place: str) -> Any:
    if param.model is None:
        return value
    if isinstance(value, list):
        return [_value(param, entry, place) for entry in value]
    return _read(param.model, value, place) if isinstance(value, Mapping) else value
