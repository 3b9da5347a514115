"""What deserves a look in a workflow though no rule forbids it, and what it is all in all."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final, TypeAlias, cast

import attrs

from linkedapi_async._types import Effect, Json, JsonObject, Plan
from linkedapi_async.actions import Spec, spec
from linkedapi_async.models._rules import Param

from ._positions import Step

__all__ = ["Gist", "gist_of", "strangers"]

_FRAME: Final = ("actionType", "label", "then")

_Path: TypeAlias = tuple[Step, ...]


@attrs.frozen
class Gist:
    """A workflow in a few facts.

    Attributes:
        actions: How many actions it has.
        effect: Whether it changes anything on LinkedIn.
        plan: The seat it needs.
    """

    actions: int
    effect: Effect
    plan: Plan


def gist_of(tree: Json) -> Gist:
    """Return what a workflow of known actions is all in all."""
    rows = [row for _, _, row in _actions(tree) if row is not None]
    writes = any(row.effect is Effect.WRITE for row in rows)
    needs_plus = any(row.plan is Plan.PLUS for row in rows)
    return Gist(
        len(rows),
        Effect.WRITE if writes else Effect.READ,
        Plan.PLUS if needs_plus else Plan.CORE,
    )


def strangers(tree: Json) -> Iterator[tuple[_Path, str]]:
    """Yield the keys that no table knows, each with its steps and what may be meant.

    The service may know more of them than the tables do, so none is wrong for certain.
    """
    for steps, action, row in _actions(tree):
        if row is not None:
            for path, near in _unknown(action, row.params, _FRAME):
                meant = f"; did you mean {near}?" if near else ""
                yield (*steps, *path), f"is no documented parameter of {row.action_type}{meant}"


def _actions(tree: Json) -> Iterator[tuple[_Path, JsonObject, Spec | None]]:
    """Yield every action with its steps and its row, parents first; depth is no matter."""
    waiting: list[tuple[_Path, Json]] = [((), tree)]
    while waiting:
        steps, value = waiting.pop()
        if isinstance(value, list):
            inner = [((*steps, index), entry) for index, entry in enumerate(value)]
            waiting += inner[::-1]
        elif isinstance(value, dict):
            kind = value.get("actionType")
            yield steps, value, spec(kind) if isinstance(kind, str) else None
            waiting.append(((*steps, "then"), value.get("then")))


def _unknown(
    given: JsonObject, params: Sequence[Param], others: Iterable[str] = ()
) -> Iterator[tuple[_Path, str | None]]:
    """Yield the unknown keys of an object and of those inside it, with the likest known one."""
    known = {param.wire: param for param in params}
    for key, value in given.items():
        if key not in known and key not in others:
            near = get_close_matches(key, known, n=1)
            yield (key,), near[0] if near else None
        elif key in known and known[key].model is not None:
            for steps, inner in _objects(value):
                for path, near_inner in _unknown(inner, known[key].fields):
                    yield (key, *steps, *path), near_inner


def _objects(value: Json) -> Iterator[tuple[_Path, JsonObject]]:
    """Yield an object, or the objects in a list, with the steps to it."""
    entries = enumerate(value) if isinstance(value, list) else [(None, value)]
    for index, entry in entries:
        if isinstance(entry, dict):
            yield () if index is None else (index,), cast("JsonObject", entry)
