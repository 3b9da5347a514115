"""Everything the service documents is here: a list of its own says what that is."""

import json
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from linkedapi_async import models
from linkedapi_async._types import Plane
from linkedapi_async.actions._base import specs
from linkedapi_async.errors import CATALOG
from linkedapi_async.models._rules import camel
from linkedapi_async.operations._base import operations

DOCUMENTED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "samples/catalogue.json").read_text("utf-8")
)
ACTIONS: dict[str, dict[str, Any]] = DOCUMENTED["actions"]


def test_nothing_is_missing() -> None:
    """62 actions, 43 operations, 57 types and 32 action errors, and no action or operation more."""
    assert specs().keys() == ACTIONS.keys()
    assert operations().keys() == DOCUMENTED["operations"].keys()
    assert [len(DOCUMENTED[kind]) for kind in DOCUMENTED] == [62, 43, 57, 32]
    assert set(DOCUMENTED["types"]) <= set(dir(models))


def test_every_action_error_is_known() -> None:
    """One of them, `conversationsNotSynced`, comes from a direct endpoint and stops a call."""
    known = {fault.type for fault in CATALOG.values() if fault.plane is Plane.ACTION}

    assert set(DOCUMENTED["action_errors"]) - known == {"conversationsNotSynced"}
    assert "conversationsNotSynced" in CATALOG


@pytest.mark.parametrize("action_type", ACTIONS)
def test_each_action_is_as_documented(action_type: str) -> None:
    """Its row says what the documentation says: place, effect, plan, limit, errors, parameters."""
    row, said = specs()[action_type], ACTIONS[action_type]

    def names(given: tuple[str, ...] | None) -> set[str] | None:
        return None if given is None else set(given)

    assert row.is_root is bool(said["root"])
    assert row.plan == said["plan"]
    assert row.category == said["limit"]
    assert {param.wire: param.required for param in row.params} == said["params"]
    assert set(row.errors) == set(said["errors"])
    assert names(row.parents) == names(said["parents"])
    assert names(row.children) == names(said["children"])
    assert row.effect == said["effect"]


@pytest.mark.parametrize("name", DOCUMENTED["types"])
def test_each_type_has_its_fields(name: str) -> None:
    """What may come back, or is sent inside an action, loses no field."""
    kind = getattr(models, name)
    members: tuple[Any, ...] = (kind,) if attrs.has(kind) else kind.__args__
    found = {camel(field.name) for member in members for field in attrs.fields(member)}

    assert set(DOCUMENTED["types"][name]) <= found


@pytest.mark.parametrize("name", DOCUMENTED["operations"])
def test_each_operation_takes_its_parameters(name: str) -> None:
    """Under the names that the official SDK gives them."""
    taken = {field.name for field in attrs.fields(cast("Any", operations()[name]))}

    assert set(DOCUMENTED["operations"][name]) <= taken
